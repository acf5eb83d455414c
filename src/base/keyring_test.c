/* keyring_test.c: the key file's faults, how it is made, rotated and read again; generations that seal, look up and are
 * dropped; threads that use a keyring while generations are added. */
#include "base/secret.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW (INT64_C(1764356400) * SECOND) /* 2025-11-28T19:00:00Z */

static struct arena *arena;
static struct world *world;
static char folder[] = "/tmp/keyring_test.XXXXXX", path[64];

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)64 << 20);
    world = world_simulated(1, NOW);
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(path, sizeof path, "%s/key", folder);
    return arena == NULL || world == NULL;
}

static int teardown(void **state) {
    (void)state;
    unlink(path);
    rmdir(folder);
    world_free(world);
    arena_free(arena);
    return 0;
}

static void write_key(const char *content, mode_t mode) {
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, content, strlen(content)), (ssize_t)strlen(content));
    assert_int_equal(fchmod(file, mode), 0);
    close(file);
}

static struct keyring *opened(void) {
    const char *problem = NULL;
    struct keyring *keyring = keyring_open(path, true, world, &problem);
    if (keyring == NULL) fail_msg("%s", problem);
    return keyring;
}

/* ---- the file ---- */

#define HEX "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define HEAD "kabinet keys 1\nroot " HEX "\n"
#define FIRST "generation 1 2025-11-28T18:00:00Z " HEX "\n"
#define SECOND_ONE "generation 2 2025-11-28T18:30:00.250Z " HEX "\n"

static void key_file_must_be_right(void **state) {
    (void)state;
    static const struct {
        const char *content;
        mode_t mode;
        const char *wrong; /* part of what is said; NULL: it opens */
    } rows[] = {
        {HEAD FIRST, 0600, NULL},
        {HEAD FIRST SECOND_ONE, 0600, NULL},
        {HEAD FIRST, 0400, NULL},
        {HEAD "generation 1 2025-11-28T18:00:00Z " HEX, 0600, NULL}, /* no line end */
        {HEAD "generation 7 2025-11-28T21:00:00+03:00 " HEX "\n", 0600, NULL},
        {HEAD "generation 255 2025-11-28T18:00:00Z " HEX "\n", 0600, NULL},
        {HEAD FIRST, 0640, "0600"},
        {HEAD FIRST, 0604, "0600"},
        {"", 0600, "begin with"},
        {HEX, 0600, "64 hex digits alone"},
        {HEX "\n", 0600, "64 hex digits alone"},
        {"kabinet keys 2\nroot " HEX "\n" FIRST, 0600, "begin with"},
        {"kabinet keys 1\n", 0600, "second line"},
        {"kabinet keys 1\nroot " HEX "0\n" FIRST, 0600, "second line"},
        {"kabinet keys 1\nroot g0" HEX "\n" FIRST, 0600, "second line"},
        {"kabinet keys 1\nroot  " HEX "\n" FIRST, 0600, "second line"},
        {HEAD, 0600, "hold a generation"},
        {HEAD "\n" FIRST, 0600, "lines of"},
        {HEAD FIRST "\n", 0600, "lines of"},
        {HEAD FIRST FIRST, 0600, "rising"},
        {HEAD SECOND_ONE FIRST, 0600, "rising"},
        {HEAD "generation 0 2025-11-28T18:00:00Z " HEX "\n", 0600, "lines of"},
        {HEAD "generation 256 2025-11-28T18:00:00Z " HEX "\n", 0600, "lines of"},
        {HEAD "generation -1 2025-11-28T18:00:00Z " HEX "\n", 0600, "lines of"},
        {HEAD "generation 1 2025-11-31T18:00:00Z " HEX "\n", 0600, "lines of"},
        {HEAD "generation 1 soon " HEX "\n", 0600, "lines of"},
        {HEAD "generation 1 2025-11-28T18:00:00Z " HEX "00\n", 0600, "lines of"},
        {HEAD "generation 1 2025-11-28T18:00:00Z\n", 0600, "lines of"},
        {HEAD "key 1 2025-11-28T18:00:00Z " HEX "\n", 0600, "lines of"},
    };
    const char *problem;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_key(rows[i].content, rows[i].mode);
        problem = NULL;
        struct keyring *keyring = keyring_open(path, true, world, &problem);
        if ((keyring != NULL) != (rows[i].wrong == NULL))
            fail_msg("row %zu: %s", i, problem == NULL ? "opened" : problem);
        if (rows[i].wrong != NULL && strstr(problem, rows[i].wrong) == NULL) fail_msg("row %zu: %s", i, problem);
        keyring_free(keyring);
    }
    char many[4096] = HEAD;
    for (int i = 1; i <= KEYRING_GENERATIONS + 1; i++)
        snprintf(many + strlen(many), 120, "generation %d 2025-11-28T18:00:00Z %s\n", i, HEX);
    write_key(many, 0600);
    assert_null(keyring_open(path, true, world, &problem));
    unlink(path);
    assert_null(keyring_open(path, false, world, &problem));
    assert_string_equal(problem, "there is no key file");
    assert_null(keyring_open("/nowhere/key", true, world, &problem));
    assert_null(keyring_open(folder, true, world, &problem));
}

