/* friends.h: what the files of this folder share. Nothing outside it includes it. */
#pragma once

#include "engine/engine.h"
#include "engine/people.h"
#include "generated/strings_friends.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "products/friends/friends_rules.h"

extern const struct feature friends_feature;

struct friends_settings {
    int64_t most, day_most;
};

static inline const struct friends_settings *friends_settings(const struct engine *engine) {
    return engine_settings(engine, &friends_feature);
}

extern const struct migration friends_migrations[];
extern const struct sealed friends_sealed[];

/* ---- friend.c: friends as rows ---- */

struct friend {
    int64_t id, customer; /* customer: whose friend */
    struct text phone;    /* E.164 */
    struct text label;    /* how he calls him; TEXT_NONE: not at all */
};
#define FRIENDS_ROOM 500 /* as many as the setting `most` may allow */

/* The newest first, in the tx's arena; what was sealed by a lost key is left out. */
size_t friends_of(struct engine *engine, struct tx *tx, int64_t customer, struct friend *found, size_t room);
bool friend_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct friend *found);
/* In a command, what became of it: put as new or, known, called by another label where one was given. */
enum friend_verdict friend_put(struct engine *engine, struct tx *tx, struct friend *friend);
void friend_relabel(struct engine *engine, struct tx *tx, const struct friend *friend);
bool friend_remove(struct tx *tx, int64_t customer, int64_t id);
bool friends_own_data(struct own_data *piece);
extern const struct erase friends_erases[];

/* ---- findable.c: who lets himself be found by his number ---- */

bool findable(struct tx *tx, int64_t customer);
/* Who that is, when he lets himself be found: {customer, his name «Имя О.»}; 0: nobody who does. */
int64_t findable_by_phone(struct engine *engine, struct tx *tx, struct text phone, struct text *name);
int64_t findable_by_tag(struct tx *tx, const uint8_t tag[BLIND_HALF_SIZE]);
/* The marks of a bucket, one after another. */
struct text findable_marks(struct engine *engine, struct tx *tx, const uint8_t bucket[BLIND_BUCKET_SIZE]);
void findable_on_event(struct engine *engine, struct tx *tx, const struct event *event);
stage_function findable_write;

/* ---- looks.c: how many numbers he has asked about today ---- */

int64_t looks_left(struct request *request, struct tx *tx);
/* In a command: takes so many; else it has refused. */
enum flow looks_take(struct request *request, struct tx *tx, int64_t count);

/* ---- match.c: which of his contacts are customers ---- */

stage_function match_parse, match_reserve, match_answer, match_marks, match_keep;

/* ---- pages.c ---- */

stage_function friends_read, friend_read, friend_add, friend_label_write, friend_remove_write;
extern const struct people friends_people;
