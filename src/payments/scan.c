/* scan.c: a transfer's form filled from the QR of a receipt, as text that was copied or as a picture. Nothing is sent
 * or kept: the person looks at the form and goes on as if he had typed it. */
#include "payments/internal.h"

#include "adapters/picture/picture.h"
#include "adapters/webcall/webcall.h"
#include "payments/st00012_rules.h"

static const struct refusal busy = {"unavailable", 503, S_payments_scan_busy, false};
static const struct refusal no_provider = {"provider-unavailable", 409, S_payments_refused_off, false};

/* GET /pay/qr */
enum flow scan_read(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}

/* On the worker pool: what the picture says, into request->scratch. */
enum flow scan_picture(struct request *request, struct tx *tx) {
    (void)tx;
    const struct upload *upload = request_field(request, "picture")->upload;
    request->scratch = NULL;
    if (upload == NULL || field_text(request, "text").size > 0) return FLOW_NEXT;
    struct text *said = arena_new_of(request->arena, struct text);
    switch (picture_code(request->arena, upload->path, said)) {
    case PICTURE_GOOD: request->scratch = said; return FLOW_NEXT;
    case PICTURE_TOO_LARGE: return refuse_field(request, "picture", S_payments_scan_large);
    case PICTURE_WRONG_TYPE: return refuse_field(request, "picture", S_payments_scan_type);
    case PICTURE_BROKEN: return refuse_field(request, "picture", S_payments_scan_unread);
    case PICTURE_FAILED: break;
    }
    return refuse(request, &busy);
}

/* Whom such accounts are paid through: people's have no tax number in the form, companies' do. */
static const struct provider *provider_for(const struct catalogue *catalogue, const struct st00012 *paper) {
    static const char *const peoples[] = {"40817", "40820", "423", "426"};
    bool person = false;
    for (size_t i = 0; i < sizeof peoples / sizeof *peoples; i++)
        person = person || text_starts(paper->account, peoples[i]);
    const struct provider *found = NULL;
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        if (provider->rail != &rail_bank || !provider->on) continue;
        if (found == NULL || (provider_field_of(provider, CHECK_INN) == NULL) == person) found = provider;
    }
    return found;
}

/* By their names the fields of a transfer to an account are told what the paper calls otherwise. */
static struct text value_for(const struct st00012 *paper, const char *name) {
    const struct {
        const char *name;
        struct text value;
    } values[] = {{"account", paper->account}, {"bik", paper->bik}, {"corr", paper->corr},      {"inn", paper->inn},
                  {"kpp", paper->kpp},         {"name", paper->name}, {"purpose", paper->purpose}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (text_is(text_from(name), values[i].name)) return values[i].value;
    return TEXT_NONE;
}

static enum flow filled(struct request *request, const struct provider *provider, const struct st00012 *paper) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "values");
    struct buffer query = buffer_new(request->arena, 512);
    for (size_t i = 0; i < provider->field_count; i++) {
        struct text value = value_for(paper, provider->fields[i].name);
        if (value.size == 0) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(provider->fields[i].name));
        doc_text(node, "value", value);
        webcall_add_field(&query, provider->fields[i].name, value);
    }
    if (paper->sum > 0) webcall_add_field(&query, "sum", money_decimal(request->arena, rub(paper->sum)));
    if (paper->sum > 0) doc_money(document, "sum", rub(paper->sum));
    else doc_null(document, "sum");
    doc_text(document, "code", text_from(provider->code));
    doc_text(document, "bank", paper->bank);
    struct text href = text_format(request->arena, "/pay/%s?%.*s", provider->code, TEXT_ARG(buffer_text(&query)));
    doc_text(document, "href", href);
    return answer_done(request, document, href);
}

/* POST /pay/qr */
enum flow scan_write(struct request *request, struct tx *tx) {
    (void)tx;
    struct st00012 paper;
    const struct text *seen = request->scratch;
    const char *field = seen != NULL ? "picture" : "text";
    struct text said = seen != NULL ? *seen : field_text(request, "text");
    if (said.size == 0) return refuse_field(request, "text", S_payments_scan_missing);
    switch (st00012_read(request->arena, said, &paper)) {
    case ST00012_GOOD: break;
    case ST00012_OTHER: return refuse_field(request, field, S_payments_scan_other);
    case ST00012_BROKEN: return refuse_field(request, field, S_payments_scan_broken);
    case ST00012_INCOMPLETE: return refuse_field(request, field, S_payments_scan_incomplete);
    }
    const struct provider *provider = provider_for(catalogue_take(request->engine, request->arena), &paper);
    if (provider == NULL) return refuse(request, &no_provider);
    return filled(request, provider, &paper);
}
