/* shop_settlements.c: what was paid out to the shop, in its cabinet: runs, and of each an act: every sale and return of
 * it, as a page, a table and a paper (IN-6). */
#include "products/instalments/shop_side.h"

#include "operations/csv.h"
#include "operations/paper.h"

#define SHOWN 60
#define LINES_MOST 2000
#define SEES (SHOP_MONEY | SHOP_OWNER)

#define RUN "shop, id, day, sold, returned, fee, sum, made"
STATEMENT(newest, "SELECT " RUN " FROM instalment_settlement WHERE shop = $1 ORDER BY day DESC LIMIT $2");
STATEMENT(one, "SELECT " RUN " FROM instalment_settlement WHERE shop = $1 AND id = $2");
STATEMENT(lines, "SELECT number, act, sum, fee, due, at FROM instalment_order_event WHERE shop = $1 "
                 "AND settlement = $2 ORDER BY id LIMIT $3");

static const struct refusal no_paper = {"paper-unavailable", 503, S_instalments_settlements_no_paper, false};

struct act_line {
    struct text number;
    bool back;
    int64_t sum, fee, due;
    moment at;
};

struct act {
    struct shop shop;
    struct settlement run;
    struct act_line *lines;
    size_t count;
};

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

/* FLOW_NEXT: the shop's own run, with its lines. */
static enum flow find(struct request *request, struct tx *tx, struct shop_person *person, struct act *act) {
    int64_t id = 0;
    if (shop_enter(request, tx, SEES, person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &one, VALUES(V_INT(person->shop.id), V_INT(id)));
    bool found = rows_next(rows);
    if (found) act->run = read_run(rows);
    rows_end(rows);
    if (!found) return answer_missing(request);
    act->shop = person->shop;
    act->lines = arena_array(request->arena, struct act_line, LINES_MOST);
    rows = tx_query(tx, &lines, VALUES(V_INT(person->shop.id), V_INT(id), V_INT(LINES_MOST)));
    for (act->count = 0; act->count < LINES_MOST && rows_next(rows); act->count++)
        act->lines[act->count] = (struct act_line){.number = row_copy(rows, 0, request->arena),
                                                   .back = row_int(rows, 1) == CHECKOUT_RETURN,
                                                   .sum = row_int(rows, 2),
                                                   .fee = row_int(rows, 3),
                                                   .due = row_int(rows, 4),
                                                   .at = row_int(rows, 5)};
    rows_end(rows);
    return FLOW_NEXT;
}

/* GET /shop/settlements/{id} */
enum flow shop_settlement_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct act act;
    if (find(request, tx, &person, &act) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "lines");
    shop_shell(request, &person, document);
    tell_run(&act.run, document);
    for (size_t i = 0; i < act.count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "number", act.lines[i].number);
        doc_bool(node, "back", act.lines[i].back);
        doc_money(node, "sum", rub(act.lines[i].sum));
        doc_money(node, "fee", rub(act.lines[i].fee));
        doc_money(node, "due", rub(act.lines[i].due));
        doc_moment(node, "at", act.lines[i].at);
    }
    return answer_ok(request, document);
}

static struct text file_name(struct request *request, const struct act *act, const char *ending) {
    return text_format(request->arena, "settlement-%.*s.%s",
                       TEXT_ARG(date_format(request->arena, date_from_days(act->run.day))), ending);
}

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

/* GET /shop/settlements/{id}/csv */
enum flow shop_settlement_csv(struct request *request, struct tx *tx) {
    static const string_id heads[] = {S_instalments_checkout_number, S_instalments_settlements_what,
                                      S_instalments_settlements_sum, S_instalments_settlements_fee,
                                      S_instalments_settlements_due};
    struct shop_person person;
    struct act act;
    if (find(request, tx, &person, &act) == FLOW_ANSWERED) return FLOW_ANSWERED;
    enum csv_dialect dialect = request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
    struct buffer out = buffer_new(request->arena, 4096);
    csv_begin(&out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) csv_cell(&out, dialect, i == 0, say(request, heads[i]));
    csv_end_row(&out);
    for (size_t i = 0; i < act.count; i++) {
        const struct act_line *line = &act.lines[i];
        csv_cell(&out, dialect, true, line->number);
        csv_cell(&out, dialect, false,
                 say(request, line->back ? S_instalments_settlements_back : S_instalments_settlements_sale));
        csv_money(&out, dialect, false, rub(line->back ? -line->sum : line->sum));
        csv_money(&out, dialect, false, rub(line->fee));
        csv_money(&out, dialect, false, rub(line->due));
        csv_end_row(&out);
    }
    csv_cell(&out, dialect, true, say(request, S_instalments_settlements_total));
    csv_cell(&out, dialect, false, TEXT(""));
    csv_money(&out, dialect, false, rub(act.run.sold - act.run.returned));
    csv_money(&out, dialect, false, rub(act.run.fee));
    csv_money(&out, dialect, false, rub(act.run.sum));
    csv_end_row(&out);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "text/csv; charset=utf-8",
                                 .file_name = file_name(request, &act, "csv").data,
                                 .bytes = buffer_text(&out)};
    return answer_file(request, file);
}

