/* papers.c: what a deposit's owner may have on paper: the contract as it was signed, by the terms that it keeps; and a
 * certificate of what lay there on a day, what it had earned, and what all his deposits brought in that day's year. */
#include "products/deposits/deposits.h"

#include "base/check.h"
#include "identity/common.h"
#include "operations/paper.h"

#define LINES 40
#define TAX_RATE_FREE 10000 /* interest by rates up to 1 % a year is not counted to the base (tax code, 214.2) */

static const struct refusal day_wrong = {"day-wrong", 422, S_deposits_refused_day, false};
static const struct refusal no_paper = {"paper-unavailable", 503, S_deposits_refused_paper, false};

static void add(struct paper *paper, enum paper_kind kind, struct text label, struct text value) {
    check(paper->count < paper->room);
    paper->lines[paper->count++] = (struct paper_line){.kind = kind, .label = label, .value = value};
}

static void fact(struct request *request, struct paper *paper, string_id label, struct text value) {
    add(paper, PAPER_FACT, deposits_say(request->arena, &request->locale, label), value);
}

static struct paper *paper_new(struct request *request, string_id title, const char *file, int64_t id) {
    struct paper *paper = arena_new_of(request->arena, struct paper);
    struct node *values = doc_new(request->arena);
    doc_text(values, "id", text_format(request->arena, "%lld", (long long)id));
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    const struct string_argument arguments[] = {{"id", doc_get(values, "id")},
                                                {"company", doc_get(values, "company")}};
    *paper = (struct paper){.company = text_from(engine_config(request->engine)->company),
                            .title = string_get(request->arena, &request->locale, title, arguments, 1),
                            .footer = string_get(request->arena, &request->locale, S_deposits_paper_footer,
                                                 arguments, 2),
                            .file_name = text_format(request->arena, "%s-%lld.pdf", file, (long long)id),
                            .lines = arena_array(request->arena, struct paper_line, LINES),
                            .room = LINES};
    return paper;
}

static void tell_owner(struct request *request, struct tx *tx, struct paper *paper, int64_t customer) {
    struct customer found;
    if (!identity_customer(request->engine, tx, customer, &found)) return;
    if (found.name.size > 0)
        fact(request, paper, S_deposits_paper_owner, text_copy(request->arena, found.name));
    fact(request, paper, S_deposits_paper_phone, phone_pretty(request->arena, found.phone));
}

static struct text signed_words(struct request *request, moment at) {
    struct civil civil = civil_at(at, request->locale.zone);
    struct node *values = doc_new(request->arena);
    struct buffer out = buffer_new(request->arena, 48);
    locale_date(&out, &request->locale, civil.date);
    buffer_format(&out, ", %02d:%02d:%02d", civil.hour, civil.minute, civil.second);
    doc_text(values, "at", buffer_text(&out));
    const struct string_argument argument = {"at", doc_get(values, "at")};
    return string_get(request->arena, &request->locale, S_deposits_paper_signed_words, &argument, 1);
}

/* ---- the contract ---- */

/* The sum with which the term that runs was begun. */
static int64_t opened_with(struct tx *tx, const struct deposit *deposit) {
    struct stored_move first[1];
    return deposit_moves_of(tx, deposit, deposit->first, first, 1) == 1 ? first[0].move.sum : 0;
}

