/* model.c: see model.h. */
#include "test/month/model.h"

#include <string.h>

enum mistake mistake;

static int64_t least(int64_t one, int64_t other) {
    return one < other ? one : other;
}

static int64_t positive(int64_t number) {
    return number > 0 ? number : 0;
}

/* ---- time: Moscow's days and months ---- */

static int64_t day_of(moment at) {
    return (at + 3 * HOUR) / DAY;
}

static int64_t month_of(moment at) {
    struct date date = date_from_days(day_of(at));
    return date.year * 12 + date.month;
}

/* ---- limits ---- */

struct totals {
    int64_t day, month;
};

/* kind KINDS: all of them. */
static struct totals spent(const struct model *model, int card, int kind, int but, moment now) {
    struct totals totals = {0, 0};
    for (int i = 0; i < model->purchase_count; i++) {
        const struct model_purchase *purchase = &model->purchases[i];
        if (purchase->card != card || !purchase->exists) continue;
        bool counts = kind == KINDS || (kind == ABROAD ? purchase->abroad : (int)purchase->where == kind);
        if (!counts) continue;
        int64_t sum = purchase->held + purchase->paid - purchase->back;
        if (month_of(purchase->made) == month_of(now)) totals.month += sum;
        if (day_of(purchase->made) == day_of(now)) totals.day += sum;
    }
    totals = (struct totals){positive(totals.day), positive(totals.month)};
    totals.day -= model->purchases[but].paid;
    totals.month -= model->purchases[but].paid;
    return totals;
}

static int above(const struct limits3 *limits, struct totals totals, int64_t sum) {
    if (limits->operation > 0 && sum > limits->operation) return 1;
    if (limits->day > 0 && totals.day + sum > limits->day) return 2;
    return limits->month > 0 && totals.month + sum > limits->month ? 3 : 0;
}

static const char *by_limits(const struct model *model, int index, moment now) {
    static const char *const all[] = {NULL, "card-operation-limit", "card-day-limit", "card-month-limit"};
    static const char *const kinds[] = {NULL, "card-kind-operation-limit", "card-kind-day-limit",
                                        "card-kind-month-limit"};
    const struct model_purchase *purchase = &model->purchases[index];
    const struct model_card *card = &model->cards[purchase->card];
    int found = above(&card->all, spent(model, purchase->card, KINDS, index, now), purchase->sum);
    if (found > 0) return all[found];
    found = above(&card->kinds[purchase->where],
                  spent(model, purchase->card, (int)purchase->where, index, now), purchase->sum);
    if (found > 0) return kinds[found];
    if (!purchase->abroad || mistake == MISTAKE_ABROAD_IS_HOME) return NULL;
    found = above(&card->kinds[ABROAD], spent(model, purchase->card, ABROAD, index, now), purchase->sum);
    return kinds[found];
}

/* ---- an authorisation ---- */

static const char *decide(const struct model *model, int index, const struct said *said, moment now) {
    const struct model_purchase *purchase = &model->purchases[index];
    const struct model_card *card = &model->cards[purchase->card];
    if (purchase->state == REVERSED) return "reversed";
    if (said->foreign) return "currency";
    if (card->state == FROZEN) return "card-frozen";
    if (card->state == BLOCKED) return "card-blocked";
    if (purchase->where == ON_INTERNET && !card->internet) return "internet-off";
    if (purchase->where == FOR_CASH && !card->cash) return "cash-off";
    if (purchase->abroad && !card->abroad) return "abroad-off";
    const char *limit = by_limits(model, index, now);
    if (limit != NULL) return limit;
    bool enough = model->balance[card->account] - model->held[card->account] >= purchase->sum;
    return enough || purchase->paid > 0 ? "approved" : "not-enough-money"; /* claimed before: it is paid */
}

static void authorise(struct model *model, int index, const struct said *said, moment now) {
    struct model_purchase *purchase = &model->purchases[index];
    bool claimed = purchase->paid > 0 || purchase->ours > 0;
    purchase->asked = true;
    purchase->sum = said->foreign ? 0 : said->sum;
    purchase->reason = decide(model, index, said, now);
    bool approved = strcmp(purchase->reason, "approved") == 0;
    if (claimed || purchase->state == REVERSED) return;
    purchase->state = approved ? HELD : DECLINED;
    if (!approved) return;
    purchase->held = purchase->sum;
    purchase->lapses = purchase->made + HOLD_LIFE;
    model->held[model->cards[purchase->card].account] += purchase->sum;
}

/* ---- money ---- */

static bool pay(struct model *model, struct model_purchase *purchase, int64_t sum) {
    int account = model->cards[purchase->card].account;
    if (sum == 0 || model->balance[account] - model->held[account] < sum) return sum == 0;
    model->balance[account] -= sum;
    model->processing += sum;
    purchase->paid += sum;
    return true;
}

static void pay_ourselves(struct model *model, struct model_purchase *purchase, int64_t sum) {
    model->questioned -= sum;
    model->processing += sum;
    purchase->ours += sum;
}

static void give(struct model *model, struct model_purchase *purchase, int64_t sum) {
    model->balance[model->cards[purchase->card].account] += sum;
    model->processing -= sum;
    purchase->back += sum;
}

/* What our account had paid comes back there; what is kept there until staff have looked goes the same way. */
static void keep(struct model *model, struct model_purchase *purchase, int64_t sum) {
    model->questioned += sum;
    model->processing -= sum;
    purchase->ours -= sum;
}

