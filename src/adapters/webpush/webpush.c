/* webpush.c: see webpush.h. A handle for each notice. */
#include "adapters/webcall/webcall.h"
#include "adapters/webpush/internal.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 8000L
#define BODY_MAX 512 /* why a service refuses */
#define TOKEN_LIFE (12 * HOUR) /* RFC 8292 §2: at most 24 hours */

struct webpush {
    EVP_PKEY *pair;
    struct text key, contact, services;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool contact_valid(struct text contact) {
    if (!text_starts(contact, "mailto:") && !text_starts(contact, "https://")) return false;
    for (size_t i = 0; i < contact.size; i++) {
        unsigned char byte = (unsigned char)contact.data[i];
        if (byte <= ' ' || byte >= 0x7F || byte == '"' || byte == '\\') return false;
    }
    return true;
}

struct webpush *webpush_open(struct arena *arena, const struct webpush_options *options, struct text *problem) {
    pthread_once(&once, begin_curl);
    struct webpush *webpush = arena_new_of(arena, struct webpush);
    uint8_t point[WEBPUSH_POINT_SIZE];
    webpush->contact = text_copy(arena, text_from(options->contact));
    webpush->services = text_copy(arena, text_from(options->services));
    if (!contact_valid(webpush->contact)) {
        *problem = text_format(arena, "\"%s\" is not \"mailto:…\" or \"https://…\"", options->contact);
        return NULL;
    }
    for (struct text rest = webpush->services; rest.size > 0;) {
        struct text entry = text_split(rest, ' ', &rest);
        if (entry.size == 0 || webpush_service_valid(entry)) continue;
        *problem = text_format(arena, "\"%.*s\" is not the name of a push service's host", TEXT_ARG(entry));
        return NULL;
    }
    webpush->pair = webpush_pair_from_seed(options->seed, point);
    webpush->key = text_base64url(arena, point, sizeof point);
    if (webpush->pair == NULL) *problem = TEXT("the key for push services cannot be made");
    return webpush->pair != NULL ? webpush : NULL;
}

void webpush_close(struct webpush *webpush) {
    if (webpush == NULL) return;
    EVP_PKEY_free(webpush->pair);
    webpush->pair = NULL;
}

struct text webpush_key(const struct webpush *webpush) {
    return webpush->key;
}

static void free_pair(void *pair) {
    EVP_PKEY_free(pair);
}

/* Its keys fit: tried with an empty notice that goes nowhere. */
bool webpush_subscription_valid(const struct webpush *webpush, struct arena *arena,
                                const struct webpush_subscription *subscription) {
    static const uint8_t salt[16], nobody[WEBPUSH_POINT_SIZE] = {4};
    struct text origin, body;
    bool near;
    return webpush_endpoint_allowed(arena, webpush->services, subscription->endpoint, &origin, &near) &&
           webpush_encrypt(arena, subscription, TEXT(""), 0, webpush->pair, nobody, salt, &body);
}

/* ---- the call ---- */

/* RFC 8030 §5: 201, and what services say beside. Too many at once, our own clock or key: later. */
static enum webpush_answer answer_of(long status) {
    if (status >= 200 && status <= 299) return WEBPUSH_TAKEN;
    if (status == 404 || status == 410) return WEBPUSH_GONE;
    return status == 400 || status == 413 ? WEBPUSH_REFUSED : WEBPUSH_AGAIN;
}

struct call {
    bool near;
    char *data; /* BODY_MAX of the answer */
    size_t size;
};

/* The name may lead anywhere: where to is known only here. */
static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address) {
    const struct call *call = self;
    (void)purpose;
    if (!call->near && !webcall_address_public(&address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t keep(char *data, size_t size, size_t count, void *self) {
    struct call *call = self;
    size_t room = BODY_MAX - call->size, much = size * count;
    for (size_t i = 0; i < much && i < room; i++) call->data[call->size++] = data[i];
    return much;
}

static void choose(CURL *curl, struct call *call, const char *address, struct text body) {
    curl_easy_setopt(curl, CURLOPT_URL, address);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, call->near ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.size);
}

static struct curl_slist *fields(struct arena *arena, const struct webpush *webpush,
                                 const struct webpush_notice *notice, struct text origin) {
    struct text who = webpush_authorization(arena, webpush->pair, webpush->key, origin, webpush->contact,
                                            notice->now + TOKEN_LIFE);
    int64_t seconds = (notice->until - notice->now) / SECOND;
    const char *lines[] = {
        text_format(arena, "Authorization: %.*s", TEXT_ARG(who)).data,
        text_format(arena, "TTL: %lld", (long long)(seconds > 0 ? seconds : 0)).data,
        text_format(arena, "Urgency: %s", notice->urgency).data,
        "Content-Encoding: aes128gcm",
        "Content-Type: application/octet-stream",
        "Expect:", /* no 100-continue */
        notice->topic.size > 0 ? text_format(arena, "Topic: %.*s", TEXT_ARG(notice->topic)).data : NULL,
    };
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i] != NULL) list = curl_slist_append(list, lines[i]);
    return list;
}

static enum webpush_answer perform(struct arena *arena, const char *address, struct text body, struct call *call,
                                   struct curl_slist *list, struct text *reply) {
    CURL *curl = curl_easy_init();
    if (curl == NULL) return WEBPUSH_AGAIN;
    choose(curl, call, address, body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    curl_slist_free_all(list); /* before memory is asked for, which may unwind */
    struct text said = text_trim((struct text){call->data, call->size});
    if (code != CURLE_OK) *reply = text_from(curl_easy_strerror(code));
    else *reply = text_format(arena, "%ld %.*s", status, text_valid_utf8(said) ? (int)said.size : 0, said.data);
    return code == CURLE_OK ? answer_of(status) : WEBPUSH_AGAIN;
}

enum webpush_answer webpush_send(const struct webpush *webpush, struct arena *arena,
                                 const struct webpush_notice *notice, struct text *reply) {
    const struct webpush_subscription *to = notice->to;
    uint8_t point[WEBPUSH_POINT_SIZE];
    struct text origin, body;
    struct call call = {.data = arena_alloc(arena, BODY_MAX)};
    if (!webpush_endpoint_allowed(arena, webpush->services, to->endpoint, &origin, &call.near)) {
        *reply = TEXT("this push service is not called");
        return WEBPUSH_REFUSED;
    }
    EVP_PKEY *pair = webpush_pair_from_seed(notice->random, point);
    if (pair != NULL) arena_on_free(arena, free_pair, pair);
    if (pair == NULL || !webpush_encrypt(arena, to, notice->text, webpush_padding(notice->text.size), pair, point,
                                         notice->random + 32, &body)) {
        *reply = TEXT("cannot be encrypted for this browser");
        return WEBPUSH_REFUSED;
    }
    const char *address = text_copy(arena, to->endpoint).data;
    return perform(arena, address, body, &call, fields(arena, webpush, notice, origin), reply);
}
