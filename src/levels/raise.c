/* raise.c: a level is raised (ID-16): the evidence kept, the passport counted against how many cabinets one person may
 * have, the name set, everybody told. */
#include "levels/internal.h"

#include "base/check.h"
#include "base/identifiers.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

STATEMENT(evidence_add, "INSERT INTO level_evidence (customer, id, level, source, made, answers, reference) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(evidence_last, "SELECT id, answers FROM level_evidence WHERE customer = $1 ORDER BY id DESC LIMIT 1");
STATEMENT(holder_read, "SELECT passport FROM level_holder WHERE customer = $1");
STATEMENT(holder_set, "INSERT INTO level_holder (customer, passport) VALUES ($1, $2) "
                      "ON CONFLICT (customer) DO UPDATE SET passport = $2");
STATEMENT(holder_drop, "DELETE FROM level_holder WHERE customer = $1");
/* Counted in one statement: two cabinets at once cannot both be the last one allowed. */
STATEMENT(person_add, "INSERT INTO level_person (passport_hash, birth_hash, cabinets) VALUES ($1, $2, 1) "
                      "ON CONFLICT (passport_hash) DO UPDATE SET cabinets = level_person.cabinets + 1 "
                      "WHERE level_person.cabinets < $3 AND level_person.birth_hash = $2");
STATEMENT(person_birth, "SELECT birth_hash FROM level_person WHERE passport_hash = $1");
STATEMENT(person_less, "UPDATE level_person SET cabinets = cabinets - 1 WHERE passport_hash = $1");
STATEMENT(person_gone, "DELETE FROM level_person WHERE passport_hash = $1 AND cabinets <= 0");

/* ---- how many cabinets a passport has ---- */

/* The passport that the cabinet was counted for; TEXT_NONE: for none. */
static struct text holder_of(struct engine *engine, struct tx *tx, int64_t customer) {
    struct text passport = TEXT_NONE;
    struct rows *rows = tx_query(tx, &holder_read, VALUES(V_INT(customer)));
    if (rows_next(rows) && !secret_open(engine_keyring(engine), tx_arena(tx), "level.holder", customer,
                                        row_text(rows, 0), &passport))
        passport = TEXT_NONE;
    rows_end(rows);
    return passport;
}

static void release(struct engine *engine, struct tx *tx, int64_t customer, struct text passport) {
    if (!passport.data) return;
    struct lookups hashes;
    lookup_hold(engine, tx);
    secret_lookups(engine_keyring(engine), "level.passport", passport, &hashes);
    for (size_t i = 0; i < hashes.count; i++) {
        const struct value hash = V_BYTES(hashes.of[i], SECRET_HASH_SIZE);
        if (tx_run(tx, &person_less, VALUES(hash)) == 1) tx_run(tx, &person_gone, VALUES(hash));
    }
    tx_run(tx, &holder_drop, VALUES(V_INT(customer)));
}

/* Says nothing of the date to who does not know the passport, so it need not move with a rotation. */
static void birth_hash(struct engine *engine, struct tx *tx, struct text passport, const struct answers *answers,
                       uint8_t hash[SECRET_HASH_SIZE]) {
    struct text birth = answers->of[ANSWER_BIRTH].data ? answers->of[ANSWER_BIRTH] : TEXT("");
    struct text both = text_format(tx_arena(tx), "%.*s|%.*s", TEXT_ARG(passport), TEXT_ARG(birth));
    secret_hash(engine_keyring(engine), "level.birth", both, hash);
}

/* LEVEL_RAISED: one more is counted. In the row that the passport has, under whichever hash, else in a new one. */
static enum level_result count_one(struct engine *engine, struct tx *tx, struct text passport,
                                   const uint8_t birth[SECRET_HASH_SIZE]) {
    struct lookups hashes;
    uint8_t fresh[SECRET_HASH_SIZE];
    struct value birth_value = V_BYTES(birth, SECRET_HASH_SIZE);
    int64_t most = levels_of(engine)->settings->wallets;
    lookup_hold(engine, tx);
    secret_lookup(engine_keyring(engine), "level.passport", passport, fresh);
    secret_lookups(engine_keyring(engine), "level.passport", passport, &hashes);
    for (size_t i = 0; i < hashes.count; i++) {
        struct value hash = V_BYTES(hashes.of[i], SECRET_HASH_SIZE);
        struct rows *rows = tx_query(tx, &person_birth, VALUES(hash));
        bool there = rows_next(rows), same = there && text_equal(row_text(rows, 0), birth_value.text);
        rows_end(rows);
        if (!there) continue;
        if (!same) return LEVEL_DISAGREES;
        return tx_run(tx, &person_add, VALUES(hash, birth_value, V_INT(most))) == 1 ? LEVEL_RAISED : LEVEL_TOO_MANY;
    }
    bool added = tx_run(tx, &person_add, VALUES(V_BYTES(fresh, sizeof fresh), birth_value, V_INT(most))) == 1;
    return added ? LEVEL_RAISED : LEVEL_TOO_MANY; /* another node added it meanwhile */
}

static enum level_result count_passport(struct engine *engine, struct tx *tx, int64_t customer,
                                        const struct answers *answers) {
    struct passport parsed;
    struct arena *arena = tx_arena(tx);
    uint8_t birth[SECRET_HASH_SIZE];
    if (!answers->of[ANSWER_PASSPORT].data || !passport_parse(answers->of[ANSWER_PASSPORT], &parsed))
        return LEVEL_RAISED; /* the portal may tell none */
    struct text passport = text_format(arena, "%s%s", parsed.series, parsed.number);
    struct text had = holder_of(engine, tx, customer);
    if (had.data && text_equal(had, passport)) return LEVEL_RAISED;
    birth_hash(engine, tx, passport, answers, birth);
    enum level_result counted = count_one(engine, tx, passport, birth);
    if (counted != LEVEL_RAISED) return counted;
    release(engine, tx, customer, had);
    struct text sealed = secret_seal(engine_keyring(engine), engine_world(engine), arena, "level.holder", customer,
                                     passport);
    tx_run(tx, &holder_set, VALUES(V_INT(customer), V_BYTES(sealed.data, sealed.size)));
    return LEVEL_RAISED;
}

/* A closed cabinet is none of the person's. */
void levels_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    release(engine, tx, event->customer, holder_of(engine, tx, event->customer));
}

