/* difference.c: what a provider's register has otherwise than we do, a row and a task for each, until one of finance
 * has said what is to become of it and another has confirmed it (BO-2, BO-3): the customer gets back what never
 * arrived, or the provider is told once more, or is to take back what nobody paid, or nothing moves. A register that
 * agrees again ends it by itself. */
#include "payments/register.h"

#include "messaging/messaging.h"

#define ASKED_LIFE HOUR /* how long a provider is told again before staff see that it did not help */

/* Kept by number. */
enum difference_state { STATE_OPEN = 1, STATE_ASKED, STATE_CLOSED };

struct row {
    int64_t id, provider, payment, day, ours, theirs;
    enum difference_kind kind;
    enum difference_state state;
    moment found, ended;
    int64_t code; /* what the provider said when it was told again; -1: nothing */
};

#define COLUMNS "id, provider, payment, day, kind, ours, theirs, state, found, ended, code"

STATEMENT(find_payment, "SELECT " COLUMNS " FROM pay_difference WHERE provider = $1 AND payment = $2 FOR_UPDATE");
STATEMENT(find, "SELECT " COLUMNS " FROM pay_difference WHERE id = $1");
STATEMENT(lock, "SELECT " COLUMNS " FROM pay_difference WHERE id = $1 FOR_UPDATE");
STATEMENT(insert, "INSERT INTO pay_difference (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(update, "UPDATE pay_difference SET kind = $3, ours = $4, theirs = $5, state = $6, ended = $7, code = $8 "
                  "WHERE provider = $1 AND id = $2");
STATEMENT(count_open, "SELECT COUNT(*) FROM pay_difference WHERE provider = $1 AND state < 3");

static const struct refusal over = {"difference-over", 409, S_payments_difference_over, false};
static const struct refusal unfit = {"decision-unfit", 422, S_payments_difference_unfit, false};
static const struct refusal no_money = {"provider-short", 409, S_payments_staff_short, false};

static bool row_of(struct rows *rows, struct row *row) {
    bool found = rows_next(rows);
    if (found)
        *row = (struct row){.id = row_int(rows, 0),
                            .provider = row_int(rows, 1),
                            .payment = row_int(rows, 2),
                            .day = row_int(rows, 3),
                            .kind = (enum difference_kind)row_int(rows, 4),
                            .ours = row_int(rows, 5),
                            .theirs = row_int(rows, 6),
                            .state = (enum difference_state)row_int(rows, 7),
                            .found = row_int(rows, 8),
                            .ended = row_int(rows, 9),
                            .code = row_int(rows, 10)};
    rows_end(rows);
    return found;
}

static bool row_by_id(struct tx *tx, int64_t id, struct row *row) {
    return row_of(tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(id))), row);
}

static void row_save(struct tx *tx, const struct row *row) {
    tx_run(tx, &update,
           VALUES(V_INT(row->provider), V_INT(row->id), V_INT(row->kind), V_INT(row->ours), V_INT(row->theirs),
                  V_INT(row->state), V_INT(row->ended), V_INT(row->code)));
}

static void add_task(struct engine *engine, struct tx *tx, const struct row *row) {
    int64_t customer = payment_owner(tx, row->payment);
    queue_add(engine, tx, "payments.difference", row->id, customer > 0 ? customer : 0,
              text_format(tx_arena(tx), "%s %lld", difference_name(row->kind), (long long)row->payment), 0);
}

static void close_row(struct engine *engine, struct tx *tx, struct row *row, int64_t staff, const char *outcome) {
    row->state = STATE_CLOSED;
    row->ended = world_now(tx_world(tx));
    row_save(tx, row);
    queue_finish(engine, tx, "payments.difference", row->id, staff, outcome);
}

