/* accrual.c: the cashback on a purchase: written in the transaction of the purchase, once for each; paid at once or
 * when its time comes; taken back in proportion when the purchase is given back. What the customer has spent of it by
 * then is no debt of his wallet's, which never goes below zero by it: it is kept back from the cashbacks that
 * follow. */
#include "products/cashback/cashback.h"

#include "base/check.h"
#include "messaging/messaging.h"

#define PIECE 100
#define COLUMNS                                                                                                        \
    "customer, id, kind, purchase, account, base, sum, taken, owed, state, due, operation, month, category"

STATEMENT(find, "SELECT " COLUMNS " FROM cashback WHERE customer = $1 AND kind = $2 AND purchase = $3");
STATEMENT(lock, "SELECT " COLUMNS " FROM cashback WHERE customer = $1 AND kind = $2 AND purchase = $3 FOR_UPDATE");
STATEMENT(of_month, "SELECT " COLUMNS " FROM cashback WHERE customer = $1 AND month = $2 ORDER BY id DESC LIMIT $3");
STATEMENT(due_now, "SELECT " COLUMNS " FROM cashback WHERE state = 1 AND due <= $1 ORDER BY due LIMIT 100 FOR_UPDATE");
STATEMENT(with_debt, "SELECT " COLUMNS " FROM cashback WHERE customer = $1 AND owed > 0 "
                     "ORDER BY id LIMIT 100 FOR_UPDATE");
STATEMENT(insert, "INSERT INTO cashback (" COLUMNS ", rule, version) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
                  "ON CONFLICT (customer, kind, purchase) DO NOTHING");
STATEMENT(update, "UPDATE cashback SET taken = $3, owed = $4, state = $5, due = $6, operation = $7 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(used, "SELECT SUM(sum - taken) FROM cashback WHERE customer = $1 AND rule = $2 AND month = $3");
STATEMENT(owed, "SELECT SUM(owed) FROM cashback WHERE customer = $1 AND owed > 0");
STATEMENT(company, "SELECT account FROM cashback_account WHERE id = 1");
STATEMENT(company_put, "INSERT INTO cashback_account (id, account) VALUES (1, $1)");

/* ---- rows ---- */

static struct accrual read_row(const struct rows *row, struct arena *arena) {
    return (struct accrual){.customer = row_int(row, 0),
                            .id = row_int(row, 1),
                            .kind = (enum purchase_kind)row_int(row, 2),
                            .purchase = row_int(row, 3),
                            .account = row_int(row, 4),
                            .base = row_int(row, 5),
                            .sum = row_int(row, 6),
                            .taken = row_int(row, 7),
                            .owed = row_int(row, 8),
                            .state = (enum accrual_state)row_int(row, 9),
                            .due = row_int(row, 10),
                            .operation = row_int(row, 11),
                            .month = row_int(row, 12),
                            .category = row_copy(row, 13, arena)};
}

static size_t read_rows(struct tx *tx, struct rows *rows, struct accrual *accruals, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) accruals[count++] = read_row(rows, tx_arena(tx));
    rows_end(rows);
    return count;
}

bool accrual_find(struct tx *tx, int64_t customer, enum purchase_kind kind, int64_t purchase,
                  struct accrual *accrual) {
    struct statement *statement = tx_writing(tx) ? &lock : &find;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer), V_INT(kind), V_INT(purchase)));
    return read_rows(tx, rows, accrual, 1) == 1;
}

size_t accruals_of(struct tx *tx, int64_t customer, int64_t month, struct accrual *accruals, size_t room) {
    struct rows *rows = tx_query(tx, &of_month, VALUES(V_INT(customer), V_INT(month), V_INT((int64_t)room)));
    return read_rows(tx, rows, accruals, room);
}

static void update_row(struct tx *tx, const struct accrual *accrual) {
    tx_run(tx, &update,
           VALUES(V_INT(accrual->customer), V_INT(accrual->id), V_INT(accrual->taken), V_INT(accrual->owed),
                  V_INT(accrual->state), V_INT(accrual->due), V_INT(accrual->operation)));
}

