/* ledger_bench.c: the bare store: transfers through the ledger and real groups of commands, without HTTP, sessions,
 * idempotency or audit.
 *
 *     ledger_bench load WHERE ACCOUNTS TRANSFERS   fills an empty database, fast; each account gets money first
 *     ledger_bench run WHERE [TRANSFERS]           groups of 1, 64, 256, with holds and without; last 20; past balances
 *     ledger_bench verify WHERE                    proves the books
 *
 * WHERE is a path or postgresql://…. A figure is of one thread on an otherwise idle machine; cpu/s is what the same
 * work would reach if nothing else ran and the disk took no time. */
#include "ledger/ledger.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPENING INT64_C(100000000) /* a million roubles each */
#define LOAD_COMMANDS 16
#define LOAD_TRANSFERS 8192 /* of one command */
#define GROUP_MAX 256

static const struct limit_set limits[] = {{0}, {.balance_max = MONEY_MAX, .operation_max = MONEY_MAX,
                                               .day_out_max = MONEY_MAX, .month_out_max = MONEY_MAX,
                                               .month_in_max = MONEY_MAX}};

struct bench {
    const char *where;
    struct arena *arena;
    struct world *world;
    struct store *store;
    struct ledger *ledger;
    int64_t *accounts;
    size_t account_count;
    int64_t outside;
    uint64_t random;
};

static uint64_t draw(struct bench *bench, uint64_t below) {
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return bench->random % below;
}

static int64_t clock_us(clockid_t clock) {
    struct timespec now;
    check(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- what was written ---- */

STATEMENT(wal_position, "SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS BIGINT)");

static int64_t bytes_written(struct bench *bench) {
    int64_t bytes = 0;
    if (store_is_postgres(bench->store)) {
        struct reader *reader = reader_new(bench->store);
        struct tx *tx = reader_begin(reader);
        struct rows *rows = tx_query(tx, &wal_position, NO_VALUES);
        if (rows_next(rows)) bytes = row_int(rows, 0);
        rows_end(rows);
        (void)reader_end(reader, tx);
        reader_free(reader);
        return bytes;
    }
    char line[100];
    FILE *file = fopen("/proc/self/io", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "wchar: ", 7) == 0) bytes = strtoll(line + 7, NULL, 10);
    }
    if (file) fclose(file);
    return bytes;
}

/* ---- opening ---- */

static void open_books(struct bench *bench, const char *where) {
    struct text problem = TEXT_NONE;
    *bench = (struct bench){
        .where = where, .arena = arena_new((size_t)1 << 30), .world = world_real(0), .random = 88172645463325252};
    struct store_options options = {.where = where, .world = bench->world, .manual = true, .group_max = GROUP_MAX};
    size_t count = 0;
    while (ledger_migrations[count].sql) count++;
    bench->store = store_open(bench->arena, &options, &problem);
    if (!bench->store || !store_migrate(bench->store, bench->arena, ledger_migrations, count, &problem)) {
        fprintf(stderr, "%s: %.*s\n", where, TEXT_ARG(problem));
        exit(1);
    }
    bench->ledger = ledger_open(bench->store, zone_named("Europe/Moscow"), limits, 2);
    check(bench->ledger && store_start(bench->store));
}

static void close_books(struct bench *bench) {
    store_close(bench->store);
    ledger_close(bench->ledger);
    free(bench->accounts);
    world_free(bench->world);
    arena_free(bench->arena);
}

STATEMENT(account_ids, "SELECT id FROM account WHERE owner > 0 ORDER BY id");
STATEMENT(account_total, "SELECT count(*) FROM account WHERE owner > 0");

