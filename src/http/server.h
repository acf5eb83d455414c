/* server.h: sockets. libmicrohttpd driven by our own epoll loop: one daemon per I/O thread, woken by its descriptor or
 * by an eventfd, MHD_run when either wakes, connections resumed from the loop's own thread. It answers by itself what
 * needs no application: 404, 405, 406, 411, 413, 415, 431, malformed bodies, smuggling forms. */
#pragma once

#include "http/request.h"

struct server;

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
    /* On an I/O thread, with a request whole, routed and its fields parsed (form checked, fields_valid says). It must end in
     * request->finish(request), at once or later from any thread. */
    void (*handle)(void *self, struct request *request);
    void *self;
};

struct server *server_start(const struct server_options *options, struct arena *arena, struct text *problem);
int server_port(const struct server *server);
/* Stops accepting, lets requests in progress end (at most grace_us), closes. */
void server_stop(struct server *server, int64_t grace_us);

/* Without sockets (simulation, fuzzing, tests): parses and routes one request written in HTTP/1.1 and calls handle; the
 * answer's bytes go to *reply when finish has been called. */
struct request *request_parse(struct arena *arena, const struct server_options *options, struct text message);
/* Status line, headers and body of an answered request, all security headers included. */
struct text request_reply(struct request *request);
