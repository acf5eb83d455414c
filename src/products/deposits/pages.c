/* pages.c: a deposit as its owner sees it: what lies there, what it has earned and of which days, what comes next. */
#include "products/deposits/deposits.h"

#define LINES_TOLD 400
#define SCHEDULE_TOLD 24

size_t deposits_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room) {
    (void)engine;
    struct deposit deposits[DEPOSITS_MOST];
    size_t count = deposits_of(tx, customer, deposits, room < DEPOSITS_MOST ? room : DEPOSITS_MOST);
    for (size_t i = 0; i < count; i++) accounts[i] = deposits[i].account;
    return count;
}

bool deposit_as_of(struct tx *tx, const struct deposit *deposit, const struct product *product, int64_t today,
                   struct running *running) {
    if (!deposit_running_find(tx, deposit->customer, deposit->id, running)) return false;
    while (running->state.done < today) {
        bool last = running->state.done + 1 == deposit->term.ends;
        deposit_step(&product->terms, &running->term, &running->state);
        if (last) break; /* what becomes of it then the night decides */
    }
    return true;
}

/* ---- the line in a list, and the answer to what was done ---- */

static void tell_state(struct request *request, struct tx *tx, const struct deposit *deposit,
                       const struct product *product, struct node *document) {
    struct running running;
    bool open = deposit->status == DEPOSIT_OPEN &&
                deposit_as_of(tx, deposit, product, deposits_today(request->engine), &running);
    int64_t today = deposits_today(request->engine);
    doc_money(document, "balance", rub(open ? deposits_balance(request->engine, tx, deposit->account) : 0));
    doc_money(document, "accrued", rub(open ? running.state.booked : 0));
    doc_text(document, "rate",
             deposits_rate_words(request->arena, &request->locale,
                        open ? deposit_rate(&product->terms, &deposit->term, running.state.principal, today + 1) : 0));
    int64_t next = open ? deposit_pays(&product->terms, &deposit->term, today + 1) : 0;
    if (next != 0) doc_date(document, "next", date_from_days(next));
    else doc_null(document, "next");
}

void deposit_tell(struct request *request, struct tx *tx, const struct deposit *deposit, struct node *document) {
    struct product product;
    if (!deposit_product_find(tx, deposit->product, &product)) return;
    doc_id(document, "id", deposit->id);
    doc_text(document, "title", deposit_product_title(&product, request->locale.language));
    doc_bool(document, "open", deposit->status == DEPOSIT_OPEN);
    doc_date(document, "opened", date_from_days(deposit->opened));
    if (deposit->term.ends != 0) doc_date(document, "ends", date_from_days(deposit->term.ends));
    else doc_null(document, "ends");
    if (deposit->closed != 0) doc_date(document, "closed", date_from_days(deposit->closed));
    else doc_null(document, "closed");
    doc_bool(document, "goes_on", deposit->prolongs);
    tell_state(request, tx, deposit, &product, document);
}

/* ---- what it earned, day by day ---- */

/* «150 000,00 ₽ × 12 % × 31 / 365 = 1 528,7671» */
static void tell_lines(struct request *request, const struct interest_line *lines, size_t count, struct node *list) {
    for (size_t i = 0; i < count; i++) {
        const struct interest_line *line = &lines[i];
        struct node *node = doc_add_object(list);
        doc_date(node, "from", date_from_days(line->from));
        doc_date(node, "to", date_from_days(line->to));
        doc_int(node, "days", line->to - line->from + 1);
        doc_money(node, "balance", rub(line->balance));
        doc_text(node, "rate", deposits_rate_words(request->arena, &request->locale, line->rate));
        doc_int(node, "year", line->year);
        doc_text(node, "exact",
                 deposits_decimal_words(request->arena, &request->locale, interest_exact(request->arena, &line->sum)));
    }
}

