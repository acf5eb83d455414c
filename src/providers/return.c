/* return.c: a browser comes back from a provider with a code. First the errand it set out with is marked used, then
 * a worker trades the code and checks what it brings, then a command says whose it is. */
#include "providers/vouch.h"

#include "base/log.h"

static const struct refusal unreachable = {"provider-unreachable", 503, S_providers_unreachable, false};
static const struct refusal not_yours = {"provider-return-unknown", 403, S_providers_stale, false};
static const struct refusal declined = {"provider-declined", 403, S_providers_declined, true};
static const struct refusal not_believed = {"provider-answer-refused", 403, S_providers_refused, true};
static const struct refusal others = {"provider-account-taken", 409, S_providers_taken, false};
static const struct refusal full = {"provider-links-full", 422, S_providers_full, false};
static const struct refusal unverified = {"provider-account-unverified", 403, S_providers_unverified, true};
static const struct refusal other_person = {"provider-other-person", 409, S_providers_other_person, false};
static const struct refusal closed = {"provider-account-closed", 403, S_providers_refused, false};

struct returning {
    const struct provider *provider;
    struct errand errand;
    struct oidc_person person;
    struct text told, phone; /* what the state portal says of him, packed; TEXT_NONE: another provider */
};

/* RFC 9207: those who say who they are must be whom we asked. */
static bool issuer_fits(struct request *request, const struct provider *provider) {
    struct text said = field_text(request, "iss");
    return said.data == NULL || text_is(said, provider->settings->issuer);
}

enum flow return_claim(struct request *request, struct tx *tx) {
    struct returning *returning = arena_new_of(request->arena, struct returning);
    struct errand *errand = &returning->errand;
    returning->provider = provider_named(request->engine, request->params[0]);
    if (returning->provider == NULL) return answer_missing(request);
    bool ours = errand_read(request, errand) && errand->kind != ERRAND_PENDING &&
                text_equal(errand->provider, request->params[0]) &&
                text_equal_secret(errand->state, field_text(request, "state")) &&
                issuer_fits(request, returning->provider);
    bool same_person = errand->kind != ERRAND_LINK ||
                       (request->caller.kind == WHO_CUSTOMER && request->caller.customer == errand->customer);
    if (!ours || !same_person || !errand_claim(request, tx, errand)) return refuse(request, &not_yours);
    errand_end(request);
    if (field_given(request, "error") || !field_given(request, "code")) return refuse(request, &declined);
    request->scratch = returning;
    return FLOW_NEXT;
}

/* The state portal's: what it says of him comes along. */
static enum oidc_result exchange_with_portal(struct request *request, struct returning *returning,
                                             const struct oidc_asking *asking, bool *trusted, const char **reason) {
    struct esia_person person;
    enum oidc_result result = esia_exchange(returning->provider->esia, request->arena, asking,
                                            field_text(request, "code"), world_now(request->world), &person, reason);
    if (result != OIDC_GOOD) return result;
    *trusted = person.trusted;
    returning->person = (struct oidc_person){person.subject, vouch_label(request->arena, &person)};
    returning->told = vouch_pack(request->arena, &person);
    returning->phone = person.of[ESIA_PHONE];
    return OIDC_GOOD;
}

static enum oidc_result exchange(struct request *request, struct returning *returning, bool *trusted,
                                 const char **reason) {
    const struct errand *errand = &returning->errand;
    const struct oidc_asking asking = {errand->state, errand->nonce, errand->verifier,
                                       provider_return(request, returning->provider), field_text(request, "device_id")};
    if (returning->provider->esia != NULL) return exchange_with_portal(request, returning, &asking, trusted, reason);
    return oidc_exchange(returning->provider->oidc, request->arena, &asking, field_text(request, "code"),
                         world_now(request->world), &returning->person, reason);
}

