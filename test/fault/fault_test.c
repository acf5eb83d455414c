/* fault_test.c: one request after another is asked for while the n-th allocation, write or sync fails, once or from
 * then on, for n = 1, 2, … until nothing failed any more (LE-4, LE-5). Whatever fails: the answer is 2xx, 4xx or 503;
 * what was told as done is there after a crash, what was told as unavailable is there whole or not at all, and asking
 * again under the same key does it once; the books are whole; the next transfer works. Each n is a process of its own.
 *
 *     KABINET_FAULT="transfer memory once 17"   that one alone, in this process: for the debugger
 *     KABINET_FAULT_ONLY=transfer               that request alone     KABINET_FAULT_ALL=1   every n */
#include "test/fault/faults.h"
#include "test/support/cabinet.h"

#include "base/check.h"
#include "base/log.h"
#include "identity/identity.h"
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGINNING (INT64_C(1768467600) * SECOND)
#define SUM 12345
#define MONEY 5000000
#define UNKNOWN "+79169999999"
#define NTH_MOST 5000
#define NOTHING_FAILED 10

struct stand {
    struct cabinet cabinet;
    struct arena *arena;
    char database[128];
    struct call call;
    int64_t topup;
    struct text draft;
};

struct scenario {
    const char *name;
    void (*prepare)(struct stand *stand); /* whatever comes before; fills call */
    int64_t (*effects)(struct stand *stand, struct tx *tx); /* how often it has been done; −1: half */
    bool again; /* under the same key: the same answer */
};

static struct {
    struct arena *arena;
    struct text bytes;
    struct person people[2];
    char settings[1024];
} template;

static const char *const phones[2] = {"+79160000001", "+79160000002"};

/* ---- asking ---- */

struct asking {
    struct stand *stand;
    struct arena *arena;
    struct text message;
    struct server_options options;
    struct request *request;
    bool handed;
    int status;
    struct text body;
};

static void hand_over(void *self, struct request *request) {
    struct asking *asking = self;
    asking->request = request;
    asking->handed = true;
}

static void parse(void *data) {
    struct asking *asking = data;
    asking->request = request_parse(asking->arena, &asking->options, asking->message);
}

static void read_reply(void *data) {
    struct asking *asking = data;
    struct text whole = request_reply(asking->request);
    int64_t status = 0;
    check(text_to_int(text_slice(whole, 9, 3), &status));
    asking->status = (int)status;
    const char *end = memmem(whole.data, whole.size, "\r\n\r\n", 4);
    size_t head = (size_t)(end + 4 - whole.data);
    asking->body = text_slice(whole, head, whole.size);
}

/* As the server does it: an arena, parsing under its guard, the engine without. 0: no answer ever came. */
static struct asking asking;

static int ask(struct stand *stand, struct text message, struct text *body) {
    struct cabinet *cabinet = &stand->cabinet;
    asking = (struct asking){.stand = stand, .arena = arena_new((size_t)1 << 20), .message = message,
                             .options = cabinet->server, .status = 503};
    asking.options.handle = hand_over;
    asking.options.self = &asking;
    if (asking.arena == NULL || !arena_guard(asking.arena, parse, &asking)) return 503;
    if (asking.handed) engine_handle(cabinet->engine, asking.request);
    cabinet_settle(cabinet);
    if (!request_finished(asking.request)) return 0;
    if (!arena_guard(asking.arena, read_reply, &asking)) return 503;
    if (body != NULL) *body = asking.body;
    return asking.status;
}

/* Without faults; must be answered 2xx. */
static struct text ask_well(struct stand *stand, const struct call *call) {
    struct text body = TEXT_NONE;
    int status = ask(stand, call_text(stand->arena, call), &body);
    body = text_copy(stand->arena, body);
    arena_free(asking.arena);
    if (status / 100 == 2) return body;
    fprintf(stderr, "fault: before the fault, %s: %d %.*s\n", call->path, status, TEXT_ARG(body));
    _exit(4);
}

/* ---- what is asked ---- */

static void prepare_transfer(struct stand *stand) {
    stand->call = (struct call){.method = "POST", .path = "/transfers", .token = text_from(template.people[0].token),
                                .key = TEXT("the-key"),
                                .body = TEXT("{\"to\":\"+79160000002\",\"sum\":\"123.45\",\"note\":\"Спасибо\"}")};
}

