/* robot.c: see robot.h. */
#include "identity/robot.h"

#include "identity/device_rules.h"

#include <string.h>

STATEMENT(proof_use, "INSERT INTO used_proof (hash, expires) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING");

static void altcha_key(struct engine *engine, uint8_t key[SECRET_HASH_SIZE]) {
    secret_hash(engine_keyring(engine), "altcha", TEXT("challenge"), key);
}

void robot_challenge(struct engine *engine, struct node *document) {
    const struct identity_settings *settings = identity_settings(engine);
    struct world *world = engine_world(engine);
    struct arena *arena = document->arena;
    uint8_t key[SECRET_HASH_SIZE], random[12];
    altcha_key(engine, key);
    world_random(world, random, sizeof random);

    struct text salt = altcha_salt(arena, random, world_now(world) + settings->robot_life);
    int64_t number = (int64_t)world_random_below(world, (uint64_t)settings->robot_hardness + 1);
    struct text challenge = altcha_challenge(arena, salt, number);
    doc_text(document, "algorithm", TEXT("SHA-256"));
    doc_text(document, "challenge", challenge);
    doc_int(document, "maxnumber", settings->robot_hardness);
    doc_text(document, "salt", salt);
    doc_text(document, "signature", altcha_signature(arena, key, challenge));
}

/* ---- the question in words ---- */

struct question {
    uint8_t random[16];
    moment expires;
    uint8_t mac[SECRET_HASH_SIZE]; /* over the above and the answer */
};

#define QUESTION_SIZE (16 + 8 + SECRET_HASH_SIZE)

static void question_mac(struct engine *engine, struct arena *arena, const struct question *question, int64_t answer,
                         uint8_t mac[SECRET_HASH_SIZE]) {
    struct text message = text_format(arena, "%s|%lld|%lld", text_hex(arena, question->random, 16).data,
                                      (long long)question->expires, (long long)answer);
    secret_hash(engine_keyring(engine), "question", message, mac);
}

void robot_question(struct engine *engine, const struct locale *locale, struct node *document) {
    static const string_id words[] = {
        S_identity_robot_one,   S_identity_robot_two,   S_identity_robot_three,
        S_identity_robot_four,  S_identity_robot_five,  S_identity_robot_six,
        S_identity_robot_seven, S_identity_robot_eight, S_identity_robot_nine,
    };
    struct arena *arena = document->arena;
    struct world *world = engine_world(engine);
    size_t left = world_random_below(world, 9), right = world_random_below(world, 9);

    struct question question = {.expires = world_now(world) + identity_settings(engine)->robot_life};
    world_random(world, question.random, sizeof question.random);
    question_mac(engine, arena, &question, (int64_t)(left + right) + 2, question.mac);
    char token[QUESTION_SIZE];
    memcpy(token, question.random, 16);
    memcpy(token + 16, &question.expires, 8);
    memcpy(token + 24, question.mac, SECRET_HASH_SIZE);

    struct node first = text_value(string_get(arena, locale, words[left], NULL, 0));
    struct node second = text_value(string_get(arena, locale, words[right], NULL, 0));
    const struct string_argument arguments[] = {{"first", &first}, {"second", &second}};
    doc_text(document, "token", text_base64url(arena, token, sizeof token));
    doc_text(document, "text", string_get(arena, locale, S_identity_robot_question, arguments, 2));
}

/* ---- checking ---- */

/* Marks a proof as used; false when it was used before. */
static bool proof_take(struct engine *engine, struct tx *tx, struct text proof, moment expires) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "proof", proof, hash);
    return tx_run(tx, &proof_use, VALUES(V_BYTES(hash, sizeof hash), V_INT(expires))) == 1;
}

static enum robot_result check_work(struct request *request, struct tx *tx, struct text payload) {
    uint8_t key[SECRET_HASH_SIZE];
    altcha_key(request->engine, key);
    moment expires = 0;
    struct text challenge = TEXT_NONE;
    if (!altcha_valid(request->arena, key, payload, world_now(request->world), &expires, &challenge))
        return ROBOT_WRONG;
    return proof_take(request->engine, tx, challenge, expires) ? ROBOT_NO : ROBOT_WRONG;
}

static bool plain_allowed(struct request *request, struct tx *tx, moment *free_at) {
    const struct identity_settings *settings = identity_settings(request->engine);
    const struct tally_policy subscriber = {settings->plain_address, settings->plain_window, settings->plain_window,
                                            DAY};
    const struct tally_policy network = {settings->plain_network, settings->plain_window, settings->plain_window, DAY};
    struct arena *arena = request->arena;
    return tally_take(request->engine, tx, "plain.address", subscriber_of(arena, request->address), &subscriber,
                      free_at) &&
           tally_take(request->engine, tx, "plain.network", network_of(arena, request->address), &network, free_at);
}

static enum robot_result check_question(struct request *request, struct tx *tx, struct text token, moment *free_at) {
    struct text bytes;
    if (!identity_settings(request->engine)->robot_plain) return ROBOT_NONE;
    if (!text_unbase64(request->arena, token, &bytes) || bytes.size != QUESTION_SIZE) return ROBOT_WRONG;
    struct question question;
    memcpy(question.random, bytes.data, 16);
    memcpy(&question.expires, bytes.data + 16, 8);
    memcpy(question.mac, bytes.data + 24, SECRET_HASH_SIZE);
    moment now = world_now(request->world);
    if (now >= question.expires || question.expires > now + identity_settings(request->engine)->robot_life)
        return ROBOT_WRONG;

    if (!plain_allowed(request, tx, free_at)) return ROBOT_BUSY;
    /* One answer to a question, right or wrong: there are only seventeen. */
    if (!proof_take(request->engine, tx, text_hex(request->arena, question.random, 16), question.expires))
        return ROBOT_WRONG;
    int64_t answer = 0;
    if (!text_to_int(text_trim(field_text(request, "answer")), &answer)) return ROBOT_WRONG;
    uint8_t mac[SECRET_HASH_SIZE];
    question_mac(request->engine, request->arena, &question, answer, mac);
    bool right = text_equal_secret((struct text){(const char *)mac, sizeof mac},
                                   (struct text){(const char *)question.mac, sizeof question.mac});
    return right ? ROBOT_NO : ROBOT_WRONG;
}

enum robot_result robot_check(struct request *request, struct tx *tx, moment *free_at) {
    struct text payload = field_text(request, "altcha");
    if (payload.size > 0) return check_work(request, tx, payload);
    if (field_text(request, "answer").size > 0) {
        return check_question(request, tx, field_text(request, "question"), free_at);
    }
    return ROBOT_NONE;
}
