/* write.c: rows become cabinets and transfers, in commands of some hundred rows. Over all numbers together they go in
 * the order of time, with the world's clock set to each row's, so that ids rise as they do everywhere. */
#include "imports/internal.h"

#include "identity/secrets.h"
#include "ledger/ledger.h"
#include "operations/operations.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_A_COMMAND 200
#define COMMAND_ARENA ((size_t)32 << 20)

STATEMENT(row_find, "SELECT at FROM imported_row WHERE row_key = $1");
STATEMENT(newest_before,
          "SELECT MAX(id) FROM (SELECT MAX(id) AS id FROM entry WHERE id < $1 UNION ALL SELECT MAX(id) FROM account "
          "WHERE id < $1 UNION ALL SELECT MAX(id) FROM customer WHERE id < $1) AS newest");
STATEMENT(row_add, "INSERT INTO imported_row (row_key, at) VALUES ($1, $2) ON CONFLICT (row_key) DO NOTHING");

bool import_row_done(struct tx *tx, const uint8_t key[SECRET_HASH_SIZE]) {
    struct rows *rows = tx_query(tx, &row_find, VALUES(V_BYTES(key, SECRET_HASH_SIZE)));
    bool done = rows_next(rows);
    rows_end(rows);
    return done;
}

int64_t import_customer_of(struct engine *engine, struct tx *tx, struct text phone, bool *ours) {
    uint8_t key[SECRET_HASH_SIZE];
    int64_t customer = identity_by_phone(engine, tx, phone);
    if (customer == 0) return 0;
    secret_hash(engine_keyring(engine), "import.row", text_format(tx_arena(tx), "customer|%.*s", TEXT_ARG(phone)), key);
    *ours = import_row_done(tx, key);
    return customer;
}

/* ---- one row ---- */

static moment dated(const struct import_row *row) {
    return row->at > IMPORT_EPOCH ? row->at : IMPORT_EPOCH; /* no id can be older */
}

/* Ids carry the date, and dates are often whole days: others of that moment may be there from an earlier run, or from a
 * piece that was killed. Ids go on after them. */
static void rise_above(struct import *import, struct tx *tx, moment at) {
    if (at / SECOND == import->risen_s) return;
    import->risen_s = at / SECOND;
    struct rows *rows = tx_query(tx, &newest_before, VALUES(V_INT(id_from_moment(at + SECOND))));
    if (rows_next(rows) && row_int(rows, 0) >= id_from_moment(at))
        world_id_after(&import->world->world, row_int(rows, 0));
    rows_end(rows);
}

static void write_customer(struct import *import, struct tx *tx, const struct import_row *row) {
    struct engine *engine = import->engine;
    int64_t customer = identity_open(engine, tx, row->phone, TEXT_NONE, row->english ? LANGUAGE_EN : LANGUAGE_RU, 0);
    if (customer == 0) {
        tx_give_up(tx, "a number has got a cabinet meanwhile");
        return;
    }
    if (row->name.size > 0) identity_name_set(engine, tx, customer, row->name);
    if (row->level > LEVEL_MINIMAL) identity_level_set(engine, tx, customer, (enum level)row->level);
    if (row->at < IMPORT_EPOCH) identity_opened_set(tx, customer, row->at);
}

/* The row of an account whose newest entry may be older than what a restart looks through is written at once. */
static void write_account(struct ledger *ledger, struct tx *tx, int64_t id) {
    struct account account;
    if (ledger_account(ledger, tx, id, &account)) ledger_change(ledger, tx, &account);
}

