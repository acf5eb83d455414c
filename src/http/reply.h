/* reply.h: from an answered request to status, header fields and body, for sockets and without them. */
#pragma once

#include "http/exchange.h"

#define REPLY_HEADERS_MAX 32

struct reply_header {
    const char *name, *value; /* NUL-ended: constants, or in the arena */
};

struct reply {
    int status;
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t count;
    struct text body;
    bool page;     /* HTML */
    bool streamed; /* the body comes from answer.file->more or from events, after `body` */
};

/* Draws or writes the document. False when memory ran out: answer with reply_unavailable. */
bool reply_build(struct exchange *exchange, struct reply *reply);

/* 503 without anything that takes memory. */
void reply_unavailable(struct reply *reply);
