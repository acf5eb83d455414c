/* support_phone.c: another number without the old one in hand (ID-12), asked for by a member of staff who has looked at
 * the customer's documents: the passport is compared with the record and never shown, a document is attached, and
 * another member confirms (BO-2). Only then, in that command, the number changes; the old and the new number, and every
 * other channel, are told, all sessions end, and outgoing money is limited for a time. */
#include "recovery/support_phone.h"

#include "base/check.h"
#include "recovery/record.h"
#include "support/attachment.h"

STATEMENT(add, "INSERT INTO phone_request (customer, id, state, phone, old, frozen, reason, staff, made) "
               "VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING");
STATEMENT(by_id, "SELECT customer, state, phone, old, frozen, reason, staff, made FROM phone_request WHERE id = $1");
STATEMENT(end, "UPDATE phone_request SET state = $3 WHERE customer = $1 AND id = $2 AND state = 1");
STATEMENT(document_add, "INSERT INTO phone_document (request, id) VALUES ($1, $2)");
STATEMENT(documents, "SELECT id FROM phone_document WHERE request = $1 ORDER BY id LIMIT 20");
STATEMENT(document_one, "SELECT 1 FROM phone_document WHERE request = $1 AND id = $2");
STATEMENT(documents_old, "SELECT customer, id FROM phone_request WHERE kept = 1 AND made < $1 AND state <> 1 LIMIT 50");
STATEMENT(documents_his, "SELECT customer, id FROM phone_request WHERE customer = $1 AND kept = 1 LIMIT 50");
STATEMENT(documents_drop, "DELETE FROM phone_document WHERE request = $1");
STATEMENT(documents_gone, "UPDATE phone_request SET kept = 0 WHERE customer = $1 AND id = $2");
STATEMENT(change_forget, "DELETE FROM phone_change WHERE customer = $1");

static const struct refusal closed = {"customer-closed", 409, S_recovery_staff_closed, false};
static const struct refusal same = {"same-number", 422, S_recovery_staff_same, false};
static const struct refusal taken = {"number-taken", 409, S_recovery_staff_taken, false};
static const struct refusal no_document = {"document-missing", 422, S_recovery_staff_no_document, false};
static const struct refusal no_record = {"no-passport-on-record", 409, S_recovery_staff_no_record, false};
static const struct refusal passport_wrong = {"passport-mismatch", 422, S_recovery_staff_passport_wrong, true};
static const struct refusal passport_locked = {"too-many-tries", 429, S_recovery_staff_passport_locked, true};
static const struct refusal asked_already = {"already-asked", 409, S_recovery_staff_asked, false};
static const struct refusal over = {"phone-request-over", 409, S_recovery_staff_over, false};
static const struct refusal frozen_since = {"frozen-meanwhile", 409, S_recovery_staff_frozen, false};
static const struct refusal changed_since = {"number-changed-meanwhile", 409, S_recovery_staff_changed, false};

#define SWEPT 50

enum state { STATE_WAITS = 1, STATE_DONE, STATE_DROPPED };

struct phone_request {
    int64_t id, staff;
    struct customer customer;
    enum state state;
    struct text phone, old, reason;
    bool frozen; /* the customer was, when it was asked */
    moment made;
};

static struct text sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    return secret_seal(engine_keyring(engine), engine_world(engine), tx_arena(tx), purpose, id, clear);
}

static bool find(struct engine *engine, struct tx *tx, int64_t id, struct phone_request *found) {
    const struct keyring *keyring = engine_keyring(engine);
    struct arena *arena = tx_arena(tx);
    struct rows *rows = tx_query(tx, &by_id, VALUES(V_INT(id)));
    int64_t customer = 0;
    bool there = rows_next(rows);
    *found = (struct phone_request){.id = id};
    if (there) {
        customer = row_int(rows, 0);
        found->state = (enum state)row_int(rows, 1);
        found->frozen = row_int(rows, 4) != 0;
        found->staff = row_int(rows, 6);
        found->made = row_int(rows, 7);
        there = secret_open(keyring, arena, "phone.request.new", id, row_text(rows, 2), &found->phone) &&
                secret_open(keyring, arena, "phone.request.old", id, row_text(rows, 3), &found->old) &&
                secret_open(keyring, arena, "phone.request.reason", id, row_text(rows, 5), &found->reason);
    }
    rows_end(rows);
    return there && identity_customer(engine, tx, customer, &found->customer);
}

