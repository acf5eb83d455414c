/* search_fill.c: makes a database to search in: customers with a wallet each, and transfers between them over three
 * years, the first customer on one side of a part of them; then digests of all that is long enough.
 *
 *     bench_search_fill CONFIG CUSTOMERS TRANSFERS OF_FIRST TOKENS_FILE
 *
 * A transfer is two operations. Of a million the message of one says «редкостный», of a hundred one «отпуск».
 * TOKENS_FILE gets "number token" lines of the first hundred customers. */
#include "app/app.h"
#include "base/check.h"
#include "identity/session.h"
#include "operations/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CUSTOMERS_A_COMMAND 200
#define TRANSFERS_A_COMMAND 2000
#define DIGESTS_A_COMMAND 8
#define COMMAND_ARENA ((size_t)64 << 20)
#define TOKENS 100
#define MONEY 10000000000
#define YEARS (3 * 365 * DAY)

struct fill {
    struct command command;
    struct app app;
    FILE *tokens;
    int64_t *wallets, *owners;
    int64_t from, count, customers, of_first, transfers, source, step, last, digested;
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
    if (store_run(engine_store(fill->app.engine), &fill->command) == STORE_DURABLE) return;
    fprintf(stderr, "bench_search_fill: the store refused: %.*s\n", TEXT_ARG(fill->command.problem));
    exit(1);
}

static enum command_outcome make_source(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    const struct account source = {
        .purpose = 99, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    fill->source = ledger_create(engine_ledger(fill->app.engine), tx, &source);
    return COMMAND_KEEP;
}

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct engine *engine = fill->app.engine;
    for (int64_t i = fill->from; i < fill->from + fill->count; i++) {
        struct text phone = text_format(fill->command.arena, "+79%09" PRId64, i);
        int64_t id, customer = customer_open(engine, tx, phone, TEXT("$argon2id$none"), LANGUAGE_RU, 0);
        struct account wallet;
        check(customer != 0 && ledger_accounts_of(engine_ledger(engine), tx, customer, &wallet, 1) == 1);
        fill->wallets[i] = wallet.id;
        fill->owners[i] = customer;
        const struct transfer money = {.from = fill->source, .to = wallet.id, .sum = rub(MONEY), .kind = 105,
                                       .flags = TRANSFER_NO_LIMITS};
        check(ledger_transfer(engine_ledger(engine), tx, &money, &id) == LEDGER_OK);
    }
    return COMMAND_KEEP;
}

static struct text message(struct fill *fill, struct arena *arena, int64_t number) {
    static const char *const words[] = {"обед", "билеты", "подарок", "аренда", "за такси", "книги", "продукты", "дом"};
    if (number % 1000003 == 500000) return TEXT("редкостный случай");
    if (number % 101 == 0) return TEXT("отпуск на море");
    if (number % 3 != 0) return TEXT_NONE;
    return text_format(arena, "%s №%d", words[next_random(fill) % 8], (int)(next_random(fill) % 10000));
}

/* 100: a transfer; 360: a bill; 750: cashback (products/cashback). */
static enum command_outcome make_transfers(struct command *command, struct tx *tx) {
    static const int kinds[] = {100, 100, 100, 100, 100, 100, 360, 750};
    struct fill *fill = (struct fill *)command;
    uint64_t people = (uint64_t)fill->customers;
    for (int64_t i = fill->from; i < fill->from + fill->count; i++) {
        world_advance(fill->app.world, fill->step);
        size_t from = 1 + next_random(fill) % (people - 1), to = 1 + next_random(fill) % (people - 1);
        bool first = (int64_t)(next_random(fill) % (uint64_t)fill->transfers) < fill->of_first;
        if (i % 1000003 == 500000) first = true; /* the rare word is his */
        if (first && next_random(fill) % 2 == 0) from = 0;
        else if (first) to = 0;
        const struct transfer transfer = {.from = fill->wallets[from], .to = fill->wallets[to],
                                          .sum = rub((int64_t)(1 + next_random(fill) % 500000)),
                                          .kind = kinds[next_random(fill) % 8],
                                          .note = message(fill, tx_arena(tx), i), .flags = TRANSFER_NO_LIMITS};
        int64_t id;
        ledger_transfer(engine_ledger(fill->app.engine), tx, &transfer, &id);
    }
    return COMMAND_KEEP;
}