static enum flow refuse_unverified(struct request *request, const struct provider *provider) {
    struct node *title = arena_new_of(request->arena, struct node);
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *title = text_value(text_from(provider->settings->title));
    *argument = (struct string_argument){"provider", title};
    return refuse_with(request, &unverified, argument, 1);
}

enum flow return_exchange(struct request *request, struct tx *tx) {
    (void)tx;
    struct providers *providers = providers_of(request->engine);
    struct returning *returning = request->scratch;
    const char *reason = "";
    bool trusted = true;
    enum oidc_result result = OIDC_UNREACHABLE;
    /* Workers also hash passwords: a slow provider may have some of them, never all. */
    if (atomic_fetch_add(&providers->outside, 1) < providers->outside_max)
        result = exchange(request, returning, &trusted, &reason);
    atomic_fetch_sub(&providers->outside, 1);
    if (result == OIDC_GOOD) return trusted ? FLOW_NEXT : refuse_unverified(request, returning->provider);
    log_event(LOG_WARNING, request->id, "provider.refused",
              LOG_TEXT("provider", text_from(returning->provider->settings->name)),
              LOG_TEXT("why", text_from(result == OIDC_UNREACHABLE ? "unreachable"
                                        : result == OIDC_CODE      ? "code not taken"
                                                                   : reason)));
    if (result != OIDC_UNREACHABLE) return refuse(request, &not_believed);
    request->answer.retry_after_s = 5;
    return refuse(request, &unreachable);
}

/* Nobody's account yet: he signs up, or signs in and then links it. */
static enum flow settle_unknown(struct request *request, const struct returning *returning) {
    struct errand errand;
    errand_new(request, &errand, ERRAND_PENDING, text_from(returning->provider->settings->name));
    errand.subject = returning->person.subject;
    errand.label = returning->person.label;
    errand.person = returning->told;
    errand.phone = returning->phone;
    errand_keep(request, &errand);
    return answer_see(request, TEXT("/signin/unknown"));
}

static enum flow settle_link(struct request *request, struct tx *tx, const struct returning *returning) {
    int64_t customer = returning->errand.customer;
    if (!vouch_fits(request, tx, customer, returning->told)) return refuse(request, &other_person);
    switch (link_make(request, tx, returning->provider, customer, returning->person.subject, returning->person.label)) {
    case LINK_OTHERS: return refuse(request, &others);
    case LINK_FULL: return refuse(request, &full);
    case LINK_MADE: provider_told(request, tx, customer, returning->provider, true); break;
    case LINK_HIS: break;
    }
    vouch_level(request, tx, returning->provider, customer, returning->person.subject, returning->told);
    return answer_see(request, TEXT("/settings/providers"));
}

enum flow return_settle(struct request *request, struct tx *tx) {
    const struct returning *returning = request->scratch;
    if (returning->errand.kind == ERRAND_LINK) return settle_link(request, tx, returning);
    struct customer customer;
    int64_t id = link_find(request->engine, tx, returning->provider, returning->person.subject);
    if (id == 0) return settle_unknown(request, returning);
    if (!identity_customer(request->engine, tx, id, &customer) || customer.closed) return refuse(request, &closed);
    vouch_level(request, tx, returning->provider, id, returning->person.subject, returning->told);
    return identity_pass(request, tx, id, false, returning->errand.next);
}

/* The page of a refusal: what happened and the other ways. */
enum flow return_failed(struct request *request, struct tx *tx) {
    (void)tx;
    const struct provider *provider = provider_named(request->engine, request->params[0]);
    struct node *document = doc_new(request->arena);
    if (provider == NULL) return answer_missing(request);
    bool linking = request->caller.kind == WHO_CUSTOMER;
    doc_text(document, "title", text_from(provider->settings->title));
    doc_text(document, "path",
             linking ? TEXT("/settings/providers")
                     : text_format(request->arena, "/signin/with/%s", provider->settings->name));
    return answer_ok(request, document);
}
