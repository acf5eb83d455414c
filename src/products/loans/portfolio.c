/* portfolio.c: what is owed to us by how long it is overdue (BO-5), down to the loans, by product. Sums are of the rows
 * that the night goes through, read on a worker. */
#include "products/loans/staff.h"

#define BUCKETS 6
#define LOANS_SHOWN 50

/* Days overdue as the row has come (loan_days_overdue), so that the table, its loans and what is set aside for them are
 * of the same day, whether or not this night has come by. */
#define DAYS "CASE WHEN overdue_since = 0 THEN 0 ELSE done - overdue_since END"
STATEMENT(sums, "SELECT product, " DAYS ", COUNT(*), "
                "CAST(SUM(principal + overdue_principal) AS BIGINT), CAST(SUM(interest + overdue_interest) AS BIGINT), "
                "CAST(SUM(penalty) AS BIGINT), CAST(SUM(fees) AS BIGINT), CAST(SUM(provided) AS BIGINT) "
                "FROM loan_running GROUP BY 1, 2");
#define LOAN                                                                                                           \
    "customer, id, " DAYS ", principal + overdue_principal, interest + overdue_interest, penalty, overdue_since"
STATEMENT(overdue_loans, "SELECT " LOAN " FROM loan_running WHERE overdue_since > 0 AND "
                         "done - overdue_since BETWEEN $1 AND $2 AND (overdue_since, customer, id) > ($3, $4, $5) "
                         "ORDER BY overdue_since, customer, id LIMIT $6");
STATEMENT(good_loans, "SELECT " LOAN " FROM loan_running WHERE overdue_since = 0 AND (customer, id) > ($1, $2) "
                      "ORDER BY customer, id LIMIT $3");

static const struct refusal busy = {"database-unavailable", 503, S_loans_policy_unavailable, false};
static const int64_t to_days[BUCKETS] = {0, 30, 60, 90, 120, INT64_MAX}; /* each from the day after the one before */
static const string_id titles[BUCKETS] = {S_loans_portfolio_good,   S_loans_portfolio_to_30,  S_loans_portfolio_to_60,
                                          S_loans_portfolio_to_90,  S_loans_portfolio_to_120, S_loans_portfolio_more};

static int bucket_of(int64_t days) {
    int bucket = 0;
    while (days > to_days[bucket]) bucket++;
    return bucket;
}

struct bucket {
    int64_t count, principal, interest, penalty, fees, provided;
};

static void add(struct bucket *to, const struct bucket *part) {
    to->count += part->count;
    to->principal += part->principal;
    to->interest += part->interest;
    to->penalty += part->penalty;
    to->fees += part->fees;
    to->provided += part->provided;
}

struct portfolio {
    struct credit_product products[CREDIT_PRODUCTS_MOST];
    size_t count;
    struct bucket all[BUCKETS], of[CREDIT_PRODUCTS_MOST][BUCKETS];
};

static void read_portfolio(struct tx *tx, struct portfolio *portfolio) {
    portfolio->count = credit_products_of(tx, portfolio->products, CREDIT_PRODUCTS_MOST);
    struct rows *rows = tx_query(tx, &sums, NO_VALUES);
    while (rows_next(rows)) {
        struct credit_product product;
        int bucket = bucket_of(row_int(rows, 1));
        const struct bucket part = {row_int(rows, 2), row_int(rows, 3), row_int(rows, 4),
                                    row_int(rows, 5), row_int(rows, 6), row_int(rows, 7)};
        add(&portfolio->all[bucket], &part);
        if (!credit_product_find(tx, row_int(rows, 0), &product)) continue;
        for (size_t i = 0; i < portfolio->count; i++)
            if (text_equal(portfolio->products[i].code, product.code)) add(&portfolio->of[i][bucket], &part);
    }
    rows_end(rows);
}

static void tell_bucket(const struct bucket *bucket, struct node *node) {
    doc_int(node, "count", bucket->count);
    doc_money(node, "principal", rub(bucket->principal));
    doc_money(node, "interest", rub(bucket->interest));
    doc_money(node, "penalty", rub(bucket->penalty));
    doc_money(node, "fees", rub(bucket->fees));
    doc_money(node, "provided", rub(bucket->provided));
}

static void tell_buckets(struct request *request, const struct bucket buckets[BUCKETS], struct node *node) {
    struct node *list = doc_array(node, "buckets");
    struct bucket whole = {.count = 0};
    for (int i = 0; i < BUCKETS; i++) {
        struct node *each = doc_add_object(list);
        doc_int(each, "bucket", i);
        doc_text(each, "title", staff_say(request->arena, &request->locale, titles[i]));
        tell_bucket(&buckets[i], each);
        add(&whole, &buckets[i]);
    }
    tell_bucket(&whole, doc_object(node, "whole"));
}

/* NULL: it has been refused. */
static struct portfolio *portfolio_now(struct request *request) {
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct portfolio *portfolio = arena_new_of(request->arena, struct portfolio);
    if (tx != NULL) {
        read_portfolio(tx, portfolio);
        for (size_t i = 0; i < portfolio->count; i++) { /* the snapshot's memory ends with it */
            struct credit_product *product = &portfolio->products[i];
            product->code = text_copy(request->arena, product->code);
            product->title_ru = text_copy(request->arena, product->title_ru);
            product->title_en = text_copy(request->arena, product->title_en);
        }
        if (reader_end(reader, tx)) return portfolio;
    }
    refuse(request, &busy);
    return NULL;
}

