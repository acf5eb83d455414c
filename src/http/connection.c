/* connection.c: libmicrohttpd's callbacks: a connection opens, a request begins, its head, body and end come, its reply
 * is queued, it is over. */
#include "http/loop.h"

#include "base/check.h"
#include "base/log.h"
#include "http/reply.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* libmicrohttpd's memory per connection: a head of HEAD_SIZE_MAX, its notes on HEAD_FIELDS_MAX fields, header fields
 * out. It zeroes one and a half times as much for each request, so no more than that. */
#define CONNECTION_MEMORY ((size_t)12 * 1024)

static int64_t seconds(int configured, int fallback) {
    return configured > 0 ? configured : fallback;
}

static void expect_within(struct call *call, int64_t wait_s) {
    call->peer->deadline_ms = call->loop->now_ms + wait_s * 1000;
}

/* ---- requests begin ---- */

struct beginning {
    struct loop *loop;
    struct arena *arena;
    struct peer *peer;
    const char *target;
    struct call *call;
};

static void begin(void *data) {
    struct beginning *beginning = data;
    struct call *call = arena_new_of(beginning->arena, struct call);
    bool secure = beginning->loop->server->certificate != NULL;
    call->arena = beginning->arena;
    call->loop = beginning->loop;
    call->peer = beginning->peer;
    call->target = beginning->target;
    call->target_size = beginning->target != NULL ? strlen(beginning->target) : 0;
    struct text address = text_copy(call->arena, call->peer->address);
    call->exchange = exchange_new(call->arena, call->loop->server->site, address, secure);
    call->exchange->carrier = call;
    struct text target = {call->target, call->target_size};
    call->exchange->head.target = target.data != NULL ? text_copy(call->arena, target) : TEXT("");
    beginning->call = call;
}

/* The request line is read, nothing more. libmicrohttpd takes the target apart after this, in place. */
static void *request_began(void *self, const char *target, struct MHD_Connection *connection) {
    struct loop *loop = self;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *peer = info->socket_context;
    struct beginning beginning = {.loop = loop, .arena = loop_arena(loop), .peer = peer, .target = target};
    if (peer == NULL || beginning.arena == NULL) return peer;
    if (!arena_guard(beginning.arena, begin, &beginning)) {
        arena_free(beginning.arena);
        return peer;
    }
    struct call *call = beginning.call;
    call->connection = connection;
    peer->call = call;
    expect_within(call, seconds(loop->server->options.head_timeout_s, 15));
    return peer;
}

/* ---- heads ---- */

/* libmicrohttpd is lenient: it takes bare LF, folded fields, stray spaces and NUL. But it parses in place, ending every
 * name and line with NULs, so a head written as it must be lies there without gaps: method NUL target NUL version NUL
 * NUL name NUL value NUL NUL … NUL NUL. Any other layout is a head that another reader could take differently:
 * refused. */
struct layout {
    struct call *call;
    const char *next; /* where the next name must begin */
    bool broken;
};

static enum MHD_Result take_field(void *self, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                  const char *value, size_t value_size) {
    (void)kind;
    struct layout *layout = self;
    struct call *call = layout->call;
    if (value == NULL || name != layout->next || value <= name + name_size) {
        layout->broken = true;
        return MHD_NO;
    }
    for (const char *byte = name + name_size + 1; byte < value; byte++)
        if (*byte != ' ' && *byte != '\t') layout->broken = true;
    layout->next = value + value_size + 2;
    head_add(&call->exchange->head, call->arena, (struct text){name, name_size}, (struct text){value, value_size});
    return MHD_YES;
}

struct reading {
    struct call *call;
    const char *method, *version;
};

static void read_head(void *data) {
    struct reading *reading = data;
    struct call *call = reading->call;
    struct head *head = &call->exchange->head;
    const char *version = reading->version, *method = reading->method;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head->method = text_copy(call->arena, text_from(method));
    head->version = text_copy(call->arena, text_from(version));
    struct layout layout = {.call = call, .next = version + strlen(version) + 2};
    layout.broken = call->target != method + head->method.size + 1 || version != call->target + call->target_size + 1;
    if (info->header_size > HEAD_SIZE_MAX) head->status = head->target.size > HEAD_TARGET_MAX ? 414 : 431;
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, take_field, &layout);
    if (layout.next + 2 != method + info->header_size) layout.broken = true;
    if (layout.broken && head->status == 0) head->status = 400;
    exchange_head(call->exchange);
}

/* ---- replies ---- */

