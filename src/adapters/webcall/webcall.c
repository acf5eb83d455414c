/* webcall.c: see webcall.h. libcurl; handles are kept in a stack, each with its open connections, so that a thousand
 * payments a second do not make a thousand connections. */
#include "adapters/webcall/webcall.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_MS 3000L
#define IDLE_MOST 32 /* handles kept while nobody calls */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static CURL *idle[IDLE_MOST];
static size_t idle_count;

static void close_idle(void) {
    while (idle_count > 0) curl_easy_cleanup(idle[--idle_count]);
}

static void begin(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    atexit(close_idle);
}

static CURL *take_handle(void) {
    pthread_once(&once, begin);
    pthread_mutex_lock(&mutex);
    CURL *curl = idle_count > 0 ? idle[--idle_count] : NULL;
    pthread_mutex_unlock(&mutex);
    return curl != NULL ? curl : curl_easy_init();
}

static void give_handle(CURL *curl) {
    curl_easy_reset(curl); /* keeps connections, forgets all else */
    pthread_mutex_lock(&mutex);
    bool kept = idle_count < IDLE_MOST;
    if (kept) idle[idle_count++] = curl;
    pthread_mutex_unlock(&mutex);
    if (!kept) curl_easy_cleanup(curl);
}

struct body {
    char *data;
    size_t size, most;
    bool barred;
};

static size_t keep(char *data, size_t size, size_t count, void *self) {
    struct body *body = self;
    if (size * count > body->most - body->size) return 0;
    memcpy(body->data + body->size, data, size * count);
    body->size += size * count;
    return size * count;
}

/* A name may lead anywhere: where to is known only here. */
static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address) {
    struct body *body = self;
    (void)purpose;
    body->barred = !webcall_address_public(&address->addr);
    return body->barred ? CURL_SOCKET_BAD
                        : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What is kept open may have been opened for somebody who may go there. */
static void keep_out(CURL *curl, struct body *body) {
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, body);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
}

static void set_up(CURL *curl, const struct webcall *call, struct body *body) {
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, call->timeout_ms < CONNECT_MS ? call->timeout_ms : CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    if (call->public_only) keep_out(curl, body);
    if (call->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, call->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, call->password != NULL ? call->password : "");
    }
    if (call->post.data == NULL) return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->post.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)call->post.size);
}

static enum webcall_outcome outcome_of(CURLcode code) {
    switch (code) {
    case CURLE_OK: return WEBCALL_ANSWERED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return WEBCALL_UNSENT;
    default: return WEBCALL_UNKNOWN;
    }
}

enum webcall_outcome webcall_run(struct arena *arena, const struct webcall *call,
                                   struct webcall_answer *answer) {
    /* Room for all at once: an arena that unwound out of libcurl would leave it half-done. */
    struct body body = {arena_alloc(arena, call->most), 0, call->most, false};
    CURL *curl = take_handle();
    *answer = (struct webcall_answer){0};
    if (curl == NULL) return WEBCALL_UNSENT;
    set_up(curl, call, &body);
    struct curl_slist *headers = NULL;
    for (const char *const *header = call->headers; header != NULL && *header != NULL; header++)
        headers = curl_slist_append(headers, *header);
    if (headers != NULL) curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_slist_free_all(headers);
    give_handle(curl);
    answer->body = (struct text){body.data, body.size};
    answer->barred = body.barred;
    return outcome_of(code);
}

void webcall_add_field(struct buffer *query, const char *name, struct text value) {
    if (query->size > 0) buffer_add_char(query, '&');
    buffer_add_text(query, text_from(name));
    buffer_add_char(query, '=');
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     byte == '-' || byte == '.' || byte == '_' || byte == '~';
        if (plain) buffer_add_char(query, (char)byte);
        else buffer_format(query, "%%%02X", byte);
    }
}