int64_t differences_open(struct tx *tx, int64_t provider) {
    struct rows *rows = tx_query(tx, &count_open, VALUES(V_INT(provider)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

/* ---- found by a register ---- */

static void found_first(struct engine *engine, struct tx *tx, const struct differing *found) {
    moment now = world_now(tx_world(tx));
    const struct row row = {.id = world_id(tx_world(tx)),
                            .provider = found->provider,
                            .payment = found->payment,
                            .kind = found->kind};
    tx_run(tx, &insert,
           VALUES(V_INT(row.id), V_INT(found->provider), V_INT(found->payment), V_INT(found->day), V_INT(found->kind),
                  V_INT(found->ours), V_INT(found->theirs), V_INT(STATE_OPEN), V_INT(now), V_INT(0), V_INT(-1)));
    add_task(engine, tx, &row);
}

/* What was settled otherwise is found by each register again: only what has changed since is news. */
void difference_found(struct engine *engine, struct tx *tx, const struct differing *found) {
    struct row row;
    if (!row_of(tx_query(tx, &find_payment, VALUES(V_INT(found->provider), V_INT(found->payment))), &row)) {
        if (found->kind != DIFFERENCE_NONE) found_first(engine, tx, found);
        return;
    }
    if (found->kind == DIFFERENCE_NONE) {
        if (row.state != STATE_CLOSED) close_row(engine, tx, &row, 0, "agreed");
        return;
    }
    bool same = row.kind == found->kind && row.ours == found->ours && row.theirs == found->theirs;
    if (same) return;
    row.kind = found->kind;
    row.ours = found->ours;
    row.theirs = found->theirs;
    bool again = row.state == STATE_CLOSED;
    if (again) {
        row.state = STATE_OPEN;
        row.ended = 0;
        row.code = -1;
    }
    row_save(tx, &row);
    if (again) add_task(engine, tx, &row);
}

/* ---- for staff ---- */

static const string_id kind_words[] = {[DIFFERENCE_MISSING] = S_payments_difference_missing,
                                       [DIFFERENCE_UNKNOWN] = S_payments_difference_unknown,
                                       [DIFFERENCE_SUM] = S_payments_difference_sum,
                                       [DIFFERENCE_CANCELLED] = S_payments_difference_cancelled};
static const struct {
    const char *name;
    string_id title;
} decisions[DECISIONS] = {[DECISION_REFUND] = {"refund", S_payments_difference_refund},
                          [DECISION_PUSH] = {"push", S_payments_difference_push},
                          [DECISION_CANCEL] = {"cancel", S_payments_difference_cancel},
                          [DECISION_CLOSE] = {"close", S_payments_difference_close}};

static const struct provider *provider_of(struct request *request, const struct row *row) {
    return catalogue_provider(catalogue_take(request->engine, request->arena), row->provider);
}

/* Nobody waits for a part of what the house has paid: it comes back whole, or people settle it otherwise. */
static bool part_of_house(struct tx *tx, const struct row *row) {
    return row->theirs > 0 && payment_owner(tx, row->payment) == 0;
}

static bool fits(struct tx *tx, const struct provider *provider, const struct row *row, enum decision decision) {
    if (decision == DECISION_REFUND && part_of_house(tx, row)) return false;
    return decision_fits(decision, row->kind, row->ours, row->theirs, provider != NULL && provider->cancels);
}

static bool asked_row(struct request *request, struct tx *tx, struct row *row) {
    int64_t id;
    return request_param_id(request, 0, &id) && row_by_id(tx, id, row);
}

/* Of a customer's payment no more is seen than of the payment itself. */
static bool may_see(struct request *request, struct tx *tx, const struct row *row, int64_t *customer) {
    *customer = payment_owner(tx, row->payment);
    return *customer <= 0 || staff_sees(request, tx, *customer).allowed;
}

/* GET /staff/differences/{id} */
enum flow staff_difference_read(struct request *request, struct tx *tx) {
    struct row row;
    int64_t customer;
    static const char *const states[] = {"", "open", "asked", "closed"};
    if (!asked_row(request, tx, &row)) return answer_missing(request);
    if (!may_see(request, tx, &row, &customer)) return staff_needs_reason(request, customer);
    const struct provider *provider = provider_of(request, &row);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", row.id);
    doc_text(document, "kind", text_from(difference_name(row.kind)));
    doc_text(document, "kind_words", string_get(request->arena, &request->locale, kind_words[row.kind], NULL, 0));
    if (provider != NULL) doc_text(document, "provider", words_in(&provider->title, request->locale.language));
    doc_text(document, "number", text_format(request->arena, "%lld", (long long)row.payment));
    if (customer >= 0) doc_id(document, "payment", row.payment);
    doc_bool(document, "house", customer == 0);
    doc_bool(document, "house_part", part_of_house(tx, &row));
    doc_date(document, "day", date_from_days(row.day));
    doc_moment(document, "found", row.found);
    doc_money(document, "ours", rub(row.ours));
    doc_money(document, "theirs", rub(row.theirs));
    doc_text(document, "state", text_from(states[row.state]));
    doc_bool(document, "asked", row.state == STATE_ASKED);
    doc_bool(document, "closed", row.state == STATE_CLOSED);
    if (row.code >= 0) doc_int(document, "provider_code", row.code);
    struct node *list = doc_array(document, "decisions");
    for (int i = 0; i < DECISIONS && row.state == STATE_OPEN; i++) {
        if (!fits(tx, provider, &row, (enum decision)i)) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(decisions[i].name));
        doc_text(node, "title", string_get(request->arena, &request->locale, decisions[i].title, NULL, 0));
    }
    return answer_ok(request, document);
}

/* POST /staff/differences/{id} */
enum flow staff_difference_ask(struct request *request, struct tx *tx) {
    struct row row;
    int64_t customer;
    enum decision decision = (enum decision)field_number(request, "decision");
    if (!asked_row(request, tx, &row)) return answer_missing(request);
    if (!may_see(request, tx, &row, &customer)) return staff_needs_reason(request, customer);
    if (row.state != STATE_OPEN) return refuse(request, &over);
    if (!fits(tx, provider_of(request, &row), &row, decision)) return refuse(request, &unfit);
    struct text data = text_format(request->arena, "%d %lld %lld", (int)decision, (long long)row.ours,
                                   (long long)row.theirs);
    int64_t id = approval_ask(request, tx, "payments.difference", customer, row.id, data,
                              field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

/* ---- confirming ---- */

/* What was asked for, while the difference is still what it was then. */
static bool decision_of(struct tx *tx, const struct approval *approval, struct row *row, enum decision *decision) {
    struct text rest = approval->data;
    int64_t number, ours, theirs;
    if (!text_to_int(text_split(rest, ' ', &rest), &number) || !text_to_int(text_split(rest, ' ', &rest), &ours) ||
        !text_to_int(rest, &theirs) || number < 0 || number >= DECISIONS || !row_by_id(tx, approval->subject, row))
        return false;
    *decision = (enum decision)number;
    return row->state == STATE_OPEN && row->ours == ours && row->theirs == theirs;
}

static struct text drawn(struct request *request, int64_t sum) {
    struct buffer out = buffer_new(request->arena, 32);
    locale_money(&out, &request->locale, rub(sum));
    return buffer_text(&out);
}

void difference_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct row row;
    enum decision decision;
    const struct locale *locale = &request->locale;
    if (!decision_of(tx, approval, &row, &decision)) return;
    const struct provider *provider = provider_of(request, &row);
    if (provider != NULL)
        approval_fact(facts, locale, S_payments_payment_provider, words_in(&provider->title, locale->language));
    approval_fact(facts, locale, S_payments_staff_number,
                  text_format(request->arena, "%lld", (long long)row.payment));
    approval_fact(facts, locale, S_payments_difference_what,
                  string_get(request->arena, locale, kind_words[row.kind], NULL, 0));
    approval_fact(facts, locale, S_payments_difference_ours, drawn(request, row.ours));
    approval_fact(facts, locale, S_payments_difference_theirs, drawn(request, row.theirs));
    approval_fact(facts, locale, S_payments_difference_decision,
                  string_get(request->arena, locale, decisions[decision].title, NULL, 0));
}

static bool refund(struct engine *engine, struct tx *tx, const struct row *row) {
    struct payment payment;
    return payment_find(engine, tx, payment_owner(tx, row->payment), row->payment, &payment) &&
           payment.state == PAYMENT_DONE && payment.sum - payment.returned == row->ours &&
           payment_give_back(engine, tx, &payment, row->ours - row->theirs);
}

/* A number that we never gave has no values of ours; who takes it back knows it by its number. */
static void ask_provider(struct engine *engine, struct tx *tx, struct row *row, enum decision decision) {
    int64_t customer = payment_owner(tx, row->payment);
    struct payment payment = {.id = row->payment, .info = {.bill = -1}};
    if (customer >= 0) payment_find(engine, tx, customer, row->payment, &payment);
    if (payment.values.count == 0) payment.values = (struct payment_values){{{"account", TEXT("")}}, .count = 1};
    payment.provider = row->provider;
    if (decision == DECISION_CANCEL) payment.sum = row->theirs;
    moment now = world_now(tx_world(tx));
    outbox_add(engine, tx, decision == DECISION_PUSH ? "payment.push" : "payment.cancel", 0, row->payment,
               order_write(tx_arena(tx), &payment), now, now + ASKED_LIFE);
    row->state = STATE_ASKED;
    row->code = -1;
    row_save(tx, row);
}

const struct refusal *difference_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct row row;
    enum decision decision;
    struct engine *engine = request->engine;
    if (!decision_of(tx, approval, &row, &decision)) return &over;
    if (!fits(tx, provider_of(request, &row), &row, decision)) return &unfit;
    if (decision == DECISION_PUSH || decision == DECISION_CANCEL) {
        ask_provider(engine, tx, &row, decision);
        return NULL;
    }
    if (decision == DECISION_REFUND && !refund(engine, tx, &row)) return &no_money;
    close_row(engine, tx, &row, request->caller.staff, decisions[decision].name);
    return NULL;
}

/* ---- what the provider said ---- */

void difference_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                       enum outbox_verdict verdict, struct text reply) {
    struct row row;
    struct rail_answer answer;
    struct payment asked = {.id = item->subject};
    if (!order_read(tx_arena(tx), item->payload, &asked) ||
        !row_of(tx_query(tx, &find_payment, VALUES(V_INT(asked.provider), V_INT(item->subject))), &row) ||
        row.state != STATE_ASKED)
        return;
    if (verdict == OUTBOX_DONE) {
        close_row(engine, tx, &row, 0, "told");
        return;
    }
    if (answer_read(tx_arena(tx), reply, &answer)) row.code = answer.code;
    row.state = STATE_OPEN; /* its task waits for another decision */
    row_save(tx, &row);
}
