/* accounts.c: whose wallet is which ledger account. Opens them when a cabinet opens, keeps their limits at the
 * customer's level, and remembers customer → account in memory, since every transfer asks it. */
#include "products/wallet/wallet.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static const struct lookup waiting_numbers[] = {
    {LOOKUP_BESIDE_2("waiting_transfer", "phone_hash", "phone", "id, customer")},
    {.purpose = NULL},
};
static const struct lookup payees[] = {
    {LOOKUP_BESIDE_2("wallet_payee", "payee", "wallet.payee", "customer, payee")},
    {.purpose = NULL},
};

const struct sealed wallet_sealed[] = {
    {SEALED_2("waiting_transfer", "phone", "waiting.phone", "id, customer", "ii", "id"), .lookups = waiting_numbers},
    {SEALED_2("wallet_payee", "phone", "payee.phone", "customer, payee", "ib", "customer"), .lookups = payees},
    {.where = NULL},
};

const struct migration wallet_migrations[] = {
    {"wallet", 1,
     "CREATE TABLE wallet ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  number BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  name TEXT,\n"
     "  PRIMARY KEY (customer, number)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE wallet_system ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE waiting_transfer ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  phone_hash BYTES NOT NULL,\n"
     "  phone BYTES NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  note TEXT,\n"
     "  state BIGINT NOT NULL,\n"
     "  transfer BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  ended BIGINT,\n"
     "  claimed_by BIGINT,\n"
     "  language BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX waiting_transfer_open_phone ON waiting_transfer (phone_hash) WHERE state = 1;\n"
     "CREATE INDEX waiting_transfer_open_expires ON waiting_transfer (expires) WHERE state = 1;\n"
     "CREATE INDEX waiting_transfer_open_sender ON waiting_transfer (customer) WHERE state = 1;\n"
     "CREATE TABLE topup ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  reference TEXT,\n"
     "  operation BIGINT,\n"
     "  refusal BIGINT,\n"
     "  language BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE TABLE topup_news ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  topup BIGINT NOT NULL,\n"
     "  source TEXT NOT NULL,\n"
     "  status TEXT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  reference TEXT,\n"
     "  step BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX topup_news_topup ON topup_news (customer, topup);\n"},
    {"wallet", 2,
     "CREATE TABLE wallet_payee ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, payee BYTES NOT NULL, made BIGINT NOT NULL, phone BYTES NOT NULL,\n"
     "  PRIMARY KEY (customer, payee)\n"
     ") CLUSTERED"},
    {"wallet", 3,
     "ALTER TABLE topup ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE topup ADD COLUMN subject BIGINT NOT NULL DEFAULT 0;\n"},
    {"wallet", 4, /* the link by which who has no cabinet says where waiting money goes */
     "ALTER TABLE waiting_transfer ADD COLUMN token_hash BYTES;\n"
     "ALTER TABLE waiting_transfer ADD COLUMN payment BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE waiting_transfer ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX waiting_transfer_token ON waiting_transfer (token_hash) WHERE token_hash IS NOT NULL;\n"
     "CREATE INDEX waiting_transfer_payment ON waiting_transfer (payment) WHERE payment > 0;\n"},
    {"wallet", 5, /* orders by card are acquiring's; a top-up (105) is one of them */
     "INSERT INTO card_order\n"
     "  (id, customer, account, sum, kind, subject, state, expires, reference, operation, refusal)\n"
     "  SELECT id, customer, account, sum, CASE WHEN kind = 0 THEN 105 ELSE kind END, subject, state, expires,\n"
     "         reference, operation, refusal FROM topup;\n"
     "INSERT INTO card_order_news (id, customer, card_order, source, status, sum, reference, step)\n"
     "  SELECT id, customer, topup, source, status, sum, reference, step FROM topup_news;\n"
     "INSERT INTO acquiring_system (name, account) SELECT name, account FROM wallet_system WHERE name = 'acquirer'\n"
     "  ON CONFLICT (name) DO NOTHING;\n"
     "DELETE FROM wallet_system WHERE name = 'acquirer';\n"
     "DROP TABLE topup_news;\n"
     "DROP TABLE topup;\n"},
    {.sql = NULL}};

STATEMENT(main_select, "SELECT account FROM wallet WHERE customer = $1 AND number = 1");
STATEMENT(mains_from,
          "SELECT customer, account FROM wallet WHERE customer >= $1 AND number = 1 ORDER BY customer LIMIT 64");
