/* messaging.h: telling people things. A message is an outbox row of the transaction it tells of (MS-2); its text is
 * drawn in the customer's language when it is written. Channels: SMS (the demo's inbox page, or Kannel), e-mail (the
 * inbox page, or SMTP), push. What becomes of each message is kept as a row that staff can look at. */
#pragma once

#include "engine/engine.h"

extern const struct feature messaging_feature;

/* What a message is about. Customers choose channels by topic (MS-3); security goes out on every channel that one
 * has and cannot be switched off; news and offers need a consent given before. */
enum topic { TOPIC_SECURITY, TOPIC_OPERATIONS, TOPIC_SERVICE, TOPIC_NEWS, TOPIC_OFFERS, TOPIC_COUNT };

enum channel { CHANNEL_SMS, CHANNEL_MAIL, CHANNEL_PUSH, CHANNEL_COUNT };

/* To a customer, on all channels that he has and wants for this topic. Nothing when there is no such customer. Inside
 * a command. */
void message_tell(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, string_id text,
                  const struct string_argument *arguments, size_t count);

/* The same as one of many that are told at once by a job: it goes out behind no matter how many others of its kind, and
 * nothing that a person waits for goes out behind it. Advertising always goes so. */
void message_tell_bulk(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, string_id text,
                       const struct string_argument *arguments, size_t count);
/* So many of those wait that who tells many had better wait, too: what is told should be heard soon after. */
bool message_crowded(struct tx *tx);

/* To his browsers alone, whatever he chose, until a moment: what he is asked to answer now. place: where a press leads,
 * a path of ours. */
void message_ask(struct engine *engine, struct tx *tx, int64_t customer, string_id text,
                 const struct string_argument *arguments, size_t count, struct text place, moment deadline);

/* To a number, whoever has it: codes. */
struct message {
    int64_t customer;  /* 0: someone not (yet) registered */
    struct text phone; /* E.164 */
    enum language language;
    string_id text;
    const struct string_argument *arguments;
    size_t argument_count;
    moment deadline; /* not sent after it: a code's life; 0: a day */
    bool secret;     /* holds a code: never shown again in logs or to staff */
};

void message_sms(struct engine *engine, struct tx *tx, const struct message *message);

/* The same to an e-mail address. subject and text share the arguments. */
struct mail {
    int64_t customer;
    struct text address;
    enum language language;
    string_id subject, text;
    const struct string_argument *arguments;
    size_t argument_count;
    moment deadline; /* 0: three days */
    bool secret;
    const char *file;    /* what it brings, of a kind that message_files_by told; NULL: nothing */
    struct text file_of; /* … of what, in the maker's own terms */
    int64_t about;       /* what message_about finds it by again, of that customer; 0: nothing */
    bool bulk;           /* as message_tell_bulk */
};

void message_mail(struct engine *engine, struct tx *tx, const struct mail *mail);

/* At most so large, of letters in bulk; of others a quarter of a megabyte. */
#define MAIL_FILE_MOST ((size_t)4 << 20)

/* A letter's file is made when the letter goes out, on the outbox's thread, each time it is tried: the row stays some
 * hundred bytes, so that neither the one writer nor the disk carries (and seals) every file, and it says what holds
 * then. */
struct mail_file {
    const char *name, *content_type; /* ASCII without quotes */
    struct text bytes;
};
enum mail_file_made {
    MAIL_FILE_MADE,
    MAIL_FILE_LATER, /* not now: the database does not answer */
    MAIL_FILE_GONE,  /* there is no such thing any more: the letter is not sent */
};
/* May block; whatever it gives lies in the arena. The locale is the letter's. */
typedef enum mail_file_made mail_file_maker(struct engine *engine, struct arena *arena, const struct locale *locale,
                                            int64_t customer, struct text of, struct mail_file *file);
void message_files_by(struct engine *engine, const char *kind, mail_file_maker *make);

/* What became of the newest letter about that: one member of `list`, as message_fates has them, or none. */
void message_about(struct engine *engine, struct tx *tx, int64_t customer, int64_t about, struct node *list);
/* How many about anything he was written since. */
int64_t message_about_count(struct tx *tx, int64_t customer, moment since);

/* A letter of a conversation by e-mail: words already written, headers by which programs and we tell to what an answer
 * belongs. */
