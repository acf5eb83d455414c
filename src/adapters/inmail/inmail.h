/* inmail.h: a letter as it came from a mail server (RFC 5322, MIME), read into plain parts by GMime: what it says as
 * text, what is attached, and the headers that say to what it answers and whether a machine wrote it. Nothing in it is
 * believed here: who reads it says what is proof. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

#define INMAIL_MAX ((size_t)24 << 20)       /* bytes of a whole letter */
#define INMAIL_FILES 5                      /* more are counted, not kept */
#define INMAIL_FILE_MAX ((size_t)8 << 20)   /* bytes of one, decoded; a larger one is counted, not kept */
#define INMAIL_WORDS_MAX ((size_t)40000)    /* bytes of its text; the rest is cut off */
#define INMAIL_HEADER_MAX ((size_t)4000)    /* bytes of one header's value; the rest is cut off */

struct inmail_file {
    struct text name, bytes;
};

struct inmail {
    struct text from, name;          /* address; the sender's name as he writes it */
    struct text subject, message_id, references, date;
    struct text authentication;      /* the first Authentication-Results: the nearest mail server's (RFC 8601) */
    bool automatic;                  /* a machine's: answering it could go on for ever (RFC 3834) */
    struct text words;               /* text/plain, else what HTML says; lines end in \n, no control bytes */
    bool cut;                        /* words were longer */
    struct inmail_file files[INMAIL_FILES];
    size_t count, left_out;
};

/* Reads the letter in `file` (from its beginning) in a child process of its own, which has neither files nor network,
 * little memory and little time (base/cage.h): whatever a letter can make the libraries do happens there. Blocks, up to
 * INMAIL_PATIENCE. */
enum inmail_verdict { /* also the child's exit status */
                      INMAIL_GOOD,
                      INMAIL_NO_LETTER = 10, /* no sender's address, or the child died of it: it will never do */
                      INMAIL_FAILED,         /* of our side: no process, no memory, no time */
};
#define INMAIL_PATIENCE (20 * SECOND)
enum inmail_verdict inmail_caged(struct arena *arena, int file, struct inmail *mail);
/* `kabinet letter`: that child. */
int inmail_child(void);

/* ---- inmail.c: inside it, and the fuzzer ---- */

/* Once in a process, before inmail_read. */
void inmail_start(void);
/* False when it is no letter at all: it has no sender's address. Texts are in the arena, valid UTF-8. */
bool inmail_read(struct arena *arena, struct text bytes, struct inmail *mail);

/* ---- html.c ---- */

/* What a browser would show of HTML, as plain text: no markup, scripts or styles; blocks in lines of their own. */
struct text inmail_html_words(struct arena *arena, struct text html);
