/* signin.c: by number and password (ID-8). A try is counted before anything is compared, for the number over every
 * channel, for the subscriber and for the network; a device he signed in from before has a small allowance of its
 * own, so that an attack on his password does not lock him out (ID-15). Known and unknown numbers take the same
 * way: the same work, the same words (ID-10). */
#include "identity/signin.h"

#include "identity/device_rules.h"
#include "identity/session.h"

#include <stdatomic.h>

static const struct refusal wrong = {"sign-in-wrong", 422, S_identity_signin_wrong, false};
static const struct refusal locked = {"too-many-tries", 429, S_identity_signin_locked, true};

static _Atomic int64_t compared;

int64_t password_compared(void) {
    return compared;
}

struct signing {
    int64_t customer;    /* 0: nobody's number */
    struct text encoded; /* his password; TEXT_NONE */
    struct text counted; /* the device's counter; TEXT_NONE: number, subscriber and network were counted */
};

enum flow signin_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(doc_add_object(doc_array(document, "methods")), "name", TEXT("password"));
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
           tally_take(engine, tx, "signin.number", field_text(request, "phone"), &number, free_at);
}

enum flow signin_reserve(struct request *request, struct tx *tx) {
    struct signing *signing = arena_new_of(request->arena, struct signing);
    struct customer customer = {0};
    moment free_at = 0;
    int64_t id = identity_by_phone(request->engine, tx, field_text(request, "phone"));
    if (identity_customer(request->engine, tx, id, &customer) && !customer.closed) signing->customer = id;
    if (!may_try(request, tx, signing, &free_at)) return refuse_until(request, &locked, free_at);
    signing->encoded = customer_password(tx, signing->customer, request->arena);
    request->scratch = signing;
    return FLOW_NEXT;
}

enum flow signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct signing *signing = request->scratch;
    struct text password = field_text(request, "password");
    atomic_fetch_add(&compared, 1);
    bool right = signing->encoded.data ? password_matches(signing->encoded, password)
                                       : password_matches_nobody(password);
    return right ? FLOW_NEXT : refuse(request, &wrong);
}

static void forgive(struct request *request, struct tx *tx, const struct signing *signing) {
    struct engine *engine = request->engine;
    if (signing->counted.data) {
        tally_forget(engine, tx, "signin.device", signing->counted);
        return;
    }
    tally_forget(engine, tx, "signin.number", field_text(request, "phone"));
    tally_return(engine, tx, "signin.address", subscriber_of(request->arena, request->address));
    tally_return(engine, tx, "signin.network", network_of(request->arena, request->address));
}

enum flow signin_open(struct request *request, struct tx *tx) {
    const struct signing *signing = request->scratch;
    struct text now = customer_password(tx, signing->customer, request->arena);
    if (!text_equal(now, signing->encoded)) return refuse(request, &wrong); /* changed while it was compared */
    forgive(request, tx, signing);
    bool by_token = field_number(request, "token") != 0 && !request->wants_html;
    struct text token = session_open(request, tx, signing->customer, by_token);
    if (!by_token) device_remember(request, tx, signing->customer);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", signing->customer);
    if (by_token) doc_text(document, "token", token);
    return answer_done(request, document, kept_form_place(request, tx, signing->customer));
}

enum flow signout(struct request *request, struct tx *tx) {
    struct session_key key;
    if (session_of(request, &key)) session_end(request->engine, tx, request->arena, &key);
    if (!request->caller.by_token) answer_cookie(request, "session", TEXT(""), -1);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "signed_out", true);
    return answer_done(request, document, TEXT("/signin"));
}
