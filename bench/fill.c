/* fill.c: makes a database to measure on: customers with a wallet, money and a bearer token each, and transfers between
 * random pairs behind them, with their rows in the command log and their idempotency keys, as if all had come by HTTP.
 *
 *     bench_fill CONFIG CUSTOMERS TRANSFERS TOKENS_FILE
 *
 * Customer i has the number +79000000000 + i. TOKENS_FILE gets "number token" lines, for at most 100 000 of them. It
 * goes in big commands through the engine's own code, so it takes a minute where clients would take hours. */
#include "app/app.h"
#include "base/check.h"
#include "engine/internal.h"
#include "identity/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CUSTOMERS_A_COMMAND 200
#define TRANSFERS_A_COMMAND 2000
#define COMMAND_ARENA ((size_t)64 << 20)
#define TOKENS_MAX 100000
#define MONEY_EACH 100000000 /* a million roubles: nobody runs dry */
#define KIND_TRANSFER 100
#define KIND_TOPUP 105

struct fill {
    struct command command;
    struct app *app;
    FILE *tokens;
    int64_t *wallets; /* by customer's number */
    int64_t *owners;
    int64_t from, count, customers, source;
    uint64_t random;
};

static uint64_t next_random(struct fill *fill) {
    fill->random ^= fill->random << 13;
    fill->random ^= fill->random >> 7;
    fill->random ^= fill->random << 17;
    return fill->random;
}

static void run(struct fill *fill, enum command_outcome (*body)(struct command *, struct tx *)) {
    arena_clear(fill->command.arena);
    fill->command = (struct command){.run = body, .arena = fill->command.arena};
    if (store_run(engine_store(fill->app->engine), &fill->command) == STORE_DURABLE) return;
    fprintf(stderr, "bench_fill: the store refused: %.*s\n", TEXT_ARG(fill->command.problem));
    exit(1);
}

static enum command_outcome make_source(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    const struct account source = {
        .purpose = 99, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    fill->source = ledger_create(engine_ledger(fill->app->engine), tx, &source);
    return COMMAND_KEEP;
}

/* ---- customers ---- */

static void keep_token(struct fill *fill, struct tx *tx, struct text phone, int64_t customer) {
    struct engine *engine = fill->app->engine;
    struct request request = {.arena = fill->command.arena, .world = engine_world(engine), .engine = engine,
                              .user_agent = TEXT("bench"), .address = TEXT("127.0.0.1")};
    struct text token = session_open(&request, tx, customer, true);
    fprintf(fill->tokens, "%.*s %.*s\n", TEXT_ARG(phone), TEXT_ARG(token));
}

static void make_customer(struct fill *fill, struct tx *tx, int64_t number) {
    struct engine *engine = fill->app->engine;
    struct text phone = text_format(fill->command.arena, "+79%09" PRId64, number);
    int64_t customer = customer_open(engine, tx, phone, TEXT("$argon2id$none"), LANGUAGE_RU, 0);
    struct account wallet;
    check(customer != 0 && ledger_accounts_of(engine_ledger(engine), tx, customer, &wallet, 1) == 1);
    fill->wallets[number] = wallet.id;
    fill->owners[number] = customer;
    const struct transfer money = {.from = fill->source, .to = wallet.id, .sum = rub(MONEY_EACH), .kind = KIND_TOPUP,
                                   .flags = TRANSFER_NO_LIMITS};
    int64_t id;
    check(ledger_transfer(engine_ledger(engine), tx, &money, &id) == LEDGER_OK);
    if (number < TOKENS_MAX) keep_token(fill, tx, phone, customer);
}

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < fill->count; i++) make_customer(fill, tx, fill->from + i);
    return COMMAND_KEEP;
}

/* ---- transfers ---- */

static const struct route transfer_route = {.audit = "wallet.transfer"};

static void make_transfer(struct fill *fill, struct tx *tx) {
    struct engine *engine = fill->app->engine;
    uint64_t people = (uint64_t)fill->customers;
    size_t from = next_random(fill) % people, to = (from + 1 + next_random(fill) % (people - 1)) % people;
    const struct transfer transfer = {.from = fill->wallets[from], .to = fill->wallets[to],
                                      .sum = rub((int64_t)(1 + next_random(fill) % 100)), .kind = KIND_TRANSFER,
                                      .flags = TRANSFER_NO_LIMITS};
    int64_t id;
    if (ledger_transfer(engine_ledger(engine), tx, &transfer, &id) != LEDGER_OK) return;
    struct arena *arena = tx_arena(tx);
    struct node *document = doc_new(arena);
    doc_id(document, "id", id);
    doc_text(document, "state", TEXT("done"));
    doc_money(document, "sum", transfer.sum);
    doc_money(document, "balance", rub(MONEY_EACH));
    doc_int(document, "version", 1);
    struct request request = {.route = &transfer_route, .arena = arena, .id = TEXT("0SA5BC0VR0000")};
    request.caller.customer = fill->owners[from];
    request.answer = (struct answer){.status = 201, .document = document,
                                     .location = text_format(arena, "/operations/%" PRId64, id)};
    struct journal_key key = {.present = true, .fingerprint = id};
    for (size_t i = 0; i < KEY_SIZE; i++) key.hash[i] = (uint8_t)(next_random(fill) >> 24);
    journal_record(&engine->journal, tx, &request, &key);
}

static enum command_outcome make_transfers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < fill->count; i++) make_transfer(fill, tx);
    return COMMAND_KEEP;
}

static void in_pieces(struct fill *fill, const char *what, int64_t total, int64_t piece,
                      enum command_outcome (*body)(struct command *, struct tx *)) {
    for (fill->from = 0; fill->from < total; fill->from += fill->count) {
        fill->count = total - fill->from < piece ? total - fill->from : piece;
        run(fill, body);
        if (fill->from / 100000 != (fill->from + fill->count) / 100000)
            fprintf(stderr, "%s: %" PRId64 " of %" PRId64 "\n", what, fill->from + fill->count, total);
    }
}

int main(int count, char **arguments) {
    struct app app;
    if (count != 5) {
        fprintf(stderr, "usage: bench_fill CONFIG CUSTOMERS TRANSFERS TOKENS_FILE\n");
        return 2;
    }
    struct fill fill = {.app = &app, .random = UINT64_C(88172645463325252)};
    int64_t transfers = 0;
    if (!text_to_int(text_from(arguments[2]), &fill.customers) || !text_to_int(text_from(arguments[3]), &transfers) ||
        fill.customers < 2)
        return 2;
    fill.tokens = fopen(arguments[4], "we");
    fill.wallets = calloc((size_t)fill.customers, sizeof *fill.wallets);
    fill.owners = calloc((size_t)fill.customers, sizeof *fill.owners);
    fill.command.arena = arena_new(COMMAND_ARENA);
    if (fill.tokens == NULL || fill.wallets == NULL || fill.owners == NULL || fill.command.arena == NULL) return 1;
    if (!app_open(&app, 1, arguments + 1) || !engine_start(app.engine)) return 1;
    run(&fill, make_source);
    in_pieces(&fill, "customers", fill.customers, CUSTOMERS_A_COMMAND, make_customers);
    in_pieces(&fill, "transfers", transfers, TRANSFERS_A_COMMAND, make_transfers);
    app_close(&app);
    return fclose(fill.tokens) == 0 ? 0 : 1;
}
