/* loans_fill.c: makes a database whose night is to be measured: customers with ten loans each, by months, that began on
 * days of the last year and have come through yesterday: one in ten has been overdue since its last payment, the others
 * have paid all so far.
 *
 *     bench_loans_fill CONFIG LOANS
 *     bench_loans_fill CONFIG prove       goes through each loan again (loan_replay) and compares
 *
 * Prints how many, and how many pay by what they left ahead tonight. */
#include "bench/filling.h"
#include "products/loans/running.h"

#include <string.h>

#define EACH 10 /* loans of a customer */
#define CUSTOMERS_A_COMMAND 100
#define COMMAND_ARENA ((size_t)256 << 20)
#define PRODUCTS 3
#define PIECE 200

struct fill {
    struct filling filling;
    struct credit_product products[PRODUCTS];
    int64_t today, ahead, customer, loan, same, seen;
};

static enum command_outcome make_products(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int i = 0; i < PRODUCTS; i++) {
        static const char *const codes[PRODUCTS] = {"one", "two", "three"};
        fill->products[i] = (struct credit_product){.code = text_from(codes[i]),
                                                    .title_ru = TEXT("Заём"),
                                                    .title_en = TEXT("Loan"),
                                                    .offered = true,
                                                    .terms = {.kind = SCHEDULE_ANNUITY,
                                                              .unit = SCHEDULE_MONTHS,
                                                              .length = 1,
                                                              .term_least = 3,
                                                              .term_most = 36,
                                                              .sum_least = 100000,
                                                              .sum_most = 3000000,
                                                              .sum_step = 100,
                                                              .rate = 300000 + i * 100000,
                                                              .late_interest = true,
                                                              .penalty = 200000}};
        credit_product_put(tx, &fill->products[i]);
    }
    return COMMAND_KEEP;
}

static void pay(struct fill *fill, struct tx *tx, const struct credit *credit, const struct credit_product *product,
                const struct loan_contract *contract, struct running *running, int64_t sum) {
    struct engine *engine = fill->filling.app->engine;
    struct loan_parts parts;
    const struct loan_event event = {.day = running->state.done, .kind = LOAN_PAYMENT, .sum = sum};
    int64_t operation = loans_move(engine, tx, fill->filling.source, credit->account, sum, KIND_LOAN_PAID, credit->id,
                                   TEXT_NONE);
    check(loan_apply(contract, &running->state, &event, &parts, NULL) == LOAN_DONE);
    credit_book_paid(engine, tx, credit, product->code, parts.paid);
    credit_event_add(tx, credit, &event, operation, &parts);
}

/* As if each of its nights had come by: the books get what it earned as one sum. */
static void make_loan(struct fill *fill, struct tx *tx, int64_t customer) {
    struct filling *filling = &fill->filling;
    struct engine *engine = filling->app->engine;
    const struct credit_product *product = &fill->products[filling_below(filling, PRODUCTS)];
    int64_t age = 1 + filling_below(filling, 330), earned = 0, fined = 0;
    bool late = filling_below(filling, 10) == 0;
    struct credit credit = {.customer = customer, .product = product->id,
                            .sum = 100000 + 100 * filling_below(filling, 20000), .term = 24};
    struct running running;
    credit_agree(engine, tx, &credit);
    credit.signed_day = fill->today - 1 - age;
    credit_issue(engine, tx, &credit, credit.signed_day);
    check(running_find(tx, customer, credit.id, &running));
    const struct loan_contract contract = credit_contract_of(engine, product, &credit);
    while (running.state.done < fill->today - 1) {
        const struct loan_night night = loan_step(&contract, &running.state, NULL);
        earned += night.interest + night.late_interest;
        fined += night.penalty;
        if (running.state.due != running.state.done || (late && running.state.done > fill->today - 40)) continue;
        const struct schedule_row next = loan_next(&contract, &running.state);
        pay(fill, tx, &credit, product, &contract, &running, next.principal + next.interest);
    }
    if (running.state.due == fill->today - 1 && running.state.overdue_since == 0) fill->ahead++;
    running.provided = 0;
    running_put(tx, &running, 1);
    loans_move(engine, tx, loans_account(engine, tx, PURPOSE_LOAN_INTEREST, product->code),
               loans_account(engine, tx, PURPOSE_LOAN_INCOME, TEXT_NONE), earned, KIND_LOAN_ACCRUE, 0, TEXT_NONE);
    loans_move(engine, tx, loans_account(engine, tx, PURPOSE_LOAN_PENALTY, product->code),
               loans_account(engine, tx, PURPOSE_LOAN_FINES, TEXT_NONE), fined, KIND_LOAN_FINE, 0, TEXT_NONE);
}

STATEMENT(signed_on, "UPDATE loan SET signed = issued WHERE signed <> issued AND issued > 0");

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < fill->filling.count; i++) {
        int64_t wallet, customer = filling_customer(&fill->filling, tx, fill->filling.from + i, &wallet);
        for (int k = 0; k < EACH; k++) make_loan(fill, tx, customer);
    }
    return COMMAND_KEEP;
}

static enum command_outcome date_them(struct command *command, struct tx *tx) {
    (void)command;
    tx_run(tx, &signed_on, NO_VALUES);
    return COMMAND_KEEP;
}

/* A piece of the proof: each row is what its contract and its events make of it, through its own day. */
static enum command_outcome prove(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct running *rows = arena_array(tx_arena(tx), struct running, PIECE);
    fill->filling.count = (int64_t)running_after(tx, fill->customer, fill->loan, rows, PIECE);
    for (int64_t i = 0; i < fill->filling.count; i++) {
        struct credit credit;
        struct loan_state state;
        check(credit_find(tx, rows[i].customer, rows[i].id, &credit));
        check(credit_replay(fill->filling.app->engine, tx, &credit, rows[i].state.done, &state, NULL));
        fill->same += memcmp(&state, &rows[i].state, sizeof state) == 0;
        fill->seen++;
        fill->customer = rows[i].customer;
        fill->loan = rows[i].id;
    }
    return COMMAND_KEEP;
}

int main(int count, char **arguments) {
    struct app app;
    struct fill fill = {.ahead = 0};
    int64_t loans = 0;
    bool proof = count == 3 && text_is(text_from(arguments[2]), "prove");
    if (count != 3 || (!proof && (!text_to_int(text_from(arguments[2]), &loans) || loans < EACH))) {
        fprintf(stderr, "usage: bench_loans_fill CONFIG LOANS|prove\n");
        return 2;
    }
    if (!filling_begin(&fill.filling, "bench_loans_fill", &app, COMMAND_ARENA) ||
        !app_open(&app, 1, arguments + 1) || !engine_start(app.engine))
        return 1;
    fill.today = loans_today(app.engine);
    if (proof) {
        do filling_run(&fill.filling, prove);
        while (fill.filling.count == PIECE);
        app_close(&app);
        printf("RESULT loans %" PRId64 " same %" PRId64 "\n", fill.seen, fill.same);
        return 0;
    }
    filling_run(&fill.filling, filling_make_source);
    filling_run(&fill.filling, make_products);
    filling_pieces(&fill.filling, "customers", loans / EACH, CUSTOMERS_A_COMMAND, make_customers);
    filling_run(&fill.filling, date_them);
    app_close(&app);
    printf("RESULT loans %" PRId64 " ahead %" PRId64 "\n", loans / EACH * EACH, fill.ahead);
    return 0;
}
