/* requests.h: what the files of this folder share. Nothing outside it includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_requests.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "products/requests/requests_rules.h"
#include "products/requests/split_rules.h"

extern const struct feature requests_feature;

struct requests_settings {
    int64_t most, day_most, life, sum_most, remind_pause;
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
    int64_t split;        /* a share of that bill; 0: of none */
    moment reminded;      /* last; 0: never */
};

/* A bill that is split: an operation of his, of which he asks others for shares. */
struct money_split {
    int64_t id, customer, operation, sum; /* sum: what the operation took */
};

/* Of his: asked by him, or of him. In commands the row is locked; texts in the tx's arena; the state is that of now. */
bool request_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct money_request *found);
void request_put(struct engine *engine, struct tx *tx, const struct money_request *request);
/* From open to another state; false: it is in one already. */
bool request_end(struct tx *tx, struct money_request *request, enum request_state state, int64_t operation);
void request_reminded(struct tx *tx, struct money_request *request);
/* Those that are open and of that bill; split 0: whichever he has asked. */
void requests_withdraw_all(struct tx *tx, int64_t customer, int64_t split);
/* The shares of a bill, the oldest first. */
size_t requests_of_split(struct engine *engine, struct tx *tx, const struct money_split *split,
                         struct money_request *found, size_t room);
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

/* ---- split.c: bills that are split, as rows ---- */

bool split_find(struct tx *tx, int64_t customer, int64_t id, struct money_split *found);
bool split_of(struct tx *tx, int64_t customer, int64_t operation, struct money_split *found);
size_t splits_of(struct tx *tx, int64_t customer, struct money_split *found, size_t room); /* the newest first */
/* In a command: that of the operation, made when there is none, locked. Its id and sum are filled in. */
bool split_hold(struct tx *tx, struct money_split *split);
struct split_progress {
    int64_t paid, open, left; /* paid, asked for and not yet paid, and neither */
};
struct split_progress split_progress(struct tx *tx, const struct money_split *split); /* id 0: nothing is asked yet */

/* ---- ask.c ---- */

struct asked_person {
    const char *field; /* of the form, where what is wrong with him is said */
    struct text phone; /* E.164 */
    int64_t sum;
};
/* FLOW_NEXT: all of them may be asked; else it has refused. */
enum flow requests_judge(struct request *request, struct tx *tx, const struct asked_person *people, size_t count);
/* Kept, and its payer told. split 0: of no bill. */
struct money_request request_make(struct request *request, struct tx *tx, const struct asked_person *person,
                                  struct text note, int64_t split);
void request_tell_payer(struct engine *engine, struct tx *tx, const struct money_request *made, string_id words);
moment request_remind_from(const struct engine *engine, const struct money_request *made);
stage_function request_ask, request_remind;

/* ---- shares.c, split_pages.c ---- */

struct share {
    struct text to, who; /* as it was sent; how it is shown */
    struct asked_person person;
};
/* The operation of the form, when it is his and can be split: as it is told, what is left of it. Else it answered. */
struct splittable {
    struct money_split split; /* id 0: not split yet */
    struct split_progress progress;
    struct text title;
};
enum flow splittable_find(struct request *request, struct tx *tx, struct splittable *found);
struct text split_title(struct request *request, struct tx *tx, int64_t operation); /* «Покупка: Кафе» */
/* Those of fields to_1 …, sum_1 …; and those chosen on the first page besides (friend_ID, numbers). */
enum flow shares_typed(struct request *request, struct tx *tx, struct share shares[SPLIT_PEOPLE], size_t *count);
enum flow shares_chosen(struct request *request, struct tx *tx, struct share shares[SPLIT_PEOPLE], size_t *count);
/* FLOW_NEXT: their sums, equal ones where none were said, are no more than is left. */
enum flow shares_judge(struct request *request, struct tx *tx, const struct splittable *of, struct share *shares,
                       size_t count);
stage_function split_new_read, split_check_read, split_again_read, split_write, split_read, split_withdraw;
void splits_tell(struct request *request, struct tx *tx, struct node *list);
void split_beside_operation(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                            const struct entry *entry, struct node *list);

/* ---- pages.c ---- */

stage_function requests_read, request_read, request_withdraw, request_decline, request_block_write,
    request_unblock_write;
/* mine: he asks. */
void request_tell(struct request *request, struct tx *tx, const struct money_request *found, bool mine,
                  struct node *node);
void requests_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list);
bool request_answers(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum);
void requests_on_event(struct engine *engine, struct tx *tx, const struct event *event);
/* How another may be shown: his name, else his number. */
struct text request_person(struct engine *engine, struct tx *tx, struct arena *arena, int64_t customer);
