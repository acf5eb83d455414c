/* staff.c: finance's pages about agents: made, changed, switched on and off; their last payments and what they owe.
 *
 * Whoever has an agent's password can credit wallets with money that nobody brought, as by a manual posting; so no
 * agent works before a second member of finance has confirmed it, as it then is (BO-2). Whatever is changed switches it
 * off. */
#include "agents/internal.h"

#define LATEST 50

STATEMENT(list, "SELECT id, account, title, login, open FROM agent ORDER BY title, id LIMIT 500");
STATEMENT(put, "INSERT INTO agent (id, login, title, password, addresses, least, most, account, open, made) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT (login) DO NOTHING");
STATEMENT(change, "UPDATE agent SET title = $2, addresses = $3, least = $4, most = $5, open = 0 WHERE id = $1");
STATEMENT(password_put, "UPDATE agent SET password = $2, open = 0 WHERE id = $1");
STATEMENT(open_put, "UPDATE agent SET open = $2 WHERE id = $1");

static const struct refusal login_bad = {"login-bad", 422, S_agents_staff_login_bad, false};
static const struct refusal login_taken = {"login-taken", 409, S_agents_staff_login_taken, false};
static const struct refusal addresses_bad = {"addresses-bad", 422, S_agents_staff_addresses_bad, false};
static const struct refusal bounds_bad = {"bounds-bad", 422, S_agents_staff_bounds_bad, false};
static const struct refusal gone = {"agent-gone", 409, S_agents_staff_gone, false};

static bool find(struct request *request, struct tx *tx, struct agent *agent) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && agent_find(tx, id, agent);
}

static struct text place_of(struct request *request, int64_t id) {
    return text_format(request->arena, "/staff/agents/%lld", (long long)id);
}

static enum flow done(struct request *request, int64_t id) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, place_of(request, id));
}

/* What it owes us: money credited and not yet brought. */
static void tell_balance(struct request *request, struct tx *tx, struct node *node, int64_t id) {
    struct account account;
    if (ledger_account(engine_ledger(request->engine), tx, id, &account))
        doc_money(node, "balance", (struct money){account.balance, account.currency});
}

/* ---- the list, and a new one ---- */

enum flow agents_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *agents = doc_array(document, "agents");
    struct rows *rows = tx_query(tx, &list, NO_VALUES);
    while (rows_next(rows)) {
        struct node *node = doc_add_object(agents);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "title", row_copy(rows, 2, request->arena));
        doc_text(node, "login", row_copy(rows, 3, request->arena));
        doc_bool(node, "open", row_int(rows, 4) != 0);
        tell_balance(request, tx, node, row_int(rows, 1));
    }
    rows_end(rows);
    return answer_ok(request, document);
}

/* FLOW_NEXT: addresses and bounds are possible. */
static enum flow judge(struct request *request) {
    if (!agent_networks_good(field_text(request, "addresses"))) return refuse_at(request, "addresses", &addresses_bad);
    if (field_number(request, "least") > field_number(request, "most")) return refuse_at(request, "most", &bounds_bad);
    return FLOW_NEXT;
}

static struct text addresses_of(struct request *request) {
    return field_given(request, "addresses") ? field_text(request, "addresses") : TEXT("");
}

/* The only time that it is seen. */
static enum flow show_password(struct request *request, const struct agent *agent, struct text password) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", agent->id);
    doc_text(document, "title", agent->title);
    doc_text(document, "login", agent->login);
    doc_text(document, "password", password);
    return answer_ok(request, document);
}

/* POST /staff/agents */
enum flow agent_add(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct agent agent = {.id = world_id(request->world),
                          .title = field_text(request, "title"),
                          .login = text_lower_ascii(request->arena, field_text(request, "login"))};
    if (!agent_login_good(agent.login)) return refuse_at(request, "login", &login_bad);
    if (judge(request) == FLOW_ANSWERED) return FLOW_ANSWERED;
    /* Unlimited: whether money that a terminal has taken is credited may not depend on when its agent pays us. */
    const struct account template = {.purpose = PURPOSE_AGENT,
                                     .class = ACCOUNT_SYSTEM,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = ACCOUNT_UNLIMITED};
    struct text password = agent_password_new(request, hash);
    agent.account = ledger_create(engine_ledger(request->engine), tx, &template);
    if (tx_run(tx, &put,
               VALUES(V_INT(agent.id), V_TEXT(agent.login), V_TEXT(agent.title), V_BYTES(hash, sizeof hash),
                      V_TEXT(addresses_of(request)), V_INT(field_number(request, "least")),
                      V_INT(field_number(request, "most")), V_INT(agent.account),
                      V_INT(world_now(request->world)))) != 1)
        return refuse_at(request, "login", &login_taken);
    audit_record(request, 0, "agents.made", agent.title);
    return show_password(request, &agent, password);
}

