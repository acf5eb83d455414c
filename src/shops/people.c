/* people.c: the people of shops: added, given other roles or another password, ended; by staff, and by the shop's owner
 * (IN-3). Passwords are made here and shown once. */
#include "shops/internal.h"

#define PASSWORD 16
#define MEMBERS_MOST 500

STATEMENT(member_read, "SELECT shop, name, password, roles, open FROM shop_person WHERE login = $1");
STATEMENT(members_of, "SELECT login, name, roles, open FROM shop_person WHERE shop = $1 ORDER BY login LIMIT $2");
STATEMENT(member_put, "INSERT INTO shop_person (login, shop, name, roles, password, open, made) "
                      "VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (login) DO NOTHING");
STATEMENT(members_number, "SELECT COUNT(*) FROM shop_person WHERE shop = $1");
STATEMENT(open_put, "UPDATE shop_person SET open = $3 WHERE login = $1 AND shop = $2");
STATEMENT(roles_put, "UPDATE shop_person SET roles = $3 WHERE login = $1 AND shop = $2");
STATEMENT(password_put, "UPDATE shop_person SET password = $3 WHERE login = $1 AND shop = $2");

static const struct refusal login_bad = {"login-bad", 422, S_shops_login_bad, false};
static const struct refusal login_taken = {"login-taken", 409, S_shops_login_taken, false};
static const struct refusal roles_missing = {"roles-missing", 422, S_shops_roles_missing, false};
static const struct refusal oneself = {"own-membership", 403, S_shops_oneself, false};
static const struct refusal too_many = {"people-many", 409, S_shops_people_many, false};

static const struct {
    const char *name; /* of a form's field, and in JSON */
    enum shop_role role;
    string_id title, hint;
} known[] = {{"owner", SHOP_OWNER, S_shops_role_owner, S_shops_role_owner_hint},
             {"orders", SHOP_ORDERS, S_shops_role_orders, S_shops_role_orders_hint},
             {"money", SHOP_MONEY, S_shops_role_money, S_shops_role_money_hint},
             {"cashier", SHOP_CASHIER, S_shops_role_cashier, S_shops_role_cashier_hint}};
#define KNOWN (sizeof known / sizeof *known)
#define FIRST_ROLE "owner" /* beside which the form says that one is wanted */

bool member_find(struct tx *tx, struct arena *arena, struct text login, struct member *member) {
    struct rows *rows = tx_query(tx, &member_read, VALUES(V_TEXT(login)));
    bool found = rows_next(rows);
    if (found)
        *member = (struct member){.shop = row_int(rows, 0),
                                  .login = login,
                                  .name = row_copy(rows, 1, arena),
                                  .password = row_copy(rows, 2, arena),
                                  .roles = (unsigned)row_int(rows, 3),
                                  .open = row_int(rows, 4) != 0};
    rows_end(rows);
    return found;
}

/* ---- roles ---- */

void roles_tell(struct request *request, unsigned roles, struct node *list) {
    for (size_t i = 0; i < KNOWN; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(known[i].name));
        doc_text(node, "title", string_get(request->arena, &request->locale, known[i].title, NULL, 0));
        doc_text(node, "hint", string_get(request->arena, &request->locale, known[i].hint, NULL, 0));
        doc_bool(node, "held", (roles & known[i].role) != 0);
    }
}

static struct text roles_words(struct request *request, unsigned roles) {
    struct buffer out = buffer_new(request->arena, 64);
    for (size_t i = 0; i < KNOWN; i++) {
        if ((roles & known[i].role) == 0) continue;
        if (out.size > 0) buffer_add_literal(&out, ", ");
        buffer_add_text(&out, string_get(request->arena, &request->locale, known[i].title, NULL, 0));
    }
    return buffer_text(&out);
}

static unsigned roles_asked(struct request *request) {
    unsigned roles = 0;
    for (size_t i = 0; i < KNOWN; i++)
        if (field_known(request, known[i].name) && field_number(request, known[i].name) != 0) roles |= known[i].role;
    return roles;
}

/* ---- told ---- */

static void member_tell(struct request *request, const struct place *place, const struct member *member,
                        struct node *node) {
    doc_text(node, "login", member->login);
    doc_text(node, "name", member->name);
    doc_bool(node, "works", member->open);
    doc_bool(node, "oneself", text_equal(member->login, place->person.login));
    doc_text(node, "roles_text", roles_words(request, member->roles));
}

/* GET /shop/people, /staff/shops/{id}/people */
enum flow people_page(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "people");
    place_shell(request, &place, document);
    struct rows *rows = tx_query(tx, &members_of, VALUES(V_INT(place.shop.id), V_INT(MEMBERS_MOST)));
    while (rows_next(rows)) {
        const struct member member = {.login = row_text(rows, 0),
                                      .name = row_text(rows, 1),
                                      .roles = (unsigned)row_int(rows, 2),
                                      .open = row_int(rows, 3) != 0};
        struct node *node = doc_add_object(list);
        member_tell(request, &place, &member, node);
        roles_tell(request, member.roles, doc_array(node, "roles"));
    }
    roles_tell(request, roles_asked(request), doc_array(document, "roles")); /* of the form for another one */
    return answer_ok(request, document);
}