struct story {
    struct deposit deposit;
    struct product product;
    struct running running;
    struct deposit_move *moves;
    size_t count;
    int64_t through; /* the day up to which it is told */
};

static bool story_of(struct request *request, struct tx *tx, struct story *story) {
    if (!deposit_asked(request, tx, &story->deposit)) return false;
    if (!deposit_product_find(tx, story->deposit.product, &story->product)) return false;
    story->moves = arena_array(request->arena, struct deposit_move, MOVES_MOST);
    story->count = deposit_term_moves(tx, &story->deposit, story->moves, MOVES_MOST);
    story->through = story->deposit.closed;
    if (story->deposit.status != DEPOSIT_OPEN) return true;
    int64_t today = deposits_today(request->engine);
    bool there = deposit_as_of(tx, &story->deposit, &story->product, today, &story->running);
    story->through = story->running.state.done;
    return there;
}

static bool is_interest(const struct deposit_move *move) {
    return move->kind == MOVE_ADDED || move->kind == MOVE_PAID;
}

/* The day after which what is not yet paid began to be earned. */
static int64_t period_began(const struct story *story) {
    int64_t began = story->deposit.term.begun;
    for (size_t i = 0; i < story->count; i++)
        if (is_interest(&story->moves[i])) began = story->moves[i].day;
    return began;
}

static int64_t tell_period(struct request *request, const struct story *story, int64_t from, int64_t to,
                           struct node *node) {
    struct interest_line *lines = arena_array(request->arena, struct interest_line, LINES_TOLD);
    size_t count = deposit_lines(&story->product.terms, &story->deposit.term, story->moves, story->count, from, to,
                                 lines, LINES_TOLD);
    int64_t sum = deposit_lines_rounded(lines, count);
    doc_date(node, "from", date_from_days(from + 1));
    doc_date(node, "to", date_from_days(to));
    doc_money(node, "sum", rub(sum));
    tell_lines(request, lines, count, doc_array(node, "lines"));
    return sum;
}

/* When interest comes, if nothing is moved: from what lies there now. */
static void tell_schedule(const struct story *story, struct node *list) {
    struct deposit_state state = story->running.state;
    const struct deposit_term *term = &story->deposit.term;
    int64_t last = term->ends != 0 ? term->ends : state.done + 366;
    for (int told = 0; told < SCHEDULE_TOLD && state.done < last;) {
        struct deposit_day day = deposit_step(&story->product.terms, term, &state);
        if (!day.pays) continue;
        struct node *node = doc_add_object(list);
        doc_date(node, "day", date_from_days(state.done));
        doc_money(node, "interest", rub(day.interest));
        doc_money(node, "balance", rub(state.principal));
        told++;
    }
}

static void tell_moves(struct request *request, struct tx *tx, const struct deposit *deposit, struct node *list) {
    static const char *const names[] = {"", "open", "topup", "withdraw", "added", "paid", "taken_back", "return"};
    static const string_id titles[] = {S_none, S_deposits_move_open, S_deposits_move_topup, S_deposits_move_withdraw,
                                       S_deposits_move_added, S_deposits_move_paid, S_deposits_move_taken_back,
                                       S_deposits_move_return};
    struct stored_move *moves = arena_array(request->arena, struct stored_move, MOVES_MOST);
    size_t count = deposit_moves_of(tx, deposit, 0, moves, MOVES_MOST);
    size_t from = count > 60 ? count - 60 : 0;
    for (size_t i = count; i-- > from;) {
        struct node *node = doc_add_object(list);
        bool in = moves[i].move.kind == MOVE_OPEN || moves[i].move.kind == MOVE_TOPUP ||
                  moves[i].move.kind == MOVE_ADDED || moves[i].move.kind == MOVE_PAID;
        bool again = moves[i].move.kind == MOVE_OPEN && moves[i].operation == 0;
        doc_text(node, "kind", text_from(again ? "prolonged" : names[moves[i].move.kind]));
        doc_text(node, "title",
                 deposits_say(request->arena, &request->locale,
                     again ? S_deposits_move_prolonged : titles[moves[i].move.kind]));
        doc_date(node, "day", date_from_days(moves[i].move.day));
        doc_money(node, "sum", rub(in ? moves[i].move.sum : -moves[i].move.sum));
        doc_bool(node, "in", in);
        if (moves[i].operation != 0) doc_id(node, "operation", moves[i].operation);
        else doc_null(node, "operation");
    }
}

