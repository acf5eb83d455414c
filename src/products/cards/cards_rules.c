/* cards_rules.c: see cards_rules.h. */
#include "products/cards/cards_rules.h"

#include "base/money.h"

#define HOLDER_LEAST 2
#define HOLDER_MOST 26 /* ISO/IEC 7813: a name on the track */

static int64_t lesser(int64_t one, int64_t other) {
    return one < other ? one : other;
}

/* ---- a card ---- */

const char *card_state_name(enum card_state state) {
    static const char *const names[] = {"", "ordered", "active", "frozen", "blocked", "closed", "expired"};
    return names[state];
}

bool card_ended(enum card_state state) {
    return state >= CARD_BLOCKED;
}

bool card_replaceable(enum card_state state) {
    return state == CARD_ACTIVE || state == CARD_FROZEN || state == CARD_EXPIRED || state == CARD_BLOCKED;
}

const char *block_reason_name(enum block_reason reason) {
    static const char *const names[BLOCK_REASONS] = {"", "lost", "stolen", "damaged", "suspected"};
    return names[reason];
}

struct date freeze_latest(struct date today, int64_t months) {
    return date_add_months(today, (int)months);
}

bool freeze_day_good(struct date today, int64_t months, struct date chosen) {
    int64_t day = date_to_days(chosen);
    return day > date_to_days(today) && day <= date_to_days(freeze_latest(today, months));
}

bool card_holder(struct arena *arena, struct text typed, struct text *holder) {
    struct buffer out = buffer_new(arena, HOLDER_MOST + 1);
    struct text trimmed = text_trim(typed);
    if (trimmed.size > 4 * HOLDER_MOST) return false;
    for (size_t i = 0; i < trimmed.size; i++) {
        char letter = trimmed.data[i];
        if (letter >= 'a' && letter <= 'z') letter = (char)(letter - 'a' + 'A');
        bool blank = letter == ' ', mark = letter == '-' || letter == '.' || letter == '\'';
        if (!blank && !mark && (letter < 'A' || letter > 'Z')) return false;
        if (!blank || out.data[out.size - 1] != ' ') buffer_add_char(&out, letter);
    }
    *holder = buffer_text(&out);
    return holder->size >= HOLDER_LEAST && holder->size <= HOLDER_MOST;
}

/* What the table makes of а–я; ё is in it as Е. */
static struct text latin(struct arena *arena, struct text name) {
    static const char *const letters[] = {"A",  "B",  "V",  "G",    "D",  "E", "ZH", "Z", "I",  "I", "K",
                                          "L",  "M",  "N",  "O",    "P",  "R", "S",  "T", "U",  "F", "KH",
                                          "TS", "CH", "SH", "SHCH", "IE", "Y", "",   "E", "IU", "IA"};
    struct buffer out = buffer_new(arena, 2 * name.size + 1);
    for (size_t i = 0; i < name.size; i++) {
        unsigned byte = (unsigned char)name.data[i], next = i + 1 < name.size ? (unsigned char)name.data[i + 1] : 0;
        unsigned point = (byte & 0x1f) << 6 | (next & 0x3f); /* of two bytes, as all of Cyrillic is */
        if (byte < 0x80) {
            buffer_add_char(&out, name.data[i]);
            continue;
        }
        if (point == 0x401 || point == 0x451) buffer_add_text(&out, TEXT("E"));
        else if ((byte == 0xd0 || byte == 0xd1) && point >= 0x410 && point <= 0x44f)
            buffer_add_text(&out, text_from(letters[(point - 0x410) % 32]));
        else buffer_add_char(&out, '?'); /* which no card bears */
        i++;
    }
    return buffer_text(&out);
}

bool card_holder_of(struct arena *arena, struct text name, struct text surname, struct text *holder) {
    struct text given = latin(arena, text_trim(name)), family = latin(arena, text_trim(surname));
    if (given.size == 0 || family.size == 0) return false;
    if (given.size + 1 + family.size > HOLDER_MOST) given = text_slice(given, 0, 1);
    if (given.size + 1 + family.size > HOLDER_MOST) family = text_slice(family, 0, HOLDER_MOST - 2);
    return card_holder(arena, text_format(arena, "%.*s %.*s", TEXT_ARG(given), TEXT_ARG(family)), holder);
}

/* ---- its way to its holder ---- */

const char *delivery_name(enum delivery delivery) {
    static const char *const names[DELIVERY_COUNT] = {"none", "made", "sent", "office", "courier", "handed"};
    return names[delivery];
}

