/* sealed.c: which columns there are to be sealed in this database, and what they are sealed by. */
#include "engine/internal.h"
#include "engine/reseal.h"

#include "base/check.h"

#include <string.h>

/* An audit row's context: audit.c. */
const struct sealed engine_sealed[] = {
    {SEALED_2("outbox", "payload", "outbox", "id, owner", "ii", "id")},
    {SEALED_2("audit", "detail", "audit.detail", "chain, number", "ii", "(chain << 48) | number")},
    {.where = NULL},
};

STATEMENT(migrated, "SELECT COALESCE(MAX(number), 0) FROM store_migration WHERE feature = $1");

/* True: they are at this program's version. */
static bool tables_there(struct tx *tx, const struct feature *feature, const char **behind) {
    int64_t latest = 0, there = 0;
    const struct migration *migration = feature->migrations;
    if (migration == NULL) return true; /* the engine's own, which always are */
    for (; migration->sql != NULL; migration++) latest = migration->number;
    struct rows *rows = tx_query(tx, &migrated, VALUES(V_TEXT(text_from(feature->migrations[0].feature))));
    if (rows_next(rows)) there = row_int(rows, 0);
    rows_end(rows);
    if (there > 0 && there < latest) *behind = feature->name;
    return there == latest;
}

size_t sealed_gather(struct tx *tx, const struct sealed *all[SEALED_MAX], const char **behind) {
    size_t count = 0;
    *behind = NULL;
    for (const struct feature *const *feature = all_features; *feature != NULL; feature++) {
        if ((*feature)->sealed == NULL || !tables_there(tx, *feature, behind)) continue;
        for (const struct sealed *sealed = (*feature)->sealed; sealed->where != NULL; sealed++) {
            check(count < SEALED_MAX);
            all[count++] = sealed;
        }
    }
    return count;
}

void sealed_count(struct tx *tx, struct statement *count, int64_t counts[KEYRING_NUMBER_MAX + 1]) {
    struct rows *rows = tx_query(tx, count, NO_VALUES);
    while (rows_next(rows)) {
        struct text first = row_text(rows, 0);
        if (first.size == 1) counts[(unsigned char)first.data[0]] += row_int(rows, 1);
    }
    rows_end(rows);
}
