/* pin_block.c: see pin_block.h. */
#include "adapters/processing/pin_block.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define PIN_LEAST 4
#define PIN_MOST 12
#define NUMBER_LEAST 12
#define NUMBER_MOST 19
#define FILL 10 /* behind the PIN's digits, up to the half */

static bool encipher(const uint8_t key[PIN_BLOCK_SIZE], const uint8_t in[PIN_BLOCK_SIZE], uint8_t out[PIN_BLOCK_SIZE]) {
    int size = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL && EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_EncryptUpdate(context, out, &size, in, PIN_BLOCK_SIZE) == 1 && size == PIN_BLOCK_SIZE;
    EVP_CIPHER_CTX_free(context);
    return good;
}

static void put_nibble(uint8_t block[PIN_BLOCK_SIZE], size_t at, unsigned value) {
    block[at / 2] = (uint8_t)(at % 2 == 0 ? value << 4 | (block[at / 2] & 15U) : (block[at / 2] & 0xf0U) | value);
}

static bool digits(struct text text, size_t least, size_t most) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size >= least && text.size <= most;
}

/* "4", how many digits, the digits, fill; then eight random bytes. */
static void put_pin(struct world *world, struct text pin, uint8_t field[PIN_BLOCK_SIZE]) {
    world_random(world, field, PIN_BLOCK_SIZE);
    put_nibble(field, 0, 4);
    put_nibble(field, 1, (unsigned)pin.size);
    for (size_t i = 0; i < PIN_BLOCK_SIZE - 2; i++)
        put_nibble(field, i + 2, i < pin.size ? (unsigned)(pin.data[i] - '0') : FILL);
}

/* By how many digits it is longer than twelve, the digits, noughts. */
static void lay_number(struct text number, uint8_t block[PIN_BLOCK_SIZE]) {
    uint8_t field[PIN_BLOCK_SIZE] = {0};
    put_nibble(field, 0, (unsigned)(number.size - NUMBER_LEAST));
    for (size_t i = 0; i < number.size; i++) put_nibble(field, i + 1, (unsigned)(number.data[i] - '0'));
    for (size_t i = 0; i < PIN_BLOCK_SIZE; i++) block[i] ^= field[i];
}

bool pin_block(const uint8_t key[PIN_BLOCK_SIZE], struct world *world, struct text number, struct text pin,
               uint8_t block[PIN_BLOCK_SIZE]) {
    uint8_t field[PIN_BLOCK_SIZE], middle[PIN_BLOCK_SIZE];
    if (!digits(pin, PIN_LEAST, PIN_MOST) || !digits(number, NUMBER_LEAST, NUMBER_MOST)) return false;
    put_pin(world, pin, field);
    bool good = encipher(key, field, middle);
    OPENSSL_cleanse(field, sizeof field);
    if (!good) return false;
    lay_number(number, middle);
    return encipher(key, middle, block);
}
