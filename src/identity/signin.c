/* signin.c: by number and password (ID-8). A try is counted before anything is compared, for the number over every
 * channel, for the subscriber and for the network; a device he signed in from before has a small allowance of its
 * own, so that an attack on his password does not lock him out (ID-15). Known and unknown numbers take the same
 * way: the same work, the same words (ID-10). */
#include "identity/signin.h"

#include "base/check.h"
#include "identity/device_rules.h"
#include "identity/draft.h"
#include "identity/session.h"

#include <stdatomic.h>
#include <string.h>

static const struct refusal unreadable = {"invalid-fields", 422, S_identity_signin_fields, false};
static const struct refusal wrong = {"sign-in-wrong", 422, S_identity_signin_wrong, false};
static const struct refusal wrong_pin = {"sign-in-wrong", 422, S_identity_signin_wrong_pin, false};
static const struct refusal by_code = {"other-way", 409, S_identity_signin_by_code, false};
static const struct refusal locked = {"too-many-tries", 429, S_identity_signin_locked, true};

static _Atomic int64_t compared;

int64_t password_compared(void) {
    return compared;
}

struct signing {
    int64_t customer;    /* 0: nobody's number */
    struct text name;    /* what he is called by: his number, where there is one */
    struct text encoded; /* his password; TEXT_NONE */
    struct text counted; /* the device's counter; TEXT_NONE: number, subscriber and network were counted */
    const struct sign_in_gate *beside; /* whose other secret was typed, by its looks; NULL: nobody's */
    struct text spare;                 /* … his; TEXT_NONE */
    bool by_spare;                     /* … and it was right */
};

void identity_gate_by(struct engine *engine, struct sign_in_gate gate) {
    struct identity *identity = identity_of(engine);
    check(identity->gate_count < GATES_MAX);
    identity->gates[identity->gate_count++] = gate;
}

void identity_names_by(struct engine *engine, customer_named *find) {
    identity_of(engine)->named = find;
}

enum flow signin_page(struct request *request, struct tx *tx) {
    const struct identity *identity = identity_of(request->engine);
    struct node *document = doc_new(request->arena);
    bool code = identity->extension.by_code;
    doc_text(doc_add_object(doc_array(document, "methods")), "name", code ? TEXT("code") : TEXT("password"));
    if (code) {
        robot_draw(request, document);
        request->answer.page = &template_identity_signin_number;
    }
    if (identity->named) doc_bool(document, "logins", true);
    if (identity->extension.pin) doc_bool(document, "by_pin", true);
    for (size_t i = 0; i < identity->gate_count; i++) {
        if (identity->gates[i].page) identity->gates[i].page(request, tx, document);
    }
    return answer_ok(request, document);
}

static bool may_try(struct request *request, struct tx *tx, struct signing *signing, moment *free_at) {
    const struct identity_settings *settings = identity_settings(request->engine);
    struct engine *engine = request->engine;
    struct arena *arena = request->arena;
    const struct tally_policy number = {settings->tries, DAY, settings->tries_pause, settings->tries_pause_max};
    uint8_t device[SECRET_HASH_SIZE];
    if (signing->customer != 0 && device_known(request, tx, signing->customer, device)) {
        const struct tally_policy own = {settings->device_tries, DAY, settings->tries_pause, settings->tries_pause_max};
        signing->counted = text_format(arena, "%lld|%s", (long long)signing->customer,
                                       text_hex(arena, device, sizeof device).data);
        return tally_take(engine, tx, "signin.device", signing->counted, &own, free_at);
    }
    const struct tally_policy address = {settings->address_tries, settings->tries_window, settings->tries_window, DAY};
    const struct tally_policy network = {settings->network_tries, settings->tries_window, settings->tries_window, DAY};
    return tally_take(engine, tx, "signin.address", subscriber_of(arena, request->address), &address, free_at) &&
           tally_take(engine, tx, "signin.network", network_of(arena, request->address), &network, free_at) &&
           tally_take(engine, tx, "signin.number", signing->name, &number, free_at);
}

static void mark_missing(struct request *request, const char *name, string_id words) {
    for (size_t i = 0; i < request->route->form->count; i++) {
        struct field_value *value = &request->fields[i];
        if (strcmp(request->route->form->fields[i].name, name) != 0 || value->given) continue;
        value->fault = FAULT_MISSING;
        value->message = words;
        request->fields_valid = false;
    }
}

