/* ledger_rows.c: accounts as rows: read, as a snapshot has them, made, updated. */
#include "ledger/ledger_group.h"

#include "base/check.h"

#define FLAG_FROZEN 1
#define FLAG_CLOSED 2
#define FLAG_OWN_LIMITS 4
#define FLAG_HEADS 8
#define ACCOUNT_COLUMN_COUNT 18

STATEMENT(account_by_id, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1");
STATEMENT(account_and_newest, "SELECT " ACCOUNT_COLUMNS ", (SELECT MAX(id) FROM entry) FROM account WHERE id = $1");
STATEMENT(account_add,
          "INSERT INTO account (" ACCOUNT_COLUMNS ") "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)");
/* Of accounts that have their rows: what a group may change. */
STATEMENT(account_update,
          "UPDATE account SET balance = $2, held = $3, overdraft = $4, version = $5, last_entry = $6, limits = $7, "
          "flags = $8, day = $9, day_out = $10, month_out = $11, month_in = $12, aside = $13 WHERE id = $1");

STATEMENT(accounts_update,
          "WITH moved (id, balance, held, overdraft, version, last_entry, limits, flags, day, day_out, month_out, "
          "month_in, aside) AS (VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)) "
          "UPDATE account SET balance = moved.balance, held = moved.held, overdraft = moved.overdraft, "
          "version = moved.version, last_entry = moved.last_entry, limits = moved.limits, flags = moved.flags, "
          "day = moved.day, day_out = moved.day_out, month_out = moved.month_out, month_in = moved.month_in, "
          "aside = moved.aside FROM moved WHERE account.id = moved.id");

#define UPDATE_COLUMN_COUNT 13
#define UPDATE_ROWS 1024 /* in one call */

struct account account_from(const struct rows *rows) {
    int64_t flags = row_int(rows, 11);
    int32_t day = (int32_t)row_int(rows, 12);
    return (struct account){
        .id = row_int(rows, 0),
        .owner = row_int(rows, 1),
        .purpose = (int)row_int(rows, 2),
        .class = (enum account_class)row_int(rows, 3),
        .currency = (enum currency)row_int(rows, 4),
        .balance = row_int(rows, 5),
        .held = row_int(rows, 6),
        .overdraft = row_int(rows, 7),
        .version = row_int(rows, 8),
        .last_entry = row_int(rows, 9),
        .limits = (int)row_int(rows, 10),
        .frozen = (flags & FLAG_FROZEN) != 0,
        .closed = (flags & FLAG_CLOSED) != 0,
        .own_limits = (flags & FLAG_OWN_LIMITS) != 0,
        .heads = (flags & FLAG_HEADS) != 0,
        .day = day,
        .month = rules_month(day), /* both periods roll together, so the row keeps the day alone */
        .day_out = row_int(rows, 13),
        .month_out = row_int(rows, 14),
        .month_in = row_int(rows, 15),
        .aside = row_int(rows, 16),
        .head = row_int(rows, 17),
    };
}

int64_t account_flags(const struct account *account) {
    return (account->frozen ? FLAG_FROZEN : 0) | (account->closed ? FLAG_CLOSED : 0) |
           (account->own_limits ? FLAG_OWN_LIMITS : 0) | (account->heads ? FLAG_HEADS : 0);
}

static void account_values(const struct account *account, struct value values[ACCOUNT_COLUMN_COUNT]) {
    const int64_t columns[ACCOUNT_COLUMN_COUNT] = {
        account->id,       account->owner,      account->purpose,   account->class,
        account->currency, account->balance,    account->held,      account->overdraft,
        account->version,  account->last_entry, account->limits,
        account_flags(account),
        account->day,      account->day_out,    account->month_out, account->month_in,
        account->aside,    account->head,
    };
    for (size_t i = 0; i < ACCOUNT_COLUMN_COUNT; i++) values[i] = V_INT(columns[i]);
}

bool account_seen(struct ledger *ledger, struct tx *tx, int64_t id, struct account *account) {
    bool alone = atomic_load(&ledger->alone);
    struct rows *rows = tx_query(tx, alone ? &account_and_newest : &account_by_id, VALUES(V_INT(id)));
    if (!rows_next(rows)) return false;
    *account = account_from(rows);
    int64_t newest = alone ? row_int(rows, ACCOUNT_COLUMN_COUNT) : 0;
    rows_end(rows);
    bool known = !alone || ledger_memo_correct(ledger->memo, account, newest);
    /* Looked at last: who makes memory anew raises it first. */
    if (known && tx_generation(tx) >= atomic_load(&ledger->since)) return true;
    tx_give_up(tx, "the snapshot is older than the ledger's memory of the past");
    return false;
}

void account_insert(struct tx *tx, const struct account *account) {
    struct value values[ACCOUNT_COLUMN_COUNT];
    account_values(account, values);
    tx_queue(tx, &account_add, values, ACCOUNT_COLUMN_COUNT);
}

static void update_values(const struct account *account, struct value values[UPDATE_COLUMN_COUNT]) {
    const int64_t columns[UPDATE_COLUMN_COUNT] = {
        account->id,       account->balance, account->held,    account->overdraft, account->version,
        account->last_entry, account->limits, account_flags(account), account->day, account->day_out,
        account->month_out, account->month_in, account->aside,
    };
    for (size_t i = 0; i < UPDATE_COLUMN_COUNT; i++) values[i] = V_INT(columns[i]);
}

static void update_each(struct tx *tx, const struct account *const *accounts, size_t count) {
    struct value values[UPDATE_COLUMN_COUNT];
    for (size_t i = 0; i < count; i++) {
        update_values(accounts[i], values);
        int64_t changed = tx_run(tx, &account_update, values, UPDATE_COLUMN_COUNT);
        check(changed == 1 || tx_failed(tx));
    }
}

void accounts_write(struct ledger *ledger, struct tx *tx, const struct account *const *accounts, size_t count) {
    static const enum value_type types[UPDATE_COLUMN_COUNT] = {
        VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
        VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT,
    };
    if (!ledger->far || count == 0) {
        update_each(tx, accounts, count);
        return;
    }
    struct value *values = arena_array(tx_arena(tx), struct value, UPDATE_ROWS * UPDATE_COLUMN_COUNT);
    for (size_t done = 0, some; done < count; done += some) {
        some = count - done < UPDATE_ROWS ? count - done : UPDATE_ROWS;
        for (size_t i = 0; i < some; i++) update_values(accounts[done + i], values + i * UPDATE_COLUMN_COUNT);
        tx_insert_many(tx, &accounts_update, types, UPDATE_COLUMN_COUNT, values, some);
    }
}
