/* device_rules.c: see device_rules.h. Order matters: every browser also names those it descends from. */
#include "identity/device_rules.h"

#include <arpa/inet.h>
#include <string.h>

struct mark {
    const char *mark, *name;
};

static const struct mark browsers[] = {
    {"YaBrowser/", "Yandex"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"MiuiBrowser/", "Mi Browser"},
    {"OPR/", "Opera"},
    {"Edg/", "Edge"},
    {"EdgA/", "Edge"},
    {"EdgiOS/", "Edge"},
    {"Vivaldi/", "Vivaldi"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Version/", "Safari"},
    {"curl/", "curl"},
    {"Wget/", "Wget"},
    {"okhttp/", "Android app"},
    {"CFNetwork/", "iOS app"},
    {"python-requests/", "Python"},
    {"wrk/", "wrk"},
    {"node", "Node.js"},
};

static const struct mark systems[] = {
    {"iPhone", "iPhone"},   {"iPad", "iPad"},       {"HarmonyOS", "HarmonyOS"}, {"Android", "Android"},
    {"Windows", "Windows"}, {"Macintosh", "macOS"}, {"CrOS", "ChromeOS"},       {"Linux", "Linux"},
};

static const char *recognise(struct text agent, const struct mark *marks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (agent.data && memmem(agent.data, agent.size, marks[i].mark, strlen(marks[i].mark))) return marks[i].name;
    }
    return NULL;
}

struct text device_name(struct arena *arena, struct text user_agent) {
    const char *browser = recognise(user_agent, browsers, sizeof browsers / sizeof *browsers);
    const char *system = recognise(user_agent, systems, sizeof systems / sizeof *systems);
    if (browser && system) return text_format(arena, "%s · %s", browser, system);
    if (browser) return text_from(browser);
    return system ? text_from(system) : TEXT_NONE;
}

/* The first `bits` of an address, written as itself; TEXT_NONE when it is no address of that family. */
static struct text leading_bits(struct arena *arena, struct text address, int family, size_t bits) {
    unsigned char bytes[sizeof(struct in6_addr)] = {0};
    char written[INET6_ADDRSTRLEN];
    const char *string = text_copy(arena, address).data;
    if (inet_pton(family, string, bytes) != 1) return TEXT_NONE;
    size_t size = family == AF_INET ? 4 : 16;
    for (size_t i = bits / 8; i < size; i++) bytes[i] = 0;
    if (!inet_ntop(family, bytes, written, sizeof written)) return TEXT_NONE;
    return text_format(arena, "%s/%zu", written, bits);
}

static struct text prefix(struct arena *arena, struct text address, size_t bits4, size_t bits6) {
    if (!address.data) return TEXT("");
    if (text_starts(address, "::ffff:")) address = text_slice(address, 7, address.size); /* IPv4 on an IPv6 socket */
    struct text found = leading_bits(arena, address, AF_INET, bits4);
    if (!found.data) found = leading_bits(arena, address, AF_INET6, bits6);
    return found.data ? found : address;
}

struct text network_of(struct arena *arena, struct text address) {
    return prefix(arena, address, 24, 48);
}

struct text subscriber_of(struct arena *arena, struct text address) {
    return prefix(arena, address, 32, 64);
}
