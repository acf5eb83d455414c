/* ledger_holds_test.c: holds (LE-2), reversals (LE-1) and what may be done to accounts, through real groups of commands
 * on both databases. */
#include "ledger/ledger_fixture.h"

static struct books books;

static enum store_kind kind;

static int setup(void **state) {
    (void)state;
    books_new(&books, kind, 1);
    books_open(&books, true, NULL);
    books.outside = books_account(&books, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    books_verify(&books);
    books_free(&books);
    return 0;
}

STATEMENT(hold_count, "SELECT count(*) FROM hold");
STATEMENT(reversal_count, "SELECT count(*) FROM reversal");

/* ---- LE-2 ---- */

static enum command_outcome body_hold(struct act *act, struct tx *tx) {
    act->refusal = ledger_hold(act->books->ledger, tx, &act->transfer, act->expires, &act->hold);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum command_outcome body_capture(struct act *act, struct tx *tx) {
    act->refusal = ledger_capture(act->books->ledger, tx, act->hold, act->account, act->transfer.sum, act->final,
                                  &act->id);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum command_outcome body_release(struct act *act, struct tx *tx) {
    act->refusal = ledger_release(act->books->ledger, tx, act->hold, act->account);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum command_outcome body_expire(struct act *act, struct tx *tx) {
    act->id = (int64_t)ledger_expire_holds(act->books->ledger, tx, 2);
    return COMMAND_KEEP;
}

static int64_t held(int64_t from, int64_t to, int64_t sum, moment expires, enum ledger_refusal expected) {
    struct act act = {.body = body_hold, .expires = expires,
                      .transfer = {.from = from, .to = to, .sum = rub(sum), .kind = 3, .note = TEXT("бронь")}};
    act_alone(&books, &act);
    assert_int_equal(act.refusal, expected);
    return act.hold;
}

static enum ledger_refusal captured(int64_t hold, int64_t account, int64_t sum, bool final, int64_t *id) {
    struct act act = {
        .body = body_capture, .hold = hold, .account = account, .transfer = {.sum = rub(sum)}, .final = final};
    act_alone(&books, &act);
    if (id) *id = act.id;
    return act.refusal;
}

static enum ledger_refusal released(int64_t hold, int64_t account) {
    struct act act = {.body = body_release, .hold = hold, .account = account};
    act_alone(&books, &act);
    return act.refusal;
}

static void holds_reserve_and_are_captured(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 20000), to = books_rich(&books, LIMITS_NONE, 0), id;
    int64_t hold = held(from, to, 12000, BOOKS_START + HOUR, LEDGER_OK);
    (void)held(from, to, 9000, BOOKS_START + HOUR, LEDGER_NOT_ENOUGH);
    assert_int_equal(books_transfer(&books, from, to, 8001, NULL), LEDGER_NOT_ENOUGH);
    assert_int_equal(books_transfer(&books, from, to, 8000, NULL), LEDGER_OK);
    struct account account = books_look(&books, from);
    assert_int_equal(account.held, 12000);
    assert_int_equal(account.balance, 12000);
    assert_int_equal(account.day_out, 20000);
    assert_int_equal(account.version, 2); /* a hold is no entry */

    assert_int_equal(captured(hold, to, 100, false, NULL), LEDGER_HOLD_MISSING); /* another's hold is as if missing */
    assert_int_equal(captured(hold + 2, from, 100, false, NULL), LEDGER_HOLD_MISSING);
    assert_int_equal(captured(hold, 4242, 100, false, NULL), LEDGER_NO_ACCOUNT);
    assert_int_equal(captured(hold, from, 12001, false, NULL), LEDGER_HOLD_TOO_SMALL);
    assert_int_equal(captured(hold, from, -1, false, NULL), LEDGER_BAD_SUM);
    assert_int_equal(captured(hold, from, 5000, false, &id), LEDGER_OK);
    struct look look = look_begin(&books);
    struct entry entry;
    assert_true(ledger_entry(books.ledger, look.tx, to, id + 1, &entry));
    assert_int_equal(entry.kind, 3);
    assert_true(text_is(entry.note, "бронь"));
    look_end(&look);
    assert_int_equal(books_look(&books, from).held, 7000);
    assert_int_equal(captured(hold, from, 2000, true, NULL), LEDGER_OK); /* the last part: the rest is free again */
    account = books_look(&books, from);
    assert_int_equal(account.held, 0);
    assert_int_equal(account.balance, 5000);
    assert_int_equal(account.day_out, 15000);
    assert_int_equal(captured(hold, from, 1, false, NULL), LEDGER_HOLD_MISSING);
    assert_int_equal(released(hold, from), LEDGER_HOLD_MISSING);
    assert_int_equal(books_number(&books, &hold_count), 0);
}

static void holds_are_captured_in_whole(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 1000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t hold = held(from, to, 1000, BOOKS_START + HOUR, LEDGER_OK);
    assert_int_equal(captured(hold, from, 0, false, NULL), LEDGER_OK); /* 0: all of it; nothing is left to stay held */
    assert_int_equal(books_look(&books, from).balance, 0);
    assert_int_equal(books_look(&books, from).held, 0);
    assert_int_equal(books_look(&books, to).balance, 1000);
    assert_int_equal(books_number(&books, &hold_count), 0);
}

static void holds_are_released_and_expire(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 20000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t hold = held(from, to, 5000, BOOKS_START + HOUR, LEDGER_OK);
    assert_int_equal(released(hold, to), LEDGER_HOLD_MISSING);
    assert_int_equal(released(hold, from), LEDGER_OK);
    assert_int_equal(released(hold, from), LEDGER_HOLD_MISSING);
    assert_int_equal(books_look(&books, from).day_out, 0);

    int64_t early_one = 0;
    for (int i = 0; i < 3; i++) early_one = held(from, to, 1000, BOOKS_START + HOUR, LEDGER_OK);
    int64_t later = held(from, to, 1000, BOOKS_START + 2 * HOUR, LEDGER_OK);
    struct act early = {.body = body_expire};
    act_alone(&books, &early);
    assert_int_equal(early.id, 0);
    world_advance(books.world, HOUR);
    /* expired, though not yet swept */
    assert_int_equal(captured(early_one, from, 1, false, NULL), LEDGER_HOLD_MISSING);
    for (int left = 3; left > 0; left -= 2) {
        struct act act = {.body = body_expire};
        act_alone(&books, &act);
        assert_int_equal(act.id, left > 2 ? 2 : left);
    }
    struct account account = books_look(&books, from);
    assert_int_equal(account.held, 1000);
    assert_int_equal(account.day_out, 1000);
    assert_int_equal(account.balance, 20000);
    assert_int_equal(captured(later, from, 0, true, NULL), LEDGER_OK);
}

static enum command_outcome body_freeze(struct act *act, struct tx *tx) {
    struct account account;
    assert_true(ledger_account(act->books->ledger, tx, act->account, &account));
    account.frozen = act->final;
    assert_true(ledger_change(act->books->ledger, tx, &account));
    return COMMAND_KEEP;
}

static void frozen(int64_t account, bool yes) {
    struct act act = {.body = body_freeze, .account = account, .final = yes};
    act_alone(&books, &act);
}

static void a_frozen_account_keeps_what_is_held(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 1000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t hold = held(from, to, 600, BOOKS_START + HOUR, LEDGER_OK);
    struct act card = {.body = body_hold, .expires = BOOKS_START + HOUR,
                       .transfer = {.from = from, .to = to, .sum = rub(300), .flags = TRANSFER_EVEN_FROZEN}};
    act_alone(&books, &card);
    frozen(from, true);
    (void)held(from, to, 1, BOOKS_START + HOUR, LEDGER_FROZEN);
    assert_int_equal(captured(hold, from, 0, true, NULL), LEDGER_FROZEN);
    assert_int_equal(captured(card.hold, from, 0, true, NULL), LEDGER_OK); /* it was held to pass */
    assert_int_equal(books_transfer(&books, books.outside, from, 5, NULL), LEDGER_OK);
    assert_int_equal(released(hold, from), LEDGER_OK);
    frozen(from, false);
    assert_int_equal(books_look(&books, from).balance, 705);
    assert_int_equal(books_transfer(&books, from, to, 705, NULL), LEDGER_OK);
}

/* ---- reversals (LE-1: entries are never changed, only reversed) ---- */

static enum command_outcome body_reverse(struct act *act, struct tx *tx) {
    act->refusal = ledger_reverse(act->books->ledger, tx, act->hold, act->account, act->transfer.sum, 9, &act->id);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum ledger_refusal reversed(int64_t transfer, int64_t from, int64_t sum, int64_t *id) {
    struct act act = {.body = body_reverse, .hold = transfer, .account = from, .transfer = {.sum = rub(sum)}};
    act_alone(&books, &act);
    if (id) *id = act.id;
    return act.refusal;
}

static void transfers_are_reversed_in_parts(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 20000), to = books_rich(&books, LIMITS_SMALL, 0), id, back;
    assert_int_equal(books_transfer(&books, from, to, 10000, &id), LEDGER_OK);
    assert_int_equal(reversed(id, to, 100, NULL), LEDGER_NOT_REVERSIBLE);     /* that account did not pay */
    assert_int_equal(reversed(id + 1, to, 100, NULL), LEDGER_NOT_REVERSIBLE); /* the credit is no transfer */
    assert_int_equal(reversed(id + 2, from, 100, NULL), LEDGER_NOT_REVERSIBLE);
    assert_int_equal(reversed(id, 4242, 100, NULL), LEDGER_NO_ACCOUNT);
    assert_int_equal(reversed(id, from, 0, NULL), LEDGER_BAD_SUM);
    assert_int_equal(reversed(id, from, 10001, NULL), LEDGER_NOT_ENOUGH);
    assert_int_equal(reversed(id, from, 4000, &back), LEDGER_OK);
    struct account payer = books_look(&books, from), payee = books_look(&books, to);
    assert_int_equal(payer.balance, 14000);
    assert_int_equal(payer.day_out, 6000);
    assert_int_equal(payer.month_out, 6000);
    assert_int_equal(payer.month_in, 0);
    assert_int_equal(payee.balance, 6000);
    assert_int_equal(payee.month_in, 6000);
    assert_int_equal(payee.day_out, 0);
    struct look look = look_begin(&books);
    struct entry original, opposite;
    assert_true(ledger_entry(books.ledger, look.tx, from, id, &original));
    assert_int_equal(original.amount, -10000); /* as it was */
    assert_true(ledger_entry(books.ledger, look.tx, from, back + 1, &opposite));
    assert_int_equal(opposite.amount, 4000);
    assert_int_equal(opposite.cause, id);
    assert_int_equal(opposite.kind, 9);
    look_end(&look);
    assert_int_equal(reversed(id, from, 6000, NULL), LEDGER_OK);
    (void)books_transfer(&books, from, to, 500, NULL);
    assert_int_equal(reversed(id, from, 1, NULL), LEDGER_NOT_REVERSIBLE);
    assert_int_equal(books_number(&books, &reversal_count), 1);
}

/* The sender's limits counted the hold yesterday: a reversal today gives back to the month, not to today. */
static void a_reversal_gives_back_to_the_day_of_the_hold(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 20000), to = books_rich(&books, LIMITS_NONE, 0), id;
    int64_t hold = held(from, to, 5000, BOOKS_START + 3 * DAY, LEDGER_OK);
    world_advance(books.world, DAY);
    assert_int_equal(captured(hold, from, 0, true, &id), LEDGER_OK);
    assert_int_equal(books_transfer(&books, from, to, 6000, NULL), LEDGER_OK);
    assert_int_equal(reversed(id, from, 5000, NULL), LEDGER_OK);
    struct account account = books_look(&books, from);
    assert_int_equal(account.day_out, 6000);
    assert_int_equal(account.month_out, 6000);
    assert_int_equal(books_look(&books, to).month_in, 6000);
}

static void a_reversal_cannot_take_what_is_spent(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 1000), to = books_rich(&books, LIMITS_NONE, 0), id;
    assert_int_equal(books_transfer(&books, from, to, 1000, &id), LEDGER_OK);
    assert_int_equal(books_transfer(&books, to, books.outside, 600, NULL), LEDGER_OK);
    assert_int_equal(reversed(id, from, 1000, NULL), LEDGER_NOT_ENOUGH);
    assert_int_equal(reversed(id, from, 400, NULL), LEDGER_OK);
    assert_int_equal(books_transfer(&books, books.outside, to, 600, NULL), LEDGER_OK);
    assert_int_equal(reversed(id, from, 601, NULL), LEDGER_NOT_ENOUGH);
    assert_int_equal(reversed(id, from, 600, NULL), LEDGER_OK);
    (void)books_transfer(&books, books.outside, to, 600, NULL);
    assert_int_equal(reversed(id, from, 1, NULL), LEDGER_NOT_REVERSIBLE);
}

/* ---- accounts ---- */

static enum command_outcome body_change(struct act *act, struct tx *tx) {
    act->final = ledger_change(act->books->ledger, tx, act->data);
    return COMMAND_KEEP;
}

static bool changed(struct account account) {
    struct act act = {.body = body_change, .data = &account};
    act_alone(&books, &act);
    return act.final;
}

static void accounts_change_by_the_rules(void **state) {
    (void)state;
    int64_t id = books_rich(&books, LIMITS_NONE, 1000), other = books_rich(&books, LIMITS_NONE, 0);
    struct account account = books_look(&books, id);
    account.closed = true;
    assert_false(changed(account)); /* money on it */
    account.closed = false;
    account.overdraft = 500;
    account.limits = LIMITS_LARGE;
    account.balance = 999999; /* not for ledger_change to set */
    assert_true(changed(account));
    assert_int_equal(books_transfer(&books, id, other, 1300, NULL), LEDGER_OK);
    account.overdraft = 299;
    assert_false(changed(account)); /* 300 of it are used */
    account.overdraft = 300;
    assert_true(changed(account));
    account.id = 4242;
    assert_false(changed(account));
    account = books_look(&books, id);
    assert_int_equal(account.balance, -300);
    assert_int_equal(account.limits, LIMITS_LARGE);
    assert_int_equal(account.overdraft, 300);

    (void)books_transfer(&books, other, id, 300, NULL);
    int64_t hold = held(other, id, 1000, BOOKS_START + HOUR, LEDGER_OK);
    (void)captured(hold, other, 999, false, NULL);
    (void)books_transfer(&books, id, books.outside, 999, NULL);
    struct account half = books_look(&books, other);
    half.closed = true;
    assert_false(changed(half)); /* held, and one kopeck */
    (void)released(hold, other);
    (void)books_transfer(&books, other, books.outside, 1, NULL);
    assert_true(changed(half));
    assert_true(books_look(&books, other).closed);
    assert_int_equal(books_transfer(&books, id, other, 1, NULL), LEDGER_RECIPIENT_CLOSED);
}

static void owners_accounts_are_listed(void **state) {
    (void)state;
    int64_t first = books_account(&books, (struct account){.owner = 900, .purpose = 1});
    int64_t second = books_account(&books, (struct account){.owner = 900, .purpose = 2});
    (void)books_account(&books, (struct account){.owner = 901, .purpose = 1});
    struct look look = look_begin(&books);
    struct account found[4];
    assert_int_equal(ledger_accounts_of(books.ledger, look.tx, 900, found, 4), 2);
    assert_int_equal(found[0].id, first);
    assert_int_equal(found[1].id, second);
    assert_int_equal(found[1].purpose, 2);
    assert_int_equal(ledger_accounts_of(books.ledger, look.tx, 900, found, 1), 1);
    assert_int_equal(ledger_accounts_of(books.ledger, look.tx, 902, found, 4), 0);
    assert_int_equal(ledger_accounts_of(books.ledger, look.tx, 0, found, 4), 0); /* system accounts have no owner */
    look_end(&look);
}

/* ---- both databases ---- */

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(holds_reserve_and_are_captured),
        TEST(holds_are_captured_in_whole),
        TEST(holds_are_released_and_expire),
        TEST(a_frozen_account_keeps_what_is_held),
        TEST(transfers_are_reversed_in_parts),
        TEST(a_reversal_gives_back_to_the_day_of_the_hold),
        TEST(a_reversal_cannot_take_what_is_spent),
        TEST(accounts_change_by_the_rules),
        TEST(owners_accounts_are_listed),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++) {
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    }
    return failed;
}
