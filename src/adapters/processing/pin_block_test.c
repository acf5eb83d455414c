/* pin_block_test.c: BK-8: PIN blocks of ISO 9564-1 format 4, opened again by the standard's steps backwards. */
#include "adapters/processing/pin_block.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t key[PIN_BLOCK_SIZE] = {0xc1, 0xd0, 0xf8, 0xfb, 0x49, 0x58, 0x67, 0x0d,
                                            0xba, 0x40, 0xab, 0x1f, 0x37, 0x52, 0xef, 0x0d};

static void decipher(const uint8_t in[PIN_BLOCK_SIZE], uint8_t out[PIN_BLOCK_SIZE]) {
    int size = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_non_null(context);
    assert_int_equal(EVP_DecryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL), 1);
    EVP_CIPHER_CTX_set_padding(context, 0);
    assert_int_equal(EVP_DecryptUpdate(context, out, &size, in, PIN_BLOCK_SIZE), 1);
    EVP_CIPHER_CTX_free(context);
}

static void blocks(void **state) {
    (void)state;
    static const struct {
        const char *number, *pin;
        uint8_t field[8], number_field[PIN_BLOCK_SIZE];
    } rows[] = {
        {"432198765432109870", "1234", {0x44, 0x12, 0x34, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa},
         {0x64, 0x32, 0x19, 0x87, 0x65, 0x43, 0x21, 0x09, 0x87}},
        {"2200991234567890", "123456789012", {0x4c, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xaa},
         {0x42, 0x20, 0x09, 0x91, 0x23, 0x45, 0x67, 0x89, 0x00}},
    };
    struct world *world = world_simulated(7, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t block[PIN_BLOCK_SIZE], again[PIN_BLOCK_SIZE], middle[PIN_BLOCK_SIZE], field[PIN_BLOCK_SIZE];
        assert_true(pin_block(key, world, text_from(rows[i].number), text_from(rows[i].pin), block));
        assert_true(pin_block(key, world, text_from(rows[i].number), text_from(rows[i].pin), again));
        assert_memory_not_equal(block, again, sizeof block);
        decipher(block, middle);
        for (size_t at = 0; at < PIN_BLOCK_SIZE; at++) middle[at] ^= rows[i].number_field[at];
        decipher(middle, field);
        assert_memory_equal(field, rows[i].field, sizeof rows[i].field);
    }
    world_free(world);
}

static void not_blocks(void **state) {
    (void)state;
    static const char *const rows[][2] = {{"2200991234567890", "123"},  {"2200991234567890", "1234567890123"},
                                          {"2200991234567890", "12a4"}, {"22009912345", "1234"},
                                          {"22009912345678901234", "1234"}, {"", ""}};
    struct world *world = world_simulated(7, 1);
    uint8_t block[PIN_BLOCK_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_false(pin_block(key, world, text_from(rows[i][0]), text_from(rows[i][1]), block));
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks), cmocka_unit_test(not_blocks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
