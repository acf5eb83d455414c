/* begin.c: setting out for a provider. Signing in is a link, since it changes nothing here but a cookie of this very
 * browser. Linking begins with a form, so that no other site can have it begun; its answer is a page with the link,
 * since forms may not lead to other sites (Content-Security-Policy). */
#include "providers/internal.h"

static const struct refusal unreachable = {"provider-unreachable", 503, S_providers_unreachable, false};

struct provider *provider_named(const struct engine *engine, struct text name) {
    struct providers *providers = providers_of(engine);
    for (size_t i = 0; i < providers->count; i++)
        if (text_is(name, providers->list[i].settings->name)) return &providers->list[i];
    return NULL;
}

struct text provider_return(struct request *request, const struct provider *provider) {
    const char *base = engine_config(request->engine)->public_url;
    struct text root = *base != '\0' ? text_from(base)
                                     : text_format(request->arena, "http%s://%.*s", request->secure ? "s" : "",
                                                   TEXT_ARG(request->host));
    if (text_ends(root, "/")) root.size--;
    return text_format(request->arena, "%.*s/signin/from/%s", TEXT_ARG(root), provider->settings->name);
}

/* The state portal wants a UUID for a state, and a signature at once. */
static bool set_out_for_portal(struct request *request, const struct provider *provider, struct errand *errand,
                               struct text *address) {
    uint8_t random[16];
    world_random(request->world, random, sizeof random);
    errand->state = esia_state(request->arena, random);
    const struct oidc_asking asking = {.state = errand->state, .redirect = provider_return(request, provider)};
    *address = esia_address(provider->esia, request->arena, &asking, world_now(request->world));
    if (address->data == NULL) return false;
    errand_keep(request, errand);
    return true;
}

/* Asking for their addresses occupies a worker once; when they do not answer it is said at once for a while. */
static bool set_out(struct request *request, const struct provider *provider, struct errand *errand,
                    struct text *address) {
    if (provider->esia != NULL) return set_out_for_portal(request, provider, errand, address);
    if (oidc_ready(provider->oidc, world_now(request->world)) != OIDC_GOOD) return false;
    const struct oidc_asking asking = {errand->state, errand->nonce, errand->verifier,
                                       provider_return(request, provider), TEXT_NONE};
    *address = oidc_address(provider->oidc, request->arena, &asking);
    errand_keep(request, errand);
    return true;
}

static enum flow refuse_unreachable(struct request *request) {
    request->answer.retry_after_s = 5;
    return refuse(request, &unreachable);
}

enum flow begin_sign_in(struct request *request, struct tx *tx) {
    (void)tx;
    const struct provider *provider = provider_named(request->engine, request->params[0]);
    struct errand errand;
    struct text address;
    if (provider == NULL) return answer_missing(request);
    errand_new(request, &errand, ERRAND_SIGN_IN, request->params[0]);
    errand.next = field_text(request, "next");
    if (!set_out(request, provider, &errand, &address)) return refuse_unreachable(request);
    return answer_see(request, address);
}

enum flow begin_link(struct request *request, struct tx *tx) {
    (void)tx;
    const struct provider *provider = provider_named(request->engine, request->params[0]);
    struct errand errand;
    struct text address;
    if (provider == NULL) return answer_missing(request);
    errand_new(request, &errand, ERRAND_LINK, request->params[0]);
    errand.customer = request->caller.customer;
    if (!set_out(request, provider, &errand, &address)) return refuse_unreachable(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "title", text_from(provider->settings->title));
    doc_text(document, "address", address);
    return answer_ok(request, document);
}
