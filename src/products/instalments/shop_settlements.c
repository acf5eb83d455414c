/* shop_settlements.c: what was paid out to the shop, in its cabinet: runs, and of each the beginning of its act, every
 * sale and return of it; the whole of it is a table (settlement_csv.c) and a paper (settlement_paper.c) (IN-6). */
#include "products/instalments/shop_side.h"

#define SHOWN 60
#define LINES_SHOWN 200
#define SEES (SHOP_MONEY | SHOP_OWNER)

#define RUN "shop, id, day, sold, returned, fee, sum, made"
STATEMENT(newest, "SELECT " RUN " FROM instalment_settlement WHERE shop = $1 ORDER BY day DESC LIMIT $2");
STATEMENT(one, "SELECT " RUN " FROM instalment_settlement WHERE shop = $1 AND id = $2");

static struct settlement read_run(const struct rows *rows) {
    return (struct settlement){.shop = row_int(rows, 0), .id = row_int(rows, 1), .day = row_int(rows, 2),
                               .sold = row_int(rows, 3), .returned = row_int(rows, 4), .fee = row_int(rows, 5),
                               .sum = row_int(rows, 6), .made = row_int(rows, 7)};
}

static void tell_run(const struct settlement *run, struct node *node) {
    doc_id(node, "id", run->id);
    doc_date(node, "day", date_from_days(run->day));
    doc_money(node, "sold", rub(run->sold));
    doc_money(node, "returned", rub(run->returned));
    doc_money(node, "fee", rub(run->fee));
    doc_money(node, "sum", rub(run->sum));
}

/* GET /shop/settlements */
enum flow shop_settlements_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SEES, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "runs");
    struct rows *rows = tx_query(tx, &newest, VALUES(V_INT(person.shop.id), V_INT(SHOWN)));
    while (rows_next(rows)) {
        const struct settlement run = read_run(rows);
        tell_run(&run, doc_add_object(list));
    }
    rows_end(rows);
    int64_t account = instalments_account(request->engine, tx, PURPOSE_INSTALMENT_SHOP, person.shop.id);
    doc_money(document, "due", rub(instalments_balance(request->engine, tx, account)));
    shop_shell(request, &person, document);
    return answer_ok(request, document);
}

enum flow settlement_asked(struct request *request, struct tx *tx, struct shop_person *person,
                           struct settlement *settlement) {
    int64_t id = 0;
    if (shop_enter(request, tx, SEES, person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &one, VALUES(V_INT(person->shop.id), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *settlement = read_run(rows);
    rows_end(rows);
    return found ? FLOW_NEXT : answer_missing(request);
}

const char *settlement_file_name(struct request *request, const struct settlement *settlement, const char *ending) {
    struct text day = date_format(request->arena, date_from_days(settlement->day));
    return text_format(request->arena, "settlement-%.*s.%s", TEXT_ARG(day), ending).data;
}

/* GET /shop/settlements/{id} */
enum flow shop_settlement_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct settlement run;
    struct settlement_line *lines = arena_array(request->arena, struct settlement_line, LINES_SHOWN + 1);
    if (settlement_asked(request, tx, &person, &run) == FLOW_ANSWERED) return FLOW_ANSWERED;
    size_t count = settlement_lines(tx, request->arena, &run, 0, lines, LINES_SHOWN + 1);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "lines");
    shop_shell(request, &person, document);
    tell_run(&run, document);
    for (size_t i = 0; i < count && i < LINES_SHOWN; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "number", lines[i].number);
        doc_bool(node, "back", lines[i].back);
        doc_money(node, "sum", rub(lines[i].sum));
        doc_money(node, "fee", rub(lines[i].fee));
        doc_money(node, "due", rub(lines[i].due));
        doc_moment(node, "at", lines[i].at);
    }
    doc_bool(document, "more", count > LINES_SHOWN);
    return answer_ok(request, document);
}
