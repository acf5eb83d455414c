/* identity_test.c: what needs the clock in hand, through the whole engine without sockets or threads: lives of
 * codes, challenges, drafts, locks, sessions (ID-2, ID-14, ID-15), how many secrets are really compared, and what
 * asking who calls costs. */
#include "engine/engine.h"
#include "http/server.h"
#include "identity/code.h"
#include "identity/robot.h"
#include "identity/session.h"
#include "identity/signin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define BEGIN (moment_of((struct civil){.date = {2026, 11, 3}, .hour = 12}, zone_utc()))
#define QUIET                                                                                                          \
    "identity:\n  code:\n    pause: 0s\n    number: 100000\n    address: 100000\n    network: 100000\n"                \
    "  lock:\n    address: 100000\n    network: 100000\n  robot:\n    hardness: 1000\n"

struct place {
    struct arena *arena; /* the engine's */
    struct arena *talk;  /* of the requests */
    struct world *world;
    struct keyring *keyring;
    struct engine *engine;
    struct server_options options;
    char folder[32];
};

struct reply {
    int status;
    struct text head, body;
};

static int open_place(void **state) {
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->folder, sizeof place->folder, "/tmp/kabinet-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    place->arena = arena_new((size_t)64 << 20);
    place->talk = arena_new((size_t)512 << 20);
    place->world = world_simulated(7, BEGIN);
    uint8_t root[32] = {1, 2, 3};
    place->keyring = keyring_from_bytes(root);
    struct text problem = TEXT_NONE;
    struct text yaml = text_format(place->arena,
                                   "profile: test\nfeatures: identity, inbox\ncompany: Test\ndatabase: %s/db\n"
                                   "public_url: https://my.example.ru\nlanguage: en\n" QUIET,
                                   place->folder);
    struct config *config = config_parse(place->arena, "test.yaml", yaml, &problem);
    if (!config) fail_msg("%.*s", TEXT_ARG(problem));
    struct engine_options options = {config, place->world, place->keyring, true};
    place->engine = engine_open(&options, place->arena, &problem);
    if (!place->engine) fail_msg("%.*s", TEXT_ARG(problem));
    place->options = (struct server_options){
        .routes = engine_routes(place->engine), .world = place->world, .handle = engine_handle, .self = place->engine};
    *state = place;
    return 0;
}

