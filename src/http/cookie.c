/* cookie.c: see cookie.h. */
#include "http/cookie.h"

#include "base/check.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t place;
} known[] = {
    {"session", offsetof(struct request, cookie_session)}, {"visit", offsetof(struct request, cookie_visit)},
    {"language", offsetof(struct request, cookie_language)}, {"device", offsetof(struct request, cookie_device)},
    {"draft", offsetof(struct request, cookie_draft)}, {"kept", offsetof(struct request, cookie_kept)},
    {"support", offsetof(struct request, cookie_support)},
    {"staff", offsetof(struct request, cookie_staff)},
    {"provider", offsetof(struct request, cookie_provider)},
    {"shop", offsetof(struct request, cookie_shop)},
    {"recovery", offsetof(struct request, cookie_recovery)},
};
#define KNOWN (sizeof known / sizeof *known)

/* cookie-octet of RFC 6265 §4.1.1 */
static bool is_cookie_value(struct text value) {
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.data[i];
        if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == ',' || byte == ';' || byte == '\\') return false;
    }
    return true;
}

void cookies_read(struct request *request, struct text field) {
    unsigned times[KNOWN] = {0};
    struct text rest = field;
    while (rest.data != NULL) {
        struct text value = TEXT_NONE;
        struct text name = text_split(text_trim(text_split(rest, ';', &rest)), '=', &value);
        if (request->secure) {
            if (!text_starts(name, "__Host-")) continue;
            name = text_slice(name, 7, name.size);
        }
        for (size_t i = 0; i < KNOWN; i++) {
            if (!text_is(name, known[i].name)) continue;
            struct text *place = (struct text *)(void *)((char *)request + known[i].place);
            times[i]++;
            *place = times[i] == 1 && value.size > 0 && is_cookie_value(value) ? text_copy(request->arena, value)
                                                                               : TEXT_NONE;
        }
    }
}

struct text cookie_write(const struct request *request, const struct cookie *cookie) {
    check(is_cookie_value(cookie->value));
    struct buffer out = buffer_new(request->arena, 192);
    buffer_format(&out, "%s%s=", request->secure ? "__Host-" : "", cookie->name);
    buffer_add_text(&out, cookie->value);
    buffer_add_literal(&out, "; Path=/; HttpOnly; SameSite=Lax");
    if (request->secure) buffer_add_literal(&out, "; Secure");
    if (cookie->max_age_s > 0) buffer_format(&out, "; Max-Age=%lld", (long long)cookie->max_age_s);
    if (cookie->max_age_s < 0) buffer_add_literal(&out, "; Max-Age=0");
    buffer_add_char(&out, '\0');
    struct text written = buffer_text(&out);
    return text_slice(written, 0, written.size - 1);
}
