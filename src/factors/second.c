/* second.c: the second factor at signing in (ID-13): after the right password a ticket is given instead of a session;
 * with an SMS code, an authenticator's code or a recovery code the ticket becomes one. Its tries are counted before
 * anything is compared: on the ticket, and for the customer (a device he signed in from has its own, ID-15). */
#include "factors/internal.h"
#include "identity/code.h"

#include <string.h>

STATEMENT(ticket_add, "INSERT INTO sign_in_ticket (hash, customer, by_token, kind, next, tries, expires) "
                      "VALUES ($1, $2, $3, $4, $5, 0, $6)");
STATEMENT(ticket_read, "SELECT customer, by_token, kind, next FROM sign_in_ticket "
                       "WHERE hash = $1 AND expires > $2 AND tries < $3");
STATEMENT(ticket_count, "UPDATE sign_in_ticket SET tries = tries + 1 WHERE hash = $1 AND expires > $2 AND tries < $3");
STATEMENT(ticket_end, "DELETE FROM sign_in_ticket WHERE hash = $1");

static const struct refusal expired = {"sign-in-expired", 409, S_factors_second_expired, false};
static const struct refusal wrong = {"code-wrong", 422, S_factors_second_wrong, true};
static const struct refusal locked = {"too-many-tries", 429, S_factors_locked, true};
static const struct refusal too_many_codes = {"too-many-codes", 429, S_factors_codes_many, true};

struct ticket {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t customer;
    bool by_token;
    enum second kind;
    struct text next;
};

void signin_offer(struct request *request, struct tx *tx, struct node *document) {
    struct pin pin;
    bool by_password = request->method == METHOD_POST && text_is(request->path, "/signin");
    bool other = by_password || field_number(request, "other") != 0;
    doc_bool(document, "pin", !other && pin_find(request, tx, &pin));
    doc_bool(document, "passkey", passkeys_possible(request));
}

static bool ticket_find(struct request *request, struct tx *tx, struct ticket *ticket) {
    *ticket = (struct ticket){0};
    if (!token_hash(request, "factors.ticket", field_text(request, "ticket"), ticket->hash)) return false;
    struct rows *rows = tx_query(tx, &ticket_read,
                                 VALUES(V_BYTES(ticket->hash, sizeof ticket->hash), V_INT(world_now(request->world)),
                                        V_INT(factors_settings(request->engine)->ticket_tries)));
    bool found = rows_next(rows);
    if (found) {
        ticket->customer = row_int(rows, 0);
        ticket->by_token = row_int(rows, 1) != 0;
        ticket->kind = (enum second)row_int(rows, 2);
        ticket->next = row_copy(rows, 3, request->arena);
    }
    rows_end(rows);
    return found;
}

static bool send_code(struct request *request, struct tx *tx, const struct ticket *ticket, moment *free_at) {
    struct text phone = customer_phone(request, tx, ticket->customer);
    struct text code = code_make(request->engine, tx, CODE_SECOND_FACTOR, ticket->hash, phone, true);
    return tell_code(request, tx, ticket->customer, S_factors_sms_second, code, free_at);
}

/* sign_in_gate.second */
enum flow signin_second(struct request *request, struct tx *tx, int64_t customer, bool by_token, enum proved_by by,
                        struct text next) {
    struct second_state state;
    second_read(request, tx, customer, &state);
    if (state.kind == SECOND_NONE || (state.kind == SECOND_SMS && by == PROVED_BY_CODE)) return FLOW_NEXT;
    struct ticket ticket = {.customer = customer, .by_token = by_token, .kind = state.kind};
    struct text token = token_new(request, "factors.ticket", ticket.hash);
    moment now = world_now(request->world), free_at = 0;
    moment expires = now + factors_settings(request->engine)->ticket_life;
    tx_run(tx, &ticket_add,
           VALUES(V_BYTES(ticket.hash, sizeof ticket.hash), V_INT(customer), V_INT(by_token), V_INT(state.kind),
                  V_TEXT(next.data ? next : TEXT("")), V_INT(expires)));
    /* Too many codes: he may still use a recovery code, so the page is shown all the same. */
    if (state.kind == SECOND_SMS) (void)send_code(request, tx, &ticket, &free_at);
    struct node *document = doc_new(request->arena);
    doc_text(document, "second", text_from(second_names[state.kind]));
    doc_text(document, "ticket", token);
    doc_moment(document, "expires", expires);
    return answer_done(request, document, text_format(request->arena, "/signin/second?ticket=%.*s", TEXT_ARG(token)));
}

enum flow second_page(struct request *request, struct tx *tx) {
    struct ticket ticket;
    if (!ticket_find(request, tx, &ticket)) return see_or_refuse(request, "/signin", &expired);
    struct node *document = doc_new(request->arena);
    doc_text(document, "second", text_from(second_names[ticket.kind]));
    doc_bool(document, "by_sms", ticket.kind == SECOND_SMS);
    doc_text(document, "ticket", field_text(request, "ticket"));
    return answer_ok(request, document);
}

static bool right(struct request *request, struct tx *tx, const struct ticket *ticket) {
    struct text typed = field_text(request, "code");
    if (recovery_use(request, tx, ticket->customer, typed)) {
        tell_security(request, tx, ticket->customer, S_factors_sms_recovery_used, this_device(request));
        return true;
    }
    struct buffer digits = buffer_new(request->arena, 16);
    for (size_t i = 0; i < typed.size && digits.size < 16; i++) {
        if (typed.data[i] != ' ') buffer_add_char(&digits, typed.data[i]);
    }
    struct text code = buffer_text(&digits);
    if (ticket->kind == SECOND_APP) return second_app_right(request, tx, ticket->customer, code);
    return code_try(request->engine, tx, CODE_SECOND_FACTOR, ticket->hash,
                    customer_phone(request, tx, ticket->customer), code) == CODE_RIGHT;
}

enum flow second_try(struct request *request, struct tx *tx) {
    struct ticket ticket;
    moment free_at = 0;
    int64_t tries = factors_settings(request->engine)->ticket_tries;
    bool good = ticket_find(request, tx, &ticket);
    const struct value hash = V_BYTES(ticket.hash, sizeof ticket.hash);
    if (!good || tx_run(tx, &ticket_count, VALUES(hash, V_INT(world_now(request->world)), V_INT(tries))) != 1)
        return see_or_refuse(request, "/signin", &expired);
    if (!identity_try(request, tx, "factors.second", ticket.customer, &free_at))
        return refuse_until(request, &locked, free_at);
    if (!right(request, tx, &ticket)) return refuse_at(request, "code", &wrong);
    identity_try_right(request, tx, "factors.second", ticket.customer);
    tx_run(tx, &ticket_end, VALUES(hash));
    struct customer customer = {0}; /* his cabinet may have been closed since the password */
    if (!identity_customer(request->engine, tx, ticket.customer, &customer) || customer.closed)
        return see_or_refuse(request, "/signin", &expired);
    return identity_let_in(request, tx, ticket.customer, ticket.by_token, ticket.next);
}

enum flow second_resend(struct request *request, struct tx *tx) {
    struct ticket ticket;
    moment free_at = 0;
    if (!ticket_find(request, tx, &ticket) || ticket.kind != SECOND_SMS)
        return see_or_refuse(request, "/signin", &expired);
    if (!send_code(request, tx, &ticket, &free_at)) return refuse_until(request, &too_many_codes, free_at);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "sent", true);
    struct text token = field_text(request, "ticket");
    return answer_done(request, document, text_format(request->arena, "/signin/second?ticket=%.*s", TEXT_ARG(token)));
}
