/* kannel.c: see kannel.h. libcurl; a handle for each message: the gateway is a machine of ours, and near. */
#include "adapters/kannel/kannel.h"

#include <curl/curl.h>
#include <pthread.h>

#define TIMEOUT_MS 8000L
#define BODY_MAX 4096 /* "0: Accepted for delivery" */
#define REPORTS (KANNEL_DELIVERED | KANNEL_UNDELIVERED | KANNEL_ACCEPTED | KANNEL_REJECTED)

struct kannel {
    const char *url, *user, *sender;
    struct text password;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct kannel *kannel_open(struct arena *arena, const struct kannel_options *options) {
    pthread_once(&once, begin_curl);
    struct kannel *kannel = arena_new_of(arena, struct kannel);
    kannel->url = text_copy(arena, text_from(options->url)).data;
    kannel->user = text_copy(arena, text_from(options->user)).data;
    kannel->sender = text_copy(arena, text_from(options->sender)).data;
    kannel->password = text_copy(arena, options->password);
    return kannel;
}

/* ---- the address ---- */

static void add(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "%s%s=", text_find(buffer_text(out), '?') < 0 ? "?" : "&", name);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     byte == '-' || byte == '.' || byte == '_' || byte == '~';
        if (plain) buffer_add_char(out, (char)byte);
        else buffer_format(out, "%%%02X", byte);
    }
}

/* Of the default alphabet (3GPP 23.038) only what ASCII has at the same meaning; all else goes as UCS-2. */
static bool fits_default_alphabet(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x7F || byte == '`' || (byte < ' ' && byte != '\n' && byte != '\r')) return false;
    }
    return true;
}

struct text kannel_address(const struct kannel *kannel, struct arena *arena, const struct kannel_sms *sms) {
    struct buffer out = buffer_new(arena, 1024);
    int64_t minutes = sms->good_for_us / MINUTE;
    buffer_add_text(&out, text_from(kannel->url));
    add(&out, "username", text_from(kannel->user));
    add(&out, "password", kannel->password);
    if (kannel->sender[0] != '\0') add(&out, "from", text_from(kannel->sender));
    add(&out, "to", sms->phone);
    add(&out, "text", sms->text);
    add(&out, "charset", TEXT("UTF-8"));
    add(&out, "coding", fits_default_alphabet(sms->text) ? TEXT("0") : TEXT("2"));
    add(&out, "validity", text_format(arena, "%lld", (long long)(minutes < 1 ? 1 : minutes)));
    add(&out, "binfo", text_format(arena, "%lld", (long long)sms->id));
    if (sms->report_url.size > 0) {
        add(&out, "dlr-mask", text_format(arena, "%d", REPORTS));
        add(&out, "dlr-url", sms->report_url);
    }
    return buffer_text(&out);
}

/* ---- the call ---- */

/* 202: taken, or queued until the centre is back. A wrong password or route is the operator's to mend: the message
 * waits for it. What is malformed stays so. */
enum kannel_answer kannel_answer_of(long status) {
    if (status == 200 || status == 202) return KANNEL_TAKEN;
    return status == 400 || status == 413 || status == 414 ? KANNEL_REFUSED : KANNEL_AGAIN;
}

static size_t keep(char *data, size_t size, size_t count, void *self) {
    struct buffer *out = self;
    size_t room = BODY_MAX - out->size, much = size * count;
    buffer_add(out, data, much < room ? much : room);
    return much;
}

enum kannel_answer kannel_send(const struct kannel *kannel, struct arena *arena, const struct kannel_sms *sms,
                               struct text *reply) {
    /* All memory before libcurl begins: an arena that unwound out of it would leave it half-done. */
    struct text address = kannel_address(kannel, arena, sms);
    struct buffer out = buffer_new(arena, BODY_MAX + 1);
    CURL *curl = curl_easy_init();
    if (curl == NULL) return KANNEL_AGAIN;
    curl_easy_setopt(curl, CURLOPT_URL, address.data);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    *reply = code == CURLE_OK ? text_trim(buffer_text(&out)) : text_from(curl_easy_strerror(code));
    return code == CURLE_OK ? kannel_answer_of(status) : KANNEL_AGAIN;
}
