/* exchange.h: a request and all that the server keeps beside it, from its head to its reply; the same for sockets and
 * for messages without one. Nothing here knows libmicrohttpd. */
#pragma once

#include "http/accept.h"
#include "http/head.h"
#include "http/router.h"
#include "http/server.h"

struct asset;
struct multipart;
struct event_stream;

/* What all exchanges of one server share. */
struct site {
    const struct server_options *options;
    const struct router *router;
    const char *page_policy; /* Content-Security-Policy of pages */
};

struct site *site_new(struct arena *arena, const struct server_options *options);

enum body_kind {
    BODY_NONE,
    BODY_URLENCODED,
    BODY_JSON,
    BODY_MULTIPART,
    BODY_RAW,     /* for routes without a form that check it themselves (signed by a partner) */
    BODY_DROPPED, /* of a refused request: read and forgotten, so that the client hears the refusal */
};

struct exchange {
    struct request request;
    const struct site *site;
    struct head head;
    struct accepted accepted;
    enum body_kind body_kind;
    int64_t body_expected;     /* by its head; 0 when there is none */
    struct buffer body;
    struct multipart *multipart;
    const struct asset *asset; /* a static file is asked for */
    unsigned allowed;          /* methods of the path, for 405 */
    bool close;                /* the connection must not be used again */
    bool json_body;
    struct event_stream *stream;
    void *carrier;             /* the socket's side of it; NULL without one */
    bool finished;             /* without a socket: finish was called */
};

/* In a new or cleared arena. peer: the address of the other end; secure: TLS of our own. */
struct exchange *exchange_new(struct arena *arena, const struct site *site, struct text peer, bool secure);
struct exchange *exchange_of(const struct request *request);

/* After the head's line and fields are in exchange->head (texts in the arena). Then request.answer says whether it was
 * refused already; the body may follow all the same. */
void exchange_head(struct exchange *exchange);
void exchange_body(struct exchange *exchange, const char *data, size_t size);
/* After the last byte: parses and checks. What is not answered now is for options->handle. */
void exchange_end(struct exchange *exchange);

/* Answers with one of the server's own refusals: a status it knows (400 … 505). */
void exchange_refuse(struct exchange *exchange, int status);
