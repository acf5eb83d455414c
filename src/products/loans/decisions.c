/* decisions.c: a report of what was asked for and decided (LO-2, BO-5): by version of the policy, of a period; why it
 * was refused; what came of offers. On a worker: it reads every application of the period. */
#include "products/loans/staff.h"

#include "base/json.h"

#include <jansson.h>

#define POLICIES_MOST 40
#define REASONS_MOST 60
#define DAYS_MOST 366

STATEMENT(of_period, "SELECT policy, state, sum, most, staff, outcome FROM loan_application "
                     "WHERE asked_at >= $1 AND asked_at < $2 ORDER BY asked_at");

static const struct refusal busy = {"database-unavailable", 503, S_loans_policy_unavailable, false};

struct decided {
    int64_t policy;
    int64_t asked, granted, reviewed, refused, by_staff, is_signed;
    int64_t sum_asked, sum_granted, sum_signed;
};

struct reason_count {
    char name[48];
    int64_t count;
};

struct report {
    struct date from, to;
    struct decided whole, of[POLICIES_MOST];
    size_t count;
    struct reason_count reasons[REASONS_MOST];
    size_t reason_count;
};

static void count_reason(struct report *report, const char *name) {
    size_t i = 0;
    if (name == NULL) return;
    while (i < report->reason_count && !text_is(text_from(name), report->reasons[i].name)) i++;
    if (i == REASONS_MOST) return;
    if (i == report->reason_count) {
        struct text words = text_slice(text_from(name), 0, sizeof report->reasons[i].name - 1);
        for (size_t k = 0; k < words.size; k++) report->reasons[i].name[k] = words.data[k];
        report->reason_count++;
    }
    report->reasons[i].count++;
}

/* One refused application counts with each of its reasons; staff's own stands instead of the policy's. */
static void count_reasons(struct report *report, const json_t *outcome) {
    const json_t *each, *staff = json_object_get(outcome, "staff");
    size_t at;
    if (json_is_object(staff)) {
        count_reason(report, json_string_value(json_object_get(staff, "reason")));
        return;
    }
    json_array_foreach(json_object_get(outcome, "reasons"), at, each) count_reason(report, json_string_value(each));
}

static void count_one(struct decided *decided, enum application_state state, const struct rows *row, bool reviewed) {
    int64_t sum = row_int(row, 2), most = row_int(row, 3);
    decided->asked++;
    decided->sum_asked += sum;
    decided->reviewed += reviewed;
    decided->by_staff += row_int(row, 4) != 0;
    decided->refused += state == APPLICATION_REFUSED;
    if (most > 0 && state != APPLICATION_REFUSED && state != APPLICATION_REVIEW) {
        decided->granted++;
        decided->sum_granted += sum < most ? sum : most;
    }
    if (state == APPLICATION_SIGNED) {
        decided->is_signed++;
        decided->sum_signed += sum;
    }
}

static struct decided *of_policy(struct report *report, int64_t policy) {
    for (size_t i = 0; i < report->count; i++)
        if (report->of[i].policy == policy) return &report->of[i];
    if (report->count == POLICIES_MOST) return &report->of[POLICIES_MOST - 1];
    report->of[report->count].policy = policy;
    return &report->of[report->count++];
}

struct counting {
    struct report *report;
    const struct rows *rows;
    struct arena *arena;
};

static void count_row(void *data) {
    struct counting *counting = data;
    const struct rows *rows = counting->rows;
    enum application_state state = (enum application_state)row_int(rows, 1);
    const json_t *outcome = json_read(counting->arena, row_copy(rows, 5, counting->arena));
    const char *said = json_string_value(json_object_get(outcome, "decision"));
    bool reviewed = json_is_true(json_object_get(outcome, "completed")) ||
                    (said != NULL && text_is(text_from(said), policy_decision_name(POLICY_REVIEWED)));
    count_one(&counting->report->whole, state, rows, reviewed);
    count_one(of_policy(counting->report, row_int(rows, 0)), state, rows, reviewed);
    if (state == APPLICATION_REFUSED) count_reasons(counting->report, outcome);
}

/* What an outcome takes to be read is given back at once: a period may have a great many. */
static bool read_report(struct request *request, struct tx *tx, struct report *report) {
    const struct zone *zone = engine_zone(request->engine);
    struct arena *arena = arena_new((size_t)1 << 20);
    bool good = arena != NULL;
    if (!good) return false;
    struct date after = date_from_days(date_to_days(report->to) + 1);
    struct rows *rows = tx_query(tx, &of_period, VALUES(V_INT(day_start(report->from, zone)),
                                                        V_INT(day_start(after, zone))));
    struct counting counting = {report, rows, arena};
    while (good && rows_next(rows)) {
        good = arena_guard(arena, count_row, &counting);
        arena_clear(arena);
    }
    rows_end(rows);
    arena_free(arena);
    return good;
}

