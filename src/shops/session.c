/* session.c: a person of a shop signs in: a login and a password that staff or the shop's owner gave him, for a day's
 * work. Tries are counted before anything is compared; an unknown login takes the same way and the same time. */
#include "shops/internal.h"

#include "backoffice/backoffice.h"

STATEMENT(session_put, "INSERT INTO shop_session (hash, login, expires) VALUES ($1, $2, $3)");
STATEMENT(session_read, "SELECT login FROM shop_session WHERE hash = $1 AND expires > $2");
STATEMENT(session_end, "DELETE FROM shop_session WHERE hash = $1");
STATEMENT(sessions_end, "DELETE FROM shop_session WHERE login = $1");
STATEMENT(sessions_end_others, "DELETE FROM shop_session WHERE login = $1 AND hash <> $2");

static const struct refusal wrong = {"sign-in-wrong", 422, S_shops_signin_wrong, false};
static const struct refusal locked = {"too-many-tries", 429, S_shops_signin_locked, true};
static const struct refusal nobody = {"shop-signed-out", 401, S_shops_signed_out, false};
static const struct refusal no_role = {"shop-role-missing", 403, S_shops_role_missing, false};

static const struct tally_policy by_login = {5, HOUR, 15 * MINUTE, DAY}, by_address = {50, HOUR, 15 * MINUTE, DAY};

/* ---- who is signed in ---- */

static bool signed_in(struct request *request, struct tx *tx, struct shop_person *person) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct member member;
    struct arena *arena = tx_arena(tx);
    if (!token_hash(request, "shop", request->cookie_shop, hash)) return false;
    struct rows *rows = tx_query(tx, &session_read,
                                 VALUES(V_BYTES(hash, sizeof hash), V_INT(world_now(request->world))));
    struct text login = rows_next(rows) ? row_copy(rows, 0, arena) : TEXT_NONE;
    rows_end(rows);
    if (!login.data || !member_find(tx, arena, login, &member) || !member.open) return false;
    *person = (struct shop_person){.login = login, .name = member.name, .roles = member.roles};
    return shop_find(request->engine, tx, member.shop, &person->shop) && person->shop.open;
}

bool shop_person(struct request *request, struct tx *tx, unsigned roles, struct shop_person *person) {
    return signed_in(request, tx, person) && (person->roles & roles) != 0;
}

enum flow shop_enter(struct request *request, struct tx *tx, unsigned roles, struct shop_person *person) {
    if (!signed_in(request, tx, person)) return engine_ask_to_sign_in(request, "/shop/signin", &nobody);
    return (person->roles & roles) != 0 ? FLOW_NEXT : refuse(request, &no_role);
}

/* ---- tries, counted before anything is compared ---- */

enum flow member_try(struct request *request, struct tx *tx, struct text login) {
    moment free_at = 0;
    return tally_take(request->engine, tx, "shops.login", login, &by_login, &free_at)
               ? FLOW_NEXT
               : refuse_until(request, &locked, free_at);
}

void member_proved(struct request *request, struct tx *tx, struct text login) {
    tally_forget(request->engine, tx, "shops.login", login);
}

bool member_stands(struct request *request, struct tx *tx, const struct member *compared) {
    struct member member;
    return member_find(tx, request->arena, compared->login, &member) && member.open &&
           text_equal(member.password, compared->password);
}

/* ---- signing in ---- */

/* GET /shop/signin */
enum flow shop_signin_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (request->method == METHOD_GET && request->wants_html && shop_person(request, tx, SHOP_ANY, &person))
        return answer_see(request, shop_home(request, person.roles));
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", field_text(request, "next"));
    return answer_ok(request, document);
}

static struct text login_of(struct request *request) {
    return text_lower_ascii(request->arena, field_text(request, "login"));
}

/* Whoever works no longer, or whose shop is closed, is as good as unknown. */
enum flow shop_signin_reserve(struct request *request, struct tx *tx) {
    moment free_at = 0;
    struct shop shop;
    if (!tally_take(request->engine, tx, "shops.address", request->address, &by_address, &free_at))
        return refuse_until(request, &locked, free_at);
    if (member_try(request, tx, login_of(request)) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct member *member = arena_new_of(request->arena, struct member);
    if (!member_find(tx, request->arena, login_of(request), member)) *member = (struct member){0};
    member->open = member->open && shop_find(request->engine, tx, member->shop, &shop) && shop.open;
    request->scratch = member;
    return FLOW_NEXT;
}

enum flow shop_signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct member *member = request->scratch;
    struct text password = field_text(request, "password");
    bool right = member->shop != 0 ? password_matches(member->password, password) : password_matches_nobody(password);
    return right && member->open ? FLOW_NEXT : refuse_at(request, "password", &wrong);
}

static void session_forget(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (token_hash(request, "shop", request->cookie_shop, hash))
        tx_run(tx, &session_end, VALUES(V_BYTES(hash, sizeof hash)));
}

enum flow shop_signin_open(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    const struct member *member = request->scratch;
    int64_t life = shops_state_of(request->engine)->settings->session;
    if (!member_stands(request, tx, member)) return refuse_at(request, "password", &wrong);
    session_forget(request, tx);
    struct text token = token_new(request, "shop", hash), next = field_text(request, "next");
    if (!local_path(next)) next = shop_home(request, member->roles);
    tx_run(tx, &session_put,
           VALUES(V_BYTES(hash, sizeof hash), V_TEXT(member->login), V_INT(world_now(request->world) + life)));
    member_proved(request, tx, member->login);
    tally_return(request->engine, tx, "shops.address", request->address);
    answer_cookie(request, "shop", token, life / SECOND);
    audit_record(request, 0, "shops.signed_in", member->login);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", next);
    return answer_done(request, document, next);
}

enum flow shop_signout(struct request *request, struct tx *tx) {
    session_forget(request, tx);
    answer_cookie(request, "shop", TEXT(""), -1);
    return answer_done(request, doc_new(request->arena), TEXT("/shop/signin"));
}

void member_sessions_end(struct tx *tx, struct text login) {
    tx_run(tx, &sessions_end, VALUES(V_TEXT(login)));
}

void member_sessions_end_others(struct request *request, struct tx *tx, struct text login) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (token_hash(request, "shop", request->cookie_shop, hash))
        tx_run(tx, &sessions_end_others, VALUES(V_TEXT(login), V_BYTES(hash, sizeof hash)));
}
