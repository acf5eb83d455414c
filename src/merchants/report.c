/* report.c: a merchant's bills of some days as CSV, however many: written in pieces, each on a snapshot of its own. The
 * last line has the counts and sums, so a file cut short is known by its lack. */
#include "merchants/internal.h"

#include "operations/csv.h"

#define PIECE 250
#define PIECE_BYTES (4 * 1024 * 1024)
#define DAYS_MOST 366

static const struct refusal days_wrong = {"days-wrong", 422, S_merchants_days_wrong, false};

struct report {
    struct engine *engine;
    int64_t merchant, after, before; /* ids between which the days lie */
    int64_t count, paid, refunded;
    bool begun, ended;
};

static void add_moment(struct buffer *out, const struct report *report, moment at) {
    struct civil civil = civil_at(at, engine_zone(report->engine));
    csv_cell(out, CSV_COMMA, false,
             text_format(out->arena, "%04d-%02d-%02d %02d:%02d:%02d", civil.date.year, civil.date.month,
                         civil.date.day, civil.hour, civil.minute, civil.second));
}

static void add_row(struct buffer *out, const struct report *report, const struct bill *bill) {
    struct text comment = bill_comment(out->arena, bill);
    csv_cell(out, CSV_COMMA, true, bill->number);
    add_moment(out, report, id_moment(bill->id));
    csv_cell(out, CSV_COMMA, false, text_from(bill_state_name(bill->state)));
    add_moment(out, report, bill->changed);
    csv_money(out, CSV_COMMA, false, rub(bill->sum));
    csv_money(out, CSV_COMMA, false, rub(bill->refunded));
    csv_cell(out, CSV_COMMA, false, comment.size > 0 ? comment : TEXT(""));
    csv_end_row(out);
}

struct piece {
    struct report *report;
    struct tx *tx;
    struct arena *arena;
    struct buffer *out;
};

static void write_piece(void *data) {
    struct piece *piece = data;
    struct report *report = piece->report;
    struct bill *bills = arena_array(piece->arena, struct bill, PIECE);
    struct buffer rows = buffer_new(piece->arena, 64 * 1024);
    size_t count = bills_between(report->engine, piece->tx, report->merchant, report->after, report->before, bills,
                                 PIECE);
    struct report next = *report;
    if (!report->begun) buffer_add_literal(&rows, "billId,created,status,changed,sum,refunded,comment\r\n");
    for (size_t i = 0; i < count; i++) {
        add_row(&rows, report, &bills[i]);
        next.paid += bills[i].state == BILL_PAID ? bills[i].sum : 0;
        next.refunded += bills[i].refunded;
        next.after = bills[i].id;
    }
    next.begun = true;
    next.ended = count < PIECE;
    next.count += (int64_t)count;
    if (next.ended)
        buffer_format(&rows, "total,%lld,,,%.*s,%.*s,\r\n", (long long)next.count,
                      TEXT_ARG(money_decimal(piece->arena, rub(next.paid))),
                      TEXT_ARG(money_decimal(piece->arena, rub(next.refunded))));
    buffer_add_text(piece->out, buffer_text(&rows));
    *report = next;
}

/* answer_file.more. What fails is not told: the file ends without its last line. */
static bool report_more(void *state, struct buffer *out) {
    struct report *report = state;
    if (report->ended) return false;
    struct reader *reader = engine_reader(report->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct arena *arena = arena_new(PIECE_BYTES);
    bool good = false;
    if (tx != NULL && arena != NULL) {
        struct piece piece = {report, tx, arena, out};
        good = arena_guard(arena, write_piece, &piece);
    }
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    arena_free(arena);
    if (!good) report->ended = true;
    return good;
}

/* GET /partner/bill/v1/report?from=2026-11-01&to=2026-11-30 */
enum flow api_report(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0, from = field_number(request, "from"), to = field_number(request, "to");
    if (merchant_enter(request, tx, &merchant, &key) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool good = field_given(request, "from") && field_given(request, "to") && to >= from && to - from < DAYS_MOST;
    if (!good) return refuse(request, &days_wrong);
    const struct zone *zone = engine_zone(request->engine);
    struct report *report = arena_new_of(request->arena, struct report);
    *report = (struct report){.engine = request->engine,
                              .merchant = merchant.id,
                              .after = id_from_moment(day_start(date_from_days(from), zone)) - 1,
                              .before = id_from_moment(day_start(date_from_days(to + 1), zone))};
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/csv; charset=utf-8";
    file->file_name = text_format(request->arena, "bills-%.*s-%.*s.csv",
                                  TEXT_ARG(date_format(request->arena, date_from_days(from))),
                                  TEXT_ARG(date_format(request->arena, date_from_days(to)))).data;
    file->more = report_more;
    file->state = report;
    return answer_file(request, file);
}
