/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "adapters/picture/picture.h"
#include "generated/strings_support.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "support/attachment.h"
#include "support/hours_rules.h"
#include "support/support.h"

struct support_settings {
    const char *weekdays, *weekends;
    int64_t answer_us;
    const char *maintenance_until; /* "" or RFC 3339 */
    const char *mail_address, *mail_secret_file, *mail_authority, *mail_server;
    bool mail_plus;
    int64_t guest_life, silence;
};

struct support {
    struct duty_hours hours;
    struct text mail_secret; /* what `kabinet mail-in` shows; TEXT_NONE: no letters are taken */
    moment configured_pause; /* from the configuration: the staff's switch cannot end it */
    _Atomic int64_t switched_at; /* tx_generation of this node's last switch; -1: none */
};

static inline struct support *support_of(const struct engine *engine) {
    return engine_state(engine, &support_feature);
}

extern const struct migration support_migrations[];
extern const struct sealed support_sealed[];

/* ---- cases.c: what is kept ---- */

enum case_state { CASE_WAITING = 1, CASE_ANSWERED, CASE_CLOSED };
enum author { AUTHOR_CUSTOMER = 1, AUTHOR_STAFF, AUTHOR_SYSTEM, AUTHOR_NOTE }; /* a note is staff's own: never told */
enum outcome { OUTCOME_NONE, OUTCOME_SOLVED, OUTCOME_UNSOLVED, OUTCOME_SPAM, OUTCOME_SILENT };

/* Whose a case is: a customer's, or a guest's who is known by a cookie. */
struct owner {
    int64_t customer;
    bool guest;
    uint8_t hash[SECRET_HASH_SIZE]; /* of the guest's cookie */
};

struct support_case {
    int64_t id, customer, about;
    enum case_channel channel;
    enum case_state state;
    enum language language;
    moment opened, changed, due;
    enum outcome outcome;
    int64_t score;                 /* the owner's, once closed: 1 … 5; 0: none */
    int64_t last_owner, last_staff; /* ids of their last messages */
    int64_t seen_owner, seen_staff; /* up to which each has read */
};

struct owner owner_of(const struct request *request);
/* What is told to the owner goes by this topic; 0: he is nobody yet. */
int64_t owner_topic(const struct owner *owner);

/* The newest that is not closed. */
bool case_open_of(struct tx *tx, const struct owner *owner, struct support_case *found);
/* The newest, if it was closed not longer ago than a day: to be read to its end, and rated. */
bool case_closed_of(struct tx *tx, const struct owner *owner, moment now, struct support_case *found);
bool case_by_id(struct tx *tx, int64_t id, struct support_case *found);
bool case_owned_by(struct tx *tx, const struct owner *owner, int64_t id, struct support_case *found);
int64_t case_begin(struct engine *engine, struct tx *tx, const struct owner *owner, enum case_channel channel,
                   enum language language);

struct said {
    enum author author;
    int64_t staff, about;
    struct text words;
};
/* Adds it, moves the case's state and deadline, tells whoever looks at it. The message's id. */
int64_t case_say(struct engine *engine, struct tx *tx, int64_t id, const struct said *said);

/* [{id, author, text, at, unread, about?, files: [{id, case, name}]}]; to staff also notes, who wrote what, and about
 * what it is: operation: {id, title, sum, at}. */
void case_tell(struct request *request, struct tx *tx, const struct support_case *found, struct node *messages);
/* Where staff find it: "support.theft" or "support.case". */
const char *case_queue(enum case_channel channel);
const char *channel_name(enum case_channel channel);
const char *state_name(enum case_state state);
/* Closed: its task is over, its owner hears of it. staff 0: by itself. */
void case_close(struct engine *engine, struct tx *tx, const struct support_case *found, int64_t staff,
                enum outcome outcome);
/* Who spoke as a guest and then signed in goes on with that conversation. */
void case_adopt(struct request *request, struct tx *tx, int64_t customer);
void case_on_session(struct request *request, struct tx *tx, int64_t customer, int64_t session);
bool cases_silent(struct engine *engine, struct tx *tx); /* jobs */
bool answers_tell(struct engine *engine, struct tx *tx);
/* What a customer's own operation is: {id, title, sum, at}; false: not his, nothing added. */
bool operation_tell(struct request *request, struct tx *tx, int64_t customer, int64_t id, struct node *document,
                    const char *name);

/* ---- duty.c ---- */

/* Whether somebody answers now, and by when an answer is promised (0: never). */
struct duty {
    bool now;
    moment answer_by;
};
struct duty duty_of(struct engine *engine, struct tx *tx);
bool duty_is_on(struct tx *tx, int64_t staff, moment now);
/* Those on duty hear that there is news for all of them. */
void duty_notify(struct engine *engine, struct tx *tx);

/* ---- chat.c ---- */

/* In a command: somebody wants to be called back about that case; part: 0 soon, 1 morning, 2 day, 3 evening. */
void callback_parts(struct request *request, struct node *document); /* parts: [{value, title}] of those */
void callback_ask(struct request *request, struct tx *tx, int64_t id, struct text phone, int64_t part);

/* ---- files.c: what is attached, besides attachment.h ---- */

/* On a worker. */
enum picture_verdict attachment_make(struct request *request, const struct upload *upload,
                                     struct attachment *attachment);
enum flow attachment_refuse(struct request *request); /* of our side: later */

/* ---- stages, by route ---- */

stage_function chat_look, chat_seen, chat_page, chat_send, chat_events, chat_callback, chat_rate;
stage_function chat_case_look, chat_case_seen;
stage_function attachment_read;
stage_function theft_page, theft_report;

/* ---- own_data.c ---- */

bool support_own_data(struct own_data *piece);
extern const struct erase support_erases[];