static void a_moment_to_come_is_waited_for(void **state) {
    (void)state;
    write_key(HEAD FIRST "generation 2 2025-11-28T19:00:00Z " HEX "\ngeneration 4 2025-11-28T19:00:01Z " HEX "\n",
              0600);
    struct keyring *keyring = opened();
    struct generation known[KEYRING_GENERATIONS];
    assert_int_equal(keyring_generations(keyring, known), 3);
    assert_int_equal(known[2].number, 4);
    assert_int_equal(known[2].from, NOW + SECOND);
    assert_int_equal(keyring_active(keyring), 2);
    assert_int_equal(keyring_newest(keyring), 4);
    assert_true(keyring_knows(keyring, 4));
    assert_false(keyring_knows(keyring, 3));
    keyring_free(keyring);
}

static void key_file_is_made_once(void **state) {
    (void)state;
    unlink(path);
    struct keyring *made = opened(), *again = opened();
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    uint8_t a[SECRET_HASH_SIZE], b[SECRET_HASH_SIZE];
    secret_hash(made, "session", TEXT("token"), a);
    secret_hash(again, "session", TEXT("token"), b);
    assert_memory_equal(a, b, sizeof a);
    secret_lookup(made, "phone", TEXT("+79161234567"), a);
    secret_lookup(again, "phone", TEXT("+79161234567"), b);
    assert_memory_equal(a, b, sizeof a);
    keyring_free(made);
    keyring_free(again);
}

static void *open_at_once(void *data) {
    const char *problem;
    struct keyring *keyring = keyring_open(path, true, world, &problem);
    if (keyring != NULL) secret_lookup(keyring, "p", TEXT("m"), data);
    keyring_free(keyring);
    return NULL;
}

static void simultaneous_starts_agree(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        pthread_t threads[4];
        uint8_t hashes[4][SECRET_HASH_SIZE];
        memset(hashes, 0, sizeof hashes);
        unlink(path);
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, open_at_once, hashes[i]);
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        for (int i = 1; i < 4; i++) assert_memory_equal(hashes[i], hashes[0], SECRET_HASH_SIZE);
        assert_memory_not_equal(hashes[0], (uint8_t[SECRET_HASH_SIZE]){0}, SECRET_HASH_SIZE);
    }
}

/* ---- a rotation, from the first to the last step ---- */

static void rotated(int wanted) {
    const char *problem = NULL;
    int added = 0;
    if (!keyring_file_rotate(path, world, NOW + MINUTE, &added, &problem)) fail_msg("%s", problem);
    assert_int_equal(added, wanted);
}

static enum keyring_change reread(struct keyring *keyring) {
    const char *problem = NULL;
    return keyring_reread(keyring, &problem);
}

