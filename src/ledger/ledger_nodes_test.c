/* ledger_nodes_test.c: two nodes on one PostgreSQL, with clocks that differ, at the same few accounts: no money is
 * lost, no command fails, chains stay whole (LE-3, LE-5). SQLite has one node, so it has no part here. */
#include "ledger/ledger_fixture.h"

#include <pthread.h>
#include <stdio.h>

#define NODES 2
#define THREADS 4 /* of each node */
#define TRANSFERS 300 /* of each thread */
#define ACCOUNTS 4

static struct books nodes[NODES];
static int64_t accounts[ACCOUNTS];

static void nodes_open(bool manual) {
    books_new(&nodes[0], STORE_POSTGRES, 1);
    nodes[0].shares = true;
    nodes[1] = nodes[0];
    nodes[1].world = world_simulated(2, BOOKS_START - 5 * SECOND); /* behind */
    for (size_t i = 0; i < NODES; i++) {
        nodes[i].world->node = i + 1;
        books_open(&nodes[i], manual, NULL);
    }
}

static void nodes_close(void) {
    books_close(&nodes[1]);
    world_free(nodes[1].world);
    books_free(&nodes[0]);
}

static int64_t account_made(int64_t head) {
    struct account template = {
        .owner = 5, .head = head, .class = ACCOUNT_CUSTOMER, .currency = CURRENCY_RUB, .overdraft = 1000};
    struct act act = {.books = &nodes[0], .body = body_create, .data = &template, .command = {.run = act_run}};
    assert_int_equal(store_run(nodes[0].store, &act.command), STORE_DURABLE);
    return act.id;
}

struct hammer {
    struct books *node;
    uint64_t random;
    int passed, refused, unavailable;
};

static uint64_t draw(struct hammer *hammer, uint64_t below) {
    hammer->random ^= hammer->random << 13;
    hammer->random ^= hammer->random >> 7;
    hammer->random ^= hammer->random << 17;
    return hammer->random % below;
}

static void *hammer_main(void *data) {
    struct hammer *hammer = data;
    for (int i = 0; i < TRANSFERS; i++) {
        size_t from = draw(hammer, ACCOUNTS), to = (from + 1 + draw(hammer, ACCOUNTS - 1)) % ACCOUNTS;
        const int64_t declared[] = {accounts[from], accounts[to]};
        struct act act = {.books = hammer->node, .body = body_transfer, .command = {.run = act_run},
                          .transfer = {.from = accounts[from], .to = accounts[to],
                                       .sum = rub(1 + (int64_t)draw(hammer, 400))}};
        /* Half of them do not say which accounts they want: those are locked one by one, in any order, and two nodes
         * may find themselves in a ring, which the store runs again. */
        if (draw(hammer, 2)) act.command.accounts = declared, act.command.account_count = 2;
        if (store_run(hammer->node->store, &act.command) != STORE_DURABLE) hammer->unavailable++;
        else if (act.refusal == LEDGER_OK) hammer->passed++;
        else if (act.refusal == LEDGER_NOT_ENOUGH) hammer->refused++;
    }
    return NULL;
}

static void two_nodes_keep_one_book(void **state) {
    (void)state;
    nodes_open(false);
    /* Half of them stand under the second: what is under it changes with no entry of its own. */
    for (size_t i = 0; i < ACCOUNTS; i++) accounts[i] = account_made(i < ACCOUNTS / 2 ? 0 : accounts[1]);
    struct hammer hammers[NODES * THREADS];
    pthread_t threads[NODES * THREADS];
    for (size_t i = 0; i < NODES * THREADS; i++) {
        hammers[i] = (struct hammer){.node = &nodes[i % NODES], .random = 77 + i};
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_main, &hammers[i]), 0);
    }
    int passed = 0, refused = 0, unavailable = 0;
    for (size_t i = 0; i < NODES * THREADS; i++) {
        pthread_join(threads[i], NULL);
        passed += hammers[i].passed;
        refused += hammers[i].refused;
        unavailable += hammers[i].unavailable;
    }
    struct store_figures one = store_figures(nodes[0].store), other = store_figures(nodes[1].store);
    printf("    %d passed, %d refused, %lld groups, %lld replays\n", passed, refused,
           (long long)(one.groups + other.groups), (long long)(one.replays + other.replays));
    assert_int_equal(unavailable, 0);
    assert_int_equal(passed + refused, NODES * THREADS * TRANSFERS);
    assert_true(refused > 0 && passed > 0);

    int64_t sum = 0, versions = 0;
    for (size_t i = 0; i < ACCOUNTS; i++) {
        struct account account = books_look(&nodes[1], accounts[i]);
        assert_true(account.balance >= -1000);
        sum += account.balance;
        versions += account.version;
    }
    assert_int_equal(sum, 0);
    assert_int_equal(versions, passed * 2);
    books_verify(&nodes[0]); /* and what the head says lies under it */
    nodes_close();
}

/* ---- what a node remembers ---- */

static enum ledger_refusal declared_transfer(struct books *node, int64_t from, int64_t to, int64_t sum) {
    world_advance(node->world, 10 * SECOND); /* so that it guesses again after a conflict */
    const int64_t declared[] = {from, to};
    struct act act = {.body = body_transfer, .transfer = {.from = from, .to = to, .sum = rub(sum), .kind = 1},
                      .command = {.accounts = declared, .account_count = 2}};
    act_alone(node, &act);
    return act.refusal;
}

/* A node takes accounts from its memory without a lock. Another node's changes in between must neither be lost nor
 * answered from what was before them. */
static void another_nodes_changes_are_noticed(void **state) {
    (void)state;
    nodes_open(true);
    struct books *one = &nodes[0], *other = &nodes[1];
    one->outside = books_account(one, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    int64_t rich = books_rich(one, LIMITS_NONE, 1000), poor = books_rich(one, LIMITS_NONE, 0);
    assert_int_equal(declared_transfer(one, rich, poor, 100), LEDGER_OK);
    assert_int_equal(declared_transfer(one, poor, rich, 100), LEDGER_OK);
    assert_int_equal(declared_transfer(one, poor, rich, 1), LEDGER_NOT_ENOUGH); /* known by heart */
    for (int i = 0; i < 5; i++) {
        assert_int_equal(declared_transfer(other, rich, poor, 50), LEDGER_OK);
        assert_int_equal(declared_transfer(one, poor, rich, 50), LEDGER_OK); /* it is rich by now */
        assert_int_equal(declared_transfer(other, poor, rich, 1), LEDGER_NOT_ENOUGH);
        assert_int_equal(declared_transfer(one, poor, rich, 1), LEDGER_NOT_ENOUGH);
    }
    assert_true(store_figures(one->store).replays > 0); /* or nothing was guessed, and nothing is shown by this */
    assert_int_equal(books_look(other, rich).balance, 1000);
    assert_int_equal(books_look(other, poor).version, 12);
    books_verify(one);
    nodes_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_keep_one_book),
        cmocka_unit_test(another_nodes_changes_are_noticed),
    };
    if (!books_possible(STORE_POSTGRES)) return 0;
    return cmocka_run_group_tests_name("ledger nodes", tests, NULL, NULL);
}
