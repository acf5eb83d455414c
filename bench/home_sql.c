/* home_sql.c: the yardstick of the home page: its own SQL and nothing else, in a loop on one thread: a customer's
 * wallets, account, waiting transfers and last 20 entries. The statements are those that the page's handler runs
 * (products/wallet/home.c, operations/listing.c), in its order, in one snapshot a page. Who was on the entries' other
 * side the page knows from memory (operations/side_memo.h), so nothing is asked for it here either. People are drawn
 * from the same part of the file as by page.lua, so that as much of the database is warm.
 *
 *     bench_home_sql CONFIG TOKENS_FILE SECONDS
 *
 * TOKENS_FILE is bench_fill's: customers are drawn from it by their number. */
#include "app/app.h"
#include "base/check.h"
#include "identity/identity.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEOPLE_MAX 20000 /* as page.lua */
#define ENTRIES 20

STATEMENT(wallets, "SELECT account, number, name FROM wallet WHERE customer = $1 ORDER BY number");
STATEMENT(waiting, "SELECT id, customer, account, sum, note, transfer, language, phone, state, expires "
                   "FROM waiting_transfer WHERE customer = $1 AND state = 1 ORDER BY id DESC");

static double now_s(clockid_t clock) {
    struct timespec now;
    check(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void drain(struct rows *rows) {
    while (rows_next(rows)) {}
    rows_end(rows);
}

static int64_t wallet_of(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &wallets, VALUES(V_INT(customer)));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    drain(rows);
    return account;
}

static void one_home(struct ledger *ledger, struct tx *tx, int64_t customer) {
    struct account account;
    if (!ledger_account(ledger, tx, wallet_of(tx, customer), &account)) return;
    drain(tx_query(tx, &waiting, VALUES(V_INT(customer))));
    struct entry_cursor *cursor = ledger_entries(ledger, tx, account.id, 0);
    struct entry entry;
    for (int i = 0; i < ENTRIES && entry_next(cursor, &entry); i++) {}
}

static size_t read_people(struct app *app, const char *path, int64_t *people) {
    FILE *file = fopen(path, "re");
    char line[256];
    size_t count = 0;
    struct reader *reader = engine_reader(app->engine);
    while (file != NULL && count < PEOPLE_MAX && fgets(line, sizeof line, file) != NULL) {
        struct text rest, phone = text_split(text_from(line), ' ', &rest);
        struct tx *tx = reader_begin(reader);
        int64_t customer = identity_by_phone(app->engine, tx, phone);
        if (reader_end(reader, tx) && customer != 0) people[count++] = customer;
    }
    if (file != NULL) fclose(file);
    return count;
}

int main(int count, char **arguments) {
    struct app app;
    int64_t seconds;
    if (count != 4 || !text_to_int(text_from(arguments[3]), &seconds)) {
        fprintf(stderr, "usage: bench_home_sql CONFIG TOKENS_FILE SECONDS\n");
        return 2;
    }
    int64_t *people = calloc(PEOPLE_MAX, sizeof *people);
    if (people == NULL || !app_open(&app, 1, arguments + 1)) return 1;
    size_t known = read_people(&app, arguments[2], people);
    check(known > 0);
    struct reader *reader = engine_reader(app.engine);
    int64_t homes = 0;
    double processor = now_s(CLOCK_THREAD_CPUTIME_ID), begin = now_s(CLOCK_MONOTONIC), end = begin + (double)seconds;
    for (unsigned random = 1; now_s(CLOCK_MONOTONIC) < end; homes++) {
        random = random * 1664525u + 1013904223u;
        struct tx *tx = reader_begin(reader);
        one_home(engine_ledger(app.engine), tx, people[(random >> 8) % known]);
        check(reader_end(reader, tx));
    }
    processor = (now_s(CLOCK_THREAD_CPUTIME_ID) - processor) * 1e6 / (double)homes;
    double rate = (double)homes / (now_s(CLOCK_MONOTONIC) - begin);
    printf("RESULT homes_per_second %.0f processor_us %.1f\n", rate, processor);
    app_close(&app);
    free(people);
    return 0;
}
