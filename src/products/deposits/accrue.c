/* accrue.c: days go by. Each night a pass goes through all open deposits in the order of their rows, a bounded piece in
 * each command, which says how far it got: killed anywhere, it goes on where it was, and a day is earned once, since
 * each row says through which day it has come. What was slept through is made up day by day.
 *
 * A day of a product is one transfer, of what its deposits have earned together, in the command that writes their rows:
 * so the books' account of a product is at any moment the sum of its rows. Interest that is paid or added, and money
 * that goes back, are transfers of each deposit. */
#include "products/deposits/deposits.h"

#include "base/check.h"

#define PIECE 2000   /* rows of a command */
#define HAPPENINGS 200 /* … after so many payments and ends it stops */

STATEMENT(read_pass, "SELECT day, running, customer, deposit, seen, total, began, ended FROM deposit_pass "
                     "WHERE id = 1");
STATEMENT(read_pass_lock, "SELECT day, running, customer, deposit, seen, total, began, ended FROM deposit_pass "
                          "WHERE id = 1 FOR_UPDATE");
STATEMENT(put_pass, "INSERT INTO deposit_pass (id, day, running, customer, deposit, seen, total, began, ended) "
                    "VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET day = $1, "
                    "running = $2, customer = $3, deposit = $4, seen = $5, total = $6, began = $7, ended = $8");

/* ---- a piece ---- */

/* A version that rows of the piece run by, and the books' account of its product. */
struct version {
    struct product product;
    int64_t accrued;
    struct version *next;
};

/* What a product's deposits have earned on a day. */
struct total {
    int64_t account, day, sum;
    struct text code;
};

enum outcome { PAYS, RETURNS, PROLONGS, WARNS };

struct happening {
    enum outcome outcome;
    size_t row;
    int64_t day, sum;
    bool out; /* PAYS: to his account; else it is added */
    const struct version *version; /* by which the interest was earned */
    const struct version *later;   /* PROLONGS: for the next term; */
    struct deposit_term term;      /* … and when that is */
    struct happening *next;
};

struct piece {
    struct engine *engine;
    struct tx *tx;
    struct running *rows;
    struct version *versions;
    struct total *totals;
    size_t total_count, total_room;
    struct happening *first, **last;
    size_t happenings;
};

static const struct version *version_of(struct piece *piece, int64_t id) {
    for (struct version *known = piece->versions; known != NULL; known = known->next)
        if (known->product.id == id) return known;
    struct version *version = arena_new_of(tx_arena(piece->tx), struct version);
    bool found = deposit_product_find(piece->tx, id, &version->product);
    check(found || tx_failed(piece->tx));
    if (!found) return NULL;
    version->accrued = deposits_account(piece->engine, piece->tx, ACCOUNT_ACCRUED, version->product.code);
    version->next = piece->versions;
    piece->versions = version;
    return version;
}

static void count(struct piece *piece, const struct version *version, int64_t day, int64_t sum) {
    if (sum == 0) return;
    for (size_t i = piece->total_count; i-- > 0;)
        if (piece->totals[i].account == version->accrued && piece->totals[i].day == day) {
            piece->totals[i].sum += sum;
            return;
        }
    if (piece->total_count == piece->total_room) {
        size_t room = piece->total_room * 2 + 16;
        struct total *more = arena_array(tx_arena(piece->tx), struct total, room);
        for (size_t i = 0; i < piece->total_count; i++) more[i] = piece->totals[i];
        piece->totals = more;
        piece->total_room = room;
    }
    piece->totals[piece->total_count++] = (struct total){version->accrued, day, sum, version->product.code};
}

static struct happening *happens(struct piece *piece, enum outcome outcome, size_t row,
                                 const struct version *version, int64_t day) {
    struct happening *happening = arena_new_of(tx_arena(piece->tx), struct happening);
    *happening = (struct happening){.outcome = outcome, .row = row, .day = day, .version = version};
    *piece->last = happening;
    piece->last = &happening->next;
    piece->happenings++;
    return happening;
}

/* ---- a term ends ---- */

/* Goes on as the product is sold now, where such a deposit may still be had; else the money goes back. */
static bool prolongs(struct piece *piece, const struct deposit *deposit, const struct running *row,
                     const struct version *version, struct product *newest) {
    if (!deposit->prolongs || !deposit_product_newest(piece->tx, version->product.code, newest)) return false;
    const struct deposit_terms *terms = &newest->terms;
    return newest->offered && terms->prolongs && terms->unit == version->product.terms.unit &&
           deposit->length >= terms->term_least && deposit->length <= terms->term_most &&
           row->state.principal >= terms->sum_least && row->state.principal <= terms->sum_most;
}

