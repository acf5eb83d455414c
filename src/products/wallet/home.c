/* home.c: the first page. A customer sees what he has, what his level still allows, and what happened last; a guest,
 * what this is and how to begin. */
#include "products/wallet/wallet.h"

#include "factors/factors.h"
#include "generated/templates.h"
#include "operations/operations.h"

#define HOME_OPERATIONS 20

static void tell_limit(struct node *limits, const char *name, const struct limit_state *state, struct text period) {
    if (state->max == 0) return; /* not limited: nothing to show */
    struct node *limit = doc_object(limits, name);
    doc_money(limit, "max", rub(state->max));
    doc_money(limit, "spent", rub(state->spent));
    doc_money(limit, "rest", rub(state->rest));
    doc_text(limit, "period", period);
    int64_t percent = money_share(100, state->spent, state->max);
    doc_int(limit, "percent", percent > 100 ? 100 : percent);
}

/* WA-14: {max, spent, rest, period} for each limit of the level. */
void wallet_limits_document(struct node *document, const struct limit_report *report) {
    struct node *limits = doc_object(document, "limits");
    tell_limit(limits, "balance", &report->balance, TEXT("now"));
    tell_limit(limits, "day", &report->day_out, TEXT("day"));
    tell_limit(limits, "month", &report->month_out, TEXT("month"));
    tell_limit(limits, "month_in", &report->month_in, TEXT("month"));
    if (report->operation_max != 0) doc_money(limits, "operation", rub(report->operation_max));
}

static enum flow home_of_guest(struct request *request) {
    struct node *document = doc_new(request->arena);
    doc_bool(document, "guest", true);
    doc_text(document, "sign_up", TEXT("/signup"));
    doc_text(document, "sign_in", TEXT("/signin"));
    request->answer.page = &template_wallet_landing;
    return answer_ok(request, document);
}

static void tell_wallet(struct request *request, struct tx *tx, const struct wallet_row *row, struct node *wallet) {
    struct account account;
    if (!ledger_account(engine_ledger(request->engine), tx, row->account, &account)) return;
    doc_id(wallet, "id", account.id);
    doc_text(wallet, "title", wallet_title(request->arena, &request->locale, row));
    doc_money(wallet, "balance", rub(account.balance));
    doc_money(wallet, "available", rub(account.balance - account.held));
    if (account.held > 0) doc_money(wallet, "held", rub(account.held));
    doc_int(wallet, "version", account.version);
    doc_bool(wallet, "frozen", account.frozen);
    doc_int(wallet, "level", account.limits);
    bool raises = engine_enabled(request->engine, "levels") && account.limits < LEVEL_FULL;
    if (raises) doc_text(wallet, "raise", TEXT("/settings/level"));
    struct limit_report report = ledger_limits(engine_ledger(request->engine), tx, &account);
    wallet_limits_document(wallet, &report);
    doc_bool(wallet, "limited", doc_get(wallet, "limits")->count > 0);
}

enum flow home_read(struct request *request, struct tx *tx) {
    if (request->caller.kind != WHO_CUSTOMER) return home_of_guest(request);
    struct wallet_row rows[WALLETS_MAX];
    size_t count = wallet_rows(tx, request->caller.customer, rows);
    if (count == 0) return refuse(request, &refusal_no_wallet);
    struct node *document = doc_new(request->arena);
    struct node *main = doc_object(document, "wallet");
    tell_wallet(request, tx, &rows[0], main);
    doc_bool(document, "choose_secret", factors_chose_none(request, tx));
    doc_bool(document, "topup_on", acquiring_bank(request->engine) != NULL);
    doc_bool(document, "several", count > 1);
    doc_bool(document, "more_allowed", count < WALLETS_MAX);
    struct node *others = doc_array(document, "others");
    int64_t accounts[WALLETS_MAX];
    for (size_t i = 0; i < count; i++) {
        accounts[i] = rows[i].account;
        if (i > 0) tell_wallet(request, tx, &rows[i], doc_add_object(others));
    }
    engine_pending(request->engine, tx, &request->locale, request->caller.customer, doc_array(document, "pending"));
    engine_shortcuts(request->engine, tx, &request->locale, request->caller.customer,
                     doc_array(document, "shortcuts"));
    struct node *waiting = doc_array(document, "waiting");
    waiting_list(request->engine, tx, request->caller.customer, waiting);
    const struct operations_wanted wanted = {
        .customer = request->caller.customer, .accounts = accounts, .account_count = count, .most = HOME_OPERATIONS};
    operations_tell(request->engine, tx, &request->locale, &wanted, doc_array(document, "days"));
    return answer_ok(request, document);
}