/* ---- evidence ---- */

static void keep(struct engine *engine, struct tx *tx, int64_t customer, const struct level_proof *proof) {
    struct world *world = engine_world(engine);
    int64_t id = world_id(world);
    struct arena *arena = tx_arena(tx);
    struct text reference = proof->reference.data ? proof->reference : TEXT("");
    struct text answers = secret_seal(engine_keyring(engine), world, arena, "level.answers", id,
                                      answers_write(arena, &proof->answers));
    struct text who = secret_seal(engine_keyring(engine), world, arena, "level.reference", id, reference);
    tx_run(tx, &evidence_add,
           VALUES(V_INT(customer), V_INT(id), V_INT(proof->level), V_INT(proof->source), V_INT(world_now(world)),
                  V_BYTES(answers.data, answers.size), V_BYTES(who.data, who.size)));
}

bool level_known(struct engine *engine, struct tx *tx, int64_t customer, struct answers *answers) {
    struct rows *rows = tx_query(tx, &evidence_last, VALUES(V_INT(customer)));
    struct text json = TEXT_NONE;
    bool found = rows_next(rows) && secret_open(engine_keyring(engine), tx_arena(tx), "level.answers",
                                                row_int(rows, 0), row_text(rows, 1), &json) &&
                 answers_read(tx_arena(tx), json, answers);
    rows_end(rows);
    return found;
}

/* ---- the level ---- */

/* «Анна И.»: how others see him. */
static void name_him(struct engine *engine, struct tx *tx, int64_t customer, const struct answers *answers) {
    struct text name = answers->of[ANSWER_NAME], surname = answers->of[ANSWER_SURNAME];
    if (!name.data || surname.size == 0) return;
    struct text initial = text_slice(surname, 0, text_utf8_step(surname));
    identity_name_set(engine, tx, customer,
                      text_format(tx_arena(tx), "%.*s %.*s.", TEXT_ARG(name), TEXT_ARG(initial)));
}

enum level_result level_raise(struct engine *engine, struct tx *tx, int64_t customer,
                              const struct level_proof *proof) {
    struct customer person;
    if (!identity_customer(engine, tx, customer, &person) || person.closed) return LEVEL_NOBODY;
    if (person.level >= proof->level) return LEVEL_HAD;
    enum level_result counted = count_passport(engine, tx, customer, &proof->answers);
    if (counted != LEVEL_RAISED) return counted;
    keep(engine, tx, customer, proof);
    name_him(engine, tx, customer, &proof->answers);
    identity_level_set(engine, tx, customer, proof->level);
    struct node company = text_value(text_from(engine_config(engine)->company));
    const struct string_argument arguments[] = {{"company", &company}};
    bool full = proof->level == LEVEL_FULL;
    message_tell(engine, tx, customer, TOPIC_SERVICE, full ? S_levels_sms_full : S_levels_sms_simplified, arguments,
                 1);
    return LEVEL_RAISED;
}