STATEMENT(mains_select, "SELECT customer, account FROM wallet WHERE customer = $1 AND number = 1");
STATEMENT(rows_select, "SELECT account, number, name FROM wallet WHERE customer = $1 ORDER BY number");
STATEMENT(row_insert, "INSERT INTO wallet (customer, number, account, name) VALUES ($1, $2, $3, $4)");
STATEMENT(waiting_select, "SELECT account FROM wallet_system WHERE name = 'waiting'");
STATEMENT(waiting_insert, "INSERT INTO wallet_system (name, account) VALUES ('waiting', $1)");

struct wallet_state *wallet_state_of(const struct engine *engine) {
    return engine_state(engine, &wallet_feature);
}

/* ---- memory ---- */

static size_t cache_line(int64_t customer) {
    return (size_t)(((uint64_t)customer * UINT64_C(0x9E3779B97F4A7C15)) >> 45);
}
_Static_assert(ACCOUNT_CACHE == 1 << 19, "cache_line gives 19 bits");

static int64_t cache_find(struct wallet_state *state, int64_t customer) {
    size_t line = cache_line(customer);
    int64_t account = 0;
    pthread_mutex_lock(&state->locks[line % CACHE_LOCKS]);
    for (size_t way = 0; way < CACHE_WAYS; way++)
        if (state->cache[line][way].customer == customer) account = state->cache[line][way].account;
    pthread_mutex_unlock(&state->locks[line % CACHE_LOCKS]);
    return account;
}

/* The newest comes first, the oldest of its line falls out. */
static void cache_keep(struct wallet_state *state, int64_t customer, int64_t account) {
    size_t line = cache_line(customer);
    pthread_mutex_lock(&state->locks[line % CACHE_LOCKS]);
    struct cached_wallet *ways = state->cache[line];
    size_t way = 0;
    while (way < CACHE_WAYS && ways[way].customer != customer) way++;
    if (way == CACHE_WAYS) {
        memmove(ways + 1, ways, (CACHE_WAYS - 1) * sizeof *ways);
        ways[0] = (struct cached_wallet){customer, account};
    }
    pthread_mutex_unlock(&state->locks[line % CACHE_LOCKS]);
}

/* ---- wallets ---- */

/* Where reading is near: those of the customers after him are in the same page, and remembered with his. */
static int64_t main_and_neighbours(struct wallet_state *state, struct tx *tx, int64_t customer) {
    int64_t account = 0;
    struct rows *rows = tx_query(tx, &mains_from, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        if (row_int(rows, 0) == customer) account = row_int(rows, 1);
        cache_keep(state, row_int(rows, 0), row_int(rows, 1));
    }
    return account;
}

int64_t wallet_main(struct engine *engine, struct tx *tx, int64_t customer) {
    struct wallet_state *state = wallet_state_of(engine);
    int64_t account = cache_find(state, customer);
    if (account != 0) return account;
    if (!tx_writing(tx) && store_reads_inline(engine_store(engine))) return main_and_neighbours(state, tx, customer);
    struct rows *rows = tx_query(tx, &main_select, VALUES(V_INT(customer)));
    if (rows_next(rows)) account = row_int(rows, 0);
    rows_end(rows);
    /* What a command sees may yet be undone; what a snapshot sees is on disk. */
    if (account != 0 && !tx_writing(tx)) cache_keep(state, customer, account);
    return account;
}

static int by_number(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

void wallet_warm(struct engine *engine, struct tx *tx, int64_t *customers, size_t count) {
    struct wallet_state *state = wallet_state_of(engine);
    size_t wanted = 0;
    qsort(customers, count, sizeof *customers, by_number);
    for (size_t i = 0; i < count; i++) {
        bool again = wanted > 0 && customers[wanted - 1] == customers[i];
        if (customers[i] != 0 && !again && cache_find(state, customers[i]) == 0) customers[wanted++] = customers[i];
    }
    check(!tx_writing(tx));
    struct rows *rows = tx_query_ids(tx, &mains_select, customers, wanted);
    while (rows_next(rows)) cache_keep(state, row_int(rows, 0), row_int(rows, 1));
}

size_t wallet_rows(struct tx *tx, int64_t customer, struct wallet_row wallets[WALLETS_MAX]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &rows_select, VALUES(V_INT(customer)));
    while (count < WALLETS_MAX && rows_next(rows)) {
        struct wallet_row *wallet = &wallets[count++];
        wallet->account = row_int(rows, 0);
        wallet->number = row_int(rows, 1);
        wallet->name = row_null(rows, 2) ? TEXT_NONE : row_copy(rows, 2, tx_arena(tx));
    }
    rows_end(rows);
    return count;
}

