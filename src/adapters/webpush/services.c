/* services.c: which push services may be called. A subscription's address is a stranger's word, so without this anybody
 * could have us call any address, also of the network that we stand in. */
#include "adapters/webpush/internal.h"

#include <curl/curl.h>
#include <string.h>

#define ENDPOINT_MAX 1024
#define HOST_MAX 253

static bool host_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
}

static bool near_entry(struct text entry) {
    static const char prefix[] = "http://127.0.0.1:";
    int64_t port = 0;
    return text_starts(entry, prefix) && text_to_int(text_slice(entry, sizeof prefix - 1, entry.size), &port) &&
           port > 0 && port <= 65535;
}

bool webpush_service_valid(struct text entry) {
    if (near_entry(entry)) return true;
    if (entry.size == 0 || entry.size > HOST_MAX) return false;
    for (size_t i = 0; i < entry.size; i++)
        if (!host_byte(entry.data[i])) return false;
    struct text name = entry.data[0] == '.' ? text_slice(entry, 1, entry.size) : entry;
    ptrdiff_t dot = text_find(name, '.');
    return dot > 0 && name.data[name.size - 1] != '.'; /* never a whole top-level domain */
}

static bool host_listed(struct text services, struct text host) {
    while (services.size > 0) {
        struct text entry = text_split(services, ' ', &services);
        if (entry.size == 0) continue;
        bool below = entry.data[0] == '.' && host.size > entry.size &&
                     text_equal(text_slice(host, host.size - entry.size, entry.size), entry);
        if (below || text_equal(entry, host)) return true;
    }
    return false;
}

static bool origin_listed(struct text services, struct text origin) {
    while (services.size > 0) {
        struct text entry = text_split(services, ' ', &services);
        if (near_entry(entry) && text_equal(entry, origin)) return true;
    }
    return false;
}

struct parts {
    char *scheme, *host, *port, *user, *password, *fragment;
};

static void parts_free(void *data) {
    struct parts *parts = data;
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->user);
    curl_free(parts->password);
    curl_free(parts->fragment);
}

static bool parts_read(const char *address, struct parts *parts) {
    *parts = (struct parts){0};
    CURLU *url = curl_url();
    bool good = url != NULL && curl_url_set(url, CURLUPART_URL, address, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &parts->host, 0) == CURLUE_OK;
    if (good) {
        curl_url_get(url, CURLUPART_PORT, &parts->port, 0);
        curl_url_get(url, CURLUPART_USER, &parts->user, 0);
        curl_url_get(url, CURLUPART_PASSWORD, &parts->password, 0);
        curl_url_get(url, CURLUPART_FRAGMENT, &parts->fragment, 0);
    }
    curl_url_cleanup(url);
    return good && parts->user == NULL && parts->password == NULL && parts->fragment == NULL;
}

/* Printable ASCII without what would end a word in a header or in JSON. */
static bool plain(struct text endpoint) {
    if (endpoint.size == 0 || endpoint.size > ENDPOINT_MAX) return false;
    for (size_t i = 0; i < endpoint.size; i++) {
        unsigned char byte = (unsigned char)endpoint.data[i];
        if (byte <= ' ' || byte >= 0x7F || byte == '"' || byte == '\\' || byte == '<' || byte == '>') return false;
    }
    return true;
}

bool webpush_endpoint_allowed(struct arena *arena, struct text services, struct text endpoint, struct text *origin,
                              bool *near) {
    *near = false;
    if (!plain(endpoint)) return false;
    struct parts *parts = arena_new_of(arena, struct parts);
    arena_on_free(arena, parts_free, parts);
    if (!parts_read(text_copy(arena, endpoint).data, parts)) return false;
    if (strcmp(parts->scheme, "http") == 0) {
        *origin = text_format(arena, "http://%s:%s", parts->host, parts->port != NULL ? parts->port : "80");
        return *near = origin_listed(services, *origin);
    }
    struct text host = text_lower_ascii(arena, text_from(parts->host));
    *origin = text_format(arena, "https://%.*s", TEXT_ARG(host));
    return strcmp(parts->scheme, "https") == 0 && (parts->port == NULL || strcmp(parts->port, "443") == 0) &&
           host_listed(services, host);
}
