/* cashier.c: a person of a shop signs in at its till: a login and a password that staff gave him, for a day's work.
 * Tries are counted before anything is compared; an unknown login takes the same way and the same time. */
#include "till/internal.h"

STATEMENT(cashier_read, "SELECT shop, password, open FROM till_cashier WHERE login = $1");
STATEMENT(session_put, "INSERT INTO till_session (hash, login, expires) VALUES ($1, $2, $3)");
STATEMENT(session_read, "SELECT login FROM till_session WHERE hash = $1 AND expires > $2");
STATEMENT(session_end, "DELETE FROM till_session WHERE hash = $1");

static const struct refusal wrong = {"sign-in-wrong", 422, S_till_signin_wrong, false};
static const struct refusal locked = {"too-many-tries", 429, S_till_signin_locked, true};

static const struct tally_policy by_login = {5, HOUR, 15 * MINUTE, DAY}, by_address = {50, HOUR, 15 * MINUTE, DAY};

struct cashier {
    int64_t shop;
    struct text password;
    bool works;
};

static bool cashier_find(struct tx *tx, struct arena *arena, struct text login, struct cashier *cashier) {
    struct rows *rows = tx_query(tx, &cashier_read, VALUES(V_TEXT(login)));
    bool found = rows_next(rows);
    if (found)
        *cashier = (struct cashier){row_int(rows, 0), row_copy(rows, 1, arena), row_int(rows, 2) != 0};
    rows_end(rows);
    return found;
}

bool till_shop_of(struct request *request, struct tx *tx, struct shop *shop) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct cashier cashier;
    if (!token_hash(request, "till", request->cookie_till, hash)) return false;
    struct rows *rows =
        tx_query(tx, &session_read, VALUES(V_BYTES(hash, sizeof hash), V_INT(world_now(request->world))));
    struct text login = rows_next(rows) ? row_copy(rows, 0, request->arena) : TEXT_NONE;
    rows_end(rows);
    if (!login.data || !cashier_find(tx, request->arena, login, &cashier) || !cashier.works) return false;
    if (!shop_find(request->engine, tx, cashier.shop, shop) || !shop->open) return false;
    shop->cashier = login;
    return true;
}

enum flow till_signin_page(struct request *request, struct tx *tx) {
    struct shop shop;
    if (request->method == METHOD_GET && request->wants_html && till_shop_of(request, tx, &shop))
        return answer_see(request, TEXT("/till"));
    return answer_ok(request, doc_new(request->arena));
}

static struct text login_of(struct request *request) {
    return text_lower_ascii(request->arena, field_text(request, "login"));
}

enum flow till_signin_reserve(struct request *request, struct tx *tx) {
    moment free_at = 0;
    if (!tally_take(request->engine, tx, "till.address", request->address, &by_address, &free_at) ||
        !tally_take(request->engine, tx, "till.login", login_of(request), &by_login, &free_at))
        return refuse_until(request, &locked, free_at);
    struct cashier *cashier = arena_new_of(request->arena, struct cashier);
    if (!cashier_find(tx, request->arena, login_of(request), cashier)) *cashier = (struct cashier){0};
    request->scratch = cashier;
    return FLOW_NEXT;
}

enum flow till_signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct cashier *cashier = request->scratch;
    struct text password = field_text(request, "password");
    bool right = cashier->shop != 0 ? password_matches(cashier->password, password) : password_matches_nobody(password);
    return right && cashier->works ? FLOW_NEXT : refuse_at(request, "password", &wrong);
}

enum flow till_signin_open(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t life = till_settings(request->engine)->session;
    struct text token = token_new(request, "till", hash);
    tx_run(tx, &session_put,
           VALUES(V_BYTES(hash, sizeof hash), V_TEXT(login_of(request)), V_INT(world_now(request->world) + life)));
    tally_forget(request->engine, tx, "till.login", login_of(request));
    tally_return(request->engine, tx, "till.address", request->address);
    answer_cookie(request, "till", token, life / SECOND);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("/till"));
    return answer_done(request, document, TEXT("/till"));
}

enum flow till_signout(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (token_hash(request, "till", request->cookie_till, hash))
        tx_run(tx, &session_end, VALUES(V_BYTES(hash, sizeof hash)));
    answer_cookie(request, "till", TEXT(""), -1);
    return answer_done(request, doc_new(request->arena), TEXT("/till/signin"));
}
