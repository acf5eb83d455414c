/* customers.c: a customer as staff see him (BO-1, SU-4): found by number, opened by a task or a stated reason, personal
 * data masked until it is opened too; frozen and let go again. All of it goes to the audit trail. */
#include "backoffice/internal.h"

#include "identity/device_rules.h"
#include "ledger/ledger.h"
#include "messaging/messaging.h"

#define ACCOUNTS 20
#define ENTRIES 20

STATEMENT(sight_put, "INSERT INTO staff_sight (staff, customer, opened, expires) VALUES ($1, $2, $3, $4) "
                     "ON CONFLICT (staff, customer) DO UPDATE SET opened = $3, expires = $4");
STATEMENT(sight_open, "UPDATE staff_sight SET opened = 1 WHERE staff = $1 AND customer = $2 AND expires > $3");
/* identity's table, only read: what a customer sees of it himself on /sessions. */
STATEMENT(customer_sessions, "SELECT made, used, agent, address, by_token FROM session WHERE customer = $1 AND "
                             "expires > $2 ORDER BY used DESC LIMIT 20");
STATEMENT(customer_tasks, "SELECT id, queue, owner FROM queue_task WHERE customer = $1 AND done = 0 ORDER BY due "
                          "LIMIT 20");

static const struct refusal nobody = {"customer-unknown", 422, S_backoffice_customer_nobody, false};
static const struct refusal frozen_already = {"already-so", 409, S_backoffice_customer_already, false};

enum flow customers_page(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}

static struct text card_path(struct request *request, int64_t customer) {
    return text_format(request->arena, "/staff/customers/%lld", (long long)customer);
}

/* The number itself is not recorded: who it belongs to is. */
enum flow customer_find(struct request *request, struct tx *tx) {
    int64_t customer = identity_by_phone(request->engine, tx, field_text(request, "phone"));
    audit_record(request, customer, customer != 0 ? "customer.found" : "customer.not-found", TEXT_NONE);
    if (customer == 0) return refuse_at(request, "phone", &nobody);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    return answer_done(request, document, card_path(request, customer));
}

static bool param_customer(struct request *request, struct tx *tx, struct customer *customer) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && identity_customer(request->engine, tx, id, customer);
}

enum flow customer_see_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!param_customer(request, tx, &customer)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer.id);
    return answer_ok(request, document);
}

static void sight_keep(struct request *request, struct tx *tx, int64_t customer, bool opened) {
    moment until = world_now(request->world) + backoffice_settings(request->engine)->sight;
    tx_run(tx, &sight_put, VALUES(V_INT(request->caller.staff), V_INT(customer), V_INT(opened), V_INT(until)));
}

enum flow customer_see(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!param_customer(request, tx, &customer)) return answer_missing(request);
    sight_keep(request, tx, customer.id, false);
    audit_record(request, customer.id, "customer.opened", field_text(request, "reason"));
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer.id);
    return answer_done(request, document, card_path(request, customer.id));
}

/* ---- the card ---- */

static void tell_accounts(struct request *request, struct tx *tx, struct node *document, int64_t customer) {
    struct ledger *ledger = engine_ledger(request->engine);
    struct node *accounts = doc_array(document, "accounts"), *entries = doc_array(document, "entries");
    struct account *list = arena_array(request->arena, struct account, ACCOUNTS);
    size_t count = ledger_accounts_of(ledger, tx, customer, list, ACCOUNTS);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(accounts);
        doc_id(node, "id", list[i].id);
        doc_money(node, "balance", (struct money){list[i].balance, list[i].currency});
        doc_money(node, "held", (struct money){list[i].held, list[i].currency});
        doc_bool(node, "frozen", list[i].frozen);
        doc_bool(node, "closed", list[i].closed);
        struct entry_cursor *cursor = ledger_entries(ledger, tx, list[i].id, 0);
        struct entry entry;
        for (size_t told = 0; told < ENTRIES && entry_next(cursor, &entry); told++) {
            const struct operation_kind *kind = engine_operation_kind(request->engine, entry.kind);
            struct node *row = doc_add_object(entries);
            doc_id(row, "id", entry.id);
            doc_id(row, "account", entry.account);
            doc_moment(row, "at", id_moment(entry.id));
            doc_money(row, "sum", (struct money){entry.amount, entry.currency});
            doc_text(row, "title",
                     kind != NULL ? string_get(request->arena, &request->locale, kind->title, NULL, 0) : TEXT("—"));
        }
    }
}

