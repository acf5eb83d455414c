/* night.c: days go by. A row says through which day its loan has come, so that a day is earned once however often it is
 * tried, and days that were slept through are made up in their order.
 *
 * A day of a product is one transfer of interest and one of penalties, of what its loans have earned together, in the
 * command that writes their rows: so the books' accounts of a product are at any moment the sums of its rows. What an
 * advance pays on its day, and what ends, are transfers of each loan. */
#include "products/loans/running.h"

#include "base/check.h"

#include <string.h>

#define HAPPENINGS 200 /* of a piece: after so many it stops */

/* A version that rows of the piece run by. */
struct version {
    struct credit_product product;
    int64_t interest, penalty;  /* accounts */
    int64_t provided, released; /* of the piece */
    struct version *next;
};

/* What a product's loans have earned on a day. */
struct total {
    struct version *version;
    int64_t day, interest, penalty;
};

/* An advance paid. */
struct happening {
    size_t row;
    struct version *version;
    int64_t paid[DEBTS];
    struct happening *next;
};

struct piece {
    struct engine *engine;
    struct tx *tx;
    struct running *rows;
    struct credit_setting around;
    struct version *versions;
    struct total *totals;
    size_t total_count, total_room;
    struct happening *first, **last;
    size_t happenings;
};

static struct version *version_of(struct piece *piece, int64_t id) {
    for (struct version *known = piece->versions; known != NULL; known = known->next)
        if (known->product.id == id) return known;
    struct version *version = arena_new_of(tx_arena(piece->tx), struct version);
    bool found = credit_product_find(piece->tx, id, &version->product);
    check(found || tx_failed(piece->tx));
    if (!found) return NULL;
    version->interest = loans_account(piece->engine, piece->tx, PURPOSE_LOAN_INTEREST, version->product.code);
    version->penalty = loans_account(piece->engine, piece->tx, PURPOSE_LOAN_PENALTY, version->product.code);
    version->next = piece->versions;
    piece->versions = version;
    return version;
}

static struct total *total_of(struct piece *piece, struct version *version, int64_t day) {
    for (size_t i = piece->total_count; i-- > 0;)
        if (piece->totals[i].version->interest == version->interest && piece->totals[i].day == day)
            return &piece->totals[i];
    if (piece->total_count == piece->total_room) {
        size_t room = piece->total_room * 2 + 16;
        struct total *more = arena_array(tx_arena(piece->tx), struct total, room);
        for (size_t i = 0; i < piece->total_count; i++) more[i] = piece->totals[i];
        piece->totals = more;
        piece->total_room = room;
    }
    piece->totals[piece->total_count] = (struct total){.version = version, .day = day};
    return &piece->totals[piece->total_count++];
}

static void count(struct piece *piece, struct version *version, int64_t day, const struct loan_night *night) {
    if (night->interest + night->late_interest + night->penalty == 0) return;
    struct total *total = total_of(piece, version, day);
    total->interest += night->interest + night->late_interest;
    total->penalty += night->penalty;
}

static bool pays(const struct loan_night *night) {
    for (size_t i = 0; i < DEBTS; i++)
        if (night->paid[i] > 0) return true;
    return false;
}

static void happens(struct piece *piece, size_t row, struct version *version, const struct loan_night *night) {
    struct happening *happening = arena_new_of(tx_arena(piece->tx), struct happening);
    *happening = (struct happening){.row = row, .version = version};
    memcpy(happening->paid, night->paid, sizeof happening->paid);
    *piece->last = happening;
    piece->last = &happening->next;
    piece->happenings++;
}

/* Through today, or to its end. True: a payment's day was among them. */
static bool go_through(struct piece *piece, size_t at, int64_t today) {
    struct running *row = &piece->rows[at];
    const struct loans_state *state = engine_state(piece->engine, &loans_feature);
    struct version *version = version_of(piece, row->product);
    bool fell = false;
    if (version == NULL || row->state.done >= today) return false;
    const struct loan_contract contract =
        credit_contract(&version->product.terms, &piece->around, row->signed_day, row->sum, row->term);
    while (row->state.done < today && row->state.status == LOAN_RUNS) {
        const struct loan_night night = loan_step(&contract, &row->state, NULL);
        fell = fell || night.fell;
        count(piece, version, row->state.done, &night);
        if (pays(&night)) happens(piece, at, version, &night);
    }
    int64_t provided = provision_for(&state->provisions, &row->state);
    if (provided > row->provided) version->provided += provided - row->provided;
    else version->released += row->provided - provided;
    row->provided = provided;
    return fell;
}

