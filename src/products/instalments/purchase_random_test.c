/* purchase_random_test.c: IN-3, IN-4: what holds for every order and purchase. KABINET_SEEDS of them go through any
 * acts in any order: change, cancel, finish, pay, return a part or all, move a day, a payment undone, money given back,
 * days. Beside them goes a slow model that shares no code with lending/, purchase_rules or checkout_rules: it keeps a
 * list of payments by their days and what was late at the end of each day, and reckons penalties anew from these.
 *
 * A failure names its seed: KABINET_SEED=n KABINET_SEEDS=1 lives it again, KABINET_TELLS=1 says each act. */
#include "products/instalments/checkout_rules.h"
#include "products/instalments/purchase_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAYS 700
#define PAYMENTS 100
#define PARTS 26

/* ---- chance, and what is told of a failure ---- */

static uint64_t seed;
static int64_t living; /* the sequence */
static bool tells;

static int64_t below(int64_t most) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((seed >> 33) % (uint64_t)most);
}

static void same(const char *what, int64_t model, int64_t engine) {
    if (model != engine)
        fail_msg("KABINET_SEED=%lld KABINET_SEEDS=1: %s: the model has %lld, the engine %lld", (long long)living, what,
                 (long long)model, (long long)engine);
}

/* ---- the model ---- */

enum stage { ASKED, HELD, SOLD, CANCELED, OVER };

struct paid {
    int64_t sum, fined; /* of it, what went to penalties; both less by what was undone */
};

struct model {
    /* the order */
    enum stage stage;
    int64_t asked, till, limit; /* till: the day on which it is over */
    /* the purchase: `count` payments, of which `next` comes next, each `each`, of which `ahead` is paid of that one */
    int64_t day, today, sum, rate, millionths;
    int64_t days[PARTS], count, next, each, ahead, price; /* price: of the goods, not late and not paid */
    int64_t late, waits, fines, streak;                   /* fines: before the day `streak`, paid ones taken off */
    int64_t lates[DAYS];                                  /* late when that day after the sale began */
    int64_t streak_paid;                                  /* of the running streak's penalties */
    int64_t since, moved, returned;
    bool open;
    struct paid payments[PAYMENTS];
    size_t payment_count;
    /* money: the customer's account, what his penalties' account says, the shop's */
    int64_t account, receivable, fined, shop;
};

