/* accounts.c: where money of cards lies. A virtual card draws on a purse of its holder; a prepaid one has an account
 * of its own, to which he moves what it may spend. On the other side: what we owe processing, our fees, and what nobody
 * may take from a customer before staff have looked. */
#include "products/cards/cards.h"

#include "base/check.h"

STATEMENT(own_insert, "INSERT INTO card_account (customer, account) VALUES ($1, $2)");
STATEMENT(own_select, "SELECT account FROM card_account WHERE customer = $1 ORDER BY account");
STATEMENT(own_is, "SELECT account FROM card_account WHERE customer = $1 AND account = $2");
STATEMENT(system_select, "SELECT account FROM card_system WHERE name = $1");
STATEMENT(system_insert, "INSERT INTO card_system (name, account) VALUES ($1, $2)");

int64_t cards_system_account(struct engine *engine, struct tx *tx, enum cards_system which) {
    static const struct text names[CARDS_SYSTEMS] = {{"processing", 10}, {"fees", 4}, {"questioned", 10},
                                                        {"disputed", 8}};
    static const int purposes[CARDS_SYSTEMS] = {PURPOSE_PROCESSING, PURPOSE_CARD_FEES, PURPOSE_CARD_QUESTIONED,
                                                 PURPOSE_CARD_DISPUTED};
    struct rows *rows = tx_query(tx, &system_select, VALUES(V_TEXT(names[which])));
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0 || !tx_writing(tx)) return account;
    /* Shops give back what they were paid long ago; questions and disputes cost us money first. */
    const struct account template = {.purpose = purposes[which],
                                     .class = ACCOUNT_SYSTEM,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = which == CARDS_FEES ? 0 : ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &system_insert, VALUES(V_TEXT(names[which]), V_INT(account)));
    return account;
}

int64_t card_account_open(struct engine *engine, struct tx *tx, int64_t customer, int64_t purse) {
    struct customer holder;
    if (!identity_customer(engine, tx, customer, &holder)) return 0;
    const struct account template = {.owner = customer,
                                     .head = purse,
                                     .purpose = PURPOSE_CARD,
                                     .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB,
                                     .limits = (int)holder.level,
                                     .frozen = holder.frozen};
    int64_t account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &own_insert, VALUES(V_INT(customer), V_INT(account)));
    return account;
}

bool card_has_own_account(struct engine *engine, struct tx *tx, const struct card *card) {
    (void)engine;
    struct rows *rows = tx_query(tx, &own_is, VALUES(V_INT(card->customer), V_INT(card->account)));
    bool own = rows_next(rows);
    rows_end(rows);
    return own;
}

size_t cards_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room) {
    (void)engine;
    size_t count = 0;
    struct rows *rows = tx_query(tx, &own_select, VALUES(V_INT(customer)));
    while (count < room && rows_next(rows)) accounts[count++] = row_int(rows, 0);
    rows_end(rows);
    return count;
}

/* A prepaid card takes money from any bank's card as a purse does (BK-1); one row for each account, under the name of
 * the card that draws on it now. */
size_t cards_topups(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                    struct purse *purses, size_t room) {
    struct card cards[CARDS_MOST];
    size_t count = 0, cards_count = cards_of(engine, tx, customer, cards, CARDS_MOST);
    for (size_t i = 0; i < cards_count && count < room; i++) {
        bool known = card_ended(cards[i].state) || !card_has_own_account(engine, tx, &cards[i]);
        for (size_t k = 0; k < count; k++) known = known || purses[k].account == cards[i].account;
        if (!known) purses[count++] = (struct purse){cards[i].account, card_title(tx_arena(tx), locale, &cards[i])};
    }
    return count;
}

static void change_accounts(struct engine *engine, struct tx *tx, const struct event *event) {
    int64_t accounts[CARDS_MOST];
    size_t count = cards_accounts(engine, tx, event->customer, accounts, CARDS_MOST);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(engine), tx, accounts[i], &account) || account.closed) continue;
        if (event->kind == EVENT_CUSTOMER_LEVEL) account.limits = (int)event->number;
        if (event->kind == EVENT_CUSTOMER_FROZEN) account.frozen = event->number != 0;
        if (event->kind == EVENT_CUSTOMER_CLOSED) account.closed = account.balance == 0 && account.held == 0;
        check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
    }
}

/* Frozen money is refused by the ledger's account and stays so for as long as it is; cards need not be touched. */
void cards_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card cards[CARDS_MOST];
    if (event->kind == EVENT_CUSTOMER_APPROVED) card_first(engine, tx, event->customer);
    if (event->kind == EVENT_DEVICE) delivery_device(engine, tx, event->customer);
    if (event->kind != EVENT_CUSTOMER_LEVEL && event->kind != EVENT_CUSTOMER_FROZEN &&
        event->kind != EVENT_CUSTOMER_CLOSED)
        return;
    if (event->kind == EVENT_CUSTOMER_CLOSED) {
        size_t count = cards_of(engine, tx, event->customer, cards, CARDS_MOST);
        for (size_t i = 0; i < count; i++)
            if (!card_ended(cards[i].state)) card_turn(engine, tx, &cards[i], CARD_CLOSED);
    }
    change_accounts(engine, tx, event);
}
