/* exchange.c: see exchange.h. libcurl; a handle for each exchange, since they are rare. */
#include "adapters/acquirer/exchange.h"

#include <curl/curl.h>
#include <pthread.h>

#define TIMEOUT_MS 8000L
#define BODY_MAX (64 * 1024) /* no answer of theirs is longer than some hundred bytes */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t keep(char *data, size_t size, size_t count, void *self) {
    struct buffer *out = self;
    if (out->size + size * count > BODY_MAX) return 0;
    buffer_add(out, data, size * count);
    return size * count;
}

static enum acquirer_answer answer_of(CURLcode code, long status) {
    if (code != CURLE_OK || status >= 500 || status == 408 || status == 429) return ACQUIRER_UNREACHABLE;
    return status == 200 ? ACQUIRER_ANSWERED : ACQUIRER_REFUSED;
}

enum acquirer_answer exchange_run(struct arena *arena, const struct exchange *exchange, struct text *body) {
    pthread_once(&once, begin_curl);
    CURL *curl = curl_easy_init();
    if (curl == NULL) return ACQUIRER_UNREACHABLE;
    struct text header = text_format(arena, "Authorization: %.*s", TEXT_ARG(exchange->authorization));
    /* Room for all at once: an arena that unwound out of libcurl would leave it half-done. */
    struct buffer out = buffer_new(arena, BODY_MAX);
    struct curl_slist *headers = curl_slist_append(NULL, header.data);
    curl_easy_setopt(curl, CURLOPT_URL, exchange->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out);
    if (exchange->post.data != NULL) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, exchange->post.data);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)exchange->post.size);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    *body = buffer_text(&out);
    if (exchange->status != NULL) *exchange->status = code == CURLE_OK ? status : 0;
    return answer_of(code, status);
}
