/* listing.c: see listing.h. The other side's name is asked only for what may match, and once for each account. */
#include "operations/listing.h"

#include "base/check.h"
#include "identity/identity.h"
#include "generated/strings.h"
#include "operations/state.h"

#include <string.h>

#define NAMES 32 /* other sides remembered while one list is made */

struct named {
    int64_t account;
    struct text name;
};

struct lane {
    struct entry_cursor *cursor;
    struct entry entry;
    bool more;
};

struct listing {
    struct engine *engine;
    struct side_memo *sides;
    struct tx *tx;
    moment now;
    struct arena *arena; /* of what is told */
    const struct locale *locale;
    struct operations_wanted wanted;
    struct lane lanes[OPERATION_ACCOUNTS];
    size_t lane_count, seen;
    int64_t last; /* the last entry looked at */
    struct named names[NAMES];
    size_t name_count;
};

/* Entries have times to the millisecond in their ids, cursors begin at moments: what is not older is skipped. */
static void lane_step(struct listing *listing, struct lane *lane) {
    do lane->more = entry_next(lane->cursor, &lane->entry);
    while (lane->more && listing->wanted.before != 0 && lane->entry.id >= listing->wanted.before);
    if (lane->more) side_memo_expect(listing->sides, lane->entry.other); /* told when the one before it was */
}

static moment start_of(const struct operations_wanted *wanted) {
    moment start = wanted->before != 0 ? id_moment(wanted->before) + SECOND / 1000 : 0;
    moment until = wanted->filter != NULL ? wanted->filter->until : 0;
    if (until != 0 && (start == 0 || until < start)) return until;
    return start;
}

struct listing *listing_begin(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                              const struct operations_wanted *wanted) {
    check(wanted->account_count <= OPERATION_ACCOUNTS);
    struct listing *listing = arena_new_of(tx_arena(tx), struct listing);
    listing->engine = engine;
    listing->sides = operations_state(engine)->sides;
    listing->tx = tx;
    listing->now = world_now(tx_world(tx));
    listing->arena = arena;
    listing->locale = locale;
    listing->wanted = *wanted;
    for (size_t i = 0; i < wanted->account_count; i++) {
        if (wanted->filter != NULL && wanted->filter->account != 0 && wanted->filter->account != wanted->accounts[i])
            continue;
        struct lane *lane = &listing->lanes[listing->lane_count++];
        lane->cursor = ledger_entries(engine_ledger(engine), tx, wanted->accounts[i], start_of(wanted));
        lane_step(listing, lane);
    }
    return listing;
}

/* ---- telling ---- */

struct text operations_unbroken(struct arena *arena, struct text number) {
    struct buffer out = buffer_new(arena, number.size + 8);
    for (size_t i = 0; i < number.size; i++) {
        if (number.data[i] == '-') buffer_add_literal(&out, "\u2011");
        else buffer_add_char(&out, number.data[i]);
    }
    return buffer_text(&out);
}

/* How others see a customer: «Имя О.», or his number masked. */
static struct text seen_as(struct listing *listing, int64_t owner) {
    struct customer customer;
    if (owner == 0 || !identity_customer(listing->engine, listing->tx, owner, &customer)) return TEXT_NONE;
    if (customer.phone.size == 0) return TEXT_NONE; /* his data were destroyed */
    if (customer.name.size > 0) return text_copy(listing->arena, customer.name);
    return operations_unbroken(listing->arena, phone_masked(listing->arena, customer.phone));
}

static struct side side_of(struct listing *listing, int64_t account_id) {
    struct side_memo *memo = listing->sides;
    moment now = listing->now;
    struct side side = {0};
    bool fresh = false;
    bool known = side_memo_find(memo, account_id, now, listing->arena, &side, &fresh);
    if (known && fresh) return side;
    struct account account;
    if (!known) {
        if (!ledger_account(engine_ledger(listing->engine), listing->tx, account_id, &account)) return side;
        side.owner = account.owner;
    }
    side.name = seen_as(listing, side.owner);
    if (!tx_writing(listing->tx) && !tx_failed(listing->tx)) side_memo_keep(memo, account_id, now, &side);
    return side;
}

