/* books_page.c: the rows of purchases beside the ledger's accounts: what customers owe, penalties, each shop's. */
#include "products/instalments/instalments.h"

#define SHOPS_TOLD 1000

STATEMENT(totals, "SELECT COUNT(*), CAST(COALESCE(SUM(principal + overdue_principal), 0) AS BIGINT), "
                  "CAST(COALESCE(SUM(overdue_principal), 0) AS BIGINT), CAST(COALESCE(SUM(advance), 0) AS BIGINT), "
                  "CAST(COALESCE(SUM(penalty), 0) AS BIGINT) FROM instalment_purchase");
/* The fee upon what a shop keeps of each purchase, half up: tariff_fee. */
STATEMENT(shops, "SELECT shop, COUNT(*), CAST(SUM(sum) AS BIGINT), CAST(SUM(returned) AS BIGINT), "
                 "CAST(SUM(((sum - returned) * fee * 2 + 1000000) / 2000000) AS BIGINT) "
                 "FROM instalment_purchase GROUP BY shop ORDER BY shop LIMIT $1");
STATEMENT(accounts, "SELECT account FROM instalment_limit");

/* True: the ledger says the same. */
static bool tell_pair(struct node *node, const char *name, int64_t rows, int64_t ledger) {
    struct node *pair = doc_object(node, name);
    doc_money(pair, "rows", rub(rows));
    doc_money(pair, "ledger", rub(ledger));
    doc_bool(pair, "whole", rows == ledger);
    return rows == ledger;
}

static int64_t customers_balance(struct engine *engine, struct tx *tx) {
    int64_t sum = 0;
    struct rows *rows = tx_query(tx, &accounts, NO_VALUES);
    while (rows_next(rows)) sum += instalments_balance(engine, tx, row_int(rows, 0));
    rows_end(rows);
    return sum;
}

static bool tell_customers(struct engine *engine, struct tx *tx, struct node *document) {
    int64_t sums[5] = {0};
    struct rows *rows = tx_query(tx, &totals, NO_VALUES);
    bool found = rows_next(rows);
    for (int i = 0; found && i < 5; i++) sums[i] = row_int(rows, i);
    rows_end(rows);
    doc_int(document, "purchases", sums[0]);
    doc_money(document, "overdue", rub(sums[2]));
    bool whole = tell_pair(document, "customers", sums[1] - sums[3], -customers_balance(engine, tx));
    int64_t penalties = instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0);
    return tell_pair(document, "penalty", sums[4], -instalments_balance(engine, tx, penalties)) && whole;
}

static bool tell_shops(struct engine *engine, struct tx *tx, struct node *document) {
    struct node *list = doc_array(document, "shops");
    int64_t fees = 0;
    bool whole = true;
    struct rows *rows = tx_query(tx, &shops, VALUES(V_INT(SHOPS_TOLD)));
    while (rows_next(rows)) {
        int64_t shop = row_int(rows, 0), sold = row_int(rows, 2), returned = row_int(rows, 3), fee = row_int(rows, 4);
        int64_t owed = instalments_balance(engine, tx, instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, shop)),
                settled = instalments_balance(
                    engine, tx, instalments_account(engine, tx, PURPOSE_INSTALMENT_SETTLED, shop));
        struct node *node = doc_add_object(list);
        doc_id(node, "shop", shop);
        doc_int(node, "purchases", row_int(rows, 1));
        doc_money(node, "sold", rub(sold));
        doc_money(node, "returned", rub(returned));
        doc_money(node, "fee", rub(fee));
        doc_money(node, "settled", rub(settled));
        whole = tell_pair(node, "due", sold - returned - fee - settled, owed) && whole;
        fees += fee;
    }
    rows_end(rows);
    int64_t account = instalments_account(engine, tx, PURPOSE_INSTALMENT_FEES, 0);
    return tell_pair(document, "fees", fees, instalments_balance(engine, tx, account)) && whole;
}

/* GET /staff/instalments/books: on a worker, for it reads the row of every purchase. */
enum flow instalments_books_page(struct request *request, struct tx *unused) {
    (void)unused;
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    static const struct refusal busy = {"books-unavailable", 503, S_instalments_books_unavailable, false};
    if (tx == NULL) return refuse(request, &busy);
    struct node *document = doc_new(request->arena);
    bool customers = tell_customers(request->engine, tx, document);
    bool shops_whole = tell_shops(request->engine, tx, document);
    doc_bool(document, "whole", customers && shops_whole);
    return reader_end(reader, tx) ? answer_ok(request, document) : refuse(request, &busy);
}
