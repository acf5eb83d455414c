/* books.c: whose money it is in the ledger. A deposit is an account of the customer; interest that we owe on a
 * product's deposits, not yet paid, is one account of ours; what deposits cost us is another. */
#include "ledger/house.h"
#include "products/deposits/deposits.h"

HOUSE(house, "deposits", "deposit_account");
STATEMENT(sums, "SELECT product, COUNT(*), CAST(SUM(principal) AS BIGINT), CAST(SUM(booked) AS BIGINT) "
                "FROM deposit_running GROUP BY product");

int64_t deposits_account(struct engine *engine, struct tx *tx, enum deposits_account which, struct text code) {
    struct ledger *ledger = engine_ledger(engine);
    if (which == ACCOUNT_EXPENSE)
        return house_account(&house, ledger, tx, TEXT("expense"), PURPOSE_DEPOSIT_EXPENSE, ACCOUNT_UNLIMITED);
    struct text name = text_join(tx_arena(tx), TEXT("accrued "), code);
    return house_account(&house, ledger, tx, name, PURPOSE_DEPOSIT_ACCRUED, 0);
}

int64_t deposits_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind,
                      int64_t deposit, struct text note) {
    const struct transfer transfer = {
        .from = from, .to = to, .sum = rub(sum), .kind = kind, .subject = deposit, .note = note};
    return house_move(&house, engine_ledger(engine), tx, &transfer);
}

bool deposits_usable(struct engine *engine, struct tx *tx, int64_t account) {
    struct account found;
    return ledger_account(engine_ledger(engine), tx, account, &found) && !found.closed;
}

int64_t deposits_balance(struct engine *engine, struct tx *tx, int64_t account) {
    return house_balance(engine_ledger(engine), tx, account);
}

/* ---- seen by staff ---- */

struct book {
    struct text code, title;
    int64_t account, deposits, principal, rows;
};

static size_t read_books(struct request *request, struct tx *tx, struct book books[PRODUCTS_MOST]) {
    struct product *products = arena_array(request->arena, struct product, PRODUCTS_MOST);
    size_t count = deposit_products_of(tx, products, PRODUCTS_MOST);
    for (size_t i = 0; i < count; i++)
        books[i] = (struct book){
            .code = text_copy(request->arena, products[i].code),
            .title = text_copy(request->arena, deposit_product_title(&products[i], request->locale.language)),
            .account = deposits_account(request->engine, tx, ACCOUNT_ACCRUED, products[i].code)};
    struct rows *rows = tx_query(tx, &sums, NO_VALUES);
    while (rows_next(rows)) {
        struct product product;
        if (!deposit_product_find(tx, row_int(rows, 0), &product)) continue;
        for (size_t i = 0; i < count; i++) {
            if (!text_equal(books[i].code, product.code)) continue;
            books[i].deposits += row_int(rows, 1);
            books[i].principal += row_int(rows, 2);
            books[i].rows += row_int(rows, 3);
        }
    }
    rows_end(rows);
    return count;
}

static void tell_books(struct request *request, struct tx *tx, struct node *document) {
    struct book books[PRODUCTS_MOST];
    size_t count = read_books(request, tx, books);
    struct node *list = doc_array(document, "products");
    bool whole = true;
    int64_t principal = 0, accrued = 0;
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        int64_t ledger = books[i].account != 0 ? deposits_balance(request->engine, tx, books[i].account) : 0;
        doc_text(node, "code", books[i].code);
        doc_text(node, "title", books[i].title);
        doc_int(node, "deposits", books[i].deposits);
        doc_money(node, "principal", rub(books[i].principal));
        doc_money(node, "accrued", rub(books[i].rows));
        doc_money(node, "ledger", rub(ledger));
        doc_bool(node, "whole", ledger == books[i].rows);
        whole = whole && ledger == books[i].rows;
        principal += books[i].principal;
        accrued += books[i].rows;
    }
    int64_t expense = deposits_account(request->engine, tx, ACCOUNT_EXPENSE, TEXT_NONE);
    doc_money(document, "principal", rub(principal));
    doc_money(document, "accrued", rub(accrued));
    doc_money(document, "expense", rub(expense != 0 ? -deposits_balance(request->engine, tx, expense) : 0));
    doc_bool(document, "whole", whole);
}

/* GET /staff/deposits/books: on a worker, for it reads the row of every open deposit. */
enum flow deposits_books_page(struct request *request, struct tx *unused) {
    (void)unused;
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    static const struct refusal busy = {"books-unavailable", 503, S_deposits_books_unavailable, false};
    if (tx == NULL) return refuse(request, &busy);
    struct node *document = doc_new(request->arena);
    tell_books(request, tx, document);
    deposits_pass_tell(tx, document);
    return reader_end(reader, tx) ? answer_ok(request, document) : refuse(request, &busy);
}