static void tell_sessions(struct request *request, struct tx *tx, struct node *document, int64_t customer,
                          bool opened) {
    struct node *list = doc_array(document, "sessions");
    struct rows *rows = tx_query(tx, &customer_sessions, VALUES(V_INT(customer), V_INT(world_now(request->world))));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        struct text address = row_copy(rows, 3, request->arena);
        doc_moment(node, "opened", row_int(rows, 0));
        doc_moment(node, "used", row_int(rows, 1));
        doc_text(node, "device", device_name(request->arena, row_text(rows, 2)));
        doc_text(node, "address", opened ? address : mask_text(request->arena, address));
    }
}

static void tell_tasks(struct request *request, struct tx *tx, struct node *document, int64_t customer) {
    struct node *list = doc_array(document, "tasks");
    struct rows *rows = tx_query(tx, &customer_tasks, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        const struct queue *queue = queue_named(request->engine, row_text(rows, 1));
        if (queue == NULL || (queue->roles & request->caller.roles) == 0) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "title", string_get(request->arena, &request->locale, queue->title, NULL, 0));
        doc_text(node, "owner", staff_login(tx, request->arena, row_int(rows, 2)));
    }
}

static void tell_sections(struct request *request, struct tx *tx, struct node *document, int64_t customer,
                          bool opened) {
    struct node *list = doc_array(document, "sections");
    size_t count = 0;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        for (const struct card_section *section = features[i]->card; section != NULL && section->fill != NULL;
             section++) {
            if ((section->roles & request->caller.roles) == 0) continue;
            struct node *node = doc_add_object(list);
            doc_text(node, "title", string_get(request->arena, &request->locale, section->title, NULL, 0));
            section->fill(request->engine, tx, &request->locale, customer, opened, node);
            if (doc_get(node, "facts") == NULL) doc_array(node, "facts");
        }
    }
}

/* Where else his roles lead from here. */
static void tell_more(struct request *request, struct node *document, int64_t customer) {
    static const struct {
        unsigned roles;
        const char *path;
        string_id title;
    } places[] = {{ROLE_RISK, "limits", S_backoffice_limits_title}, {ROLE_FINANCE, "debt", S_backoffice_debt_title}};
    struct node *list = doc_array(document, "more");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if ((places[i].roles & request->caller.roles) == 0) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", string_get(request->arena, &request->locale, places[i].title, NULL, 0));
        doc_text(node, "href",
                 text_format(request->arena, "/staff/customers/%lld/%s", (long long)customer, places[i].path));
    }
}

enum flow customer_card(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!param_customer(request, tx, &customer)) return answer_missing(request);
    struct sight sight = staff_sees(request, tx, customer.id);
    if (!sight.allowed) {
        audit_record(request, customer.id, "customer.refused", TEXT_NONE);
        return staff_needs_reason(request, customer.id);
    }
    audit_record(request, customer.id, sight.opened ? "customer.seen.personal" : "customer.seen", TEXT_NONE);
    struct arena *arena = request->arena;
    unsigned roles = request->caller.roles;
    struct text phone = text_copy(arena, customer.phone);
    struct text name = customer.name.data != NULL ? text_copy(arena, customer.name) : TEXT_NONE;
    struct node *document = doc_new(arena);
    doc_id(document, "customer", customer.id);
    doc_bool(document, "opened", sight.opened);
    doc_text(document, "phone", sight.opened ? phone : mask_text(arena, phone));
    doc_text(document, "name", sight.opened ? name : mask_text(arena, name));
    doc_int(document, "level", customer.level);
    doc_bool(document, "frozen", customer.frozen);
    doc_bool(document, "closed", customer.closed);
    doc_moment(document, "since", customer.opened);
    doc_bool(document, "may_freeze",
             (!customer.frozen || customer.froze_himself) && (roles & (ROLE_SUPPORT | ROLE_RISK)) != 0);
    doc_bool(document, "may_thaw", customer.frozen && (roles & (ROLE_SUPPORT | ROLE_RISK)) != 0);
    staff_checks_tell(request, tx, customer.id, document);
    doc_bool(document, "may_end", (roles & (ROLE_SUPPORT | ROLE_RISK)) != 0);
    tell_more(request, document, customer.id);
    tell_accounts(request, tx, document, customer.id);
    tell_sessions(request, tx, document, customer.id, sight.opened);
    tell_tasks(request, tx, document, customer.id);
    tell_sections(request, tx, document, customer.id, sight.opened);
    return answer_ok(request, document);
}

