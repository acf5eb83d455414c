/* contract.c: a contract in words: the full cost in its frames, the individual terms as the law numbers them (353-FZ,
 * article 5, part 9), the payments, and apart from all that the services that were chosen beside it. The document is
 * JSON, a list of lines, and is what the code signs: its bytes are kept and its digest is over them. The PDF is drawn
 * of it each time, the same words whenever that is; its own bytes depend on fonts and libraries, so they are not what
 * is signed. */
#include "products/loans/loans.h"

#include "base/json.h"
#include "onboarding/answers.h"
#include "operations/paper.h"

#include <jansson.h>
#include <openssl/evp.h>

#define DOCUMENT_MOST ((size_t)256 << 10)
#define LINES_MOST (SCHEDULE_MOST + 80)

static const struct refusal no_paper = {"paper-unavailable", 503, S_loans_refused_paper, false};

struct text contract_digest_of(struct arena *arena, struct text document) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(document.data, document.size, digest, &size, EVP_sha256(), NULL) != 1)
        arena_unwind(arena); /* it can only lack memory */
    return text_hex(arena, digest, size);
}

/* ---- written ---- */

struct writing {
    struct request *request;
    struct tx *tx;
    const struct application *application;
    const struct contract_choice *choice;
    const struct credit_quote *quote;
    struct arena *arena;
    const struct locale *locale;
    struct node *lines, *values; /* values: what the texts may name */
};

static void add(const struct writing *writing, const char *kind, struct text label, struct text value) {
    struct node *line = doc_add_object(writing->lines);
    doc_text(line, "kind", text_from(kind));
    if (label.data != NULL) doc_text(line, "label", label);
    doc_text(line, "value", value);
}

static struct text say(const struct writing *writing, string_id text) {
    return loans_say_with(writing->arena, writing->locale, text, writing->values);
}

static void fact(const struct writing *writing, string_id label, struct text value) {
    if (value.size > 0) add(writing, "fact", loans_say(writing->arena, writing->locale, label), value);
}

static void values_of(struct writing *writing) {
    const struct contract_choice *choice = writing->choice;
    const struct credit_terms *terms = &choice->product.terms;
    const struct loan_cost *cost = &writing->quote->cost;
    struct arena *arena = writing->arena;
    const struct locale *locale = writing->locale;
    int64_t first = writing->quote->rows[0].principal + writing->quote->rows[0].interest;
    writing->values = doc_new(arena);
    doc_text(writing->values, "company", text_from(engine_config(writing->request->engine)->company));
    doc_text(writing->values, "term", loans_term_words(arena, locale, terms, choice->term));
    doc_text(writing->values, "last", loans_date_words(arena, locale, cost->last));
    doc_text(writing->values, "payment", loans_money_words(arena, locale, first));
    doc_int(writing->values, "count", (int64_t)writing->quote->count);
    doc_text(writing->values, "penalty", loans_rate_words(arena, locale, terms->penalty, terms->penalty_a_day));
    doc_text(writing->values, "psk", loans_psk_words(arena, locale, cost->psk));
    doc_text(writing->values, "cost", loans_money_words(arena, locale, cost->interest + cost->fees));
}

static void write_parties(const struct writing *writing) {
    struct engine *engine = writing->request->engine;
    const int64_t owner = writing->application->customer;
    struct text surname = loans_person(engine, writing->tx, owner, ANSWER_SURNAME);
    struct text name = loans_person(engine, writing->tx, owner, ANSWER_NAME);
    struct text father = loans_person(engine, writing->tx, owner, ANSWER_PATRONYMIC);
    struct text passport = loans_person(engine, writing->tx, owner, ANSWER_PASSPORT);
    struct customer customer;
    fact(writing, S_loans_paper_lender, text_from(loans_settings(engine)->lender));
    fact(writing, S_loans_paper_licence, text_from(loans_settings(engine)->licence));
    if (surname.data != NULL && name.data != NULL)
        fact(writing, S_loans_paper_borrower,
             text_format(writing->arena, "%.*s %.*s%s%.*s", TEXT_ARG(surname), TEXT_ARG(name),
                         father.size > 0 ? " " : "", TEXT_ARG(father)));
    if (passport.data != NULL)
        fact(writing, S_loans_paper_passport, answer_shown(writing->arena, ANSWER_PASSPORT, passport));
    if (identity_customer(engine, writing->tx, owner, &customer))
        fact(writing, S_loans_paper_phone, phone_pretty(writing->arena, customer.phone));
    fact(writing, S_loans_paper_day, loans_date_words(writing->arena, writing->locale, writing->quote->contract.day));
}

