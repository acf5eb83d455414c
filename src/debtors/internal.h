/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "debtors/contact_rules.h"
#include "debtors/debtors.h"
#include "engine/engine.h"
#include "engine/owed.h"
#include "generated/strings_debtors.h"

#define WHO_SPEAKS (ROLE_SUPPORT | ROLE_RISK)

extern const struct feature debtors_feature;

struct debtors_settings {
    const char *zone; /* where those live of whom nothing better is known; "": the house's */
};

/* ---- schema.c ---- */

extern const struct migration debtors_migrations[];
extern const struct sealed debtors_sealed[];
extern const struct erase debtors_erases[];

/* ---- contacts.c: rows of contacts ---- */

/* Kept in the database. */
enum contact_outcome {
    CONTACT_BEGUN = 0,  /* counted, nobody has said yet what came of it */
    CONTACT_PROMISED,   /* to pay by a day: */
    CONTACT_KEPT,       /* … and nothing was overdue after it */
    CONTACT_BROKEN,     /* … which it was */
    CONTACT_REFUSES,    /* to pay */
    CONTACT_DISPUTES,   /* the debt */
    CONTACT_LATER,      /* asks for another time */
    CONTACT_NOT_REACHED,
    CONTACT_STRANGER,   /* somebody else answered, and was told nothing */
    CONTACT_SENT,       /* a message, a letter */
    CONTACT_OUTCOMES
};

struct contact {
    int64_t customer, id;
    struct text product;        /* "": of all that is overdue */
    int64_t subject;
    enum contact_way way;
    moment at;
    int64_t staff;              /* 0: a program of ours */
    enum contact_outcome outcome;
    int64_t promised, waits;    /* days; waits: the promised one as long as nobody has looked after it */
    struct text note;           /* sealed at rest */
};

/* Fills in id and moment. */
void contact_put(struct engine *engine, struct tx *tx, struct contact *contact);
void contact_update(struct engine *engine, struct tx *tx, const struct contact *contact);
/* In a command: locked. */
bool contact_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct contact *contact);
/* The newest first. */
size_t contacts_of(struct engine *engine, struct tx *tx, int64_t customer, struct contact *contacts, size_t room);
/* A program of ours has written to him about that debt since then. */
bool contact_made(struct tx *tx, int64_t customer, const struct contact_about *about, moment since);

/* ---- debtor.c: what he asked for, and how it stands with him ---- */

struct debtor_wish {
    int64_t refused;             /* the day on which his refusal came; 0: none */
    struct text representative;  /* who speaks for him and how he is reached; sealed at rest */
    struct text zone;            /* "": the house's */
    int64_t staff;
    moment at;
};
bool debtor_wish_of(struct engine *engine, struct tx *tx, int64_t customer, struct debtor_wish *wish);
void debtor_wish_put(struct engine *engine, struct tx *tx, int64_t customer, const struct debtor_wish *wish);
/* In a command, before what is counted: others wait. */
void debtor_lock(struct engine *engine, struct tx *tx, int64_t customer);
struct contact_case debtor_case(struct engine *engine, struct tx *tx, int64_t customer);
/* The earliest day since which he owes anything that is overdue, of all products; 0: nothing is. */
int64_t debtor_since(struct engine *engine, struct tx *tx, int64_t customer);
struct text debtor_unseal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed);
struct value debtor_seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear);
int64_t debtors_today(const struct engine *engine); /* a day, in the house's zone */

/* ---- promises.c, remind.c ---- */

bool debtors_promises_job(struct engine *engine, struct tx *tx);
bool debtors_notices_job(struct engine *engine, struct tx *tx);

/* ---- diary.c: its page; own_data.c ---- */

stage_function diary_read, diary_begin, diary_end, diary_wish;
extern const char *const contact_ways[], *const contact_outcomes[], *const debtor_zones[];
extern const struct card_section debtors_card[];
bool debtors_own_data(struct own_data *piece);
