/* deposits_fill.c: makes a database whose night is to be measured: customers with ten deposits each, of a product whose
 * interest is added monthly, begun on days of the last year, and through yesterday earned.
 *
 *     bench_deposits_fill CONFIG DEPOSITS
 *
 * Prints how many of them add their interest today. */
#include "bench/filling.h"
#include "products/deposits/deposits.h"

#define EACH 10 /* deposits of a customer */
#define CUSTOMERS_A_COMMAND 100
#define COMMAND_ARENA ((size_t)64 << 20)
#define PRODUCTS 5

struct fill {
    struct filling filling;
    struct product products[PRODUCTS];
    int64_t today, due;
};

static enum command_outcome make_products(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
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
    struct filling *filling = &fill->filling;
    struct ledger *ledger = engine_ledger(filling->app->engine);
    const struct product *product = &fill->products[filling_below(filling, PRODUCTS)];
    int64_t begun = fill->today - 1 - filling_below(filling, 358), operation;
    int64_t sum = 100000 + filling_below(filling, 20000000);
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
    const struct transfer money = {.from = filling->source, .to = deposit.account, .sum = rub(sum),
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
    for (int64_t i = 0; i < fill->filling.count; i++) {
        int64_t wallet, customer = filling_customer(&fill->filling, tx, fill->filling.from + i, &wallet);
        for (int k = 0; k < EACH; k++) make_deposit(fill, tx, customer, wallet);
    }
    return COMMAND_KEEP;
}

int main(int count, char **arguments) {
    struct app app;
    struct fill fill = {.due = 0};
    int64_t deposits = 0;
    if (count != 3 || !text_to_int(text_from(arguments[2]), &deposits) || deposits < EACH) {
        fprintf(stderr, "usage: bench_deposits_fill CONFIG DEPOSITS\n");
        return 2;
    }
    if (!filling_begin(&fill.filling, "bench_deposits_fill", &app, COMMAND_ARENA) ||
        !app_open(&app, 1, arguments + 1) || !engine_start(app.engine))
        return 1;
    fill.today = deposits_today(app.engine);
    filling_run(&fill.filling, filling_make_source);
    filling_run(&fill.filling, make_products);
    filling_pieces(&fill.filling, "customers", deposits / EACH, CUSTOMERS_A_COMMAND, make_customers);
    app_close(&app);
    printf("RESULT deposits %" PRId64 " due %" PRId64 "\n", deposits / EACH * EACH, fill.due);
    return 0;
}