enum flow deposit_contract_read(struct request *request, struct tx *tx) {
    struct deposit deposit;
    struct product product;
    if (!deposit_asked(request, tx, &deposit) || !deposit_product_find(tx, deposit.product, &product))
        return answer_missing(request);
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    struct paper *paper = paper_new(request, S_deposits_paper_contract, "deposit", deposit.id);
    fact(request, paper, S_deposits_paper_product,
         text_format(arena, "%.*s (%.*s, %lld)", TEXT_ARG(deposit_product_title(&product, locale->language)),
                     TEXT_ARG(product.code), (long long)product.version));
    tell_owner(request, tx, paper, deposit.customer);
    fact(request, paper, S_deposits_paper_account, text_format(arena, "%lld", (long long)deposit.account));
    fact(request, paper, S_deposits_paper_sum, deposits_money_words(arena, locale, opened_with(tx, &deposit)));
    fact(request, paper, S_deposits_paper_term, deposits_term_words(arena, locale, product.terms.unit, deposit.length));
    fact(request, paper, S_deposits_paper_begun, deposits_date_words(arena, locale, deposit.term.begun));
    if (deposit.term.ends != 0)
        fact(request, paper, S_deposits_paper_ends, deposits_date_words(arena, locale, deposit.term.ends));
    add(paper, PAPER_HEAD, TEXT_NONE, deposits_say(arena, locale, S_deposits_paper_terms));
    struct node *list = doc_array(doc_new(arena), "facts");
    deposit_terms_tell(arena, locale, &product, list);
    for (const struct node *each = list->first; each != NULL; each = each->next)
        add(paper, PAPER_FACT, doc_get(each, "label")->text, doc_get(each, "value")->text);
    add(paper, PAPER_HEAD, TEXT_NONE, deposits_say(arena, locale, S_deposits_paper_signature));
    add(paper, PAPER_TEXT, TEXT_NONE, signed_words(request, deposit.signed_at));
    request->scratch = paper;
    return FLOW_NEXT;
}

/* ---- the certificate ---- */

struct on_day {
    int64_t balance;  /* when the day had ended */
    int64_t received; /* interest paid and added until then, less what was taken back */
    int64_t accrued;  /* earned by then, not yet paid */
};

static int64_t year_of(int64_t day) {
    return date_from_days(day).year;
}

static int64_t income_of(const struct deposit_move *move) {
    if (move->kind == MOVE_ADDED || move->kind == MOVE_PAID) return move->sum;
    return move->kind == MOVE_TAKEN_BACK ? -move->sum : 0;
}

static struct on_day look_at(struct tx *tx, const struct deposit *deposit, int64_t day) {
    struct stored_move *moves = arena_array(tx_arena(tx), struct stored_move, MOVES_MOST);
    size_t count = deposit_moves_of(tx, deposit, 0, moves, MOVES_MOST);
    struct on_day on_day = {0};
    for (size_t i = 0; i < count && moves[i].move.day <= day; i++) {
        const struct deposit_move *move = &moves[i].move;
        on_day.received += income_of(move);
        switch (move->kind) {
        case MOVE_OPEN: on_day.balance = move->sum; break;
        case MOVE_TOPUP:
        case MOVE_ADDED: on_day.balance += move->sum; break;
        case MOVE_WITHDRAW:
        case MOVE_TAKEN_BACK:
        case MOVE_RETURN: on_day.balance -= move->sum; break;
        case MOVE_PAID: break;
        }
    }
    return on_day;
}

/* Of the term that runs; of a day before it, all had been paid when the term before ended, and nothing is told. */
static int64_t accrued_on(struct tx *tx, const struct deposit *deposit, const struct product *product, int64_t day) {
    struct deposit_move *moves = arena_array(tx_arena(tx), struct deposit_move, MOVES_MOST);
    struct interest_line *lines = arena_array(tx_arena(tx), struct interest_line, 800);
    size_t count = deposit_term_moves(tx, deposit, moves, MOVES_MOST);
    int64_t from = deposit->term.begun;
    if (day < from || (deposit->closed != 0 && day >= deposit->closed)) return 0;
    for (size_t i = 0; i < count && moves[i].day <= day; i++)
        if (moves[i].kind == MOVE_ADDED || moves[i].kind == MOVE_PAID) from = moves[i].day;
    size_t made = deposit_lines(&product->terms, &deposit->term, moves, count, from, day, lines, 800);
    return deposit_lines_rounded(lines, made);
}

static bool counts_for_tax(const struct product *product) {
    for (size_t i = 0; i < product->terms.rate_count; i++)
        if (product->terms.rates[i].rate > TAX_RATE_FREE) return true;
    return false;
}