/* ---- money ---- */

static void post_totals(struct piece *piece, int64_t today) {
    struct engine *engine = piece->engine;
    struct tx *tx = piece->tx;
    int64_t income = loans_account(engine, tx, PURPOSE_LOAN_INCOME, TEXT_NONE),
            fines = loans_account(engine, tx, PURPOSE_LOAN_FINES, TEXT_NONE);
    for (size_t i = 0; i < piece->total_count; i++) {
        const struct total *total = &piece->totals[i];
        struct text day = date_format(tx_arena(tx), date_from_days(total->day)),
                    note = text_format(tx_arena(tx), "%.*s %.*s", TEXT_ARG(day),
                                       TEXT_ARG(total->version->product.code));
        loans_move(engine, tx, total->version->interest, income, total->interest, KIND_LOAN_ACCRUE, 0, note);
        loans_move(engine, tx, total->version->penalty, fines, total->penalty, KIND_LOAN_FINE, 0, note);
    }
    struct text day = date_format(tx_arena(tx), date_from_days(today));
    for (const struct version *each = piece->versions; each != NULL; each = each->next) {
        struct text note = text_format(tx_arena(tx), "%.*s %.*s", TEXT_ARG(day), TEXT_ARG(each->product.code));
        loans_provide(engine, tx, each->product.code, each->provided, 0, note);
        loans_provide(engine, tx, each->product.code, -each->released, 0, note);
    }
}

static void carry_out(struct piece *piece, const struct happening *happening) {
    const struct running *row = &piece->rows[happening->row];
    struct credit credit;
    if (!credit_find(piece->tx, row->customer, row->id, &credit)) return;
    credit_book_paid(piece->engine, piece->tx, &credit, happening->version->product.code, happening->paid);
}

static void end(struct piece *piece, struct running *row) {
    struct credit credit;
    const struct version *version = version_of(piece, row->product);
    if (version != NULL && credit_find(piece->tx, row->customer, row->id, &credit))
        credit_end(piece->engine, piece->tx, &credit, row, &version->product);
}

size_t credits_accrue(struct engine *engine, struct tx *tx, struct running *rows, size_t number, int64_t today) {
    struct piece piece = {.engine = engine, .tx = tx, .rows = rows, .around = credit_setting(engine)};
    struct running *earned = arena_array(tx_arena(tx), struct running, number),
                   *fallen = arena_array(tx_arena(tx), struct running, number);
    size_t done = 0, earned_count = 0, fallen_count = 0;
    piece.last = &piece.first;
    while (done < number && piece.happenings < HAPPENINGS && !tx_failed(tx)) {
        int64_t before = rows[done].state.done;
        bool fell = go_through(&piece, done, today), runs = rows[done].state.status == LOAN_RUNS;
        if (runs && fell) fallen[fallen_count++] = rows[done];
        else if (runs && rows[done].state.done != before) earned[earned_count++] = rows[done];
        done++;
    }
    post_totals(&piece, today);
    for (const struct happening *each = piece.first; each != NULL; each = each->next) carry_out(&piece, each);
    for (size_t i = 0; i < done; i++)
        if (rows[i].state.status != LOAN_RUNS) end(&piece, &rows[i]);
    running_put_earned(tx, earned, earned_count);
    running_put(tx, fallen, fallen_count);
    return done;
}

bool credit_accrue_one(struct engine *engine, struct tx *tx, struct credit *credit, struct running *running) {
    if (!running_find(tx, credit->customer, credit->id, running)) return false;
    if (running->state.done >= loans_today(engine)) return true;
    credits_accrue(engine, tx, running, 1, loans_today(engine));
    return credit_find(tx, credit->customer, credit->id, credit) && credit->state == CREDIT_RUNS &&
           running->state.status == LOAN_RUNS;
}

struct loan_contract credit_contract_of(struct engine *engine, const struct credit_product *product,
                                        const struct credit *credit) {
    const struct credit_setting around = credit_setting(engine);
    return credit_contract(&product->terms, &around, credit->signed_day, credit->sum, credit->term);
}

bool credit_as_of(struct engine *engine, struct tx *tx, const struct credit *credit,
                  const struct credit_product *product, struct running *running) {
    if (!running_find(tx, credit->customer, credit->id, running)) return false;
    const struct loan_contract contract = credit_contract_of(engine, product, credit);
    while (running->state.status == LOAN_RUNS && running->state.done < loans_today(engine))
        loan_step(&contract, &running->state, NULL);
    return true;
}
