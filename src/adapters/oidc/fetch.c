/* fetch.c: see fetch.h. libcurl; a handle for each exchange, since they are rare. */
#include "adapters/oidc/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool fetch_allowed(const char *url) {
    static const char *const near[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    if (strncmp(url, "https://", 8) == 0) return true;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        size_t length = strlen(near[i]);
        if (strncmp(url, near[i], length) != 0) continue;
        char next = url[length];
        if (next == '\0' || next == ':' || next == '/') return strchr(url, '@') == NULL;
    }
    return false;
}

struct answer_body {
    char *data;
    size_t size, most;
};

static size_t keep(char *data, size_t size, size_t count, void *self) {
    struct answer_body *body = self;
    if (size * count > body->most - body->size) return 0;
    memcpy(body->data + body->size, data, size * count);
    body->size += size * count;
    return size * count;
}

static void set_up(CURL *curl, const struct fetch *fetch, struct answer_body *body) {
    long timeout_ms = (long)(fetch->timeout_us / 1000);
    curl_easy_setopt(curl, CURLOPT_URL, fetch->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms / 2 + 1);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    if (fetch->post.data == NULL) return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, fetch->post.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)fetch->post.size);
}

enum fetched fetch_run(struct arena *arena, const struct fetch *fetch, struct text *body) {
    /* Room for all at once: an arena that unwound out of libcurl would leave it half-done. */
    struct answer_body kept = {arena_alloc(arena, fetch->most), 0, fetch->most};
    struct text header = TEXT_NONE;
    if (fetch->authorization.data != NULL)
        header = text_format(arena, "Authorization: %.*s", TEXT_ARG(fetch->authorization));
    *body = TEXT_NONE;
    if (!fetch_allowed(fetch->url)) return FETCH_FAILED;
    pthread_once(&once, begin_curl);
    CURL *curl = curl_easy_init();
    if (curl == NULL) return FETCH_FAILED;
    set_up(curl, fetch, &kept);
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    if (header.data != NULL) headers = curl_slist_append(headers, header.data);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK || status < 200 || status >= 500 || status == 429) return FETCH_FAILED;
    *body = (struct text){kept.data, kept.size};
    return status == 200 ? FETCH_ANSWERED : status >= 400 ? FETCH_REFUSED : FETCH_FAILED;
}
