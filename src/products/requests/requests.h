/* requests.h: what the files of this folder share. Nothing outside it includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "products/requests/requests_rules.h"

extern const struct feature requests_feature;

struct requests_settings {
    int64_t most, day_most, life, sum_most;
};

static inline const struct requests_settings *requests_settings(const struct engine *engine) {
    return engine_settings(engine, &requests_feature);
}

extern const struct migration requests_migrations[];
extern const struct sealed requests_sealed[];
extern const struct erase requests_erases[];
bool requests_own_data(struct own_data *piece);

/* ---- rows (row.c) ---- */

struct money_request {
    int64_t id, customer; /* customer: who asks */
    int64_t payer;        /* 0: nobody of ours has that number, or he wants to hear nothing of who asks */
    struct text phone;    /* E.164, as it was asked; TEXT_NONE: destroyed */
    int64_t sum;
    struct text note;     /* TEXT_NONE */
    enum request_state state;
    moment expires, ended; /* ended 0: not yet */
    int64_t operation;    /* the transfer that answered it */
};

/* Of his: asked by him, or of him. In commands the row is locked; texts in the tx's arena; the state is that of now. */
bool request_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct money_request *found);
void request_put(struct engine *engine, struct tx *tx, const struct money_request *request);
/* From open to another state; false: it is in one already. */
bool request_end(struct tx *tx, struct money_request *request, enum request_state state, int64_t operation);
/* Asked by him (mine), or of him; the newest first; how many. */
size_t requests_of(struct engine *engine, struct tx *tx, int64_t customer, bool mine, struct money_request *found,
                   size_t room);
int64_t requests_made_since(struct tx *tx, int64_t customer, moment since);
bool requests_lapse(struct engine *engine, struct tx *tx); /* a job */

/* ---- who does not want to be asked by whom (row.c) ---- */

bool request_blocked(struct tx *tx, int64_t customer, int64_t asker);
void request_block(struct tx *tx, int64_t customer, int64_t asker);
bool request_unblock(struct tx *tx, int64_t customer, int64_t id);
struct request_block {
    int64_t id, asker;
};
size_t request_blocks(struct tx *tx, int64_t customer, struct request_block *blocks, size_t room);

/* ---- pages.c ---- */

stage_function requests_read, request_ask, request_read, request_withdraw, request_decline, request_block_write,
    request_unblock_write;
void requests_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list);
bool request_answers(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum);
void requests_on_event(struct engine *engine, struct tx *tx, const struct event *event);
/* How another may be shown: his name, else his number. */
struct text request_person(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer);
