/* session_cache_test.c: sessions in memory: use, end, bounds, and many threads at once (ID-14). */
#include "identity/session_cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct cached_session made(unsigned number, moment used) {
    struct cached_session session = {.customer = 7,
                                     .session = number + 1,
                                     .used = used,
                                     .written = used,
                                     .read = used,
                                     .ends = 100 * DAY,
                                     .idle_us = HOUR};
    memset(session.hash, 0, 32);
    uint64_t spread = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    memcpy(session.hash, &spread, 8);
    return session;
}

static void used_and_idle(void **state) {
    (void)state;
    struct session_cache *cache = session_cache_new(512);
    struct cached_session one = made(1, DAY), found;
    assert_false(session_cache_find(cache, one.hash, DAY, true, &found));
    session_cache_put(cache, &one);
    assert_true(session_cache_find(cache, one.hash, DAY + 50 * MINUTE, true, &found));
    assert_false(found.ended);
    assert_true(session_cache_find(cache, one.hash, DAY + 100 * MINUTE, false, &found)); /* looking is no use */
    assert_int_equal(found.used, DAY + 50 * MINUTE);
    assert_true(session_cache_find(cache, one.hash, DAY + 110 * MINUTE, true, &found)); /* an hour after the last use */
    assert_true(found.ended);
    session_cache_put(cache, &one); /* an old snapshot does not bring it back */
    assert_true(session_cache_find(cache, one.hash, DAY, true, &found));
    assert_true(found.ended);
    session_cache_free(cache);
}

static void ended_stays_ended(void **state) {
    (void)state;
    struct session_cache *cache = session_cache_new(512);
    struct cached_session one = made(1, DAY), found;
    session_cache_end(cache, one.hash, DAY);
    session_cache_put(cache, &one);
    assert_true(session_cache_find(cache, one.hash, DAY, true, &found));
    assert_true(found.ended);
    /* whatever its use, there is an end */
    struct cached_session old = made(2, 100 * DAY);
    session_cache_put(cache, &old);
    assert_true(session_cache_find(cache, old.hash, 100 * DAY, true, &found));
    assert_true(found.ended);
    session_cache_free(cache);
}

static void writes_once(void **state) {
    (void)state;
    struct session_cache *cache = session_cache_new(512);
    struct cached_session found, list[64];
    for (unsigned i = 0; i < 20; i++) {
        struct cached_session session = made(i, DAY);
        session_cache_put(cache, &session);
        if (i < 7) session_cache_find(cache, session.hash, DAY + SECOND, true, &found);
    }
    assert_int_equal(session_cache_unwritten(cache, list, 64), 7);
    assert_int_equal(session_cache_unwritten(cache, list, 64), 0);
    session_cache_free(cache);
}

static void bounded(void **state) {
    (void)state;
    struct session_cache *cache = session_cache_new(512);
    struct cached_session found;
    size_t kept = 0;
    for (unsigned i = 0; i < 5000; i++) {
        struct cached_session session = made(i, DAY + i);
        session_cache_put(cache, &session);
        assert_true(session_cache_find(cache, session.hash, DAY + i, true, &found)); /* the newest is always there */
    }
    for (unsigned i = 0; i < 5000; i++) {
        struct cached_session session = made(i, DAY);
        kept += session_cache_find(cache, session.hash, DAY, false, &found);
    }
    assert_in_range(kept, 256, 512);
    session_cache_free(cache);
}

static void *hammer(void *data) {
    struct session_cache *cache = data;
    struct cached_session found;
    for (unsigned i = 0; i < 20000; i++) {
        struct cached_session session = made(i % 300, DAY);
        if (i % 50 == 0) session_cache_end(cache, session.hash, DAY + i);
        else if (!session_cache_find(cache, session.hash, DAY + i, true, &found)) session_cache_put(cache, &session);
    }
    return NULL;
}

static void many_threads(void **state) {
    (void)state;
    struct session_cache *cache = session_cache_new(512);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, hammer, cache), 0);
    struct cached_session list[64];
    for (int i = 0; i < 100; i++) session_cache_unwritten(cache, list, 64);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    session_cache_free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(used_and_idle), cmocka_unit_test(ended_stays_ended), cmocka_unit_test(writes_once),
        cmocka_unit_test(bounded),       cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
