/* deposits_fill.c: makes a database whose night is to be measured: customers with ten deposits each, of a product whose
 * interest is added monthly, begun on days of the last year, and through yesterday earned.
 *
 *     bench_deposits_fill CONFIG DEPOSITS
 *
 * Prints how many of them add their interest today. */
#include "app/app.h"
#include "base/check.h"
#include "engine/internal.h"
#include "identity/session.h"
#include "products/deposits/deposits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EACH 10 /* deposits of a customer */
#define CUSTOMERS_A_COMMAND 100
#define COMMAND_ARENA ((size_t)64 << 20)
#define PRODUCTS 5

struct fill {
    struct command command;
    struct app *app;
    struct product products[PRODUCTS];
    int64_t source, from, count, today, due;
    uint64_t random;
};

static int64_t below(struct fill *fill, int64_t bound) {
    fill->random ^= fill->random << 13;
    fill->random ^= fill->random >> 7;
    fill->random ^= fill->random << 17;
    return (int64_t)((fill->random >> 11) % (uint64_t)bound);
}

static void run(struct fill *fill, enum command_outcome (*body)(struct command *, struct tx *)) {
    arena_clear(fill->command.arena);
    fill->command = (struct command){.run = body, .arena = fill->command.arena};
    if (store_run(engine_store(fill->app->engine), &fill->command) == STORE_DURABLE) return;
    fprintf(stderr, "bench_deposits_fill: the store refused: %.*s\n", TEXT_ARG(fill->command.problem));
    exit(1);
}

static enum command_outcome make_products(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    const struct account source = {
        .purpose = 99, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    fill->source = ledger_create(engine_ledger(fill->app->engine), tx, &source);
    for (int i = 0; i < PRODUCTS; i++) {
        static const char *const codes[PRODUCTS] = {"one", "two", "three", "four", "five"};
        struct product *product = &fill->products[i];
        *product = (struct product){.code = text_from(codes[i]),
                                    .title_ru = TEXT("Вклад"),
                                    .title_en = TEXT("Deposit"),
                                    .offered = true,
                                    .terms = {.unit = TERM_MONTHS,
                                              .term_least = 12,
                                              .term_most = 24,
                                              .rates = {{0, 0, 120000 + i * 5000}, {0, 6, 100000},
                                                        {5000000, 0, 140000}},
                                              .rate_count = 3,
                                              .early = {{0, 100}},
                                              .early_count = 1,
                                              .sum_least = 100000,
                                              .sum_most = 1000000000,
                                              .every = EVERY_MONTH}};
        deposit_product_put(tx, product);
    }
    return COMMAND_KEEP;
}

static void make_deposit(struct fill *fill, struct tx *tx, int64_t customer, int64_t purse) {
    struct ledger *ledger = engine_ledger(fill->app->engine);
    const struct product *product = &fill->products[below(fill, PRODUCTS)];
    int64_t begun = fill->today - 1 - below(fill, 358), sum = 100000 + below(fill, 20000000), operation;
    const struct account template = {.owner = customer, .purpose = PURPOSE_DEPOSIT, .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB};
    struct deposit deposit = {.customer = customer,
                              .id = world_id(tx_world(tx)),
                              .account = ledger_create(ledger, tx, &template),
                              .purse = purse,
                              .product = product->id,
                              .status = DEPOSIT_OPEN,
                              .length = 24,
                              .term = {begun, deposit_ends(&product->terms, begun, 24)},
                              .opened = begun,
                              .signed_at = world_now(tx_world(tx))};
    const struct transfer money = {.from = fill->source, .to = deposit.account, .sum = rub(sum),
                                   .kind = KIND_DEPOSIT_OPEN, .subject = deposit.id, .flags = TRANSFER_NO_LIMITS};
    check(ledger_transfer(ledger, tx, &money, &operation) == LEDGER_OK);
    deposit_move_add(tx, &deposit, begun, MOVE_OPEN, sum, operation, &deposit.first);
    deposit_insert(tx, &deposit);
    /* As if its interest had been paid until the last end of a month: what is measured is the night to come. */
    int64_t next = deposit_pays(&product->terms, &deposit.term, fill->today);
    const struct running running = {.customer = customer, .id = deposit.id, .product = product->id,
                                    .term = deposit.term, .state = {.principal = sum, .done = fill->today - 1}};
    deposit_running_put(tx, &running, 1);
    fill->due += next == fill->today;
}

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct engine *engine = fill->app->engine;
    for (int64_t i = 0; i < fill->count; i++) {
        struct text phone = text_format(tx_arena(tx), "+79%09" PRId64, fill->from + i);
        int64_t customer = customer_open(engine, tx, phone, TEXT("$argon2id$none"), LANGUAGE_RU, 0);
        struct account wallet;
        check(customer != 0 && ledger_accounts_of(engine_ledger(engine), tx, customer, &wallet, 1) == 1);
        for (int k = 0; k < EACH; k++) make_deposit(fill, tx, customer, wallet.id);
    }
    return COMMAND_KEEP;
}

int main(int count, char **arguments) {
    struct app app;
    struct fill fill = {.app = &app, .random = UINT64_C(88172645463325252)};
    int64_t deposits = 0;
    if (count != 3 || !text_to_int(text_from(arguments[2]), &deposits) || deposits < EACH) {
        fprintf(stderr, "usage: bench_deposits_fill CONFIG DEPOSITS\n");
        return 2;
    }
    fill.command.arena = arena_new(COMMAND_ARENA);
    if (fill.command.arena == NULL || !app_open(&app, 1, arguments + 1) || !engine_start(app.engine)) return 1;
    fill.today = deposits_today(app.engine);
    run(&fill, make_products);
    for (fill.from = 0; fill.from < deposits / EACH; fill.from += fill.count) {
        fill.count = deposits / EACH - fill.from < CUSTOMERS_A_COMMAND ? deposits / EACH - fill.from
                                                                        : CUSTOMERS_A_COMMAND;
        run(&fill, make_customers);
    }
    app_close(&app);
    printf("RESULT deposits %" PRId64 " due %" PRId64 "\n", deposits / EACH * EACH, fill.due);
    return 0;
}
