/* agents_rules_test.c: networks, logins, and what a request for a wallet deserves (WA-2), as tables. */
#include "agents/agents_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

#define ELEVEN "1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "

static void networks_are_read_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *list;
        bool good;
    } rows[] = {
        {"", true},
        {" ,\r\n", true},
        {"203.0.113.7", true},
        {"203.0.113.0/24, 2001:db8::/32\n10.0.0.1", true},
        {"0.0.0.0/0", true},
        {"::1", true},
        {"203.0.113", false},
        {"203.0.113.256", false},
        {"203.0.113.0/33", false},
        {"203.0.113.0/", false},
        {"203.0.113.0/-1", false},
        {"203.0.113.0/24/8", false},
        {"2001:db8::/129", false},
        {"2001:db8:::", false},
        {"example.ru", false},
        {"203.0.113.7 x", false},
        {ELEVEN ELEVEN ELEVEN, false}, /* 33 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (agent_networks_good(text_from(rows[i].list)) != rows[i].good) fail_msg("row %zu: %s", i, rows[i].list);
}

static void addresses_are_in_networks_or_not(void **state) {
    (void)state;
    static const struct {
        const char *list, *address;
        bool in;
    } rows[] = {
        {"203.0.113.7", "203.0.113.7", true},
        {"203.0.113.7", "203.0.113.8", false},
        {"203.0.113.0/24", "203.0.113.255", true},
        {"203.0.113.0/24", "203.0.114.0", false},
        {"203.0.113.128/25", "203.0.113.127", false},
        {"203.0.113.128/25", "203.0.113.128", true},
        {"203.0.113.129/31", "203.0.113.128", true}, /* bits beyond the prefix do not count */
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "8.8.8.8", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"10.0.0.1, 203.0.113.7", "::ffff:203.0.113.7", true},
        {"::ffff:203.0.113.7", "203.0.113.7", true},
        {"203.0.113.7", "", false},
        {"203.0.113.7", "unix:", false},
        {"", "203.0.113.7", false}, /* whoever calls this knows what an empty list means */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (agent_networks_have(text_from(rows[i].list), text_from(rows[i].address)) != rows[i].in)
            fail_msg("row %zu: %s in %s", i, rows[i].address, rows[i].list);
}

static void a_login_and_a_password_come_by_basic(void **state) {
    (void)state;
    static const struct {
        const char *header, *login, *password;
    } rows[] = {
        {"Basic S2FzaDpzZWM6cmV0", "kash", "sec:ret"}, /* Kash:sec:ret */
        {"basic a2FzaDo=", "kash", ""},
        {"Basic a2FzaA==", NULL, NULL},  /* no colon */
        {"Basic OnNlY3JldA==", NULL, NULL}, /* no login */
        {"Basic ?", NULL, NULL},
        {"Basic ", NULL, NULL},
        {"Basic", NULL, NULL},
        {"Bearer S2FzaDpzZWM6cmV0", NULL, NULL},
        {"", NULL, NULL},
        {NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text login, password;
        bool good = agent_basic_read(arena, text_from(rows[i].header), &login, &password);
        if (good != (rows[i].login != NULL)) fail_msg("row %zu", i);
        if (good && (!text_is(login, rows[i].login) || !text_is(password, rows[i].password))) fail_msg("row %zu", i);
    }
}

static void the_first_reason_wins(void **state) {
    (void)state;
    static const struct {
        struct agent_look look;
        enum osmp_result result;
        int64_t most;
    } rows[] = {
        /* number found closed taken least most room sum */
        {{true, true, false, true, 100, 1500000, -1, 50000}, OSMP_RESULT_OK, 1500000},
        {{true, true, false, true, 100, 1500000, -1, -1}, OSMP_RESULT_OK, 1500000},
        {{true, true, false, true, 100, 1500000, 50000, 50000}, OSMP_RESULT_OK, 50000},
        {{true, true, false, true, 100, 1500000, 50000, 50001}, OSMP_RESULT_TOO_LARGE, 50000},
        {{true, true, false, true, 100, 1500000, -1, 1500001}, OSMP_RESULT_TOO_LARGE, 1500000},
        {{true, true, false, true, 100, 1500000, -1, 99}, OSMP_RESULT_TOO_SMALL, 1500000},
        {{true, true, false, true, 100, 1500000, -1, 0}, OSMP_RESULT_TOO_SMALL, 1500000},
        {{true, true, false, true, 100, 1500000, 99, 99}, OSMP_RESULT_TOO_SMALL, 0},
        {{true, true, false, true, 100, 1500000, 99, 100}, OSMP_RESULT_TOO_LARGE, 0},
        {{true, true, false, true, 100, 1500000, 99, -1}, OSMP_RESULT_TOO_LARGE, 0}, /* told at the check already */
        {{true, true, false, true, 100, 1500000, 0, -1}, OSMP_RESULT_TOO_LARGE, 0},
        {{true, true, false, false, 100, 1500000, -1, 99}, OSMP_RESULT_REFUSED, 1500000},
        {{true, true, true, false, 100, 1500000, -1, 99}, OSMP_RESULT_INACTIVE, 1500000},
        {{true, false, true, false, 100, 1500000, -1, 99}, OSMP_RESULT_NOT_FOUND, 1500000},
        {{false, false, true, false, 100, 1500000, -1, 99}, OSMP_RESULT_FORMAT, 1500000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum osmp_result result = agent_verdict(&rows[i].look);
        if (result != rows[i].result) fail_msg("row %zu: %d", i, (int)result);
        if (agent_most(&rows[i].look) != rows[i].most) fail_msg("row %zu: most", i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_read_or_refused),
        cmocka_unit_test(addresses_are_in_networks_or_not),
        cmocka_unit_test(a_login_and_a_password_come_by_basic),
        cmocka_unit_test(the_first_reason_wins),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