static void unhold(struct model *model, struct model_purchase *purchase, int64_t sum) {
    model->held[model->cards[purchase->card].account] -= sum;
    purchase->held -= sum;
}

static void claim(struct model *model, struct model_purchase *purchase, const struct said *said) {
    int64_t left = said->sum, approved = purchase->sum - purchase->undone - purchase->paid, free_part = 0,
            questioned = 0;
    int64_t bound = mistake == MISTAKE_NO_TOLERANCE ? 0 : (purchase->sum * TOLERANCE_PERCENT + 50) / 100;
    bool refused = purchase->state == DECLINED || purchase->state == REVERSED;
    bool known = purchase->asked && strcmp(purchase->reason, "approved") == 0;
    if (!refused && known) {
        int64_t captured = least(left, purchase->held);
        bool fits = left <= approved + bound;
        if (captured > 0) {
            unhold(model, purchase, captured);
            model->balance[model->cards[purchase->card].account] -= captured;
            model->processing += captured;
            purchase->paid += captured;
            if (said->last) unhold(model, purchase, purchase->held);
        }
        left -= captured;
        free_part = fits ? left : least(left, positive(approved - captured));
        questioned = left - free_part;
    } else if (!refused && model->cards[purchase->card].state == WORKS) {
        free_part = left;
    } else {
        questioned = left;
    }
    if (!pay(model, purchase, free_part)) questioned += free_part;
    if (questioned > 0) pay_ourselves(model, purchase, questioned);
    if (!refused && purchase->held == 0) purchase->state = CLEARED;
    model->claims += said->sum;
}

static void take_back(struct model *model, struct model_purchase *purchase, const struct said *said) {
    bool whole = said->sum == 0;
    int64_t all = purchase->held + purchase->paid - purchase->back + purchase->ours;
    int64_t left = whole ? positive(all) : said->sum, released = least(left, purchase->held);
    unhold(model, purchase, released);
    left -= released;
    int64_t given = positive(least(left, purchase->paid - purchase->back));
    give(model, purchase, given);
    left -= given;
    int64_t kept = positive(least(left, purchase->ours));
    keep(model, purchase, kept);
    left -= kept;
    model->returns += given + kept;
    int64_t open = purchase->sum - purchase->undone - purchase->paid;
    if (open > 0) purchase->undone += whole ? open : least(released + left, open);
    if (purchase->held > 0 || purchase->state == DECLINED) return;
    if (purchase->paid > 0) purchase->state = CLEARED;
    else if (whole || purchase->undone >= purchase->sum) purchase->state = REVERSED;
}

static void refund(struct model *model, struct model_purchase *purchase, const struct said *said) {
    int64_t left = said->sum, his = least(left, positive(purchase->paid - purchase->back));
    bool claimed = purchase->paid > 0;
    give(model, purchase, his);
    left -= his;
    int64_t kept = positive(least(left, purchase->ours));
    keep(model, purchase, kept);
    left -= kept;
    if (claimed && mistake != MISTAKE_GIFT) keep(model, purchase, left);
    else give(model, purchase, left);
    model->returns += said->sum;
}

/* Nothing is disputed here: what comes is kept. */
static void verdict(struct model *model, struct model_purchase *purchase, const struct said *said) {
    if (!said->won) return;
    keep(model, purchase, said->sum);
    model->returns += said->sum;
}

/* ---- messages ---- */

static bool same(const struct said *one, const struct said *other) {
    int64_t sum = one->foreign ? 0 : one->sum, others = other->foreign ? 0 : other->sum;
    return one->what == other->what && one->purchase == other->purchase && sum == others;
}

const char *model_hear(struct model *model, const struct said *said, moment now) {
    struct said *before = &model->heard[said->id];
    struct model_purchase *purchase = &model->purchases[said->purchase];
    bool asks = said->what == SAYS_AUTHORISATION, repeated = before->purchase >= 0;
    if (repeated && !same(before, said)) return "contradiction";
    if (repeated && mistake != MISTAKE_COUNTS_TWICE) return asks ? purchase->reason : "known";
    *before = *said;
    if (!purchase->exists) {
        purchase->exists = true;
        purchase->made = now;
        if (said->what == SAYS_REFUND || said->what == SAYS_VERDICT) purchase->state = CLEARED;
    }
    switch (said->what) {
    case SAYS_AUTHORISATION: authorise(model, said->purchase, said, now); return purchase->reason;
    case SAYS_CLEARING: claim(model, purchase, said); break;
    case SAYS_REVERSAL: take_back(model, purchase, said); break;
    case SAYS_REFUND: refund(model, purchase, said); break;
    case SAYS_VERDICT: verdict(model, purchase, said); break;
    }
    if (purchase->held == 0) purchase->lapses = 0;
    return "accepted";
}

void model_lapse(struct model *model, moment now) {
    if (mistake == MISTAKE_HOLD_STAYS) return;
    for (int i = 0; i < model->purchase_count; i++) {
        struct model_purchase *purchase = &model->purchases[i];
        if (purchase->state != HELD || purchase->lapses > now) continue;
        unhold(model, purchase, purchase->held);
        purchase->lapses = 0;
        purchase->state = purchase->paid > 0 ? CLEARED : LAPSED;
    }
}