static int64_t first_number(struct rows *rows) {
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

int64_t rule_used(struct tx *tx, int64_t customer, struct text code, int64_t month) {
    return first_number(tx_query(tx, &used, VALUES(V_INT(customer), V_TEXT(code), V_INT(month))));
}

int64_t cashback_owed(struct tx *tx, int64_t customer) {
    return first_number(tx_query(tx, &owed, VALUES(V_INT(customer))));
}

/* Whose expense it is. */
static int64_t company_account(struct engine *engine, struct tx *tx) {
    int64_t account = first_number(tx_query(tx, &company, NO_VALUES));
    if (account != 0) return account;
    const struct account template = {.purpose = PURPOSE_CASHBACK,
                                     .class = ACCOUNT_SYSTEM,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &company_put, VALUES(V_INT(account)));
    return account;
}

/* ---- which rule, and how much ---- */

static bool chosen(struct engine *engine, struct tx *tx, int64_t customer, const struct cashback_purchase *purchase,
                   struct stored_rule *rule, int64_t *sum) {
    struct stored_rule stored[RULES_MOST];
    struct cashback_rule rules[RULES_MOST];
    size_t count = rules_stored(tx, stored);
    int64_t month = month_at(purchase->at, engine_zone(engine));
    for (size_t i = 0; i < count; i++) {
        rules[i] = stored[i].rule;
        if (rules[i].month_most > 0 && cashback_applies(&rules[i], purchase))
            rules[i].used = rule_used(tx, customer, stored[i].code, month);
    }
    size_t at = cashback_choose(rules, count, purchase, sum);
    if (at == count || *sum == 0) return false;
    *rule = stored[at];
    return true;
}

bool cashback_promised(struct engine *engine, struct tx *tx, int64_t customer,
                       const struct cashback_purchase *purchase, int64_t *sum) {
    struct stored_rule rule;
    return chosen(engine, tx, customer, purchase, &rule, sum);
}

/* ---- paid ---- */

static void tell(struct engine *engine, struct tx *tx, const struct accrual *accrual, string_id text, int64_t sum) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    message_tell_bulk(engine, tx, accrual->customer, TOPIC_OPERATIONS, text, &argument, 1);
    engine_notify(engine, tx, accrual->customer, "cashback");
}

/* What he owes of earlier ones is kept back: so much of `most` as there is, the oldest first. */
static int64_t keep_back(struct tx *tx, int64_t customer, int64_t most) {
    struct accrual debts[PIECE];
    size_t count = read_rows(tx, tx_query(tx, &with_debt, VALUES(V_INT(customer))), debts, PIECE);
    int64_t kept = 0;
    for (size_t i = 0; i < count && kept < most; i++) {
        int64_t part = debts[i].owed < most - kept ? debts[i].owed : most - kept;
        debts[i].owed -= part;
        kept += part;
        update_row(tx, &debts[i]);
    }
    return kept;
}

static int64_t debt_at_most(struct tx *tx, int64_t customer, int64_t most) {
    int64_t debt = cashback_owed(tx, customer);
    return debt < most ? debt : most;
}

/* To the wallet, by the limits of any income; what does not fit is tried again a day later. */
static void pay(struct engine *engine, struct tx *tx, struct accrual *accrual) {
    int64_t sum = accrual->sum - accrual->taken, back = debt_at_most(tx, accrual->customer, sum), operation = 0;
    const struct transfer transfer = {.from = company_account(engine, tx),
                                      .to = accrual->account,
                                      .sum = rub(sum - back),
                                      .kind = KIND_CASHBACK,
                                      .subject = accrual->purchase};
    enum ledger_refusal refusal =
        sum > back ? ledger_transfer(engine_ledger(engine), tx, &transfer, &operation) : LEDGER_OK;
    if (refusal == LEDGER_RECIPIENT_CLOSED || refusal == LEDGER_NO_ACCOUNT) {
        accrual->state = ACCRUAL_CANCELLED;
        accrual->taken = accrual->sum;
    } else if (refusal != LEDGER_OK) {
        accrual->due = world_now(tx_world(tx)) + DAY;
    } else {
        check(keep_back(tx, accrual->customer, back) == back || tx_failed(tx));
        accrual->state = ACCRUAL_PAID;
        accrual->operation = operation;
    }
    update_row(tx, accrual);
    if (refusal == LEDGER_OK && sum > back) tell(engine, tx, accrual, S_cashback_told_paid, sum - back);
}

bool cashback_pay_job(struct engine *engine, struct tx *tx) {
    struct accrual accruals[PIECE];
    moment now = world_now(tx_world(tx));
    size_t count = read_rows(tx, tx_query(tx, &due_now, VALUES(V_INT(now))), accruals, PIECE);
    for (size_t i = 0; i < count; i++) pay(engine, tx, &accruals[i]);
    return count == PIECE;
}

/* ---- a purchase ---- */