/* ---- asking ---- */

enum flow staff_phone_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    audit_record(request, customer.id, "recovery.phone.form", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer.id);
    doc_text(document, "phone", mask_text(request->arena, customer.phone));
    doc_bool(document, "frozen", customer.frozen);
    return answer_ok(request, document);
}

/* FLOW_NEXT: he is who the record says. Tries are counted for the customer, whoever of the staff makes them. */
static enum flow check_passport(struct request *request, struct tx *tx, int64_t customer) {
    moment free_at = 0;
    switch (record_passport(request->engine, tx, customer, field_text(request, "passport"), &free_at)) {
    case RECORD_SAME: return FLOW_NEXT;
    case RECORD_NONE: return refuse(request, &no_record);
    case RECORD_LOCKED: return refuse_until(request, &passport_locked, free_at);
    case RECORD_OTHER: break;
    }
    audit_record(request, customer, "recovery.phone.passport-wrong", TEXT_NONE);
    return refuse_at(request, "passport", &passport_wrong);
}

static void tell_asked(struct request *request, struct tx *tx, int64_t customer, struct text phone) {
    struct node company = text_value(text_from(engine_config(request->engine)->company));
    struct node masked = text_value(phone_masked(request->arena, phone));
    const struct string_argument arguments[] = {{"company", &company}, {"phone", &masked}};
    message_tell(request->engine, tx, customer, TOPIC_SECURITY, S_recovery_tell_phone_asked, arguments, 2);
}

static bool keep(struct request *request, struct tx *tx, const struct phone_request *asked) {
    struct engine *engine = request->engine;
    struct text phone = sealed(engine, tx, "phone.request.new", asked->id, asked->phone);
    struct text old = sealed(engine, tx, "phone.request.old", asked->id, asked->customer.phone);
    struct text reason = sealed(engine, tx, "phone.request.reason", asked->id, asked->reason);
    return tx_run(tx, &add,
                  VALUES(V_INT(asked->customer.id), V_INT(asked->id), V_BYTES(phone.data, phone.size),
                         V_BYTES(old.data, old.size), V_INT(asked->customer.frozen),
                         V_BYTES(reason.data, reason.size), V_INT(request->caller.staff),
                         V_INT(world_now(request->world)))) == 1;
}

static void attach(struct request *request, struct tx *tx, int64_t id, const struct attachment *attachment) {
    attachment_keep(request, tx, id, 0, attachment);
    tx_run(tx, &document_add, VALUES(V_INT(id), V_INT(attachment->id)));
}

/* «+7••••••67: потерял телефон»: what the second member reads first; the documents are on the request's own page. */
static struct text summary(struct request *request, const struct phone_request *asked) {
    return text_format(request->arena, "%.*s: %.*s", TEXT_ARG(phone_masked(request->arena, asked->phone)),
                       TEXT_ARG(asked->reason));
}

enum flow staff_phone_ask(struct request *request, struct tx *tx) {
    const struct attachment *attachment = request->scratch;
    struct engine *engine = request->engine;
    struct phone_request asked = {.id = world_id(request->world),
                                  .phone = field_text(request, "phone"),
                                  .reason = field_text(request, "reason")};
    if (!staff_acts_on(request, tx, &asked.customer)) return FLOW_ANSWERED;
    if (asked.customer.closed) return refuse(request, &closed);
    if (text_equal(asked.phone, asked.customer.phone)) return refuse_at(request, "phone", &same);
    if (attachment == NULL) return refuse_at(request, "file", &no_document);
    if (check_passport(request, tx, asked.customer.id) != FLOW_NEXT) return FLOW_ANSWERED;
    if (identity_by_phone(engine, tx, asked.phone) != 0) return refuse_at(request, "phone", &taken);
    if (!keep(request, tx, &asked)) return refuse(request, &asked_already);
    attach(request, tx, asked.id, attachment);
    int64_t approval = approval_ask(request, tx, "recovery.phone", asked.customer.id, asked.id, TEXT(""),
                                    summary(request, &asked));
    check(approval != 0); /* the route's roles are those who may ask */
    struct locale locale = {.language = (enum language)engine_config(engine)->language};
    queue_add(engine, tx, "recovery.phone", asked.id, asked.customer.id,
              string_get(request->arena, &locale, S_recovery_staff_task, NULL, 0), 0);
    tell_asked(request, tx, asked.customer.id, asked.phone);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", asked.id);
    doc_id(document, "approval", approval);
    return answer_created(request, document,
                          text_format(request->arena, "/staff/phone-changes/%lld", (long long)asked.id));
}

