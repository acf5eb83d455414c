/* windows1251.c: see windows1251.h. Of the page's upper half what Russian and its neighbours' texts use. */
#include "operations/windows1251.h"

static const struct {
    unsigned code;
    unsigned char byte;
} others[] = {
    {0x00A0, 0xA0}, {0x00A4, 0xA4}, {0x00A7, 0xA7}, {0x00A9, 0xA9}, {0x00AB, 0xAB}, {0x00AC, 0xAC}, {0x00AE, 0xAE},
    {0x00B0, 0xB0}, {0x00B1, 0xB1}, {0x00B5, 0xB5}, {0x00B6, 0xB6}, {0x00B7, 0xB7}, {0x00BB, 0xBB}, {0x0401, 0xA8},
    {0x0404, 0xAA}, {0x0406, 0xB2}, {0x0407, 0xAF}, {0x040E, 0xA1}, {0x0451, 0xB8}, {0x0454, 0xBA}, {0x0456, 0xB3},
    {0x0457, 0xBF}, {0x045E, 0xA2}, {0x0490, 0xA5}, {0x0491, 0xB4}, {0x2011, '-'},  {0x2013, 0x96}, {0x2014, 0x97},
    {0x2018, 0x91}, {0x2019, 0x92}, {0x201C, 0x93}, {0x201D, 0x94}, {0x201E, 0x84}, {0x2022, 0x95}, {0x2026, 0x85},
    {0x202F, 0xA0}, {0x20AC, 0x88}, {0x2116, 0xB9}, {0x2122, 0x99},
};

static unsigned char byte_of(unsigned code) {
    if (code < 0x20 || code == 0x7F) return ' ';
    if (code < 0x7F) return (unsigned char)code;
    if (code >= 0x0410 && code <= 0x044F) return (unsigned char)(code - 0x0410 + 0xC0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].code == code) return others[i].byte;
    return '?';
}

/* Of the well-formed sequence of that many bytes. */
static unsigned code_of(const unsigned char *data, size_t size) {
    if (size == 1) return data[0];
    unsigned code = data[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) code = code << 6 | (data[i] & 0x3Fu);
    return code;
}

void windows1251_add(struct buffer *out, struct text text) {
    for (size_t at = 0; at < text.size;) {
        size_t step = text_utf8_step(text_slice(text, at, text.size));
        unsigned code = step > 0 ? code_of((const unsigned char *)text.data + at, step) : '?';
        buffer_add_char(out, (char)byte_of(code));
        at += step > 0 ? step : 1;
    }
}
