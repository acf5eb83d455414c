/* webpush_test.c: what a browser can read, who may be called (some of MS 1, OP 6). The whole way, to chromium and to a
 * push service that decrypts with another's library, is test/interface/push.test.mjs and test/browser/push.test.mjs. */
#include "adapters/webcall/webcall.h"
#include "adapters/webpush/internal.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int make(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int drop(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct text bytes(const char *encoded) {
    struct text decoded;
    assert_true(text_unbase64(arena, text_from(encoded), &decoded));
    return decoded;
}

#define BROWSER "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

/* RFC 8291 §5 and appendix A */
static void the_documents_example(void **state) {
    (void)state;
    uint8_t point[WEBPUSH_POINT_SIZE];
    const struct webpush_subscription to = {.point = bytes(BROWSER), .secret = bytes("BTBZMqHH6r4Tts7J_aSIgg")};
    struct text number = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), salt = bytes("DGv6ra1nlYgDCS1FRnbzlw");
    EVP_PKEY *pair = webpush_pair((const uint8_t *)number.data, point);
    assert_non_null(pair);
    assert_true(text_is(text_base64url(arena, point, sizeof point),
                        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"));
    struct text body;
    assert_true(webpush_encrypt(arena, &to, TEXT("When I grow up, I want to be a watermelon"), 0, pair, point,
                                (const uint8_t *)salt.data, &body));
    assert_true(text_is(text_base64url(arena, body.data, body.size),
                        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
                        "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
                        "WGNWQexSgSxsj_Qulcy4a-fN"));
    EVP_PKEY_free(pair);
}

static void keys_that_are_none(void **state) {
    (void)state;
    uint8_t point[WEBPUSH_POINT_SIZE], number[32];
    memset(number, 0, sizeof number);
    assert_null(webpush_pair(number, point));
    memset(number, 0xFF, sizeof number); /* not below the order */
    assert_null(webpush_pair(number, point));
    EVP_PKEY *pair = webpush_pair_from_seed(number, point);
    assert_non_null(pair);
    EVP_PKEY_free(pair);
}

static const struct {
    const char *endpoint, *point, *secret;
    bool good;
} subscriptions[] = {
    {"https://push.example.com/a/b?c", BROWSER, "BTBZMqHH6r4Tts7J_aSIgg", true},
    {"https://push.example.com/a/b?c", BROWSER, "BTBZMqHH6r4Tts7J_aSI", false},
    {"https://push.example.com/a/b?c", BROWSER, "", false},
    /* the last bit is another: not a point of the curve */
    {"https://push.example.com/a/b?c",
     "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8",
     "BTBZMqHH6r4Tts7J_aSIgg", false},
    {"https://push.example.com/a/b?c", "BCVxsr7N", "BTBZMqHH6r4Tts7J_aSIgg", false},
    {"https://elsewhere.example.com/a", BROWSER, "BTBZMqHH6r4Tts7J_aSIgg", false},
};

static const struct webpush_options options = {
    .seed = "a seed of thirty-two bytes, this", .contact = "mailto:help@example.ru",
    .services = "push.example.com .notify.example.net http://127.0.0.1:9999"};

static void subscriptions_are_looked_at(void **state) {
    (void)state;
    struct text problem = TEXT_NONE;
    struct webpush *webpush = webpush_open(arena, &options, &problem);
    assert_non_null(webpush);
    for (size_t i = 0; i < sizeof subscriptions / sizeof *subscriptions; i++) {
        const struct webpush_subscription given = {text_from(subscriptions[i].endpoint), bytes(subscriptions[i].point),
                                                   bytes(subscriptions[i].secret)};
        if (webpush_subscription_valid(webpush, arena, &given) != subscriptions[i].good) fail_msg("row %zu", i);
    }
    webpush_close(webpush);
}

static const struct {
    const char *endpoint, *origin; /* NULL: not called */
} endpoints[] = {
    {"https://push.example.com/x", "https://push.example.com"},
    {"https://PUSH.example.com/x", "https://push.example.com"},
    {"https://push.example.com:443/x", "https://push.example.com"},
    {"https://db5.notify.example.net/x", "https://db5.notify.example.net"},
    {"http://127.0.0.1:9999/x", "http://127.0.0.1:9999"},
    {"https://notify.example.net/x", NULL},          /* below it alone */
    {"https://evilnotify.example.net/x", NULL},
    {"https://push.example.com.evil.ru/x", NULL},
    {"https://push.example.com./x", NULL},
    {"https://push.example.com:8443/x", NULL},
    {"http://push.example.com/x", NULL},
    {"https://push.example.com@evil.ru/x", NULL},
    {"https://me:secret@push.example.com/x", NULL},
    {"https://evil.ru\\@push.example.com/x", NULL},
    {"https://evil.ru#@push.example.com/x", NULL},
    {"https://evil.ru/push.example.com", NULL},
    {"http://127.0.0.1:9998/x", NULL},
    {"https://127.0.0.1:9999/x", NULL},
    {"http://localhost:9999/x", NULL},
    {"https://10.0.0.1/x", NULL},
    {"https://[::1]/x", NULL},
    {"ftp://push.example.com/x", NULL},
    {"file:///etc/passwd", NULL},
    {"https://push.example.com/x\r\nHost: evil", NULL},
    {"push.example.com/x", NULL},
    {"https:///x", NULL},
    {"", NULL},
};

static void who_may_be_called(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        struct text origin = TEXT_NONE;
        bool near, allowed = webpush_endpoint_allowed(arena, text_from(options.services),
                                                      text_from(endpoints[i].endpoint), &origin, &near);
        if (allowed != (endpoints[i].origin != NULL)) fail_msg("%s", endpoints[i].endpoint);
        if (allowed && !text_is(origin, endpoints[i].origin))
            fail_msg("%s: %.*s", endpoints[i].endpoint, TEXT_ARG(origin));
        if (allowed) assert_int_equal(near, text_starts(origin, "http://127"));
    }
}

