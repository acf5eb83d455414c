/* own_data.c: what the wallet keeps of a customer: told to him; what stands in the way of his leaving; what names
 * people is blanked. Money's own rows stay, as the ledger's do. */
#include "products/wallet/wallet.h"

STATEMENT(waiting_open, "SELECT COUNT(*) FROM waiting_transfer WHERE customer = $1 AND state = 1");

static void tell_accounts(struct own_data *piece) {
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(piece->tx, piece->customer, rows);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(piece->engine), piece->tx, rows[i].account, &account)) continue;
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("account"));
        doc_id(node, "id", account.id);
        doc_text(node, "name", wallet_title(piece->list->arena, piece->locale, &rows[i]));
        doc_money(node, "balance", rub(account.balance));
        doc_money(node, "held", rub(account.held));
    }
}

bool wallet_own_data(struct own_data *piece) {
    tell_accounts(piece);
    struct node *waiting = doc_array(doc_add_object(piece->list), "waiting");
    waiting_list(piece->engine, piece->tx, piece->customer, waiting);
    return false;
}

/* ---- leaving ---- */

static int64_t number(struct rows *rows) {
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

static void sum_obstacle(struct obstacles *obstacles, string_id text, int64_t sum, const char *href) {
    struct node *values = doc_new(obstacles->list->arena);
    doc_money(values, "sum", rub(sum));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}};
    obstacle_add(obstacles, text, arguments, 1, href);
}

void wallet_obstacles(struct obstacles *obstacles) {
    struct tx *tx = obstacles->tx;
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, obstacles->customer, rows);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(obstacles->engine), tx, rows[i].account, &account)) continue;
        if (account.balance > 0) sum_obstacle(obstacles, S_wallet_leave_money, account.balance, "/transfer");
        if (account.balance < 0) sum_obstacle(obstacles, S_wallet_leave_debt, -account.balance, "/topup");
        if (account.held > 0) sum_obstacle(obstacles, S_wallet_leave_held, account.held, "/operations");
    }
    if (number(tx_query(tx, &waiting_open, VALUES(V_INT(obstacles->customer)))) > 0)
        obstacle_add(obstacles, S_wallet_leave_waiting, NULL, 0, "/");
}

STATEMENT(blank_wallet, "UPDATE wallet SET name = NULL WHERE customer = $1 AND name IS NOT NULL");
STATEMENT(blank_waiting, "UPDATE waiting_transfer SET phone_hash = '', phone = '', note = NULL "
                         "WHERE customer = $1 AND state <> 1 AND (phone <> '' OR note IS NOT NULL)");

const struct erase wallet_erases[] = {
    {"wallet", &blank_wallet}, {"waiting_transfer", &blank_waiting}, {.what = NULL}};
