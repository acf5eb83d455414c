/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "generated/strings_levels.h"
#include "generated/strings_onboarding.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "levels/levels.h"
#include "levels/levels_rules.h"
#include "onboarding/fields.h"

#define PLACES_MAX 3 /* photos that may be asked for */

struct levels_settings {
    const char *asks; /* questions of the passport form */
    bool one_number;  /* INN or SNILS is needed */
    int64_t wallets;  /* cabinets a person */
    int64_t photos;
    int64_t grace;    /* days that a passport is taken after it ended */
    int64_t draft_life, refused_life;
};

struct levels {
    struct engine *engine;
    const struct levels_settings *settings;
    struct asked_page page;
    struct {
        string_id title;
        const char *path;
    } ways[LEVEL_WAYS];
    size_t way_count;
};

static inline struct levels *levels_of(const struct engine *engine) {
    return engine_state(engine, &levels_feature);
}

extern const struct migration levels_migrations[];
extern const struct job levels_jobs[];
extern const struct sealed levels_sealed[];
extern const struct queue levels_queues[];

/* ---- a review of documents: one at a time for a customer ---- */

struct review {
    int64_t id, customer;
    enum review_state state;
    int reason; /* REVIEW_REFUSED: index into review_reasons */
    moment made, expires;
};

extern const char *const review_reasons[];       /* NULL-ended; in forms and JSON */
extern const string_id review_reason_words[];

bool review_of(struct tx *tx, int64_t customer, struct review *review);
bool review_by_id(struct tx *tx, int64_t id, struct review *review);
/* The one being filled, made when there is none. False: one waits already. */
bool review_open(struct engine *engine, struct tx *tx, int64_t customer, struct review *review);
/* Only from that state; false when it is not in it any more. */
bool review_move(struct engine *engine, struct tx *tx, struct review *review, enum review_state to, int reason);

struct photo;
void review_photo_put(struct engine *engine, struct tx *tx, const struct review *review, int64_t place,
                      const struct photo *photo, int64_t staff);
int64_t review_photo_context(int64_t customer, int64_t place);
bool review_photo_open(struct engine *engine, struct tx *tx, const struct review *review, int64_t place,
                       const char **type, struct text *bytes);
/* Adds each place: {number, title, there, kilobytes}; how many are there. */
int64_t review_photos(struct request *request, struct tx *tx, const struct review *review, struct node *list);
/* That member sent one of its photos. */
bool review_filed_by(struct tx *tx, const struct review *review, int64_t staff);

const char *level_name(enum level level);
struct text level_title(struct request *request, enum level level);

void levels_on_event(struct engine *engine, struct tx *tx, const struct event *event);

stage_function level_page;
stage_function passport_page, passport_check, passport_write;
stage_function documents_page, documents_check, documents_clean, documents_write, documents_send;
stage_function staff_review_page, staff_review_decide, staff_review_photo;
stage_function staff_photo_check, staff_photo_clean, staff_photo_write;

/* ---- own_data.c ---- */

bool levels_own_data(struct own_data *piece);
extern const struct erase levels_erases[];
