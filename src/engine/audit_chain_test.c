/* audit_chain_test.c: every part of a row is in its hash, and a signed head is good for nothing else (BO-6). */
#include "engine/audit_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t root[32] = {1, 2, 3};
static const uint8_t other_root[32] = {1, 2, 4};
static const struct audit_link good = {.chain = 1,
                                       .number = 2,
                                       .at = 3,
                                       .staff = 4,
                                       .customer = 5,
                                       .status = 200,
                                       .action = {"customer.seen", 13},
                                       .address = {"127.0.0.1", 9},
                                       .request = {"01", 2},
                                       .detail = {"why", 3}};

static void each_part_counts(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)1 << 20);
    struct keyring *keyring = keyring_from_bytes(root), *another = keyring_from_bytes(other_root);
    struct audit_link links[12];
    for (size_t i = 0; i < 12; i++) links[i] = good;
    links[1].chain = 2;
    links[2].number = 3;
    links[3].at = 4;
    links[4].staff = 5;
    links[5].customer = 6;
    links[6].status = 201;
    links[7].action = TEXT("customer.see");
    links[8].address = TEXT("n127.0.0.1"); /* moved over from the action before */
    links[9].request = TEXT("02");
    links[10].detail = TEXT("");
    links[11].detail = TEXT("why ");
    uint8_t before[SECRET_HASH_SIZE] = {0}, hashes[14][SECRET_HASH_SIZE];
    for (size_t i = 0; i < 12; i++) audit_hash(keyring, before, &links[i], arena, hashes[i]);
    audit_hash(another, before, &good, arena, hashes[12]);
    before[31] = 1;
    audit_hash(keyring, before, &good, arena, hashes[13]);
    for (size_t i = 0; i < 14; i++)
        for (size_t k = 0; k < i; k++) assert_memory_not_equal(hashes[i], hashes[k], SECRET_HASH_SIZE);
    uint8_t again[SECRET_HASH_SIZE];
    before[31] = 0;
    audit_hash(keyring, before, &good, arena, again);
    assert_memory_equal(again, hashes[0], SECRET_HASH_SIZE);
    keyring_free(keyring);
    keyring_free(another);
    arena_free(arena);
}

static void heads(void **state) {
    (void)state;
    struct keyring *keyring = keyring_from_bytes(root), *another = keyring_from_bytes(other_root);
    struct audit_head head = {.chain = 1, .number = 17, .hash = {9, 8, 7}};
    audit_head_sign(keyring, &head);
    assert_true(audit_head_good(keyring, &head));
    assert_false(audit_head_good(another, &head));
    struct audit_head wrong[4] = {head, head, head, head};
    wrong[0].chain++;
    wrong[1].number++;
    wrong[2].hash[31] ^= 1;
    wrong[3].signature[0] ^= 1;
    for (size_t i = 0; i < 4; i++) assert_false(audit_head_good(keyring, &wrong[i]));
    keyring_free(keyring);
    keyring_free(another);
}

static void lines(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)1 << 20);
    static const char *const bad[] = {"", "1", "1 2", "1 2 zz 00", "1 2 00 00", "a b c d"};
    struct audit_head head;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(audit_head_parse(arena, text_from(bad[i]), &head));
    char line[256] = "3 41 ";
    memset(line + 5, 'a', 64);
    line[69] = ' ';
    memset(line + 70, 'b', 128);
    assert_true(audit_head_parse(arena, text_from(line), &head));
    assert_int_equal(head.chain, 3);
    assert_int_equal(head.number, 41);
    assert_int_equal(head.hash[0], 0xaa);
    assert_int_equal(head.signature[63], 0xbb);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_part_counts), cmocka_unit_test(heads),
                                       cmocka_unit_test(lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
