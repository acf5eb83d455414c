/* till_rules.c: see till_rules.h. */
#include "till/till_rules.h"

#include <openssl/hmac.h>

bool till_signature_read(struct text authorization, struct till_signature *signature) {
    if (!text_starts(authorization, "Shop ")) return false;
    struct text rest = TEXT_NONE, mac = TEXT_NONE;
    struct text shop = text_split(text_slice(authorization, 5, authorization.size), ' ', &rest);
    struct text stamp = text_split(rest, ':', &mac);
    int64_t id = 0, seconds = 0;
    if (shop.size > 19 || stamp.size > 12 || mac.size != 64 || !text_to_int(shop, &id) ||
        !text_to_int(stamp, &seconds) || id <= 0 || seconds < 0)
        return false;
    *signature = (struct till_signature){id, seconds, mac};
    return true;
}

struct text till_sign(struct arena *arena, struct text key, const char *method, struct text path, int64_t stamp_s,
                      struct text body) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct text message = text_format(arena, "%s %.*s\n%lld\n%.*s", method, TEXT_ARG(path), (long long)stamp_s,
                                      TEXT_ARG(body));
    if (HMAC(EVP_sha256(), key.data, (int)key.size, (const unsigned char *)message.data, message.size, mac, &size) ==
        NULL)
        return TEXT_NONE;
    return text_hex(arena, mac, size);
}

bool till_timely(int64_t stamp_s, moment now) {
    int64_t apart = stamp_s - now / SECOND;
    return apart <= TILL_SKEW / SECOND && apart >= -TILL_SKEW / SECOND;
}
