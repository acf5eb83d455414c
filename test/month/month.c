/* month.c: the same month for the product and for the model: each answer is compared as it comes, each balance at the
 * end of each day, each purchase at the end. Messages arrive one or several to a group of commands; the jobs come by
 * every six hours. The whole product runs in this process on a clock of its own (test/support/cabinet.h). */
#include "test/month/month.h"

#include "base/check.h"
#include "base/log.h"
#include "products/cards/cards.h"

#include <openssl/hmac.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGINNING (INT64_C(1767214800) * SECOND) /* 2026-01-01 00:00 in Moscow */
#define JOBS_EVERY (6 * HOUR)
#define GROUP_MOST 8
#define RUN_ARENA ((size_t)64 << 20)
#define MESSAGE_ARENA ((size_t)256 << 10)

struct month {
    struct cabinet cabinet;
    struct world *world;
    struct traffic traffic;
    struct model model;
    struct arena *arena;
    struct arena *messages[GROUP_MOST];
    struct person *people; /* by account */
    int64_t *cards;        /* the product's ids */
    int64_t source;
    struct month_totals *totals;
    char fault[400];
};

static const char *fail(struct month *month, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *fail(struct month *month, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(month->fault, sizeof month->fault, format, arguments);
    va_end(arguments);
    return month->fault;
}

/* ---- the beginning: people and cards, as if they had been ordered ---- */

static struct card_limits limits_of(const struct limits3 *limits) {
    return (struct card_limits){limits->operation, limits->day, limits->month};
}

STATEMENT(kind_put, "INSERT INTO card_limit (customer, card, kind, operation_max, day_max, month_max) "
                    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer, card, kind) DO UPDATE SET "
                    "operation_max = $4, day_max = $5, month_max = $6");

static void put_limits(struct tx *tx, int64_t customer, int64_t card, const struct model_card *like) {
    for (int i = 0; i < KINDS; i++)
        tx_run(tx, &kind_put,
               VALUES(V_INT(customer), V_INT(card), V_INT(i), V_INT(like->kinds[i].operation),
                      V_INT(like->kinds[i].day),
                      V_INT(like->kinds[i].month)));
}

static void dress(struct card *card, const struct model_card *like) {
    card->limits = limits_of(&like->all);
    card->internet = like->internet;
    card->cash = like->cash;
    card->abroad = like->abroad;
}

static void make_card(struct month *month, struct tx *tx, int index) {
    struct engine *engine = month->cabinet.engine;
    const struct model_card *like = &month->model.cards[index];
    const struct person *person = &month->people[like->account];
    struct card card = {.id = world_id(month->world),
                        .customer = person->customer,
                        .account = person->account,
                        .kind = KIND_VIRTUAL,
                        .state = CARD_ACTIVE};
    const struct processing_card made = {.card = text_format(tx_arena(tx), "C%d", index),
                                         .number = text_format(tx_arena(tx), "220099%010d", index),
                                         .year = 2035,
                                         .month = 12};
    dress(&card, like);
    card_insert(engine, tx, &card, TEXT_NONE);
    check(card_made(engine, tx, &card, &made));
    put_limits(tx, card.customer, card.id, like);
    month->cards[index] = card.id;
}

static enum command_outcome make_all(struct tx *tx, void *data) {
    struct month *month = data;
    month->source = cabinet_source(&month->cabinet, tx);
    for (int i = 0; i < month->model.accounts; i++)
        cabinet_person(&month->cabinet, tx, month->source, text_format(tx_arena(tx), "+7916%07d", i),
                       month->model.balance[i], &month->people[i]);
    for (int i = 0; i < month->model.card_count; i++) make_card(month, tx, i);
    return COMMAND_KEEP;
}

/* ---- what happens ---- */

static struct text header_of(struct month *month, struct arena *arena, struct text body) {
    long long seconds = world_now(month->world) / SECOND;
    struct text message = text_format(arena, "callback\n%lld\n0123456789abcdef\n%.*s", seconds, TEXT_ARG(body));
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    check(HMAC(EVP_sha256(), CABINET_SECRET, (int)strlen(CABINET_SECRET), (const unsigned char *)message.data,
               message.size, mac, &size) != NULL);
    return text_format(arena, "HMAC-SHA256 %lld:0123456789abcdef:%s", seconds, text_hex(arena, mac, size).data);
}