static const struct {
    const char *entry;
    bool good;
} services[] = {
    {"fcm.googleapis.com", true}, {".notify.windows.com", true}, {"http://127.0.0.1:80", true}, {"com", false},
    {".com", false}, {"Push.example.com", false}, {"https://a.example.com", false}, {"http://127.0.0.1", false},
    {"http://127.0.0.1:99999", false}, {"http://10.0.0.1:80", false}, {"*.example.com", false},
    {"a.example.com.", false},
};

static void lists_are_looked_at(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (webpush_service_valid(text_from(services[i].entry)) != services[i].good) fail_msg("%s", services[i].entry);
    struct text problem = TEXT_NONE;
    struct webpush_options wrong = options;
    wrong.services = "push.example.com com";
    assert_null(webpush_open(arena, &wrong, &problem));
    assert_true(problem.size > 0);
    wrong = options;
    wrong.contact = "help@example.ru";
    assert_null(webpush_open(arena, &wrong, &problem));
}

static const struct {
    const char *address;
    bool open;
} addresses[] = {
    {"8.8.8.8", true}, {"142.250.1.1", true}, {"2a00:1450:4001::1", true}, {"64:ff9b::808:808", true},
    {"0.0.0.0", false}, {"10.1.2.3", false}, {"100.64.0.1", false}, {"127.0.0.1", false}, {"127.8.8.8", false},
    {"169.254.169.254", false}, {"172.16.0.1", false}, {"172.31.255.255", false}, {"172.32.0.1", true},
    {"192.168.1.1", false},
    {"192.0.2.1", false}, {"198.18.0.1", false}, {"224.0.0.1", false}, {"255.255.255.255", false}, {"::", false},
    {"::1", false}, {"::ffff:10.0.0.1", false}, {"::ffff:8.8.8.8", false}, {"64:ff9b::a00:1", false},
    {"fc00::1", false},
    {"fd12::1", false}, {"fe80::1", false}, {"ff02::1", false}, {"2002:a00:1::", false}, {"2001:db8::1", false},
    {"2001::1", false},
};

static void no_way_inside(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct sockaddr_in four = {.sin_family = AF_INET};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        bool is_six = strchr(addresses[i].address, ':') != NULL;
        assert_int_equal(is_six ? inet_pton(AF_INET6, addresses[i].address, &six.sin6_addr)
                                : inet_pton(AF_INET, addresses[i].address, &four.sin_addr), 1);
        const struct sockaddr *address = is_six ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;
        if (webcall_address_public(address) != addresses[i].open) fail_msg("%s", addresses[i].address);
    }
}

static void sizes_tell_little(void **state) {
    (void)state;
    assert_int_equal(webpush_padding(0), 256);
    assert_int_equal(webpush_padding(256), 0);
    assert_int_equal(webpush_padding(257), 255);
    assert_int_equal(webpush_padding(WEBPUSH_TEXT_MAX), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_documents_example, make, drop),
        cmocka_unit_test_setup_teardown(keys_that_are_none, make, drop),
        cmocka_unit_test_setup_teardown(subscriptions_are_looked_at, make, drop),
        cmocka_unit_test_setup_teardown(who_may_be_called, make, drop),
        cmocka_unit_test_setup_teardown(lists_are_looked_at, make, drop),
        cmocka_unit_test_setup_teardown(no_way_inside, make, drop),
        cmocka_unit_test_setup_teardown(sizes_tell_little, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
