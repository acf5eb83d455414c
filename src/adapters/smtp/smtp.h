/* smtp.h: e-mail by SMTP submission (RFC 6409), by libcurl: TLS from the start (smtps://) or by STARTTLS, and
 * authentication. One letter to one address: plain text, and a file beside it where one is brought. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

struct smtp; /* immutable once open; any thread */

struct smtp_options {
    const char *url;       /* "smtp://mail.example.ru:587" or "smtps://mail.example.ru" */
    const char *user;      /* "": no authentication */
    struct text password;
    const char *from;      /* "no-reply@example.ru" */
    const char *from_name; /* «Кошелёк» */
    const char *ca_file;   /* whom to trust; "": the system's */
    bool plain;            /* without TLS: a server on the same machine */
};

/* A file that a letter brings (RFC 2183). */
struct smtp_file {
    const char *name, *content_type; /* ASCII without quotes; name NULL: there is none */
    struct text bytes;
};

struct smtp_letter {
    int64_t id; /* ours: becomes the Message-ID, by which a repeat can be told */
    struct text to, subject, text;
    struct text unsubscribe; /* a link (RFC 8058); TEXT_NONE: none */
    struct text reply_to;    /* an address; TEXT_NONE: the sender's */
    struct text message_id;  /* "<…@…>" instead of ours by id; TEXT_NONE */
    struct text answers;     /* the Message-ID that it answers; TEXT_NONE */
    bool by_person;          /* not to be marked as a machine's */
    struct smtp_file file;
    moment at;
};

enum smtp_answer { SMTP_TAKEN, SMTP_AGAIN, SMTP_REFUSED };

/* NULL with *problem when the sender's address is not one. */
struct smtp *smtp_open(struct arena *arena, const struct smtp_options *options, struct text *problem);

/* Blocks, 10 s at most. *reply: why not. */
enum smtp_answer smtp_send(const struct smtp *smtp, struct arena *arena, const struct smtp_letter *letter,
                           struct text *reply);

/* ---- letter.c: pure, for tests ---- */

/* local@domain as mail goes through the world: ASCII, no quotes, no blanks, a dot in the domain, ≤ 254 bytes. */
bool smtp_address_valid(struct text address);
/* The letter as RFC 5322 and MIME say, lines ended by CR LF. */
struct text smtp_letter_text(struct arena *arena, const char *from, const char *from_name,
                             const struct smtp_letter *letter);
/* An unstructured header's value: as it is, or in encoded words (RFC 2047). */
struct text smtp_header_text(struct arena *arena, struct text value);
