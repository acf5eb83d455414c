/* phone.c: another number for the same cabinet (ID-12), with both in hand: a code to the old one, then a code to the
 * new one, then all at once in one command: the number, what waits for it, other sessions, a limit on outgoing money,
 * and both numbers are told. A number that another customer has looks like any other: its code never matches. */
#include "recovery/recovery.h"

enum step { STEP_OLD = 1, STEP_NEW };

static const struct refusal same = {"same-number", 422, S_recovery_phone_same, false};
static const struct refusal too_many = {"too-many-codes", 429, S_recovery_code_too_many, true};
static const struct refusal code_wrong = {"code-wrong", 422, S_recovery_code_wrong, true};
static const struct refusal code_spent = {"code-spent", 422, S_recovery_code_spent, true};
static const struct refusal none = {"no-phone-change", 409, S_recovery_phone_none, false};

STATEMENT(change_put, "INSERT INTO phone_change (customer, id, phone, step, expires) VALUES ($1, $2, $3, 1, $4) "
                      "ON CONFLICT (customer) DO UPDATE SET id = $2, phone = $3, step = 1, expires = $4");
STATEMENT(change_read, "SELECT id, phone, step FROM phone_change WHERE customer = $1 AND expires > $2");
STATEMENT(change_step, "UPDATE phone_change SET step = 2 WHERE customer = $1 AND id = $2 AND step = 1");
STATEMENT(change_delete, "DELETE FROM phone_change WHERE customer = $1 AND id = $2");

struct change {
    int64_t id;
    struct customer customer;
    struct text phone; /* the new one */
    enum step step;
    uint8_t subject[SECRET_HASH_SIZE]; /* of its codes */
};

static void subject_of(struct request *request, struct change *change) {
    struct text name = text_format(request->arena, "%lld|%lld", (long long)change->customer.id, (long long)change->id);
    secret_hash(engine_keyring(request->engine), "phone.change", name, change->subject);
}

static bool change_find(struct request *request, struct tx *tx, struct change *change) {
    *change = (struct change){0};
    int64_t customer = request->caller.customer;
    if (!identity_customer(request->engine, tx, customer, &change->customer)) return false;
    struct rows *rows = tx_query(tx, &change_read, VALUES(V_INT(customer), V_INT(world_now(request->world))));
    bool found = rows_next(rows);
    if (found) {
        change->id = row_int(rows, 0);
        change->step = (enum step)row_int(rows, 2);
        found = secret_open(engine_keyring(request->engine), request->arena, "phone.change", change->id,
                            row_text(rows, 1), &change->phone);
    }
    rows_end(rows);
    subject_of(request, change);
    return found;
}

static enum code_purpose purpose_of(const struct change *change) {
    return change->step == STEP_OLD ? CODE_PHONE_OLD : CODE_PHONE_NEW;
}

static struct text number_of(const struct change *change) {
    return change->step == STEP_OLD ? change->customer.phone : change->phone;
}

static void send_code(struct request *request, struct tx *tx, const struct change *change) {
    struct engine *engine = request->engine;
    struct text number = number_of(change);
    bool fresh = change->step == STEP_NEW;
    bool taken = fresh && identity_by_phone(engine, tx, change->phone) != 0;
    struct text code = code_make(engine, tx, purpose_of(change), change->subject, number, !taken);
    struct node company = text_value(text_from(engine_config(engine)->company)), code_value = text_value(code);
    struct node masked = text_value(phone_masked(request->arena, change->phone));
    struct node host = text_value(site_host(request));
    const struct string_argument arguments[] = {
        {"company", &company}, {"code", &code_value}, {"phone", &masked}, {"host", &host}};
    message_sms(engine, tx,
                &(struct message){.customer = fresh ? 0 : change->customer.id,
                                  .phone = number,
                                  .language = request->locale.language,
                                  .text = taken   ? S_recovery_sms_phone_taken
                                          : fresh ? S_recovery_sms_phone_new
                                                  : S_recovery_sms_phone_old,
                                  .arguments = arguments,
                                  .argument_count = 4,
                                  .deadline = world_now(request->world) + 10 * MINUTE,
                                  .secret = true});
}

