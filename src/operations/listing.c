/* listing.c: see listing.h. Each account is a lane, walked to the next entry that may match by its figures; the newest
 * of all lanes is the next of the list. What matches by its text is known only once it was told. */
#include "operations/listing.h"

#include "base/check.h"
#include "engine/labels.h"
#include "generated/strings_operations.h"
#include "operations/classes.h"
#include "operations/sides.h"
#include "operations/state.h"
#include "operations/walk.h"

#include <string.h>

#define NAMES 32  /* other sides remembered while one list is made */
#define TAGGED 64 /* operations with a tag in one lot */
#define TITLED 64
#define KIND_NONE (-1)

struct named {
    int64_t account;
    struct text name;
};

/* Operations with a tag, wherever they are: the one lane of a list narrowed to it. */
struct tagged {
    struct labelled found[TAGGED];
    struct entry whole[TAGGED];
    struct digest digest;
    int64_t before;
    bool over;
};

struct lane {
    struct walk *walk; /* NULL: of tagged ones */
    struct walk_lot lot;
    size_t at;
    bool fits[DIGEST_ENTRIES];   /* of each class of the lot: its kind and category are those asked for */
    bool titled[DIGEST_ENTRIES]; /* … its title holds the text */
    bool found, over;
    int64_t pains;
    int64_t account, seen;     /* all down to this entry were looked at; 0: none */
    struct digest_entry head;
    struct entry whole;
    bool has_whole;
};

struct listing {
    struct engine *engine;
    struct tx *tx;
    struct arena *arena; /* of what is told */
    const struct locale *locale;
    struct operations_wanted wanted;
    const struct operation_filter *filter; /* NULL: all */
    const struct labels *labels;
    const struct label_set *set;
    bool said;           /* what he has said decides which category an entry is of */
    struct tagged *tagged;
    struct lane *lanes;
    size_t lane_count;
    int64_t before, from; /* ids, by what is wanted and the filter; 0: open */
    int64_t last;         /* the last entry looked at */
    int kind;            /* code of the filter's kind; 0: any */
    struct text needle;
    uint8_t places[SIGNATURE_ASKED];
    size_t place_count;
    int titled[TITLED];  /* kinds whose titles hold the text */
    size_t titled_count;
    struct named names[NAMES];
    size_t name_count;
};

/* ---- telling ---- */

static struct text name_of(struct listing *listing, int64_t account_id) {
    for (size_t i = 0; i < listing->name_count; i++)
        if (listing->names[i].account == account_id) return listing->names[i].name;
    struct side side = operations_side(listing->engine, listing->tx, listing->arena, account_id);
    bool own = side.name.size > 0 && side.owner == listing->wanted.customer;
    if (own) side.name = string_get(listing->arena, listing->locale, S_operations_myself, NULL, 0);
    if (listing->name_count < NAMES) listing->names[listing->name_count++] = (struct named){account_id, side.name};
    return side.name;
}

static struct text text_of(const struct node *operation, const char *name) {
    const struct node *node = doc_get(operation, name);
    return node != NULL && node->kind == NODE_TEXT ? node->text : TEXT_NONE;
}

static void tell_labels(struct listing *listing, const struct entry *entry, struct node *operation) {
    if (listing->labels == NULL || listing->set == NULL || !listing->wanted.labels) return;
    const struct operation_class class =
        operations_classify(listing->engine, listing->tx, listing->wanted.customer, entry);
    listing->labels->describe(listing->engine, listing->tx, listing->set, listing->locale, entry->id, &class,
                              operation);
}

void listing_tell(struct listing *listing, const struct listed *listed, struct node *operation) {
    const struct entry *entry = &listed->entry;
    doc_id(operation, "id", entry->id);
    doc_text(operation, "kind", listed->kind != NULL ? text_from(listed->kind->name) : TEXT("other"));
    doc_text(operation, "title", listed->title);
    doc_text(operation, "direction", entry->amount < 0 ? TEXT("out") : TEXT("in"));
    doc_money(operation, "sum", (struct money){entry->amount, entry->currency});
    doc_moment(operation, "at", id_moment(entry->id));
    if (entry->note.size > 0) doc_text(operation, "note", entry->note);
    doc_id(operation, "account", entry->account);
    doc_money(operation, "balance", (struct money){entry->balance, entry->currency});
    doc_int(operation, "version", entry->version);
    tell_labels(listing, entry, operation);
    if (listed->kind != NULL && listed->kind->describe != NULL)
        listed->kind->describe(listing->engine, listing->tx, listing->locale, entry, operation);
    if (doc_get(operation, "counterparty") != NULL) return;
    struct text name = name_of(listing, entry->other);
    if (name.size > 0) doc_text(operation, "counterparty", name);
}