static enum command_outcome find_last(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct ledger_waypoint found[1000];
    size_t count;
    while ((count = ledger_waypoints(tx, fill->last, INT64_MAX, found, 1000)) > 0) fill->last = found[count - 1].entry;
    return COMMAND_KEEP;
}

STATEMENT(position, "SELECT entry FROM operation_digested WHERE id = 1");

static enum command_outcome make_digests(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int i = 0; i < DIGESTS_A_COMMAND; i++) digest_job(fill->app.engine, tx);
    struct rows *rows = tx_query(tx, &position, NO_VALUES);
    fill->digested = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return COMMAND_KEEP;
}

static enum command_outcome keep_tokens(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct engine *engine = fill->app.engine;
    for (int64_t i = 0; i < TOKENS && i < fill->customers; i++) {
        struct request request = {.arena = fill->command.arena, .world = engine_world(engine), .engine = engine,
                                  .user_agent = TEXT("bench"), .address = TEXT("127.0.0.1")};
        struct text token = session_open(&request, tx, fill->owners[i], true);
        fprintf(fill->tokens, "+79%09" PRId64 " %.*s\n", i, TEXT_ARG(token));
    }
    return COMMAND_KEEP;
}

static void in_pieces(struct fill *fill, const char *what, int64_t total, int64_t piece,
                      enum command_outcome (*body)(struct command *, struct tx *)) {
    for (fill->from = 0; fill->from < total; fill->from += fill->count) {
        fill->count = total - fill->from < piece ? total - fill->from : piece;
        run(fill, body);
        if (fill->from / 1000000 != (fill->from + fill->count) / 1000000)
            fprintf(stderr, "%s: %" PRId64 " of %" PRId64 "\n", what, fill->from + fill->count, total);
    }
}

static void fill_all(struct fill *fill) {
    moment now = world_now(fill->app.world) + YEARS + HOUR;
    run(fill, make_source);
    in_pieces(fill, "customers", fill->customers, CUSTOMERS_A_COMMAND, make_customers);
    fill->step = YEARS / fill->transfers;
    in_pieces(fill, "transfers", fill->transfers, TRANSFERS_A_COMMAND, make_transfers);
    world_advance(fill->app.world, now - world_now(fill->app.world));
    run(fill, find_last);
    int64_t rounds = 0;
    moment began = world_wall_clock();
    do run(fill, make_digests);
    while (++rounds > 0 && fill->digested < fill->last);
    fprintf(stderr, "digests: %" PRId64 " looks in %.0f s\n", rounds * DIGESTS_A_COMMAND,
            (double)(world_wall_clock() - began) / (double)SECOND);
    run(fill, keep_tokens);
}

int main(int count, char **arguments) {
    struct fill fill = {.random = UINT64_C(88172645463325252)};
    if (count != 6 || !text_to_int(text_from(arguments[2]), &fill.customers) ||
        !text_to_int(text_from(arguments[3]), &fill.transfers) ||
        !text_to_int(text_from(arguments[4]), &fill.of_first) || fill.customers < 2) {
        fprintf(stderr, "usage: bench_search_fill CONFIG CUSTOMERS TRANSFERS OF_FIRST TOKENS_FILE\n");
        return 2;
    }
    struct world *world = world_simulated(1, world_wall_clock() - YEARS - HOUR);
    fill.tokens = fopen(arguments[5], "we");
    fill.wallets = calloc((size_t)fill.customers, sizeof *fill.wallets);
    fill.owners = calloc((size_t)fill.customers, sizeof *fill.owners);
    fill.command.arena = arena_new(COMMAND_ARENA);
    if (fill.tokens == NULL || fill.wallets == NULL || fill.owners == NULL || fill.command.arena == NULL) return 1;
    if (!app_open_in(&fill.app, world, 1, arguments + 1) || !engine_start(fill.app.engine)) return 1;
    fill_all(&fill);
    app_close(&fill.app);
    return fclose(fill.tokens) == 0 ? 0 : 1;
}
