/* step_consents.c: consents, each for itself (152-FZ): which text in which version, when, and how it was given.
 * Identity keeps them, under the application until the cabinet is open. */
#include "onboarding/internal.h"

#include "identity/consent.h"

static const struct {
    const char *name, *field;
    string_id label, text;
    bool required;
} consents[CONSENT_COUNT] = {
    [CONSENT_RULES] = {"rules", "consent_rules", S_onboarding_consent_rules, S_onboarding_consent_rules_text, true},
    [CONSENT_PERSONAL] = {"personal", "consent_personal", S_onboarding_consent_personal,
                          S_onboarding_consent_personal_text, true},
    [CONSENT_BUREAU] = {CONSENT_CREDIT_BUREAU, "consent_bureau", S_onboarding_consent_bureau,
                        S_onboarding_consent_bureau_text, true},
    [CONSENT_MARKETING] = {CONSENT_ADVERTISING, "consent_marketing", S_onboarding_consent_marketing,
                           S_onboarding_consent_marketing_text, false},
};

static struct text words(struct request *request, string_id text, const char *version) {
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    struct node number = text_value(text_from(version));
    const struct string_argument arguments[] = {{"company", &company}, {"version", &number}};
    return string_get(request->arena, &request->locale, text, arguments, 2);
}

static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    struct request *request = visit->request;
    struct node *list = doc_array(document, "consents");
    for (int i = 0; i < CONSENT_COUNT; i++) {
        const char *version = visit->onboarding->settings->consents[i];
        if (*version == '\0') continue;
        const struct field_value *value = request_field(request, consents[i].field);
        bool post = request->method == METHOD_POST;
        bool given = identity_consent_since(tx, visit->application.id, text_from(consents[i].name)) != 0;
        struct node *consent = doc_add_object(list);
        doc_text(consent, "kind", text_from(consents[i].name));
        doc_text(consent, "name", text_from(consents[i].field));
        doc_text(consent, "version", text_from(version));
        doc_text(consent, "label", words(request, consents[i].label, version));
        doc_bool(consent, "required", consents[i].required);
        doc_bool(consent, "given", post ? value->number != 0 : given);
        if (post && value->fault != FAULT_NONE)
            doc_text(consent, "error", string_get(request->arena, &request->locale, value->message, NULL, 0));
    }
}

static enum flow vet_consents(struct visit *visit, struct tx *tx) {
    (void)tx;
    const char *names[CONSENT_COUNT];
    size_t count = 0;
    for (int i = 0; i < CONSENT_COUNT; i++)
        if (*visit->onboarding->settings->consents[i] != '\0') names[count++] = consents[i].field;
    only_these(visit->request, names, count);
    for (int i = 0; i < CONSENT_COUNT; i++) {
        if (*visit->onboarding->settings->consents[i] == '\0' || !consents[i].required) continue;
        if (request_field(visit->request, consents[i].field)->number == 0)
            mark_field(visit->request, consents[i].field, FAULT_MISSING, S_onboarding_consent_missing);
    }
    return refuse_marked(visit->request);
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    struct request *request = visit->request;
    struct text how = identity_consent_how(request);
    for (int i = 0; i < CONSENT_COUNT; i++) {
        const char *version = visit->onboarding->settings->consents[i];
        if (*version == '\0') continue;
        struct text purpose = text_from(consents[i].name);
        const struct consent given = {.purpose = purpose,
                                      .version = text_from(version),
                                      .words = words(request, consents[i].text, version),
                                      .how = how};
        if (request_field(request, consents[i].field)->number != 0)
            identity_consent_give(tx, visit->application.id, &given);
        else
            identity_consent_end(tx, visit->application.id, purpose, how);
    }
    return FLOW_NEXT;
}

void consents_at(struct request *request, struct tx *tx, int64_t application, struct text how) {
    for (int i = 0; i < CONSENT_COUNT; i++) {
        const char *version = onboarding_of(request->engine)->settings->consents[i];
        if (*version == '\0' || !consents[i].required) continue;
        const struct consent given = {.purpose = text_from(consents[i].name),
                                      .version = text_from(version),
                                      .words = words(request, consents[i].text, version),
                                      .how = how};
        identity_consent_give(tx, application, &given);
    }
}

const struct step step_consents = {&template_onboarding_consents, draw, vet_consents, NULL, accept};

/* GET /consents/{kind}: the text itself, as it stands now. */
enum flow consent_text(struct request *request, struct tx *tx) {
    (void)tx;
    for (int i = 0; i < CONSENT_COUNT; i++) {
        const char *version = onboarding_of(request->engine)->settings->consents[i];
        if (*version == '\0' || !text_is(request->params[0], consents[i].name)) continue;
        struct node *document = doc_new(request->arena);
        doc_text(document, "kind", text_from(consents[i].name));
        doc_text(document, "version", text_from(version));
        doc_text(document, "title", words(request, consents[i].label, version));
        doc_text(document, "text", words(request, consents[i].text, version));
        return answer_ok(request, document);
    }
    return answer_missing(request);
}
