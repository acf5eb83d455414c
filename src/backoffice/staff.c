/* staff.c: who works here: kept, found by login, their roles in words. */
#include "backoffice/internal.h"

#include <string.h>

STATEMENT(member_by_login, "SELECT id, login, password, roles, blocked, enrolled, secret, counter, extra_roles, "
                           "extra_until FROM staff WHERE login = $1");
STATEMENT(member_by_id, "SELECT id, login, password, roles, blocked, enrolled, secret, counter, extra_roles, "
                        "extra_until FROM staff WHERE id = $1");
STATEMENT(member_id, "SELECT id FROM staff WHERE login = $1");
STATEMENT(member_login, "SELECT login FROM staff WHERE id = $1");
STATEMENT(member_add, "INSERT INTO staff (id, login, password, roles, blocked, enrolled, secret, counter, made) "
                      "VALUES ($1, $2, $3, $4, 0, 0, NULL, 0, $5) ON CONFLICT (login) DO NOTHING");
STATEMENT(member_roles, "UPDATE staff SET roles = $2, extra_roles = 0, extra_until = 0 WHERE id = $1");
STATEMENT(member_lent, "UPDATE staff SET extra_roles = $2, extra_until = $3 WHERE id = $1");
STATEMENT(member_block, "UPDATE staff SET blocked = $2 WHERE id = $1 AND blocked <> $2");
STATEMENT(member_anew, "UPDATE staff SET password = $2, enrolled = 0, secret = NULL, blocked = 0 WHERE id = $1");

unsigned roles_now(int64_t roles, int64_t lent, moment until, moment now) {
    return (unsigned)roles | (now < until ? (unsigned)lent : 0);
}

static bool read_member(const struct keyring *keyring, struct tx *tx, struct rows *rows, struct staff *staff) {
    bool found = rows_next(rows);
    if (found) {
        struct arena *arena = tx_arena(tx);
        *staff = (struct staff){
            .id = row_int(rows, 0),
            .login = row_copy(rows, 1, arena),
            .password = row_copy(rows, 2, arena),
            .roles = roles_now(row_int(rows, 3), row_int(rows, 8), row_int(rows, 9), world_now(tx_world(tx))),
            .lasting = (unsigned)row_int(rows, 3),
            .lent_until = row_int(rows, 9),
            .blocked = row_int(rows, 4) != 0,
            .enrolled = row_int(rows, 5) != 0,
            .counter = row_int(rows, 7),
        };
        if (!row_null(rows, 6))
            found = secret_open(keyring, arena, "staff.totp", staff->id, row_text(rows, 6), &staff->secret);
    }
    rows_end(rows);
    return found;
}

bool staff_by_login(const struct keyring *keyring, struct tx *tx, struct text login, struct staff *staff) {
    struct text lower = text_lower_ascii(tx_arena(tx), login);
    return read_member(keyring, tx, tx_query(tx, &member_by_login, VALUES(V_TEXT(lower))), staff);
}

bool staff_by_id(const struct keyring *keyring, struct tx *tx, int64_t id, struct staff *staff) {
    return read_member(keyring, tx, tx_query(tx, &member_by_id, VALUES(V_INT(id))), staff);
}

struct text staff_login(struct tx *tx, struct arena *arena, int64_t staff) {
    if (staff == 0) return TEXT_NONE;
    struct rows *rows = tx_query(tx, &member_login, VALUES(V_INT(staff)));
    struct text login = rows_next(rows) ? row_copy(rows, 0, arena) : TEXT_NONE;
    rows_end(rows);
    return login;
}

int64_t staff_add(struct tx *tx, struct text login, struct text password, unsigned roles) {
    struct world *world = tx_world(tx);
    int64_t id = world_id(world);
    struct text lower = text_lower_ascii(tx_arena(tx), login);
    bool added = tx_run(tx, &member_add,
                        VALUES(V_INT(id), V_TEXT(lower), V_TEXT(password), V_INT(roles), V_INT(world_now(world)))) == 1;
    return added ? id : 0;
}

bool staff_set_roles(struct tx *tx, int64_t id, unsigned roles) {
    return tx_run(tx, &member_roles, VALUES(V_INT(id), V_INT(roles))) == 1;
}

bool staff_lend_roles(struct tx *tx, int64_t id, unsigned roles, moment until) {
    return tx_run(tx, &member_lent, VALUES(V_INT(id), V_INT(roles), V_INT(until))) == 1;
}

bool staff_block(struct tx *tx, int64_t id, bool blocked) {
    if (tx_run(tx, &member_block, VALUES(V_INT(id), V_INT(blocked ? 1 : 0))) != 1) return false;
    if (blocked) staff_sessions_end(tx, id);
    return true;
}

bool staff_reset(struct tx *tx, struct text login, struct text password) {
    struct text lower = text_lower_ascii(tx_arena(tx), login);
    struct rows *rows = tx_query(tx, &member_id, VALUES(V_TEXT(lower)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (id == 0) return false;
    staff_sessions_end(tx, id);
    return tx_run(tx, &member_anew, VALUES(V_INT(id), V_TEXT(password))) == 1;
}

bool staff_login_good(struct text login) {
    for (size_t i = 0; i < login.size; i++) {
        char c = login.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '-' && c != '_') return false;
    }
    return login.size >= 2 && login.size <= 40;
}

/* 20 letters and digits that are not taken for each other: 97 bits. */
struct text staff_first_password(struct world *world, struct arena *arena) {
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    char *password = arena_array(arena, char, 20);
    for (size_t i = 0; i < 20; i++) password[i] = letters[world_random_below(world, sizeof letters - 1)];
    return (struct text){password, 20};
}

/* ---- roles in words ---- */

static const struct {
    const char *name;
    unsigned role;
    string_id title;
} roles_known[] = {
    {"support", ROLE_SUPPORT, S_backoffice_role_support},
    {"identification", ROLE_IDENTIFICATION, S_backoffice_role_identification},
    {"risk", ROLE_RISK, S_backoffice_role_risk},
    {"finance", ROLE_FINANCE, S_backoffice_role_finance},
    {"catalogue", ROLE_CATALOGUE, S_backoffice_role_catalogue},
    {"admin", ROLE_ADMIN, S_backoffice_role_admin},
};
#define ROLES (sizeof roles_known / sizeof *roles_known)

unsigned roles_parse(struct text names) {
    unsigned roles = 0;
    for (struct text rest = names; rest.data != NULL;) {
        struct text name = text_trim(text_split(rest, ',', &rest));
        unsigned role = 0;
        for (size_t i = 0; i < ROLES; i++)
            if (text_is(name, roles_known[i].name)) role = roles_known[i].role;
        if (role == 0) return 0;
        roles |= role;
    }
    return roles;
}

struct text roles_names(struct arena *arena, const struct locale *locale, unsigned roles) {
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < ROLES; i++) {
        if ((roles & roles_known[i].role) == 0) continue;
        if (out.size > 0) buffer_add_literal(&out, ", ");
        buffer_add_text(&out, string_get(arena, locale, roles_known[i].title, NULL, 0));
    }
    return buffer_text(&out);
}

void roles_list(struct node *array, const struct locale *locale, unsigned roles) {
    for (size_t i = 0; i < ROLES; i++) {
        struct node *node = doc_add_object(array);
        doc_text(node, "name", text_from(roles_known[i].name));
        doc_text(node, "title", string_get(array->arena, locale, roles_known[i].title, NULL, 0));
        doc_bool(node, "held", (roles & roles_known[i].role) != 0);
    }
}