static int close_place(void **state) {
    struct place *place = *state;
    engine_close(place->engine);
    keyring_free(place->keyring);
    world_free(place->world);
    arena_free(place->talk);
    arena_free(place->arena);
    static const char *const files[] = {"db", "db-wal", "db-shm", "db-journal"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", place->folder, files[i]);
        unlink(path);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static void step_all(struct place *place) {
    while (store_step(engine_store(place->engine)) > 0 || engine_step_workers(place->engine) ||
           engine_step_outbox(place->engine)) {
    }
}

static struct request *begin(struct place *place, const char *method, const char *path, const char *extra,
                             struct text body) {
    struct text message = text_format(place->talk,
                                      "%s %s HTTP/1.1\r\nHost: my.example.ru\r\nAccept: application/json\r\n%s"
                                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                                      method, path, extra, body.size, TEXT_ARG(body));
    if (strcmp(method, "GET") == 0) {
        message = text_format(
            place->talk, "GET %s HTTP/1.1\r\nHost: my.example.ru\r\nAccept: application/json\r\n%s\r\n", path, extra);
    }
    return request_parse(place->talk, &place->options, message);
}

static struct reply end(struct place *place, struct request *request) {
    step_all(place);
    if (!request_finished(request))
        fail_msg("%.*s is not answered: %d", TEXT_ARG(request->path), request->answer.status);
    struct text whole = request_reply(request);
    const char *gap = memmem(whole.data, whole.size, "\r\n\r\n", 4);
    assert_non_null(gap);
    size_t head = (size_t)(gap - whole.data);
    int64_t status = 0;
    assert_true(text_to_int(text_slice(whole, 9, 3), &status));
    return (struct reply){(int)status, text_slice(whole, 0, head), text_slice(whole, head + 4, whole.size)};
}

__attribute__((format(printf, 5, 6))) /* clang wants to know what it hands to vsnprintf */
static struct reply ask(struct place *place, const char *method, const char *path, const char *extra,
                        const char *format, ...) {
    char body[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    return end(place, begin(place, method, path, extra, text_from(body)));
}

/* The string after "name":" in the body. */
static struct text word(struct place *place, struct text body, const char *name) {
    struct text mark = text_format(place->talk, "\"%s\":\"", name);
    const char *found = memmem(body.data, body.size, mark.data, mark.size);
    if (!found) return TEXT_NONE;
    const char *from = found + mark.size;
    const char *to = memchr(from, '"', (size_t)(body.data + body.size - from));
    return text_copy(place->talk, (struct text){from, (size_t)(to - from)});
}

static bool is_problem(struct place *place, struct reply reply, const char *type) {
    return text_equal(word(place, reply.body, "type"), text_format(place->talk, "/problems/%s", type));
}

/* The proof of work, done. */
static struct text proof(struct place *place) {
    struct node *node = doc_new(place->talk);
    robot_challenge(place->engine, node);
    struct text salt = doc_get(node, "salt")->text, challenge = doc_get(node, "challenge")->text;
    int64_t number = 0;
    while (!text_equal(altcha_challenge(place->talk, salt, number), challenge)) number++;
    struct text json = text_format(
        place->talk,
        "{\"algorithm\":\"SHA-256\",\"challenge\":\"%.*s\",\"number\":%lld,\"salt\":\"%.*s\","
        "\"signature\":\"%.*s\"}",
        TEXT_ARG(challenge), (long long)number, TEXT_ARG(salt), TEXT_ARG(doc_get(node, "signature")->text));
    return text_base64url(place->talk, json.data, json.size);
}

static struct text signed_up_to_code(struct place *place, const char *phone) {
    struct reply reply = ask(place, "POST", "/signup", "", "{\"phone\":\"%s\",\"altcha\":\"%s\"}", phone,
                             proof(place).data);
    assert_int_equal(reply.status, 200);
    return word(place, reply.body, "draft");
}

static struct text code_sent(struct place *place, const char *phone) {
    struct reply reply = ask(place, "GET", text_format(place->talk, "/sandbox/phone?number=%%2B%s", phone + 1).data, "",
                             "%s", "");
    struct text text = word(place, reply.body, "text");
    const char *mark = memmem(text.data, text.size, "@my.example.ru #", 16);
    assert_non_null(mark);
    return text_copy(place->talk, (struct text){mark + 16, 6});
}

static struct reply try_code(struct place *place, struct text draft, struct text code) {
    return ask(place, "POST", "/signup/code", "", "{\"draft\":\"%s\",\"code\":\"%.*s\"}", draft.data, TEXT_ARG(code));
}

/* A bearer token of a new customer. */
static struct text customer(struct place *place, const char *phone) {
    struct text draft = signed_up_to_code(place, phone);
    assert_int_equal(try_code(place, draft, code_sent(place, phone)).status, 200);
    struct reply reply = ask(place, "POST", "/signup/password", "",
                             "{\"draft\":\"%s\",\"password\":\"Qwerty7!\",\"token\":true}", draft.data);
    assert_int_equal(reply.status, 200);
    return word(place, reply.body, "token");
}

static struct reply sign_in(struct place *place, const char *phone, const char *password) {
    return ask(place, "POST", "/signin", "", "{\"phone\":\"%s\",\"password\":\"%s\",\"token\":true}", phone, password);
}

static int listed(struct place *place, struct text token) {
    return ask(place, "GET", "/sessions", text_format(place->talk, "Authorization: Bearer %s\r\n", token.data).data,
               "%s", "")
        .status;
}

/* ---- tests ---- */

/* ID-15: a code lives ten minutes, to the microsecond. */
static void code_life(void **state) {
    struct place *place = *state;
    static const struct {
        int64_t wait;
        const char *problem;
    } rows[] = {
        {10 * MINUTE - 1, NULL}, {10 * MINUTE, "code-spent"}, {DAY - 1, "code-spent"}, {DAY, "sign-up-expired"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *phone = text_format(place->talk, "+7916000010%zu", i).data;
        struct text draft = signed_up_to_code(place, phone);
        struct text code = code_sent(place, phone);
        world_advance(place->world, rows[i].wait);
        struct reply reply = try_code(place, draft, code);
        if (rows[i].problem) assert_true(is_problem(place, reply, rows[i].problem));
        else assert_int_equal(reply.status, 200);
    }
}

/* ID-15: however many come at once, five codes and five passwords are compared. */
static void at_once(void **state) {
    struct place *place = *state;
    struct request *requests[200];
    struct text draft = signed_up_to_code(place, "+79160000200");
    struct text code = code_sent(place, "+79160000200");
    int64_t before = code_compared();
    for (int i = 0; i < 200; i++) {
        struct text wrong = text_format(place->talk, "{\"draft\":\"%s\",\"code\":\"%06lld\"}", draft.data,
                                        (atoll(code.data) + i + 1) % 1000000);
        requests[i] = begin(place, "POST", "/signup/code", "", wrong);
    }
    for (int i = 0; i < 200; i++) assert_int_equal(end(place, requests[i]).status, 422);
    assert_int_equal(code_compared() - before, 5);
    assert_true(is_problem(place, try_code(place, draft, code), "code-spent"));
    assert_int_equal(code_compared() - before, 5);

    customer(place, "+79160000201");
    before = password_compared();
    int locked = 0;
    for (int i = 0; i < 200; i++) {
        struct text wrong = text_format(place->talk, "{\"phone\":\"%s\",\"password\":\"Wrong-%d\"}", "+79160000201", i);
        requests[i] = begin(place, "POST", "/signin", "", wrong);
    }
    for (int i = 0; i < 200; i++) locked += end(place, requests[i]).status == 429;
    assert_int_equal(password_compared() - before, 5);
    assert_int_equal(locked, 195);
}

/* ID-15: the lock lasts a minute, then two; the right password ends the counting. */
static void lock_life(void **state) {
    struct place *place = *state;
    const char *phone = "+79160000300";
    customer(place, phone);
    for (int64_t pause = MINUTE; pause <= 4 * MINUTE; pause *= 2) {
        for (int i = 0; i < 5; i++) assert_int_equal(sign_in(place, phone, "Wrong-1").status, 422);
        assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 429);
        world_advance(place->world, pause - 1);
        assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 429);
        world_advance(place->world, 1);
    }
    assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 200);
    for (int i = 0; i < 4; i++) assert_int_equal(sign_in(place, phone, "Wrong-1").status, 422);
    assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 200);
    for (int i = 0; i < 5; i++) assert_int_equal(sign_in(place, phone, "Wrong-1").status, 422);
    assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 429);
    world_advance(place->world, MINUTE);
    assert_int_equal(sign_in(place, phone, "Qwerty7!").status, 200);
}