/* All that is missing is told at once, and the secret is called what the profile calls it. */
enum flow signin_fields(struct request *request, struct tx *tx) {
    (void)tx;
    const struct identity *identity = identity_of(request->engine);
    if (identity->extension.by_code) return refuse(request, &by_code);
    bool named = identity->named && field_given(request, "login");
    if (!named && !field_given(request, "phone"))
        mark_missing(request, identity->named ? "login" : "phone", S_identity_phone_missing);
    if (identity->extension.pin) mark_missing(request, "password", S_identity_signin_pin_absent);
    return request->fields_valid ? FLOW_NEXT : refuse(request, &unreadable);
}

/* Whom was typed. Known by another name, his tries are counted under his number all the same; unknown ones under what
 * was typed. */
static void read_name(struct request *request, struct tx *tx, struct signing *signing, int64_t *customer) {
    customer_named *named = identity_of(request->engine)->named;
    struct text name = field_text(request, "phone");
    struct phone phone;
    if (!name.data && named && field_given(request, "login")) {
        name = text_lower_ascii(request->arena, field_text(request, "login"));
        if (phone_parse(name, &phone) == PHONE_MOBILE) name = text_copy(request->arena, phone_text(&phone));
    }
    signing->name = name;
    *customer = identity_by_phone(request->engine, tx, name);
    struct customer whose;
    if (*customer == 0 && named) *customer = named(request->engine, tx, name);
    if (*customer != 0 && named && identity_customer(request->engine, tx, *customer, &whose))
        signing->name = text_copy(request->arena, whose.phone);
}

static void look_beside(struct request *request, struct tx *tx, struct signing *signing) {
    const struct identity *identity = identity_of(request->engine);
    struct text typed = field_text(request, "password");
    for (size_t i = 0; i < identity->gate_count && !signing->beside; i++) {
        const struct sign_in_gate *gate = &identity->gates[i];
        if (gate->beside && gate->beside(request, tx, signing->customer, typed, &signing->spare))
            signing->beside = gate;
    }
}

enum flow signin_reserve(struct request *request, struct tx *tx) {
    struct signing *signing = arena_new_of(request->arena, struct signing);
    struct customer customer = {0};
    moment free_at = 0;
    int64_t id = 0;
    read_name(request, tx, signing, &id);
    if (identity_customer(request->engine, tx, id, &customer) && !customer.closed) signing->customer = id;
    if (!may_try(request, tx, signing, &free_at)) return refuse_until(request, &locked, free_at);
    signing->encoded = customer_password(tx, signing->customer, request->arena);
    look_beside(request, tx, signing);
    request->scratch = signing;
    return FLOW_NEXT;
}

static enum flow refuse_wrong(struct request *request) {
    return refuse(request, identity_of(request->engine)->extension.pin ? &wrong_pin : &wrong);
}

static bool matches(struct text encoded, struct text password) {
    return encoded.data ? password_matches(encoded, password) : password_matches_nobody(password);
}

enum flow signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    struct signing *signing = request->scratch;
    struct text password = field_text(request, "password");
    atomic_fetch_add(&compared, 1);
    bool right = matches(signing->encoded, password);
    bool spare = signing->beside && matches(signing->spare, password);
    signing->by_spare = spare && !right;
    return right || spare ? FLOW_NEXT : refuse_wrong(request);
}

/* What is good beside a password ends when either is used. */
static bool spend_beside(struct request *request, struct tx *tx, const struct signing *signing) {
    const struct identity *identity = identity_of(request->engine);
    for (size_t i = 0; i < identity->gate_count; i++) {
        const struct sign_in_gate *gate = &identity->gates[i];
        struct text used = signing->by_spare && signing->beside == gate ? signing->spare : TEXT_NONE;
        if (gate->spent && !gate->spent(request, tx, signing->customer, used)) return false;
    }
    return true;
}

static void forgive(struct request *request, struct tx *tx, const struct signing *signing) {
    struct engine *engine = request->engine;
    if (signing->counted.data) {
        tally_forget(engine, tx, "signin.device", signing->counted);
        return;
    }
    tally_forget(engine, tx, "signin.number", signing->name);
    tally_return(engine, tx, "signin.address", subscriber_of(request->arena, request->address));
    tally_return(engine, tx, "signin.network", network_of(request->arena, request->address));
}