/* ---- one of them ---- */

static void tell_payments(struct request *request, struct tx *tx, int64_t agent, struct node *document) {
    struct node *payments = doc_array(document, "payments");
    struct agent_payment latest[LATEST];
    size_t count = agent_payments_latest(request->engine, tx, agent, latest, LATEST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(payments);
        doc_id(node, "id", latest[i].id);
        doc_text(node, "txn", latest[i].txn);
        doc_moment(node, "at", id_moment(latest[i].id));
        doc_text(node, "phone", mask_text(request->arena, latest[i].phone));
        doc_money(node, "sum", rub(latest[i].sum));
    }
}

/* GET /staff/agents/{id} */
enum flow agent_page(struct request *request, struct tx *tx) {
    struct agent agent;
    if (!find(request, tx, &agent)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", agent.id);
    doc_text(document, "title", agent.title);
    doc_text(document, "login", agent.login);
    doc_text(document, "addresses", agent.addresses);
    doc_money(document, "least", rub(agent.least));
    doc_money(document, "most", rub(agent.most));
    doc_bool(document, "open", agent.open);
    doc_id(document, "account", agent.account);
    tell_balance(request, tx, document, agent.account);
    tell_payments(request, tx, agent.id, document);
    return answer_ok(request, document);
}

/* POST /staff/agents/{id} */
enum flow agent_save(struct request *request, struct tx *tx) {
    struct agent agent;
    if (!find(request, tx, &agent)) return answer_missing(request);
    if (judge(request) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &change,
           VALUES(V_INT(agent.id), V_TEXT(field_text(request, "title")), V_TEXT(addresses_of(request)),
                  V_INT(field_number(request, "least")), V_INT(field_number(request, "most"))));
    audit_record(request, 0, "agents.changed", field_text(request, "title"));
    return done(request, agent.id);
}

/* POST /staff/agents/{id}/password: the old one is good no more. */
enum flow agent_password(struct request *request, struct tx *tx) {
    struct agent agent;
    uint8_t hash[SECRET_HASH_SIZE];
    if (!find(request, tx, &agent)) return answer_missing(request);
    struct text password = agent_password_new(request, hash);
    tx_run(tx, &password_put, VALUES(V_INT(agent.id), V_BYTES(hash, sizeof hash)));
    audit_record(request, 0, "agents.password", agent.title);
    return show_password(request, &agent, password);
}

/* ---- on and off ---- */

/* POST /staff/agents/{id}/switch: off at once; on, once another of finance has confirmed it. */
enum flow agent_switch(struct request *request, struct tx *tx) {
    struct agent agent;
    if (!find(request, tx, &agent)) return answer_missing(request);
    if (agent.open) {
        tx_run(tx, &open_put, VALUES(V_INT(agent.id), V_INT(0)));
        audit_record(request, 0, "agents.off", agent.title);
        return done(request, agent.id);
    }
    int64_t approval = approval_ask(request, tx, "agents.on", 0, agent.id, TEXT(""), agent.title);
    if (approval == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    return answer_done(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)approval));
}

void agent_on_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct agent agent;
    const struct locale *locale = &request->locale;
    if (!agent_find(tx, approval->subject, &agent)) return;
    struct text anywhere = string_get(request->arena, locale, S_agents_staff_anywhere, NULL, 0);
    struct buffer bounds = buffer_new(request->arena, 64);
    locale_money(&bounds, locale, rub(agent.least));
    buffer_add_literal(&bounds, " – ");
    locale_money(&bounds, locale, rub(agent.most));
    approval_fact(facts, locale, S_agents_staff_name, text_copy(request->arena, agent.title));
    approval_fact(facts, locale, S_agents_staff_login, text_copy(request->arena, agent.login));
    approval_fact(facts, locale, S_agents_staff_addresses,
                  agent.addresses.size > 0 ? text_copy(request->arena, agent.addresses) : anywhere);
    approval_fact(facts, locale, S_agents_staff_bounds, buffer_text(&bounds));
}

const struct refusal *agent_on_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    (void)request;
    return tx_run(tx, &open_put, VALUES(V_INT(approval->subject), V_INT(1))) == 1 ? NULL : &gone;
}