size_t wallet_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room) {
    (void)engine;
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, customer, rows);
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++) accounts[i] = rows[i].account;
    return count;
}

struct text wallet_title(struct arena *arena, const struct locale *locale, const struct wallet_row *row) {
    if (row->name.size > 0) return text_copy(arena, row->name);
    if (row->number == 1) return string_get(arena, locale, S_wallet_account_main, NULL, 0);
    struct node *numbers = doc_new(arena);
    doc_int(numbers, "number", row->number);
    struct string_argument argument = {"number", doc_get(numbers, "number")};
    return string_get(arena, locale, S_wallet_account_other, &argument, 1);
}

size_t wallet_purses(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse *purses, size_t room) {
    (void)engine;
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, customer, rows);
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++)
        purses[i] = (struct purse){rows[i].account, wallet_title(tx_arena(tx), locale, &rows[i])};
    return count;
}

int64_t wallet_open_account(struct engine *engine, struct tx *tx, int64_t customer, enum level level,
                            struct text name) {
    struct customer holder;
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, customer, rows);
    if (count == WALLETS_MAX) return 0;
    const struct account template = {.owner = customer,
                                     .head = count > 0 ? rows[0].account : 0, /* limits are a person's */
                                     .purpose = PURPOSE_WALLET,
                                     .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB,
                                     .limits = (int)level,
                                     .frozen = identity_customer(engine, tx, customer, &holder) && holder.frozen};
    int64_t account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &row_insert,
           VALUES(V_INT(customer), V_INT((int64_t)count + 1), V_INT(account), name.size > 0 ? V_TEXT(name) : V_NULL));
    return account;
}

int64_t wallet_waiting_account(struct engine *engine, struct tx *tx) {
    struct wallet_state *state = wallet_state_of(engine);
    int64_t account = state->waiting;
    if (account != 0) return account;
    struct rows *rows = tx_query(tx, &waiting_select, NO_VALUES);
    if (rows_next(rows)) account = row_int(rows, 0);
    rows_end(rows);
    if (account != 0) {
        if (!tx_writing(tx)) state->waiting = account;
        return account;
    }
    if (!tx_writing(tx)) return 0;
    /* Held for people and never below zero. */
    const struct account template = {.purpose = PURPOSE_WAITING, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &waiting_insert, VALUES(V_INT(account)));
    return account;
}

static void change_all(struct engine *engine, struct tx *tx, const struct event *event) {
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, event->customer, rows);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(engine), tx, rows[i].account, &account)) continue;
        if (event->kind == EVENT_CUSTOMER_LEVEL) account.limits = (int)event->number;
        if (event->kind == EVENT_CUSTOMER_FROZEN) account.frozen = event->number != 0;
        if (event->kind == EVENT_CUSTOMER_CLOSED) account.closed = true;
        check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
    }
}

void wallet_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct customer customer;
    switch (event->kind) {
    case EVENT_CUSTOMER_OPENED:
        if (!identity_customer(engine, tx, event->customer, &customer)) return;
        wallet_open_account(engine, tx, event->customer, customer.level, TEXT_NONE);
        waiting_claim(engine, tx, event->customer, event->phone);
        return;
    case EVENT_CUSTOMER_LEVEL:
        change_all(engine, tx, event);
        /* What did not fit before may fit now. */
        if (identity_customer(engine, tx, event->customer, &customer))
            waiting_claim(engine, tx, customer.id, customer.phone);
        return;
    case EVENT_CUSTOMER_FROZEN:
    case EVENT_CUSTOMER_CLOSED: change_all(engine, tx, event); return;
    case EVENT_CARD_ORDER: topup_moved(engine, tx, event); return;
    case EVENT_HOUSE_PAYMENT: claim_payment_moved(engine, tx, event->number); return;
    case EVENT_CUSTOMER_PHONE: waiting_claim(engine, tx, event->customer, event->phone); return;
    default: return;
    }
}

/* POST /wallets: one more for the same person, or the first one when he came before this product did. */
enum flow wallet_create_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct customer customer;
    if (!identity_customer(engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    int64_t account = wallet_open_account(engine, tx, customer.id, customer.level, field_text(request, "name"));
    if (account == 0) return refuse(request, &refusal_wallets_max);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", account);
    return answer_created(request, document, TEXT("/"));
}
