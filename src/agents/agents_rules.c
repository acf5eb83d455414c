/* agents_rules.c: see agents_rules.h. */
#include "agents/agents_rules.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- networks ---- */

struct network {
    int family;
    unsigned char bytes[16];
    int64_t bits; /* that count */
};

static bool address_read(struct text text, struct network *network) {
    char written[INET6_ADDRSTRLEN];
    if (text_starts(text, "::ffff:") && text_find(text, '.') >= 0) text = text_slice(text, 7, text.size);
    if (text.size == 0 || text.size >= sizeof written) return false;
    memcpy(written, text.data, text.size);
    written[text.size] = '\0';
    *network = (struct network){.family = text_find(text, ':') >= 0 ? AF_INET6 : AF_INET};
    network->bits = network->family == AF_INET6 ? 128 : 32;
    return inet_pton(network->family, written, network->bytes) == 1;
}

static bool network_read(struct text text, struct network *network) {
    struct text bits = TEXT_NONE;
    int64_t count;
    if (!address_read(text_split(text, '/', &bits), network)) return false;
    if (bits.data == NULL) return true;
    if (bits.size > 3 || !text_to_int(bits, &count) || count < 0 || count > network->bits) return false;
    network->bits = count;
    return true;
}

static bool network_has(const struct network *network, const struct network *address) {
    if (network->family != address->family) return false;
    size_t whole = (size_t)network->bits / 8;
    if (memcmp(network->bytes, address->bytes, whole) != 0) return false;
    unsigned rest = (unsigned)network->bits % 8;
    if (rest == 0) return true;
    unsigned mask = 0xff00u >> rest & 0xffu;
    return (network->bytes[whole] & mask) == (address->bytes[whole] & mask);
}

static bool separates(char byte) {
    return byte == ' ' || byte == ',' || byte == ';' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* The next word of the list; TEXT_NONE at its end. */
static struct text next_word(struct text *list) {
    size_t from = 0;
    while (from < list->size && separates(list->data[from])) from++;
    size_t end = from;
    while (end < list->size && !separates(list->data[end])) end++;
    struct text word = end > from ? text_slice(*list, from, end - from) : TEXT_NONE;
    *list = text_slice(*list, end, list->size);
    return word;
}

bool agent_networks_good(struct text list) {
    struct network network;
    size_t count = 0;
    for (struct text word = next_word(&list); word.size > 0; word = next_word(&list))
        if (++count > AGENT_NETWORKS || !network_read(word, &network)) return false;
    return true;
}

bool agent_networks_have(struct text list, struct text address) {
    struct network network, asked;
    if (!address_read(address, &asked)) return false;
    for (struct text word = next_word(&list); word.size > 0; word = next_word(&list))
        if (network_read(word, &network) && network_has(&network, &asked)) return true;
    return false;
}

/* ---- logins ---- */

bool agent_basic_read(struct arena *arena, struct text authorization, struct text *login, struct text *password) {
    struct text both, rest = TEXT_NONE;
    if (authorization.size < 7 || !text_is(text_lower_ascii(arena, text_slice(authorization, 0, 6)), "basic "))
        return false;
    if (!text_unbase64(arena, text_trim(text_slice(authorization, 6, authorization.size)), &both)) return false;
    struct text name = text_split(both, ':', &rest);
    if (rest.data == NULL || name.size == 0 || !text_valid_utf8(both)) return false;
    *login = text_lower_ascii(arena, name);
    *password = rest;
    return true;
}

bool agent_login_good(struct text login) {
    for (size_t i = 0; i < login.size; i++) {
        char byte = login.data[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (!plain && byte != '.' && byte != '-' && byte != '_') return false;
    }
    return login.size >= 3 && login.size <= 32;
}

/* ---- a request ---- */

int64_t agent_most(const struct agent_look *look) {
    int64_t most = look->room >= 0 && look->room < look->most ? look->room : look->most;
    return most >= look->least ? most : 0;
}

enum osmp_result agent_verdict(const struct agent_look *look) {
    if (!look->number) return OSMP_RESULT_FORMAT;
    if (!look->found) return OSMP_RESULT_NOT_FOUND;
    if (look->closed) return OSMP_RESULT_INACTIVE;
    if (!look->taken) return OSMP_RESULT_REFUSED;
    if (look->sum >= 0 && look->sum < look->least) return OSMP_RESULT_TOO_SMALL;
    if (look->sum > agent_most(look) || agent_most(look) == 0) return OSMP_RESULT_TOO_LARGE;
    return OSMP_RESULT_OK;
}
