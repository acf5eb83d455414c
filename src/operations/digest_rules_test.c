/* digest_rules_test.c: BK-6: what was written is read again; what is no digest is refused. */
#include "operations/digest_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct digest digest, read_back;

static void fill(size_t count) {
    digest.count = digest.class_count = 0;
    for (size_t i = 0; i < count; i++) {
        digest.entries[i] = (struct digest_entry){
            .id = INT64_MAX - 3 - (int64_t)(i * i * 1000003), .amount = i % 2 ? -(int64_t)i * 100 : INT64_C(1) << 40};
        digest.entries[i].class = digest_class_of(&digest, (int)(i % 3) * 100, i % 2 ? TEXT("food") : TEXT("cafes"));
        digest.payees[i] = i % 5 == 0 ? -(int64_t)i : (int64_t)(i % 7);
        digest.count++;
    }
}

static void same_again(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 2, 255, 256};
    for (size_t at = 0; at < sizeof counts / sizeof *counts; at++) {
        fill(counts[at]);
        assert_true(digest_read(digest_write(arena, &digest), &read_back));
        assert_true(digest_read_payees(digest_write_payees(arena, &digest), &read_back));
        assert_int_equal(read_back.count, counts[at]);
        for (size_t i = 0; i < counts[at]; i++) {
            const struct digest_class *class = &digest.classes[digest.entries[i].class];
            const struct digest_class *again = &read_back.classes[read_back.entries[i].class];
            assert_true(read_back.entries[i].id == digest.entries[i].id);
            assert_true(read_back.entries[i].amount == digest.entries[i].amount);
            assert_true(read_back.payees[i] == digest.payees[i]);
            assert_true(again->kind == class->kind && text_equal(again->category, class->category));
        }
    }
}

/* Whatever it holds is within what stands beside it. */
static void beside(void **state) {
    (void)state;
    fill(256);
    struct digest_extent extent = digest_extent_of(&digest);
    assert_true(extent.low == 100 && extent.high == INT64_C(1) << 40);
    for (int kind = 0; kind < 300; kind += 100) assert_true((extent.kinds & digest_kind_bit(kind)) != 0);
    assert_true((extent.categories & digest_category_bit(TEXT("food"))) != 0);
    assert_true((extent.categories & digest_category_bit(TEXT("travel"))) == 0);
}

static void cut_and_spoilt(void **state) {
    (void)state;
    fill(256);
    struct text whole = digest_write(arena, &digest), spoilt = text_copy(arena, whole);
    assert_true(whole.size < 5000);
    for (size_t size = 0; size < whole.size; size++)
        assert_false(digest_read(text_slice(whole, 0, size), &read_back));
    assert_false(digest_read(text_join(arena, whole, TEXT("x")), &read_back));
    for (size_t i = 0; i < spoilt.size; i++) { /* nothing but a verdict */
        char *byte = (char *)(uintptr_t)&spoilt.data[i], kept = *byte;
        *byte = (char)0xFF;
        digest_read(spoilt, &read_back);
        *byte = kept;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_again), cmocka_unit_test(beside),
                                       cmocka_unit_test(cut_and_spoilt)};
    arena = arena_new((size_t)16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