struct listed listing_listed(struct listing *listing, const struct entry *entry) {
    struct listed listed = {.entry = *entry, .kind = engine_operation_kind(listing->engine, entry->kind)};
    listed.title = string_get(listing->arena, listing->locale,
                              listed.kind != NULL ? listed.kind->title : S_operations_other, NULL, 0);
    return listed;
}

/* ---- what may match ---- */

static int kind_named(const struct engine *engine, struct text name) {
    size_t count;
    const struct feature *const *features = engine_features(engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct operation_kind *kind = features[i]->operations; kind != NULL && kind->name != NULL; kind++)
            if (text_is(name, kind->name)) return kind->code;
    return KIND_NONE;
}

static bool kind_fits(const struct listing *listing, int kind) {
    if (listing->filter->kind.size == 0 || kind == listing->kind) return true;
    return listing->kind == KIND_NONE && text_is(listing->filter->kind, "other") &&
           engine_operation_kind(listing->engine, kind) == NULL;
}

/* Of all of a class, or of one entry of it where what he has said makes a difference. */
static bool category_fits(const struct listing *listing, const struct digest_class *class) {
    return listing->filter->category.size == 0 || text_equal(class->category, listing->filter->category);
}

static bool category_fits_one(const struct listing *listing, const struct walk_lot *lot, size_t at) {
    const struct digest_entry *entry = &lot->entries[at];
    const struct operation_class class = {lot->classes[entry->class].category, lot->payees[at]};
    return text_equal(listing->labels->category(listing->set, entry->id, &class), listing->filter->category);
}

static bool title_holds(const struct listing *listing, int kind) {
    for (size_t i = 0; i < listing->titled_count; i++)
        if (listing->titled[i] == kind) return true;
    return false;
}

/* Once for a lot what is the same for many of its entries. */
static void lot_begun(struct listing *listing, struct lane *lane) {
    struct walk_lot *lot = &lane->lot;
    bool some = lot->class_count == 0;
    lane->at = 0;
    if (listing->filter == NULL) return;
    for (size_t i = 0; i < lot->class_count; i++) {
        lane->fits[i] = kind_fits(listing, lot->classes[i].kind) &&
                        (listing->said || category_fits(listing, &lot->classes[i]));
        lane->titled[i] = title_holds(listing, lot->classes[i].kind);
        some = some || lane->fits[i];
    }
    if (!some && lot->count > 0) { /* none of them */
        lane->seen = lot->entries[lot->count - 1].id;
        lane->pains += lot->whole != NULL ? (int64_t)lot->count * PAINS_OF_ENTRY : PAINS_OF_LOT;
        lot->count = 0;
    }
}

static bool may_match(const struct listing *listing, const struct lane *lane, size_t at) {
    const struct operation_filter *filter = listing->filter;
    if (filter == NULL) return true;
    const struct digest_entry *entry = &lane->lot.entries[at];
    int64_t account = lane->walk == NULL ? lane->lot.whole[at].account : lane->account;
    const struct operation_facts facts = {.at = id_moment(entry->id), .amount = entry->amount, .account = account};
    if (!filter_matches_figures(filter, &facts)) return false;
    if (lane->lot.class_count == 0) return true;
    if (!lane->fits[entry->class] || (listing->said && !category_fits_one(listing, &lane->lot, at))) return false;
    const uint64_t *may = lane->lot.may;
    return may == NULL || (may[at / 64] >> at % 64 & 1) != 0 || lane->titled[entry->class];
}

/* ---- operations with a tag ---- */

static bool allowed(const struct listing *listing, int64_t account) {
    if (listing->filter->account != 0 && listing->filter->account != account) return false;
    for (size_t i = 0; i < listing->wanted.account_count; i++)
        if (listing->wanted.accounts[i] == account) return true;
    return false;
}

static bool tagged_next(struct listing *listing, struct tagged *tagged, struct walk_lot *lot) {
    size_t count = 0;
    if (tagged->over || listing->labels == NULL) return false;
    size_t found = listing->labels->tagged(listing->engine, listing->tx, listing->wanted.customer, listing->filter->tag,
                                           tagged->before, tagged->found, TAGGED);
    tagged->over = found < TAGGED;
    tagged->digest.class_count = 0;
    for (size_t i = 0; i < found; i++) {
        struct entry *entry = &tagged->whole[count];
        int64_t account = tagged->found[i].account;
        tagged->before = tagged->found[i].operation;
        if (!allowed(listing, account) ||
            !ledger_entry(engine_ledger(listing->engine), listing->tx, account, tagged->before, entry))
            continue;
        operations_digest_entry(listing->engine, listing->tx, listing->wanted.customer, entry, &tagged->digest,
                                count++);
    }
    *lot = (struct walk_lot){.count = count,
                             .entries = tagged->digest.entries,
                             .payees = tagged->digest.payees,
                             .classes = tagged->digest.classes,
                             .class_count = tagged->digest.class_count,
                             .whole = tagged->whole};
    return true;
}

