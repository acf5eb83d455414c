/* digest.c: see digest.h. Where a text is asked for, the places of many digests are read first, and of the digests only
 * those in which some entry has them all. */
#include "operations/digest.h"

#include "operations/classes.h"
#include "operations/listing.h"
#include "operations/state.h"

#include <string.h>

/* ---- rows ---- */

#define WANTED                                                                                                         \
    "CASE WHEN high >= $5 AND low <= $6 AND (kinds & $7) <> 0 AND (categories & $8) <> 0 THEN content END"
#define IN_ORDER "WHERE customer = $1 AND account = $2 AND last <= $3 ORDER BY last DESC LIMIT $4"

STATEMENT(contents, "SELECT last, previous, " WANTED " FROM operation_digest " IN_ORDER);
STATEMENT(contents_payees, "SELECT last, previous, " WANTED ", payees FROM operation_digest " IN_ORDER);
STATEMENT(keys, "SELECT last, previous FROM operation_digest " IN_ORDER);
STATEMENT(around, "SELECT last, previous FROM operation_digest "
                  "WHERE customer = $1 AND account = $2 AND last >= $3 ORDER BY last LIMIT 1");
STATEMENT(content_of, "SELECT content, payees FROM operation_digest "
                      "WHERE customer = $1 AND account = $2 AND last = $3");
STATEMENT(bits_of, "SELECT last, bits FROM operation_place WHERE customer = $1 AND account = $2 AND place = $3 "
                   "AND last BETWEEN $4 AND $5 ORDER BY last DESC");
STATEMENT(add, "INSERT INTO operation_digest (customer, account, last, previous, low, high, kinds, categories, "
               "content, payees) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
               "ON CONFLICT (customer, account, last) DO NOTHING");
