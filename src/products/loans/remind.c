/* remind.c: whoever has to pay is told three days before, on the day and when he is late; on the day itself a card
 * that he gave for that pays. Once a day, after the night. Who may not be written to at that hour where he lives, or
 * not so often (230-FZ, articles 7 and 8), is not; a card pays at any hour. Days that were slept through are not made
 * up: nobody wants yesterday's reminder. */
#include "messaging/messaging.h"
#include "products/loans/repay.h"

#define PIECE 100
#define DAYS_BEFORE 3

STATEMENT(due, "SELECT customer, id FROM loan_running WHERE due = $1 AND (customer, id) > ($2, $3) "
               "ORDER BY customer, id LIMIT $4");
STATEMENT(late, "SELECT customer, id FROM loan_running WHERE overdue_since > 0 AND overdue_since = $1 "
                "AND (customer, id) > ($2, $3) ORDER BY customer, id LIMIT $4");

/* pass.total: which of them it is at. */
enum reminder { REMIND_SOON, REMIND_TODAY, REMIND_LATE, REMINDERS };

/* Of a card that is gone he hears before he counts on it. */
static void card_gone(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum, int64_t on) {
    credit_autopay_put(tx, credit->customer, credit->id, 0);
    credit_remind(engine, tx, credit, S_loans_told_auto_gone, sum, on);
}

static void soon(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum, int64_t on) {
    bool asked = credit_autopay_card(tx, credit->customer, credit->id) != 0;
    if (!asked) credit_remind(engine, tx, credit, S_loans_told_soon, sum, on);
    else if (credit_autopay_good(engine, tx, credit->customer, credit->id) == 0)
        card_gone(engine, tx, credit, sum, on);
    else credit_remind(engine, tx, credit, S_loans_told_soon_auto, sum, on);
}

static void on_the_day(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum, int64_t on) {
    switch (credit_autopay(engine, tx, credit, sum)) {
    case AUTOPAY_ORDERED: return;
    case AUTOPAY_CARD_GONE: card_gone(engine, tx, credit, sum, on); return;
    case AUTOPAY_NONE:
    case AUTOPAY_REFUSED: credit_remind(engine, tx, credit, S_loans_told_today, sum, on);
    }
}

static void remind(struct engine *engine, struct tx *tx, enum reminder stage, int64_t customer, int64_t id) {
    struct credit credit;
    struct credit_product product;
    struct running running;
    if (!credit_find(tx, customer, id, &credit) || !running_find(tx, customer, id, &running) ||
        !credit_product_find(tx, credit.product, &product))
        return;
    const struct loan_contract contract = credit_contract_of(engine, &product, &credit);
    int64_t sum = credit_due_now(&contract, &running.state);
    if (sum <= 0) return;
    int64_t on = running.state.due;
    if (stage == REMIND_LATE) credit_remind(engine, tx, &credit, S_loans_told_late, sum, 0);
    else if (stage == REMIND_SOON) soon(engine, tx, &credit, sum, on);
    else on_the_day(engine, tx, &credit, sum, on);
}

static bool may_begin(struct engine *engine, struct tx *tx, const struct loan_pass *pass) {
    struct loan_pass night = loan_pass_of(tx, PASS_NIGHT);
    int64_t today = loans_today(engine);
    return pass->day < today && night.day == today && !night.running &&
           civil_at(world_now(engine_world(engine)), engine_zone(engine)).hour >= loans_settings(engine)->remind_hour;
}

bool loans_remind_job(struct engine *engine, struct tx *tx) {
    struct loan_pass pass = loan_pass_of(tx, PASS_REMINDERS);
    moment now = world_now(engine_world(engine));
    int64_t ids[PIECE][2];
    size_t count = 0;
    if (!pass.running && !may_begin(engine, tx, &pass)) return false;
    if (!pass.running)
        pass = (struct loan_pass){.id = PASS_REMINDERS, .day = loans_today(engine), .running = true, .began = now};
    if (message_crowded(tx)) return false;
    static const int64_t away[REMINDERS] = {DAYS_BEFORE, 0, -1};
    int64_t day = pass.day + away[pass.total];
    struct rows *rows = tx_query(tx, pass.total == REMIND_LATE ? &late : &due,
                                 VALUES(V_INT(day), V_INT(pass.customer), V_INT(pass.loan), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        ids[count][0] = pass.customer = row_int(rows, 0);
        ids[count][1] = pass.loan = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) remind(engine, tx, (enum reminder)pass.total, ids[i][0], ids[i][1]);
    pass.seen += (int64_t)count;
    if (count < PIECE) {
        pass.total++;
        pass.customer = pass.loan = 0;
        pass.running = pass.total < REMINDERS;
        if (!pass.running) pass.ended = now;
    }
    loan_pass_put(tx, &pass);
    return pass.running;
}