/* ID-2: a challenge is good for its twenty minutes. */
static void challenge_life(void **state) {
    struct place *place = *state;
    struct text early = proof(place), late = proof(place);
    world_advance(place->world, 20 * MINUTE - SECOND);
    assert_int_equal(
        ask(place, "POST", "/signup", "", "{\"phone\":\"+79160000400\",\"altcha\":\"%s\"}", early.data).status, 200);
    world_advance(place->world, SECOND);
    struct reply reply = ask(place, "POST", "/signup", "", "{\"phone\":\"+79160000401\",\"altcha\":\"%s\"}", late.data);
    assert_true(is_problem(place, reply, "robot-check-failed"));
}

/* ID-14: a token unused for thirty days ends; used, it goes on; and no write for each use. */
static void token_life(void **state) {
    struct place *place = *state;
    struct text token = customer(place, "+79160000500");
    for (int i = 0; i < 40; i++) {
        assert_int_equal(listed(place, token), 200);
        world_advance(place->world, 12 * HOUR);
    }
    int64_t commands = store_figures(engine_store(place->engine)).commands;
    for (int i = 0; i < 50; i++) assert_int_equal(listed(place, token), 200);
    assert_in_range(store_figures(engine_store(place->engine)).commands - commands, 0, 1);
    struct text idle = customer(place, "+79160000501");
    world_advance(place->world, 30 * DAY - SECOND);
    assert_int_equal(listed(place, token), 401); /* its thirty days of life are over, however used */
    world_advance(place->world, SECOND);
    assert_int_equal(listed(place, idle), 401);
}

