/* fill.c: makes a database to measure on: customers with a wallet, money and a bearer token each, and transfers between
 * random pairs behind them, with their rows in the command log and their idempotency keys, as if all had come by HTTP.
 *
 *     bench_fill CONFIG CUSTOMERS TRANSFERS TOKENS_FILE
 *
 * Customer i has the number +79000000000 + i. TOKENS_FILE gets "number token" lines, for at most 100 000 of them. It
 * goes in big commands through the engine's own code, so it takes a minute where clients would take hours. */
#include "bench/filling.h"

#define CUSTOMERS_A_COMMAND 200
#define TRANSFERS_A_COMMAND 2000
#define COMMAND_ARENA ((size_t)64 << 20)
#define TOKENS_MAX 100000
#define MONEY_EACH 100000000 /* a million roubles: nobody runs dry */
#define KIND_TRANSFER 100
#define KIND_TOPUP 105

struct fill {
    struct filling filling;
    FILE *tokens;
    int64_t *wallets; /* by customer's number */
    int64_t *owners;
    int64_t customers;
};

/* ---- customers ---- */

static void make_customer(struct fill *fill, struct tx *tx, int64_t number) {
    struct filling *filling = &fill->filling;
    int64_t id, *wallet = &fill->wallets[number], customer = filling_customer(filling, tx, number, wallet);
    fill->owners[number] = customer;
    const struct transfer money = {.from = filling->source, .to = *wallet, .sum = rub(MONEY_EACH), .kind = KIND_TOPUP,
                                   .flags = TRANSFER_NO_LIMITS};
    check(ledger_transfer(engine_ledger(filling->app->engine), tx, &money, &id) == LEDGER_OK);
    if (number < TOKENS_MAX) filling_token(filling, tx, number, customer, fill->tokens);
}

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < fill->filling.count; i++) make_customer(fill, tx, fill->filling.from + i);
    return COMMAND_KEEP;
}

/* ---- transfers ---- */

static const struct route transfer_route = {.audit = "wallet.transfer"};

static void make_transfer(struct fill *fill, struct tx *tx) {
    struct filling *filling = &fill->filling;
    struct engine *engine = filling->app->engine;
    uint64_t people = (uint64_t)fill->customers;
    size_t from = filling_random(filling) % people, to = (from + 1 + filling_random(filling) % (people - 1)) % people;
    const struct transfer transfer = {.from = fill->wallets[from], .to = fill->wallets[to],
                                      .sum = rub((int64_t)(1 + filling_random(filling) % 100)), .kind = KIND_TRANSFER,
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
    for (size_t i = 0; i < KEY_SIZE; i++) key.hash[i] = (uint8_t)(filling_random(filling) >> 24);
    journal_record(&engine->journal, tx, &request, &key);
}

static enum command_outcome make_transfers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < fill->filling.count; i++) make_transfer(fill, tx);
    return COMMAND_KEEP;
}

int main(int count, char **arguments) {
    struct app app;
    if (count != 5) {
        fprintf(stderr, "usage: bench_fill CONFIG CUSTOMERS TRANSFERS TOKENS_FILE\n");
        return 2;
    }
    struct fill fill = {.customers = 0};
    int64_t transfers = 0;
    if (!text_to_int(text_from(arguments[2]), &fill.customers) || !text_to_int(text_from(arguments[3]), &transfers) ||
        fill.customers < 2)
        return 2;
    fill.tokens = fopen(arguments[4], "we");
    fill.wallets = calloc((size_t)fill.customers, sizeof *fill.wallets);
    fill.owners = calloc((size_t)fill.customers, sizeof *fill.owners);
    if (fill.tokens == NULL || fill.wallets == NULL || fill.owners == NULL) return 1;
    if (!filling_begin(&fill.filling, "bench_fill", &app, COMMAND_ARENA) || !app_open(&app, 1, arguments + 1) ||
        !engine_start(app.engine))
        return 1;
    filling_run(&fill.filling, filling_make_source);
    filling_pieces(&fill.filling, "customers", fill.customers, CUSTOMERS_A_COMMAND, make_customers);
    filling_pieces(&fill.filling, "transfers", transfers, TRANSFERS_A_COMMAND, make_transfers);
    app_close(&app);
    return fclose(fill.tokens) == 0 ? 0 : 1;
}
