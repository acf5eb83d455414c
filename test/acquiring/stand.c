/* stand.c: see stand.h. */
#include "test/acquiring/stand.h"

#include "adapters/webcall/webcall.h"
#include "base/check.h"
#include "levels/levels.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MOST 4000
#define PAUSE_US 5000

static pid_t bank;
static char bank_url[64];

/* ---- the bank ---- */

static void run_bank(const char *program, const char *folder, int out) {
    char journal[300], esia[300], processing[300], lender[300], secret[300];
    snprintf(journal, sizeof journal, "%s/bank.journal", folder);
    snprintf(esia, sizeof esia, "%s", folder);
    snprintf(processing, sizeof processing, "%s/processing.key", folder);
    snprintf(lender, sizeof lender, "%s/lender.key", folder);
    snprintf(secret, sizeof secret, "%s/acquirer.key", folder);
    dup2(out, STDOUT_FILENO);
    /* Nobody hears its callbacks: whatever is learnt is learnt by asking. */
    execl(program, program, "--listen", "127.0.0.1:0", "--kabinet", "http://127.0.0.1:1", "--secret-file", secret,
          "--journal", journal, "--esia-folder", esia, "--processing-key", processing, "--lender-key", lender,
          "--slow-ms", "200", "--late-ms", "300", (char *)NULL);
    _exit(127);
}

void sandbox_begin(struct arena *arena) {
    char program[512] = "", line[256] = "";
    int ends[2];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    check(size > 0 && pipe(ends) == 0);
    program[size] = '\0';
    struct text beside = text_format(arena, "%.*s/kabinet-sandbox", (int)(strrchr(program, '/') - program), program);
    bank = fork();
    check(bank >= 0);
    if (bank == 0) run_bank(beside.data, cabinet_folder(), ends[1]);
    close(ends[1]);
    FILE *told = fdopen(ends[0], "r");
    check(told != NULL && fgets(line, sizeof line, told) != NULL);
    check(sscanf(line, "kabinet-sandbox: %63s", bank_url) == 1);
    bank_url[strlen(bank_url) - 1] = '\0'; /* its last slash */
    fclose(told);
}

void sandbox_end(void) {
    kill(bank, SIGTERM);
    waitpid(bank, NULL, 0);
}

struct text sandbox_ask(struct arena *arena, const char *path, struct text post) {
    static const char *const json[] = {"Accept: application/json", NULL};
    static const char *const page[] = {"Accept: text/html", "Content-Type: application/x-www-form-urlencoded", NULL};
    const struct webcall call = {.url = text_format(arena, "%s%s", bank_url, path).data,
                                 .headers = post.data != NULL ? page : json,
                                 .post = post,
                                 .timeout_ms = 10000,
                                 .most = 1 << 20};
    struct webcall_answer answer;
    check(webcall_run(arena, &call, &answer) == WEBCALL_ANSWERED && answer.status < 400);
    return answer.body;
}

struct text sandbox_state(struct arena *arena, const char *kind, int64_t id, int *count) {
    struct text books = sandbox_ask(arena, "/acquirer/books", TEXT_NONE);
    struct text wanted = text_format(arena, "%lld", (long long)id), state = TEXT_NONE;
    json_t *root = json_loadb(books.data, books.size, 0, NULL);
    const json_t *moves = json_object_get(root, "moves");
    *count = 0;
    for (size_t i = 0; i < json_array_size(moves); i++) {
        const json_t *move = json_array_get(moves, i);
        if (!text_is(wanted, json_string_value(json_object_get(move, "id"))) ||
            strcmp(json_string_value(json_object_get(move, "kind")), kind) != 0)
            continue;
        state = text_copy(arena, text_from(json_string_value(json_object_get(move, "state"))));
        ++*count;
    }
    json_decref(root);
    return state;
}

/* ---- the cabinet ---- */

void stand_open(struct stand *stand, const char *where, const char *more) {
    *stand = (struct stand){.where = where, .arena = arena_new((size_t)64 << 20)};
    check(stand->arena != NULL);
    stand->world = world_simulated(11, world_wall_clock());
    struct text yaml = text_format(stand->arena,
                                   "acquiring:\n  url: %s/acquirer\n  secret_file: %s/acquirer.key\n  ask: 1s\n%s",
                                   bank_url, cabinet_folder(), more);
    if (!cabinet_open(&stand->cabinet, where, yaml.data, stand->world)) {
        fprintf(stderr, "%.*s\n", TEXT_ARG(stand->cabinet.problem));
        check(false);
    }
}

void stand_close(struct stand *stand) {
    cabinet_close(&stand->cabinet);
    world_free(stand->world);
    arena_free(stand->arena);
}

void stand_until(struct stand *stand, bool (*over)(struct stand *stand, int64_t id), int64_t id) {
    for (int i = 0; i < STEPS_MOST; i++) {
        cabinet_settle(&stand->cabinet);
        if (over(stand, id)) return;
        world_advance(stand->world, SECOND / 20);
        usleep(PAUSE_US);
    }
    check(!"it never ends");
}

/* ---- who ---- */

struct making {
    struct stand *stand;
    struct text phone;
    int64_t kopecks;
};