static struct text body_of(struct month *month, struct arena *arena, const struct said *said) {
    static const char *const types[] = {"authorisation", "reversal", "clearing", "refund", "chargeback"};
    static const char *const places[] = {"till", "internet", "cash"};
    const struct model_purchase *purchase = &month->model.purchases[said->purchase];
    struct buffer out = buffer_new(arena, 512);
    bool asks = said->what == SAYS_AUTHORISATION;
    buffer_format(
        &out, "{\"institution\":\"kabinet\",\"type\":\"%s\",\"card\":\"C%d\",\"place\":\"%s\",\"operation\":\"A%d\"",
                  types[said->what], purchase->card, places[purchase->where], said->purchase);
    if (asks) buffer_format(&out, ",\"id\":\"A%d\"", said->purchase);
    else buffer_format(&out, ",\"id\":\"M%d\"", said->id);
    if (said->sum > 0)
        buffer_format(&out, ",\"sum\":\"%lld.%02d\",\"currency\":\"%s\"", (long long)(said->sum / 100),
                      (int)(said->sum % 100), said->foreign ? "USD" : "RUB");
    buffer_format(&out, ",\"country\":\"%s\",\"last\":%s", purchase->abroad ? "BY" : "RU",
                  said->last ? "true" : "false");
    if (said->what == SAYS_VERDICT) buffer_format(&out, ",\"outcome\":\"%s\"", said->won ? "won" : "lost");
    buffer_add_literal(&out, ",\"merchant\":\"Shop\",\"category\":\"5411\"}");
    return buffer_text(&out);
}

static struct request *send(struct month *month, struct arena *arena, const struct said *said) {
    struct text body = body_of(month, arena, said);
    const struct call call = {.method = "POST", .path = "/callbacks/processing", .body = body,
                              .signature = header_of(month, arena, body)};
    return cabinet_send(&month->cabinet, arena, &call);
}

/* The word that the model uses for it. */
static struct text word_of(struct arena *arena, struct request *request) {
    struct reply reply = reply_of(arena, request);
    if (reply.status == 409) return reply.type;
    struct text reason = reply_text(arena, &reply, "reason"), status = reply_text(arena, &reply, "status");
    return reason.size > 0 ? reason : status.size > 0 ? status : text_format(arena, "status %d", reply.status);
}

static void count(struct month_totals *totals, const char *word) {
    totals->messages++;
    totals->approved += strcmp(word, "approved") == 0;
    totals->known += strcmp(word, "known") == 0;
    totals->contradictions += strcmp(word, "contradiction") == 0;
    totals->declined += strcmp(word, "approved") != 0 && strcmp(word, "known") != 0 && strcmp(word, "accepted") != 0 &&
                        strcmp(word, "contradiction") != 0;
}

/* Several messages in one group of commands, in their order. */
static const char *hear(struct month *month, const struct happening *list, int size) {
    struct request *requests[GROUP_MOST];
    moment now = world_now(month->world);
    for (int i = 0; i < size; i++) {
        arena_clear(month->messages[i]);
        requests[i] = send(month, month->messages[i], &list[i].said);
    }
    while (store_step(engine_store(month->cabinet.engine)) > 0) {}
    for (int i = 0; i < size; i++) {
        const struct said *said = &list[i].said;
        const char *wanted = model_hear(&month->model, said, now);
        if (!request_finished(requests[i])) return fail(month, "message %d has no answer", said->id);
        struct text word = word_of(month->messages[i], requests[i]);
        count(month->totals, wanted);
        if (!text_is(word, wanted))
            return fail(month, "message %d (%d of purchase %d, %lld): %.*s, should be %s", said->id, (int)said->what,
                        said->purchase, (long long)said->sum, TEXT_ARG(word), wanted);
    }
    return NULL;
}

struct turning {
    struct month *month;
    const struct happening *happening;
};

