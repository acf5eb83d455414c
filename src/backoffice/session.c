/* session.c: staff's sessions: a cookie of their own, short and strict. Read from the database at each request (staff
 * are few), so that an ended session or a role taken away holds at once, on every node. */
#include "backoffice/internal.h"

#include <stdlib.h>
#include <string.h>

STATEMENT(session_add, "INSERT INTO staff_session (staff, hash, id, enrolling, made, used, expires, agent, address) "
                       "VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)");
STATEMENT(session_read, "SELECT s.id, s.enrolling, s.used, s.expires, m.login, m.roles, m.blocked, m.enrolled, "
                        "m.extra_roles, m.extra_until FROM staff_session s JOIN staff m ON m.id = s.staff "
                        "WHERE s.staff = $1 AND s.hash = $2");
STATEMENT(session_use, "UPDATE staff_session SET used = $3 WHERE staff = $1 AND hash = $2 AND used < $3");
STATEMENT(session_delete, "DELETE FROM staff_session WHERE staff = $1 AND hash = $2");
STATEMENT(sessions_delete, "DELETE FROM staff_session WHERE staff = $1");

struct key {
    int64_t staff;
    uint8_t hash[SECRET_HASH_SIZE];
};

/* The cookie is "ID.TOKEN": the id is whom it claims to be, the token's keyed hash is the row. */
static bool key_of(const struct request *request, struct key *key) {
    struct text token = TEXT_NONE, whole = request->cookie_staff;
    struct text id = text_split(whole, '.', &token);
    if (!text_to_int(id, &key->staff) || key->staff <= 0 || token.size != (TOKEN_BYTES * 4 + 2) / 3) return false;
    secret_hash(engine_keyring(request->engine), "staff.session", whole, key->hash);
    return true;
}

/* ---- last use ---- */

struct use {
    struct command command;
    struct key key;
    moment at;
};

static enum command_outcome use_run(struct command *command, struct tx *tx) {
    const struct use *use = (const struct use *)command;
    tx_queue(tx, &session_use, VALUES(V_INT(use->key.staff), V_BYTES(use->key.hash, SECRET_HASH_SIZE), V_INT(use->at)));
    return COMMAND_KEEP;
}

static void use_done(struct command *command, enum store_status status) {
    (void)status; /* the next request tries again */
    free(command);
}

static void keep_use(struct engine *engine, const struct key *key, moment at) {
    struct use *use = calloc(1, sizeof *use);
    if (use == NULL) return;
    use->command = (struct command){.run = use_run, .done = use_done};
    use->key = *key;
    use->at = at;
    if (!store_submit(engine_store(engine), &use->command)) free(use);
}

/* ---- who calls ---- */

struct found {
    int64_t session;
    bool enrolling, blocked, enrolled;
    moment used, expires;
    unsigned roles;
    struct text login;
};

static bool session_find(struct request *request, struct tx *tx, const struct key *key, struct found *found) {
    moment now = world_now(request->world);
    int64_t idle = backoffice_settings(request->engine)->session_idle;
    struct rows *rows = tx_query(tx, &session_read, VALUES(V_INT(key->staff), V_BYTES(key->hash, SECRET_HASH_SIZE)));
    bool good = rows_next(rows);
    if (good) {
        *found = (struct found){
            row_int(rows, 0), row_int(rows, 1) != 0, row_int(rows, 6) != 0, row_int(rows, 7) != 0,
            row_int(rows, 2), row_int(rows, 3),
            roles_now(row_int(rows, 5), row_int(rows, 8), row_int(rows, 9), now), row_copy(rows, 4, request->arena)};
        good = now < found->expires && now < found->used + idle && !found->blocked;
    }
    rows_end(rows);
    return good && !tx_failed(tx);
}

bool staff_quick(void *self, struct request *request) {
    (void)self;
    struct key key;
    return !key_of(request, &key);
}

void staff_full(void *self, struct request *request, struct tx *tx) {
    (void)self;
    struct key key;
    struct found found;
    if (!key_of(request, &key) || !session_find(request, tx, &key, &found) || found.enrolling || !found.enrolled)
        return;
    moment now = world_now(request->world);
    int64_t idle = backoffice_settings(request->engine)->session_idle;
    moment idle_ends = now + idle;
    request->caller = (struct caller){
        .kind = WHO_STAFF,
        .staff = key.staff,
        .session = found.session,
        .roles = found.roles,
        .login = found.login,
        .session_ends = idle_ends < found.expires ? idle_ends : found.expires,
    };
    int64_t step = idle / 20 < MINUTE ? idle / 20 : MINUTE;
    bool by_itself = request->looking || (request->route->flags & ROUTE_STREAM) != 0;
    if (!by_itself && now - found.used >= step) keep_use(request->engine, &key, now);
}

int64_t staff_enrolling(struct request *request, struct tx *tx) {
    struct key key;
    struct found found;
    return key_of(request, &key) && session_find(request, tx, &key, &found) && found.enrolling ? key.staff : 0;
}

/* ---- opening and ending ---- */

void staff_session_end(struct request *request, struct tx *tx) {
    struct key key;
    if (key_of(request, &key))
        tx_run(tx, &session_delete, VALUES(V_INT(key.staff), V_BYTES(key.hash, SECRET_HASH_SIZE)));
}

void staff_sessions_end(struct tx *tx, int64_t staff) {
    tx_run(tx, &sessions_delete, VALUES(V_INT(staff)));
}

void staff_session_open(struct request *request, struct tx *tx, int64_t staff, bool enrolling) {
    const struct backoffice_settings *settings = backoffice_settings(request->engine);
    staff_session_end(request, tx);
    uint8_t bytes[TOKEN_BYTES];
    world_random(request->world, bytes, sizeof bytes);
    struct text secret = text_base64url(request->arena, bytes, sizeof bytes);
    struct text token = text_format(request->arena, "%lld.%.*s", (long long)staff, TEXT_ARG(secret));
    struct key key = {.staff = staff};
    secret_hash(engine_keyring(request->engine), "staff.session", token, key.hash);
    moment now = world_now(request->world);
    struct text agent = text_slice(request->user_agent, 0, 256);
    if (agent.data == NULL || !text_valid_utf8(agent)) agent = TEXT("");
    tx_run(tx, &session_add,
           VALUES(V_INT(staff), V_BYTES(key.hash, SECRET_HASH_SIZE), V_INT(world_id(request->world)), V_INT(enrolling),
                  V_INT(now), V_INT(now + (enrolling ? settings->enrol_life : settings->session_life)), V_TEXT(agent),
                  V_TEXT(request->address.data != NULL ? request->address : TEXT(""))));
    answer_cookie(request, "staff", token, 0);
}