static void prepare_waiting(struct stand *stand) {
    prepare_transfer(stand);
    stand->call.body = TEXT("{\"to\":\"" UNKNOWN "\",\"sum\":\"123.45\"}");
}

static void prepare_signup(struct stand *stand) {
    struct text challenge = ask_well(stand, &(struct call){.method = "GET", .path = "/signup/challenge"});
    struct text proof = challenge_answer(stand->arena, challenge);
    stand->call = (struct call){
        .method = "POST", .path = "/signup",
        .body = text_format(stand->arena, "{\"phone\":\"" UNKNOWN "\",\"altcha\":\"%.*s\"}", TEXT_ARG(proof))};
}

static void prepare_code(struct stand *stand) {
    prepare_signup(stand);
    struct reply reply = {.body = ask_well(stand, &stand->call)};
    stand->draft = reply_text(stand->arena, &reply, "draft");
    cabinet_settle(&stand->cabinet);
    struct text code = phone_code(&stand->cabinet, stand->arena, TEXT(UNKNOWN), 0);
    check(code.size == 6);
    stand->call = (struct call){.method = "POST", .path = "/signup/code",
                                .body = text_format(stand->arena, "{\"draft\":\"%.*s\",\"code\":\"%.*s\"}",
                                                    TEXT_ARG(stand->draft), TEXT_ARG(code))};
}

/* Money waits for the number: the cabinet opens with it. */
static void prepare_open(struct stand *stand) {
    prepare_waiting(stand);
    ask_well(stand, &stand->call);
    prepare_code(stand);
    ask_well(stand, &stand->call);
    stand->call = (struct call){
        .method = "POST", .path = "/signup/password",
        .body = text_format(stand->arena, "{\"draft\":\"%.*s\",\"password\":\"Qwerty7!\",\"token\":true}",
                            TEXT_ARG(stand->draft))};
}

static void prepare_topup(struct stand *stand) {
    stand->call = (struct call){.method = "POST", .path = "/topups", .token = text_from(template.people[0].token),
                                .key = TEXT("top-up"), .body = TEXT("{\"sum\":\"123.45\"}")};
}

static void prepare_callback(struct stand *stand) {
    prepare_topup(stand);
    struct reply reply = {.body = ask_well(stand, &stand->call)};
    struct text body = text_format(stand->arena,
                                   "{\"merchant\":\"fault\",\"order\":\"%lld\",\"sum\":\"123.45\",\"status\":\"paid\","
                                   "\"reference\":\"r1\"}",
                                   (long long)reply_number(stand->arena, &reply, "id"));
    stand->call = (struct call){.method = "POST", .path = "/callbacks/acquirer", .body = body,
                                .signature = callback_signature(stand->arena, BEGINNING, body)};
}

/* ---- what became of it ---- */

STATEMENT(draft_steps, "SELECT COUNT(*), COALESCE(SUM(step), 0) FROM signup_draft");
STATEMENT(order_count, "SELECT COUNT(*) FROM card_order");
STATEMENT(waiting_sum, "SELECT COALESCE(SUM(sum), 0) FROM waiting_transfer WHERE state = 1");

static int64_t number_of(struct tx *tx, struct statement *statement, int column) {
    struct rows *rows = tx_query(tx, statement, NO_VALUES);
    int64_t number = rows_next(rows) ? row_int(rows, column) : 0;
    rows_end(rows);
    return number;
}

static int64_t balance_of(struct stand *stand, struct tx *tx, int64_t account_id) {
    struct account account;
    check(ledger_account(engine_ledger(stand->cabinet.engine), tx, account_id, &account));
    return account.balance;
}

static int64_t left_both(int64_t given, int64_t got) {
    return given == got && given % SUM == 0 ? given / SUM : -1;
}

static int64_t transfer_effects(struct stand *stand, struct tx *tx) {
    return left_both(MONEY - balance_of(stand, tx, template.people[0].account),
                     balance_of(stand, tx, template.people[1].account) - MONEY);
}

static int64_t waiting_effects(struct stand *stand, struct tx *tx) {
    return left_both(MONEY - balance_of(stand, tx, template.people[0].account), number_of(tx, &waiting_sum, 0));
}

static int64_t signup_effects(struct stand *stand, struct tx *tx) {
    (void)stand;
    return number_of(tx, &draft_steps, 0);
}

static int64_t code_effects(struct stand *stand, struct tx *tx) {
    (void)stand;
    return number_of(tx, &draft_steps, 1) - 1;
}