/* ---- one that was asked for ---- */

/* Its customer must be seen: by one's task of that queue, or by a stated reason. */
static bool asked_of(struct request *request, struct tx *tx, struct phone_request *found) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !find(request->engine, tx, id, found)) {
        answer_missing(request);
        return false;
    }
    if (staff_sees(request, tx, found->customer.id).allowed) return true;
    audit_record(request, found->customer.id, "customer.refused", TEXT_NONE);
    staff_needs_reason(request, found->customer.id);
    return false;
}

enum flow staff_phone_request(struct request *request, struct tx *tx) {
    static const char *const states[] = {"", "waits", "done", "dropped"};
    struct phone_request found;
    if (!asked_of(request, tx, &found)) return FLOW_ANSWERED;
    audit_record(request, found.customer.id, "recovery.phone.seen", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", found.id);
    doc_id(document, "customer", found.customer.id);
    doc_text(document, "state", text_from(states[found.state]));
    doc_text(document, "phone", phone_pretty(request->arena, found.phone));
    doc_text(document, "old", mask_text(request->arena, found.old));
    doc_text(document, "reason", found.reason);
    doc_text(document, "asked_by", staff_login(tx, request->arena, found.staff));
    doc_moment(document, "made", found.made);
    doc_bool(document, "frozen", found.customer.frozen);
    doc_bool(document, "may_attach", found.state == STATE_WAITS && found.staff == request->caller.staff);
    struct node *list = doc_array(document, "documents");
    struct rows *rows = tx_query(tx, &documents, VALUES(V_INT(found.id)));
    for (int64_t number = 1; rows_next(rows); number++) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_int(node, "number", number);
    }
    rows_end(rows);
    return answer_ok(request, document);
}