struct thread_letter {
    int64_t customer; /* 0: nobody's */
    struct text address, subject, words;
    struct text reply_to, message_id; /* "help+…@example.ru", "<…@example.ru>" */
    struct text answers;              /* the Message-ID that it answers; TEXT_NONE */
    bool by_person;                   /* else a machine's, which no other machine answers (RFC 3834) */
};

void message_thread(struct engine *engine, struct tx *tx, const struct thread_letter *letter);

/* Words already written (by staff in a chat, say), in the text's own language: as message_sms. */
void message_words(struct engine *engine, struct tx *tx, int64_t customer, struct text phone, struct text words);

/* The customer's e-mail address, bound by a code (ID-13), in the tx's arena; TEXT_NONE when there is none. */
struct text message_address_of(struct engine *engine, struct tx *tx, int64_t customer);
/* "i…@example.ru": enough to know one's own again. */
struct text message_address_masked(struct arena *arena, struct text address);
/* In a command of his own request, once he has proved that he reads it. False: another cabinet has it. */
bool message_address_bind(struct request *request, struct tx *tx, struct text address);
/* Whose address that is; 0: nobody's. */
int64_t message_customer_by_address(struct engine *engine, struct tx *tx, struct text address);

/* What is said inside the cabinet alone (MS-4). */
enum feed_kind { FEED_NEWS, FEED_OFFER, FEED_SALE };

struct feed_item {
    int64_t customer;
    enum feed_kind kind;
    struct text title, text; /* in the customer's language */
    struct text link;        /* where it leads; TEXT_NONE: nowhere */
    moment until;            /* 0: 90 days from now */
};

int64_t feed_add(struct engine *engine, struct tx *tx, const struct feed_item *item);
int64_t feed_unread(struct tx *tx, int64_t customer);

/* Advertising: has he agreed to it? And what goes out besides the feed: on those of the channels (bits of 1 << enum
 * channel) that he has and wants; nothing without his consent. */
bool message_agreed(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic);
void message_advertise(struct engine *engine, struct tx *tx, int64_t customer, enum topic topic, unsigned channels,
                       struct text words);

/* What became of the newest 50 messages to a customer (0: to people without a cabinet; -1: to all), the newest first:
 * {id, customer, channel, topic, state, good, waits, made, changed, address (masked), reason}. Never their words. */
void message_fates(struct engine *engine, struct tx *tx, int64_t customer, struct node *list);

/* The demo's inbox (adapters/inbox) takes what no gateway is configured for. Called when it opens. */
struct message_sink {
    void (*keep)(struct engine *engine, struct tx *tx, int64_t id, struct text address, struct text text);
};
void message_sink_by(struct engine *engine, struct message_sink sink);

/* The installed app's notices: told by the feature `push` when it opens, as it uses identity. It brings the outbox's
 * kinds "push" and "push.bulk": owner the customer, subject the topic. */
struct push_target {
    int64_t id;
    bool words; /* the customer lets this one show what the message says; else only what it is about */
};
struct push_channel {
    /* The customer's browsers, at most `room`; how many. */
    size_t (*targets)(struct tx *tx, int64_t customer, struct push_target *targets, size_t room);
};
#define PUSH_TARGETS_MAX 10
void message_push_by(struct engine *engine, struct push_channel channel);

/* For who brings an outbox kind of messages: its `result`, and what its `send` asks first: false when the customer has
 * stopped this topic since (advertising alone; a snapshot of the calling thread). */
struct outbox_item;
void message_ended(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);
bool message_wanted(struct engine *engine, const struct outbox_item *item, enum channel channel);

/* Who the customers are: told by identity when it opens (it uses messaging, so messaging does not use it). phone lives
 * in the tx's arena. */
struct recipient {
    struct text phone; /* E.164 */
    enum language language;
};
typedef bool recipient_function(struct engine *engine, struct tx *tx, int64_t customer, struct recipient *recipient);
void message_people_by(struct engine *engine, recipient_function *find);

/* Consents to what is advertising, by topic: identity keeps them, and tells when it opens. In commands, but for
 * `since`: since when one holds; 0: none does. */
struct message_consents {
    moment (*since)(struct tx *tx, int64_t customer, struct text topic);
    void (*give)(struct request *request, struct tx *tx, int64_t customer, struct text topic, struct text words);
    /* way: by what else than his own page; NULL: by that. */
    void (*end)(struct request *request, struct tx *tx, int64_t customer, struct text topic, const char *way);
};
void message_consents_by(struct engine *engine, struct message_consents consents);
