/* remind.c: whoever has to pay is told three days before, on the day and while he is late; a card that he gave for
 * that pays on the day itself, and is tried twice more where its bank has refused. Once a day, after the night; a
 * customer's purchases together, so that he hears one thing. Days that were slept through are not made up: nobody wants
 * yesterday's reminder. What the law does not let be said at that hour, or so often, is said when it does
 * (src/debtors); a card pays at any hour. */
#include "messaging/messaging.h"
#include "products/instalments/cabinet.h"

#define PIECE 100
#define DAYS_BEFORE 3

STATEMENT(due, "SELECT DISTINCT customer FROM instalment_purchase WHERE status = 1 AND due = $1 AND customer > $2 "
               "ORDER BY customer LIMIT $3");
STATEMENT(late, "SELECT DISTINCT customer FROM instalment_purchase WHERE overdue_since > 0 AND overdue_since = $1 "
                "AND customer > $2 ORDER BY customer LIMIT $3");
STATEMENT(read_pass, "SELECT day, stage, customer FROM instalment_pass WHERE name = 'remind' FOR_UPDATE");
STATEMENT(put_pass, "INSERT INTO instalment_pass (name, day, stage, customer) VALUES ('remind', $1, $2, $3) "
                    "ON CONFLICT (name) DO UPDATE SET day = $1, stage = $2, customer = $3");

/* In the order in which they are gone through. away: of the payment's day, from today; of what is late, since when. */
static const struct {
    int64_t away;
    bool late, charge;
} stages[] = {{DAYS_BEFORE, false, false}, {0, false, true},   {-1, true, true},  {-3, true, true},
              {-7, true, false},           {-14, true, false}, {-28, true, false}};
#define STAGES (sizeof stages / sizeof *stages)

struct pass {
    int64_t day, stage, customer; /* stage STAGES: the day is done */
};

static struct pass pass_of(struct tx *tx) {
    struct pass pass = {.stage = STAGES};
    struct rows *rows = tx_query(tx, &read_pass, NO_VALUES);
    if (rows_next(rows)) pass = (struct pass){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    return pass;
}

/* What is late, and what that day brings. */
static int64_t sum_by(const struct owing *owing, int64_t day) {
    int64_t sum = 0;
    for (size_t i = 0; i < owing->due_count && owing->dues[i].day <= day; i++) sum += owing->dues[i].sum;
    return sum;
}

static const struct purchase *only_of(const struct owing *owing, int64_t day) {
    const struct purchase *only = NULL;
    for (size_t i = 0; i < owing->due_count && owing->dues[i].day <= day; i++) {
        const struct purchase *each = &owing->purchases[owing->dues[i].purchase];
        if (only != NULL && only != each) return NULL;
        only = each;
    }
    return only;
}

static void soon(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *only, int64_t sum,
                 int64_t on) {
    string_id text = S_instalments_told_soon;
    if (instalments_autopay_card(tx, customer) != 0) text = S_instalments_told_soon_auto;
    if (text == S_instalments_told_soon_auto && instalments_autopay_good(engine, tx, customer) == 0) {
        instalments_autopay_put(tx, customer, 0); /* of a card that is gone he hears before he counts on it */
        text = S_instalments_told_auto_gone;
    }
    instalments_remind(engine, tx, customer, only, text, sum, on);
}

static void remind(struct engine *engine, struct tx *tx, size_t stage, int64_t customer, int64_t today) {
    struct owing owing;
    int64_t on = stages[stage].late ? today : today + stages[stage].away;
    owing_of(engine, tx, customer, 0, &owing);
    int64_t sum = sum_by(&owing, on);
    const struct purchase *only = only_of(&owing, on);
    if (sum == 0) return;
    if (on > today) {
        soon(engine, tx, customer, only, sum, on);
        return;
    }
    enum autopay paid = stages[stage].charge ? instalments_autopay(engine, tx, customer, sum) : AUTOPAY_NONE;
    if (paid == AUTOPAY_ORDERED) return;
    if (paid == AUTOPAY_CARD_GONE) instalments_autopay_put(tx, customer, 0);
    if (stages[stage].late) instalments_remind(engine, tx, customer, only, S_instalments_told_late, sum, 0);
    else if (paid == AUTOPAY_CARD_GONE)
        instalments_remind(engine, tx, customer, only, S_instalments_told_auto_gone, sum, on);
    else instalments_remind(engine, tx, customer, only, S_instalments_told_today, sum, on);
}

static bool any_late(const struct owing *owing) {
    for (size_t i = 0; i < owing->count; i++)
        if (owing->purchases[i].state.loan.overdue_since != 0) return true;
    return false;
}

void instalments_remind_again(struct engine *engine, struct tx *tx, int64_t customer) {
    struct owing owing;
    int64_t today = instalments_today(engine), on = today;
    owing_of(engine, tx, customer, 0, &owing);
    bool overdue = any_late(&owing);
    if (!overdue && dues_next(owing.dues, owing.due_count, &on) == 0) return;
    if (on > today + DAYS_BEFORE) return;
    if (overdue) on = today;
    int64_t sum = sum_by(&owing, on);
    const struct purchase *only = only_of(&owing, on);
    if (on > today) soon(engine, tx, customer, only, sum, on);
    else if (overdue) instalments_remind(engine, tx, customer, only, S_instalments_told_late, sum, 0);
    else instalments_remind(engine, tx, customer, only, S_instalments_told_today, sum, today);
}

static bool may_begin(struct engine *engine, struct tx *tx, const struct pass *pass) {
    struct purchase unwanted;
    int64_t today = instalments_today(engine);
    return pass->day < today && purchases_waking(tx, today, &unwanted, 1) == 0 &&
           civil_at(world_now(engine_world(engine)), engine_zone(engine)).hour >=
               instalments_settings(engine)->remind_hour;
}

bool instalments_remind_job(struct engine *engine, struct tx *tx) {
    struct pass pass = pass_of(tx);
    int64_t customers[PIECE];
    size_t count = 0;
    if (pass.stage >= (int64_t)STAGES) {
        if (!may_begin(engine, tx, &pass)) return false;
        pass = (struct pass){.day = instalments_today(engine)};
    }
    if (message_crowded(tx)) return false;
    size_t stage = (size_t)pass.stage;
    struct rows *rows = tx_query(tx, stages[stage].late ? &late : &due,
                                 VALUES(V_INT(pass.day + stages[stage].away), V_INT(pass.customer), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) customers[count] = pass.customer = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) remind(engine, tx, stage, customers[i], pass.day);
    if (count < PIECE) pass = (struct pass){.day = pass.day, .stage = pass.stage + 1};
    tx_run(tx, &put_pass, VALUES(V_INT(pass.day), V_INT(pass.stage), V_INT(pass.customer)));
    return pass.stage < (int64_t)STAGES;
}