static struct text name_of(struct listing *listing, int64_t account_id) {
    for (size_t i = 0; i < listing->name_count; i++)
        if (listing->names[i].account == account_id) return listing->names[i].name;
    struct side side = side_of(listing, account_id);
    bool own = side.name.size > 0 && side.owner == listing->wanted.customer;
    if (own) side.name = string_get(listing->arena, listing->locale, S_operations_myself, NULL, 0);
    if (listing->name_count < NAMES) listing->names[listing->name_count++] = (struct named){account_id, side.name};
    return side.name;
}

static struct text text_of(const struct node *operation, const char *name) {
    const struct node *node = doc_get(operation, name);
    return node != NULL && node->kind == NODE_TEXT ? node->text : TEXT_NONE;
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
    if (listed->kind != NULL && listed->kind->describe != NULL)
        listed->kind->describe(listing->engine, listing->tx, listing->locale, entry, operation);
    if (doc_get(operation, "counterparty") != NULL) return;
    struct text name = name_of(listing, entry->other);
    if (name.size > 0) doc_text(operation, "counterparty", name);
}

static struct listed listed_of(struct listing *listing, const struct entry *entry) {
    struct listed listed = {.entry = *entry, .kind = engine_operation_kind(listing->engine, entry->kind)};
    listed.title = string_get(listing->arena, listing->locale,
                              listed.kind != NULL ? listed.kind->title : S_operations_other, NULL, 0);
    return listed;
}

/* ---- walking ---- */

static bool matches_figures(const struct listing *listing, const struct listed *listed) {
    if (listing->wanted.filter == NULL) return true;
    const struct operation_facts facts = {.kind = text_from(listed->kind != NULL ? listed->kind->name : "other"),
                                          .at = id_moment(listed->entry.id),
                                          .amount = listed->entry.amount,
                                          .account = listed->entry.account};
    return filter_matches_figures(listing->wanted.filter, &facts);
}

static bool matches_text(const struct listing *listing, const struct listed *listed, const struct node *operation) {
    if (listing->wanted.filter == NULL) return true;
    const struct operation_facts facts = {
        .title = listed->title, .counterparty = text_of(operation, "counterparty"), .note = listed->entry.note};
    return filter_matches_text(tx_arena(listing->tx), listing->wanted.filter, &facts);
}

static struct lane *newest(struct listing *listing) {
    struct lane *best = NULL;
    for (size_t i = 0; i < listing->lane_count; i++) {
        struct lane *lane = &listing->lanes[i];
        if (lane->more && (best == NULL || lane->entry.id > best->entry.id)) best = lane;
    }
    return best;
}

/* All that follow are older than the filter wants. */
static bool past_the_end(const struct listing *listing, const struct entry *entry) {
    const struct operation_filter *filter = listing->wanted.filter;
    return filter != NULL && filter->from != 0 && id_moment(entry->id) < filter->from;
}

bool listing_next(struct listing *listing, struct listed *listed, struct node **node) {
    while (listing->seen < SCAN_MOST) {
        struct lane *lane = newest(listing);
        if (lane == NULL || past_the_end(listing, &lane->entry)) {
            listing->lane_count = 0;
            return false;
        }
        *listed = listed_of(listing, &lane->entry);
        listing->seen++;
        listing->last = lane->entry.id;
        lane_step(listing, lane);
        if (!matches_figures(listing, listed)) continue;
        *node = doc_new(listing->arena);
        listing_tell(listing, listed, *node);
        if (matches_text(listing, listed, *node)) return true;
    }
    return false;
}

int64_t listing_rest(const struct listing *listing) {
    for (size_t i = 0; i < listing->lane_count; i++)
        if (listing->lanes[i].more && !past_the_end(listing, &listing->lanes[i].entry)) return listing->last;
    return 0;
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