/* The sixteen lines of the law's table. */
static void write_terms(const struct writing *writing) {
    const struct contract_choice *choice = writing->choice;
    const struct credit_terms *terms = &choice->product.terms;
    bool single = writing->quote->count == 1;
    add(writing, "head", TEXT_NONE, say(writing, S_loans_paper_terms));
    fact(writing, S_loans_term_sum, loans_money_words(writing->arena, writing->locale, choice->sum));
    fact(writing, S_loans_term_term, say(writing, S_loans_term_term_value));
    fact(writing, S_loans_term_currency, say(writing, S_loans_term_currency_value));
    fact(writing, S_loans_term_rate,
         loans_rate_words(writing->arena, writing->locale, terms->rate, terms->day_rate));
    fact(writing, S_loans_term_foreign, say(writing, S_loans_term_foreign_value));
    fact(writing, S_loans_term_payments,
         say(writing, single ? S_loans_term_payments_single : S_loans_term_payments_many));
    fact(writing, S_loans_term_early, say(writing, S_loans_term_early_value));
    fact(writing, S_loans_term_ways, say(writing, S_loans_term_ways_value));
    fact(writing, S_loans_term_free, say(writing, S_loans_term_free_value));
    fact(writing, S_loans_term_other, say(writing, S_loans_term_other_value));
    fact(writing, S_loans_term_security, say(writing, S_loans_term_security_value));
    fact(writing, S_loans_term_purpose, say(writing, S_loans_term_purpose_value));
    fact(writing, S_loans_term_penalty,
         say(writing, terms->late_interest ? S_loans_term_penalty_runs : S_loans_term_penalty_alone));
    fact(writing, S_loans_term_assign, say(writing, S_loans_term_assign_value));
    fact(writing, S_loans_term_general, say(writing, S_loans_term_general_value));
    fact(writing, S_loans_term_services, say(writing, S_loans_term_services_value));
    fact(writing, S_loans_term_letters, say(writing, S_loans_term_letters_value));
}

static void add_row(const struct writing *writing, const char *kind, const struct text cells[PAPER_CELLS]) {
    struct node *line = doc_add_object(writing->lines), *row;
    doc_text(line, "kind", text_from(kind));
    row = doc_array(line, "row");
    for (size_t i = 0; i < PAPER_CELLS; i++) doc_add_text(row, cells[i]);
}

static void write_schedule(const struct writing *writing) {
    static const string_id heads[PAPER_CELLS] = {S_loans_schedule_day, S_loans_schedule_payment,
                                                 S_loans_schedule_principal, S_loans_schedule_interest,
                                                 S_loans_schedule_balance};
    struct arena *arena = writing->arena;
    const struct locale *locale = writing->locale;
    struct text cells[PAPER_CELLS];
    add(writing, "head", TEXT_NONE, say(writing, S_loans_schedule));
    for (size_t i = 0; i < PAPER_CELLS; i++) cells[i] = loans_say(arena, locale, heads[i]);
    add_row(writing, "row_head", cells);
    for (size_t i = 0; i < writing->quote->count; i++) {
        const struct schedule_row *row = &writing->quote->rows[i];
        cells[0] = loans_date_words(arena, locale, date_to_days(row->due));
        cells[1] = loans_money_words(arena, locale, row->principal + row->interest);
        cells[2] = loans_money_words(arena, locale, row->principal);
        cells[3] = loans_money_words(arena, locale, row->interest);
        cells[4] = loans_money_words(arena, locale, row->balance);
        add_row(writing, "row", cells);
    }
}