/* ---- the paper ---- */

static void add(struct paper *paper, enum paper_kind kind, struct text label, struct text value) {
    if (paper->count < paper->room)
        paper->lines[paper->count++] = (struct paper_line){.kind = kind, .label = label, .value = value};
}

static struct text money_words(struct request *request, int64_t sum) {
    struct buffer out = buffer_new(request->arena, 32);
    locale_money(&out, &request->locale, rub(sum));
    return buffer_text(&out);
}

static void add_row(struct request *request, struct paper *paper, const struct act_line *line) {
    if (paper->count == paper->room) return;
    struct paper_line *row = &paper->lines[paper->count++];
    *row = (struct paper_line){.kind = PAPER_ROW, .cells = PAPER_CELLS};
    row->row[0] = line->number;
    row->row[1] = say(request, line->back ? S_instalments_settlements_back : S_instalments_settlements_sale);
    row->row[2] = money_words(request, line->back ? -line->sum : line->sum);
    row->row[3] = money_words(request, line->fee);
    row->row[4] = money_words(request, line->due);
}

static void add_head(struct request *request, struct paper *paper) {
    static const string_id heads[PAPER_CELLS] = {S_instalments_checkout_number, S_instalments_settlements_what,
                                                 S_instalments_settlements_sum, S_instalments_settlements_fee,
                                                 S_instalments_settlements_due};
    struct paper_line *row = &paper->lines[paper->count++];
    *row = (struct paper_line){.kind = PAPER_ROW_HEAD, .cells = PAPER_CELLS};
    for (size_t i = 0; i < PAPER_CELLS; i++) row->row[i] = say(request, heads[i]);
}

/* GET /shop/settlements/{id}/pdf: read, then drawn on a worker. */
enum flow shop_settlement_read(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct act act;
    struct buffer day = buffer_new(request->arena, 40);
    if (find(request, tx, &person, &act) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct paper *paper = arena_new_of(request->arena, struct paper);
    locale_date(&day, &request->locale, date_from_days(act.run.day));
    *paper = (struct paper){.company = text_from(engine_config(request->engine)->company),
                            .title = say(request, S_instalments_settlements_act),
                            .file_name = file_name(request, &act, "pdf"),
                            .footer = say(request, S_instalments_settlements_footer),
                            .room = act.count + 10};
    paper->lines = arena_array(request->arena, struct paper_line, paper->room);
    add(paper, PAPER_FACT, say(request, S_instalments_checkout_shop), text_copy(request->arena, act.shop.title));
    if (act.shop.legal.size > 0)
        add(paper, PAPER_FACT, say(request, S_instalments_settlements_legal),
            text_format(request->arena, "%.*s, %.*s", TEXT_ARG(act.shop.legal), TEXT_ARG(act.shop.inn)));
    add(paper, PAPER_FACT, say(request, S_instalments_settlements_day), buffer_text(&day));
    add(paper, PAPER_FACT, say(request, S_instalments_books_sold), money_words(request, act.run.sold));
    add(paper, PAPER_FACT, say(request, S_instalments_books_returned), money_words(request, act.run.returned));
    add(paper, PAPER_FACT, say(request, S_instalments_settlements_fee), money_words(request, act.run.fee));
    add(paper, PAPER_SUM, say(request, S_instalments_settlements_due), money_words(request, act.run.sum));
    add_head(request, paper);
    for (size_t i = 0; i < act.count; i++) add_row(request, paper, &act.lines[i]);
    request->scratch = paper;
    return FLOW_NEXT;
}

enum flow shop_settlement_draw(struct request *request, struct tx *tx) {
    (void)tx;
    const struct paper *paper = request->scratch;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/pdf", .file_name = paper->file_name.data};
    if (!paper_draw(request->arena, paper, &file->bytes)) return refuse(request, &no_paper);
    return answer_file(request, file);
}