/* True: the row has come to its end. Where no account takes the money it lies as on demand, until he closes it. */
static bool ends(struct piece *piece, size_t at, const struct version *version, int64_t day) {
    struct running *row = &piece->rows[at];
    struct deposit deposit;
    struct product newest;
    if (!deposit_find(piece->tx, row->customer, row->id, &deposit)) return true;
    if (prolongs(piece, &deposit, row, version, &newest)) {
        struct happening *happening = happens(piece, PROLONGS, at, version, day);
        happening->later = version_of(piece, newest.id);
        happening->sum = row->state.principal;
        row->product = newest.id;
        row->term = (struct deposit_term){day, deposit_ends(&newest.terms, day, deposit.length)};
        happening->term = row->term;
        return false;
    }
    if (!deposits_usable(piece->engine, piece->tx, deposit.purse)) return false;
    happens(piece, RETURNS, at, version, day);
    return true;
}

/* Interest is paid out where an account takes it; else it lies with the money: it is his, and earns on. */
static void pays(struct piece *piece, size_t at, const struct version *version, int64_t day, int64_t sum) {
    struct running *row = &piece->rows[at];
    struct happening *happening = happens(piece, PAYS, at, version, day);
    struct deposit deposit;
    happening->sum = sum;
    if (!version->product.terms.to_account || !deposit_find(piece->tx, row->customer, row->id, &deposit)) return;
    happening->out = deposits_usable(piece->engine, piece->tx, deposit.purse);
    if (!happening->out) row->state.principal += sum;
}

/* Through today, or to its end: true. */
static bool go_through(struct piece *piece, size_t at, int64_t today) {
    struct running *row = &piece->rows[at];
    const struct version *version = version_of(piece, row->product);
    while (version != NULL && row->state.done < today) {
        struct deposit_day day = deposit_step(&version->product.terms, &row->term, &row->state);
        count(piece, version, row->state.done, day.accrued);
        if (day.pays) pays(piece, at, version, row->state.done, day.interest);
        if (row->term.ends != 0 && row->state.done == row->term.ends - NOTICE_DAYS)
            happens(piece, WARNS, at, version, row->state.done);
        if (day.ends && ends(piece, at, version, row->state.done)) return true;
        if (day.ends) version = version_of(piece, row->product);
    }
    return false;
}

/* ---- money ---- */

static void post_totals(struct piece *piece) {
    int64_t expense = piece->total_count > 0 ? deposits_account(piece->engine, piece->tx, ACCOUNT_EXPENSE, TEXT_NONE)
                                             : 0;
    for (size_t i = 0; i < piece->total_count; i++) {
        const struct total *total = &piece->totals[i];
        struct text day = date_format(tx_arena(piece->tx), date_from_days(total->day));
        deposits_move(piece->engine, piece->tx, expense, total->account, total->sum, KIND_DEPOSIT_ACCRUE, 0,
                   text_format(tx_arena(piece->tx), "%.*s %.*s", TEXT_ARG(day), TEXT_ARG(total->code)));
    }
}

static void pay(struct piece *piece, struct deposit *deposit, const struct happening *happening) {
    const struct deposit_terms *terms = &happening->version->product.terms;
    bool out = happening->out;
    int64_t operation = deposits_move(piece->engine, piece->tx, happening->version->accrued,
                                   out ? deposit->purse : deposit->account, happening->sum,
                                   out ? KIND_DEPOSIT_PAID : KIND_DEPOSIT_ADDED, deposit->id, TEXT_NONE);
    deposit_move_add(piece->tx, deposit, happening->day, out ? MOVE_PAID : MOVE_ADDED, happening->sum, operation, NULL);
    if (terms->every == EVERY_DAY || happening->sum == 0) return;
    deposit_feed(piece->engine, piece->tx, deposit, &happening->version->product,
                 out ? S_deposits_told_paid : S_deposits_told_added, happening->sum);
}

static void give_back(struct piece *piece, struct deposit *deposit, const struct happening *happening) {
    int64_t sum = deposits_balance(piece->engine, piece->tx, deposit->account);
    int64_t operation = deposits_move(piece->engine, piece->tx, deposit->account, deposit->purse, sum,
                                   KIND_DEPOSIT_RETURN, deposit->id, TEXT_NONE);
    deposit_move_add(piece->tx, deposit, happening->day, MOVE_RETURN, sum, operation, NULL);
    deposit_end(piece->engine, piece->tx, deposit, happening->day);
    deposit_notify(piece->engine, piece->tx, deposit, &happening->version->product, S_deposits_told_returned, sum,
                   happening->day);
}

static void prolong(struct piece *piece, struct deposit *deposit, const struct happening *happening) {
    deposit_move_add(piece->tx, deposit, happening->day, MOVE_OPEN, happening->sum, 0, &deposit->first);
    deposit->product = happening->later->product.id;
    deposit->term = happening->term;
    deposit_update(piece->tx, deposit);
    deposit_notify(piece->engine, piece->tx, deposit, &happening->later->product, S_deposits_told_prolonged,
                   happening->sum, happening->term.ends);
}