static int64_t open_effects(struct stand *stand, struct tx *tx) {
    struct engine *engine = stand->cabinet.engine;
    int64_t customer = identity_by_phone(engine, tx, TEXT(UNKNOWN));
    bool waits = number_of(tx, &waiting_sum, 0) == SUM, draft = number_of(tx, &draft_steps, 0) == 1;
    if (customer == 0) return waits && draft ? 0 : -1;
    struct account account;
    bool whole = ledger_accounts_of(engine_ledger(engine), tx, customer, &account, 1) == 1 && account.balance == SUM;
    return whole && !waits && !draft ? 1 : -1;
}

static int64_t topup_effects(struct stand *stand, struct tx *tx) {
    (void)stand;
    return number_of(tx, &order_count, 0);
}

static int64_t callback_effects(struct stand *stand, struct tx *tx) {
    int64_t got = balance_of(stand, tx, template.people[0].account) - MONEY;
    return left_both(got, got);
}

static const struct scenario scenarios[] = {
    {"transfer", prepare_transfer, transfer_effects, true},
    {"waiting", prepare_waiting, waiting_effects, true},
    {"signup", prepare_signup, signup_effects, false},
    {"code", prepare_code, code_effects, false},
    {"open", prepare_open, open_effects, false},
    {"topup", prepare_topup, topup_effects, true},
    {"callback", prepare_callback, callback_effects, true},
};
#define SCENARIOS (sizeof scenarios / sizeof *scenarios)

/* ---- one run ---- */

struct run {
    const struct scenario *scenario;
    enum fault fault;
    bool for_ever;
    int64_t nth;
};

static void unwell(const struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3), __noreturn__));
static void unwell(const struct run *run, const char *format, ...) {
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    fprintf(stderr, "fault: KABINET_FAULT=\"%s %s %s %lld\": %s\n", run->scenario->name, fault_name(run->fault),
            run->for_ever ? "ever" : "once", (long long)run->nth, words);
    _exit(1);
}

static void stand_open(struct stand *stand, const char *name, moment now, uint64_t seed) {
    *stand = (struct stand){.arena = arena_new((size_t)64 << 20)};
    snprintf(stand->database, sizeof stand->database, "%s/%s-%d.db", cabinet_folder(), name, (int)getppid());
    if (!cabinet_open(&stand->cabinet, stand->database, template.settings, world_simulated(seed, now))) {
        fprintf(stderr, "fault: cannot be opened: %.*s\n", TEXT_ARG(stand->cabinet.problem));
        _exit(4);
    }
}

/* How often it was done; the books are proven by the way. */
static int64_t count_effects(const struct run *run, struct stand *stand) {
    struct engine *engine = stand->cabinet.engine;
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) unwell(run, "cannot be read afterwards");
    int64_t effects = run->scenario->effects(stand, tx);
    struct verdict verdict = ledger_verify(engine_ledger(engine), tx, stand->arena);
    if (verdict.faults > 0) unwell(run, "the books: %.*s", TEXT_ARG(verdict.first_fault));
    if (!reader_end(reader, tx)) unwell(run, "reading fails afterwards");
    return effects;
}

/* What a kill at this moment would leave behind. */
static void copy_as_killed(struct stand *old, struct stand *new) {
    char from[160], to[160];
    snprintf(new->database, sizeof new->database, "%s/killed-%d.db", cabinet_folder(), (int)getppid());
    database_remove(new->database);
    database_write(new->database, database_read(old->arena, old->database));
    snprintf(from, sizeof from, "%s-wal", old->database);
    snprintf(to, sizeof to, "%s-wal", new->database);
    database_write(to, database_read(old->arena, from));
}

