/* store.h: a partner shop that sells by instalments: goods and a cart, orders, and Kabinet, which is asked by Mokka's
 * factoring interface and tells by signed callbacks. What goes wrong is chosen with the order. Its books are in memory
 * and in a journal (journal.h). Sums are kopecks. */
#pragma once

#include "sandbox/sandbox.h"
#include "sandbox/journal.h"

#include <pthread.h>

#define STORE_GOODS 6
#define STORE_NUMBER 32
#define STORE_FORM 256
#define STORE_KEY 128
#define STORE_QUANTITY_MOST 9

struct store_good {
    const char *sku;
    string_id title;
    int64_t price;
};
extern const struct store_good store_goods[STORE_GOODS];

enum store_state {
    STORE_MADE = 1, /* Kabinet has not said anything yet */
    STORE_ASKED,    /* its page is known: the customer signs there */
    STORE_APPROVED,
    STORE_DECLINED,
    STORE_SENT,     /* the goods went out: finished */
    STORE_CANCELED,
    STORE_EXPIRED,
    STORE_REFUNDED,
    STORE_STATES,
};

enum store_fault {
    STORE_NONE,
    STORE_DEAF,  /* two callbacks are not answered for long */
    STORE_SLOW,  /* all are answered late */
    STORE_ERROR, /* two get 500 */
    STORE_LOST,  /* one is heard, and its connection closed without an answer */
    STORE_HASTY, /* the shop does not wait for Kabinet's first answer to what it asks, and looks how the order stands */
    STORE_FAULTS,
};
extern const char *const store_fault_names[STORE_FAULTS];

struct store_order {
    char number[STORE_NUMBER], form[STORE_FORM];
    int64_t sum, sent, returned, made_s;
    int quantities[STORE_GOODS];
    enum store_state state;
    enum store_fault fault;
    int code;     /* of Kabinet's latest answer that was no success; 0: none */
    int asked;    /* callbacks that came, in this process's life */
    bool hurried; /* the hasty fault has struck */
};

struct store {
    pthread_mutex_t lock;
    struct store_order *orders;
    size_t count, room;
    char id[STORE_KEY], secret[STORE_KEY];
    int64_t odd; /* callbacks that were wrongly signed, or about nothing of ours */
    struct journal *journal;
};

struct store *store_open(const char *journal, struct text *problem);
void store_close(struct store *store);

/* ---- with the lock ---- */

struct store_order *store_find(struct store *store, struct text number);
/* Adds the order, or writes down how far it has come, before anybody is told. */
bool store_add(struct store *store, const struct store_order *order);
bool store_note(struct store *store, const struct store_order *order);
bool store_keys_set(struct store *store, const char *id, const char *secret);
const char *store_state_name(enum store_state state);
bool store_state_read(struct text word, enum store_state *state);

/* ---- store_ask.c: one request to Kabinet; blocks, so it runs in a thread (answer_by) ---- */

struct store_asking {
    const char *kabinet, *method; /* "factoring/v1/precheck/auth" */
    char id[STORE_KEY], secret[STORE_KEY];
    struct text body;
    bool file;  /* finish: the body is a part of a form, beside a receipt */
    bool hasty; /* does not wait for the answer */
};

struct store_reply {
    int code; /* Kabinet's "status"; −1: no answer, or none that can be read */
    struct text message, form, state, amount, sent, returned;
};
struct store_reply store_ask(struct arena *arena, const struct store_asking *asking);
/* hex SHA-1 of key and body, one after the other */
struct text store_signature(struct arena *arena, const char *secret, struct text body);

extern const struct route store_routes[];
#define STORE_ROUTES 6
