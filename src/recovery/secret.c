/* secret.c: a new password, or PIN where signing in asks for one: by the profile's policy, and none that was had
 * before. The earlier ones are known by their hashes alone, so each costs a verification, on the worker pool. */
#include "factors/factors_rules.h"
#include "recovery/record.h"
#include "recovery/recovery.h"

#include <string.h>

static const struct refusal absent = {"secret-missing", 422, S_recovery_password_absent, false};
static const struct refusal absent_pin = {"secret-missing", 422, S_recovery_pin_absent, false};
static const struct refusal weak = {"password-weak", 422, S_recovery_password_weak, false};
static const struct refusal malformed_pin = {"pin-malformed", 422, S_recovery_pin_malformed, false};
static const struct refusal easy_pin = {"pin-easy", 422, S_recovery_pin_easy, false};
static const struct refusal repeated = {"password-repeated", 422, S_recovery_password_repeated, false};
static const struct refusal repeated_pin = {"pin-repeated", 422, S_recovery_pin_repeated, false};
static const struct refusal busy = {"unavailable", 503, S_recovery_busy, false};
static const struct refusal word_absent = {"code-word-missing", 422, S_recovery_word_absent, false};
static const struct refusal word_wrong = {"code-word-wrong", 422, S_recovery_word_wrong, true};
static const struct refusal word_none = {"code-word-none", 409, S_recovery_word_none, false};
static const struct refusal word_locked = {"too-many-tries", 429, S_recovery_word_locked, true};

static bool by_pin(const struct request *request) {
    return recovery_settings(request->engine)->way == BY_PIN;
}

const char *secret_field(const struct request *request) {
    return by_pin(request) ? "pin" : "password";
}

void secret_page(struct request *request, struct node *document) {
    bool pin = by_pin(request);
    doc_bool(document, "pin", pin);
    doc_text(document, "hint",
             pin ? string_get(request->arena, &request->locale, S_recovery_pin_hint, NULL, 0)
                 : identity_password_hint(request));
    doc_bool(document, "code_word", recovery_settings(request->engine)->code_word);
}

static void say_beside(struct request *request, const char *field, struct text words) {
    const struct form *form = request->route->form;
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, field) == 0) request->fields[i].words = words;
}

static enum flow check_pin(struct request *request) {
    switch (pin_check(field_text(request, "pin"))) {
    case PIN_MALFORMED: return refuse_at(request, "pin", &malformed_pin);
    case PIN_EASY: return refuse_at(request, "pin", &easy_pin);
    case PIN_GOOD: break;
    }
    return FLOW_NEXT;
}

static enum flow check_password(struct request *request, const struct customer *customer) {
    struct text words = identity_password_wrong(request, field_text(request, "password"), customer->phone);
    if (words.data == NULL) return FLOW_NEXT;
    say_beside(request, "password", words);
    return refuse_at(request, "password", &weak);
}

enum flow renewal_check(struct request *request, struct tx *tx, const struct customer *customer,
                        struct renewal **renewal) {
    bool pin = by_pin(request);
    if (!field_given(request, secret_field(request)))
        return refuse_at(request, secret_field(request), pin ? &absent_pin : &absent);
    enum flow flow = pin ? check_pin(request) : check_password(request, customer);
    if (flow != FLOW_NEXT) return flow;
    *renewal = arena_new_of(request->arena, struct renewal);
    (*renewal)->customer = customer->id;
    size_t most = (size_t)recovery_settings(request->engine)->history;
    (*renewal)->count = identity_passwords(tx, customer->id, request->arena, (*renewal)->earlier,
                                           most < 1 ? 1 : most);
    return FLOW_NEXT;
}

enum flow renewal_word(struct request *request, struct tx *tx, int64_t customer) {
    moment free_at = 0;
    if (!recovery_settings(request->engine)->code_word) return FLOW_NEXT;
    struct text said = field_text(request, "code_word");
    if (said.size == 0) return refuse_at(request, "code_word", &word_absent);
    switch (record_code_word(request->engine, tx, customer, said, &free_at)) {
    case RECORD_SAME: return FLOW_NEXT;
    case RECORD_OTHER: return refuse_at(request, "code_word", &word_wrong);
    case RECORD_LOCKED: return refuse_until(request, &word_locked, free_at);
    case RECORD_NONE: break;
    }
    return refuse(request, &word_none);
}

enum flow renewal_hash(struct request *request, struct renewal *renewal) {
    struct text secret = field_text(request, secret_field(request));
    for (size_t i = 0; i < renewal->count; i++) {
        if (!password_matches(renewal->earlier[i], secret)) continue;
        return refuse_at(request, secret_field(request), by_pin(request) ? &repeated_pin : &repeated);
    }
    if (password_hash(request->arena, secret, &renewal->encoded)) return FLOW_NEXT;
    request->answer.retry_after_s = 1;
    return refuse(request, &busy);
}

bool renewal_set(struct request *request, struct tx *tx, const struct renewal *renewal) {
    struct text now[1];
    size_t count = identity_passwords(tx, renewal->customer, request->arena, now, 1);
    if (count != (renewal->count > 0 ? 1 : 0)) return false;
    if (count == 1 && !text_equal(now[0], renewal->earlier[0])) return false;
    identity_password_set(request->engine, tx, renewal->customer, renewal->encoded);
    return true;
}