static void write_operation(struct import *import, struct tx *tx, const struct import_row *row) {
    static const int kinds[] = {[IMPORT_OPENING] = KIND_IMPORT_OPENING, [IMPORT_IN] = KIND_IMPORT_IN,
                                [IMPORT_OUT] = KIND_IMPORT_OUT};
    struct ledger *ledger = engine_ledger(import->engine);
    int64_t accounts[OPERATION_ACCOUNTS], id;
    int64_t customer = identity_by_phone(import->engine, tx, row->phone);
    if (operations_accounts(import->engine, tx, customer, accounts) == 0) {
        tx_give_up(tx, "no enabled feature opened an account for the customer");
        return;
    }
    bool out = row->kind == IMPORT_OUT;
    const struct transfer transfer = {.from = out ? accounts[0] : import->other,
                                      .to = out ? import->other : accounts[0],
                                      .sum = rub(row->sum),
                                      .kind = kinds[row->kind],
                                      .note = row->note.size > 0 ? row->note : TEXT_NONE,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    enum ledger_refusal refusal = ledger_transfer(ledger, tx, &transfer, &id);
    if (refusal != LEDGER_OK) {
        tx_give_up(tx, ledger_refusal_name(refusal));
        return;
    }
    write_account(ledger, tx, accounts[0]);
    write_account(ledger, tx, import->other);
}

/* ---- commands ---- */

struct writing {
    struct command command;
    struct import *import;
    size_t from, to; /* of import->order */
    size_t customers, operations;
};

static enum command_outcome write_some(struct command *command, struct tx *tx) {
    struct writing *writing = (struct writing *)command; /* its first member */
    struct import *import = writing->import;
    writing->customers = writing->operations = 0;
    import->risen_s = -1; /* it may be run again */
    for (size_t i = writing->from; i < writing->to && !tx_failed(tx); i++) {
        size_t at = import->order[i];
        const struct import_row *row = &import->rows[at];
        if (import->done[at]) continue;
        import->world->at = dated(row);
        rise_above(import, tx, import->world->at);
        if (tx_run(tx, &row_add, VALUES(V_BYTES(import->keys[at], SECRET_HASH_SIZE), V_INT(row->at))) != 1) continue;
        if (row->kind == IMPORT_CUSTOMER) {
            write_customer(import, tx, row);
            writing->customers++;
        } else {
            write_operation(import, tx, row);
            writing->operations++;
        }
    }
    return COMMAND_KEEP;
}

/* Each run has an account of its own on the other side, so that its entries rise from the oldest date anew. */
static enum command_outcome open_other(struct command *command, struct tx *tx) {
    struct writing *writing = (struct writing *)command;
    struct import *import = writing->import;
    const struct account other = {.purpose = PURPOSE_IMPORT,
                                  .class = ACCOUNT_SYSTEM,
                                  .currency = CURRENCY_RUB,
                                  .overdraft = ACCOUNT_UNLIMITED};
    import->world->at = dated(&import->rows[import->order[0]]);
    import->risen_s = -1;
    rise_above(import, tx, import->world->at);
    import->other = ledger_create(engine_ledger(import->engine), tx, &other);
    return COMMAND_KEEP;
}

static bool run(struct writing *writing, enum command_outcome (*body)(struct command *, struct tx *)) {
    arena_clear(writing->command.arena);
    writing->command = (struct command){.run = body, .arena = writing->command.arena};
    return store_run(engine_store(writing->import->engine), &writing->command) == STORE_DURABLE;
}

static int by_time(const void *left, const void *right, void *data) {
    const struct import_row *rows = data;
    const struct import_row *one = &rows[*(const size_t *)left], *other = &rows[*(const size_t *)right];
    moment first = dated(one), second = dated(other);
    int order = (first > second) - (first < second);
    if (order == 0) order = (one->kind != IMPORT_CUSTOMER) - (other->kind != IMPORT_CUSTOMER);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

bool import_write(struct import *import) {
    qsort_r(import->order, import->count, sizeof *import->order, by_time, import->rows);
    struct writing writing = {.command = {.arena = arena_new(COMMAND_ARENA)}, .import = import};
    bool good = writing.command.arena != NULL;
    atomic_store(&import->world->world.last_id, 0); /* ids begin at the oldest date */
    if (good && import->report->done_before < import->count) good = run(&writing, open_other);
    while (good && writing.to < import->count) {
        writing.from = writing.to;
        writing.to = writing.to + ROWS_A_COMMAND < import->count ? writing.to + ROWS_A_COMMAND : import->count;
        good = run(&writing, write_some);
        if (!good)
            import_wrong(import, import->rows[import->order[writing.from]].line, "from here on nothing is written");
        import->report->customers += good ? writing.customers : 0;
        import->report->operations += good ? writing.operations : 0;
        import->listener->progress(import->listener->self, good ? writing.to : writing.from, import->count);
    }
    import->world->at = 0;
    if (writing.command.arena != NULL) arena_free(writing.command.arena);
    return good;
}
