/* server.h: sockets. libmicrohttpd driven by our own epoll loop: one daemon per I/O thread, woken by its descriptor or
 * by an eventfd, MHD_run when either wakes, connections resumed from the loop's own thread. It answers by itself what
 * needs no application: 404, 405, 406, 411, 413, 415, 431, malformed bodies, smuggling forms. */
#pragma once

#include "http/request.h"

struct server;
struct router;

struct server_options {
    const char *address;             /* "127.0.0.1", "::" */
    int port;                        /* 0: any; see server_port */
    int threads;                     /* I/O threads; 0 → 1 */
    int connections_max;             /* 0 → 4096 */
    const char *certificate_file, *key_file; /* TLS of our own; NULL: plain */
    bool behind_proxy;               /* believe X-Forwarded-For / -Proto of the nearest hop */
    const struct route *const *routes; /* NULL-ended list of pointers */
    struct world *world;
    enum language fallback;
    const struct zone *zone;         /* of requests' locale until the engine knows better; NULL → UTC */
    const struct template *error_page; /* drawn with the problem document (problem.h); NULL: a bare page */
    /* an origin besides our own that forms may be sent to (an acquirer's page); NULL */
    const char *form_action;
    const char *image_source;        /* one that pages' pictures may come from (maps' tiles); NULL */
    const char *spool_directory;     /* of uploads; NULL → /tmp */
    /* made by router_new, for many request_parse of one site; NULL: made from routes */
    const struct router *router;
    int head_timeout_s;              /* for a whole head to come; 0 → 15 */
    int body_timeout_s;              /* for a body, and a second more for each 16 KiB; 0 → 30 */
    int idle_timeout_s;              /* without a byte either way; 0 → 60 */
    int connections_per_address_max; /* 0 → a quarter of connections_max, none behind a proxy; -1 → none */
    int streams_max;                 /* server-sent events open at once; 0 → 1024 */
    /* On an I/O thread, with a request whole, routed and its fields parsed (form checked, fields_valid says). It must
     * end in request->finish(request), at once or later from any thread. */
    void (*handle)(void *self, struct request *request);
    /* On an I/O thread, each time before it waits for more to do; NULL: nothing. */
    void (*idle)(void *self);
    void *self;
};

struct server *server_start(const struct server_options *options, struct arena *arena, struct text *problem);
int server_port(const struct server *server);
/* Stops accepting, lets requests in progress end (at most grace_us), closes. */
void server_stop(struct server *server, int64_t grace_us);

/* Without sockets (simulation, fuzzing, tests): parses and routes one request written in HTTP/1.1 and calls handle,
 * unless it is refused before. Ask request_finished before the reply: handle may answer later. Options must outlive the
 * arena. */
struct request *request_parse(struct arena *arena, const struct server_options *options, struct text message);
bool request_finished(const struct request *request);
/* Status line, header fields and body of a finished request, all security fields included. */
struct text request_reply(struct request *request);