static struct MHD_Response *plain_response(const struct reply *reply) {
    return MHD_create_response_from_buffer(reply->body.size, (void *)(uintptr_t)reply->body.data,
                                           MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *response_of(struct call *call, const struct reply *reply) {
    if (reply->streamed && call->exchange->stream != NULL) return events_response(call);
    if (reply->streamed) return file_response(call, call->exchange->request.answer.file);
    return plain_response(reply);
}

static void add_headers(struct MHD_Response *response, const struct reply_header *headers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (headers[i].value[0] != '\0') MHD_add_response_header(response, headers[i].name, headers[i].value);
}

/* call: NULL for a refusal without one. */
static enum MHD_Result queue(struct call *call, struct loop *loop, struct MHD_Connection *connection,
                             const struct reply *reply) {
    if (call != NULL && call->peer->ready == NULL) {
        struct ready *ready = ready_take(loop->shelf, reply);
        call->peer->ready = ready; /* returns when the request is over */
        if (ready != NULL) return MHD_queue_response(connection, (unsigned)reply->status, ready_response(ready));
    }
    struct MHD_Response *response = call != NULL ? response_of(call, reply) : plain_response(reply);
    if (response == NULL) return MHD_NO;
    struct reply_header fixed[REPLY_FIXED_MAX];
    add_headers(response, fixed, reply_fixed(loop->server->site, reply->kind, reply->secure, fixed));
    add_headers(response, reply->headers, reply->count);
    enum MHD_Result queued = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result queue_unavailable(struct loop *loop, struct MHD_Connection *connection) {
    struct reply reply;
    reply_unavailable(&reply);
    return queue(NULL, loop, connection, &reply);
}

static void log_answer(const struct call *call, int status) {
    const struct request *request = &call->exchange->request;
    enum log_level level = status == 500 || status == 503 ? LOG_WARNING : LOG_DEBUG;
    if (!log_shows(level)) return;
    log_event(level, request->id, "http.answered", LOG_NUMBER("status", status),
              LOG_TEXT("route", text_from(request->route != NULL ? request->route->path : "")),
              LOG_NUMBER("us", world_now(request->world) - request->started));
}

static enum MHD_Result reply_now(struct call *call) {
    struct reply reply;
    if (atomic_load_explicit(&call->loop->server->stopping, memory_order_relaxed)) call->exchange->close = true;
    if (!reply_build(call->exchange, &reply)) reply_unavailable(&reply);
    log_answer(call, reply.status);
    expect_within(call, seconds(0, 60) + (int64_t)(reply.body.size / 8192));
    if (reply.streamed) call->peer->deadline_ms = 0;
    return queue(call, call->loop, call->connection, &reply);
}

/* ---- handing over ---- */

/* Any thread, once. After the exchange of the state the call is the I/O thread's, or nobody's. */
static void request_finished_here(struct request *request) {
    struct call *call = exchange_of(request)->carrier;
    struct loop *loop = call->loop;
    atomic_fetch_add(&loop->wakers, 1);
    int before = atomic_exchange(&call->state, CALL_FINISHED);
    check(before == CALL_HANDLING || before == CALL_SUSPENDED || before == CALL_ABANDONED);
    if (before == CALL_SUSPENDED) loop_wake(loop, call);
    if (before == CALL_ABANDONED) arena_free(call->arena);
    atomic_fetch_sub(&loop->wakers, 1);
}

static enum MHD_Result hand_over(struct call *call) {
    const struct server_options *options = &call->loop->server->options;
    struct request *request = &call->exchange->request;
    request->finish = request_finished_here;
    call->peer->deadline_ms = 0;
    atomic_store(&call->state, CALL_HANDLING);
    options->handle(options->self, request);
    int handling = CALL_HANDLING;
    if (!atomic_compare_exchange_strong(&call->state, &handling, CALL_SUSPENDED)) return reply_now(call);
    MHD_suspend_connection(call->connection);
    return MHD_YES;
}

static void end_body(void *data) {
    struct call *call = data;
    exchange_end(call->exchange);
}

struct piece {
    struct call *call;
    const char *data;
    size_t size;
};

static void take_piece(void *data) {
    struct piece *piece = data;
    exchange_body(piece->call->exchange, piece->data, piece->size);
}

static enum MHD_Result first_sight(struct call *call, const char *method, const char *version) {
    const struct server_options *options = &call->loop->server->options;
    struct exchange *exchange = call->exchange;
    struct reading reading = {call, method, version};
    call->head_read = true;
    if (!arena_guard(call->arena, read_head, &reading)) return queue_unavailable(call->loop, call->connection);
    bool waits = exchange->head.fields[HEAD_EXPECT].data != NULL; /* for our word before it sends the body */
    if (exchange->request.answer.status != 0 && (exchange->close || waits)) return reply_now(call);
    if (exchange->body_expected > 0)
        expect_within(call, seconds(options->body_timeout_s, 30) + exchange->body_expected / (16 * 1024));
    return MHD_YES; /* an answer now would close the connection */
}

static enum MHD_Result request_came(void *self, struct MHD_Connection *connection, const char *target,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **context) {
    (void)target;
    struct peer *peer = *context;
    struct call *call = peer != NULL ? peer->call : NULL;
    if (call == NULL) return queue_unavailable(self, connection); /* no memory for it, or abandoned */
    if (!call->head_read) return first_sight(call, method, version);
    if (*size > 0) {
        struct piece piece = {call, data, *size};
        *size = 0;
        return arena_guard(call->arena, take_piece, &piece) ? MHD_YES : MHD_NO;
    }
    int call_state = atomic_load(&call->state);
    check(call_state == CALL_READING || call_state == CALL_FINISHED); /* suspended ones are not called */
    if (call_state == CALL_FINISHED) return reply_now(call);
    if (!peer->busy) call->loop->busy++;
    peer->busy = true;
    if (!arena_guard(call->arena, end_body, call)) return queue_unavailable(self, connection);
    if (call->exchange->request.answer.status != 0 || call->exchange->asset != NULL) return reply_now(call);
    return hand_over(call);
}

/* ---- requests and connections end ---- */

static void request_over(void *self, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why) {
    (void)connection, (void)why;
    struct loop *loop = self;
    struct peer *peer = *context;
    *context = NULL;
    if (peer == NULL) return;
    if (peer->busy) loop->busy--;
    peer->busy = false;
    if (peer->ready != NULL) ready_return(loop->shelf, peer->ready);
    peer->ready = NULL;
    struct call *call = peer->call;
    if (call == NULL) return;
    const struct server_options *options = &loop->server->options;
    expect_within(call, seconds(options->idle_timeout_s, 60) + seconds(options->head_timeout_s, 15));
    peer->quiet_since_ms = loop->now_ms;
    peer->call = NULL;
    loop_arena_done(loop, call->arena);
}

/* When the grace is over: requests nobody finished belong to finish() from now on, their connections get a 503. */
void connection_abandon(struct loop *loop) {
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) {
        struct call *call = peer->call;
        if (call == NULL) continue;
        struct MHD_Connection *connection = call->connection; /* finish() may free the call at once */
        int suspended = CALL_SUSPENDED;
        if (!atomic_compare_exchange_strong(&call->state, &suspended, CALL_ABANDONED)) continue;
        peer->call = NULL;
        MHD_resume_connection(connection);
    }
}

static void write_address(struct peer *peer, const struct sockaddr *address) {
    const void *bytes = NULL;
    int family = address->sa_family;
    if (family == AF_INET) {
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    } else if (family == AF_INET6) {
        const struct in6_addr *long_address = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        bytes = long_address;
        if (IN6_IS_ADDR_V4MAPPED(long_address)) { /* one person has one address, however the socket listens */
            bytes = long_address->s6_addr + 12;
            family = AF_INET;
        }
    }
    if (bytes == NULL || inet_ntop(family, bytes, peer->address_bytes, sizeof peer->address_bytes) == NULL) return;
    peer->address = text_from(peer->address_bytes);
}

static void connection_opened(struct loop *loop, struct MHD_Connection *connection, void **context) {
    struct peer *peer = calloc(1, sizeof *peer);
    *context = peer;
    if (peer == NULL) return;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->address = TEXT("");
    write_address(peer, MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    peer->deadline_ms = loop->now_ms + seconds(loop->server->options.head_timeout_s, 15) * 1000;
    peer->quiet_since_ms = loop->now_ms;
    peer->next = loop->peers;
    if (peer->next != NULL) peer->next->previous = peer;
    loop->peers = peer;
    loop->connections++;
}

static void connection_changed(void *self, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode what) {
    struct loop *loop = self;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_opened(loop, connection, context);
        return;
    }
    struct peer *peer = *context;
    if (peer == NULL) return;
    if (peer->previous != NULL) peer->previous->next = peer->next;
    else loop->peers = peer->next;
    if (peer->next != NULL) peer->next->previous = peer->previous;
    loop->connections--;
    free(peer);
    *context = NULL;
}

/* Escapes are target.c's. */
static size_t unescape_nothing(void *self, struct MHD_Connection *connection, char *text) {
    (void)self, (void)connection;
    return strlen(text);
}

/* ---- the daemon ---- */

#define CIPHERS "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

bool connection_daemon(struct loop *loop) {
    const struct server *server = loop->server;
    const struct server_options *options = &server->options;
    int connections = loop->connections_max;
    int each = options->connections_per_address_max;
    if (each == 0) each = options->behind_proxy ? -1 : (connections + 3) / 4;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (server->certificate != NULL ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)CIPHERS},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    loop->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, request_came, loop,
        MHD_OPTION_LISTEN_SOCKET, loop->listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)(each > 0 ? each : 0),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)seconds(options->idle_timeout_s, 60),
        MHD_OPTION_URI_LOG_CALLBACK, request_began, loop,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, loop,
        MHD_OPTION_NOTIFY_COMPLETED, request_over, loop,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, loop,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, /* we are stricter, and answer where it would only hang up */
        MHD_OPTION_ARRAY, server->certificate != NULL ? tls : none,
        MHD_OPTION_END);
    return loop->daemon != NULL;
}