static void judge_afterwards(const struct run *run, struct stand *old, int status, int64_t here) {
    struct stand killed = {.arena = NULL};
    struct text body = TEXT_NONE;
    copy_as_killed(old, &killed);
    stand_open(&killed, "killed", BEGINNING + SECOND, 2);
    int64_t effects = count_effects(run, &killed);
    /* When not even the tail of the log can be cut off, a crash before the next group brings back what was refused. */
    bool uncut = run->fault == FAULT_DISK && status == 503 && effects == 1;
    if (effects != here && !uncut)
        unwell(run, "%lld effects, but %lld after a crash", (long long)here, (long long)effects);
    if (status / 100 == 2 && effects != 1) unwell(run, "answered %d, but %lld effects", status, (long long)effects);
    if (status / 100 == 4 && effects != 0) unwell(run, "answered %d, but %lld effects", status, (long long)effects);
    if (effects < 0 || effects > 1) unwell(run, "done %s", effects < 0 ? "by half" : "twice");
    int second = ask(&killed, call_text(killed.arena, &old->call), &body);
    int64_t now = count_effects(run, &killed);
    bool good = second / 100 == 2 || (effects == 1 && !run->scenario->again && second / 100 == 4);
    if (!good) unwell(run, "asked again: %d %.*s", second, TEXT_ARG(body));
    if (now != 1 && (run->scenario->again || effects == 0)) unwell(run, "asked again: %lld effects", (long long)now);
    prepare_transfer(&killed);
    killed.call.key = TEXT("another-key");
    ask_well(&killed, &killed.call);
    cabinet_close(&killed.cabinet);
    database_remove(killed.database);
}

/* Exits: 0 well, NOTHING_FAILED well and without a fault, 1 not well. */
static void run_one(const struct run *run) {
    struct stand stand;
    char path[128];
    alarm(60);
    snprintf(path, sizeof path, "%s/first-%d.db", cabinet_folder(), (int)getppid());
    database_remove(path);
    database_write(path, template.bytes);
    stand_open(&stand, "first", BEGINNING, 1);
    run->scenario->prepare(&stand);
    struct text message = call_text(stand.arena, &stand.call);
    fault_arm(run->fault, run->nth, run->for_ever);
    int status = ask(&stand, message, NULL);
    bool failed = fault_disarm();
    cabinet_settle(&stand.cabinet);
    if (status / 100 != 2 && status / 100 != 4 && status != 503) unwell(run, "answered %d", status);
    if (!failed && status / 100 != 2) unwell(run, "answered %d without a fault", status);
    /* The very process goes on. */
    int64_t effects = count_effects(run, &stand);
    judge_afterwards(run, &stand, status, effects);
    prepare_transfer(&stand);
    stand.call.key = TEXT("a-third-key");
    ask_well(&stand, &stand.call);
    count_effects(run, &stand);
    database_remove(stand.database);
    _exit(failed ? 0 : NOTHING_FAILED);
}

/* ---- all of them ---- */

/* Beyond the first twenty not each call is failed, for opening a cabinet takes its time: of the thousand allocations,
 * most of them SQLite's while it prepares statements, one in 61; of an arena's one in 7; of those that reach the disk
 * one in 3. Under a sanitizer (where memory cannot fail), which looks at the ways out and not at what is on the disk,
 * one in 5 of these beyond the first eight. KABINET_FAULT_ALL=1 (./run soak) fails all. */
static int64_t next_nth(enum fault fault, int64_t nth) {
    bool sanitizer = !fault_possible(FAULT_MEMORY);
    if (nth < (sanitizer ? 8 : 20) || getenv("KABINET_FAULT_ALL") != NULL) return nth + 1;
    if (fault == FAULT_MEMORY) return nth + 61;
    if (fault == FAULT_ARENA) return nth + 7;
    return nth + (sanitizer ? 5 : 3);
}

static bool run_nth(const struct run *run, bool *failed) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) run_one(run);
    check(child > 0 && waitpid(child, &status, 0) == child);
    *failed = !WIFEXITED(status) || WEXITSTATUS(status) != NOTHING_FAILED;
    if (WIFSIGNALED(status))
        fprintf(stderr, "fault: KABINET_FAULT=\"%s %s %s %lld\": signal %d\n", run->scenario->name,
                fault_name(run->fault), run->for_ever ? "ever" : "once", (long long)run->nth, WTERMSIG(status));
    return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == NOTHING_FAILED);
}

/* True when all is well. */
static bool run_kind(const struct scenario *scenario, enum fault fault, bool for_ever) {
    int64_t runs = 0, bad = 0;
    struct run run = {scenario, fault, for_ever, 1};
    for (bool failed = true; failed && bad < 10 && run.nth < NTH_MOST; run.nth = next_nth(fault, run.nth)) {
        if (!run_nth(&run, &failed)) bad++;
        runs++;
    }
    printf("fault: %s, %s %s: %lld runs, the last at %lld\n", scenario->name, fault_name(fault),
           for_ever ? "for ever" : "once", (long long)runs, (long long)run.nth);
    fflush(stdout);
    return bad == 0 && run.nth < NTH_MOST;
}

