/* services.c: which push services may be called. A subscription's address is a stranger's word, so without this anybody
 * could have us call any address, also of the network that we stand in. */
#include "adapters/webpush/internal.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
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

/* ---- addresses ---- */

struct block {
    uint32_t first;
    int bits;
};

/* IANA's special-purpose registry (RFC 6890 and its updates), and what is a group's or nobody's. */
static const struct block closed[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16}, {0xAC100000, 12},
    {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24},
    {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4},
};

static bool public_4(uint32_t address) {
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if ((address ^ closed[i].first) >> (32 - closed[i].bits) == 0) return false;
    return true;
}

static uint32_t number_4(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is given out; of it not the tunnels that hold another address, nor what is for documents. */
static bool public_6(const uint8_t bytes[16]) {
    static const uint8_t translated[12] = {0x00, 0x64, 0xFF, 0x9B};
    if (memcmp(bytes, translated, sizeof translated) == 0) return public_4(number_4(bytes + 12));
    if ((bytes[0] & 0xE0) != 0x20) return false;
    bool tunnel = bytes[0] == 0x20 && (bytes[1] == 0x02 || (bytes[1] == 0x01 && bytes[2] < 0x02));
    bool documents = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8;
    return !tunnel && !documents;
}

bool webpush_address_public(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        return public_4(ntohl(four->sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6) return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    return public_6(six->sin6_addr.s6_addr); /* ::ffff:0:0/96, too, is outside 2000::/3 */
}