static void carry_out(struct piece *piece, const struct happening *happening) {
    const struct running *row = &piece->rows[happening->row];
    struct deposit deposit;
    if (!deposit_find(piece->tx, row->customer, row->id, &deposit)) return;
    switch (happening->outcome) {
    case PAYS: pay(piece, &deposit, happening); return;
    case RETURNS: give_back(piece, &deposit, happening); return;
    case PROLONGS: prolong(piece, &deposit, happening); return;
    case WARNS:
        deposit_notify(piece->engine, piece->tx, &deposit, &happening->version->product,
                       deposit.prolongs ? S_deposits_told_soon_prolonged : S_deposits_told_soon, 0, row->term.ends);
        return;
    }
}

size_t deposits_accrue(struct engine *engine, struct tx *tx, struct running *rows, size_t number, int64_t today) {
    struct piece piece = {.engine = engine, .tx = tx, .rows = rows};
    struct running *kept = arena_array(tx_arena(tx), struct running, number);
    enum { SAME, CHANGED, ENDED } *fates = arena_alloc(tx_arena(tx), number * sizeof *fates);
    size_t done = 0, left = 0;
    piece.last = &piece.first;
    while (done < number && piece.happenings < HAPPENINGS && !tx_failed(tx)) {
        int64_t before = rows[done].state.done;
        bool ended = go_through(&piece, done, today);
        fates[done] = ended ? ENDED : rows[done].state.done != before ? CHANGED : SAME;
        done++;
    }
    post_totals(&piece);
    for (const struct happening *each = piece.first; each != NULL; each = each->next) carry_out(&piece, each);
    for (size_t i = 0; i < done; i++) {
        if (fates[i] == ENDED) deposit_running_remove(tx, rows[i].customer, rows[i].id);
        if (fates[i] == CHANGED) kept[left++] = rows[i];
    }
    deposit_running_put(tx, kept, left);
    return done;
}

bool deposit_accrue_one(struct engine *engine, struct tx *tx, struct deposit *deposit, struct running *running) {
    if (!deposit_running_find(tx, deposit->customer, deposit->id, running)) return false;
    if (running->state.done >= deposits_today(engine)) return true;
    deposits_accrue(engine, tx, running, 1, deposits_today(engine));
    bool found = deposit_find(tx, deposit->customer, deposit->id, deposit);
    return found && deposit->status == DEPOSIT_OPEN &&
           deposit_running_find(tx, deposit->customer, deposit->id, running);
}

/* ---- the pass ---- */

struct pass {
    int64_t day, running, customer, deposit, seen, total;
    moment began, ended;
};

static struct pass pass_of(struct tx *tx) {
    struct pass pass = {0};
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &read_pass_lock : &read_pass, NO_VALUES);
    if (rows_next(rows))
        pass = (struct pass){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3),
                             row_int(rows, 4), row_int(rows, 5), row_int(rows, 6), row_int(rows, 7)};
    rows_end(rows);
    return pass;
}

static void pass_put(struct tx *tx, const struct pass *pass) {
    tx_run(tx, &put_pass,
           VALUES(V_INT(pass->day), V_INT(pass->running), V_INT(pass->customer), V_INT(pass->deposit),
                  V_INT(pass->seen), V_INT(pass->total), V_INT(pass->began), V_INT(pass->ended)));
}

bool deposits_accrue_job(struct engine *engine, struct tx *tx) {
    struct pass pass = pass_of(tx);
    moment now = world_now(engine_world(engine));
    int64_t today = deposits_today(engine);
    if (pass.running == 0) {
        if (pass.day >= today || civil_at(now, engine_zone(engine)).hour < deposits_settings(engine)->hour)
            return false;
        pass = (struct pass){.day = today, .running = 1, .total = deposit_running_count(tx), .began = now};
    }
    struct running *rows = arena_array(tx_arena(tx), struct running, PIECE);
    size_t number = deposit_running_after(tx, pass.customer, pass.deposit, rows, PIECE);
    const struct running *last = rows;
    size_t done = deposits_accrue(engine, tx, rows, number, pass.day);
    if (done > 0) last = &rows[done - 1];
    pass.seen += (int64_t)done;
    if (done == number && number < PIECE) {
        pass.running = 0;
        pass.ended = now;
        pass.customer = pass.deposit = 0;
    } else if (done > 0) {
        pass.customer = last->customer;
        pass.deposit = last->id;
    }
    pass_put(tx, &pass);
    return pass.running != 0;
}

void deposits_pass_tell(struct tx *tx, struct node *document) {
    struct pass pass = pass_of(tx);
    struct node *node = doc_object(document, "pass");
    if (pass.day != 0) doc_date(node, "day", date_from_days(pass.day));
    else doc_null(node, "day");
    doc_bool(node, "running", pass.running != 0);
    doc_int(node, "seen", pass.seen);
    doc_int(node, "total", pass.total);
    doc_int(node, "percent", pass.total > 0 && pass.seen < pass.total ? pass.seen * 100 / pass.total : 100);
    if (pass.began != 0) doc_moment(node, "began", pass.began);
    else doc_null(node, "began");
    if (pass.ended != 0) doc_moment(node, "ended", pass.ended);
    else doc_null(node, "ended");
}