static enum command_outcome turn(struct tx *tx, void *data) {
    static const enum card_state states[] = {CARD_ACTIVE, CARD_FROZEN, CARD_BLOCKED};
    const struct turning *turning = data;
    const struct happening *happening = turning->happening;
    struct month *month = turning->month;
    struct engine *engine = month->cabinet.engine;
    struct card card;
    int64_t customer = month->people[happening->turned.account].customer, id = month->cards[happening->card];
    check(card_find(engine, tx, customer, id, &card));
    if (happening->kind == HAPPENS_STATE) {
        card_turn(engine, tx, &card, states[happening->turned.state]);
    } else {
        dress(&card, &happening->turned);
        card_save(tx, &card);
        put_limits(tx, customer, id, &happening->turned);
    }
    return COMMAND_KEEP;
}

static void turn_card(struct month *month, const struct happening *happening) {
    struct turning turning = {month, happening};
    check(cabinet_write(&month->cabinet, turn, &turning) == STORE_DURABLE);
    month->model.cards[happening->card] = happening->turned;
}

static void run_jobs(struct month *month) {
    while (engine_step_jobs(month->cabinet.engine))
        while (store_step(engine_store(month->cabinet.engine)) > 0) {}
    model_lapse(&month->model, world_now(month->world));
}

/* ---- comparing ---- */

static int64_t system_balance(struct month *month, struct tx *tx, enum cards_system which) {
    struct account account = {.balance = 0};
    int64_t id = cards_system_account(month->cabinet.engine, tx, which);
    return ledger_account(engine_ledger(month->cabinet.engine), tx, id, &account) ? account.balance : 0;
}

static enum command_outcome compare_money(struct tx *tx, void *data) {
    struct month *month = data;
    const struct model *model = &month->model;
    struct account account;
    for (int i = 0; i < model->accounts && month->fault[0] == '\0'; i++) {
        check(ledger_account(engine_ledger(month->cabinet.engine), tx, month->people[i].account, &account));
        if (account.balance != model->balance[i] || account.held != model->held[i])
            fail(month, "account %d: %lld and %lld held, should be %lld and %lld", i, (long long)account.balance,
                 (long long)account.held, (long long)model->balance[i], (long long)model->held[i]);
    }
    int64_t processing = system_balance(month, tx, CARDS_PROCESSING),
            ours = system_balance(month, tx, CARDS_QUESTIONED);
    if (month->fault[0] == '\0' && (processing != model->processing || ours != model->questioned))
        fail(month, "processing %lld, questioned %lld, should be %lld, %lld", (long long)processing, (long long)ours,
             (long long)model->processing, (long long)model->questioned);
    if (month->fault[0] == '\0' && processing != model->claims - model->returns)
        fail(month, "processing %lld, claimed less given back %lld", (long long)processing,
             (long long)(model->claims - model->returns));
    return COMMAND_KEEP;
}

static bool alike(const struct card_operation *operation, const struct model_purchase *purchase) {
    static const int states[] = {
        0, OPERATION_HELD, OPERATION_DECLINED, OPERATION_CLEARED, OPERATION_REVERSED, OPERATION_LAPSED};
    return operation->sum == purchase->sum && operation->held == purchase->held &&
           operation->cleared == purchase->paid && operation->refunded == purchase->back &&
           operation->questioned == purchase->ours && operation->reversed == purchase->undone &&
           operation->asked == purchase->asked && (int)operation->state == states[purchase->state];
}

static enum command_outcome compare_purchases(struct tx *tx, void *data) {
    struct month *month = data;
    struct card_operation operation;
    for (int i = 0; i < month->model.purchase_count && month->fault[0] == '\0'; i++) {
        const struct model_purchase *purchase = &month->model.purchases[i];
        const struct person *person = &month->people[month->model.cards[purchase->card].account];
        bool there = operation_find(tx, person->customer, text_format(tx_arena(tx), "A%d", i), &operation);
        month->totals->lapsed += purchase->state == LAPSED;
        if (there != purchase->exists || (there && !alike(&operation, purchase)))
            fail(month, "purchase %d: state %d, sum %lld, held %lld, paid %lld, back %lld, ours %lld, should be state "
                 "%d, %lld, %lld, %lld, %lld, %lld", i, there ? (int)operation.state : -1, (long long)operation.sum,
                 (long long)operation.held, (long long)operation.cleared, (long long)operation.refunded,
                 (long long)operation.questioned, (int)purchase->state, (long long)purchase->sum,
                 (long long)purchase->held, (long long)purchase->paid, (long long)purchase->back,
                 (long long)purchase->ours);
    }
    return COMMAND_KEEP;
}