static void a_rotation_goes_from_one_generation_to_the_next(void **state) {
    (void)state;
    const char *problem = NULL;
    struct text clear = TEXT("+79161234567"), open;
    struct lookups hashes;
    uint8_t root_hash[SECRET_HASH_SIZE], hash[SECRET_HASH_SIZE], print[KEYRING_PRINT_SIZE], other[KEYRING_PRINT_SIZE];
    int added;
    unlink(path);
    struct keyring *keyring = opened();
    struct text first = secret_seal(keyring, world, arena, "customer.phone", 7, clear);
    assert_int_equal(first.data[0], 1);
    secret_hash(keyring, "session", clear, root_hash);
    secret_lookups(keyring, "phone", clear, &hashes);
    assert_int_equal(hashes.count, 1);
    assert_int_equal(reread(keyring), KEYRING_SAME);

    rotated(2);
    assert_false(keyring_file_rotate(path, world, NOW, &added, &problem));
    assert_non_null(strstr(problem, "not finished"));
    assert_int_equal(reread(keyring), KEYRING_CHANGED);
    assert_int_equal(reread(keyring), KEYRING_SAME);
    assert_true(keyring_several(keyring));
    assert_int_equal(keyring_active(keyring), 1);
    keyring_print(keyring, 1, print);
    keyring_print(keyring, 2, other);
    assert_memory_not_equal(print, other, sizeof print);

    keyring_activate(keyring, 2);
    struct text second = secret_seal(keyring, world, arena, "customer.phone", 7, clear);
    assert_int_equal(second.data[0], 2);
    assert_true(secret_open(keyring, arena, "customer.phone", 7, first, &open) && text_equal(open, clear));
    assert_true(secret_open(keyring, arena, "customer.phone", 7, second, &open) && text_equal(open, clear));
    secret_lookup(keyring, "phone", clear, hash);
    secret_lookups(keyring, "phone", clear, &hashes);
    assert_int_equal(hashes.count, 2); /* the older first */
    assert_int_equal(hashes.of[0][0], 1);
    assert_memory_equal(hashes.of[1], hash, sizeof hash);
    assert_memory_not_equal(hashes.of[0] + 1, hash + 1, sizeof hash - 1);
    secret_hash(keyring, "session", clear, hash);
    assert_memory_equal(hash, root_hash, sizeof hash); /* the root's stay */

    assert_true(keyring_file_drop(path, &problem));
    assert_int_equal(reread(keyring), KEYRING_CHANGED);
    assert_int_equal(keyring_file_oldest(keyring), 2);
    assert_true(secret_open(keyring, arena, "customer.phone", 7, first, &open)); /* until it is told to forget */
    keyring_forget_dropped(keyring);
    assert_false(keyring_several(keyring));
    assert_int_equal(keyring_strangers(keyring), 0);
    assert_false(secret_open(keyring, arena, "customer.phone", 7, first, &open));
    assert_int_equal(keyring_strangers(keyring), 1);
    assert_false(secret_open_carried(keyring, arena, "customer.phone", 7, first, &open));
    assert_int_equal(keyring_strangers(keyring), 1);
    assert_true(secret_open(keyring, arena, "customer.phone", 7, second, &open));
    secret_lookups(keyring, "phone", clear, &hashes);
    assert_int_equal(hashes.count, 1);
    assert_int_equal(hashes.of[0][0], 2);

    struct keyring *fresh = opened(); /* the file has no way back to the first */
    assert_false(secret_open(fresh, arena, "customer.phone", 7, first, &open));
    assert_true(secret_open(fresh, arena, "customer.phone", 7, second, &open));
    keyring_free(fresh);
    rotated(3);
    assert_int_equal(reread(keyring), KEYRING_CHANGED);
    keyring_free(keyring);
}

/* A generation's number names the key; what another key of the same number sealed is a forgery. */
static void numbers_do_not_open(void **state) {
    (void)state;
    struct text open;
    unlink(path);
    struct keyring *keyring = opened();
    rotated(2);
    reread(keyring);
    struct text sealed = text_copy(arena, secret_seal(keyring, world, arena, "p", 1, TEXT("clear")));
    ((char *)(uintptr_t)sealed.data)[0] = 2;
    assert_false(secret_open(keyring, arena, "p", 1, sealed, &open));
    assert_int_equal(keyring_strangers(keyring), 0);
    ((char *)(uintptr_t)sealed.data)[0] = 3;
    assert_false(secret_open(keyring, arena, "p", 1, sealed, &open));
    assert_int_equal(keyring_strangers(keyring), 1);
    assert_false(secret_open(keyring, arena, "p", 1, TEXT_NONE, &open)); /* destroyed data are no stranger's */
    assert_int_equal(keyring_strangers(keyring), 1);
    keyring_free(keyring);
}

