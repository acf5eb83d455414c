/* schema.c: the tables of levels, and what goes away by itself. What is known of a person is sealed; a passport is
 * found again by its keyed hash alone. Evidence of a level stays: the law wants it for years after the contract. */
#include "levels/internal.h"

static const struct lookup passports[] = {
    {.purpose = "level.passport",
     .copy = STATEMENT_OF("INSERT INTO level_person (passport_hash, birth_hash, cabinets) SELECT $1, birth_hash, "
                          "cabinets FROM level_person WHERE passport_hash = $2 AND $3 <> 0"),
     .remove = STATEMENT_OF("DELETE FROM level_person WHERE passport_hash = $1 AND $2 <> 0"),
     .where = "level_person.passport_hash",
     .count = COUNT_OF("level_person", "passport_hash")},
    {.purpose = NULL},
};

const struct sealed levels_sealed[] = {
    {SEALED_2("level_evidence", "answers", "level.answers", "customer, id", "ii", "id")},
    {SEALED_2("level_evidence", "reference", "level.reference", "customer, id", "ii", "id")},
    {SEALED("level_holder", "passport", "level.holder", "customer", "i", "customer"), .lookups = passports},
    {SEALED_2("level_photo", "sealed", "level.photo", "customer, place", "ii",
              "(customer | (place << 56)) - (customer & (place << 56))"),
     .large = true},
    {.where = NULL},
};

const struct migration levels_migrations[] = {
    {"levels", 1,
     "CREATE TABLE level_evidence ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, level BIGINT NOT NULL, source BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, answers BYTES NOT NULL, reference BYTES NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE level_holder ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, passport BYTES NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE level_person ( -- distributed by passport_hash\n"
     "  passport_hash BYTES NOT NULL PRIMARY KEY, birth_hash BYTES NOT NULL, cabinets BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE level_review ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, id BIGINT NOT NULL, state BIGINT NOT NULL, reason BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX level_review_id ON level_review (id);\n"
     "CREATE INDEX level_review_expires ON level_review (expires);\n"
     "CREATE TABLE level_photo ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, place BIGINT NOT NULL, kind BIGINT NOT NULL, size BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, staff BIGINT NOT NULL, sealed BYTES NOT NULL, PRIMARY KEY (customer, place)\n"
     ") CLUSTERED"},
    {NULL, 0, NULL},
};

STATEMENT(sweep_list, "SELECT customer FROM level_review WHERE expires < $1 ORDER BY expires LIMIT 100");
STATEMENT(sweep_photos, "DELETE FROM level_photo WHERE customer = $1");
STATEMENT(sweep_one, "DELETE FROM level_review WHERE customer = $1 AND expires < $2");

/* A review that was not finished, or refused long ago, goes with its photos. */
static bool sweep(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine));
    int64_t customers[100];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &sweep_list, VALUES(V_INT(now)));
    while (count < 100 && rows_next(rows)) customers[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++)
        if (tx_run(tx, &sweep_one, VALUES(V_INT(customers[i]), V_INT(now))) == 1)
            tx_run(tx, &sweep_photos, VALUES(V_INT(customers[i])));
    return count == 100;
}

const struct job levels_jobs[] = {
    {"levels.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};