static void bought(struct engine *engine, struct tx *tx, struct accrual *accrual,
                   const struct cashback_purchase *purchase) {
    const struct cashback_settings *settings = engine_settings(engine, &cashback_feature);
    struct stored_rule rule;
    if (!chosen(engine, tx, accrual->customer, purchase, &rule, &accrual->sum)) return;
    moment now = world_now(tx_world(tx));
    accrual->id = world_id(tx_world(tx));
    accrual->base = purchase->sum;
    accrual->state = ACCRUAL_PENDING;
    accrual->due = now + settings->wait;
    accrual->month = month_at(purchase->at, engine_zone(engine));
    accrual->category = purchase->category.size > 0 ? purchase->category : TEXT("");
    bool first = tx_run(tx, &insert,
                        VALUES(V_INT(accrual->customer), V_INT(accrual->id), V_INT(accrual->kind),
                               V_INT(accrual->purchase), V_INT(accrual->account), V_INT(accrual->base),
                               V_INT(accrual->sum), V_INT(0), V_INT(0), V_INT(accrual->state), V_INT(accrual->due),
                               V_INT(0), V_INT(accrual->month), V_TEXT(accrual->category), V_TEXT(rule.code),
                               V_INT(rule.version))) == 1;
    if (first && settings->wait == 0) pay(engine, tx, accrual);
}

struct cashback_purchase purchase_of(struct engine *engine, struct tx *tx, const struct payment_news *news, moment at) {
    const struct provider *provider = catalogue_provider(catalogue_take(engine, tx_arena(tx)), news->provider);
    return (struct cashback_purchase){
        .provider = news->provider,
        .category = provider != NULL ? text_copy(tx_arena(tx), text_from(provider->category)) : TEXT_NONE,
        .sum = news->sum,
        .at = at,
    };
}

/* ---- given back ---- */

/* Of a paid one, from what he has; the rest is remembered. */
static int64_t take(struct engine *engine, struct tx *tx, const struct accrual *accrual, int64_t sum) {
    struct account account;
    int64_t operation;
    if (!ledger_account(engine_ledger(engine), tx, accrual->account, &account)) return 0;
    int64_t has = account.balance - account.held, part = has < sum ? has : sum;
    const struct transfer transfer = {.from = accrual->account,
                                      .to = company_account(engine, tx),
                                      .sum = rub(part),
                                      .kind = KIND_CASHBACK_BACK,
                                      .subject = accrual->purchase,
                                      .cause = accrual->operation,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    bool taken = part > 0 && ledger_transfer(engine_ledger(engine), tx, &transfer, &operation) == LEDGER_OK;
    return taken ? part : 0;
}

/* returned: of the purchase, all in all. */
static void given_back(struct engine *engine, struct tx *tx, struct accrual *accrual, int64_t returned) {
    int64_t taken = accrual->sum - cashback_kept(accrual->sum, accrual->base, returned), more = taken - accrual->taken;
    if (more <= 0 || accrual->state == ACCRUAL_CANCELLED) return; /* a repeat */
    accrual->taken = taken;
    if (accrual->state == ACCRUAL_PENDING && taken == accrual->sum) accrual->state = ACCRUAL_CANCELLED;
    if (accrual->state == ACCRUAL_PAID) accrual->owed += more - take(engine, tx, accrual, more);
    update_row(tx, accrual);
    tell(engine, tx, accrual, S_cashback_told_taken, more);
}

/* ---- events ---- */

static void payment_moved(struct engine *engine, struct tx *tx, const struct event *event) {
    struct payment_news news;
    struct accrual accrual = {.customer = event->customer, .kind = PURCHASE_PAYMENT, .purchase = event->number};
    if (!payments_news(engine, tx, event->customer, event->number, &news)) return;
    if (event->kind == EVENT_PAYMENT_BACK) {
        if (accrual_find(tx, event->customer, PURCHASE_PAYMENT, event->number, &accrual))
            given_back(engine, tx, &accrual, news.returned);
    } else if (news.state == PAYMENT_DONE) {
        accrual.account = news.account;
        const struct cashback_purchase purchase = purchase_of(engine, tx, &news, world_now(tx_world(tx)));
        bought(engine, tx, &accrual, &purchase);
    }
}

static void card_moved(struct engine *engine, struct tx *tx, const struct event *event) {
    struct accrual accrual = {.customer = event->customer,
                              .kind = PURCHASE_CARD,
                              .purchase = event->operation,
                              .account = event->account};
    int64_t mcc = 0;
    if (event->kind == EVENT_CARD_BACK) {
        if (accrual_find(tx, event->customer, PURCHASE_CARD, event->operation, &accrual))
            given_back(engine, tx, &accrual, event->number);
    } else if (text_to_int(event->text, &mcc) && mcc > 0 && mcc <= 9999) {
        const struct cashback_purchase purchase = {
            .mcc = (int)mcc, .category = TEXT(CATEGORY_CARD), .sum = event->number, .at = world_now(tx_world(tx))};
        bought(engine, tx, &accrual, &purchase);
    }
}

void cashback_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    switch (event->kind) {
    case EVENT_PAYMENT:
    case EVENT_PAYMENT_BACK: payment_moved(engine, tx, event); return;
    case EVENT_CARD_PAID:
    case EVENT_CARD_BACK: card_moved(engine, tx, event); return;
    default: return;
    }
}