static void write_extras(const struct writing *writing) {
    const struct credit_terms *terms = &writing->choice->product.terms;
    bool english = writing->locale->language == LANGUAGE_EN;
    if (writing->choice->extras == 0) return;
    add(writing, "head", TEXT_NONE, say(writing, S_loans_paper_extras));
    for (size_t i = 0; i < terms->extra_count; i++)
        if ((writing->choice->extras >> i & 1) != 0)
            add(writing, "extra", english ? terms->extras[i].title_en : terms->extras[i].title_ru,
                loans_money_words(writing->arena, writing->locale, terms->extras[i].price));
    add(writing, "text", TEXT_NONE, say(writing, S_loans_paper_extras_refuse));
}

struct text contract_write(struct request *request, struct tx *tx, const struct application *application,
                           const struct contract_choice *choice, const struct credit_quote *quote) {
    struct writing writing = {request, tx, application, choice, quote, request->arena, &request->locale, NULL, NULL};
    struct node *document = doc_new(request->arena), *frames;
    struct buffer out = buffer_new(request->arena, DOCUMENT_MOST);
    values_of(&writing);
    doc_text(document, "company", text_from(engine_config(request->engine)->company));
    doc_id(writing.values, "id", application->id);
    doc_text(document, "title", say(&writing, S_loans_paper_contract));
    doc_text(document, "number", text_format(request->arena, "%lld", (long long)application->id));
    doc_text(document, "footer", say(&writing, S_loans_paper_footer));
    frames = doc_array(document, "frames");
    doc_add_text(frames, say(&writing, S_loans_paper_frame_rate));
    doc_add_text(frames, say(&writing, S_loans_paper_frame_sum));
    writing.lines = doc_array(document, "lines");
    write_parties(&writing);
    write_terms(&writing);
    write_schedule(&writing);
    write_extras(&writing);
    doc_write_json(document, &out);
    return buffer_text(&out);
}

/* ---- read again ---- */

static struct text words(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

void contract_terms_tell(struct arena *arena, struct text document, struct node *list) {
    const json_t *data = json_read(arena, document), *line;
    size_t at;
    bool inside = false;
    json_array_foreach(json_object_get(data, "lines"), at, line) {
        struct text kind = words(arena, line, "kind");
        if (text_is(kind, "head")) inside = !inside && list->first == NULL;
        if (!inside || !text_is(kind, "fact")) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "label", words(arena, line, "label"));
        doc_text(node, "value", words(arena, line, "value"));
    }
}

static enum paper_kind kind_of(struct text kind) {
    static const struct {
        const char *name;
        enum paper_kind kind;
    } kinds[] = {{"head", PAPER_HEAD},         {"text", PAPER_TEXT}, {"fact", PAPER_FACT},
                 {"row_head", PAPER_ROW_HEAD}, {"row", PAPER_ROW},   {"extra", PAPER_SUM}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(kind, kinds[i].name)) return kinds[i].kind;
    return PAPER_TEXT;
}

static void read_line(struct arena *arena, const json_t *line, struct paper_line *paper) {
    const json_t *row = json_object_get(line, "row"), *cell;
    size_t at;
    *paper = (struct paper_line){.kind = kind_of(words(arena, line, "kind")),
                                 .label = words(arena, line, "label"),
                                 .value = words(arena, line, "value")};
    json_array_foreach(row, at, cell) {
        if (paper->cells == PAPER_CELLS) break;
        paper->row[paper->cells++] = text_copy(arena, text_from(json_string_value(cell)));
    }
}

static struct paper *paper_of(struct arena *arena, struct text document) {
    const json_t *data = json_read(arena, document), *each;
    struct paper *paper = arena_new_of(arena, struct paper);
    size_t at;
    *paper = (struct paper){.company = words(arena, data, "company"),
                            .title = words(arena, data, "title"),
                            .footer = words(arena, data, "footer"),
                            .file_name = text_format(arena, "loan-%.*s.pdf",
                                                     TEXT_ARG(words(arena, data, "number"))),
                            .lines = arena_array(arena, struct paper_line, LINES_MOST),
                            .room = LINES_MOST};
    json_array_foreach(json_object_get(data, "frames"), at, each)
        if (at < PAPER_FRAMES) paper->frames[at] = text_copy(arena, text_from(json_string_value(each)));
    json_array_foreach(json_object_get(data, "lines"), at, each)
        if (paper->count + 3 < paper->room) read_line(arena, each, &paper->lines[paper->count++]);
    return paper;
}