/* FLOW_NEXT: a person of that place; another shop's is as a missing one. */
static enum flow look_up(struct request *request, struct tx *tx, struct place *place, struct member *member) {
    if (place_enter(request, tx, SHOP_OWNER, place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return member_find(tx, request->arena, request->params[place->rest], member) && member->shop == place->shop.id
               ? FLOW_NEXT
               : answer_missing(request);
}

/* GET /shop/people/{login}, /staff/shops/{id}/people/{login}; drawn again, it holds the roles that were ticked. */
enum flow person_page(struct request *request, struct tx *tx) {
    struct place place;
    struct member member;
    if (look_up(request, tx, &place, &member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    member_tell(request, &place, &member, document);
    unsigned shown = request->method == METHOD_POST ? roles_asked(request) : member.roles;
    roles_tell(request, shown, doc_array(document, "roles"));
    return answer_ok(request, document);
}

/* ---- one of them, added ---- */

struct joining {
    struct text login, password, encoded;
};

static enum flow show_password(struct request *request, const struct place *place, const struct joining *joining) {
    struct node *document = doc_new(request->arena);
    place_shell(request, place, document);
    doc_id(document, "id", place->shop.id);
    doc_text(document, "title", place->shop.title);
    doc_text(document, "login", joining->login);
    doc_text(document, "password", joining->password);
    return answer_ok(request, document);
}

int64_t members_count(struct tx *tx, int64_t shop) {
    struct rows *rows = tx_query(tx, &members_number, VALUES(V_INT(shop)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

enum flow person_check(struct request *request, struct tx *tx) {
    struct place place;
    struct joining *joining = arena_new_of(request->arena, struct joining);
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    joining->login = text_lower_ascii(request->arena, field_text(request, "login"));
    if (!shop_login_good(joining->login)) return refuse_at(request, "login", &login_bad);
    if (roles_asked(request) == 0) return refuse_at(request, FIRST_ROLE, &roles_missing);
    if (members_count(tx, place.shop.id) >= MEMBERS_MOST) return refuse(request, &too_many);
    request->scratch = joining;
    return FLOW_NEXT;
}

enum flow person_hash(struct request *request, struct tx *tx) {
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    struct joining *joining = request->scratch;
    (void)tx;
    char *password = arena_array(request->arena, char, PASSWORD);
    for (size_t i = 0; i < PASSWORD; i++) password[i] = letters[world_random_below(request->world, sizeof letters - 1)];
    joining->password = (struct text){password, PASSWORD};
    if (!password_hash(request->arena, joining->password, &joining->encoded)) arena_unwind(request->arena);
    return FLOW_NEXT;
}

enum flow person_add(struct request *request, struct tx *tx) {
    const struct joining *joining = request->scratch;
    struct place place;
    unsigned roles = roles_asked(request);
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (tx_run(tx, &member_put,
               VALUES(V_TEXT(joining->login), V_INT(place.shop.id), V_TEXT(field_text(request, "name")), V_INT(roles),
                      V_TEXT(joining->encoded), V_INT(world_now(request->world)))) != 1)
        return refuse_at(request, "login", &login_taken);
    place_record(request, &place, "shops.person.added",
                 text_format(request->arena, "%.*s %u", TEXT_ARG(joining->login), roles));
    return show_password(request, &place, joining);
}

/* ---- one of them, changed ---- */

/* FLOW_NEXT: a person of that place who is not the one that asks. */
static enum flow find(struct request *request, struct tx *tx, struct place *place, struct member *member) {
    if (look_up(request, tx, place, member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return text_equal(member->login, place->person.login) ? refuse(request, &oneself) : FLOW_NEXT;
}

static enum flow back_to(struct request *request, const struct place *place, const struct member *member) {
    return place_done(request, place, text_join(request->arena, TEXT("people/"), member->login));
}

/* Ended, he is nobody there from the next request on. */
enum flow person_switch(struct request *request, struct tx *tx) {
    struct place place;
    struct member member;
    if (find(request, tx, &place, &member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool open = switch_on(request, member.open);
    tx_run(tx, &open_put, VALUES(V_TEXT(member.login), V_INT(place.shop.id), V_INT(open)));
    if (!open) member_sessions_end(tx, member.login);
    place_record(request, &place, open ? "shops.person.back" : "shops.person.ended", member.login);
    return back_to(request, &place, &member);
}

enum flow person_roles(struct request *request, struct tx *tx) {
    struct place place;
    struct member member;
    unsigned roles = roles_asked(request);
    if (find(request, tx, &place, &member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (roles == 0) return refuse_at(request, FIRST_ROLE, &roles_missing);
    tx_run(tx, &roles_put, VALUES(V_TEXT(member.login), V_INT(place.shop.id), V_INT(roles)));
    place_record(request, &place, "shops.person.roles",
                 text_format(request->arena, "%.*s %u → %u", TEXT_ARG(member.login), member.roles, roles));
    return back_to(request, &place, &member);
}

enum flow person_known(struct request *request, struct tx *tx) {
    struct place place;
    struct member member;
    struct joining *joining = arena_new_of(request->arena, struct joining);
    if (find(request, tx, &place, &member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    joining->login = member.login;
    request->scratch = joining;
    return FLOW_NEXT;
}

void member_password_set(struct tx *tx, const struct member *member, struct text encoded) {
    tx_run(tx, &password_put, VALUES(V_TEXT(member->login), V_INT(member->shop), V_TEXT(encoded)));
}

enum flow person_password(struct request *request, struct tx *tx) {
    const struct joining *joining = request->scratch;
    struct place place;
    struct member member;
    if (find(request, tx, &place, &member) == FLOW_ANSWERED) return FLOW_ANSWERED;
    member_password_set(tx, &member, joining->encoded);
    member_sessions_end(tx, member.login);
    place_record(request, &place, "shops.person.password", member.login);
    return show_password(request, &place, joining);
}
