/* internal.h: what the files of messaging share. */
#pragma once

#include "messaging/messaging.h"
#include "messaging/unread_memo.h"

#include "generated/strings_messaging.h"
#include "generated/templates.h"

struct messaging_settings {
    int64_t kept;
    const char *callback_url; /* ours, as gateways reach us; "": the public one */
    const char *kannel_url, *kannel_user, *kannel_password_file, *kannel_sender, *kannel_incoming_file,
        *kannel_addresses;
    const char *mail_url, *mail_user, *mail_password_file, *mail_from, *mail_ca_file;
    bool mail_plain;
};

#define MAIL_FILES 4

struct mail_files {
    const char *kind;
    mail_file_maker *make;
};

struct messaging {
    const struct messaging_settings *settings;
    recipient_function *find;
    struct message_consents consents;
    struct message_sink sink;       /* keep NULL: no inbox here */
    struct unread_memo *unread;
    struct push_channel push;       /* targets NULL: no notices to browsers */
    struct kannel *kannel;          /* NULL: SMS go to the sink */
    struct smtp *smtp;              /* NULL: letters go to the sink */
    struct mail_files files[MAIL_FILES]; /* ended by kind NULL, when there are fewer */
    struct text incoming_secret;    /* in the address that Kannel calls; TEXT_NONE: nothing comes in */
};

static inline struct messaging *messaging_of(const struct engine *engine) {
    return engine_state(engine, &messaging_feature);
}

extern const struct migration messaging_migrations[];
extern const struct sealed messaging_sealed[];
extern const struct outbox_kind messaging_outbox[];
extern const struct route messaging_routes[];

/* ---- one message (write.c) ---- */

/* What became of a message, as staff see it. */
enum fate {
    FATE_WAITING,     /* in the outbox */
    FATE_SENT,        /* the gateway took it */
    FATE_REFUSED,     /* the gateway will not have it */
    FATE_EXPIRED,     /* its deadline passed before it could be sent */
    FATE_DELIVERED,   /* a delivery report says so */
    FATE_UNDELIVERED, /* a delivery report says it never will be */
};

struct letter {
    enum channel channel;
    enum topic topic;
    int64_t customer;
    struct text address, subject, text;
    struct text unsubscribe; /* a link: for advertising by e-mail */
    struct text place;       /* of a notice: the path that a press leads to; TEXT_NONE: by its topic */
    moment deadline;
    bool secret;
    const struct thread_letter *thread; /* NULL: of no conversation */
    const char *file; /* NULL: brings none */
    struct text file_of;
    enum language language; /* … of the file */
    int64_t about;
    bool bulk;
};

void letter_write(struct engine *engine, struct tx *tx, const struct letter *letter);
/* Of messages that went to a number or address as to nobody's cabinet: where to is forgotten, their fate stays. In
 * commands only. */
void letters_blank(struct engine *engine, struct tx *tx, struct text address);
/* Of one that waits; false when its fate is known already. */
bool letter_fate(struct tx *tx, int64_t customer, int64_t id, enum fate fate, struct text reason);

/* ---- the gateway (gateway.c) ---- */

/* A secret of one line. */
bool secret_read(struct arena *arena, const char *path, struct text *secret, struct text *problem);
bool gateway_open(struct engine *engine, struct arena *arena, struct messaging *messaging, struct text *problem);
enum outbox_verdict gateway_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply);
enum flow gateway_report_check(struct request *request, struct tx *tx);
enum flow gateway_report(struct request *request, struct tx *tx);
enum flow gateway_incoming_check(struct request *request, struct tx *tx);
enum flow gateway_incoming(struct request *request, struct tx *tx);

/* A member of a message's payload; TEXT_NONE when absent. */
struct json_t;
struct text payload_text(const struct json_t *payload, const char *name);

/* ---- what a customer wants (choices.c) ---- */

/* Of each channel whether he has it on for the topic; security is on whatever is stored. */
void choices_read(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, bool wanted[CHANNEL_COUNT]);

enum flow choices_page(struct request *request, struct tx *tx);
enum flow choices_save(struct request *request, struct tx *tx);
enum flow consent_give(struct request *request, struct tx *tx);
enum flow consent_stop(struct request *request, struct tx *tx);

/* Stops a topic of advertising without signing in; signed. */
struct text unsubscribe_link(struct engine *engine, struct arena *arena, int64_t customer, enum topic topic);
enum flow unsubscribe_page(struct request *request, struct tx *tx);
enum flow unsubscribe(struct request *request, struct tx *tx);

/* ---- the e-mail address (address.c) ---- */

enum flow address_page(struct request *request, struct tx *tx);
enum flow address_start(struct request *request, struct tx *tx);
enum flow address_confirm(struct request *request, struct tx *tx);
enum flow address_remove(struct request *request, struct tx *tx);

/* ---- the feed (feed.c) ---- */

enum flow feed_page(struct request *request, struct tx *tx);
enum flow feed_read(struct request *request, struct tx *tx);
enum flow feed_read_one(struct request *request, struct tx *tx);
enum flow feed_archive(struct request *request, struct tx *tx);
enum flow feed_restore(struct request *request, struct tx *tx);
/* For the menu. */
int64_t feed_count(struct engine *engine, int64_t customer);
void feed_learn(struct engine *engine, struct tx *tx, int64_t customer);
bool feed_forget(struct engine *engine, struct tx *tx);

/* ---- for staff (fates.c) ---- */

enum flow fates_for_staff(struct request *request, struct tx *tx);

/* ---- own_data.c ---- */

bool messaging_own_data(struct own_data *piece);
extern const struct erase messaging_erases[];
