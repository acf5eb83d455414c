/* cooling.c: outgoing money is limited for a time after secrets or the number changed (ID-12). One row a customer. What
 * is left is taken in the payment's own command; whether anything runs at all is asked before, on a snapshot.
 *
 * Where this process alone writes (SQLite) it knows until when anybody at all cools, and asks only before that. On
 * PostgreSQL answers are remembered for a second, so that a lot of payments together costs one query (_warm). */
#include "identity/cooling.h"

#include "identity/internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

STATEMENT(cooling_read, "SELECT until, rest FROM cooling WHERE customer = $1");
STATEMENT(coolings_read, "SELECT customer, until FROM cooling WHERE customer = $1");
STATEMENT(cooling_latest, "SELECT MAX(until) FROM cooling");
STATEMENT(cooling_put, "INSERT INTO cooling (customer, until, rest) VALUES ($1, $2, $3) "
                       "ON CONFLICT (customer) DO UPDATE SET until = $2, rest = $3");
STATEMENT(cooling_take, "UPDATE cooling SET rest = rest - $2 WHERE customer = $1 AND until > $3 AND rest >= $2");

#define LINES 4096
#define FRESH SECOND

struct cooling_memo {
    pthread_mutex_t lock;
    bool alone;             /* no other process writes */
    _Atomic int64_t latest; /* … so after this nobody cools of those there were at the start */
    _Atomic int64_t raised; /* … and since */
    struct {
        int64_t customer;
        moment until, read;
    } lines[LINES];
};

struct cooling_memo *cooling_memo_new(bool alone) {
    struct cooling_memo *memo = calloc(1, sizeof *memo);
    if (!memo) return NULL;
    pthread_mutex_init(&memo->lock, NULL);
    memo->alone = alone;
    memo->latest = INT64_MAX; /* not known yet */
    return memo;
}

void cooling_memo_free(struct cooling_memo *memo) {
    if (!memo) return;
    pthread_mutex_destroy(&memo->lock);
    free(memo);
}

static size_t line_of(int64_t customer) {
    return (size_t)(((uint64_t)customer * UINT64_C(0x9E3779B97F4A7C15)) >> 52);
}
_Static_assert(LINES == 1 << 12, "line_of gives 12 bits");

static void keep(struct cooling_memo *memo, int64_t customer, moment until, moment now) {
    size_t line = line_of(customer);
    pthread_mutex_lock(&memo->lock);
    memo->lines[line].customer = customer;
    memo->lines[line].until = until;
    memo->lines[line].read = now;
    pthread_mutex_unlock(&memo->lock);
}

/* Known, a moment ago, not to cool. */
static bool known_free(struct cooling_memo *memo, int64_t customer, moment now) {
    if (memo->alone) return now >= memo->latest && now >= memo->raised;
    size_t line = line_of(customer);
    pthread_mutex_lock(&memo->lock);
    bool known = memo->lines[line].customer == customer && now - memo->lines[line].read < FRESH &&
                 memo->lines[line].until <= now;
    pthread_mutex_unlock(&memo->lock);
    return known;
}

/* The first to ask learns until when anybody cools. */
static void learn_latest(struct cooling_memo *memo, struct tx *tx) {
    if (!memo->alone || memo->latest != INT64_MAX) return;
    struct rows *rows = tx_query(tx, &cooling_latest, NO_VALUES);
    moment latest = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    int64_t unknown = INT64_MAX;
    if (!tx_failed(tx) && !tx_writing(tx)) atomic_compare_exchange_strong(&memo->latest, &unknown, latest);
}

static bool read_row(struct tx *tx, int64_t customer, struct cooling *cooling) {
    struct rows *rows = tx_query(tx, &cooling_read, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    *cooling = found ? (struct cooling){row_int(rows, 0), row_int(rows, 1)} : (struct cooling){0};
    rows_end(rows);
    return found;
}

void identity_cool(struct engine *engine, struct tx *tx, int64_t customer, moment until, int64_t left) {
    struct cooling_memo *memo = identity_of(engine)->coolings;
    moment now = world_now(engine_world(engine));
    struct cooling running;
    if (until <= now) return;
    if (read_row(tx, customer, &running) && running.until > now) {
        if (running.until > until) until = running.until;
        if (running.left < left) left = running.left;
    }
    tx_run(tx, &cooling_put, VALUES(V_INT(customer), V_INT(until), V_INT(left)));
    /* At once: raised for a command that is undone it costs a query, no more. */
    int64_t raised = memo->raised;
    while (raised < until && !atomic_compare_exchange_weak(&memo->raised, &raised, until)) {}
    keep(memo, customer, until, now);
}

bool identity_cooling(struct engine *engine, struct tx *tx, int64_t customer, struct cooling *cooling) {
    struct cooling_memo *memo = identity_of(engine)->coolings;
    moment now = world_now(engine_world(engine));
    learn_latest(memo, tx);
    if (known_free(memo, customer, now)) return false;
    read_row(tx, customer, cooling);
    if (!tx_failed(tx) && !tx_writing(tx)) keep(memo, customer, cooling->until, now);
    return cooling->until > now;
}

void identity_cooling_warm(struct engine *engine, struct tx *tx, const int64_t *customers, size_t count) {
    struct cooling_memo *memo = identity_of(engine)->coolings;
    moment now = world_now(engine_world(engine));
    if (memo->alone) return;
    for (size_t i = 0; i < count; i++) keep(memo, customers[i], 0, now);
    struct rows *rows = tx_query_ids(tx, &coolings_read, customers, count);
    while (rows_next(rows)) keep(memo, row_int(rows, 0), row_int(rows, 1), now);
}

bool identity_cooling_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum) {
    moment now = world_now(engine_world(engine));
    struct cooling running;
    if (tx_run(tx, &cooling_take, VALUES(V_INT(customer), V_INT(sum), V_INT(now))) == 1) return true;
    return !read_row(tx, customer, &running) || running.until <= now;
}
