/* shops_rules.c: see shops_rules.h. */
#include "shops/shops_rules.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

bool shop_login_good(struct text login) {
    for (size_t i = 0; i < login.size; i++) {
        char byte = login.data[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (!plain && byte != '.' && byte != '-' && byte != '_') return false;
    }
    return login.size >= 3 && login.size <= 32;
}

bool shop_address_good(struct text address, bool plain) {
    size_t scheme = text_starts(address, "https://") ? 8 : plain && text_starts(address, "http://") ? 7 : 0;
    if (scheme == 0 || address.size > 500 || address.size == scheme) return false;
    for (size_t i = 0; i < address.size; i++)
        if (address.data[i] <= ' ' || address.data[i] >= 0x7f || strchr("\"'<>\\^`{|}", address.data[i]) != NULL)
            return false;
    char first = address.data[scheme];
    struct text rest = TEXT_NONE;
    struct text host = text_split(text_slice(address, scheme, address.size), '/', &rest);
    bool named = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || (first >= '0' && first <= '9');
    return (named || first == '[') && text_find(host, '@') < 0; /* no user: it would hide the host from who reads it */
}

moment key_end_at(enum key_end end, moment now) {
    static const int64_t later[] = {[KEY_END_NOW] = 0, [KEY_END_DAY] = DAY, [KEY_END_WEEK] = 7 * DAY};
    check(end >= KEY_END_NOW && end <= KEY_END_WEEK);
    return now + later[end];
}

struct text shop_signature_sha1(struct arena *arena, struct text key, struct text body) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct text whole = text_join(arena, key, body);
    check(EVP_Digest(whole.data, whole.size, digest, &size, EVP_sha1(), NULL) == 1);
    return text_hex(arena, digest, size);
}

struct text shop_signature_sha256(struct arena *arena, struct text key, struct text body) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const unsigned char *bytes = (const unsigned char *)body.data;
    check(HMAC(EVP_sha256(), key.data, (int)key.size, bytes, body.size, mac, &size) != NULL);
    return text_hex(arena, mac, size);
}