/* What all his deposits brought in that year, up to that day. */
static int64_t year_income(struct tx *tx, int64_t customer, int64_t day, int64_t *taxed) {
    struct deposit deposits[DEPOSITS_TOLD];
    int64_t income = 0;
    size_t count = deposits_of(tx, customer, deposits, DEPOSITS_TOLD);
    *taxed = 0;
    for (size_t i = 0; i < count; i++) {
        struct stored_move *moves = arena_array(tx_arena(tx), struct stored_move, MOVES_MOST);
        struct product product;
        size_t moved = deposit_moves_of(tx, &deposits[i], 0, moves, MOVES_MOST);
        bool counts = deposit_product_find(tx, deposits[i].product, &product) && counts_for_tax(&product);
        for (size_t k = 0; k < moved; k++) {
            if (moves[k].move.day > day || year_of(moves[k].move.day) != year_of(day)) continue;
            income += income_of(&moves[k].move);
            if (counts) *taxed += income_of(&moves[k].move);
        }
    }
    return income;
}

static void tell_tax(struct request *request, struct tx *tx, struct paper *paper, int64_t customer, int64_t day) {
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    int64_t taxed, income = year_income(tx, customer, day, &taxed),
                   free = deposits_tax_free(request->engine, (int)year_of(day));
    struct node *values = doc_new(arena);
    doc_text(values, "year", text_format(arena, "%d", (int)year_of(day)));
    const struct string_argument argument = {"year", doc_get(values, "year")};
    add(paper, PAPER_HEAD, TEXT_NONE, string_get(arena, locale, S_deposits_paper_year, &argument, 1));
    fact(request, paper, S_deposits_paper_income, deposits_money_words(arena, locale, income));
    if (free > 0) {
        fact(request, paper, S_deposits_paper_free, deposits_money_words(arena, locale, free));
        fact(request, paper, S_deposits_paper_base,
             deposits_money_words(arena, locale, taxed > free ? taxed - free : 0));
    }
    add(paper, PAPER_TEXT, TEXT_NONE,
        deposits_say(arena, locale, free > 0 ? S_deposits_paper_tax : S_deposits_paper_tax_unknown));
}

enum flow deposit_certificate_read(struct request *request, struct tx *tx) {
    struct deposit deposit;
    struct product product;
    if (!deposit_asked(request, tx, &deposit) || !deposit_product_find(tx, deposit.product, &product))
        return answer_missing(request);
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    int64_t today = deposits_today(request->engine),
            day = field_given(request, "day") ? field_number(request, "day") : today;
    if (day < deposit.opened || day > today) return refuse(request, &day_wrong);
    struct on_day on_day = look_at(tx, &deposit, day);
    struct paper *paper = paper_new(request, S_deposits_paper_certificate, "certificate", deposit.id);
    fact(request, paper, S_deposits_paper_product,
         text_copy(arena, deposit_product_title(&product, locale->language)));
    tell_owner(request, tx, paper, deposit.customer);
    fact(request, paper, S_deposits_paper_opened, deposits_date_words(arena, locale, deposit.opened));
    if (deposit.term.ends != 0)
        fact(request, paper, S_deposits_paper_ends, deposits_date_words(arena, locale, deposit.term.ends));
    if (deposit.closed != 0)
        fact(request, paper, S_deposits_paper_closed, deposits_date_words(arena, locale, deposit.closed));
    fact(request, paper, S_deposits_paper_day, deposits_date_words(arena, locale, day));
    add(paper, PAPER_SUM, deposits_say(arena, locale, S_deposits_paper_balance),
        deposits_money_words(arena, locale, on_day.balance));
    fact(request, paper, S_deposits_paper_accrued,
         deposits_money_words(arena, locale, accrued_on(tx, &deposit, &product, day)));
    fact(request, paper, S_deposits_paper_received, deposits_money_words(arena, locale, on_day.received));
    tell_tax(request, tx, paper, deposit.customer, day);
    request->scratch = paper;
    return FLOW_NEXT;
}

enum flow deposit_paper_work(struct request *request, struct tx *tx) {
    (void)tx;
    const struct paper *paper = request->scratch;
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/pdf", .file_name = paper->file_name.data};
    if (!paper_draw(request->arena, paper, &file->bytes)) return refuse(request, &no_paper);
    return answer_file(request, file);
}