enum flow staff_phone_attach(struct request *request, struct tx *tx) {
    const struct attachment *attachment = request->scratch;
    struct phone_request found;
    if (!asked_of(request, tx, &found)) return FLOW_ANSWERED;
    if (found.state != STATE_WAITS || found.staff != request->caller.staff) return refuse(request, &over);
    if (attachment == NULL) return refuse_at(request, "file", &no_document);
    attach(request, tx, found.id, attachment);
    audit_record(request, found.customer.id, "recovery.phone.document", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", attachment->id);
    return answer_created(request, document,
                          text_format(request->arena, "/staff/phone-changes/%lld", (long long)found.id));
}

enum flow staff_phone_document(struct request *request, struct tx *tx) {
    struct phone_request found;
    int64_t id = 0;
    if (!asked_of(request, tx, &found)) return FLOW_ANSWERED;
    if (!request_param_id(request, 1, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &document_one, VALUES(V_INT(found.id), V_INT(id)));
    bool there = rows_next(rows);
    rows_end(rows);
    if (!there) return answer_missing(request);
    audit_record(request, found.customer.id, "recovery.phone.document.seen", TEXT_NONE);
    return attachment_give(request, tx, found.id, id);
}

/* ---- forgetting ---- */

/* Of requests asked for longer ago than the setting says, never of one that waits; that there was one, who asked and
 * who confirmed it, stays. */
static size_t drop_documents(struct tx *tx, struct rows *rows) {
    struct {
        int64_t customer, request;
    } old[SWEPT];
    size_t count = 0;
    for (; count < SWEPT && rows_next(rows); count++) {
        old[count].customer = row_int(rows, 0);
        old[count].request = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        attachments_drop(tx, old[i].request);
        tx_run(tx, &documents_drop, VALUES(V_INT(old[i].request)));
        tx_run(tx, &documents_gone, VALUES(V_INT(old[i].customer), V_INT(old[i].request)));
    }
    return count;
}

bool documents_sweep(struct engine *engine, struct tx *tx) {
    moment before = world_now(engine_world(engine)) - recovery_settings(engine)->document_life;
    return drop_documents(tx, tx_query(tx, &documents_old, VALUES(V_INT(before)))) == SWEPT;
}

void documents_on_event(struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    while (drop_documents(tx, tx_query(tx, &documents_his, VALUES(V_INT(event->customer)))) == SWEPT) continue;
}

/* ---- deciding ---- */

/* What was true when it was asked is asked again: between asking and confirming there may be days. */
static const struct refusal *still_right(const struct phone_request *found) {
    if (found->state != STATE_WAITS) return &over;
    if (found->customer.closed) return &closed;
    if (found->customer.frozen && !found->frozen) return &frozen_since;
    if (!text_equal(found->customer.phone, found->old)) return &changed_since;
    return NULL;
}

static const struct refusal *apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct engine *engine = request->engine;
    const struct recovery_settings *settings = recovery_settings(engine);
    struct phone_request found;
    if (!find(engine, tx, approval->subject, &found) || found.customer.id != approval->customer) return &over;
    const struct refusal *refusal = still_right(&found);
    if (refusal != NULL) return refusal;
    struct value customer = V_INT(found.customer.id);
    if (tx_run(tx, &end, VALUES(customer, V_INT(found.id), V_INT(STATE_DONE))) != 1) return &over;
    if (!identity_phone_change(engine, tx, found.customer.id, found.phone)) return &taken;
    tx_run(tx, &change_forget, VALUES(customer)); /* begun by whoever has the old number */
    queue_finish(engine, tx, "recovery.phone", found.id, request->caller.staff, "confirmed");
    identity_end_others(request, tx, found.customer.id, 0);
    identity_cool(engine, tx, found.customer.id, world_now(request->world) + settings->phone_cooling,
                  settings->phone_sum);
    phone_tell_both(engine, tx, &found.customer, found.phone);
    return NULL;
}

static void dropped(struct engine *engine, struct tx *tx, const struct approval *approval) {
    struct phone_request found;
    if (!find(engine, tx, approval->subject, &found)) return;
    if (tx_run(tx, &end, VALUES(V_INT(found.customer.id), V_INT(found.id), V_INT(STATE_DROPPED))) != 1) return;
    queue_finish(engine, tx, "recovery.phone", found.id, 0, "dropped");
    struct node company = text_value(text_from(engine_config(engine)->company));
    const struct string_argument argument = {"company", &company};
    message_tell(engine, tx, found.customer.id, TOPIC_SECURITY, S_recovery_tell_phone_dropped, &argument, 1);
}

/* As things stand now: whatever of it changes between his look and his confirming is shown to him again. */
static void show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct phone_request found;
    if (!find(request->engine, tx, approval->subject, &found)) return;
    const struct locale *locale = &request->locale;
    int64_t count = 0;
    struct rows *rows = tx_query(tx, &documents, VALUES(V_INT(found.id)));
    while (rows_next(rows)) count++;
    rows_end(rows);
    approval_fact(facts, locale, S_recovery_staff_old, mask_text(request->arena, text_copy(request->arena, found.old)));
    approval_fact(facts, locale, S_recovery_number_new, phone_pretty(request->arena, found.phone));
    approval_fact(facts, locale, S_recovery_staff_documents,
                  text_format(request->arena, "%lld", (long long)count));
    if (found.customer.frozen)
        approval_fact(facts, locale, S_recovery_staff_money,
                      string_get(request->arena, locale, S_recovery_staff_is_frozen, NULL, 0));
}

const struct approval_kind recovery_approvals[] = {
    {.name = "recovery.phone",
     .title = S_recovery_staff_title,
     .ask = PHONE_ASKS,
     .confirm = ROLE_IDENTIFICATION | ROLE_RISK,
     .life_us = 3 * DAY,
     .apply = apply,
     .dropped = dropped,
     .show = show},
    {.name = NULL},
};

const struct queue recovery_queues[] = {
    {.name = "recovery.phone",
     .title = S_recovery_staff_title,
     .roles = ROLE_IDENTIFICATION | ROLE_RISK,
     .due_us = DAY,
     .page = "/staff/phone-changes/"},
    {.name = NULL},
};

static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                      struct node *section) {
    (void)engine;
    (void)tx;
    (void)opened;
    struct arena *arena = section->arena; /* the page outlives the snapshot */
    struct text path = text_format(arena, "/staff/customers/%lld/phone", (long long)customer);
    card_fact(section, locale, S_recovery_staff_lost, string_get(arena, locale, S_recovery_staff_begin, NULL, 0),
              path.data);
}

const struct card_section recovery_card[] = {
    {S_recovery_staff_title, PHONE_ASKS, fill_card},
    {.fill = NULL},
};
