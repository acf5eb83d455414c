/* callbacks.h: a partner's server is told by a signed POST of JSON. Each attempt is an outbox row of its own, so that
 * each leaves a line for staff and the partner to see; its outcome makes the next, at growing pauses, until the server
 * answers as it should or the watch is over.
 *
 * Who is told what, and how it is signed, is the feature's that tells it (merchants, shops): it has a line of callbacks
 * here, its own outbox kind, and two tables of its own. */
#pragma once

#include "callbacks/callbacks_rules.h"
#include "engine/engine.h"

#include <pthread.h>

enum callback_state { CALLBACK_WAITING = 1, CALLBACK_DELIVERED, CALLBACK_GIVEN_UP }; /* kept */

struct callback {
    int64_t owner, id;  /* owner: the partner */
    struct text number; /* the partner's own, of what it is about */
    enum callback_state state;
    int64_t attempts, item; /* item: the outbox row of the attempt that is to come */
    moment until;
};

/* A line's statements. CALLBACK_TABLES(name, "shop_callback", "shop", "number", "shop_callback_attempt", "callback"):
 * the table with its columns of owner and number beside id, state, attempts, until, item; the attempts' table with its
 * column of the callback beside number, at, status, outcome. */
struct callback_tables {
    struct statement *one, *one_lock, *change, *attempt_put, *latest, *latest_of, *attempts_of;
};
#define CALLBACK_COLUMNS(number) "id, " number ", state, attempts, until, item"
#define CALLBACK_TABLES(name, table, owner, number, attempts_table, callback)                                          \
    static const struct callback_tables name = {                                                                       \
        .one = STATEMENT_OF("SELECT " CALLBACK_COLUMNS(number) " FROM " table " WHERE " owner " = $1 AND id = $2"),    \
        .one_lock = STATEMENT_OF("SELECT " CALLBACK_COLUMNS(number) " FROM " table " WHERE " owner                     \
                                                                    " = $1 AND id = $2 FOR_UPDATE"),                   \
        .change = STATEMENT_OF("UPDATE " table " SET state = $3, attempts = $4, until = $5, item = $6 WHERE " owner    \
                               " = $1 AND id = $2"),                                                                   \
        .attempt_put = STATEMENT_OF("INSERT INTO " attempts_table " (" owner ", " callback                             \
                                    ", number, at, status, outcome) VALUES ($1, $2, $3, $4, $5, $6)"),                 \
        .latest = STATEMENT_OF("SELECT " CALLBACK_COLUMNS(number) " FROM " table " WHERE " owner                       \
                                                                  " = $1 ORDER BY id DESC LIMIT 50"),                  \
        .latest_of = STATEMENT_OF("SELECT " CALLBACK_COLUMNS(                                                          \
            number) " FROM " table " WHERE " owner " = $1 AND " number " = $2 ORDER BY id DESC LIMIT 50"),             \
        .attempts_of = STATEMENT_OF("SELECT number, at, status, outcome FROM " attempts_table " WHERE " owner          \
                                    " = $1 AND " callback " = $2 ORDER BY number DESC LIMIT 10"),                      \
    }

#define CALLBACKS_FLYING 16     /* on their way at once: a dispatcher's threads have other work, too */
#define CALLBACKS_FLYING_EACH 4 /* … to one partner, whose server may be deaf */

/* One feature's line, in its state: it fills what stands above the blank line. */
struct callbacks {
    const char *kind; /* the outbox's */
    const struct callback_tables *tables;
    int64_t pause, watch;
    bool private_addresses; /* else nobody is called on this machine, nor in private, special and tunnelled networks */
    bool any_2xx;           /* else 200 alone is an answer */
    /* What is to be sent, by the address and the keys of this moment. False: nowhere, or nothing to sign by. */
    bool (*compose)(struct engine *engine, struct tx *tx, const struct callback *callback, struct callback_call *call);
    /* Adds to the log what the feature knows of one. */
    void (*tell)(struct engine *engine, struct tx *tx, const struct callback *callback, struct node *node);

    pthread_mutex_t mutex; /* of what flies */
    int64_t flying[CALLBACKS_FLYING];
    size_t flying_count;
};

void callbacks_init(struct callbacks *line);
void callbacks_release(struct callbacks *line);

/* In a command that has put the row, without attempts: it goes off. */
void callback_start(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, int64_t id);
/* In a command: it is sent once more, whatever came of it. False: there is none such, or nothing can be sent. */
bool callback_replay(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, int64_t id);

/* The outbox kind's two. */
enum outbox_verdict callback_send(struct callbacks *line, const struct outbox_item *item, struct arena *arena,
                                  struct text *reply);
void callback_result(struct callbacks *line, struct engine *engine, struct tx *tx, const struct outbox_item *item,
                     enum outbox_verdict verdict, struct text reply);

/* One of that owner's. In a command its row is locked. */
bool callback_find(struct callbacks *line, struct tx *tx, int64_t owner, int64_t id, struct callback *callback);
/* "id", "state", "attempts", "log" of the last attempts, and what the feature adds. */
void callback_tell(struct callbacks *line, struct engine *engine, struct tx *tx, const struct callback *callback,
                   struct node *node);
/* The latest of the owner's: about that number, or where it is empty about any. */
void callbacks_tell(struct callbacks *line, struct engine *engine, struct tx *tx, int64_t owner, struct text number,
                    struct node *list);