/* Known to nobody, malformed, cut, of another customer: no session, whatever the bytes. */
static void forged_tokens(void **state) {
    struct place *place = *state;
    struct text token = customer(place, "+79160000600");
    char forged[128];
    for (size_t at = 0; at < token.size; at++) {
        memcpy(forged, token.data, token.size + 1);
        forged[at] = forged[at] == 'A' ? 'B' : 'A';
        assert_int_equal(listed(place, text_from(forged)), 401);
    }
    assert_int_equal(listed(place, token), 200);
}

STATEMENT(drafts, "SELECT count(*) FROM signup_draft");
STATEMENT(codes, "SELECT count(*) FROM one_time_code");
STATEMENT(proofs, "SELECT count(*) FROM used_proof");
STATEMENT(tallies, "SELECT count(*) FROM tally");
STATEMENT(sessions, "SELECT count(*) FROM session");

static int64_t left(struct place *place) {
    struct statement *const counts[] = {&drafts, &codes, &proofs, &tallies, &sessions};
    struct reader *reader = engine_reader(place->engine);
    struct tx *tx = reader_begin(reader);
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct rows *rows = tx_query(tx, counts[i], NO_VALUES);
        assert_true(rows_next(rows));
        sum += row_int(rows, 0);
        rows_end(rows);
    }
    assert_true(reader_end(reader, tx));
    return sum;
}

/* What is short-lived does not pile up. */
static void swept(void **state) {
    struct place *place = *state;
    for (int i = 0; i < 120; i++) signed_up_to_code(place, text_format(place->talk, "+7916001%04d", i).data);
    assert_true(left(place) > 360);
    world_advance(place->world, 40 * DAY);
    for (int i = 0; i < 50; i++) {
        while (engine_step_jobs(place->engine)) step_all(place);
        world_advance(place->world, MINUTE);
    }
    assert_int_equal(left(place), 0);
}

/* Not a gate, but printed: what session_quick costs once a session is known. */
static void quick_cost(void **state) {
    struct place *place = *state;
    struct text token = customer(place, "+79160000700");
    struct text authorization = text_format(place->talk, "Bearer %s", token.data);
    static const struct route route = {.path = "/"};
    struct request request = {.arena = place->talk,
                              .world = place->world,
                              .engine = place->engine,
                              .route = &route,
                              .authorization = authorization};
    assert_int_equal(listed(place, token), 200);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    enum { TIMES = 100000 };
    for (int i = 0; i < TIMES; i++) {
        request.caller = (struct caller){0};
        assert_true(session_quick(engine_state(place->engine, &identity_feature), &request));
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_int_equal(request.caller.kind, WHO_CUSTOMER);
    print_message("session_quick: %lld ns\n",
                  (long long)((to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec) / TIMES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_life),      cmocka_unit_test(at_once),    cmocka_unit_test(lock_life),
        cmocka_unit_test(challenge_life), cmocka_unit_test(token_life), cmocka_unit_test(forged_tokens),
        cmocka_unit_test(quick_cost),     cmocka_unit_test(swept),
    };
    return cmocka_run_group_tests(tests, open_place, close_place);
}