static void find_accounts(struct bench *bench) {
    struct reader *reader = reader_new(bench->store);
    struct tx *tx = reader_begin(reader);
    struct rows *rows = tx_query(tx, &account_total, NO_VALUES);
    size_t total = rows_next(rows) ? (size_t)row_int(rows, 0) : 0;
    rows_end(rows);
    bench->accounts = calloc(total + 1, sizeof *bench->accounts);
    check(bench->accounts);
    for (rows = tx_query(tx, &account_ids, NO_VALUES); rows_next(rows);) {
        bench->accounts[bench->account_count++] = row_int(rows, 0);
    }
    check(reader_end(reader, tx));
    reader_free(reader);
}

/* ---- commands ---- */

struct work {
    struct command command;
    struct bench *bench;
    size_t count; /* accounts to make, or transfers */
    bool holds, failed;
    int64_t pair[2];
    int64_t *pairs; /* of a loading command */
};

static void work_done(struct command *command, enum store_status status) {
    struct work *work = (struct work *)(void *)command;
    work->failed = status != STORE_DURABLE || command->outcome != COMMAND_KEEP;
}

static void pick_pair(struct bench *bench, int64_t pair[2]) {
    size_t from = draw(bench, bench->account_count);
    size_t to = (from + 1 + draw(bench, bench->account_count - 1)) % bench->account_count;
    pair[0] = bench->accounts[from];
    pair[1] = bench->accounts[to];
}

static enum command_outcome run_one(struct command *command, struct tx *tx) {
    struct work *work = (struct work *)(void *)command;
    struct ledger *ledger = work->bench->ledger;
    struct transfer transfer = {
        .from = work->pair[0], .to = work->pair[1], .sum = rub(1 + (int64_t)draw(work->bench, 1000)), .kind = 1};
    int64_t hold, id;
    if (!work->holds) return ledger_transfer(ledger, tx, &transfer, &id) ? COMMAND_UNDO : COMMAND_KEEP;
    if (ledger_hold(ledger, tx, &transfer, world_now(work->bench->world) + HOUR, &hold)) return COMMAND_UNDO;
    return ledger_capture(ledger, tx, hold, transfer.from, rub(0), true, &id) ? COMMAND_UNDO : COMMAND_KEEP;
}

