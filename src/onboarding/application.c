/* application.c: applications in the database: what was answered is sealed, found by the number's keyed hash. */
#include "onboarding/internal.h"

#include "base/check.h"

#include <string.h>

#define COLUMNS                                                                                                        \
    "id, phone_hash, phone, state, done, answers, secret, customer, reason, language, made, expires, staff, decided"

STATEMENT(add, "INSERT INTO application (id, phone_hash, phone, state, done, answers, secret, customer, reason, "
               "language, made, expires) VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, 0, $7, $8, $9)");
STATEMENT(by_phone, "SELECT " COLUMNS " FROM application WHERE phone_hash = $1 AND state < 4 AND expires > $2 "
                    "ORDER BY id DESC LIMIT 1");
STATEMENT(by_phone_lock, "SELECT " COLUMNS " FROM application WHERE phone_hash = $1 AND state < 4 AND expires > $2 "
                         "ORDER BY id DESC LIMIT 1 FOR_UPDATE");
STATEMENT(by_customer, "SELECT " COLUMNS " FROM application WHERE customer = $1 ORDER BY id DESC LIMIT 1");
STATEMENT(by_customer_lock, "SELECT " COLUMNS " FROM application WHERE customer = $1 ORDER BY id DESC LIMIT 1 "
                            "FOR_UPDATE");
STATEMENT(latest, "SELECT " COLUMNS " FROM application WHERE phone_hash = $1 AND expires > $2 "
                  "ORDER BY id DESC LIMIT 1");
STATEMENT(by_id, "SELECT " COLUMNS " FROM application WHERE id = $1");
STATEMENT(by_id_lock, "SELECT " COLUMNS " FROM application WHERE id = $1 FOR_UPDATE");
STATEMENT(save, "UPDATE application SET state = $3, done = $4, answers = $5, secret = $6, customer = $7, reason = $8, "
                "language = $9, expires = $10, staff = $11, decided = $12 WHERE phone_hash = $1 AND id = $2");
STATEMENT(start_add, "INSERT INTO application_start (hash, answers, expires) VALUES ($1, $2, $3) "
                     "ON CONFLICT (hash) DO UPDATE SET answers = $2, expires = $3");
STATEMENT(start_read, "SELECT answers FROM application_start WHERE hash = $1 AND expires > $2");
STATEMENT(start_delete, "DELETE FROM application_start WHERE hash = $1");

static struct text seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    return secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
}

void application_new(struct engine *engine, struct tx *tx, struct text phone, enum language language,
                     struct application *application) {
    struct world *world = engine_world(engine);
    *application = (struct application){
        .id = world_id(world),
        .phone = phone,
        .state = APPLICATION_FILLING,
        .done = (UINT64_C(1) << STEP_NUMBER) | (UINT64_C(1) << STEP_CODE),
        .language = language,
        .made = world_now(world),
    };
    application->expires = application->made + onboarding_of(engine)->settings->draft_life;
    identity_phone_hash(engine, phone, application->phone_hash);
    struct text number = seal(engine, tx, "application.phone", application->id, phone);
    struct text answers = seal(engine, tx, "application.answers", application->id, TEXT("{}"));
    tx_run(tx, &add,
           VALUES(V_INT(application->id), V_BYTES(application->phone_hash, SECRET_HASH_SIZE),
                  V_BYTES(number.data, number.size), V_INT(application->state), V_INT((int64_t)application->done),
                  V_BYTES(answers.data, answers.size), V_INT(language), V_INT(application->made),
                  V_INT(application->expires)));
}

static bool read_row(struct engine *engine, struct tx *tx, struct rows *rows, struct application *application) {
    bool found = rows_next(rows);
    if (found) {
        struct arena *arena = tx_arena(tx);
        const struct keyring *keyring = engine_keyring(engine);
        struct text hash = row_text(rows, 1), json = TEXT_NONE;
        *application = (struct application){
            .id = row_int(rows, 0),
            .state = (enum application_state)row_int(rows, 3),
            .done = (uint64_t)row_int(rows, 4),
            .customer = row_int(rows, 7),
            .reason = (enum reason)row_int(rows, 8),
            .language = (enum language)row_int(rows, 9),
            .made = row_int(rows, 10),
            .expires = row_int(rows, 11),
            .staff = row_int(rows, 12),
            .decided = row_int(rows, 13),
        };
        check(hash.size == SECRET_HASH_SIZE);
        memcpy(application->phone_hash, hash.data, SECRET_HASH_SIZE);
        int64_t id = application->id;
        found = secret_open(keyring, arena, "application.phone", id, row_text(rows, 2), &application->phone) &&
                secret_open(keyring, arena, "application.answers", id, row_text(rows, 5), &json) &&
                answers_read(arena, json, &application->answers);
        if (found && !row_null(rows, 6))
            found = secret_open(keyring, arena, "application.secret", id, row_text(rows, 6), &application->secret);
    }
    rows_end(rows);
    return found;
}

