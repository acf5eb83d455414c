/* temporary.c: passwords that we made and sent by SMS (ID-11): good for a while, once, and only for choosing another at
 * the first sign-in. They are asked for by an SMS of any text from the registered number to a short number, or by
 * number and surname. Who asks may be somebody else (an SMS's sender can be forged), so the answer goes to the
 * registered number alone, only so often, and takes nothing away: the customer's own password stays good until the
 * temporary one is used. Whichever of the two is used first ends the other.
 *
 * Argon2id is never computed on the writer: the asking leaves an outbox row, its dispatcher makes and hashes the
 * password, and a command stores it and sends the SMS. */
#include "recovery/recovery.h"

#include "base/json.h"

#include <jansson.h>
#include <string.h>

/* encoded: it waits beside the customer's own; NULL: it was used, so it is his password now, to be replaced. */
STATEMENT(temporary_put, "INSERT INTO temporary_password (customer, expires, encoded) VALUES ($1, $2, $3) "
                         "ON CONFLICT (customer) DO UPDATE SET expires = $2, encoded = $3");
STATEMENT(temporary_read, "SELECT expires, encoded FROM temporary_password WHERE customer = $1");
STATEMENT(temporary_delete, "DELETE FROM temporary_password WHERE customer = $1");
STATEMENT(temporary_unused, "DELETE FROM temporary_password WHERE customer = $1 AND encoded IS NOT NULL");

static const struct refusal over = {"temporary-password-expired", 422, S_recovery_temporary_over, false};

/* ---- asked for ---- */

void temporary_ask(struct engine *engine, struct tx *tx, int64_t customer) {
    moment now = world_now(engine_world(engine));
    outbox_add(engine, tx, "recovery.password", customer, 0, TEXT("{}"), now, now + 10 * MINUTE);
}

static void sms_came(struct engine *engine, struct tx *tx, const struct event *event) {
    const struct recovery_settings *settings = recovery_settings(engine);
    struct customer customer;
    moment free_at = 0;
    if (settings->way != BY_INCOMING || !text_is(event->to, settings->short_number)) return;
    const struct tally_policy policy = {settings->incoming_most, settings->incoming_window, settings->incoming_window,
                                        DAY};
    if (!tally_take(engine, tx, "recovery.incoming", event->phone, &policy, &free_at)) return;
    int64_t id = identity_by_phone(engine, tx, event->phone);
    if (!identity_customer(engine, tx, id, &customer) || customer.closed) return;
    temporary_ask(engine, tx, id);
}

void temporary_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_SMS_CAME) sms_came(engine, tx, event);
    if (event->kind == EVENT_CUSTOMER_PASSWORD) tx_run(tx, &temporary_delete, VALUES(V_INT(event->customer)));
}

/* ---- made, by the outbox's thread ---- */

#define LETTERS "abcdefghijkmnpqrstuvwxyz"
#define CAPITALS "ABCDEFGHJKLMNPQRSTUVWXYZ"
#define DIGITS "23456789"

/* Twelve signs without those that look alike, good for either policy: 50 bits and more. */
static struct text invent(struct world *world, struct arena *arena) {
    struct buffer out = buffer_new(arena, 16);
    for (int i = 0; i < 3; i++) {
        buffer_add_char(&out, CAPITALS[world_random_below(world, sizeof CAPITALS - 1)]);
        buffer_add_char(&out, LETTERS[world_random_below(world, sizeof LETTERS - 1)]);
        buffer_add_char(&out, LETTERS[world_random_below(world, sizeof LETTERS - 1)]);
        buffer_add_char(&out, DIGITS[world_random_below(world, sizeof DIGITS - 1)]);
        if (i < 2) buffer_add_char(&out, '-');
    }
    return buffer_text(&out);
}

/* "Abc2-Def3-Ghk4": known by its looks, so that whoever types one costs us the same, whosever number he names. */
static bool looks_invented(struct text typed) {
    static const char *const kinds[] = {CAPITALS, LETTERS, LETTERS, DIGITS};
    if (typed.size != 14) return false;
    for (size_t i = 0; i < typed.size; i++) {
        size_t at = i % 5;
        if (at == 4 ? typed.data[i] != '-' : strchr(kinds[at], typed.data[i]) == NULL) return false;
    }
    return true;
}

