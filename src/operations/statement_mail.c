/* statement_mail.c: a statement of a period by e-mail, to the customer's own confirmed address alone. It is asked for
 * here and made when its letter goes out (messaging.h says why), in the bulk lane: no code waits for others' pages.
 * One that a letter would not carry is refused at once, so its operations are counted before, on the worker pool. */
#include "operations/export.h"
#include "operations/pages.h"

#include "generated/strings_operations.h"
#include "messaging/messaging.h"

#define OPERATIONS_MOST 5000 /* … whose notes are as long as notes may be are below MAIL_FILE_MOST */

static const struct export_format *const formats[] = {&export_pdf, &export_csv};
#define FORMATS (sizeof formats / sizeof *formats)

static const struct refusal too_large = {"statement-too-large", 409, S_operations_statement_too_large, false};
static const struct refusal empty = {"statement-empty", 409, S_operations_statement_empty, false};
static const struct refusal waiting = {"statement-waiting", 409, S_operations_statement_waiting, false};
static const struct refusal unavailable = {"statement-unavailable", 503, S_operations_statement_unavailable, false};

/* ---- the file ---- */

/* "pdf 1764547200000000 1767225600000000": the format, from and until. */
static struct text written(struct arena *arena, const struct export *export) {
    return text_format(arena, "%s %lld %lld", export->format->name, (long long)export->filter.from,
                       (long long)export->filter.until);
}

static const struct export_format *read_back(struct text of, struct operation_filter *filter) {
    struct text rest, until, name = text_split(of, ' ', &rest);
    if (!text_to_int(text_split(rest, ' ', &until), &filter->from) || !text_to_int(until, &filter->until)) return NULL;
    for (size_t i = 0; i < FORMATS; i++)
        if (text_is(name, formats[i]->name)) return formats[i];
    return NULL;
}

/* mail_file_maker */
static enum mail_file_made make_statement(struct engine *engine, struct arena *arena, const struct locale *locale,
                                          int64_t customer, struct text of, struct mail_file *file) {
    struct operation_filter filter = {0};
    const struct export_format *format = read_back(of, &filter);
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return MAIL_FILE_LATER;
    struct export *export =
        format != NULL ? export_of(engine, tx, arena, locale, customer, format, &filter) : NULL;
    if (!reader_end(reader, tx)) return MAIL_FILE_LATER;
    if (export == NULL) return MAIL_FILE_GONE;
    struct buffer out = buffer_new(arena, (size_t)256 << 10);
    if (!export_whole(export, &out)) return MAIL_FILE_LATER;
    struct text day = date_format(arena, civil_at(filter.until - 1, locale->zone).date);
    file->name = text_format(arena, "statement-%.*s.%s", TEXT_ARG(day), format->extension).data;
    file->content_type = format->content_type;
    file->bytes = buffer_text(&out);
    return file->bytes.size <= MAIL_FILE_MOST ? MAIL_FILE_MADE : MAIL_FILE_GONE;
}

void statement_mail_open(struct engine *engine) {
    message_files_by(engine, "statement", make_statement);
}

/* ---- asking for it ---- */

/* What message_about finds a customer's statements by: no operation has the number of a customer. */
static int64_t about(const struct request *request) {
    return request->caller.customer;
}

enum flow statement_page(struct request *request, struct tx *tx) {
    static const string_id titles[FORMATS] = {S_operations_statement_pdf, S_operations_statement_csv};
    int64_t customer = request->caller.customer, chosen = field_number(request, "format");
    struct node *document = doc_new(request->arena);
    struct text address = message_address_of(request->engine, tx, customer);
    doc_text(document, "mail_to", message_address_masked(request->arena, address));
    message_about(request->engine, tx, customer, about(request), doc_array(document, "mailed"));
    struct node *options = doc_array(document, "formats");
    for (size_t i = 0; i < FORMATS; i++) {
        struct node *option = doc_add_object(options);
        doc_text(option, "value", text_from(formats[i]->name));
        doc_text(option, "title", string_get(request->arena, &request->locale, titles[i], NULL, 0));
        doc_bool(option, "selected", chosen == (int64_t)i);
    }
    return answer_ok(request, document);
}

static moment day_given(const struct request *request, const char *name, int64_t more) {
    if (!request_field(request, name)->given) return 0;
    struct civil civil = {.date = date_from_days(field_number(request, name) + more)};
    return moment_of(civil, request->locale.zone);
}

enum flow statement_prepare(struct request *request, struct tx *tx) {
    struct operation_filter filter = {.from = day_given(request, "from", 0), .until = day_given(request, "to", 1)};
    request->scratch = export_of(request->engine, tx, request->arena, &request->locale, request->caller.customer,
                                 formats[field_number(request, "format")], &filter);
    return FLOW_NEXT;
}

enum flow statement_count(struct request *request, struct tx *tx) {
    (void)tx;
    int64_t count = export_count(request->scratch, OPERATIONS_MOST);
    if (count < 0) return refuse(request, &unavailable);
    if (count == 0) return refuse(request, &empty);
    return count > OPERATIONS_MOST ? refuse(request, &too_large) : FLOW_NEXT;
}

static struct text period_of(const struct request *request, const struct export *export) {
    struct buffer out = buffer_new(request->arena, 64);
    if (export->filter.from != 0) {
        locale_date(&out, &request->locale, civil_at(export->filter.from, request->locale.zone).date);
        buffer_add_literal(&out, " — ");
    }
    locale_date(&out, &request->locale, civil_at(export->filter.until - 1, request->locale.zone).date);
    return buffer_text(&out);
}

enum flow statement_write(struct request *request, struct tx *tx) {
    const struct export *export = request->scratch;
    int64_t customer = request->caller.customer;
    struct text address = message_address_of(request->engine, tx, customer);
    if (address.size == 0) return refuse(request, &mail_no_address);
    if (mail_on_its_way(request, tx, about(request))) return refuse(request, &waiting);
    if (mail_day_is_full(tx, customer)) return refuse(request, &mail_too_often);
    struct node *values = doc_new(request->arena);
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    doc_text(values, "period", period_of(request, export));
    const struct string_argument arguments[] = {{"company", doc_get(values, "company")},
                                                {"period", doc_get(values, "period")}};
    message_mail(request->engine, tx,
                 &(struct mail){.customer = customer,
                                .address = address,
                                .language = request->locale.language,
                                .subject = S_operations_statement_subject,
                                .text = S_operations_statement_words,
                                .arguments = arguments,
                                .argument_count = 2,
                                .file = "statement",
                                .file_of = written(tx_arena(tx), export),
                                .about = about(request),
                                .bulk = true});
    struct node *document = doc_new(request->arena);
    doc_text(document, "mail_to", message_address_masked(request->arena, address));
    return answer_done(request, document, TEXT("/operations/statement"));
}
