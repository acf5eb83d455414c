/* report_pages.c: the report of spending as a page, as JSON and as a table for spreadsheets. Each line leads to the
 * operations it was counted from. */
#include "spending/internal.h"

#include "operations/csv.h"
#include "operations/operations.h"

#include <stdlib.h>

static const int spans[] = {1, 3, 6, 12, 24};
#define SPANS (sizeof spans / sizeof *spans)
#define SPAN_USUAL 2

/* ---- what is asked ---- */

/* "2026-11"; anything else is this month. */
static int64_t month_asked(struct request *request, int64_t now) {
    struct text rest, typed = field_text(request, "month"), year = text_split(typed, '-', &rest);
    int64_t y, m;
    if (!text_to_int(year, &y) || !text_to_int(rest, &m) || m < 1 || m > 12 || y < 1972 || y > 9000) return now;
    int64_t month = (y - 1970) * 12 + m - 1;
    return month <= now ? month : now;
}

static size_t span_asked(struct request *request) {
    return field_given(request, "months") ? (size_t)field_number(request, "months") : SPAN_USUAL;
}

static struct text month_code(struct request *request, int64_t month) {
    return text_format(request->arena, "%04lld-%02lld", (long long)(1970 + month / 12), (long long)(month % 12 + 1));
}

static struct text month_title(struct request *request, int64_t month) {
    return text_format(request->arena, "%.*s %lld", TEXT_ARG(month_words(request, month)),
                       (long long)(1970 + month / 12));
}

static struct text report_path(struct request *request, int64_t month, size_t span) {
    return text_format(request->arena, "/spending?month=%.*s&months=%d", TEXT_ARG(month_code(request, month)),
                       spans[span]);
}

/* The operations of some months, narrowed by `more`. */
static struct text operations_path(struct request *request, int64_t first, size_t months, const char *more,
                                   struct text value) {
    const struct zone *zone = engine_zone(request->engine);
    struct date from = civil_at(month_start(first, zone), zone).date;
    struct date to = civil_at(month_start(first + (int64_t)months, zone) - 1, zone).date;
    struct buffer out = buffer_new(request->arena, 128);
    buffer_format(&out, "/operations?from=%.*s&to=%.*s", TEXT_ARG(date_format(request->arena, from)),
                  TEXT_ARG(date_format(request->arena, to)));
    if (more == NULL) return buffer_text(&out);
    buffer_format(&out, "&%s=", more);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '_' || byte == '-';
        if (plain) buffer_add_char(&out, (char)byte);
        else buffer_format(&out, "%%%02X", byte);
    }
    return buffer_text(&out);
}

/* ---- lines ---- */

static int larger_first(const void *left, const void *right) {
    const struct report_line *const *one = left, *const *other = right;
    if ((*one)->total != (*other)->total) return (*one)->total < (*other)->total ? 1 : -1;
    return 0;
}

/* Those of a side, the largest first. */
static size_t sorted(struct request *request, const struct report_line *lines, size_t count, bool income,
                     const struct report_line ***into) {
    const struct report_line **found = arena_array(request->arena, const struct report_line *, count + 1);
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        if (lines[i].income == income && lines[i].operations > 0) found[most++] = &lines[i];
    qsort(found, most, sizeof *found, larger_first);
    *into = found;
    return most;
}

/* To the nearest; a line that has gained more than it cost has no share. */
static int64_t percent_of(int64_t part, int64_t whole) {
    return part > 0 && whole >= 100 ? (part / 100 * 200 + whole / 100) / (whole / 100 * 2) : 0;
}

static void tell_line(struct request *request, const struct report *report, const struct report_line *line,
                      struct text title, const char *filter, int64_t whole, struct node *node) {
    doc_text(node, "code", line->code);
    doc_text(node, "title", title);
    doc_money(node, "sum", rub(line->total));
    doc_int(node, "operations", line->operations);
    doc_int(node, "percent", percent_of(line->total, whole));
    doc_text(node, "href", operations_path(request, report->first, report->months, filter, line->code));
    struct node *months = doc_array(node, "months");
    for (size_t i = 0; i < report->months; i++) {
        struct node *month = doc_add_object(months);
        doc_text(month, "month", month_code(request, report->first + (int64_t)i));
        doc_money(month, "sum", rub(line->sums[i]));
    }
}

static struct node *tell_categories(struct request *request, const struct report *report, bool income,
                                    struct node *list) {
    const struct report_line **lines;
    size_t count = sorted(request, report->categories, report->category_count, income, &lines);
    for (size_t i = 0; i < count; i++)
        tell_line(request, report, lines[i],
                  category_words(request->engine, request->arena, &request->locale, lines[i]->code), "category",
                  income ? report->earned_total : report->spent_total, doc_add_object(list));
    return list;
}

static struct node *tell_tags(struct request *request, const struct report *report, struct node *list) {
    const struct report_line **lines;
    size_t count = sorted(request, report->tags, report->tag_count, false, &lines);
    for (size_t i = 0; i < count; i++)
        tell_line(request, report, lines[i], text_format(request->arena, "#%.*s", TEXT_ARG(lines[i]->code)), "tag",
                  report->spent_total, doc_add_object(list));
    return list;
}