static bool by_number(struct engine *engine, struct tx *tx, struct text phone, struct statement *statement,
                      struct application *application) {
    struct lookups hashes;
    moment now = world_now(engine_world(engine));
    bool found = false;
    identity_phone_hashes(engine, phone, &hashes);
    for (size_t i = 0; i < hashes.count && !found; i++) {
        struct value hash = V_BYTES(hashes.of[i], SECRET_HASH_SIZE);
        found = read_row(engine, tx, tx_query(tx, statement, VALUES(hash, V_INT(now))), application);
    }
    return found;
}

bool application_of_phone(struct engine *engine, struct tx *tx, struct text phone, struct application *application) {
    return by_number(engine, tx, phone, tx_writing(tx) ? &by_phone_lock : &by_phone, application);
}

bool application_latest(struct engine *engine, struct tx *tx, struct text phone, struct application *application) {
    return by_number(engine, tx, phone, &latest, application);
}

bool application_by_id(struct engine *engine, struct tx *tx, int64_t id, struct application *application) {
    struct statement *statement = tx_writing(tx) ? &by_id_lock : &by_id;
    return read_row(engine, tx, tx_query(tx, statement, VALUES(V_INT(id))), application) &&
           application->expires > world_now(engine_world(engine));
}

bool application_of_customer(struct engine *engine, struct tx *tx, int64_t customer, struct application *application) {
    struct statement *statement = tx_writing(tx) ? &by_customer_lock : &by_customer;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer)));
    return read_row(engine, tx, rows, application);
}

static moment kept_until(const struct onboarding_settings *settings, enum application_state state, moment now) {
    switch (state) {
    case APPLICATION_FILLING: return now + settings->draft_life;
    case APPLICATION_WAITING: return now + settings->waiting_life;
    case APPLICATION_REFUSED: return now + settings->refused_life;
    case APPLICATION_OPENED: return INT64_MAX; /* the customer's record now */
    }
    check(false);
    return now;
}

void application_save(struct engine *engine, struct tx *tx, struct application *application) {
    struct text answers = seal(engine, tx, "application.answers", application->id,
                               answers_write(tx_arena(tx), &application->answers));
    struct value secret = V_NULL;
    if (application->secret.data != NULL) {
        struct text box = seal(engine, tx, "application.secret", application->id, application->secret);
        secret = V_BYTES(box.data, box.size);
    }
    application->expires =
        kept_until(onboarding_of(engine)->settings, application->state, world_now(engine_world(engine)));
    tx_run(tx, &save,
           VALUES(V_BYTES(application->phone_hash, SECRET_HASH_SIZE), V_INT(application->id),
                  V_INT(application->state), V_INT((int64_t)application->done),
                  V_BYTES(answers.data, answers.size), secret, V_INT(application->customer),
                  V_INT(application->reason), V_INT(application->language), V_INT(application->expires),
                  V_INT(application->staff), V_INT(application->decided)));
}

/* ---- answers from before the number ---- */

void start_keep(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE],
                const struct answers *answers) {
    struct text box = seal(engine, tx, "application.start", 0, answers_write(tx_arena(tx), answers));
    tx_run(tx, &start_add,
           VALUES(V_BYTES(hash, SECRET_HASH_SIZE), V_BYTES(box.data, box.size),
                  V_INT(world_now(engine_world(engine)) + DAY)));
}

bool start_find(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE], struct answers *answers) {
    struct rows *rows = tx_query(
        tx, &start_read, VALUES(V_BYTES(hash, SECRET_HASH_SIZE), V_INT(world_now(engine_world(engine)))));
    struct text json = TEXT_NONE;
    bool found = rows_next(rows) &&
                 secret_open(engine_keyring(engine), tx_arena(tx), "application.start", 0, row_text(rows, 0), &json) &&
                 answers_read(tx_arena(tx), json, answers);
    rows_end(rows);
    return found;
}

void start_drop(struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE]) {
    tx_run(tx, &start_delete, VALUES(V_BYTES(hash, SECRET_HASH_SIZE)));
}

/* ---- for other features ---- */

STATEMENT(limit_read, "SELECT amount FROM onboarding_limit WHERE customer = $1");

struct text onboarding_answer(struct engine *engine, struct tx *tx, int64_t customer, const char *name) {
    struct application application;
    if (!application_of_customer(engine, tx, customer, &application)) return TEXT_NONE;
    for (int i = 0; i < ANSWER_COUNT; i++)
        if (strcmp(question_of((enum detail)i)->name, name) == 0) return application.answers.of[i];
    return TEXT_NONE;
}

int64_t onboarding_limit(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &limit_read, VALUES(V_INT(customer)));
    int64_t amount = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return amount;
}
