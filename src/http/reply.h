/* reply.h: from an answered request to status, header fields and body, for sockets and without them.
 *
 * Most answers are of three kinds whose header fields are always the same; only what differs is listed per reply, so
 * that the socket's side can use responses that are ready but for that (ready.h). */
#pragma once

#include "http/exchange.h"

#define REPLY_HEADERS_MAX 32
#define REPLY_FIXED_MAX 10

struct reply_header {
    const char *name, *value; /* NUL-ended: constants, or in the arena */
};

enum reply_kind { REPLY_PAGE, REPLY_JSON, REPLY_PROBLEM, REPLY_OTHER };

struct reply {
    int status;
    enum reply_kind kind;
    bool secure;
    struct reply_header headers[REPLY_HEADERS_MAX]; /* besides the kind's */
    size_t count;
    struct text body;
    bool streamed; /* the body comes from answer.file->more or from events, after `body` */
};

/* Draws or writes the document. False when memory ran out: answer with reply_unavailable. */
bool reply_build(struct exchange *exchange, struct reply *reply);

/* 503 without anything that takes memory. */
void reply_unavailable(struct reply *reply);

/* The fields that every reply of the kind has; gives their number. */
size_t reply_fixed(const struct site *site, enum reply_kind kind, bool secure, struct reply_header *headers);