static void tell_months(struct request *request, const struct report *report, struct node *list) {
    for (size_t i = 0; i < report->months; i++) {
        struct node *node = doc_add_object(list);
        int64_t month = report->first + (int64_t)i;
        doc_text(node, "month", month_code(request, month));
        doc_text(node, "title", month_title(request, month));
        doc_money(node, "spent", rub(report->spent[i]));
        doc_money(node, "earned", rub(report->earned[i]));
        doc_text(node, "href", operations_path(request, month, 1, NULL, TEXT_NONE));
    }
}

static void tell_spans(struct request *request, int64_t month, size_t span, struct node *list) {
    for (size_t i = 0; i < SPANS; i++) {
        struct node *node = doc_add_object(list);
        doc_int(node, "months", spans[i]);
        doc_text(node, "href", report_path(request, month, i));
        doc_bool(node, "current", i == span);
    }
}

/* ---- the page ---- */

static struct report *report_asked(struct request *request, struct tx *tx, int64_t *last, size_t *span) {
    int64_t now = month_at(world_now(request->world), engine_zone(request->engine));
    *last = month_asked(request, now);
    *span = span_asked(request);
    size_t months = (size_t)spans[*span];
    return report_make(request->engine, tx, request->caller.customer, *last - (int64_t)months + 1, months, true);
}

static void draw(struct request *request, const struct report *report, const struct node *categories,
                 const struct node *tags) {
    if (!request->wants_html) return;
    if (request->page == NULL) request->page = doc_new(request->arena);
    chart_months(request, report, request->page);
    chart_lines(request, "categories_chart", categories, request->page);
    chart_lines(request, "tags_chart", tags, request->page);
}

/* GET /spending */
enum flow spending_read(struct request *request, struct tx *tx) {
    int64_t last, now = month_at(world_now(request->world), engine_zone(request->engine));
    size_t span;
    struct report *report = report_asked(request, tx, &last, &span);
    struct node *document = doc_new(request->arena);
    int months = spans[span];
    doc_text(document, "month", month_code(request, last));
    doc_text(document, "period",
             months == 1 ? month_title(request, last)
                         : text_format(request->arena, "%.*s – %.*s", TEXT_ARG(month_title(request, report->first)),
                                       TEXT_ARG(month_title(request, last))));
    doc_money(document, "spent", rub(report->spent_total));
    doc_money(document, "earned", rub(report->earned_total));
    if (report->since != 0) doc_moment(document, "since", report->since);
    else doc_null(document, "since");
    tell_months(request, report, doc_array(document, "months"));
    struct node *categories = tell_categories(request, report, false, doc_array(document, "categories"));
    tell_categories(request, report, true, doc_array(document, "income"));
    struct node *tags = tell_tags(request, report, doc_array(document, "tags"));
    tell_spans(request, last, span, doc_array(document, "spans"));
    doc_text(document, "earlier", report_path(request, last - months, span));
    doc_text(document, "later", last < now ? report_path(request, last + months, span) : TEXT_NONE);
    doc_text(document, "export",
             text_format(request->arena, "/spending/export?month=%.*s&months=%d",
                         TEXT_ARG(month_code(request, last)), months));
    draw(request, report, categories, tags);
    return answer_ok(request, document);
}

/* ---- as a file ---- */

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static void write_lines(struct buffer *out, enum csv_dialect dialect, struct text side,
                        const struct node *lines) {
    for (const struct node *line = lines->first; line != NULL; line = line->next)
        for (const struct node *month = doc_get(line, "months")->first; month != NULL; month = month->next) {
            const struct node *sum = doc_get(month, "sum");
            if (sum->number == 0) continue;
            csv_cell(out, dialect, true, doc_get(month, "month")->text);
            csv_cell(out, dialect, false, side);
            csv_cell(out, dialect, false, doc_get(line, "title")->text);
            csv_money(out, dialect, false, (struct money){sum->number, sum->currency});
            csv_cell(out, dialect, false, currency_code(sum->currency));
            csv_end_row(out);
        }
}

/* GET /spending/export */
enum flow spending_export(struct request *request, struct tx *tx) {
    static const string_id titles[] = {S_spending_csv_month, S_spending_csv_side, S_spending_csv_title,
                                       S_spending_csv_sum, S_spending_csv_currency};
    int64_t last;
    size_t span;
    struct report *report = report_asked(request, tx, &last, &span);
    enum csv_dialect dialect = request->locale.language == LANGUAGE_RU ? CSV_SEMICOLON : CSV_COMMA;
    struct buffer out = buffer_new(request->arena, 4096);
    struct node *document = doc_new(request->arena);
    csv_begin(&out);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_cell(&out, dialect, i == 0, say(request, titles[i]));
    csv_end_row(&out);
    write_lines(&out, dialect, say(request, S_spending_csv_spent),
                tell_categories(request, report, false, doc_array(document, "spent")));
    write_lines(&out, dialect, say(request, S_spending_csv_earned),
                tell_categories(request, report, true, doc_array(document, "earned")));
    write_lines(&out, dialect, say(request, S_spending_csv_tags),
                tell_tags(request, report, doc_array(document, "tags")));
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/csv; charset=utf-8";
    file->file_name = text_format(request->arena, "spending-%.*s.csv", TEXT_ARG(month_code(request, last))).data;
    file->bytes = buffer_text(&out);
    return answer_file(request, file);
}