static enum command_outcome make(struct tx *tx, void *data) {
    struct making *making = data;
    struct stand *stand = making->stand;
    struct cabinet *cabinet = &stand->cabinet;
    struct level_proof proof = {.level = LEVEL_SIMPLIFIED, .source = LEVEL_BY_FORM};
    proof.answers.of[ANSWER_SURNAME] = TEXT("Петрова");
    proof.answers.of[ANSWER_NAME] = TEXT("Анна");
    cabinet_person(cabinet, tx, cabinet_source(cabinet, tx), making->phone, making->kopecks, &stand->person);
    check(level_raise(cabinet->engine, tx, stand->person.customer, &proof) == LEVEL_RAISED);
    return COMMAND_KEEP;
}

static struct reply ask(struct stand *stand, const char *method, struct text path, struct text body) {
    const struct call call = {.method = method,
                              .path = path.data,
                              .token = text_from(stand->person.token),
                              .key = text_format(stand->arena, "key-%lld", (long long)world_id(stand->world)),
                              .body = body};
    struct request *request = cabinet_send(&stand->cabinet, stand->arena, &call);
    cabinet_settle(&stand->cabinet);
    struct reply reply = reply_of(stand->arena, request);
    if (reply.status >= 300) fprintf(stderr, "%s: %.*s\n", path.data, TEXT_ARG(reply.body));
    check(reply.status < 300);
    return reply;
}

static struct text card_state(struct stand *stand, int64_t id) {
    struct reply reply = ask(stand, "GET", text_format(stand->arena, "/bank-cards/%lld", (long long)id), TEXT_NONE);
    return reply_text(stand->arena, &reply, "state");
}

static bool asks_sum(struct stand *stand, int64_t id) {
    return text_is(card_state(stand, id), "check");
}

static bool is_live(struct stand *stand, int64_t id) {
    return text_is(card_state(stand, id), "live");
}

/* Another of those digits each time, with its own check. */
static struct text new_card(struct arena *arena, const char *digits) {
    static int number;
    number++;
    for (int key = 0; key < 10; key++) {
        struct text card = text_format(arena, "2200%07d%d%s", number, key, digits);
        int sum = 0;
        for (size_t i = 0; i < 16; i++) {
            int digit = (card.data[i] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        if (sum % 10 == 0) return card;
    }
    return TEXT_NONE;
}

/* What the cardholder sees in his bank's app: the newest is the first. */
static struct text small_sum(struct arena *arena) {
    struct text app = sandbox_ask(arena, "/acquirer/app", TEXT_NONE);
    json_t *root = json_loadb(app.data, app.size, 0, NULL);
    const json_t *card = json_array_get(json_object_get(root, "cards"), 0);
    struct text sum = text_copy(arena, text_from(json_string_value(json_object_get(card, "small"))));
    json_decref(root);
    return sum;
}

void stand_person(struct stand *stand, const char *digits, int64_t kopecks) {
    struct arena *arena = stand->arena;
    struct making making = {stand, text_format(arena, "+79%09lld", (long long)(world_id(stand->world) % 1000000000)),
                            kopecks};
    check(cabinet_write(&stand->cabinet, make, &making) == STORE_DURABLE);
    struct reply begun = ask(stand, "POST", TEXT("/bank-cards"), TEXT("{}"));
    struct text page = reply_text(arena, &begun, "bank_url"), query;
    stand->card = reply_number(arena, &begun, "id");
    text_split(page, '?', &query);
    sandbox_ask(arena, "/acquirer/bind",
             text_format(arena, "%.*s&number=%.*s&holder=ANNA+PETROVA&expiry=12%%2F40&cvv=123&act=bind",
                         TEXT_ARG(query), TEXT_ARG(new_card(arena, digits))));
    stand_until(stand, asks_sum, stand->card);
    ask(stand, "POST", text_format(arena, "/bank-cards/%lld/confirm", (long long)stand->card),
        text_format(arena, "{\"sum\":\"%.*s\"}", TEXT_ARG(small_sum(arena))));
    stand_until(stand, is_live, stand->card);
}

/* ---- the books ---- */

struct looking {
    struct stand *stand;
    const char *name;
    int64_t account, balance;
};

STATEMENT(system_find, "SELECT account FROM acquiring_system WHERE name = $1");

static enum command_outcome look(struct tx *tx, void *data) {
    struct looking *looking = data;
    struct account account;
    if (looking->name != NULL) {
        struct rows *rows = tx_query(tx, &system_find, VALUES(V_TEXT(text_from(looking->name))));
        if (rows_next(rows)) looking->account = row_int(rows, 0);
        rows_end(rows);
    }
    if (ledger_account(engine_ledger(looking->stand->cabinet.engine), tx, looking->account, &account))
        looking->balance = account.balance;
    return COMMAND_KEEP;
}

int64_t stand_balance(struct stand *stand, int64_t account) {
    struct looking looking = {.stand = stand, .account = account};
    check(cabinet_write(&stand->cabinet, look, &looking) == STORE_DURABLE);
    return looking.balance;
}

int64_t stand_system(struct stand *stand, const char *name) {
    struct looking looking = {.stand = stand, .name = name};
    check(cabinet_write(&stand->cabinet, look, &looking) == STORE_DURABLE);
    return looking.balance;
}
