/* pages.c: accounts elsewhere in the settings, on the sign-in page, and for one that nobody has linked yet. */
#include "providers/vouch.h"

#include "messaging/messaging.h"

static const struct refusal last_way = {"last-way-in", 409, S_providers_last, false};
static const struct refusal nothing_pending = {"nothing-to-link", 409, S_providers_nothing, false};
static const struct refusal taken = {"provider-account-taken", 409, S_providers_taken, false};
static const struct refusal other_person = {"provider-other-person", 409, S_providers_other_person, false};
static const struct refusal full = {"provider-links-full", 422, S_providers_full, false};

void provider_told(struct request *request, struct tx *tx, int64_t customer, const struct provider *provider,
                   bool linked) {
    struct node title = text_value(text_from(provider->settings->title));
    const struct string_argument arguments[] = {{"provider", &title}};
    message_tell(request->engine, tx, customer, TOPIC_SECURITY,
                 linked ? S_providers_message_linked : S_providers_message_unlinked, arguments, 1);
}

static void offer(struct request *request, struct node *list) {
    const struct providers *providers = providers_of(request->engine);
    for (size_t i = 0; i < providers->count; i++) {
        const struct provider_settings *settings = providers->list[i].settings;
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(settings->name));
        doc_text(node, "title", text_from(settings->title));
        doc_text(node, "path", text_format(request->arena, "/signin/with/%s", settings->name));
    }
}

void providers_on_sign_in_page(struct request *request, struct tx *tx, struct node *document) {
    (void)tx;
    if (providers_of(request->engine)->count > 0) offer(request, doc_array(document, "providers"));
}

/* An account that came back unknown is linked when this browser's sign-up opens a cabinet. To one that was there
 * before, only when its owner says so: somebody else may have used this browser. */
void providers_on_session(struct request *request, struct tx *tx, int64_t customer, int64_t session) {
    (void)session;
    struct errand errand;
    struct customer known;
    if (!errand_read(request, &errand) || errand.kind != ERRAND_PENDING) return;
    if (!identity_customer(request->engine, tx, customer, &known) || known.opened < request->started) return;
    const struct provider *provider = provider_named(request->engine, errand.provider);
    if (provider == NULL) return;
    if (link_make(request, tx, provider, customer, errand.subject, errand.label) != LINK_MADE) return;
    errand_end(request);
    provider_told(request, tx, customer, provider, true);
    vouch_level(request, tx, provider, customer, errand.subject, errand.person);
}

static bool pending(struct request *request, struct errand *errand, struct node *document) {
    if (!errand_read(request, errand) || errand->kind != ERRAND_PENDING) return false;
    const struct provider *provider = provider_named(request->engine, errand->provider);
    if (provider == NULL) return false;
    if (document == NULL) return true;
    struct node *node = doc_object(document, "pending");
    doc_text(node, "title", text_from(provider->settings->title));
    doc_text(node, "label", errand->label);
    doc_bool(node, "told", errand->person.size > 0);
    return true;
}

enum flow unknown_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct errand errand;
    struct node *document = doc_new(request->arena);
    if (!pending(request, &errand, document)) return see_or_refuse(request, "/signin", &nothing_pending);
    return answer_ok(request, document);
}

enum flow providers_page(struct request *request, struct tx *tx) {
    struct errand errand;
    struct node *document = doc_new(request->arena);
    links_list(request, tx, request->caller.customer, doc_array(document, "links"));
    offer(request, doc_array(document, "providers"));
    pending(request, &errand, document);
    return answer_ok(request, document);
}

enum flow provider_link_pending(struct request *request, struct tx *tx) {
    struct errand errand;
    if (!pending(request, &errand, NULL)) return refuse(request, &nothing_pending);
    const struct provider *provider = provider_named(request->engine, errand.provider);
    if (!vouch_fits(request, tx, request->caller.customer, errand.person)) return refuse(request, &other_person);
    switch (link_make(request, tx, provider, request->caller.customer, errand.subject, errand.label)) {
    case LINK_OTHERS: return refuse(request, &taken);
    case LINK_FULL: return refuse(request, &full);
    case LINK_MADE: provider_told(request, tx, request->caller.customer, provider, true); break;
    case LINK_HIS: break;
    }
    vouch_level(request, tx, provider, request->caller.customer, errand.subject, errand.person);
    errand_end(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "linked", errand.provider);
    return answer_done(request, document, TEXT("/settings/providers"));
}

enum flow provider_unlink(struct request *request, struct tx *tx) {
    int64_t id = 0, customer = request->caller.customer;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    const char *name = link_remove(request->engine, tx, customer, id);
    if (name == NULL) return answer_missing(request);
    bool password = identity_password(tx, customer, request->arena).data != NULL;
    if (!password && providers_linked(request->engine, tx, customer) == 0) return refuse(request, &last_way);
    const struct provider *provider = provider_named(request->engine, text_from(name));
    if (provider != NULL) provider_told(request, tx, customer, provider, false);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/settings/providers"));
}
