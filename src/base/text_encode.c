/* text_encode.c: hex and base64 (RFC 4648). */
#include "base/text.h"

struct text text_hex(struct arena *arena, const void *data, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    char *hex = arena_alloc_array(arena, 2, size + 1);
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (struct text){hex, 2 * size};
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

bool text_unhex(struct arena *arena, struct text hex, struct text *bytes) {
    if (hex.size % 2 != 0) return false;
    char *data = arena_alloc(arena, hex.size / 2 + 1);
    for (size_t i = 0; i < hex.size / 2; i++) {
        int high = hex_digit(hex.data[2 * i]), low = hex_digit(hex.data[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        data[i] = (char)(high << 4 | low);
    }
    *bytes = (struct text){data, hex.size / 2};
    return true;
}

struct text text_base64url(struct arena *arena, const void *data, size_t size) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *bytes = data;
    char *encoded = arena_alloc_array(arena, 4, size / 3 + 2);
    size_t out = 0;
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 6; held -= 6) encoded[out++] = alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0) encoded[out++] = alphabet[bits << (6 - held) & 63];
    return (struct text){encoded, out};
}

static int base64_digit(char byte) {
    if (byte >= 'A' && byte <= 'Z') return byte - 'A';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9') return byte - '0' + 52;
    if (byte == '+' || byte == '-') return 62;
    return byte == '/' || byte == '_' ? 63 : -1;
}

bool text_unbase64(struct arena *arena, struct text encoded, struct text *bytes) {
    size_t size = encoded.size, padding = 0;
    while (padding < 2 && size > 0 && encoded.data[size - 1] == '=') {
        size--;
        padding++;
    }
    if (padding > 0 && encoded.size % 4 != 0) return false;
    if (size % 4 == 1) return false;
    char *data = arena_alloc(arena, size / 4 * 3 + 4);
    size_t out = 0;
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < size; i++) {
        int digit = base64_digit(encoded.data[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            data[out++] = (char)(bits >> held & 255);
        }
    }
    if ((bits & ((1U << held) - 1)) != 0) return false; /* one encoding for each text: spare bits are zero */
    *bytes = (struct text){data, out};
    return true;
}