/* ---- lanes ---- */

/* A lane that is not asked to do more has still come some way, so that the next request goes on from there. */
static bool tired(const struct listing *listing, const struct lane *lane) {
    return lane->pains >= PAINS_MOST / (int64_t)listing->lane_count;
}

static bool next_lot(struct listing *listing, struct lane *lane) {
    bool more = lane->walk != NULL ? walk_next(lane->walk, &lane->lot)
                                   : tagged_next(listing, listing->tagged, &lane->lot);
    if (more) lot_begun(listing, lane);
    else lane->over = true;
    lane->pains++;
    return more;
}

/* To the next entry that may match: `found`; or `over`; or it has been pains enough. */
static void lane_step(struct listing *listing, struct lane *lane) {
    while (!lane->found && !lane->over && !tired(listing, lane)) {
        if (lane->at == lane->lot.count) {
            next_lot(listing, lane);
            continue;
        }
        size_t at = lane->at++;
        lane->head = lane->lot.entries[at];
        lane->seen = lane->head.id;
        lane->pains += lane->lot.whole != NULL ? PAINS_OF_ENTRY : 1;
        if (lane->head.id < listing->from) {
            lane->over = true;
        } else if (may_match(listing, lane, at)) {
            lane->found = true;
            lane->has_whole = lane->lot.whole != NULL;
            if (!lane->has_whole) return;
            lane->whole = lane->lot.whole[at];
            side_memo_expect(operations_state(listing->engine)->sides, lane->whole.other);
        }
    }
}

/* How far the lane has come. */
static int64_t reached(const struct lane *lane) {
    if (lane->found) return lane->head.id;
    return lane->seen != 0 ? lane->seen : INT64_MAX;
}

/* The lane that leads the list; NULL: all are over. */
static struct lane *newest(struct listing *listing) {
    struct lane *best = NULL;
    for (size_t i = 0; i < listing->lane_count; i++) {
        struct lane *lane = &listing->lanes[i];
        lane_step(listing, lane);
        if (!lane->over && (best == NULL || reached(lane) > reached(best))) best = lane;
    }
    return best;
}

/* ---- begun ---- */

static void find_titled(struct listing *listing) {
    size_t count;
    const struct feature *const *features = engine_features(listing->engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct operation_kind *kind = features[i]->operations; kind != NULL && kind->name != NULL; kind++) {
            struct text title = string_get(listing->arena, listing->locale, kind->title, NULL, 0);
            struct text folded = filter_folded(listing->arena, title);
            if (memmem(folded.data, folded.size, listing->needle.data, listing->needle.size) == NULL) continue;
            if (listing->titled_count < TITLED) listing->titled[listing->titled_count++] = kind->code;
        }
}

static void begin_filter(struct listing *listing) {
    const struct operation_filter *filter = listing->filter;
    listing->from = filter->from != 0 ? id_from_moment(filter->from) : 0;
    int64_t until = filter->until != 0 ? id_from_moment(filter->until) : 0;
    if (until != 0 && (listing->before == 0 || until < listing->before)) listing->before = until;
    if (filter->kind.size > 0) listing->kind = kind_named(listing->engine, filter->kind);
    if (filter->text.size == 0) return;
    listing->needle = filter_folded(listing->arena, filter->text);
    listing->place_count = signature_asked(engine_keyring(listing->engine), listing->needle, listing->places);
    find_titled(listing);
}

/* Which digests can be left out. */
static void narrow(const struct listing *listing, struct walk_wish *wish) {
    const struct operation_filter *filter = listing->filter;
    wish->min = filter->min;
    wish->max = filter->max;
    if (filter->kind.size > 0 && listing->kind != KIND_NONE) wish->kinds = digest_kind_bit(listing->kind);
    if (filter->category.size > 0 && !listing->said) wish->categories = digest_category_bit(filter->category);
}

static void begin_lanes(struct listing *listing) {
    const struct operations_wanted *wanted = &listing->wanted;
    struct walk_wish wish = {.customer = wanted->customer,
                             .before = listing->before,
                             .from = listing->from,
                             .figures = listing->filter != NULL && filter_asks(listing->filter),
                             .payees = listing->said,
                             .places = listing->places,
                             .place_count = listing->place_count,
                             .none_left_out = listing->titled_count > 0};
    if (listing->filter != NULL) narrow(listing, &wish);
    for (size_t i = 0; i < wanted->account_count; i++) {
        wish.account = wanted->accounts[i];
        if (listing->filter != NULL && listing->filter->account != 0 && listing->filter->account != wish.account)
            continue;
        struct lane *lane = &listing->lanes[listing->lane_count++];
        lane->account = wish.account;
        lane->walk = walk_begin(listing->engine, listing->tx, &wish);
    }
}

