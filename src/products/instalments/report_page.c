/* report_page.c: a shop's sales of a period in its cabinet, and the same as a table, a month a piece (IN-6). */
#include "products/instalments/report.h"

#include "engine/piece.h"
#include "operations/csv.h"
#include "products/instalments/shop_side.h"

#define SEES (SHOP_MONEY | SHOP_OWNER)
#define PIECE 31
#define PIECE_BYTES ((size_t)2 << 20)

static const struct refusal wrong_period = {"period-wrong", 422, S_instalments_reports_wrong, false};

/* From the first of the month to today where nothing is said. False: no such period is reported. */
static bool read_period(struct request *request, int64_t *from, size_t *count) {
    int64_t today = instalments_today(request->engine);
    struct date first = date_from_days(today);
    first.day = 1;
    *from = field_given(request, "from") ? field_number(request, "from") : date_to_days(first);
    int64_t to = field_given(request, "to") ? field_number(request, "to") : today;
    if (*from < 0 || to < *from || to - *from >= REPORT_DAYS) return false;
    *count = (size_t)(to - *from + 1);
    return true;
}

/* ---- the page ---- */

static void tell_day(struct node *node, const struct report_day *day) {
    doc_int(node, "begun", day->begun);
    doc_int(node, "approved", day->approved);
    doc_int(node, "signed", day->agreed);
    doc_int(node, "finished", day->finished);
    doc_int(node, "returned", day->returned);
    doc_money(node, "sold", rub(day->sold));
    doc_money(node, "back", rub(day->back));
    doc_money(node, "fee", rub(day->fee));
    doc_money(node, "due", rub(day->due));
}

static bool empty(const struct report_day *day) {
    return day->begun == 0 && day->agreed == 0 && day->finished == 0 && day->returned == 0;
}

static void tell_days(const struct report *report, struct node *list, struct node *total) {
    struct report_day whole = {0};
    for (size_t i = report->count; i-- > 0;) {
        const struct report_day *day = &report->days[i];
        if (empty(day)) continue;
        struct node *node = doc_add_object(list);
        doc_date(node, "day", date_from_days(report->from + (int64_t)i));
        tell_day(node, day);
        report_add(&whole, day);
    }
    tell_day(total, &whole);
    if (whole.finished > 0) doc_money(total, "average", rub((2 * whole.sold + whole.finished) / (2 * whole.finished)));
    else doc_null(total, "average");
    if (report_share(&whole) >= 0) doc_int(total, "share", report_share(&whole));
    else doc_null(total, "share");
}

static void tell_rest(const struct report *report, struct node *states, struct node *people) {
    for (int i = CHECKOUT_PENDING; i <= CHECKOUT_REFUNDED; i++) {
        if (report->states[i] == 0) continue;
        struct node *node = doc_add_object(states);
        doc_text(node, "state", text_from(checkout_state_name((enum checkout_state)i)));
        doc_int(node, "count", report->states[i]);
    }
    for (size_t i = 0; i < report->people_count; i++) {
        struct node *node = doc_add_object(people);
        doc_text(node, "by", report->people[i].login);
        doc_int(node, "finished", report->people[i].finished);
        doc_money(node, "sold", rub(report->people[i].sold));
    }
}

/* GET /shop/reports: {from, to} */
enum flow shop_reports_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct report *report = arena_new_of(request->arena, struct report);
    if (shop_enter(request, tx, SEES, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    *report = (struct report){.shop = person.shop.id};
    bool good = read_period(request, &report->from, &report->count);
    if (good) report_gather(request->engine, tx, report);
    struct node *document = doc_new(request->arena);
    shop_shell(request, &person, document);
    doc_bool(document, "good", good);
    int64_t to = report->from + (int64_t)report->count - 1;
    doc_text(document, "from", good ? date_format(request->arena, date_from_days(report->from)) : TEXT_NONE);
    doc_text(document, "to", good ? date_format(request->arena, date_from_days(to)) : TEXT_NONE);
    tell_days(report, doc_array(document, "days"), doc_object(document, "total"));
    tell_rest(report, doc_array(document, "states"), doc_array(document, "people"));
    return answer_ok(request, document);
}

/* ---- as a table ---- */

struct table {
    struct engine *engine;
    struct locale locale;
    enum csv_dialect dialect;
    int64_t shop, from;
    size_t count, written;
    struct report_day whole;
    bool begun;
};

static void add_word(const struct table *table, struct buffer *out, bool first, string_id id) {
    csv_cell(out, table->dialect, first, string_get(out->arena, &table->locale, id, NULL, 0));
}

static void add_head(const struct table *table, struct buffer *out) {
    static const string_id heads[] = {S_instalments_settlements_day,   S_instalments_reports_begun,
                                      S_instalments_reports_approved,  S_instalments_reports_signed,
                                      S_instalments_reports_finished,  S_instalments_reports_returned,
                                      S_instalments_books_sold,        S_instalments_books_returned,
                                      S_instalments_settlements_fee,   S_instalments_settlements_due};
    csv_begin(out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) add_word(table, out, i == 0, heads[i]);
    csv_end_row(out);
}

static void add_day(const struct table *table, struct buffer *out, const struct report_day *day) {
    const int64_t counts[] = {day->begun, day->approved, day->agreed, day->finished, day->returned};
    const int64_t sums[] = {day->sold, day->back, day->fee, day->due};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        csv_cell(out, table->dialect, false, text_format(out->arena, "%lld", (long long)counts[i]));
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) csv_money(out, table->dialect, false, rub(sums[i]));
    csv_end_row(out);
}

static bool write_piece(void *self, struct tx *tx, struct arena *arena, struct buffer *out) {
    struct table *table = self;
    struct report *report = arena_new_of(arena, struct report);
    size_t left = table->count - table->written;
    *report = (struct report){.shop = table->shop,
                              .from = table->from + (int64_t)table->written,
                              .count = left < PIECE ? left : PIECE};
    report_gather(table->engine, tx, report);
    if (!table->begun) add_head(table, out);
    for (size_t i = 0; i < report->count; i++) {
        csv_cell(out, table->dialect, true, date_format(arena, date_from_days(report->from + (int64_t)i)));
        add_day(table, out, &report->days[i]);
        report_add(&table->whole, &report->days[i]);
    }
    table->begun = true;
    table->written += report->count;
    if (table->written < table->count) return false;
    add_word(table, out, true, S_instalments_settlements_total);
    add_day(table, out, &table->whole);
    return true;
}

/* GET /shop/reports/csv: {from, to}: a line for each day, however little happened on it; the last is their sum. */
enum flow shop_reports_csv(struct request *request, struct tx *tx) {
    struct shop_person person;
    struct table *table = arena_new_of(request->arena, struct table);
    *table = (struct table){.engine = request->engine, .locale = request->locale};
    if (shop_enter(request, tx, SEES, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!read_period(request, &table->from, &table->count)) return refuse(request, &wrong_period);
    table->shop = person.shop.id;
    table->dialect = request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
    struct text from = date_format(request->arena, date_from_days(table->from));
    struct text to = date_format(request->arena, date_from_days(table->from + (int64_t)table->count - 1));
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = "text/csv; charset=utf-8",
        .file_name = text_format(request->arena, "sales-%.*s-%.*s.csv", TEXT_ARG(from), TEXT_ARG(to)).data,
        .more = pieces_more,
        .state = pieces_of(request->arena, request->engine, PIECE_BYTES, write_piece, table)};
    return answer_file(request, file);
}
