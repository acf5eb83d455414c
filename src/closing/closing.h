/* closing.h: what the files of this folder share: a cabinet closed by its owner, by staff on somebody's word, or by
 * itself when nothing has happened in it for a year; at once, or after a notice (BK-10). */
#pragma once

#include "backoffice/backoffice.h"
#include "closing/closing_rules.h"
#include "closing/wait_rules.h"
#include "engine/engine.h"
#include "generated/strings_closing.h"
#include "generated/templates.h"

extern const struct feature closing_feature;

struct closing_settings {
    struct idle_terms terms; /* idle 0: nobody's closes by itself */
    int64_t hour;            /* of the day, in the ledger's zone, from which people are warned */
    int64_t notice;          /* from asking to closing; 0: at once */
};

static inline const struct closing_settings *closing_settings(const struct engine *engine) {
    return engine_settings(engine, &closing_feature);
}

/* ---- wish.c: what somebody said who wants it closed ---- */

#define CLOSING_WORDS_MAX 500
extern const char *const closing_reasons[];  /* NULL-ended: of the forms */
extern const char *const closing_consents[]; /* yes, no */

enum closing_way { CLOSING_HIMSELF = 1, CLOSING_GUEST };

struct closing_wish {
    enum closing_way way;
    int64_t reason; /* of closing_reasons */
    bool urgent;    /* the phone is lost */
    struct text mail, words; /* TEXT_NONE: none */
};

struct closing_wish closing_wish_of(const struct request *request, enum closing_way way);
/* What a form cannot check by its table; FLOW_NEXT, or it has refused. */
stage_function wish_check;
/* {reasons, consents}: what can be chosen, with what was chosen. */
void wish_choices(struct request *request, struct node *document);
void wish_keep(struct engine *engine, struct tx *tx, int64_t customer, const struct closing_wish *wish);

extern const struct sealed closing_sealed[];
extern const struct erase closing_erases[];
extern const struct card_section closing_card[];
bool closing_own_data(struct own_data *piece);

/* ---- tell.c ---- */

struct customer;
/* By every channel that he has, whatever he switched off, since it is about his contract; and where he will find it
 * again. at 0: the text names no day. */
void closing_tell(struct engine *engine, struct tx *tx, const struct customer *customer, string_id title,
                  string_id text, moment at);
/* One of the many whom a pass finds idle. */
void closing_tell_idle(struct engine *engine, struct tx *tx, const struct customer *customer, string_id text,
                       moment at);

/* ---- wait.c: closings that wait ---- */

struct wait_terms wait_terms_of(const struct engine *engine);
bool wait_read(struct tx *tx, int64_t customer, struct closing_wait *wait);
/* Begins it, in place of another. */
void wait_begin(struct engine *engine, struct tx *tx, int64_t customer, enum closing_cause cause,
                struct closing_wait *wait);
/* False: there was none. */
bool wait_end(struct tx *tx, int64_t customer);
bool wait_run(struct engine *engine, struct tx *tx);
string_id cause_title(enum closing_cause cause);

/* ---- staff.c: staff close it, two of them (BO-2) ---- */

extern const char *const closing_causes[]; /* NULL-ended: of the form; the first is CAUSE_AGREEMENT */
const struct refusal *end_apply(struct request *request, struct tx *tx, const struct approval *approval);
void end_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);

/* ---- ask.c: a guest's ---- */

bool asked_run(struct engine *engine, struct tx *tx);

/* ---- idle.c ---- */

bool idle_run(struct engine *engine, struct tx *tx);
void closing_on_event(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- stages, by route ---- */

stage_function closing_page, closing_do, closing_cancel, closed_page;
stage_function staff_closing_page, staff_closing_ask, staff_closing_cancel;
stage_function ask_page, ask_again, ask_do, asked_page;
