/* closing.h: what the files of this folder share: a cabinet closed by its owner, by staff on somebody's word, or by
 * itself when nothing has happened in it for a year. */
#pragma once

#include "backoffice/backoffice.h"
#include "closing/closing_rules.h"
#include "engine/engine.h"
#include "generated/strings.h"
#include "generated/templates.h"

extern const struct feature closing_feature;

struct closing_settings {
    struct idle_terms terms; /* idle 0: nobody's closes by itself */
    int64_t hour;            /* of the day, in the ledger's zone, from which people are warned */
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

/* ---- ask.c: a guest's ---- */

bool asked_run(struct engine *engine, struct tx *tx);

/* ---- idle.c ---- */

bool idle_run(struct engine *engine, struct tx *tx);
void closing_on_event(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- stages, by route ---- */

stage_function closing_page, closing_do, closed_page;
stage_function ask_page, ask_again, ask_do, asked_page;
