/* receipts.c: what a receipt says of an operation, for whoever draws it: a page's link, or a letter. */
#include "operations/pages.h"

#include "base/check.h"
#include "generated/strings_operations.h"

struct receipt_build {
    struct arena *arena;
    const struct locale *locale;
    struct receipt_line lines[10];
    size_t count;
};

static struct text say(const struct receipt_build *build, string_id text) {
    return string_get(build->arena, build->locale, text, NULL, 0);
}

static void add_line(struct receipt_build *build, string_id label, struct text value) {
    if (value.size == 0) return;
    check(build->count < sizeof build->lines / sizeof *build->lines);
    build->lines[build->count++] = (struct receipt_line){say(build, label), value};
}

static struct text text_at(const struct node *document, const char *name) {
    const struct node *node = doc_get(document, name);
    return node != NULL && node->kind == NODE_TEXT ? node->text : TEXT_NONE;
}

static struct text drawn_money(const struct receipt_build *build, int64_t minor, enum currency currency) {
    struct buffer out = buffer_new(build->arena, 32);
    locale_money(&out, build->locale, (struct money){minor, currency});
    return buffer_text(&out);
}

static struct text drawn_moment(const struct receipt_build *build, moment at) {
    struct civil civil = civil_at(at, build->locale->zone);
    struct buffer out = buffer_new(build->arena, 32);
    locale_date(&out, build->locale, civil.date);
    buffer_format(&out, ", %02d:%02d:%02d", civil.hour, civil.minute, civil.second);
    return buffer_text(&out);
}

struct receipt *receipt_of(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                           int64_t customer, int64_t id) {
    struct node *document = operation_told(engine, tx, arena, locale, customer, id);
    if (document == NULL) return NULL;
    struct receipt_build *build = arena_new_of(arena, struct receipt_build);
    build->arena = arena;
    build->locale = locale;
    const struct node *sum = doc_get(document, "sum"), *fee = doc_get(document, "fee");
    int64_t minor = sum->number < 0 ? -sum->number : sum->number;
    add_line(build, S_operations_receipt_number,
             text_format(arena, "%lld", (long long)doc_get(document, "id")->number));
    add_line(build, S_operations_receipt_at, drawn_moment(build, doc_get(document, "at")->number));
    add_line(build, sum->number < 0 ? S_operations_receipt_to : S_operations_receipt_from,
             text_at(document, "counterparty"));
    add_line(build, S_operations_receipt_account, text_at(document, "payee_shown"));
    add_line(build, S_operations_receipt_sum, drawn_money(build, minor, sum->currency));
    add_line(build, S_operations_receipt_fee, drawn_money(build, fee != NULL ? fee->number : 0, sum->currency));
    add_line(build, S_operations_receipt_note, text_at(document, "note"));
    bool waiting = text_is(text_at(document, "state"), "waiting");
    add_line(build, S_operations_receipt_state,
             say(build, waiting ? S_operations_receipt_waiting : S_operations_receipt_done));
    struct receipt *receipt = arena_new_of(arena, struct receipt);
    *receipt = (struct receipt){.title = text_at(document, "title"),
                                .sum = drawn_money(build, minor, sum->currency),
                                .company = text_from(engine_config(engine)->company),
                                .footer = say(build, S_operations_receipt_footer),
                                .lines = build->lines,
                                .line_count = build->count};
    return receipt;
}

/* Gathers on the snapshot what the worker will draw. */
enum flow receipt_read(struct request *request, struct tx *tx) {
    int64_t id;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    request->scratch =
        receipt_of(request->engine, tx, request->arena, &request->locale, request->caller.customer, id);
    return request->scratch != NULL ? FLOW_NEXT : answer_missing(request);
}

static const struct refusal no_receipt = {"receipt-unavailable", 503, S_operations_receipt_unavailable, false};

enum flow receipt_work(struct request *request, struct tx *tx) {
    (void)tx;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "application/pdf";
    struct text name = text_format(request->arena, "receipt-%.*s.pdf", TEXT_ARG(request->params[0]));
    file->file_name = name.data;
    if (!receipt_draw(request->arena, request->scratch, &file->bytes)) return refuse(request, &no_receipt);
    return answer_file(request, file);
}
