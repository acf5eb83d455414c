/* debtor.c: what a debtor has asked for in writing, where he lives, and all that the law's rules ask of him (LO-6). */
#include "debtors/internal.h"

#include "lending/files.h"

#define PAST_COUNTED 100 /* more than the law allows of all ways together within a month */

STATEMENT(past_of, "SELECT way, at FROM debtor_contact WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(wish_of, "SELECT refused, representative, zone, staff, at FROM debtor_wish WHERE customer = $1");
STATEMENT(wish_lock, "SELECT refused FROM debtor_wish WHERE customer = $1 FOR_UPDATE");
STATEMENT(wish_put, "INSERT INTO debtor_wish (customer, refused, representative, zone, staff, at) "
                    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer) DO UPDATE SET "
                    "refused = excluded.refused, representative = excluded.representative, zone = excluded.zone, "
                    "staff = excluded.staff, at = excluded.at");

struct text debtor_unseal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed) {
    struct text clear;
    bool good = sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

struct value debtor_seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(sealed.data, sealed.size);
}

int64_t debtors_today(const struct engine *engine) {
    return date_to_days(civil_at(world_now(engine_world(engine)), engine_zone(engine)).date);
}

bool debtor_wish_of(struct engine *engine, struct tx *tx, int64_t customer, struct debtor_wish *wish) {
    struct rows *rows = tx_query(tx, &wish_of, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    *wish = (struct debtor_wish){.refused = 0};
    if (found)
        *wish = (struct debtor_wish){.refused = row_int(rows, 0),
                                     .representative =
                                         debtor_unseal(engine, tx, "loan.debtor", customer, row_text(rows, 1)),
                                     .zone = row_copy(rows, 2, tx_arena(tx)),
                                     .staff = row_int(rows, 3),
                                     .at = row_int(rows, 4)};
    rows_end(rows);
    return found;
}

void debtor_wish_put(struct engine *engine, struct tx *tx, int64_t customer, const struct debtor_wish *wish) {
    tx_run(tx, &wish_put,
           VALUES(V_INT(customer), V_INT(wish->refused),
                  debtor_seal(engine, tx, "loan.debtor", customer, wish->representative), V_TEXT(wish->zone),
                  V_INT(wish->staff), V_INT(world_now(tx_world(tx)))));
}

/* The debtor's row is the lock, so that of two at once the second sees what the first did. */
void debtor_lock(struct engine *engine, struct tx *tx, int64_t customer) {
    struct debtor_wish wish;
    struct rows *rows = tx_query(tx, &wish_lock, VALUES(V_INT(customer)));
    bool there = rows_next(rows);
    rows_end(rows);
    if (there) return;
    debtor_wish_of(engine, tx, customer, &wish);
    wish.zone = TEXT("");
    debtor_wish_put(engine, tx, customer, &wish);
}

/* ---- how it stands with him ---- */

int64_t debtor_since(struct engine *engine, struct tx *tx, int64_t customer) {
    const struct owed *all[FEATURES_MAX];
    size_t count = engine_owed(engine, all);
    int64_t earliest = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t since = all[i]->since(engine, tx, customer);
        if (since != 0 && (earliest == 0 || since < earliest)) earliest = since;
    }
    return earliest;
}

/* What operators gave for any product holds for all: the law counts by debtor. Of two calendars the first. */
static void add_files(const struct engine *engine, struct arena *arena, struct contact_case *debtor) {
    const struct owed *all[FEATURES_MAX];
    size_t count = engine_owed(engine, all), lines = 0;
    struct law_line *own;
    for (size_t i = 0; i < count; i++) {
        const struct law_file *law = all[i]->law(engine);
        const struct work_calendar *calendar = all[i]->calendar(engine);
        if (law != NULL) lines += law->count;
        if (debtor->calendar == NULL) debtor->calendar = calendar;
    }
    if (lines == 0) return;
    debtor->own = own = arena_array(arena, struct law_line, lines);
    for (size_t i = 0; i < count; i++) {
        const struct law_file *law = all[i]->law(engine);
        for (size_t k = 0; law != NULL && k < law->count; k++) own[debtor->own_count++] = law->lines[k];
    }
}

static const struct zone *zone_of(const struct engine *engine, const struct debtor_wish *wish) {
    const struct debtors_settings *settings = engine_settings(engine, &debtors_feature);
    const struct zone *zone = wish->zone.size > 0 ? zone_named(wish->zone.data) : NULL;
    if (zone == NULL && settings->zone[0] != '\0') zone = zone_named(settings->zone);
    return zone != NULL ? zone : engine_zone(engine);
}

struct contact_case debtor_case(struct engine *engine, struct tx *tx, int64_t customer) {
    struct contact_past *past = arena_array(tx_arena(tx), struct contact_past, PAST_COUNTED);
    struct debtor_wish wish;
    size_t count = 0;
    debtor_wish_of(engine, tx, customer, &wish);
    struct rows *rows = tx_query(tx, &past_of, VALUES(V_INT(customer), V_INT(PAST_COUNTED)));
    for (; count < PAST_COUNTED && rows_next(rows); count++)
        past[count] = (struct contact_past){(enum contact_way)row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    struct contact_case debtor = {.zone = zone_of(engine, &wish),
                                  .past = past,
                                  .past_count = count,
                                  .overdue_since = debtor_since(engine, tx, customer),
                                  .refused = wish.refused,
                                  .represented = wish.representative.size > 0};
    add_files(engine, tx_arena(tx), &debtor);
    return debtor;
}