static void remove_databases(void) {
    const char *const names[] = {"first", "killed"};
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s-%d.db", cabinet_folder(), names[i], (int)getpid());
        database_remove(path);
    }
}

/* Once and for ever side by side. */
static void one_scenario(void **state) {
    pid_t children[2];
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] != 0) continue;
        bool good = true;
        for (enum fault fault = 0; fault < FAULTS; fault++)
            if (fault_possible(fault)) good = run_kind(*state, fault, i == 1) && good;
        remove_databases();
        _exit(good ? 0 : 1);
    }
    for (int i = 0; i < 2; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

/* ---- beginning ---- */

static enum command_outcome make_people(struct tx *tx, void *data) {
    struct cabinet *cabinet = data;
    int64_t source = cabinet_source(cabinet, tx);
    for (int i = 0; i < 2; i++)
        cabinet_person(cabinet, tx, source, text_from(phones[i]), MONEY, &template.people[i]);
    return COMMAND_KEEP;
}

/* Once without faults, here: what libraries load at their first use need not be loaded by each run. */
static void warm_up(void) {
    struct stand stand;
    snprintf(stand.database, sizeof stand.database, "%s/first-%d.db", cabinet_folder(), (int)getppid());
    database_write(stand.database, template.bytes);
    stand_open(&stand, "first", BEGINNING, 1);
    prepare_open(&stand);
    ask_well(&stand, &stand.call);
    prepare_callback(&stand);
    ask_well(&stand, &stand.call);
    struct world *world = stand.cabinet.world;
    cabinet_close(&stand.cabinet);
    world_free(world);
    database_remove(stand.database);
    arena_free(stand.arena);
}

static int prepare(void **state) {
    char path[128];
    struct cabinet cabinet;
    (void)state;
    log_set_level(LOG_ERROR + 1);
    template.arena = arena_new((size_t)16 << 20);
    snprintf(path, sizeof path, "%s/template.db", cabinet_folder());
    snprintf(template.settings, sizeof template.settings,
             "time_zone: Europe/Moscow\nlog_level: error\nwallet:\n  transfer_level: minimal\n"
             "acquiring: {url: http://127.0.0.1:1, merchant: fault, secret_file: %s/acquirer.key}\n"
             "identity:\n  code: {pause: 0s}\n  robot: {hardness: 1000}\n  session: {cached: 512}\n",
             cabinet_folder());
    struct world *world = world_simulated(1, BEGINNING - MINUTE);
    check(cabinet_open(&cabinet, path, template.settings, world));
    check(cabinet_write(&cabinet, make_people, &cabinet) == STORE_DURABLE);
    cabinet_close(&cabinet);
    world_free(world);
    template.bytes = database_read(template.arena, path);
    database_remove(path);
    warm_up();
    return 0;
}

static int finish(void **state) {
    (void)state;
    cabinet_folder_remove();
    arena_free(template.arena);
    return 0;
}

static int run_named(const char *words) {
    struct run run = {.nth = 0};
    size_t name = strcspn(words, " ");
    const char *number = strrchr(words, ' ');
    if (number == NULL) return 2;
    for (size_t i = 0; i < SCENARIOS; i++)
        if (strncmp(scenarios[i].name, words, name) == 0 && scenarios[i].name[name] == '\0')
            run.scenario = &scenarios[i];
    for (enum fault i = 0; i < FAULTS; i++)
        if (strstr(words + name, fault_name(i)) != NULL && run.fault == 0) run.fault = i;
    run.for_ever = strstr(words, " ever ") != NULL;
    run.nth = strtoll(number, NULL, 10);
    if (run.scenario == NULL) return 2;
    prepare(NULL);
    run_one(&run);
    return 0;
}

int main(void) {
    if (getenv("KABINET_FAULT") != NULL) return run_named(getenv("KABINET_FAULT"));
    if (getenv("KABINET_FAULT_ONLY") != NULL) cmocka_set_test_filter(getenv("KABINET_FAULT_ONLY"));
    struct CMUnitTest tests[SCENARIOS];
    for (size_t i = 0; i < SCENARIOS; i++)
        tests[i] = (struct CMUnitTest){scenarios[i].name, one_scenario, NULL, NULL, (void *)(uintptr_t)&scenarios[i]};
    return cmocka_run_group_tests_name("fault", tests, prepare, finish);
}
