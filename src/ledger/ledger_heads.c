/* ledger_heads.c: accounts of one owner under one of them, the head, whose limits hold for all together: otherwise
 * each further account of a person would be his limits once more (WA-14). A head knows what lies under it
 * (account.aside) and counts what goes out and comes in there; ledger_rules.c says how. */
#include "ledger/ledger_books.h"

#include "base/check.h"

#define PIECE 500 /* accounts put under their heads by one group */
#define PIECE_ARENA ((size_t)8 << 20)

STATEMENT(head_save, "UPDATE account SET head = $2 WHERE id = $1");
STATEMENT(unheaded_page, "SELECT account, head FROM account_unheaded ORDER BY account LIMIT $1");
STATEMENT(unheaded_done, "DELETE FROM account_unheaded WHERE account = $1");

struct slot *head_slot(struct ledger *ledger, struct tx *tx, const struct slot *slot) {
    return slot && slot->account.head != 0 ? group_slot(ledger, tx, slot->account.head) : NULL;
}

struct account *head_counted(struct ledger *ledger, struct tx *tx, struct account *account, struct account *head) {
    return account->head != 0 && ledger_account(ledger, tx, account->head, head) ? head : account;
}

int64_t head_take(struct ledger *ledger, struct tx *tx, const struct account *template) {
    struct slot *named = group_slot(ledger, tx, template->head), *above = head_slot(ledger, tx, named);
    struct slot *head = above ? above : named;
    if (!head) return 0;
    check(head->account.owner == template->owner && head->account.currency == template->currency);
    group_touch(ledger, head, TOUCH_CHANGED);
    head->account.heads = true;
    return head->account.id;
}

/* ---- accounts of earlier versions ---- */

static void put_under(struct ledger *ledger, struct tx *tx, int64_t id, int64_t head_id) {
    struct slot *head = group_slot(ledger, tx, head_id), *account = group_slot(ledger, tx, id);
    tx_run(tx, &unheaded_done, VALUES(V_INT(id)));
    if (!head || !account || account->account.head != 0) return; /* another node was quicker */
    group_touch(ledger, head, TOUCH_CHANGED);
    group_touch(ledger, account, TOUCH_CHANGED);
    rules_put_under(&account->account, &head->account, books_day(ledger, tx));
    tx_run(tx, &head_save, VALUES(V_INT(id), V_INT(head_id)));
}

struct settling {
    struct command command; /* first: a command is cast to it */
    struct ledger *ledger;
    bool more;
};

static enum command_outcome run_settling(struct command *command, struct tx *tx) {
    struct settling *settling = (struct settling *)command;
    int64_t accounts[PIECE], heads[PIECE];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &unheaded_page, VALUES(V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        accounts[count] = row_int(rows, 0);
        heads[count] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) put_under(settling->ledger, tx, accounts[i], heads[i]);
    settling->more = count == PIECE;
    return COMMAND_KEEP;
}

bool heads_settle(struct ledger *ledger) {
    struct settling settling = {
        .ledger = ledger, .more = true, .command = {.run = run_settling, .arena = arena_new(PIECE_ARENA)}};
    bool good = settling.command.arena != NULL;
    while (good && settling.more) good = store_run(ledger->store, &settling.command) == STORE_DURABLE;
    arena_free(settling.command.arena);
    return good;
}