enum flow identity_let_in(struct request *request, struct tx *tx, int64_t customer, bool by_token, struct text next) {
    struct text token = session_open(request, tx, customer, by_token);
    if (!by_token) device_remember(request, tx, customer);
    engine_note(request, customer, "identity.signin", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    if (by_token) doc_text(document, "token", token);
    return answer_done(request, document, identity_place(request, tx, customer, next));
}

enum flow identity_gates(struct request *request, struct tx *tx, int64_t customer, bool by_token, enum proved_by by,
                         struct text next) {
    const struct identity *identity = identity_of(request->engine);
    const struct sign_in_gate *gates = identity->gates;
    for (size_t i = 0; i < identity->gate_count; i++) {
        if (gates[i].renew && gates[i].renew(request, tx, customer, by_token) != FLOW_NEXT) return FLOW_ANSWERED;
    }
    for (size_t i = 0; i < identity->gate_count; i++) {
        if (gates[i].second && gates[i].second(request, tx, customer, by_token, by, next) != FLOW_NEXT)
            return FLOW_ANSWERED;
    }
    return FLOW_NEXT;
}

enum flow identity_pass(struct request *request, struct tx *tx, int64_t customer, bool by_token, struct text next) {
    bool more = identity_gates(request, tx, customer, by_token, PROVED_OTHERWISE, next) == FLOW_ANSWERED;
    return more ? FLOW_ANSWERED : identity_let_in(request, tx, customer, by_token, next);
}

enum flow signin_open(struct request *request, struct tx *tx) {
    const struct signing *signing = request->scratch;
    struct text now = customer_password(tx, signing->customer, request->arena);
    if (!text_equal(now, signing->encoded)) return refuse_wrong(request); /* changed while it was compared */
    if (!spend_beside(request, tx, signing)) return refuse_wrong(request);
    forgive(request, tx, signing);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    return identity_pass(request, tx, signing->customer, by_token, field_text(request, "next"));
}

STATEMENT(password_made, "SELECT MAX(made) FROM password WHERE customer = $1");
STATEMENT(password_forget, "DELETE FROM password WHERE customer = $1");

void identity_password_forget(struct tx *tx, int64_t customer) {
    tx_run(tx, &password_forget, VALUES(V_INT(customer)));
}

moment identity_password_made(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &password_made, VALUES(V_INT(customer)));
    moment made = rows_next(rows) && !row_null(rows, 0) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return made;
}

struct text identity_password(struct tx *tx, int64_t customer, struct arena *arena) {
    return customer_password(tx, customer, arena);
}

/* ---- tries of other secrets ---- */

/* Who is counted: the device, where he signed in from it, else the customer. */
static struct text counted(struct request *request, struct tx *tx, int64_t customer, bool *known) {
    uint8_t device[SECRET_HASH_SIZE];
    *known = device_known(request, tx, customer, device);
    if (!*known) return text_format(request->arena, "%lld", (long long)customer);
    return text_format(request->arena, "%lld|%s", (long long)customer,
                       text_hex(request->arena, device, sizeof device).data);
}

bool identity_try(struct request *request, struct tx *tx, const char *what, int64_t customer, moment *free_at) {
    const struct identity_settings *settings = identity_settings(request->engine);
    bool known = false;
    struct text whose = counted(request, tx, customer, &known);
    const struct tally_policy policy = {known ? settings->device_tries : settings->tries, DAY, settings->tries_pause,
                                        settings->tries_pause_max};
    return tally_take(request->engine, tx, what, whose, &policy, free_at);
}

void identity_try_right(struct request *request, struct tx *tx, const char *what, int64_t customer) {
    bool known = false;
    tally_forget(request->engine, tx, what, counted(request, tx, customer, &known));
}

enum flow signout(struct request *request, struct tx *tx) {
    struct session_key key;
    if (session_of(request, &key)) session_end(request->engine, tx, request->arena, &key);
    if (!request->caller.by_token) answer_cookie(request, "session", TEXT(""), -1);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "signed_out", true);
    return answer_done(request, document, TEXT("/signin"));
}