/* ---- the new number ---- */

enum flow phone_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "phone", phone_pretty(request->arena, customer.phone));
    doc_int(document, "hours", recovery_settings(request->engine)->phone_cooling / HOUR);
    return answer_ok(request, document);
}

enum flow phone_start(struct request *request, struct tx *tx) {
    struct change change = {.id = world_id(request->world), .phone = field_text(request, "phone"), .step = STEP_OLD};
    moment free_at = 0, now = world_now(request->world);
    if (!identity_customer(request->engine, tx, request->caller.customer, &change.customer))
        return answer_missing(request);
    if (text_equal(change.phone, change.customer.phone)) return refuse_at(request, "phone", &same);
    if (!identity_may_send(request, tx, change.customer.phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, request->arena, "phone.change",
                                     change.id, change.phone);
    tx_run(tx, &change_put,
           VALUES(V_INT(change.customer.id), V_INT(change.id), V_BYTES(sealed.data, sealed.size),
                  V_INT(now + recovery_settings(request->engine)->draft_life)));
    subject_of(request, &change);
    send_code(request, tx, &change);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("old"));
    return answer_done(request, document, TEXT("/settings/phone/code"));
}

/* ---- its codes ---- */

enum flow phone_code_page(struct request *request, struct tx *tx) {
    struct change change;
    if (!change_find(request, tx, &change)) return see_or_refuse(request, "/settings/phone", &none);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "old", change.step == STEP_OLD);
    doc_text(document, "number", number_of(&change));
    doc_text(document, "shown", phone_pretty(request->arena, number_of(&change)));
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
    return answer_ok(request, document);
}

void phone_tell_both(struct engine *engine, struct tx *tx, const struct customer *before, struct text fresh) {
    struct node company = text_value(text_from(engine_config(engine)->company));
    struct node masked = text_value(phone_masked(tx_arena(tx), fresh));
    const struct string_argument arguments[] = {{"company", &company}, {"phone", &masked}};
    message_sms(engine, tx,
                &(struct message){.customer = before->id,
                                  .phone = before->phone,
                                  .language = before->language,
                                  .text = S_recovery_tell_phone,
                                  .arguments = arguments,
                                  .argument_count = 2});
    message_tell(engine, tx, before->id, TOPIC_SECURITY, S_recovery_tell_phone, arguments, 2);
}

static enum flow change_now(struct request *request, struct tx *tx, const struct change *change) {
    const struct recovery_settings *settings = recovery_settings(request->engine);
    moment until = world_now(request->world) + settings->phone_cooling;
    tx_run(tx, &change_delete, VALUES(V_INT(change->customer.id), V_INT(change->id)));
    /* Somebody signed up with it since the code was sent: as if the code had been wrong. */
    if (!identity_phone_change(request->engine, tx, change->customer.id, change->phone))
        return refuse_at(request, "code", &code_wrong);
    identity_end_others(request, tx, change->customer.id, request->caller.session);
    identity_cool(request->engine, tx, change->customer.id, until, settings->phone_sum);
    phone_tell_both(request->engine, tx, &change->customer, change->phone);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("done"));
    doc_moment(document, "limited_until", until);
    return answer_done(request, document, TEXT("/settings/profile"));
}

enum flow phone_code_try(struct request *request, struct tx *tx) {
    struct change change;
    moment free_at = 0;
    if (!change_find(request, tx, &change)) return see_or_refuse(request, "/settings/phone", &none);
    switch (code_try(request->engine, tx, purpose_of(&change), change.subject, number_of(&change),
                     field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &code_wrong);
    case CODE_SPENT: return refuse_at(request, "code", &code_spent);
    case CODE_RIGHT: break;
    }
    if (change.step == STEP_NEW) return change_now(request, tx, &change);
    if (!identity_may_send(request, tx, change.phone, &free_at)) return refuse_until(request, &too_many, free_at);
    tx_run(tx, &change_step, VALUES(V_INT(change.customer.id), V_INT(change.id)));
    change.step = STEP_NEW;
    send_code(request, tx, &change);
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("new"));
    return answer_done(request, document, TEXT("/settings/phone/code"));
}