/* The form's days; the last thirty of them where none are given. NULL: it has answered. */
static struct report *report_now(struct request *request) {
    struct report *report = arena_new_of(request->arena, struct report);
    int64_t today = loans_today(request->engine);
    int64_t to = field_given(request, "to") ? field_number(request, "to") : today;
    int64_t from = field_given(request, "from") ? field_number(request, "from") : to - 29;
    if (from > to || to - from > DAYS_MOST) from = to - DAYS_MOST;
    report->from = date_from_days(from);
    report->to = date_from_days(to);
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    bool read = tx != NULL && read_report(request, tx, report);
    if (tx != NULL && reader_end(reader, tx) && read) return report;
    refuse(request, &busy);
    return NULL;
}

static void tell_decided(const struct decided *decided, struct node *node) {
    doc_int(node, "policy", decided->policy);
    doc_int(node, "asked", decided->asked);
    doc_int(node, "granted", decided->granted);
    doc_int(node, "reviewed", decided->reviewed);
    doc_int(node, "refused", decided->refused);
    doc_int(node, "by_staff", decided->by_staff);
    doc_int(node, "signed", decided->is_signed);
    doc_money(node, "sum_asked", rub(decided->sum_asked));
    doc_money(node, "sum_granted", rub(decided->sum_granted));
    doc_money(node, "sum_signed", rub(decided->sum_signed));
}

/* GET /staff/loans/decisions */
enum flow decisions_read(struct request *request, struct tx *unused) {
    (void)unused;
    const struct report *report = report_now(request);
    if (report == NULL) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list;
    doc_text(document, "from", date_format(request->arena, report->from));
    doc_text(document, "to", date_format(request->arena, report->to));
    tell_decided(&report->whole, doc_object(document, "whole"));
    list = doc_array(document, "policies");
    for (size_t i = 0; i < report->count; i++) tell_decided(&report->of[i], doc_add_object(list));
    list = doc_array(document, "reasons");
    for (size_t i = 0; i < report->reason_count; i++) {
        struct node *node = doc_add_object(list);
        struct text name = text_from(report->reasons[i].name);
        doc_text(node, "reason", name);
        doc_text(node, "words", loan_reason_words(request->arena, &request->locale, name));
        doc_int(node, "count", report->reasons[i].count);
    }
    return answer_ok(request, document);
}

static void csv_number(struct buffer *out, enum csv_dialect dialect, bool first, int64_t number) {
    csv_cell(out, dialect, first, text_format(out->arena, "%lld", (long long)number));
}

/* GET /staff/loans/decisions/export */
enum flow decisions_export(struct request *request, struct tx *unused) {
    static const string_id heads[] = {
        S_loans_policy_version,        S_loans_decisions_asked,      S_loans_decisions_granted,
        S_loans_decisions_reviewed,    S_loans_decisions_refused,    S_loans_decisions_by_staff,
        S_loans_decisions_signed,      S_loans_decisions_sum_asked,  S_loans_decisions_sum_granted,
        S_loans_decisions_sum_signed};
    (void)unused;
    const struct report *report = report_now(request);
    if (report == NULL) return FLOW_ANSWERED;
    enum csv_dialect dialect = loans_csv_dialect(request);
    struct buffer out = buffer_new(request->arena, 4096);
    csv_begin(&out);
    loans_csv_words(request, &out, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < report->count; i++) {
        const struct decided *row = &report->of[i];
        const int64_t numbers[] = {row->policy, row->asked, row->granted, row->reviewed,
                                   row->refused, row->by_staff, row->is_signed};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) csv_number(&out, dialect, k == 0, numbers[k]);
        csv_money(&out, dialect, false, rub(row->sum_asked));
        csv_money(&out, dialect, false, rub(row->sum_granted));
        csv_money(&out, dialect, false, rub(row->sum_signed));
        csv_end_row(&out);
    }
    const string_id reason_heads[] = {S_loans_decisions_reason, S_loans_decisions_count};
    loans_csv_words(request, &out, reason_heads, 2);
    for (size_t i = 0; i < report->reason_count; i++) {
        csv_cell(&out, dialect, true, loan_reason_words(request->arena, &request->locale,
                                                        text_from(report->reasons[i].name)));
        csv_number(&out, dialect, false, report->reasons[i].count);
        csv_end_row(&out);
    }
    return loans_csv_answer(request, &out, "decisions.csv");
}
