/* habit.c: a payee who is paid again and again is offered as a template. What was paid to whom is counted in the
 * transaction in which a payment is done: three moments a payee are enough. The payee is sealed and found by a keyed
 * hash. Once a template has him, or the customer does not want it, he is offered no more. */
#include "autopay/internal.h"

#define PURPOSE "autopay.habit"

STATEMENT(find, "SELECT id, payment, first, second, off FROM pay_habit WHERE customer = $1 AND hash = $2");
STATEMENT(add, "INSERT INTO pay_habit (customer, id, hash, payee, payment, first, second, third, off) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
STATEMENT(again, "UPDATE pay_habit SET payment = $3, first = $4, second = $5, third = $6 "
                 "WHERE customer = $1 AND id = $2");
STATEMENT(settle, "UPDATE pay_habit SET off = 1 WHERE customer = $1 AND id = $2");
STATEMENT(count_all, "SELECT COUNT(*) FROM pay_habit WHERE customer = $1");
STATEMENT(forget, "DELETE FROM pay_habit WHERE customer = $1 AND off = 0 AND first < $2");
/* More than are shown: not each is one by the rule. */
STATEMENT(offered, "SELECT id, payment, first, third, payee FROM pay_habit "
                   "WHERE customer = $1 AND off = 0 AND third > $2 ORDER BY first DESC LIMIT 50");

struct known {
    int64_t id, payment;
    moment first, second; /* the newest first */
    bool off;
};

/* "17 9161234567": the provider and the account there; TEXT_NONE: nobody that could be kept. */
static struct text payee_of(struct engine *engine, struct arena *arena, int64_t id,
                            const struct payment_values *values) {
    const struct provider *provider = catalogue_provider(catalogue_take(engine, arena), id);
    struct text account = payment_values_get(values, "account");
    if (provider == NULL || !payments_keeps(provider) || account.size == 0) return TEXT_NONE;
    return text_format(arena, "%lld %.*s", (long long)id, TEXT_ARG(account));
}

static bool find_known(struct engine *engine, struct tx *tx, int64_t customer, struct text payee, struct known *known) {
    struct lookups hashes;
    bool found = false;
    secret_lookups(engine_keyring(engine), PURPOSE, payee, &hashes);
    for (size_t i = 0; i < hashes.count && !found; i++) {
        struct rows *rows = tx_query(tx, &find, VALUES(V_INT(customer), V_BYTES(hashes.of[i], SECRET_HASH_SIZE)));
        found = rows_next(rows);
        if (found)
            *known = (struct known){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3),
                                    row_int(rows, 4) != 0};
        rows_end(rows);
    }
    return found;
}

static void insert(struct engine *engine, struct tx *tx, int64_t customer, struct text payee, int64_t payment,
                   bool off) {
    const struct keyring *keyring = engine_keyring(engine);
    moment now = world_now(tx_world(tx));
    int64_t id = world_id(tx_world(tx));
    uint8_t hash[SECRET_HASH_SIZE];
    struct rows *rows = tx_query(tx, &count_all, VALUES(V_INT(customer)));
    bool full = rows_next(rows) && row_int(rows, 0) >= HABITS_MOST;
    rows_end(rows);
    if (full && tx_run(tx, &forget, VALUES(V_INT(customer), V_INT(now - HABIT_WITHIN))) == 0) return;
    secret_lookup(keyring, PURPOSE, payee, hash);
    struct text sealed = secret_seal(keyring, tx_world(tx), tx_arena(tx), "habit.payee", id, payee);
    tx_run(tx, &add,
           VALUES(V_INT(customer), V_INT(id), V_BYTES(hash, sizeof hash), V_BYTES(sealed.data, sealed.size),
                  V_INT(payment), V_INT(off ? 0 : now), V_INT(0), V_INT(0), V_INT(off)));
}

void habit_paid(struct engine *engine, struct tx *tx, int64_t customer, int64_t payment) {
    struct payment_wish wish;
    struct known known;
    if (!payments_wish_of(engine, tx, customer, payment, &wish)) return;
    struct text payee = payee_of(engine, tx_arena(tx), wish.provider, &wish.values);
    if (payee.size == 0) return;
    lookup_hold(engine, tx);
    if (!find_known(engine, tx, customer, payee, &known)) {
        insert(engine, tx, customer, payee, payment, false);
    } else if (!known.off && known.payment != payment) {
        tx_run(tx, &again,
               VALUES(V_INT(customer), V_INT(known.id), V_INT(payment), V_INT(world_now(tx_world(tx))),
                      V_INT(known.first), V_INT(known.second)));
    }
}

void habit_kept(struct engine *engine, struct tx *tx, const struct pay_template *template) {
    struct known known;
    struct text payee = payee_of(engine, tx_arena(tx), template->provider, &template->values);
    if (payee.size == 0) return;
    lookup_hold(engine, tx);
    if (find_known(engine, tx, template->customer, payee, &known)) habit_end(tx, template->customer, known.id);
    else insert(engine, tx, template->customer, payee, 0, true);
}

bool habit_end(struct tx *tx, int64_t customer, int64_t id) {
    return tx_run(tx, &settle, VALUES(V_INT(customer), V_INT(id))) == 1;
}

size_t habits_offered(struct engine *engine, struct tx *tx, int64_t customer, struct habit *habits, size_t room) {
    moment now = world_now(tx_world(tx));
    size_t count = 0;
    struct rows *rows = tx_query(tx, &offered, VALUES(V_INT(customer), V_INT(now - 2 * HABIT_WITHIN)));
    while (count < room && rows_next(rows)) {
        struct habit *habit = &habits[count];
        struct text payee, account;
        *habit = (struct habit){.id = row_int(rows, 0), .payment = row_int(rows, 1)};
        if (!autopay_habit(row_int(rows, 2), row_int(rows, 3), now) ||
            !secret_open(engine_keyring(engine), tx_arena(tx), "habit.payee", habit->id, row_text(rows, 4), &payee) ||
            !text_to_int(text_split(payee, ' ', &account), &habit->provider))
            continue;
        habit->values.of[0] = (struct osmp_field){"account", account};
        habit->values.count = 1;
        count++;
    }
    rows_end(rows);
    return count;
}