/* ---- acts ---- */

static enum flow done(struct request *request, int64_t customer) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer);
    return answer_done(request, document, card_path(request, customer));
}

bool staff_acts_on(struct request *request, struct tx *tx, struct customer *customer) {
    if (!param_customer(request, tx, customer)) {
        answer_missing(request);
        return false;
    }
    if (staff_sees(request, tx, customer->id).allowed) return true;
    audit_record(request, customer->id, "customer.refused", TEXT_NONE);
    staff_needs_reason(request, customer->id);
    return false;
}

/* What opening shows him: the number, the name, from where the customer came, and his roles' sections. */
static struct text opened_words(struct request *request) {
    struct buffer words = buffer_new(request->arena, 128);
    size_t count = 0;
    const struct feature *const *features = engine_features(request->engine, &count);
    buffer_add_literal(&words, "phone, name, addresses");
    for (size_t i = 0; i < count; i++)
        for (const struct card_section *at = features[i]->card; at != NULL && at->fill != NULL; at++)
            if ((at->roles & request->caller.roles) != 0) buffer_format(&words, ", %s", features[i]->name);
    return buffer_text(&words);
}

enum flow customer_open_personal(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    /* Within the reason's time: opening more does not make it longer. Within a task there is none yet. */
    struct value staff = V_INT(request->caller.staff), now = V_INT(world_now(request->world));
    if (tx_run(tx, &sight_open, VALUES(staff, V_INT(customer.id), now)) == 0)
        sight_keep(request, tx, customer.id, true);
    audit_record(request, customer.id, "customer.personal", opened_words(request));
    return done(request, customer.id);
}

/* At once, by whoever helps: what is stopped can be let go again. */
enum flow customer_freeze(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    audit_record(request, customer.id, "customer.frozen", field_text(request, "reason"));
    if (!identity_freeze(request->engine, tx, customer.id, true)) return refuse(request, &frozen_already);
    message_tell(request->engine, tx, customer.id, TOPIC_SECURITY, S_backoffice_told_frozen, NULL, 0);
    return done(request, customer.id);
}

/* Who asks has made sure who the customer is; risk confirms, another person. */
enum flow customer_thaw(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (!customer.frozen) return refuse(request, &frozen_already);
    if (!staff_identified(request->engine, tx, customer.id)) return refuse(request, &identify_first);
    struct text reason = field_text(request, "reason");
    int64_t id = approval_ask(request, tx, "customer.thaw", customer.id, customer.id, TEXT(""), reason);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer.id);
    doc_id(document, "approval", id);
    return answer_done(request, document, TEXT("/staff/approvals"));
}

const struct refusal *thaw_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    if (!identity_freeze(request->engine, tx, approval->customer, false)) return &frozen_already;
    audit_record(request, approval->customer, "customer.thawed", approval->summary);
    message_tell(request->engine, tx, approval->customer, TOPIC_SECURITY, S_backoffice_told_thawed, NULL, 0);
    return NULL;
}

enum flow customer_end_sessions(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    int64_t ended = identity_end_sessions(request->engine, tx, customer.id, 0);
    audit_record(request, customer.id, "customer.sessions-ended",
                 text_format(request->arena, "%lld", (long long)ended));
    return done(request, customer.id);
}

/* For colleagues, or for risk when something looks wrong: the only tasks that the back office makes by itself. */
enum flow customer_task(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    const char *queue = field_number(request, "queue") == 1 ? "backoffice.suspicious" : "backoffice.followup";
    int64_t id = queue_add(request->engine, tx, queue, customer.id, customer.id, field_text(request, "summary"), 0);
    audit_record(request, customer.id, "task.made", text_format(request->arena, "%lld %s", (long long)id, queue));
    struct node *document = doc_new(request->arena);
    doc_id(document, "task", id);
    return answer_created(request, document, text_format(request->arena, "/staff/tasks/%lld", (long long)id));
}