STATEMENT(add_bits, "INSERT INTO operation_place (customer, account, place, last, bits) "
                    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (customer, account, place, last) DO NOTHING");
STATEMENT(position, "SELECT entry FROM operation_digested WHERE id = 1 FOR_UPDATE");
STATEMENT(position_set, "INSERT INTO operation_digested (id, entry) VALUES (1, $1) "
                        "ON CONFLICT (id) DO UPDATE SET entry = $1");

/* ---- the shelf ---- */

#define SHELF_MOST 128                    /* digests known at a time */
#define SHELF_BYTES ((size_t)128 * 1024)  /* … with their contents */
#define SHELF_FIRST 8                     /* a page seldom needs more */

struct shelved {
    int64_t last, previous;
    struct text content, payees;          /* TEXT_NONE: not read yet, or not wanted */
    bool left_out;
    uint64_t may[DIGEST_ENTRIES / 64];
};

struct digest_shelf {
    struct tx *tx;
    const struct walk_wish *wish;
    struct shelved of[SHELF_MOST];
    size_t count, given, room, used;
    char *bytes;
};

struct digest_shelf *digest_shelf_new(struct tx *tx, const struct walk_wish *wish) {
    struct digest_shelf *shelf = arena_new_of(tx_arena(tx), struct digest_shelf);
    shelf->tx = tx;
    shelf->wish = wish;
    shelf->room = SHELF_FIRST;
    return shelf;
}

static struct value customer_of(const struct digest_shelf *shelf) {
    return V_INT(shelf->wish->customer);
}

static struct value account_of(const struct digest_shelf *shelf) {
    return V_INT(shelf->wish->account);
}

static int64_t first_number(struct rows *rows) {
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

int64_t digest_before(struct digest_shelf *shelf, int64_t entry) {
    return first_number(tx_query(shelf->tx, &keys, VALUES(customer_of(shelf), account_of(shelf), V_INT(entry),
                                                          V_INT(1))));
}

int64_t digest_around(struct digest_shelf *shelf, int64_t entry) {
    int64_t last = 0;
    struct rows *rows = tx_query(shelf->tx, &around, VALUES(customer_of(shelf), account_of(shelf), V_INT(entry)));
    if (rows_next(rows) && row_int(rows, 1) < entry) last = row_int(rows, 0);
    rows_end(rows);
    return last;
}

/* ---- which entries may hold the text ---- */

static void narrow_by(struct digest_shelf *shelf, uint8_t place) {
    int64_t newest = shelf->of[0].last, oldest = shelf->of[shelf->count - 1].last;
    size_t at = 0;
    uint64_t bits[DIGEST_ENTRIES / 64];
    struct rows *rows = tx_query(shelf->tx, &bits_of, VALUES(customer_of(shelf), account_of(shelf), V_INT(place),
                                                             V_INT(oldest), V_INT(newest)));
    while (rows_next(rows)) {
        int64_t last = row_int(rows, 0);
        for (; at < shelf->count && shelf->of[at].last > last; at++) memset(shelf->of[at].may, 0, sizeof bits);
        if (at == shelf->count || shelf->of[at].last != last || row_text(rows, 1).size != sizeof bits) continue;
        memcpy(bits, row_text(rows, 1).data, sizeof bits);
        for (size_t i = 0; i < DIGEST_ENTRIES / 64; i++) shelf->of[at].may[i] &= bits[i];
        at++;
    }
    rows_end(rows);
    for (; at < shelf->count; at++) memset(shelf->of[at].may, 0, sizeof bits);
}

static bool none(const uint64_t may[DIGEST_ENTRIES / 64]) {
    return (may[0] | may[1] | may[2] | may[3]) == 0;
}
_Static_assert(DIGEST_ENTRIES / 64 == 4, "none() looks at four words");

/* How many may hold it. To look at a few more costs less than to read another place of all. */
#define FEW 4
static size_t some(const struct digest_shelf *shelf) {
    size_t count = 0;
    for (size_t i = 0; i < shelf->count; i++)
        for (size_t k = 0; k < DIGEST_ENTRIES / 64; k++) count += (size_t)__builtin_popcountll(shelf->of[i].may[k]);
    return count;
}

/* ---- read in order ---- */

static void fill_keys(struct digest_shelf *shelf, int64_t last) {
    struct rows *rows = tx_query(shelf->tx, &keys, VALUES(customer_of(shelf), account_of(shelf), V_INT(last),
                                                          V_INT((int64_t)shelf->room)));
    while (shelf->count < shelf->room && rows_next(rows)) {
        struct shelved *shelved = &shelf->of[shelf->count++];
        *shelved = (struct shelved){.last = row_int(rows, 0), .previous = row_int(rows, 1)};
        memset(shelved->may, 0xFF, sizeof shelved->may);
    }
    rows_end(rows);
    for (size_t i = 0; shelf->count > 0 && i < shelf->wish->place_count && some(shelf) > FEW; i++)
        narrow_by(shelf, shelf->wish->places[i]);
    for (size_t i = 0; i < shelf->count; i++)
        shelf->of[i].left_out = !shelf->wish->none_left_out && none(shelf->of[i].may);
}

static struct text keep_bytes(struct digest_shelf *shelf, struct text bytes) {
    struct text kept = {shelf->bytes + shelf->used, bytes.size};
    if (bytes.size > 0) memcpy(shelf->bytes + shelf->used, bytes.data, bytes.size);
    shelf->used += bytes.size;
    return kept;
}

/* Their contents in one go; of those that the text has narrowed already, into what is known of them. */
static void fill_contents(struct digest_shelf *shelf, int64_t last, bool known) {
    const struct walk_wish *wish = shelf->wish;
    size_t at = 0, room = known ? shelf->count : shelf->room;
    const struct value values[] = {customer_of(shelf),
                                   account_of(shelf),
                                   V_INT(last),
                                   V_INT((int64_t)room),
                                   V_INT(wish->min),
                                   V_INT(wish->max != 0 ? wish->max : INT64_MAX),
                                   V_INT(wish->kinds != 0 ? (int64_t)wish->kinds : -1),
                                   V_INT(wish->categories != 0 ? (int64_t)wish->categories : -1)};
    struct rows *rows = tx_query(shelf->tx, wish->payees ? &contents_payees : &contents, values,
                                 sizeof values / sizeof *values);
    for (; at < room && rows_next(rows); at++) {
        struct shelved *shelved = &shelf->of[at];
        bool wanted = !row_null(rows, 2) && !(known && shelved->left_out);
        size_t size = wanted ? row_text(rows, 2).size + (wish->payees ? row_text(rows, 3).size : 0) : 0;
        if (size > SHELF_BYTES - shelf->used) break;
        if (!known) *shelved = (struct shelved){.last = row_int(rows, 0), .previous = row_int(rows, 1)};
        shelved->left_out = !wanted;
        if (!wanted) continue;
        shelved->content = keep_bytes(shelf, row_text(rows, 2));
        if (wish->payees) shelved->payees = keep_bytes(shelf, row_text(rows, 3));
    }
    rows_end(rows);
    if (!known) shelf->count = at;
}

/* With a text: the places first; of many digests that have it together, of a few each by itself when its turn comes. */
static void fill(struct digest_shelf *shelf, int64_t last) {
    size_t wanted = 0;
    if (shelf->bytes == NULL) shelf->bytes = arena_alloc(tx_arena(shelf->tx), SHELF_BYTES);
    shelf->given = shelf->count = shelf->used = 0;
    if (shelf->wish->place_count == 0) {
        fill_contents(shelf, last, false);
    } else {
        fill_keys(shelf, last);
        for (size_t i = 0; i < shelf->count; i++) wanted += !shelf->of[i].left_out;
        if (wanted > shelf->count / 4) fill_contents(shelf, last, true);
    }
    shelf->room = shelf->room * 4 < SHELF_MOST ? shelf->room * 4 : SHELF_MOST;
}

static void read_one(struct digest_shelf *shelf, struct shelved *shelved) {
    struct rows *rows = tx_query(shelf->tx, &content_of,
                                 VALUES(customer_of(shelf), account_of(shelf), V_INT(shelved->last)));
    bool found = rows_next(rows) && row_text(rows, 0).size + row_text(rows, 1).size <= SHELF_BYTES;
    if (found) {
        shelf->used = shelf->used + row_text(rows, 0).size + row_text(rows, 1).size <= SHELF_BYTES ? shelf->used : 0;
        shelved->content = keep_bytes(shelf, row_text(rows, 0));
        if (shelf->wish->payees) shelved->payees = keep_bytes(shelf, row_text(rows, 1));
    }
    rows_end(rows);
}

bool digest_next(struct digest_shelf *shelf, int64_t last, struct digest_place *place, struct digest *digest,
                 uint64_t may[DIGEST_ENTRIES / 64]) {
    if (shelf->given == shelf->count) fill(shelf, last);
    if (shelf->given == shelf->count || shelf->of[shelf->given].last != last) {
        shelf->given = shelf->count = 0;
        return false;
    }
    struct shelved *shelved = &shelf->of[shelf->given++];
    *place = (struct digest_place){.previous = shelved->previous, .left_out = shelved->left_out};
    memcpy(may, shelved->may, sizeof shelved->may);
    if (place->left_out) return true;
    if (shelved->content.size == 0) read_one(shelf, shelved);
    return digest_read(shelved->content, digest) &&
           (!shelf->wish->payees || digest_read_payees(shelved->payees, digest));
}

/* ---- made ---- */

#define MAKE_BYTES ((size_t)8 << 20)
#define LOOKED_AT 64    /* waypoints in one piece, most of them of accounts that are nobody's */
#define MADE_A_SECOND 20

struct making {
    struct engine *engine;
    struct tx *snapshot;
    struct arena *arena;
    int64_t customer, account, last, previous;
    struct digest digest;
    struct signature signatures[DIGEST_ENTRIES];
    struct text content, payees;
    bool whole; /* there are so many entries, and the last is the one named */
};

/* In each language: who an account of ours is, is told in words. */
static void sign(struct making *making, struct listing *const told[LANGUAGE_COUNT], const struct entry *entry,
                 struct signature *signature) {
    const struct keyring *keyring = engine_keyring(making->engine);
    if (entry->note.size > 0) signature_add(keyring, filter_folded(making->arena, entry->note), signature);
    for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
        struct listed listed = listing_listed(told[i], entry);
        struct node *node = doc_new(making->arena);
        listing_tell(told[i], &listed, node);
        const struct node *who = doc_get(node, "counterparty");
        if (who != NULL && who->kind == NODE_TEXT)
            signature_add(keyring, filter_folded(making->arena, who->text), signature);
    }
}

static void make(void *data) {
    struct making *making = data;
    struct digest *digest = &making->digest;
    const struct operations_wanted nothing = {.customer = making->customer};
    struct listing *told[LANGUAGE_COUNT];
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        struct locale *locale = arena_new_of(making->arena, struct locale);
        *locale = (struct locale){.language = (enum language)i, .zone = engine_zone(making->engine)};
        told[i] = listing_begin(making->engine, making->snapshot, making->arena, locale, &nothing);
    }
    struct entry_cursor *cursor = ledger_entries(engine_ledger(making->engine), making->snapshot, making->account,
                                                 id_moment(making->last) + SECOND / 1000);
    struct entry entry;
    while (digest->count < DIGEST_ENTRIES && entry_next(cursor, &entry)) {
        if (entry.id > making->last) continue;
        if (digest->count == 0 && entry.id != making->last) return;
        sign(making, told, &entry, &making->signatures[digest->count]);
        operations_digest_entry(making->engine, making->snapshot, making->customer, &entry, digest, digest->count++);
        making->previous = entry.previous;
    }
    making->content = digest_write(making->arena, digest);
    making->payees = digest_write_payees(making->arena, digest);
    making->whole = digest->count == DIGEST_ENTRIES;
}

