/* merchants_rules.c: see merchants_rules.h. */
#include "merchants/merchants_rules.h"

#include "base/check.h"

#include <openssl/hmac.h>
#include <string.h>

const char *bill_state_name(enum bill_state state) {
    static const char *const names[] = {
        [BILL_WAITING] = "WAITING", [BILL_PAID] = "PAID", [BILL_REJECTED] = "REJECTED", [BILL_EXPIRED] = "EXPIRED"};
    check(state >= BILL_WAITING && state <= BILL_EXPIRED);
    return names[state];
}

enum bill_state bill_state_at(enum bill_state kept, moment expires, moment now) {
    return kept == BILL_WAITING && now >= expires ? BILL_EXPIRED : kept;
}

/* ---- values ---- */

bool bill_number_good(struct text number) {
    if (number.size == 0 || !text_valid_utf8(number) || text_length_utf8(number) > BILL_NUMBER_MAX) return false;
    for (size_t i = 0; i < number.size; i++)
        if ((unsigned char)number.data[i] < ' ') return false;
    return true;
}

static bool digits(struct text text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

bool bill_amount_read(struct text text, int64_t *minor) {
    struct text part = TEXT_NONE;
    struct text whole = text_split(text, '.', &part);
    int64_t roubles = 0, kopecks = 0;
    if (whole.size == 0 || whole.size > 12 || !digits(whole) || !text_to_int(whole, &roubles)) return false;
    if (part.data != NULL && (part.size == 0 || part.size > 20 || !digits(part))) return false;
    if (part.size > 0) kopecks = 10 * (part.data[0] - '0');
    if (part.size > 1) kopecks += part.data[1] - '0';
    int64_t sum = roubles * 100 + kopecks;
    if (sum <= 0 || sum > BILL_MOST) return false;
    *minor = sum;
    return true;
}

/* ---- moments ---- */

/* The next `count` digits of the text. */
static bool take(struct text *rest, size_t count, int *value) {
    if (rest->size < count || !digits(text_slice(*rest, 0, count))) return false;
    *value = 0;
    for (size_t i = 0; i < count; i++) *value = *value * 10 + (rest->data[i] - '0');
    *rest = text_slice(*rest, count, rest->size);
    return true;
}

static bool take_byte(struct text *rest, char byte) {
    if (rest->size == 0 || rest->data[0] != byte) return false;
    *rest = text_slice(*rest, 1, rest->size);
    return true;
}

static bool take_clock(struct text *rest, struct civil *civil) {
    int fraction = 0;
    if (!take(rest, 2, &civil->hour)) return false;
    take_byte(rest, ':');
    if (!take(rest, 2, &civil->minute)) return false;
    bool seconds = take_byte(rest, ':');
    if (seconds && !take(rest, 2, &civil->second)) return false;
    if (seconds && take_byte(rest, '.')) {
        size_t count = 0;
        while (take(rest, 1, &fraction)) count++;
        if (count == 0) return false;
    }
    return civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

/* Minutes east of Greenwich; *given false: nothing is said. */
static bool take_offset(struct text rest, int *minutes, bool *given) {
    int hours = 0, beside = 0;
    *given = rest.size > 0;
    *minutes = 0;
    if (!*given) return true;
    if (take_byte(&rest, 'Z')) return rest.size == 0;
    bool west = rest.data[0] == '-';
    if (!west && rest.data[0] != '+') return false;
    rest = text_slice(rest, 1, rest.size);
    if (!take(&rest, 2, &hours)) return false;
    take_byte(&rest, ':');
    if (rest.size > 0 && !take(&rest, 2, &beside)) return false;
    *minutes = (west ? -1 : 1) * (hours * 60 + beside);
    return rest.size == 0 && hours < 24 && beside < 60;
}

bool bill_moment_read(struct text text, const struct zone *zone, moment *at) {
    struct civil civil = {.hour = 0};
    int minutes = 0;
    bool given = false;
    if (text.size < 11 || text.size > 40 || text.data[10] != 'T' || !date_parse(text_slice(text, 0, 10), &civil.date))
        return false;
    struct text rest = text_slice(text, 11, text.size);
    if (!take_clock(&rest, &civil) || !take_offset(rest, &minutes, &given)) return false;
    *at = given ? moment_of(civil, zone_utc()) - minutes * MINUTE : moment_of(civil, zone);
    return true;
}

/* ---- refunds, signatures ---- */

enum refund_verdict refund_verdict(enum bill_state state, int64_t paid, int64_t refunded, int64_t sum) {
    if (state != BILL_PAID) return REFUND_NOT_PAID;
    return sum > paid - refunded ? REFUND_TOO_MUCH : REFUND_GOOD;
}

struct text bill_signature(struct arena *arena, struct text key, struct text currency, struct text value,
                           struct text number, struct text site, struct text status) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct text message = text_format(arena, "%.*s|%.*s|%.*s|%.*s|%.*s", TEXT_ARG(currency), TEXT_ARG(value),
                                      TEXT_ARG(number), TEXT_ARG(site), TEXT_ARG(status));
    const unsigned char *bytes = (const unsigned char *)message.data;
    check(HMAC(EVP_sha256(), key.data, (int)key.size, bytes, message.size, mac, &size) != NULL);
    return text_hex(arena, mac, size);
}

struct text bearer_of(struct text authorization) {
    return text_starts(authorization, "Bearer ") ? text_trim(text_slice(authorization, 7, authorization.size))
                                                 : TEXT_NONE;
}

/* ---- addresses ---- */

/* What follows the scheme; TEXT_NONE when it is neither. */
static struct text after_scheme(struct text address, bool plain) {
    if (text_starts(address, "https://")) return text_slice(address, 8, address.size);
    return plain && text_starts(address, "http://") ? text_slice(address, 7, address.size) : TEXT_NONE;
}

static bool host_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == ':' || byte == '[' || byte == ']';
}

static size_t host_size(struct text rest) {
    size_t size = 0;
    while (size < rest.size && host_byte(rest.data[size])) size++;
    return size;
}

static bool ends_host(struct text rest, size_t size) {
    return size == rest.size || rest.data[size] == '/' || rest.data[size] == '?' || rest.data[size] == '#';
}

bool address_good(struct text address, bool plain) {
    struct text rest = after_scheme(address, plain);
    if (address.size > 500 || rest.size == 0) return false;
    for (size_t i = 0; i < address.size; i++)
        if (address.data[i] <= ' ' || address.data[i] >= 0x7f || strchr("\"'<>\\^`{|}", address.data[i]) != NULL)
            return false;
    size_t host = host_size(rest);
    return host > 0 && ends_host(rest, host);
}

bool origin_good(struct text origin) {
    struct text rest = after_scheme(origin, true);
    return address_good(origin, true) && host_size(rest) == rest.size;
}

bool origin_has(struct text origin, struct text address) {
    return origin.size > 0 && address_good(address, true) && address.size >= origin.size &&
           text_equal(text_slice(address, 0, origin.size), origin) && ends_host(address, origin.size);
}
