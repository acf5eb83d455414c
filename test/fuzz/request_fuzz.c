/* request_fuzz.c: whole requests against the site of http_cases.h. Whatever comes gets exactly one well-formed answer
 * with the security fields, and what is accepted was framed in the one way that every reader takes alike. */
#include "base/check.h"
#include "http/http_cases.h"

#include <stdlib.h>
#include <strings.h>

static struct arena *arena;
static struct server_options options;

static bool has(struct text reply, const char *wanted) {
    return memmem(reply.data, reply.size, wanted, strlen(wanted)) != NULL;
}

/* An accepted message's head: no bare CR or LF, no NUL, no folding, one Host. */
static void judge_head(struct text message) {
    const char *end = memmem(message.data, message.size, "\r\n\r\n", 4);
    check(end != NULL);
    size_t size = (size_t)(end - message.data), hosts = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = message.data[i];
        check(byte != '\0' && (byte != '\n' || (i > 0 && message.data[i - 1] == '\r')));
        check(byte != '\r' || message.data[i + 1] == '\n');
        if (byte != '\n') continue;
        check(message.data[i + 1] != ' ' && message.data[i + 1] != '\t');
        hosts += size - i > 6 && strncasecmp(message.data + i + 1, "host:", 5) == 0;
    }
    check(hosts == 1);
    check(strcasestr(text_copy(arena, text_slice(message, 0, size)).data, "\ntransfer-encoding:") == NULL);
}

static void run(void *data) {
    struct text message = *(const struct text *)data;
    struct request *request = request_parse(arena, &options, message);
    check(request_finished(request));
    struct text reply = request_reply(request);
    int status = (int)strtol(reply.data + 9, NULL, 10);
    check(text_starts(reply, "HTTP/1.1 ") && status >= 200 && status <= 505 && status != 500);
    check(has(reply, "\r\nX-Content-Type-Options: nosniff\r\n") && has(reply, "\r\nContent-Security-Policy: "));
    check(has(reply, "\r\nX-Request-Id: "));
    if (status < 400) judge_head(message);
    const char *end = memmem(reply.data, reply.size, "\r\n\r\n", 4);
    check(end != NULL);
    for (const char *byte = reply.data; byte < end; byte++) check(*byte != '\0' && (*byte != '\n' || byte[-1] == '\r'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct route *routes[SITE_ROUTES + 1];
    if (arena == NULL) {
        arena = arena_new(1 << 24);
        options = site_options(world_simulated(1, INT64_C(1700000000) * SECOND), routes);
    }
    struct text input = {(const char *)data, size};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    return 0;
}
