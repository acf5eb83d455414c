/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "generated/strings_identity.h"
#include "generated/strings_onboarding.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "onboarding/answers.h"
#include "onboarding/decision_rules.h"
#include "onboarding/fields.h"
#include "onboarding/flow_rules.h"
#include "onboarding/onboarding.h"

enum consent_kind { CONSENT_RULES, CONSENT_PERSONAL, CONSENT_BUREAU, CONSENT_MARKETING, CONSENT_COUNT };

struct onboarding_settings {
    const char *steps;
    const char *pages[PAGE_COUNT];
    const char *consents[CONSENT_COUNT]; /* versions of their texts; "": not asked */
    int64_t sum_min, sum_max, term_min, term_max;
    int64_t day_rate; /* thousandths of a per cent */
    struct decision_policy policy;
    int64_t limit; /* minor units */
    int64_t photos;
    int64_t draft_life, waiting_life, refused_life;
    int level; /* of whom is approved: 0 minimal, 1 simplified, 2 full */
};

struct onboarding {
    struct engine *engine;
    const struct onboarding_settings *settings;
    struct plan plan;
    struct asked_page pages[PAGE_COUNT];
};

static inline const struct onboarding *onboarding_of(const struct engine *engine) {
    return engine_state(engine, &onboarding_feature);
}

extern const struct migration onboarding_migrations[];
extern const struct job onboarding_jobs[];
extern const struct sealed onboarding_sealed[];

/* ---- applications ---- */

/* Kept in the database. */
enum application_state { APPLICATION_FILLING = 1, APPLICATION_WAITING, APPLICATION_REFUSED, APPLICATION_OPENED };

struct application {
    int64_t id;
    uint8_t phone_hash[SECRET_HASH_SIZE];
    struct text phone; /* E.164 */
    enum application_state state;
    uint64_t done; /* planned_bit of each step done */
    struct answers answers;
    struct text secret; /* the password or PIN, encoded; TEXT_NONE */
    int64_t customer;   /* once the cabinet is open */
    enum reason reason;
    enum language language;
    moment made, expires;
    int64_t staff;  /* who decided it; 0: nobody yet, or a rule */
    moment decided; /* … when */
};

void application_new(struct engine *engine, struct tx *tx, struct text phone, enum language language,
                     struct application *application);
/* The newest of a number that is not opened and lives. `writing`: in a command, its row is locked. */
bool application_of_phone(struct engine *engine, struct tx *tx, struct text phone, struct application *application);
/* The newest of a number, also one that was opened; of that id, whosesoever. */
bool application_latest(struct engine *engine, struct tx *tx, struct text phone, struct application *application);
bool application_by_id(struct engine *engine, struct tx *tx, int64_t id, struct application *application);
bool application_of_customer(struct engine *engine, struct tx *tx, int64_t customer, struct application *application);
/* Writes what may have changed; how long it is kept follows from its state. */
void application_save(struct engine *engine, struct tx *tx, struct application *application);

/* "waiting", "too-young"; why, for the applicant. */
struct text application_state_name(const struct application *application);
struct text application_reason_name(enum reason reason);
string_id application_reason_words(enum reason reason);

/* ---- answers from before the number ---- */

void start_keep(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE],
                const struct answers *answers);
bool start_find(struct engine *engine, struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE], struct answers *answers);
void start_drop(struct tx *tx, const uint8_t hash[SECRET_HASH_SIZE]);

/* ---- a visit: an applicant's request about his application ---- */

struct visit {
    struct request *request;
    struct engine *engine;
    const struct onboarding *onboarding;
    const struct planned *step;
    struct application application;
    struct signup signup; /* while the cabinet is not open */
    uint8_t begun[SECRET_HASH_SIZE]; /* the calculator before the number: under which answers are kept */
    bool before;                     /* … that there is no application yet */
};

/* A kind of step. */
struct step {
    const struct template *page;
    /* What its page shows beside title and buttons. */
    void (*draw)(struct visit *visit, struct tx *tx, struct node *document);
    /* In a snapshot: refuses what cannot be taken; FLOW_NEXT: good. */
    enum flow (*vet)(struct visit *visit, struct tx *tx);
    /* Slow computing on what was sent; NULL: none. Its result goes into request->scratch. */
    enum flow (*work)(struct request *request);
    /* In a command: into the application, which is saved afterwards. */
    enum flow (*accept)(struct visit *visit, struct tx *tx);
};

extern const struct step step_page, step_consents, step_calculator, step_password, step_pin, step_photos, step_email;
void email_send(struct engine *engine, struct tx *tx, const struct application *application);
enum flow email_again(struct visit *visit, struct tx *tx);
void photos_list(struct tx *tx, int64_t application, struct node *list);
/* In a command: it waits for staff, who are to hear of it. */
void staff_asked(struct engine *engine, struct tx *tx, const struct application *application);
/* In a command: what every sign-up needs was agreed to elsewhere. */
void consents_at(struct request *request, struct tx *tx, int64_t application, struct text how);
enum reason application_decision(struct engine *engine, const struct application *application);
bool photo_opened(struct engine *engine, struct tx *tx, int64_t application, int64_t page, const char **type,
                  struct text *bytes);
const struct step *step_of(enum step_kind kind);

/* Goes on through what asks nobody: the decision, the queue, the opening. request: the applicant's, or NULL when staff
 * did it. False: the number has got a cabinet meanwhile. *token: a session for a program. */
bool application_go_on(struct engine *engine, struct tx *tx, struct application *application, struct request *request,
                       const struct signup *signup, struct text *token);

/* In a command: after what was just done, goes on through what asks nobody, keeps it and answers how it stands now. */
enum flow application_onward(struct visit *visit, struct tx *tx);

stage_function application_see, application_draw, application_check, application_work, application_accept;
stage_function application_resend, consent_text;

extern const struct form application_form;

/* ---- own_data.c ---- */

bool onboarding_own_data(struct own_data *piece);
extern const struct erase onboarding_erases[];