static bool leap(int64_t day) {
    int year = date_from_days(day).year;
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Of the days on which something was late without a break, half up. */
static int64_t streak_fines(const struct model *m) {
    __int128 parts = 0;
    const __int128 whole = (__int128)1000000 * 365 * 366;
    for (int64_t day = m->streak + 1; day <= m->today; day++)
        parts += (__int128)m->lates[day - m->day] * m->rate * (leap(day) ? 365 : 366);
    return (int64_t)((parts * 2 + whole) / (whole * 2));
}

static int64_t model_fines(const struct model *m) {
    return m->fines + (m->late > 0 ? streak_fines(m) - m->streak_paid : 0);
}

/* Before `late` changes: once nothing is late any more, what the streak cost stays as it is. */
static void set_late(struct model *m, int64_t late) {
    if (m->late == 0 && late > 0) m->streak = m->today, m->streak_paid = 0;
    if (m->late > 0 && late == 0) m->fines += streak_fines(m) - m->streak_paid;
    if (m->since == 0 && late > 0) m->since = m->today;
    if (late == 0) m->since = 0;
    m->late = late;
}

static void pay_fines(struct model *m, int64_t sum) {
    if (m->late > 0) m->streak_paid += sum;
    else m->fines -= sum;
    m->account -= sum;
    m->receivable -= sum;
}

static int64_t least(int64_t one, int64_t other) {
    return one < other ? one : other;
}

/* What is still to be paid of the next payment. */
static int64_t next_part(const struct model *m) {
    if (m->next >= m->count) return 0;
    if (m->next == m->count - 1) return m->price;
    int64_t part = m->each - m->ahead;
    return part < 0 ? 0 : least(part, m->price);
}

static int64_t model_total(const struct model *m) {
    return m->price + m->late + model_fines(m);
}

static void close_if_paid(struct model *m) {
    if (model_total(m) == 0) m->open = false;
}

static void model_sell(struct model *m, int64_t sum, const struct tariff_term *term) {
    m->sum = m->price = sum;
    m->count = term->parts;
    m->millionths = term->fee;
    m->each = (sum * 2 + m->count) / (m->count * 2);
    for (int64_t i = 0; i < m->count; i++) {
        int64_t periods = i + !term->first_now;
        m->days[i] = m->day + 14 * periods;
        if (term->unit == TARIFF_MONTHS)
            m->days[i] = date_to_days(date_add_months(date_from_days(m->day), (int)periods));
    }
    m->open = true;
    m->account = -sum;
    m->shop = sum - (sum * term->fee * 2 + 1000000) / 2000000;
}

/* The day's end, and the next one's beginning. */
static void model_day(struct model *m) {
    if (m->open && m->price > 0 && m->next < m->count && m->days[m->next] == m->today) {
        int64_t part = next_part(m), covered = least(part, m->waits);
        m->waits -= covered;
        m->price -= part;
        if (part > covered) set_late(m, m->late + part - covered);
        m->next++;
        m->ahead = 0;
        close_if_paid(m);
    }
    m->today++;
    int64_t before = model_fines(m);
    m->lates[m->today - m->day] = m->late;
    int64_t added = model_fines(m) - before;
    m->receivable += added;
    m->fined += added;
}

/* What is late, the next payment, penalties; what is more waits. */
static void model_pay(struct model *m, int64_t sum, struct paid *paid) {
    *paid = (struct paid){sum, 0};
    m->account += sum;
    if (!m->open) {
        m->waits += sum;
        return;
    }
    bool all = sum + m->waits >= model_total(m);
    int64_t left = all ? sum + m->waits : sum, part = all ? m->price : next_part(m), takes = least(left, m->late);
    left -= takes;
    set_late(m, m->late - takes);
    takes = least(left, part);
    left -= takes, m->price -= takes, m->ahead += takes;
    takes = least(left, model_fines(m));
    left -= takes, paid->fined = takes;
    pay_fines(m, takes);
    m->waits = all ? left : m->waits + left;
    close_if_paid(m);
}

/* All that was planned is planned anew of what is left: alike payments on the same days. */
static void model_return(struct model *m, int64_t sum) {
    int64_t kept = m->sum - m->returned, after = kept - sum;
    m->shop -= sum - ((kept * m->millionths * 2 + 1000000) / 2000000 - (after * m->millionths * 2 + 1000000) / 2000000);
    m->returned += sum;
    m->account += sum;
    if (!m->open) {
        m->waits += sum;
        return;
    }
    int64_t takes = least(sum, m->late), count = m->count - m->next;
    set_late(m, m->late - takes);
    m->waits += sum - takes - least(sum - takes, m->price);
    m->price -= least(sum - takes, m->price);
    bool next_is_paid = count > 1 && m->ahead > 0 && next_part(m) == 0;
    if (m->price > 0 && next_is_paid) m->each = (m->price * 2 + count - 1) / ((count - 1) * 2);
    else if (m->price > 0) m->each = ((m->price + m->ahead) * 2 + count) / (count * 2);
    if (m->price > 0 && !next_is_paid && m->each == 0 && count > 1) /* less than half a kopeck each */
        m->each = ((m->price + m->ahead) * 2 + count - 1) / ((count - 1) * 2);
    bool over = m->waits >= model_total(m);
    if (over) {
        m->waits -= m->late + m->price;
        set_late(m, 0);
        m->price = 0;
    }
    if (over || m->price + m->late == 0) { /* no day is to come on which it would be taken */
        takes = least(m->waits, model_fines(m));
        m->waits -= takes;
        pay_fines(m, takes);
    }
    close_if_paid(m);
}

static void model_undo(struct model *m, int64_t sum, int64_t fined) {
    int64_t takes = least(sum, m->waits), left = sum - takes;
    m->waits -= takes;
    m->account -= sum;
    if (fined > left) fined = left;
    if (!m->open) m->ahead = 0;
    pay_fines(m, -fined);
    set_late(m, m->late + left - fined);
    m->open = m->open || left > 0;
    close_if_paid(m);
}

/* ---- both ---- */

struct life {
    struct checkout order;
    struct purchase_terms terms;
    struct purchase_rule rule;
    struct purchase_state state;
    struct loan_contract contract;
    int64_t account, receivable, shop, settled; /* by what the engine said of each act */
    struct model model;
};

static void say(const char *what, int64_t today, int64_t sum, int refusal) {
    if (tells) fprintf(stderr, "day %lld: %s %lld: %d\n", (long long)today, what, (long long)sum, refusal);
}

static void compare_rows(const struct life *life) {
    const struct model *m = &life->model;
    struct purchase_row rows[PURCHASE_ROWS];
    size_t count = purchase_schedule(&life->contract, &life->state, rows), at = 0;
    int64_t waits = m->waits, price = m->price, sum = 0, now = m->late + model_fines(m), cover = least(waits, now);
    if (!m->open) now = cover = 0;
    waits -= cover;
    if (now > cover) {
        same("what is late has a row", 0, at < count ? rows[at].day : -1);
        same("what is late", now - cover, rows[at].sum);
        sum += rows[at++].sum;
    }
    for (int64_t i = m->next; m->open && i < m->count; i++) {
        int64_t part = i == m->count - 1 ? price : i == m->next ? next_part(m) : least(m->each, price);
        price -= part;
        cover = least(part, waits);
        waits -= cover;
        if (part == cover) continue;
        same("a row's day", m->days[i], at < count ? rows[at].day : -1);
        same("a row's sum", part - cover, rows[at].sum);
        sum += rows[at++].sum;
    }
    same("rows", (int64_t)at, (int64_t)count);
    same("rows are the debt", purchase_owed(&life->state), sum);
}

static void compare(const struct life *life) {
    const struct model *m = &life->model;
    const struct loan_state *loan = &life->state.loan;
    int64_t total = model_total(m);
    same("is open", m->open, loan->status == LOAN_RUNS);
    same("price", m->price, loan->debt[DEBT_PRINCIPAL]);
    same("late", m->late, loan->debt[DEBT_OVERDUE_PRINCIPAL]);
    same("fines", model_fines(m), loan->debt[DEBT_PENALTY]);
    same("waits", m->waits, loan->advance);
    same("no interest, no fee", 0, loan_total(loan) - total);
    same("days overdue", m->since != 0 ? m->today - m->since : 0, loan_days_overdue(loan));
    same("owed", m->open && total > m->waits ? total - m->waits : 0, purchase_owed(&life->state));
    same("left", m->open ? 0 : m->waits, purchase_left(&life->state));
    same("returned", m->returned, life->state.returned);
    same("account", m->account, life->account);
    same("the account is what he owes", loan->advance - m->price - m->late, life->account);
    same("penalties' account", model_fines(m), m->receivable);
    same("penalties' account by the engine", m->receivable, life->receivable);
    same("the shop's", m->shop, life->shop);
    same("the shop's by its rule", m->shop, purchase_shop(&life->terms, &life->state));
    compare_rows(life);
}

/* He owes what he kept and was fined, less what he has paid and was not given back: whatever happened in between. */
static void fair(const struct life *life, int64_t paid_in) {
    const struct model *m = &life->model;
    same("kept + fined − paid", m->sum - m->returned + m->fined - paid_in,
         loan_total(&life->state.loan) - life->state.loan.advance);
}

/* ---- acts upon the order ---- */

/* Whether it may be done; and does it. */
static bool model_order(struct model *m, enum checkout_act act, int64_t sum) {
    bool open = m->stage == ASKED || m->stage == HELD;
    if (open && m->today >= m->till) m->stage = OVER, open = false;
    switch (act) {
    case CHECKOUT_ASK:
        if (m->stage != ASKED || sum <= 0) return false;
        m->asked = sum;
        return true;
    case CHECKOUT_CONSENT:
        if (m->stage != ASKED || m->asked > m->limit) return false;
        m->stage = HELD;
        return true;
    case CHECKOUT_DECLINE:
        if (m->stage != ASKED) return false;
        m->stage = OVER;
        return true;
    case CHECKOUT_CHANGE:
        if (!open || sum <= 0 || (m->stage == HELD && sum > m->limit)) return false;
        m->asked = sum;
        return true;
    case CHECKOUT_FINISH:
        if (m->stage != HELD || sum <= 0 || sum > m->asked) return false;
        m->stage = SOLD;
        return true;
    case CHECKOUT_CANCEL:
        if (!open && m->stage != CANCELED) return false;
        m->stage = CANCELED;
        return true;
    case CHECKOUT_RETURN: return m->stage == SOLD && sum > 0 && sum <= m->sum - m->returned;
    }
    return false;
}

static bool order_does(struct life *life, enum checkout_act act, int64_t sum) {
    struct model *m = &life->model;
    int64_t held = life->order.state == CHECKOUT_HOLD ? life->order.sum : 0;
    const struct checkout_doing doing = {.act = act, .now = m->today * DAY, .sum = sum, .free = m->limit - held};
    enum checkout_refusal refusal = checkout_apply(&life->order, &doing);
    static const char *const names[] = {"ask", "consent", "decline", "change", "finish", "cancel", "return"};
    say(names[act], m->today, sum, (int)refusal);
    same(names[act], model_order(m, act, sum), refusal == CHECKOUT_OK);
    return refusal == CHECKOUT_OK;
}

/* ---- acts upon the purchase ---- */

static enum purchase_refusal purchase_does(struct life *life, const struct purchase_doing *doing,
                                           struct purchase_done *done) {
    static const char *const names[] = {"", "sell", "pay", "return", "move", "undone", "give"};
    const struct purchase_state before = life->state;
    enum purchase_refusal refusal = purchase_do(&life->terms, &life->rule, &life->state, doing, done);
    say(names[doing->act], life->model.today, doing->sum + doing->days, (int)refusal);
    if (refusal != PURCHASE_OK) assert_memory_equal(&before, &life->state, sizeof before);
    if (refusal != PURCHASE_OK) return refusal;
    int64_t fined = done->paid[DEBT_PENALTY];
    switch (doing->act) { /* as books move it */
    case PURCHASE_SELL: life->account -= life->terms.sum, life->shop += life->terms.sum - done->fee; break;
    case PURCHASE_RETURN: life->account += doing->sum, life->shop -= doing->sum - done->fee; break;
    case PURCHASE_PAY: life->account += doing->sum; break;
    case PURCHASE_UNDO:
    case PURCHASE_GIVE: life->account -= doing->sum; break;
    case PURCHASE_MOVE: break;
    }
    life->account -= fined;
    life->receivable -= fined;
    return refusal;
}

static void sell(struct life *life, int64_t sum) {
    struct model *m = &life->model;
    struct purchase_done done;
    if (!order_does(life, CHECKOUT_FINISH, sum)) return;
    life->terms.sum = sum;
    life->terms.day = m->day = m->today;
    life->contract = purchase_contract(&life->terms, &life->rule);
    const struct purchase_doing doing = {.act = PURCHASE_SELL};
    assert_int_equal(purchase_does(life, &doing, &done), PURCHASE_OK);
    m->rate = life->terms.penalty;
    model_sell(m, sum, &life->terms.term);
}

static void pay(struct life *life) {
    struct model *m = &life->model;
    struct purchase_done done;
    int64_t owed = purchase_owed(&life->state), some = 1 + below(owed + owed / 8 + 100);
    enum purchase_wish wish = (enum purchase_wish)below(3);
    int64_t sum = purchase_wished(&life->contract, &life->state, wish, some);
    same("what may be paid", owed == 0, sum == 0);
    if (sum == 0 || below(12) == 0) sum = some; /* a card's payment that comes too late, or is too much */
    if (m->payment_count == PAYMENTS) return;
    const struct purchase_doing doing = {.act = PURCHASE_PAY, .sum = sum};
    assert_int_equal(purchase_does(life, &doing, &done), PURCHASE_OK);
    struct paid *paid = &m->payments[m->payment_count++];
    model_pay(m, sum, paid);
    same("of it to penalties", paid->fined, done.paid[DEBT_PENALTY]);
}

static void come_back(struct life *life, int64_t sum) {
    struct purchase_done done;
    const struct purchase_doing doing = {.act = PURCHASE_RETURN, .sum = sum};
    bool may = order_does(life, CHECKOUT_RETURN, sum);
    same("return", may, purchase_does(life, &doing, &done) == PURCHASE_OK);
    if (may) model_return(&life->model, sum);
}

static void move(struct life *life) {
    struct model *m = &life->model;
    struct purchase_done done;
    const struct purchase_doing doing = {.act = PURCHASE_MOVE, .days = below(20)};
    bool comes = m->open && m->price > 0 && m->next < m->count, may = comes && m->late == 0 && model_fines(m) == 0;
    may = may && doing.days >= 1 && doing.days <= life->rule.move_days && m->moved < life->rule.move_times;
    if (may && m->next + 1 < m->count) may = m->days[m->next] + doing.days < m->days[m->next + 1];
    int64_t months = m->day < date_to_days((struct date){2028, 4, 1}) ? 6 : 4;
    bool lawful = m->day < date_to_days((struct date){2026, 4, 1}) ||
                  m->days[m->next] + doing.days <= date_to_days(date_add_months(date_from_days(m->day), (int)months));
    same("move", may && lawful, purchase_does(life, &doing, &done) == PURCHASE_OK);
    if (may && lawful) m->days[m->next] += doing.days, m->moved++;
}

/* All of a payment, or a part: what had paid penalties goes first. */
static void undo(struct life *life) {
    struct model *m = &life->model;
    struct purchase_done done;
    if (m->payment_count == 0) return;
    struct paid *paid = &m->payments[below((int64_t)m->payment_count)];
    int64_t sum = below(3) == 0 ? below(paid->sum + 1) : paid->sum, fined = least(paid->fined, sum);
    if (sum == 0) return;
    const struct purchase_doing doing = {.act = PURCHASE_UNDO, .sum = sum, .penalty = fined};
    assert_int_equal(purchase_does(life, &doing, &done), PURCHASE_OK);
    paid->sum -= sum;
    paid->fined -= fined;
    model_undo(m, sum, fined);
}

static int64_t give(struct life *life) {
    struct model *m = &life->model;
    struct purchase_done done;
    int64_t sum = below(2) == 0 ? purchase_left(&life->state) : 1 + below(100000);
    const struct purchase_doing doing = {.act = PURCHASE_GIVE, .sum = sum};
    bool may = !m->open && sum > 0 && sum <= m->waits;
    same("give", may, purchase_does(life, &doing, &done) == PURCHASE_OK);
    if (may) m->waits -= sum, m->account -= sum;
    return may ? sum : 0;
}

/* A row is looked at no sooner than it says; what is read of it until then is as if it had been. */
static void days_go_by(struct life *life, int64_t days) {
    struct model *m = &life->model;
    say("days", m->today, days, 0);
    if (m->stage != SOLD) {
        m->today += days;
        return;
    }
    for (int64_t i = 0; i < days && m->today - m->day < DAYS - 2; i++) model_day(m);
    for (int64_t wakes = 0; (wakes = purchase_wakes(&life->state)) != 0 && wakes <= m->today;)
        life->receivable += purchase_days(&life->contract, &life->state, wakes);
    int64_t done = life->state.loan.done, fines = purchase_days(&life->contract, &life->state, m->today);
    same("nothing happens while it sleeps", 0, fines);
    assert_true(done <= m->today);
}

/* ---- a life ---- */

static struct life new_life(void) {
    static const int64_t firsts[] = {20500, 20700, 21100, 21260}; /* 2026-02 … 2028-03: about the law's days */
    struct life life = {.rule = {.move_days = 1 + below(15), .move_times = below(3)}};
    struct tariff_term *term = &life.terms.term;
    int64_t start = firsts[below(4)] + below(60), sum = 30 + below(below(4) == 0 ? 200 : 3000000);
    term->unit = below(2) == 0 ? TARIFF_MONTHS : TARIFF_FORTNIGHTS;
    term->parts = 1 + below(term->unit == TARIFF_MONTHS ? 6 : 13);
    term->first_now = term->parts > 1 && below(3) == 0;
    term->fee = below(6) == 0 ? below(1000001) : below(150000);
    life.terms.penalty = below(200001);
    life.model.today = start;
    life.model.till = start + 1 + below(5);
    life.model.asked = sum;
    life.model.limit = sum / 2 + below(sum * 2);
    life.order = (struct checkout){.state = CHECKOUT_PENDING, .sum = sum, .valid_till = life.model.till * DAY};
    return life;
}

static void before_it_is_sold(struct life *life) {
    struct model *m = &life->model;
    int64_t chance = below(20), sum = below(8) == 0 ? m->asked + 1 + below(100) : 1 + below(m->asked);
    struct purchase_done done;
    const struct purchase_doing early = {.act = PURCHASE_PAY, .sum = sum};
    if (sum < 26) sum = 26; /* a kopeck each */
    if (chance < 5) order_does(life, CHECKOUT_CONSENT, 0);
    else if (chance < 13) sell(life, below(2) == 0 ? m->asked : sum);
    else if (chance < 16) order_does(life, CHECKOUT_CHANGE, sum);
    else if (chance < 17) order_does(life, CHECKOUT_ASK, sum);
    else if (chance < 18) order_does(life, below(4) == 0 ? CHECKOUT_CANCEL : CHECKOUT_RETURN, sum);
    else if (chance < 19) days_go_by(life, below(3));
    else assert_int_equal(purchase_does(life, &early, &done), PURCHASE_NOT_SO);
    same("sum", m->asked, life->order.sum);
}

static int64_t after(struct life *life) {
    struct model *m = &life->model;
    int64_t chance = below(100), kept = m->sum - m->returned;
    if (chance < 30) days_go_by(life, 1 + below(below(3) == 0 ? 60 : 8));
    else if (chance < 60) pay(life);
    else if (chance < 70) come_back(life, 1 + below(kept / 2 + 2));
    else if (chance < 73) come_back(life, kept);
    else if (chance < 80) move(life);
    else if (chance < 88) undo(life);
    else if (chance < 94) return give(life);
    else order_does(life, (enum checkout_act)below(CHECKOUT_RETURN), 1 + below(kept + 10)); /* it is sold: no more */
    return 0;
}

/* Between, and in the end once more, the shop has its money: never more than it sold and kept. */
static void settle(struct life *life) {
    life->settled += life->shop - life->settled;
    same("settled", life->settled, purchase_shop(&life->terms, &life->state));
}

static void live(int64_t n) {
    living = n;
    seed = (uint64_t)n * 977 + 11;
    struct life life = new_life();
    int64_t acts = 10 + below(50), given = 0;
    for (int64_t i = 0; i < acts; i++) {
        if (life.model.stage != SOLD) {
            before_it_is_sold(&life);
            if (life.model.stage != SOLD) continue;
        } else {
            given += after(&life);
        }
        int64_t paid_in = -given;
        for (size_t k = 0; k < life.model.payment_count; k++) paid_in += life.model.payments[k].sum;
        compare(&life);
        fair(&life, paid_in);
        if (below(10) == 0) settle(&life);
    }
    if (life.model.stage == SOLD) settle(&life);
}

static void every_order_is_as_the_slow_model_has_it(void **unused) {
    (void)unused;
    const char *wanted = getenv("KABINET_SEEDS"), *first = getenv("KABINET_SEED");
    int64_t lives = wanted != NULL ? atoll(wanted) : 100000;
    tells = getenv("KABINET_TELLS") != NULL;
    for (int64_t n = 0; n < lives; n++) live(n + (first != NULL ? atoll(first) : 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_order_is_as_the_slow_model_has_it)};
    return cmocka_run_group_tests_name("purchase_random", tests, NULL, NULL);
}
