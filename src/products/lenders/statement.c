/* statement.c: the lender's list of what he lent and took back, compared with ours entry by entry. What does not fit is
 * kept until it does, as a task of finance; nothing moves by it. */
#include "products/lenders/lenders.h"

STATEMENT(find, "SELECT entry, asked_at FROM lender_statement WHERE lender = $1");
STATEMENT(lock, "SELECT entry, issued, repaid FROM lender_statement WHERE lender = $1 FOR_UPDATE");
STATEMENT(insert, "INSERT INTO lender_statement (lender, entry, issued, repaid, told_at, asked_at) "
                  "VALUES ($1, 0, 0, 0, 0, $2) ON CONFLICT (lender) DO NOTHING");
STATEMENT(asked, "UPDATE lender_statement SET asked_at = $2 WHERE lender = $1");
STATEMENT(told, "UPDATE lender_statement SET entry = $2, issued = $3, repaid = $4, told_at = $5, asked_at = $6 "
                "WHERE lender = $1");
STATEMENT(odd_insert, "INSERT INTO lender_odd (lender, entry, issued, subject, sum, made) "
                      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (lender, entry) DO NOTHING");
STATEMENT(odd_select, "SELECT entry, issued, subject, sum FROM lender_odd WHERE lender = $1 ORDER BY entry LIMIT 100");
STATEMENT(odd_delete, "DELETE FROM lender_odd WHERE lender = $1 AND entry = $2");

/* ---- asking ---- */

static void ask(struct engine *engine, struct tx *tx, const struct partner *partner) {
    struct text lender = text_from(partner->settings->code);
    moment now = world_now(tx_world(tx));
    int64_t entry = 0, asked_at = 0;
    struct rows *rows = tx_query(tx, &find, VALUES(V_TEXT(lender)));
    bool known = rows_next(rows);
    if (known) {
        entry = row_int(rows, 0);
        asked_at = row_int(rows, 1);
    }
    rows_end(rows);
    if (known && asked_at + lenders_state_of(engine)->settings->statement_every > now) return;
    if (!known) tx_run(tx, &insert, VALUES(V_TEXT(lender), V_INT(now)));
    else tx_run(tx, &asked, VALUES(V_TEXT(lender), V_INT(now)));
    struct text body = text_format(tx_arena(tx), "{\"after\":%lld}", (long long)entry);
    step_add(engine, tx,
             &(struct step_order){STEP_STATEMENT, 0, partner->number, lender, entry, body, now, now + HOUR});
}

bool lenders_statements(struct engine *engine, struct tx *tx) {
    struct lenders_state *state = lenders_state_of(engine);
    for (size_t i = 0; i < state->count; i++)
        if (state->partners[i].service.key.size > 0) ask(engine, tx, &state->partners[i]);
    return false;
}

/* ---- comparing ---- */

static bool fits(struct engine *engine, struct tx *tx, struct text lender, const struct lender_entry *entry) {
    struct loan loan;
    struct repayment repayment;
    if (entry->kind != LENDER_ENTRY_REPAID) {
        bool ours = loan_find(engine, tx, loan_owner(tx, entry->id), entry->id, &loan) &&
                    text_equal(loan.lender, lender) && loan.sum == entry->sum;
        bool goes_back = ours && (loan.state == LOAN_RETURNING || loan.state == LOAN_RETURNED);
        if (entry->kind == LENDER_ENTRY_RETURNED) return goes_back;
        return ours && (loan.operation != 0 || loan.state == LOAN_ROOM || goes_back);
    }
    return repayment_find(tx, repayment_owner(tx, entry->id), entry->id, &repayment) &&
           text_equal(repayment.lender, lender) && repayment.state == REPAYMENT_TAKEN && repayment.sum == entry->sum;
}

/* What did not fit once may have come to an end since. How many still do not. */
static size_t judge_odd(struct engine *engine, struct tx *tx, struct text lender) {
    struct lender_entry odd[LENDER_ENTRIES];
    size_t count = 0, left = 0;
    struct rows *rows = tx_query(tx, &odd_select, VALUES(V_TEXT(lender)));
    while (count < LENDER_ENTRIES && rows_next(rows))
        odd[count++] = (struct lender_entry){.number = row_int(rows, 0),
                                             .kind = (enum lender_entry_kind)row_int(rows, 1),
                                             .id = row_int(rows, 2),
                                             .sum = row_int(rows, 3)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        bool now_fits = fits(engine, tx, lender, &odd[i]);
        if (now_fits) tx_run(tx, &odd_delete, VALUES(V_TEXT(lender), V_INT(odd[i].number)));
        left += !now_fits;
    }
    return left;
}

static void tell_staff(struct engine *engine, struct tx *tx, const struct partner *partner, size_t odd) {
    bool open = queue_owner(tx, "lenders.odd", partner->number) >= 0;
    if (odd == 0 && open) queue_finish(engine, tx, "lenders.odd", partner->number, 0, "settled");
    if (odd > 0 && !open)
        queue_add(engine, tx, "lenders.odd", partner->number, 0, text_from(partner->settings->title), 0);
}

struct totals {
    int64_t entry, issued, repaid;
};

static bool totals_of(struct tx *tx, struct text lender, struct totals *totals) {
    struct rows *rows = tx_query(tx, &lock, VALUES(V_TEXT(lender)));
    bool found = rows_next(rows);
    if (found) *totals = (struct totals){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    return found;
}

void statement_came(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                    enum outbox_verdict verdict, struct text reply) {
    struct lender_entry entries[LENDER_ENTRIES];
    struct totals totals;
    struct text lender = text_split(item->payload, '\n', &(struct text){NULL, 0});
    const struct partner *partner = partner_of(engine, lender);
    moment now = world_now(tx_world(tx)), lag = lenders_state_of(engine)->settings->statement_lag;
    if (verdict != OUTBOX_DONE || partner == NULL || !totals_of(tx, lender, &totals)) return;
    int count = lender_statement_read(tx_arena(tx), totals.entry, reply, entries), taken = 0;
    for (; taken < count && entries[taken].made <= now - lag; taken++) {
        const struct lender_entry *entry = &entries[taken];
        totals.entry = entry->number;
        if (entry->kind == LENDER_ENTRY_REPAID) totals.repaid += entry->sum;
        else totals.issued += entry->kind == LENDER_ENTRY_ISSUED ? entry->sum : -entry->sum;
        if (fits(engine, tx, lender, entry)) continue;
        tx_run(tx, &odd_insert,
               VALUES(V_TEXT(lender), V_INT(entry->number), V_INT(entry->kind), V_INT(entry->id), V_INT(entry->sum),
                      V_INT(entry->made)));
    }
    moment asked_at = taken == LENDER_ENTRIES ? 0 : now; /* there is more */
    tx_run(tx, &told,
           VALUES(V_TEXT(lender), V_INT(totals.entry), V_INT(totals.issued), V_INT(totals.repaid), V_INT(now),
                  V_INT(asked_at)));
    tell_staff(engine, tx, partner, judge_odd(engine, tx, lender));
}
