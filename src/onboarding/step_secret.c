/* step_secret.c: the secret with which one signs in later: a password by the profile's policy, or a PIN of four
 * digits. It is hashed on the worker pool and waits in the application, sealed, until the cabinet opens. */
#include "onboarding/internal.h"

#include <string.h>

static const struct refusal busy = {"unavailable", 503, S_onboarding_busy, false};

/* The PINs that thieves try first: one digit, a run up or down, a pair twice, a year of birth of the living. */
static bool pin_common(struct text pin) {
    const char *digits = pin.data;
    bool same = true, up = true, down = true;
    for (int i = 1; i < 4; i++) {
        same = same && digits[i] == digits[0];
        up = up && digits[i] == digits[i - 1] + 1;
        down = down && digits[i] == digits[i - 1] - 1;
    }
    bool pair = digits[0] == digits[2] && digits[1] == digits[3];
    return same || up || down || pair || text_starts(pin, "19") || text_starts(pin, "20");
}

static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    (void)tx;
    doc_text(document, "phone", phone_pretty(visit->request->arena, visit->application.phone));
    bool pin = visit->step->kind == STEP_PIN;
    doc_bool(document, "pin", pin);
    if (!pin) doc_text(document, "hint", identity_password_hint(visit->request));
}

static enum flow vet_password(struct visit *visit, struct tx *tx) {
    (void)tx;
    static const char *const names[] = {"password"};
    struct request *request = visit->request;
    only_these(request, names, 1);
    if (!field_given(request, "password")) {
        mark_field(request, "password", FAULT_MISSING, S_onboarding_password_missing);
        return refuse_marked(request);
    }
    struct text wrong = identity_password_wrong(request, field_text(request, "password"), visit->application.phone);
    if (wrong.data) {
        mark_field(request, "password", FAULT_REFUSED, S_onboarding_look);
        for (size_t i = 0; i < request->route->form->count; i++)
            if (strcmp(request->route->form->fields[i].name, "password") == 0) request->fields[i].words = wrong;
    }
    return refuse_marked(request);
}

static enum flow vet_pin(struct visit *visit, struct tx *tx) {
    (void)tx;
    static const char *const names[] = {"pin"};
    struct request *request = visit->request;
    only_these(request, names, 1);
    struct text pin = field_text(request, "pin");
    bool digits = pin.size == 4;
    for (size_t i = 0; i < pin.size; i++) digits = digits && pin.data[i] >= '0' && pin.data[i] <= '9';
    if (!field_given(request, "pin")) mark_field(request, "pin", FAULT_MISSING, S_onboarding_pin_missing);
    else if (!digits) mark_field(request, "pin", FAULT_MALFORMED, S_onboarding_pin_wrong);
    else if (pin_common(pin)) mark_field(request, "pin", FAULT_REFUSED, S_onboarding_pin_common);
    return refuse_marked(request);
}

static enum flow hash(struct request *request, const char *field) {
    struct text *encoded = arena_new_of(request->arena, struct text);
    if (!password_hash(request->arena, field_text(request, field), encoded)) {
        request->answer.retry_after_s = 1;
        return refuse(request, &busy);
    }
    request->scratch = encoded;
    return FLOW_NEXT;
}

static enum flow hash_password(struct request *request) {
    return hash(request, "password");
}

static enum flow hash_pin(struct request *request) {
    return hash(request, "pin");
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    (void)tx;
    visit->application.secret = *(const struct text *)visit->request->scratch;
    return FLOW_NEXT;
}

const struct step step_password = {&template_onboarding_secret, draw, vet_password, hash_password, accept};
const struct step step_pin = {&template_onboarding_secret, draw, vet_pin, hash_pin, accept};
