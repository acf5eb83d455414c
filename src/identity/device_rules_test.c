/* device_rules_test.c: naming devices, and networks for shared limits (ID-14, ID-15). */
#include "identity/device_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *agent, *name;
} agents[] = {
    {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
     "Chrome · Linux"},
    {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile "
     "Safari/537.36",
     "Chrome · Android"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
     "Mobile/15E148 Safari/604.1",
     "Safari · iPhone"},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox · Windows"},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 "
     "Edg/120.0",
     "Edge · Windows"},
    {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0 YaBrowser/23.11.0 "
     "Safari/537.36",
     "Yandex · Windows"},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
     "Safari/605.1.15",
     "Safari · macOS"},
    {"curl/8.5.0", "curl"},
    {"okhttp/4.12.0", "Android app"},
    {"something else", NULL},
    {"", NULL},
    {NULL, NULL},
};

static void names(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++) {
        struct text name = device_name(arena, text_from(agents[i].agent));
        if (!text_equal(name, text_from(agents[i].name))) fail_msg("%s: %.*s", agents[i].agent, TEXT_ARG(name));
    }
    arena_free(arena);
}

static const struct {
    const char *address, *subscriber, *network;
} addresses[] = {
    {"203.0.113.77", "203.0.113.77/32", "203.0.113.0/24"},
    {"::ffff:203.0.113.77", "203.0.113.77/32", "203.0.113.0/24"},
    {"2001:db8:7:8:9:a:b:c", "2001:db8:7:8::/64", "2001:db8:7::/48"},
    {"::1", "::/64", "::/48"},
    {"not an address", "not an address", "not an address"},
    {"", "", ""},
    {NULL, "", ""},
};

static void networks(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct text address = text_from(addresses[i].address);
        struct text subscriber = subscriber_of(arena, address), network = network_of(arena, address);
        if (!text_is(subscriber, addresses[i].subscriber) || !text_is(network, addresses[i].network))
            fail_msg("%s: %.*s, %.*s", addresses[i].address, TEXT_ARG(subscriber), TEXT_ARG(network));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(networks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
