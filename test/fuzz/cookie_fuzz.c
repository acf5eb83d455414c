/* cookie_fuzz.c: Cookie fields. Nothing gets through that could not be sent back in a Set-Cookie, and on a secure
 * connection only names bound to this host count. */
#include "base/check.h"
#include "http/cookie.h"

static struct arena *arena;

static void judge(struct request *request, struct text value) {
    if (value.data == NULL) return;
    struct cookie cookie = {.name = "session", .value = value};
    struct text written = cookie_write(request, &cookie);
    check(text_starts(written, request->secure ? "__Host-session=" : "session="));
    size_t semicolons = 0;
    for (size_t i = 0; i < written.size; i++) {
        check(written.data[i] >= ' ' && written.data[i] < 0x7f);
        semicolons += written.data[i] == ';';
    }
    check(semicolons == (request->secure ? 4 : 3)); /* Path, HttpOnly, SameSite, Secure: none from the value */
}

static void run(void *data) {
    for (int secure = 0; secure < 2; secure++) {
        struct request request = {.arena = arena, .secure = secure != 0};
        cookies_read(&request, *(const struct text *)data);
        judge(&request, request.cookie_session);
        judge(&request, request.cookie_visit);
        judge(&request, request.cookie_language);
        judge(&request, request.cookie_device);
        judge(&request, request.cookie_draft);
        judge(&request, request.cookie_kept);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(1 << 22);
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