bool delivery_may(enum delivery now, enum delivery next) {
    static const bool may[DELIVERY_COUNT][DELIVERY_COUNT] = {
        [DELIVERY_MADE] = {[DELIVERY_SENT] = true},
        [DELIVERY_SENT] = {[DELIVERY_OFFICE] = true, [DELIVERY_COURIER] = true},
        [DELIVERY_OFFICE] = {[DELIVERY_COURIER] = true, [DELIVERY_HANDED] = true},
        [DELIVERY_COURIER] = {[DELIVERY_OFFICE] = true, [DELIVERY_HANDED] = true},
    };
    return may[now][next];
}

/* ---- an authorisation ---- */

const char *limit_kind_name(enum limit_kind kind) {
    static const char *const names[LIMIT_KINDS] = {"till", "internet", "cash", "abroad"};
    return names[kind];
}

const char *decline_name(enum decline reason) {
    static const char *const names[DECLINE_COUNT] = {
        [DECLINE_NOT] = "approved",           [DECLINE_REVERSED] = "reversed",
        [DECLINE_CURRENCY] = "currency",      [DECLINE_ORDERED] = "not-activated",
        [DECLINE_BLOCKED] = "card-blocked",   [DECLINE_CLOSED] = "card-closed",
        [DECLINE_EXPIRED] = "card-expired",   [DECLINE_FROZEN] = "card-frozen",
        [DECLINE_MONEY_FROZEN] = "frozen",    [DECLINE_INTERNET] = "internet-off",
        [DECLINE_CASH] = "cash-off",          [DECLINE_OPERATION] = "card-operation-limit",
        [DECLINE_DAY] = "card-day-limit",     [DECLINE_MONTH] = "card-month-limit",
        [DECLINE_LEVEL] = "level-limit",      [DECLINE_NOT_ENOUGH] = "not-enough-money",
        [DECLINE_ACCOUNT] = "account-closed", [DECLINE_COOLING] = "cooling",
        [DECLINE_ABROAD] = "abroad-off",      [DECLINE_UNPROVED] = "not-confirmed",
        [DECLINE_KIND_OPERATION] = "card-kind-operation-limit",
        [DECLINE_KIND_DAY] = "card-kind-day-limit",
        [DECLINE_KIND_MONTH] = "card-kind-month-limit",
        [DECLINE_LATE] = "too-late",
        [DECLINE_GROUP] = "shops-off",
        [DECLINE_GROUP_MONTH] = "card-shops-month-limit"};
    return names[reason];
}

const char *shop_group_name(enum shop_group group) {
    static const char *const names[SHOP_GROUPS] = {"other", "gambling", "money", "adult",
                                                   "alcohol", "games", "cafes", "travel"};
    return names[group];
}

enum shop_group shop_group_of(struct text category) {
    static const struct {
        int from, to;
        enum shop_group group;
    } ranges[] = {
        {3000, 3999, SHOPS_TRAVEL}, {4411, 4411, SHOPS_TRAVEL},  {4511, 4511, SHOPS_TRAVEL},
        {4722, 4722, SHOPS_TRAVEL}, {4829, 4829, SHOPS_MONEY},   {5811, 5812, SHOPS_CAFES},
        {5813, 5813, SHOPS_ALCOHOL}, {5814, 5814, SHOPS_CAFES},  {5816, 5816, SHOPS_GAMES},
        {5921, 5921, SHOPS_ALCOHOL}, {5967, 5967, SHOPS_ADULT},  {6050, 6051, SHOPS_MONEY},
        {6540, 6540, SHOPS_MONEY},  {7011, 7033, SHOPS_TRAVEL},  {7273, 7273, SHOPS_ADULT},
        {7800, 7802, SHOPS_GAMBLING}, {7993, 7994, SHOPS_GAMES}, {7995, 7995, SHOPS_GAMBLING},
        {9406, 9406, SHOPS_GAMBLING},
    };
    int64_t code;
    if (category.size != 4 || !text_to_int(category, &code)) return SHOPS_OTHER;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].from && code <= ranges[i].to) return ranges[i].group;
    return SHOPS_OTHER;
}

static enum decline by_state(enum card_state state) {
    switch (state) {
    case CARD_ACTIVE: return DECLINE_NOT;
    case CARD_ORDERED: return DECLINE_ORDERED;
    case CARD_FROZEN: return DECLINE_FROZEN;
    case CARD_BLOCKED: return DECLINE_BLOCKED;
    case CARD_CLOSED: return DECLINE_CLOSED;
    case CARD_EXPIRED: return DECLINE_EXPIRED;
    }
    return DECLINE_CLOSED;
}

static bool above(int64_t most, int64_t spent, int64_t sum) {
    return most > 0 && sum > most - spent;
}