static void a_wrong_file_is_not_taken_over_a_good_one(void **state) {
    (void)state;
    const char *problem = NULL;
    unlink(path);
    struct keyring *keyring = opened();
    write_key("half a file", 0600);
    assert_int_equal(keyring_reread(keyring, &problem), KEYRING_BAD);
    assert_int_equal(keyring_reread(keyring, &problem), KEYRING_SAME); /* told once */
    write_key(HEAD FIRST, 0600);
    problem = NULL;
    assert_int_equal(keyring_reread(keyring, &problem), KEYRING_BAD);
    assert_non_null(strstr(problem, "other keys"));
    unlink(path);
    assert_int_equal(keyring_reread(keyring, &problem), KEYRING_SAME);
    struct generation known[KEYRING_GENERATIONS];
    assert_int_equal(keyring_generations(keyring, known), 1);
    keyring_free(keyring);
}

/* ---- threads ---- */

struct user {
    pthread_t thread;
    const struct keyring *keyring;
    const atomic_bool *stop;
    size_t rounds, wrong;
};

static void *use(void *data) {
    struct user *user = data;
    struct arena *own = arena_new((size_t)1 << 20);
    struct world *real = world_real(0);
    struct lookups before, after;
    secret_lookups(user->keyring, "phone", TEXT("+79161234567"), &before);
    while (!atomic_load(user->stop)) {
        struct text open, sealed = secret_seal(user->keyring, real, own, "p", 1, TEXT("clear"));
        bool good = secret_open(user->keyring, own, "p", 1, sealed, &open) && text_is(open, "clear");
        secret_lookups(user->keyring, "phone", TEXT("+79161234567"), &after);
        good = good && after.count >= before.count && memcmp(after.of, before.of, before.count * sizeof *after.of) == 0;
        for (size_t i = 0; i < after.count; i++) good = good && after.of[i][0] == i + 1;
        user->wrong += !good;
        user->rounds++;
        before = after;
        arena_clear(own);
    }
    world_free(real);
    arena_free(own);
    return NULL;
}

static void generations_are_added_while_others_seal(void **state) {
    (void)state;
    atomic_bool stop = false;
    struct user users[4];
    char content[2048] = HEAD FIRST;
    write_key(content, 0600);
    struct keyring *keyring = opened();
    for (size_t i = 0; i < 4; i++) {
        users[i] = (struct user){.keyring = keyring, .stop = &stop};
        pthread_create(&users[i].thread, NULL, use, &users[i]);
    }
    for (int number = 2; number <= KEYRING_GENERATIONS; number++) {
        snprintf(content + strlen(content), 120, "generation %d 2025-11-28T18:00:00Z %064d\n", number, number);
        write_key(content, 0600);
        const char *problem = NULL;
        assert_int_equal(keyring_reread(keyring, &problem), KEYRING_CHANGED);
        usleep(10000);
        keyring_activate(keyring, number);
        usleep(10000);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(users[i].thread, NULL);
        assert_int_equal(users[i].wrong, 0);
        assert_true(users[i].rounds > 0);
    }
    keyring_free(keyring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_file_must_be_right),
        cmocka_unit_test(a_moment_to_come_is_waited_for),
        cmocka_unit_test(key_file_is_made_once),
        cmocka_unit_test(simultaneous_starts_agree),
        cmocka_unit_test(a_rotation_goes_from_one_generation_to_the_next),
        cmocka_unit_test(numbers_do_not_open),
        cmocka_unit_test(a_wrong_file_is_not_taken_over_a_good_one),
        cmocka_unit_test(generations_are_added_while_others_seal),
    };
    return cmocka_run_group_tests_name("keyring", tests, setup, teardown);
}
