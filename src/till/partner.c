/* partner.c: the shop's program: each request signed by the shop's key over its address, time and raw body (README.md).
 * Before the signature nothing is told, not even of a field. */
#include "till/internal.h"

static const struct refusal unsigned_ = {"signature-wrong", 401, S_till_signature, false};

/* Faults of fields, found before, are forgotten with it. */
static enum flow refuse_unsigned(struct request *request) {
    const struct form *form = request->route->form;
    for (size_t i = 0; form != NULL && request->fields != NULL && i < form->count; i++)
        request->fields[i] = (struct field_value){0};
    request->raw = NULL;
    request->fields_valid = true;
    return refuse(request, &unsigned_);
}

/* By any of the shop's good keys: it may be changing over to a newer one. */
static bool signed_by(struct request *request, struct tx *tx, int64_t shop, const struct till_signature *signature) {
    struct text keys[SHOP_KEYS], said = text_lower_ascii(request->arena, signature->mac);
    size_t count = shop_keys(request->engine, tx, shop, keys, SHOP_KEYS);
    bool right = false;
    for (size_t i = 0; i < count; i++) {
        struct text mac = till_sign(request->arena, keys[i], request->method == METHOD_GET ? "GET" : "POST",
                                    request->path, signature->stamp_s, request->body);
        right = (mac.data && text_equal_secret(mac, said)) || right;
    }
    return right;
}

/* Who signed it: FLOW_NEXT with *asker. */
static enum flow verify(struct request *request, struct tx *tx, struct asker *asker) {
    struct till_signature signature;
    asker->cashier = TEXT_NONE;
    if (!till_signature_read(request->authorization, &signature) ||
        !till_timely(signature.stamp_s, world_now(request->world)) ||
        !shop_find(request->engine, tx, signature.shop, &asker->shop) || !asker->shop.open ||
        !signed_by(request, tx, signature.shop, &signature))
        return refuse_unsigned(request);
    return FLOW_NEXT;
}

enum flow partner_verify(struct request *request, struct tx *tx) {
    struct asker asker;
    if (verify(request, tx, &asker) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return refuse_marked(request);
}

enum flow partner_begin_check(struct request *request, struct tx *tx) {
    struct asker asker;
    if (verify(request, tx, &asker) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!field_given(request, "number") && request_field(request, "number")->fault == FAULT_NONE)
        mark_field(request, "number", FAULT_MISSING, S_till_number_missing);
    return till_check(request);
}

static enum flow told(struct request *request, const struct till_application *application, bool created) {
    struct node *document = doc_new(request->arena);
    till_tell(request, application, document);
    return created
               ? answer_created(request, document,
                                text_format(request->arena, "/partner/applications/%lld", (long long)application->id))
               : answer_ok(request, document);
}

enum flow partner_begin(struct request *request, struct tx *tx) {
    struct asker asker;
    struct till_application application;
    if (verify(request, tx, &asker) == FLOW_ANSWERED) return FLOW_ANSWERED; /* its key may have been changed */
    struct text number = text_join(request->arena, TEXT("p:"), field_text(request, "number"));
    if (till_begin(request, tx, &asker, number, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, &application, true);
}

/* FLOW_NEXT: that application, of the shop that signed. */
static enum flow find(struct request *request, struct tx *tx, struct asker *asker,
                      struct till_application *application) {
    int64_t id = 0;
    if (verify(request, tx, asker) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return request_param_id(request, 0, &id) && till_find(request->engine, tx, asker->shop.id, id, application)
               ? FLOW_NEXT
               : answer_missing(request);
}

enum flow partner_see(struct request *request, struct tx *tx) {
    struct asker asker;
    struct till_application application;
    if (find(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, &application, false);
}

enum flow partner_prove(struct request *request, struct tx *tx) {
    struct asker asker;
    struct till_application application;
    if (find(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (till_prove(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, &application, false);
}

enum flow partner_resend(struct request *request, struct tx *tx) {
    struct asker asker;
    struct till_application application;
    if (find(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (till_resend(request, tx, &asker, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return told(request, &application, false);
}