static enum command_outcome run_create(struct command *command, struct tx *tx) {
    struct work *work = (struct work *)(void *)command;
    struct bench *bench = work->bench;
    if (bench->outside == 0) {
        struct account outside = {.class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
        bench->outside = ledger_create(bench->ledger, tx, &outside);
    }
    struct account template = {.class = ACCOUNT_CUSTOMER, .currency = CURRENCY_RUB, .purpose = 1, .limits = 1};
    for (size_t i = 0; i < work->count; i++) {
        template.owner = world_id(bench->world);
        int64_t id = ledger_create(bench->ledger, tx, &template), transfer_id;
        struct transfer opening = {
            .from = bench->outside, .to = id, .sum = rub(OPENING), .kind = 2, .flags = TRANSFER_NO_LIMITS};
        if (ledger_transfer(bench->ledger, tx, &opening, &transfer_id)) return COMMAND_UNDO;
        bench->accounts[bench->account_count++] = id;
    }
    return COMMAND_KEEP;
}

static enum command_outcome run_many(struct command *command, struct tx *tx) {
    struct work *work = (struct work *)(void *)command;
    struct bench *bench = work->bench;
    for (size_t i = 0; i < work->count; i++) {
        const int64_t *pair = work->pairs + 2 * i;
        int64_t id;
        struct transfer transfer = {
            .from = pair[0], .to = pair[1], .sum = rub(1 + (int64_t)draw(bench, 1000)), .kind = 1};
        if (ledger_transfer(bench->ledger, tx, &transfer, &id)) return COMMAND_UNDO;
    }
    return COMMAND_KEEP;
}

/* One group of so many commands. */
static void run_group(struct bench *bench, struct work *works, size_t count,
                      enum command_outcome (*run)(struct command *, struct tx *)) {
    for (size_t i = 0; i < count; i++) {
        works[i].bench = bench;
        works[i].command = (struct command){.run = run, .done = work_done};
        if (run != run_create) {
            size_t pairs = run == run_one ? 1 : works[i].count;
            int64_t *accounts = run == run_one ? works[i].pair : works[i].pairs;
            for (size_t pair = 0; pair < pairs; pair++) pick_pair(bench, accounts + 2 * pair);
            works[i].command.accounts = accounts;
            works[i].command.account_count = 2 * pairs;
        }
        check(store_submit(bench->store, &works[i].command));
    }
    while (store_step(bench->store) > 0) {}
    for (size_t i = 0; i < count; i++) {
        if (!works[i].failed) continue;
        fprintf(stderr, "%s: a command failed\n", bench->where);
        exit(1);
    }
}

/* ---- load ---- */

static void load(struct bench *bench, size_t accounts, size_t transfers) {
    struct work works[LOAD_COMMANDS] = {0};
    check(transfers >= accounts);
    bench->accounts = calloc(accounts + 1, sizeof *bench->accounts);
    int64_t *pairs = calloc(LOAD_COMMANDS * LOAD_TRANSFERS * 2, sizeof *pairs);
    check(bench->accounts && pairs);
    for (size_t i = 0; i < LOAD_COMMANDS; i++) works[i].pairs = pairs + i * LOAD_TRANSFERS * 2;
    int64_t begun = clock_us(CLOCK_MONOTONIC), used = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t made = 0; made < transfers;) {
        bool opening = made < accounts;
        size_t left = (opening ? accounts : transfers) - made, count = 0;
        for (; count < LOAD_COMMANDS && left > 0; count++) {
            works[count].count = left < LOAD_TRANSFERS ? left : LOAD_TRANSFERS;
            left -= works[count].count;
            made += works[count].count;
        }
        run_group(bench, works, count, opening ? run_create : run_many);
        if (made % (transfers / 10 + 1) < LOAD_COMMANDS * LOAD_TRANSFERS) {
            fprintf(stderr, "\r%zu of %zu", made, transfers);
        }
    }
    double seconds = (double)(clock_us(CLOCK_MONOTONIC) - begun) / 1e6;
    double cpu = (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - used) / 1e6;
    free(pairs);
    printf("\rloaded %zu accounts, %zu transfers: %.0f/s, cpu %.0f/s\n", accounts, transfers,
           (double)transfers / seconds, (double)transfers / cpu);
}

/* ---- run ---- */

static void measure(struct bench *bench, size_t group, bool holds, size_t transfers) {
    static struct work works[GROUP_MAX];
    for (size_t i = 0; i < group; i++) works[i].holds = holds;
    for (size_t i = 0; i < 20; i++) run_group(bench, works, group, run_one); /* statements prepared, caches warm */
    int64_t begun = clock_us(CLOCK_MONOTONIC), used = clock_us(CLOCK_PROCESS_CPUTIME_ID), bytes = bytes_written(bench);
    for (size_t made = 0; made < transfers; made += group) run_group(bench, works, group, run_one);
    double wall = (double)(clock_us(CLOCK_MONOTONIC) - begun),
           cpu = (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - used);
    double count = (double)((transfers + group - 1) / group * group);
    printf("group %3zu%s: %7.0f/s, cpu %7.0f/s, %6.0f bytes written each\n", group, holds ? " held" : "     ",
           count / wall * 1e6, count / cpu * 1e6, (double)(bytes_written(bench) - bytes) / count);
    fflush(stdout);
}

