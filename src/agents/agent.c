/* agent.c: who an agent is, and whether it is he who calls: HTTP Basic by a password that we made, from networks that
 * staff named. */
#include "agents/internal.h"

STATEMENT(by_id, "SELECT id, account, title, login, addresses, least, most, open FROM agent WHERE id = $1");
STATEMENT(by_login, "SELECT id, account, title, login, addresses, least, most, open, password "
                    "FROM agent WHERE login = $1");
STATEMENT(any_open, "SELECT 1 FROM agent WHERE open = 1 LIMIT 1");

static const struct refusal nobody = {"agent-unknown", 401, S_agents_unknown, false};
static const struct refusal elsewhere = {"address-not-allowed", 403, S_agents_elsewhere, false};

static struct agent read_row(struct rows *rows, struct arena *arena) {
    return (struct agent){.id = row_int(rows, 0),
                          .account = row_int(rows, 1),
                          .title = row_copy(rows, 2, arena),
                          .login = row_copy(rows, 3, arena),
                          .addresses = row_copy(rows, 4, arena),
                          .least = row_int(rows, 5),
                          .most = row_int(rows, 6),
                          .open = row_int(rows, 7) != 0};
}

bool agent_find(struct tx *tx, int64_t id, struct agent *agent) {
    struct rows *rows = tx_query(tx, &by_id, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) *agent = read_row(rows, tx_arena(tx));
    rows_end(rows);
    return found;
}

bool agents_take_cash(struct tx *tx) {
    struct rows *rows = tx_query(tx, &any_open, NO_VALUES);
    bool any = rows_next(rows);
    rows_end(rows);
    return any;
}

bool agents_want_level(const struct engine *engine) {
    return agents_settings(engine)->level > 0;
}

/* ---- passwords ---- */

static void password_hash_of(struct engine *engine, struct text password, uint8_t hash[SECRET_HASH_SIZE]) {
    secret_hash(engine_keyring(engine), "agents.password", password, hash);
}

struct text agent_password_new(struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    enum { LETTERS = 28 }; /* of 31: 138 bits */
    char *password = arena_array(request->arena, char, LETTERS + 1);
    for (size_t i = 0; i < LETTERS; i++)
        password[i] = letters[world_random_below(request->world, sizeof letters - 1)];
    struct text text = {password, LETTERS};
    password_hash_of(request->engine, text, hash);
    return text;
}

static bool knows_password(struct request *request, struct tx *tx, struct agent *agent) {
    struct text login, password;
    uint8_t hash[SECRET_HASH_SIZE];
    if (!agent_basic_read(request->arena, request->authorization, &login, &password)) return false;
    password_hash_of(request->engine, password, hash);
    struct rows *rows = tx_query(tx, &by_login, VALUES(V_TEXT(login)));
    bool found = rows_next(rows);
    bool right = found && text_equal_secret(row_text(rows, 8), (struct text){(const char *)hash, sizeof hash});
    if (right) *agent = read_row(rows, request->arena);
    rows_end(rows);
    return right;
}

/* A browser that was told the password for a register would send it with whatever another site's page asks for. */
static bool from_another_site(const struct request *request) {
    struct text site = request->fetch_site;
    return site.data != NULL && !text_is(site, "none") && !text_is(site, "same-origin");
}

enum flow agent_enter(struct request *request, struct tx *tx, struct agent *agent) {
    if (!knows_password(request, tx, agent)) {
        refuse(request, &nobody);
        request->answer.challenge = "Basic realm=\"agents\", charset=\"UTF-8\"";
        return FLOW_ANSWERED;
    }
    bool near = agent->addresses.size == 0 || agent_networks_have(agent->addresses, request->address);
    return near && !from_another_site(request) ? FLOW_NEXT : refuse(request, &elsewhere);
}
