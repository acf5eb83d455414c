/* search_fill.c: makes a database to search in: customers with a wallet each, and transfers between them over three
 * years, the first customer on one side of a part of them; then digests of all that is long enough.
 *
 *     bench_search_fill CONFIG CUSTOMERS TRANSFERS OF_FIRST TOKENS_FILE
 *
 * A transfer is two operations. Of a million the message of one says «редкостный», of a hundred one «отпуск».
 * TOKENS_FILE gets "number token" lines of the first hundred customers. */
#include "bench/filling.h"
#include "operations/digest.h"

#define CUSTOMERS_A_COMMAND 200
#define TRANSFERS_A_COMMAND 2000
#define DIGESTS_A_COMMAND 8
#define COMMAND_ARENA ((size_t)64 << 20)
#define TOKENS 100
#define MONEY 10000000000
#define YEARS (3 * 365 * DAY)

struct fill {
    struct filling filling;
    FILE *tokens;
    int64_t *wallets, *owners;
    int64_t customers, of_first, transfers, step, last, digested;
};

static enum command_outcome make_customers(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    struct filling *filling = &fill->filling;
    for (int64_t i = filling->from; i < filling->from + filling->count; i++) {
        int64_t id;
        fill->owners[i] = filling_customer(filling, tx, i, &fill->wallets[i]);
        const struct transfer money = {.from = filling->source, .to = fill->wallets[i], .sum = rub(MONEY), .kind = 105,
                                       .flags = TRANSFER_NO_LIMITS};
        check(ledger_transfer(engine_ledger(filling->app->engine), tx, &money, &id) == LEDGER_OK);
    }
    return COMMAND_KEEP;
}

static struct text message(struct filling *filling, struct arena *arena, int64_t number) {
    static const char *const words[] = {"обед", "билеты", "подарок", "аренда", "за такси", "книги", "продукты", "дом"};
    if (number % 1000003 == 500000) return TEXT("редкостный случай");
    if (number % 101 == 0) return TEXT("отпуск на море");
    if (number % 3 != 0) return TEXT_NONE;
    return text_format(arena, "%s №%d", words[filling_random(filling) % 8], (int)(filling_random(filling) % 10000));
}

/* 100: a transfer; 360: a bill; 750: cashback (products/cashback). */
static enum command_outcome make_transfers(struct command *command, struct tx *tx) {
    static const int kinds[] = {100, 100, 100, 100, 100, 100, 360, 750};
    struct fill *fill = (struct fill *)command;
    struct filling *filling = &fill->filling;
    uint64_t people = (uint64_t)fill->customers;
    for (int64_t i = filling->from; i < filling->from + filling->count; i++) {
        world_advance(filling->app->world, fill->step);
        size_t from = 1 + filling_random(filling) % (people - 1), to = 1 + filling_random(filling) % (people - 1);
        bool first = (int64_t)(filling_random(filling) % (uint64_t)fill->transfers) < fill->of_first;
        if (i % 1000003 == 500000) first = true; /* the rare word is his */
        if (first && filling_random(filling) % 2 == 0) from = 0;
        else if (first) to = 0;
        const struct transfer transfer = {.from = fill->wallets[from], .to = fill->wallets[to],
                                          .sum = rub((int64_t)(1 + filling_random(filling) % 500000)),
                                          .kind = kinds[filling_random(filling) % 8],
                                          .note = message(filling, tx_arena(tx), i), .flags = TRANSFER_NO_LIMITS};
        int64_t id;
        ledger_transfer(engine_ledger(filling->app->engine), tx, &transfer, &id);
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
    for (int i = 0; i < DIGESTS_A_COMMAND; i++) digest_job(fill->filling.app->engine, tx);
    struct rows *rows = tx_query(tx, &position, NO_VALUES);
    fill->digested = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return COMMAND_KEEP;
}

static enum command_outcome keep_tokens(struct command *command, struct tx *tx) {
    struct fill *fill = (struct fill *)command;
    for (int64_t i = 0; i < TOKENS && i < fill->customers; i++)
        filling_token(&fill->filling, tx, i, fill->owners[i], fill->tokens);
    return COMMAND_KEEP;
}

static void fill_all(struct fill *fill) {
    struct filling *filling = &fill->filling;
    moment now = world_now(filling->app->world) + YEARS + HOUR;
    filling_run(filling, filling_make_source);
    filling_pieces(filling, "customers", fill->customers, CUSTOMERS_A_COMMAND, make_customers);
    fill->step = YEARS / fill->transfers;
    filling_pieces(filling, "transfers", fill->transfers, TRANSFERS_A_COMMAND, make_transfers);
    world_advance(filling->app->world, now - world_now(filling->app->world));
    filling_run(filling, find_last);
    int64_t rounds = 0;
    moment began = world_wall_clock();
    do filling_run(filling, make_digests);
    while (++rounds > 0 && fill->digested < fill->last);
    fprintf(stderr, "digests: %" PRId64 " looks in %.0f s\n", rounds * DIGESTS_A_COMMAND,
            (double)(world_wall_clock() - began) / (double)SECOND);
    filling_run(filling, keep_tokens);
}

int main(int count, char **arguments) {
    struct app app;
    struct fill fill = {.customers = 0};
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
    if (fill.tokens == NULL || fill.wallets == NULL || fill.owners == NULL ||
        !filling_begin(&fill.filling, "bench_search_fill", &app, COMMAND_ARENA))
        return 1;
    if (!app_open_in(&app, world, 1, arguments + 1) || !engine_start(app.engine)) return 1;
    fill_all(&fill);
    app_close(&app);
    return fclose(fill.tokens) == 0 ? 0 : 1;
}