static void add_line(struct paper *paper, enum paper_kind kind, struct text value) {
    paper->lines[paper->count++] = (struct paper_line){.kind = kind, .value = value};
}

/* Under it, outside what was signed. */
static void tell_signature(struct request *request, struct paper *paper, struct text digest,
                           const struct contract_signed *kept) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "digest", digest);
    if (kept != NULL) {
        struct civil civil = civil_at(kept->made, request->locale.zone);
        struct buffer at = buffer_new(request->arena, 64);
        locale_date(&at, &request->locale, civil.date);
        buffer_format(&at, ", %02d:%02d:%02d", civil.hour, civil.minute, civil.second);
        doc_text(values, "at", buffer_text(&at));
        doc_text(values, "phone", phone_pretty(request->arena, kept->phone));
    }
    add_line(paper, PAPER_HEAD, loans_say(request->arena, &request->locale, S_loans_paper_signature));
    add_line(paper, PAPER_TEXT,
             loans_say_with(request->arena, &request->locale,
                            kept != NULL ? S_loans_paper_signed : S_loans_paper_unsigned, values));
}

static enum flow give(struct request *request, struct text document, const struct contract_signed *kept) {
    struct paper *paper = paper_of(request->arena, document);
    tell_signature(request, paper, contract_digest_of(request->arena, document), kept);
    request->scratch = paper;
    return FLOW_NEXT;
}

/* GET /loans/applications/{id}/contract: what was signed; else what waits for its code; else of what may be chosen. */
enum flow loans_contract_read(struct request *request, struct tx *tx) {
    struct application application;
    struct contract_signed kept;
    struct contract_draft draft;
    struct contract_choice choice = {.extras = 0};
    struct credit_quote quote;
    if (!application_asked(request, tx, &application)) return answer_missing(request);
    if (contract_signed_find(request->engine, tx, application.customer, application.id, &kept))
        return give(request, kept.document, &kept);
    bool chosen = field_given(request, "sum") || field_given(request, "term");
    if (!chosen && contract_draft_find(request->engine, tx, application.customer, application.id, &draft))
        return give(request, draft.document, NULL);
    if (application.state != APPLICATION_OFFERED ||
        !credit_product_find(tx, application.product, &choice.product))
        return answer_missing(request);
    choice.sum = application.sum < application.most ? application.sum : application.most;
    choice.sum = choice.sum / choice.product.terms.sum_step * choice.product.terms.sum_step;
    choice.term = application.term;
    if (!credit_choice(request, &choice.product.terms, application.most, &choice.sum, &choice.term))
        return refuse_rest(request);
    credit_quote(request->engine, request->arena, &choice.product.terms, choice.sum, choice.term, &quote);
    if (quote.fault != LOAN_LAWFUL) return refuse_field(request, "term", S_loans_form_unlawful);
    return give(request, contract_write(request, tx, &application, &choice, &quote), NULL);
}

/* GET /loans/{id}/contract: of a loan. */
enum flow loans_credit_contract_read(struct request *request, struct tx *tx) {
    struct credit credit;
    struct contract_signed kept;
    if (!credit_asked(request, tx, &credit) ||
        !contract_signed_find(request->engine, tx, credit.customer, credit.application, &kept))
        return answer_missing(request);
    return give(request, kept.document, &kept);
}

enum flow loans_contract_work(struct request *request, struct tx *tx) {
    (void)tx;
    const struct paper *paper = request->scratch;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/pdf", .file_name = paper->file_name.data};
    if (!paper_draw(request->arena, paper, &file->bytes)) return refuse(request, &no_paper);
    return answer_file(request, file);
}