struct listing *listing_begin(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                              const struct operations_wanted *wanted) {
    check(wanted->account_count <= OPERATION_ACCOUNTS);
    struct listing *listing = arena_new_of(tx_arena(tx), struct listing);
    const struct operation_filter *filter = wanted->filter;
    bool tag = filter != NULL && filter->tag.size > 0;
    listing->engine = engine;
    listing->tx = tx;
    listing->arena = arena;
    listing->locale = locale;
    listing->wanted = *wanted;
    listing->filter = filter;
    listing->before = wanted->before;
    if (wanted->labels || tag || (filter != NULL && filter->category.size > 0)) listing->labels = engine_labels(engine);
    if (listing->labels != NULL) listing->set = listing->labels->open(engine, tx, wanted->customer);
    listing->said = filter != NULL && filter->category.size > 0 && listing->set != NULL &&
                    listing->labels->said(listing->set);
    if (filter != NULL) begin_filter(listing);
    listing->lanes = arena_array(tx_arena(tx), struct lane, tag ? 1 : wanted->account_count + 1);
    if (tag) {
        listing->tagged = arena_new_of(tx_arena(tx), struct tagged);
        listing->tagged->before = listing->before;
        listing->lane_count = 1;
    } else {
        begin_lanes(listing);
    }
    return listing;
}

/* ---- walking ---- */

static int64_t card_of(const struct node *operation) {
    const struct node *node = doc_get(operation, "card_id");
    return node != NULL ? node->number : 0;
}

static bool matches_told(const struct listing *listing, const struct listed *listed, const struct node *operation) {
    if (listing->filter == NULL || (listing->needle.size == 0 && listing->filter->card == 0)) return true;
    const struct operation_facts facts = {.title = listed->title,
                                          .counterparty = text_of(operation, "counterparty"),
                                          .note = listed->entry.note,
                                          .card = card_of(operation)};
    return filter_matches_told(tx_arena(listing->tx), listing->filter, &facts);
}

static bool whole_of(struct listing *listing, const struct lane *lane, struct entry *entry) {
    if (lane->has_whole) *entry = lane->whole;
    return lane->has_whole ||
           ledger_entry(engine_ledger(listing->engine), listing->tx, lane->account, lane->head.id, entry);
}

bool listing_next(struct listing *listing, struct listed *listed, struct node **node) {
    struct entry entry;
    for (;;) {
        struct lane *lane = newest(listing);
        if (lane == NULL || !lane->found) return false;
        listing->last = lane->head.id;
        lane->found = false;
        if (!lane->has_whole) lane->pains += PAINS_OF_ENTRY;
        if (!whole_of(listing, lane, &entry)) continue;
        if (listing->filter == NULL) lane_step(listing, lane); /* its other side is fetched while this one is told */
        *listed = listing_listed(listing, &entry);
        *node = doc_new(listing->arena);
        listing_tell(listing, listed, *node);
        if (matches_told(listing, listed, *node)) return true;
    }
}

int64_t listing_rest(struct listing *listing) {
    const struct lane *lane = newest(listing);
    if (lane == NULL) return 0;
    if (!lane->found) return lane->seen;
    return listing->last != 0 ? listing->last : lane->head.id + 1;
}

/* ---- by days ---- */

/* Moves an object made apart into an array of the document. */
static void adopt(struct node *array, struct node *object) {
    struct node *place = doc_add_object(array);
    place->first = object->first;
    place->last = object->last;
    place->count = object->count;
    place->number = object->number;
}

struct operations_told operations_tell(struct engine *engine, struct tx *tx, const struct locale *locale,
                                       const struct operations_wanted *wanted, struct node *days) {
    struct listing *listing = listing_begin(engine, tx, days->arena, locale, wanted);
    struct operations_told told = {0};
    struct listed listed;
    struct node *node, *operations = NULL;
    int64_t day_of_last = 0;
    while (told.count < wanted->most && listing_next(listing, &listed, &node)) {
        struct date date = civil_at(id_moment(listed.entry.id), locale->zone).date;
        if (operations == NULL || date_to_days(date) != day_of_last) {
            struct node *day = doc_add_object(days);
            doc_date(day, "day", date);
            operations = doc_array(day, "operations");
            day_of_last = date_to_days(date);
        }
        adopt(operations, node);
        told.count++;
    }
    told.next = listing_rest(listing);
    return told;
}

size_t operations_accounts(struct engine *engine, struct tx *tx, int64_t customer,
                           int64_t accounts[OPERATION_ACCOUNTS]) {
    size_t count = 0;
    for (size_t i = 0; all_features[i] != NULL; i++)
        if (all_features[i]->accounts != NULL && engine_enabled(engine, all_features[i]->name))
            count += all_features[i]->accounts(engine, tx, customer, accounts + count, OPERATION_ACCOUNTS - count);
    return count;
}