/* What may be done with it now. */
static void tell_acts(struct request *request, const struct story *story, struct node *document) {
    const struct deposit_terms *terms = &story->product.terms;
    bool open = story->deposit.status == DEPOSIT_OPEN;
    int64_t today = deposits_today(request->engine);
    bool topup = open && deposit_may_topup(terms, &story->deposit.term, today,
                                           deposit_own(story->moves, story->count),
                                           terms->topup_least) == DEPOSIT_OK;
    int64_t free = open ? story->running.state.principal - terms->left_least : 0;
    bool withdraw = open && terms->left_least > 0 && free > 0;
    doc_bool(document, "may_topup", topup);
    if (topup) doc_money(document, "topup_least", rub(terms->topup_least));
    else doc_null(document, "topup_least");
    doc_bool(document, "may_withdraw", withdraw);
    if (withdraw) doc_money(document, "withdraw_most", rub(free));
    else doc_null(document, "withdraw_most");
    doc_bool(document, "may_prolong", open && terms->prolongs);
    doc_bool(document, "waits", open && story->deposit.term.ends != 0 && today > story->deposit.term.ends);
}

/* GET /deposits/{id} */
enum flow deposit_read(struct request *request, struct tx *tx) {
    struct story story;
    if (!story_of(request, tx, &story)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    deposit_tell(request, tx, &story.deposit, document);
    tell_acts(request, &story, document);
    deposit_terms_tell(request->arena, &request->locale, &story.product, doc_array(document, "facts"));
    if (story.deposit.status == DEPOSIT_OPEN)
        tell_period(request, &story, period_began(&story), story.through, doc_object(document, "why"));
    else doc_null(document, "why");
    struct node *schedule = doc_array(document, "schedule");
    if (story.deposit.status == DEPOSIT_OPEN) tell_schedule(&story, schedule);
    tell_moves(request, tx, &story.deposit, doc_array(document, "moves"));
    deposit_purses_tell(request, tx, document);
    doc_date(document, "today", date_from_days(deposits_today(request->engine)));
    return answer_ok(request, document);
}

/* GET /deposits/{id}/interest: all of the term, period by period, the newest first. */
enum flow deposit_interest_read(struct request *request, struct tx *tx) {
    struct story story;
    if (!story_of(request, tx, &story)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    deposit_tell(request, tx, &story.deposit, document);
    struct node *list = doc_array(document, "periods");
    bool open = story.deposit.status == DEPOSIT_OPEN;
    int64_t to = story.through, from = period_began(&story);
    if (open && from < to) {
        struct node *node = doc_add_object(list);
        tell_period(request, &story, from, to, node);
        doc_bool(node, "paid", false);
        doc_bool(node, "anew", false);
    }
    int told = 0;
    for (size_t i = story.count; i-- > 0 && told < 120;) {
        if (!is_interest(&story.moves[i])) continue;
        int64_t before = story.deposit.term.begun;
        for (size_t k = 0; k < i; k++)
            if (is_interest(&story.moves[k])) before = story.moves[k].day;
        if (before == story.moves[i].day) continue;
        struct node *node = doc_add_object(list);
        int64_t sum = tell_period(request, &story, before, story.moves[i].day, node);
        doc_bool(node, "paid", true);
        doc_bool(node, "anew", sum != story.moves[i].sum); /* closed early: another rate was due */
        told++;
    }
    return answer_ok(request, document);
}
