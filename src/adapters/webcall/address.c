/* address.c: which addresses everybody may be sent to. */
#include "adapters/webcall/webcall.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

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

bool webcall_address_public(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        return public_4(ntohl(four->sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6) return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    return public_6(six->sin6_addr.s6_addr); /* ::ffff:0:0/96, too, is outside 2000::/3 */
}
