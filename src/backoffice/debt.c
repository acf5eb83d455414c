/* debt.c: what a customer owes and will not pay (BO-2): written off against a loss account of ours, in part or
 * whole, or his cabinet closed with all of it written off. Asked for with a reason, done in the command in which
 * another of finance confirms; the debt is looked at again then, and never more than it is written off. */
#include "backoffice/internal.h"

#include "identity/secrets.h"
#include "ledger/ledger.h"

#define ACCOUNTS 20
#define PURPOSE_LOSS 900

STATEMENT(own_account, "SELECT account FROM backoffice_account WHERE name = 'loss'");
STATEMENT(own_account_add, "INSERT INTO backoffice_account (name, account) VALUES ('loss', $1)");

static const struct refusal no_account = {"account-unknown", 422, S_backoffice_posting_no_account, false};
static const struct refusal no_debt = {"no-debt", 422, S_backoffice_debt_none, false};
static const struct refusal debt_less = {"debt-changed", 409, S_backoffice_debt_changed, false};
static const struct refusal money_left = {"money-left", 409, S_backoffice_debt_money_left, false};
static const struct refusal in_the_way = {"in-the-way", 409, S_backoffice_debt_in_the_way, false};
static const struct refusal closed_already = {"already-so", 409, S_backoffice_customer_already, false};

/* What the writing off costs us: one account for each database, made when first needed. */
static int64_t loss_account(struct engine *engine, struct tx *tx) {
    struct rows *rows = tx_query(tx, &own_account, NO_VALUES);
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0) return account;
    const struct account template = {
        .purpose = PURPOSE_LOSS, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB, .overdraft = ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &own_account_add, VALUES(V_INT(account)));
    return account;
}

static int64_t debt_of(const struct account *account) {
    return account->class == ACCOUNT_CUSTOMER && account->balance < 0 ? -account->balance : 0;
}

/* Adds what he has to finish first to the document's "unfinished"; how much that is. */
static size_t tell_unfinished(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct node *list = doc_array(document, "unfinished");
    bool identified;
    engine_obstacles(request->engine, tx, &request->locale, customer, list, &identified);
    return list->count;
}

enum flow debt_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    struct account *list = arena_array(request->arena, struct account, ACCOUNTS);
    size_t count = ledger_accounts_of(engine_ledger(request->engine), tx, customer.id, list, ACCOUNTS);
    struct node *document = doc_new(request->arena), *debts = doc_array(document, "debts");
    int64_t whole = 0;
    doc_id(document, "customer", customer.id);
    for (size_t i = 0; i < count; i++) {
        if (debt_of(&list[i]) == 0) continue;
        struct node *node = doc_add_object(debts);
        doc_id(node, "id", list[i].id);
        doc_money(node, "debt", (struct money){debt_of(&list[i]), list[i].currency});
        whole += debt_of(&list[i]);
    }
    doc_money(document, "whole", (struct money){whole, CURRENCY_RUB});
    tell_unfinished(request, tx, customer.id, document);
    return answer_ok(request, document);
}

/* ---- writing off ---- */

enum flow writeoff_ask(struct request *request, struct tx *tx) {
    struct customer customer;
    struct account account;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (!ledger_account(engine_ledger(request->engine), tx, field_number(request, "account"), &account) ||
        account.owner != customer.id)
        return refuse_at(request, "account", &no_account);
    int64_t sum = field_number(request, "sum");
    if (sum > debt_of(&account)) return refuse_at(request, "sum", &no_debt);
    struct text data = text_format(request->arena, "%lld %lld", (long long)account.id, (long long)sum);
    return approval_asked(request, approval_ask(request, tx, "backoffice.writeoff", customer.id, account.id, data,
                                                field_text(request, "reason")));
}

static bool writeoff_read(struct engine *engine, struct tx *tx, const struct approval *approval,
                          struct account *account, int64_t *sum) {
    struct text rest = approval->data;
    int64_t id = 0;
    return text_to_int(text_split(rest, ' ', &rest), &id) && text_to_int(rest, sum) &&
           ledger_account(engine_ledger(engine), tx, id, account);
}

static struct money money_in(const struct account *account, int64_t minor) {
    return (struct money){minor, account->currency};
}

void writeoff_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct account account;
    int64_t sum = 0;
    if (!writeoff_read(request->engine, tx, approval, &account, &sum)) return;
    approval_fact(facts, &request->locale, S_backoffice_account,
                  text_format(request->arena, "%lld", (long long)account.id));
    approval_change(facts, &request->locale, S_backoffice_balance, money_in(&account, account.balance),
                    money_in(&account, account.balance + sum));
}

static bool write_off(struct request *request, struct tx *tx, const struct account *account, int64_t sum,
                      int64_t subject) {
    int64_t id = 0;
    const struct transfer transfer = {.from = loss_account(request->engine, tx),
                                      .to = account->id,
                                      .sum = money_in(account, sum),
                                      .kind = BACKOFFICE_WRITEOFF,
                                      .subject = subject,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    return ledger_transfer(engine_ledger(request->engine), tx, &transfer, &id) == LEDGER_OK;
}

const struct refusal *writeoff_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct account account;
    int64_t sum = 0;
    if (!writeoff_read(request->engine, tx, approval, &account, &sum) || sum > debt_of(&account)) return &debt_less;
    return write_off(request, tx, &account, sum, approval->id) ? NULL : &debt_less;
}

/* ---- closing with debt ---- */

enum flow close_ask(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (customer.closed) return refuse(request, &closed_already);
    return approval_asked(request, approval_ask(request, tx, "backoffice.close", customer.id, 0, TEXT(""),
                                                field_text(request, "reason")));
}

void close_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct account *list = arena_array(request->arena, struct account, ACCOUNTS);
    size_t count = ledger_accounts_of(engine_ledger(request->engine), tx, approval->customer, list, ACCOUNTS);
    for (size_t i = 0; i < count; i++) {
        if (list[i].closed) continue;
        approval_change(facts, &request->locale, S_backoffice_balance, money_in(&list[i], list[i].balance),
                        money_in(&list[i], list[i].balance + debt_of(&list[i])));
        if (list[i].held != 0)
            approval_change(facts, &request->locale, S_backoffice_held, money_in(&list[i], list[i].held),
                            money_in(&list[i], list[i].held));
    }
}

/* His own money is nobody's to take: then nothing is closed. Nor while anything of his is under way. */
const struct refusal *close_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct account *list = arena_array(request->arena, struct account, ACCOUNTS);
    size_t count = ledger_accounts_of(engine_ledger(request->engine), tx, approval->customer, list, ACCOUNTS);
    for (size_t i = 0; i < count; i++)
        if (!list[i].closed && (list[i].balance > 0 || list[i].held != 0)) return &money_left;
    for (size_t i = 0; i < count; i++) {
        int64_t debt = list[i].closed ? 0 : debt_of(&list[i]);
        if (debt > 0 && !write_off(request, tx, &list[i], debt, approval->id)) return &debt_less;
    }
    if (tell_unfinished(request, tx, approval->customer, doc_new(request->arena)) > 0) return &in_the_way;
    const struct farewell farewell = {.text = S_backoffice_debt_farewell};
    return identity_close(request->engine, tx, approval->customer, &farewell) ? NULL : &closed_already;
}