static enum decline by_switches(const struct card_look *look) {
    if (look->place == PLACE_INTERNET && !look->internet) return DECLINE_INTERNET;
    if (look->place == PLACE_CASH && !look->cash) return DECLINE_CASH;
    if (look->is_abroad && !look->abroad) return DECLINE_ABROAD;
    if (look->group.off) return DECLINE_GROUP;
    return look->place == PLACE_INTERNET && look->unproved ? DECLINE_UNPROVED : DECLINE_NOT;
}

static enum decline by_limits(const struct card_look *look) {
    bool counts[LIMIT_KINDS] = {[LIMIT_ABROAD] = look->is_abroad};
    counts[look->place] = true; /* the first kinds are the places */
    if (above(look->limits.operation, 0, look->sum)) return DECLINE_OPERATION;
    if (above(look->limits.day, look->spent.day, look->sum)) return DECLINE_DAY;
    if (above(look->limits.month, look->spent.month, look->sum)) return DECLINE_MONTH;
    for (int i = 0; i < LIMIT_KINDS; i++) {
        const struct card_limits *limits = &look->kinds[i];
        if (!counts[i]) continue;
        if (above(limits->operation, 0, look->sum)) return DECLINE_KIND_OPERATION;
        if (above(limits->day, look->spent_by[i].day, look->sum)) return DECLINE_KIND_DAY;
        if (above(limits->month, look->spent_by[i].month, look->sum)) return DECLINE_KIND_MONTH;
    }
    return above(look->group.month, look->spent_in_group, look->sum) ? DECLINE_GROUP_MONTH : DECLINE_NOT;
}

enum decline card_decide(const struct card_look *look) {
    enum decline state = by_state(look->state), switches = by_switches(look), limits = by_limits(look);
    if (look->late) return DECLINE_LATE;
    if (look->reversed) return DECLINE_REVERSED;
    if (look->foreign) return DECLINE_CURRENCY;
    if (state != DECLINE_NOT) return state;
    if (look->money == MONEY_FROZEN) return DECLINE_MONEY_FROZEN;
    if (switches != DECLINE_NOT) return switches;
    if (limits != DECLINE_NOT) return limits;
    if (look->money == MONEY_LEVEL) return DECLINE_LEVEL;
    if (look->money == MONEY_NOT_ENOUGH) return DECLINE_NOT_ENOUGH;
    if (look->money == MONEY_CLOSED) return DECLINE_ACCOUNT;
    return look->cooled ? DECLINE_COOLING : DECLINE_NOT;
}

int64_t limit_left(int64_t most, int64_t spent) {
    if (most == 0) return -1;
    return spent < most ? most - spent : 0;
}

/* ---- what follows it ---- */

const char *operation_state_name(enum operation_state state) {
    static const char *const names[] = {"", "held", "declined", "cleared", "reversed", "lapsed"};
    return names[state];
}

struct clearing_split clearing_split(const struct card_sums *sums, int64_t claimed, int64_t tolerance) {
    struct clearing_split split = {0};
    if (sums->refused) {
        split.questioned = claimed;
        return split;
    }
    if (!sums->known) {
        *(sums->usable ? &split.offline : &split.questioned) = claimed;
        return split;
    }
    int64_t open = sums->sum - sums->reversed - sums->cleared; /* approved and not yet claimed; below 0: claimed more */
    int64_t most = open + money_share(sums->sum, tolerance, 10000);
    split.capture = lesser(claimed, sums->held);
    int64_t rest = claimed - split.capture;
    if (claimed <= most) split.owed = rest;
    else {
        split.owed = open > split.capture ? lesser(rest, open - split.capture) : 0;
        split.questioned = rest - split.owed;
    }
    return split;
}

struct reversal_split reversal_split(const struct card_sums *sums, int64_t refunded, int64_t taken_back) {
    struct reversal_split split = {.release = lesser(taken_back, sums->held)};
    int64_t rest = taken_back - split.release;
    split.refund = lesser(rest, sums->cleared - refunded);
    if (split.refund < 0) split.refund = 0;
    split.nothing = rest - split.refund;
    return split;
}

/* ---- disputes ---- */

const char *dispute_reason_name(enum dispute_reason reason) {
    static const char *const names[DISPUTE_REASONS] = {"",      "unknown",     "not-received", "wrong-sum",
                                                       "twice", "not-returned"};
    return names[reason];
}

const char *dispute_state_name(enum dispute_state state) {
    static const char *const names[] = {"", "asked", "sent", "won", "lost", "refused", "returned"};
    return names[state];
}

bool dispute_over(enum dispute_state state) {
    return state >= DISPUTE_WON;
}

struct back_split back_split(int64_t sum, int64_t lent, int64_t paid) {
    struct back_split split = {.repaid = lesser(sum, lent)};
    int64_t rest = sum - split.repaid, owed = paid - split.repaid;
    split.his = owed > 0 ? lesser(rest, owed) : 0;
    split.more = rest - split.his;
    return split;
}
