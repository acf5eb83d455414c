/* profile.c: what is known of the customer, for himself: corrected where no proof is needed, consents withdrawn
 * (ID-17). */
#include "recovery/recovery.h"

#include "identity/consent.h"
#include "support/support.h"

static const struct refusal no_consent = {"no-consent", 409, S_recovery_consent_none, false};

#define CONSENTS_SHOWN 50

/* What it is called here; a purpose of a company's own goes by its own name. */
static struct text purpose_title(struct request *request, struct text purpose) {
    static const struct {
        const char *purpose;
        string_id title;
    } titles[] = {{"rules", S_recovery_consent_rules},
                  {"personal", S_recovery_consent_personal},
                  {CONSENT_CREDIT_BUREAU, S_recovery_consent_bureau},
                  {"loans.rules", S_recovery_consent_loan},
                  {"loans.personal", S_recovery_consent_loan_data},
                  {CONSENT_ADVERTISING, S_recovery_consent_marketing},
                  {"news", S_recovery_consent_news},
                  {"offers", S_recovery_consent_offers}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (text_is(purpose, titles[i].purpose))
            return string_get(request->arena, &request->locale, titles[i].title, NULL, 0);
    return text_copy(request->arena, purpose);
}

static void tell_consents(struct request *request, struct tx *tx, struct node *document) {
    struct consent consents[CONSENTS_SHOWN];
    size_t count = identity_consent_list(tx, request->caller.customer, consents, CONSENTS_SHOWN);
    struct node *list = doc_array(document, "consents");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "purpose", consents[i].purpose);
        doc_text(node, "title", purpose_title(request, consents[i].purpose));
        doc_text(node, "version", consents[i].version);
        if (consents[i].words.data) doc_text(node, "words", consents[i].words);
        doc_moment(node, "given", consents[i].given);
        doc_text(node, "how", consents[i].how);
        if (consents[i].ended != 0) doc_moment(node, "ended", consents[i].ended);
        if (consents[i].ended_how.data) doc_text(node, "ended_how", consents[i].ended_how);
        doc_bool(node, "holds", consents[i].ended == 0);
    }
}

static void tell_languages(struct request *request, struct node *document, enum language chosen) {
    static const struct text titles[LANGUAGE_COUNT] = {{"Русский", 14}, {"English", 7}};
    struct node *list = doc_array(document, "languages");
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(language_tag((enum language)i)));
        doc_text(option, "title", titles[i]);
        doc_bool(option, "selected", chosen == (enum language)i);
    }
    (void)request;
}

enum flow profile_page(struct request *request, struct tx *tx) {
    static const char *const levels[] = {"", "minimal", "simplified", "full"};
    static const string_id level_titles[] = {S_none, S_recovery_level_minimal, S_recovery_level_simplified,
                                             S_recovery_level_full};
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct text mail = message_address_of(request->engine, tx, customer.id);
    doc_text(document, "phone", request->wants_html ? phone_pretty(request->arena, customer.phone)
                                                    : customer.phone);
    doc_text(document, "name", customer.name);
    doc_text(document, "mail", mail);
    doc_text(document, "language", text_from(language_tag(customer.language)));
    doc_text(document, "level", text_from(levels[customer.level]));
    doc_text(document, "level_title",
             string_get(request->arena, &request->locale, level_titles[customer.level], NULL, 0));
    if (engine_enabled(request->engine, "levels")) doc_text(document, "level_page", TEXT("/settings/level"));
    doc_moment(document, "opened", customer.opened);
    doc_bool(document, "pin", recovery_settings(request->engine)->way == BY_PIN);
    struct cooling cooling;
    if (identity_cooling(request->engine, tx, customer.id, &cooling)) {
        doc_moment(document, "limited_until", cooling.until);
        doc_money(document, "limited_to", (struct money){cooling.left, CURRENCY_RUB});
    }
    doc_bool(document, "closable", engine_enabled(request->engine, "closing"));
    doc_bool(document, "erasable", engine_enabled(request->engine, "erasure"));
    doc_bool(document, "correctable", engine_enabled(request->engine, "support"));
    tell_languages(request, document, customer.language);
    tell_consents(request, tx, document);
    return answer_ok(request, document);
}

enum flow profile_write(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct customer before;
    if (!identity_customer(request->engine, tx, customer, &before)) return answer_missing(request);
    /* Payers trust it: once it was proved by a document, only another proof changes it. */
    bool renamed = field_given(request, "name") && !text_equal(field_text(request, "name"), before.name);
    if (renamed && before.level > LEVEL_MINIMAL) return refuse_field(request, "name", S_recovery_name_proved);
    if (renamed) identity_name_set(request->engine, tx, customer, field_text(request, "name"));
    if (field_given(request, "language"))
        identity_language_set(tx, customer, (enum language)field_number(request, "language"));
    struct node *document = doc_new(request->arena);
    doc_bool(document, "saved", true);
    return answer_done(request, document, TEXT("/settings/profile"));
}

enum flow consent_withdraw_write(struct request *request, struct tx *tx) {
    struct text how = identity_consent_how(request);
    if (!identity_consent_end(tx, request->caller.customer, field_text(request, "purpose"), how))
        return refuse(request, &no_consent);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "withdrawn", true);
    return answer_done(request, document, TEXT("/settings/profile"));
}

/* What needs proof is not changed here: a case for the support, who ask for it. */
enum flow correction_page(struct request *request, struct tx *tx) {
    (void)tx;
    if (!engine_enabled(request->engine, "support")) return answer_missing(request);
    return answer_ok(request, doc_new(request->arena));
}

enum flow correction_write(struct request *request, struct tx *tx) {
    if (!engine_enabled(request->engine, "support")) return answer_missing(request);
    struct node text = text_value(field_text(request, "words"));
    const struct string_argument arguments[] = {{"words", &text}};
    struct text words = string_get(request->arena, &request->locale, S_recovery_correction_case, arguments, 1);
    struct node *document = doc_new(request->arena);
    doc_id(document, "case", support_note(request->engine, tx, request->caller.customer, CASE_CHAT, words));
    return answer_done(request, document, TEXT("/support"));
}