/* GET /staff/loans/portfolio, on a worker: it reads the row of every running loan. */
enum flow portfolio_read(struct request *request, struct tx *unused) {
    (void)unused;
    const struct portfolio *portfolio = portfolio_now(request);
    if (portfolio == NULL) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "products");
    tell_buckets(request, portfolio->all, document);
    for (size_t i = 0; i < portfolio->count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "code", portfolio->products[i].code);
        doc_text(node, "title", credit_product_title(&portfolio->products[i], request->locale.language));
        tell_buckets(request, portfolio->of[i], node);
    }
    return answer_ok(request, document);
}

/* ---- as a table for spreadsheets ---- */

enum csv_dialect loans_csv_dialect(const struct request *request) {
    return request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
}

enum flow loans_csv_answer(struct request *request, const struct buffer *out, const char *name) {
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = "text/csv; charset=utf-8", .file_name = name, .bytes = buffer_text(out)};
    return answer_file(request, file);
}

void loans_csv_words(struct request *request, struct buffer *out, const string_id *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        csv_cell(out, loans_csv_dialect(request), i == 0, staff_say(request->arena, &request->locale, words[i]));
    csv_end_row(out);
}

static void csv_bucket(struct request *request, struct buffer *out, struct text product, int bucket,
                       const struct bucket *row) {
    enum csv_dialect dialect = loans_csv_dialect(request);
    csv_cell(out, dialect, true, product);
    csv_cell(out, dialect, false, staff_say(request->arena, &request->locale, titles[bucket]));
    csv_cell(out, dialect, false, text_format(request->arena, "%lld", (long long)row->count));
    csv_money(out, dialect, false, rub(row->principal));
    csv_money(out, dialect, false, rub(row->interest));
    csv_money(out, dialect, false, rub(row->penalty));
    csv_money(out, dialect, false, rub(row->fees));
    csv_money(out, dialect, false, rub(row->provided));
    csv_end_row(out);
}

/* GET /staff/loans/portfolio/export, on a worker */
enum flow portfolio_export(struct request *request, struct tx *unused) {
    static const string_id heads[] = {S_loans_staff_product,      S_loans_portfolio_days,    S_loans_portfolio_count,
                                      S_loans_portfolio_principal, S_loans_portfolio_interest,
                                      S_loans_portfolio_penalty,
                                      S_loans_portfolio_fees,     S_loans_portfolio_provided};
    (void)unused;
    const struct portfolio *portfolio = portfolio_now(request);
    if (portfolio == NULL) return FLOW_ANSWERED;
    struct buffer out = buffer_new(request->arena, 8192);
    csv_begin(&out);
    loans_csv_words(request, &out, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < portfolio->count; i++)
        for (int bucket = 0; bucket < BUCKETS; bucket++)
            csv_bucket(request, &out, credit_product_title(&portfolio->products[i], request->locale.language), bucket,
                       &portfolio->of[i][bucket]);
    return loans_csv_answer(request, &out, "portfolio.csv");
}

/* ---- down to the loans ---- */

static struct rows *loans_in(struct request *request, struct tx *tx, int64_t bucket) {
    int64_t customer = field_number(request, "customer"), loan = field_number(request, "loan");
    if (bucket == 0) return tx_query(tx, &good_loans, VALUES(V_INT(customer), V_INT(loan), V_INT(LOANS_SHOWN + 1)));
    return tx_query(tx, &overdue_loans,
                    VALUES(V_INT(to_days[bucket - 1] + 1), V_INT(to_days[bucket]),
                           V_INT(field_number(request, "since")), V_INT(customer), V_INT(loan),
                           V_INT(LOANS_SHOWN + 1)));
}

static void tell_loans(struct request *request, struct tx *tx, int64_t bucket, struct node *document) {
    struct node *list = doc_array(document, "loans"), *next = NULL;
    struct rows *rows = loans_in(request, tx, bucket);
    int64_t customer = 0, loan = 0, since = 0;
    while (rows_next(rows)) {
        if (list->count == LOANS_SHOWN) {
            next = doc_object(document, "next");
            doc_id(next, "customer", customer);
            doc_id(next, "loan", loan);
            doc_int(next, "since", since);
            break;
        }
        struct node *node = doc_add_object(list);
        customer = row_int(rows, 0);
        loan = row_int(rows, 1);
        since = row_int(rows, 6);
        doc_id(node, "customer", customer);
        doc_id(node, "loan", loan);
        doc_int(node, "days", row_int(rows, 2));
        doc_money(node, "principal", rub(row_int(rows, 3)));
        doc_money(node, "interest", rub(row_int(rows, 4)));
        doc_money(node, "penalty", rub(row_int(rows, 5)));
    }
    rows_end(rows);
    if (next == NULL) doc_null(document, "next");
}

/* GET /staff/loans/portfolio/loans?bucket=…, on a worker: the longest overdue first; ids and sums alone. */
enum flow portfolio_loans(struct request *request, struct tx *unused) {
    (void)unused;
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return refuse(request, &busy);
    int64_t bucket = field_number(request, "bucket");
    struct node *document = doc_new(request->arena);
    tell_loans(request, tx, bucket, document);
    doc_int(document, "bucket", bucket);
    doc_text(document, "title", staff_say(request->arena, &request->locale, titles[bucket]));
    return reader_end(reader, tx) ? answer_ok(request, document) : refuse(request, &busy);
}