static void measure_reads(struct bench *bench) {
    enum { ROUNDS = 2000 };
    struct reader *reader = reader_new(bench->store);
    int64_t entries = 0, begun = clock_us(CLOCK_MONOTONIC);
    for (int i = 0; i < ROUNDS; i++) {
        struct tx *tx = reader_begin(reader);
        struct entry_cursor *cursor =
            ledger_entries(bench->ledger, tx, bench->accounts[draw(bench, bench->account_count)], 0);
        struct entry entry;
        for (int n = 0; n < 20 && entry_next(cursor, &entry); n++) entries++;
        check(reader_end(reader, tx));
    }
    double us = (double)(clock_us(CLOCK_MONOTONIC) - begun);
    printf("last 20 operations: %.1f us (%.1f entries)\n", us / ROUNDS, (double)entries / ROUNDS);

    int64_t balance, outside = 0;
    struct tx *tx = reader_begin(reader);
    struct entry entry;
    if (entry_next(ledger_entries(bench->ledger, tx, bench->accounts[0], 0), &entry)) {
        while (entry.previous && ledger_entry(bench->ledger, tx, bench->accounts[0], entry.previous, &entry)) {}
        outside = entry.other; /* who made the first entry: an account with a very long chain */
    }
    moment first = id_moment(entry.id), now = world_now(bench->world);
    check(reader_end(reader, tx));
    begun = clock_us(CLOCK_MONOTONIC);
    for (int i = 0; i < ROUNDS; i++) {
        tx = reader_begin(reader);
        moment at = first + (moment)draw(bench, (uint64_t)(now - first));
        (void)ledger_balance_at(bench->ledger, tx, outside, at, &balance);
        check(reader_end(reader, tx));
    }
    us = (double)(clock_us(CLOCK_MONOTONIC) - begun);
    printf("balance at a past moment, longest chain: %.1f us\n", us / ROUNDS);
    reader_free(reader);
}

static void run(struct bench *bench, size_t transfers) {
    static const size_t groups[] = {1, 64, 256};
    find_accounts(bench);
    if (bench->account_count < 2) {
        fprintf(stderr, "%s: load it first\n", bench->where);
        exit(1);
    }
    printf("%zu accounts, %s\n", bench->account_count, store_is_postgres(bench->store) ? "PostgreSQL" : "SQLite");
    for (int holds = 0; holds < 2; holds++) {
        for (size_t i = 0; i < 3; i++) measure(bench, groups[i], holds, groups[i] == 1 ? transfers / 10 : transfers);
    }
    measure_reads(bench);
}

static void verify(struct bench *bench) {
    struct reader *reader = reader_new(bench->store);
    int64_t begun = clock_us(CLOCK_MONOTONIC);
    struct tx *tx = reader_begin(reader);
    struct verdict verdict = ledger_verify(bench->ledger, tx, bench->arena);
    bool well = reader_end(reader, tx) && verdict.faults == 0;
    printf("%" PRId64 " accounts, %" PRId64 " entries, %" PRId64 " faults in %.1f s, %zu MB\n", verdict.accounts,
           verdict.entries, verdict.faults, (double)(clock_us(CLOCK_MONOTONIC) - begun) / 1e6,
           arena_used(bench->arena) >> 20);
    reader_free(reader);
    if (!well) {
        printf("%.*s\n", TEXT_ARG(verdict.first_fault));
        exit(1);
    }
}

int main(int count, char **arguments) {
    struct bench bench;
    if (count == 5 && strcmp(arguments[1], "load") == 0) {
        open_books(&bench, arguments[2]);
        load(&bench, strtoull(arguments[3], NULL, 10), strtoull(arguments[4], NULL, 10));
    } else if (count >= 3 && strcmp(arguments[1], "run") == 0) {
        open_books(&bench, arguments[2]);
        run(&bench, count > 3 ? strtoull(arguments[3], NULL, 10) : 100000);
    } else if (count == 3 && strcmp(arguments[1], "verify") == 0) {
        open_books(&bench, arguments[2]);
        verify(&bench);
    } else {
        fprintf(stderr, "usage: ledger_bench load WHERE ACCOUNTS TRANSFERS | run WHERE [TRANSFERS] | verify WHERE\n");
        return 2;
    }
    close_books(&bench);
    return 0;
}
