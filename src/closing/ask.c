/* ask.c: a guest asks for a cabinet to be closed, since his phone is lost or he cannot get in. That proves nothing, so
 * nothing is closed: staff find a case, and whoever has the number hears of it.
 *
 * The request itself only keeps what was typed; whose number it is a job looks up. So neither the answer nor the time
 * it takes can tell whether there is such a customer (ID-10). */
#include "closing/closing.h"

#include "identity/robot.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"
#include "support/support.h"

#define PIECE 20

STATEMENT(add_ask, "INSERT INTO closing_ask (id, reason, urgent, phone, mail, words) "
                   "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(list_asks, "SELECT id, reason, urgent, phone, mail, words FROM closing_ask ORDER BY id LIMIT 20 FOR_UPDATE");
STATEMENT(drop_ask, "DELETE FROM closing_ask WHERE id = $1");

static const struct refusal robot_missing = {"robot-check-missing", 422, S_closing_robot_missing, true};
static const struct refusal robot_wrong = {"robot-check-failed", 422, S_closing_robot_wrong, true};
static const struct refusal too_many = {"too-many-codes", 429, S_closing_too_many, true};

/* ---- the form ---- */

enum flow ask_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    wish_choices(request, document);
    doc_text(document, "challenge_path", TEXT("/signup/challenge"));
    if (identity_settings(request->engine)->robot_plain)
        robot_question(request->engine, &request->locale, doc_object(document, "question"));
    return answer_ok(request, document);
}

static struct value seal(struct request *request, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_NULL;
    struct text sealed =
        secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), purpose, id, clear);
    return V_BYTES(sealed.data, sealed.size);
}

enum flow ask_do(struct request *request, struct tx *tx) {
    const char *proof = field_given(request, "answer") ? "answer" : "altcha";
    struct closing_wish wish = closing_wish_of(request, CLOSING_GUEST);
    struct text phone = field_text(request, "phone");
    int64_t id = world_id(request->world);
    moment free_at = 0;
    switch (robot_check(request, tx, &free_at)) {
    case ROBOT_NONE: return refuse_at(request, proof, &robot_missing);
    case ROBOT_WRONG: return refuse_at(request, proof, &robot_wrong);
    case ROBOT_BUSY: return refuse_until(request, &too_many, free_at);
    case ROBOT_NO: break;
    }
    if (!identity_may_send(request, tx, phone, &free_at)) return refuse_until(request, &too_many, free_at);
    tx_run(tx, &add_ask,
           VALUES(V_INT(id), V_INT(wish.reason), V_INT(wish.urgent), seal(request, tx, "closing.ask.phone", id, phone),
                  seal(request, tx, "closing.ask.mail", id, wish.mail),
                  seal(request, tx, "closing.ask.words", id, wish.words)));
    struct node *document = doc_new(request->arena);
    doc_bool(document, "taken", true);
    doc_bool(document, "urgent", wish.urgent);
    return answer_done(request, document, wish.urgent ? TEXT("/help/closing/sent?urgent=on")
                                                      : TEXT("/help/closing/sent"));
}

enum flow asked_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_bool(document, "urgent", field_number(request, "urgent") != 0);
    return answer_ok(request, document);
}

/* ---- whose it is ---- */

struct ask {
    int64_t id;
    struct text phone;
    struct closing_wish wish;
};

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, const struct rows *rows,
                          int column) {
    struct text clear = TEXT_NONE;
    if (row_null(rows, column) || !secret_open(engine_keyring(engine), tx_arena(tx), purpose, row_int(rows, 0),
                                               row_text(rows, column), &clear))
        return TEXT_NONE;
    return clear;
}

static size_t read_asks(struct engine *engine, struct tx *tx, struct ask asks[PIECE]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list_asks, NO_VALUES);
    for (; count < PIECE && rows_next(rows); count++)
        asks[count] = (struct ask){.id = row_int(rows, 0),
                                   .phone = opened(engine, tx, "closing.ask.phone", rows, 3),
                                   .wish = {.way = CLOSING_GUEST,
                                            .reason = row_int(rows, 1),
                                            .urgent = row_int(rows, 2) != 0,
                                            .mail = opened(engine, tx, "closing.ask.mail", rows, 4),
                                            .words = opened(engine, tx, "closing.ask.words", rows, 5)}};
    rows_end(rows);
    return count;
}

/* The case says nothing of a stranger's: the customer reads it, too. */
static void hand_over(struct engine *engine, struct tx *tx, const struct ask *ask) {
    struct customer customer;
    int64_t id = ask->phone.size > 0 ? identity_by_phone(engine, tx, ask->phone) : 0;
    if (id == 0 || !identity_customer(engine, tx, id, &customer) || customer.closed) return;
    const struct locale locale = {customer.language, engine_zone(engine), world_now(engine_world(engine))};
    string_id words = ask->wish.urgent ? S_closing_case_urgent : S_closing_case;
    struct node company = text_value(text_from(engine_config(engine)->company));
    const struct string_argument argument = {"company", &company};
    wish_keep(engine, tx, id, &ask->wish);
    support_note(engine, tx, id, ask->wish.urgent ? CASE_THEFT : CASE_CHAT,
                 string_get(tx_arena(tx), &locale, words, NULL, 0));
    message_sms(engine, tx,
                &(struct message){.customer = id,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = S_closing_sms_somebody,
                                  .arguments = &argument,
                                  .argument_count = 1});
}

bool asked_run(struct engine *engine, struct tx *tx) {
    struct ask asks[PIECE];
    size_t count = read_asks(engine, tx, asks);
    for (size_t i = 0; i < count; i++) {
        hand_over(engine, tx, &asks[i]);
        tx_run(tx, &drop_ask, VALUES(V_INT(asks[i].id)));
    }
    return count == PIECE;
}
