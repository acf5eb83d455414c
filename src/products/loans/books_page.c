/* books_page.c: the rows of running loans beside the ledger's accounts, by product; how far the night has come. */
#include "products/loans/running.h"

#define KINDS 4 /* of accounts that a product has */

STATEMENT(sums, "SELECT product, COUNT(*), CAST(SUM(principal + overdue_principal) AS BIGINT), "
                "CAST(SUM(overdue_principal) AS BIGINT), CAST(SUM(interest + overdue_interest) AS BIGINT), "
                "CAST(SUM(penalty) AS BIGINT), CAST(SUM(fees) AS BIGINT), CAST(SUM(provided) AS BIGINT) "
                "FROM loan_running GROUP BY product");

static const struct {
    const char *name;
    enum loans_purpose purpose;
    int sign;
} kinds[KINDS] = {{"interest", PURPOSE_LOAN_INTEREST, -1},
                  {"penalty", PURPOSE_LOAN_PENALTY, -1},
                  {"fees", PURPOSE_LOAN_FEES, -1},
                  {"provision", PURPOSE_LOAN_PROVISION, 1}};

struct book {
    struct text code, title;
    int64_t loans, principal, overdue, rows[KINDS];
};

static size_t read_books(struct request *request, struct tx *tx, struct book books[CREDIT_PRODUCTS_MOST]) {
    struct credit_product *products = arena_array(request->arena, struct credit_product, CREDIT_PRODUCTS_MOST);
    size_t count = credit_products_of(tx, products, CREDIT_PRODUCTS_MOST);
    for (size_t i = 0; i < count; i++)
        books[i] = (struct book){
            .code = text_copy(request->arena, products[i].code),
            .title = text_copy(request->arena, credit_product_title(&products[i], request->locale.language))};
    struct rows *rows = tx_query(tx, &sums, NO_VALUES);
    while (rows_next(rows)) {
        struct credit_product product;
        if (!credit_product_find(tx, row_int(rows, 0), &product)) continue;
        for (size_t i = 0; i < count; i++) {
            if (!text_equal(books[i].code, product.code)) continue;
            books[i].loans += row_int(rows, 1);
            books[i].principal += row_int(rows, 2);
            books[i].overdue += row_int(rows, 3);
            for (int k = 0; k < KINDS; k++) books[i].rows[k] += row_int(rows, 4 + k);
        }
    }
    rows_end(rows);
    return count;
}

/* True: the ledger says the same. */
static bool tell_book(struct request *request, struct tx *tx, const struct book *book, struct node *node) {
    bool whole = true;
    doc_text(node, "code", book->code);
    doc_text(node, "title", book->title);
    doc_int(node, "loans", book->loans);
    doc_money(node, "principal", rub(book->principal));
    doc_money(node, "overdue", rub(book->overdue));
    for (int k = 0; k < KINDS; k++) {
        int64_t account = loans_account(request->engine, tx, kinds[k].purpose, book->code),
                ledger = kinds[k].sign * loans_balance(request->engine, tx, account);
        struct node *kind = doc_object(node, kinds[k].name);
        doc_money(kind, "rows", rub(book->rows[k]));
        doc_money(kind, "ledger", rub(ledger));
        doc_bool(kind, "whole", ledger == book->rows[k]);
        whole = whole && ledger == book->rows[k];
    }
    return whole;
}

static void tell_totals(struct request *request, struct tx *tx, struct node *document) {
    static const struct {
        const char *name;
        enum loans_purpose purpose;
    } totals[] = {{"income", PURPOSE_LOAN_INCOME}, {"fines", PURPOSE_LOAN_FINES}, {"services", PURPOSE_LOAN_SERVICES},
                  {"loss", PURPOSE_LOAN_LOSS}, {"providing", PURPOSE_LOAN_PROVIDING}};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        int64_t account = loans_account(request->engine, tx, totals[i].purpose, TEXT_NONE),
                balance = loans_balance(request->engine, tx, account);
        doc_money(document, totals[i].name, rub(balance < 0 ? -balance : balance));
    }
}

static void tell_books(struct request *request, struct tx *tx, struct node *document) {
    struct book *books = arena_array(request->arena, struct book, CREDIT_PRODUCTS_MOST);
    size_t count = read_books(request, tx, books);
    struct node *list = doc_array(document, "products");
    int64_t principal = 0;
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        whole = tell_book(request, tx, &books[i], doc_add_object(list)) && whole;
        principal += books[i].principal;
    }
    doc_money(document, "principal", rub(principal));
    tell_totals(request, tx, document);
    doc_bool(document, "whole", whole);
}

/* GET /staff/loans/books: on a worker, for it reads the row of every loan that runs. */
enum flow loans_books_page(struct request *request, struct tx *unused) {
    (void)unused;
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    static const struct refusal busy = {"books-unavailable", 503, S_loans_books_unavailable, false};
    if (tx == NULL) return refuse(request, &busy);
    struct node *document = doc_new(request->arena);
    tell_books(request, tx, document);
    loans_pass_tell(tx, document);
    return reader_end(reader, tx) ? answer_ok(request, document) : refuse(request, &busy);
}