static enum outbox_verdict make(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    (void)item;
    struct text password = invent(engine_world(engine), arena), encoded;
    if (!password_hash(arena, password, &encoded)) return OUTBOX_AGAIN;
    struct node *made = doc_new(arena);
    doc_text(made, "password", password);
    doc_text(made, "encoded", encoded);
    struct buffer json = buffer_new(arena, 256);
    doc_write_json(made, &json);
    *reply = buffer_text(&json);
    return OUTBOX_DONE;
}

static void store_and_send(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                           enum outbox_verdict verdict, struct text reply) {
    struct customer customer;
    if (verdict != OUTBOX_DONE || !identity_customer(engine, tx, item->owner, &customer) || customer.closed) return;
    const json_t *made = json_read(tx_arena(tx), reply);
    const char *password = json_string_value(json_object_get(made, "password"));
    const char *encoded = json_string_value(json_object_get(made, "encoded"));
    if (!password || !encoded) return;
    int64_t life = recovery_settings(engine)->temporary_life;
    moment expires = world_now(engine_world(engine)) + life;
    tx_run(tx, &temporary_put, VALUES(V_INT(customer.id), V_INT(expires), V_TEXT(text_from(encoded))));
    struct node company = text_value(text_from(engine_config(engine)->company));
    struct node secret = text_value(text_from(password)), until = moment_value(expires);
    const struct string_argument arguments[] = {{"company", &company}, {"password", &secret}, {"until", &until}};
    message_sms(engine, tx,
                &(struct message){.customer = customer.id,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = S_recovery_sms_temporary,
                                  .arguments = arguments,
                                  .argument_count = 3,
                                  .deadline = expires,
                                  .secret = true});
}

const struct outbox_kind recovery_outbox[] = {{.name = "recovery.password", .send = make, .result = store_and_send,
                                               .at_once = 2},
                                              {.name = NULL}};

/* ---- used ---- */

void recover_offer(struct request *request, struct tx *tx, struct node *document) {
    (void)request;
    (void)tx;
    doc_bool(document, "recover", true);
}

struct temporary {
    moment expires;
    struct text encoded; /* TEXT_NONE: it is the password now */
};

static bool find(struct request *request, struct tx *tx, int64_t customer, struct temporary *temporary) {
    struct rows *rows = tx_query(tx, &temporary_read, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    if (found) {
        temporary->expires = row_int(rows, 0);
        temporary->encoded = row_null(rows, 1) ? TEXT_NONE : row_copy(rows, 1, request->arena);
    }
    rows_end(rows);
    return found;
}

static bool made_here(const struct request *request) {
    int way = recovery_settings(request->engine)->way;
    return way == BY_INCOMING || way == BY_SURNAME;
}

bool temporary_beside(struct request *request, struct tx *tx, int64_t customer, struct text typed,
                      struct text *encoded) {
    struct temporary temporary;
    *encoded = TEXT_NONE;
    if (!made_here(request) || !looks_invented(typed)) return false;
    if (find(request, tx, customer, &temporary)) *encoded = temporary.encoded;
    return true;
}

/* Used, it is the customer's password, to be replaced at once; the one before is history. */
bool temporary_spent(struct request *request, struct tx *tx, int64_t customer, struct text used) {
    struct temporary temporary;
    if (used.data == NULL) {
        if (made_here(request)) tx_run(tx, &temporary_unused, VALUES(V_INT(customer)));
        return true;
    }
    if (!find(request, tx, customer, &temporary) || !text_equal(temporary.encoded, used)) return false;
    identity_password_set(request->engine, tx, customer, used);
    tx_run(tx, &temporary_put, VALUES(V_INT(customer), V_INT(temporary.expires), V_NULL));
    return true;
}

/* The password was right and is one of ours: no session; choosing another comes first. */
enum flow temporary_gate(struct request *request, struct tx *tx, int64_t id, bool by_token) {
    (void)by_token;
    struct customer customer;
    struct reset reset;
    struct temporary temporary;
    if (!find(request, tx, id, &temporary) || temporary.encoded.data != NULL ||
        !identity_customer(request->engine, tx, id, &customer))
        return FLOW_NEXT;
    if (temporary.expires <= world_now(request->world)) return refuse(request, &over);
    struct text token = reset_new(request, tx, customer.phone, id, RESET_SECRET, &reset);
    if (request->wants_html) return answer_see(request, TEXT("/recover/password"));
    struct node *document = doc_new(request->arena);
    doc_text(document, "next", TEXT("/recover/password"));
    doc_text(document, "draft", token);
    return answer_ok(request, document);
}