/* A place that no entry has leaves no row. */
static void keep(struct tx *tx, const struct making *making) {
    struct digest_extent extent = digest_extent_of(&making->digest);
    tx_run(tx, &add,
           VALUES(V_INT(making->customer), V_INT(making->account), V_INT(making->last), V_INT(making->previous),
                  V_INT(extent.low), V_INT(extent.high), V_INT((int64_t)extent.kinds),
                  V_INT((int64_t)extent.categories), V_BYTES(making->content.data, making->content.size),
                  V_BYTES(making->payees.data, making->payees.size)));
    for (size_t place = 0; place < SIGNATURE_PLACES; place++) {
        uint64_t bits[DIGEST_ENTRIES / 64] = {0};
        for (size_t i = 0; i < DIGEST_ENTRIES; i++)
            if (signature_has(&making->signatures[i], place)) bits[i / 64] |= UINT64_C(1) << i % 64;
        if (none(bits)) continue;
        tx_run(tx, &add_bits,
               VALUES(V_INT(making->customer), V_INT(making->account), V_INT((int64_t)place), V_INT(making->last),
                      V_BYTES(bits, sizeof bits)));
    }
}

/* Read on a snapshot, which locks nothing and remembers what it learns: the entries have been there for a while. */
bool digest_make(struct engine *engine, struct tx *tx, int64_t account, int64_t last) {
    struct account owner;
    if (!ledger_account(engine_ledger(engine), tx, account, &owner) || owner.owner == 0) return false;
    struct reader *reader = engine_reader(engine);
    struct tx *snapshot = reader != NULL ? reader_begin(reader) : NULL;
    struct arena *arena = snapshot != NULL ? arena_new(MAKE_BYTES) : NULL;
    bool good = false;
    if (arena != NULL) {
        struct making *making = arena_new_of(arena, struct making);
        making->engine = engine;
        making->snapshot = snapshot;
        making->arena = arena;
        making->customer = owner.owner;
        making->account = account;
        making->last = last;
        good = arena_guard(arena, make, making);
        if (!reader_end(reader, snapshot)) good = false;
        if (good && making->whole) keep(tx, making);
    } else if (snapshot != NULL) {
        reader_end(reader, snapshot);
    }
    arena_free(arena);
    if (!good) tx_give_up(tx, "a digest of operations could not be made");
    return true;
}

static bool may_make(struct operations_state *state, moment now) {
    if (now - state->digests_since >= SECOND || now < state->digests_since) {
        state->digests_since = now;
        state->digests = 0;
    }
    return ++state->digests < MADE_A_SECOND;
}

/* One digest at a time and so many a second: payments do not wait for it. What has only just come is left, since
 * another node's older entry may still be on its way. */
bool digest_job(struct engine *engine, struct tx *tx) {
    struct ledger_waypoint found[LOOKED_AT];
    moment now = world_now(tx_world(tx));
    int64_t wait = operations_state(engine)->settings->digest_after;
    int64_t after = first_number(tx_query(tx, &position, NO_VALUES));
    size_t count = ledger_waypoints(tx, after, id_from_moment(now - wait), found, LOOKED_AT), done = 0;
    if (count == 0) return false;
    while (done < count) {
        const struct ledger_waypoint *waypoint = &found[done++];
        if (digest_make(engine, tx, waypoint->account, waypoint->entry)) break;
    }
    tx_run(tx, &position_set, VALUES(V_INT(found[done - 1].entry)));
    return (done < count || count == LOOKED_AT) && may_make(operations_state(engine), now);
}