static const char *compare(struct month *month, enum command_outcome (*body)(struct tx *, void *)) {
    check(cabinet_write(&month->cabinet, body, month) == STORE_DURABLE);
    return month->fault[0] != '\0' ? month->fault : NULL;
}

/* ---- the month ---- */

static void wait_until(struct month *month, moment at) {
    if (at > world_now(month->world)) world_advance(month->world, at - world_now(month->world));
}

/* How many from there on come in one group: messages that lie close together, as the seed has it. */
static int group_at(struct month *month, int at) {
    int most = 1 + (int)month_random(&month->traffic, GROUP_MOST), size = 1;
    const struct happening *list = month->traffic.list;
    while (size < most && at + size < month->traffic.count && list[at + size].kind == HAPPENS_MESSAGE &&
           list[at + size].at < list[at].at + 10 * MINUTE)
        size++;
    return size;
}

static const char *live(struct month *month) {
    const char *fault = NULL;
    moment next = BEGINNING + JOBS_EVERY;
    for (int i = 0, size; i < month->traffic.count && fault == NULL; i += size) {
        const struct happening *happening = &month->traffic.list[i];
        for (; next <= happening->at && fault == NULL; next += JOBS_EVERY) {
            wait_until(month, next);
            run_jobs(month);
            if ((next - BEGINNING) % DAY == 0) fault = compare(month, compare_money);
        }
        size = happening->kind == HAPPENS_MESSAGE ? group_at(month, i) : 1;
        wait_until(month, month->traffic.list[i + size - 1].at);
        if (fault == NULL && happening->kind == HAPPENS_MESSAGE) fault = hear(month, happening, size);
        else if (fault == NULL) turn_card(month, happening);
    }
    if (fault == NULL) fault = compare(month, compare_money);
    return fault != NULL ? fault : compare(month, compare_purchases);
}

static void open_month(struct month *month, const struct plan *plan, char database[128]) {
    char settings[1024];
    snprintf(database, 128, "%s/month-%llu-%d.db", cabinet_folder(), (unsigned long long)plan->seed, (int)mistake);
    snprintf(settings, sizeof settings,
             "time_zone: Europe/Moscow\nlog_level: error\n"
             "limits:\n"
             "  minimal: {balance: \"0\", operation: \"0\", day_out: \"0\", month_out: \"0\", month_in: \"0\"}\n"
             "cards: {internet_code: never, processing: {url: \"http://127.0.0.1:1\", secret_file: %s/acquirer.key}}\n",
             cabinet_folder());
    log_set_level(LOG_ERROR + 1);
    month->world = world_simulated(plan->seed, BEGINNING);
    if (!cabinet_open(&month->cabinet, database, settings, month->world)) {
        fprintf(stderr, "month: %.*s\n", TEXT_ARG(month->cabinet.problem));
        abort();
    }
    check(cabinet_write(&month->cabinet, make_all, month) == STORE_DURABLE);
}

const char *month_run(const struct plan *plan, struct month_totals *totals) {
    static char told[400];
    char database[128];
    struct month *month = calloc(1, sizeof *month);
    check(month != NULL);
    month->totals = totals;
    traffic_make(&month->traffic, &month->model, plan, BEGINNING);
    month->arena = arena_new(RUN_ARENA);
    check(month->arena != NULL);
    for (int i = 0; i < GROUP_MOST; i++) check((month->messages[i] = arena_new(MESSAGE_ARENA)) != NULL);
    month->people = arena_array(month->arena, struct person, (size_t)month->model.accounts);
    month->cards = arena_array(month->arena, int64_t, (size_t)month->model.card_count);
    open_month(month, plan, database);
    const char *fault = live(month);
    snprintf(told, sizeof told, "%s", fault != NULL ? fault : "");
    cabinet_close(&month->cabinet);
    world_free(month->world);
    database_remove(database);
    for (int i = 0; i < GROUP_MOST; i++) arena_free(month->messages[i]);
    arena_free(month->arena);
    model_free(&month->model);
    free(month->traffic.list);
    free(month);
    return fault != NULL ? told : NULL;
}
