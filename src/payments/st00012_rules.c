/* st00012_rules.c: see st00012_rules.h. */
#include "payments/st00012_rules.h"

#include "base/identifiers.h"
#include "base/money.h"

#include <stddef.h>

#include <string.h>

#define HEADER 8 /* "ST00012|" */

/* ---- encodings ---- */

/* What the upper halves of both code pages are; 0xFFFD: no character. */
static const uint16_t windows1251[128] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039,
    0x040A, 0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0xFFFD, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0, 0x040E, 0x045E, 0x0408,
    0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB,
    0x0458, 0x0405, 0x0455, 0x0457, 0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417,
    0x0418, 0x0419, 0x041A, 0x041B, 0x041C, 0x041D, 0x041E, 0x041F, 0x0420, 0x0421, 0x0422, 0x0423,
    0x0424, 0x0425, 0x0426, 0x0427, 0x0428, 0x0429, 0x042A, 0x042B, 0x042C, 0x042D, 0x042E, 0x042F,
    0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043A, 0x043B,
    0x043C, 0x043D, 0x043E, 0x043F, 0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447,
    0x0448, 0x0449, 0x044A, 0x044B, 0x044C, 0x044D, 0x044E, 0x044F,
};
static const uint16_t koi8r[128] = {
    0x2500, 0x2502, 0x250C, 0x2510, 0x2514, 0x2518, 0x251C, 0x2524, 0x252C, 0x2534, 0x253C, 0x2580,
    0x2584, 0x2588, 0x258C, 0x2590, 0x2591, 0x2592, 0x2593, 0x2320, 0x25A0, 0x2219, 0x221A, 0x2248,
    0x2264, 0x2265, 0x00A0, 0x2321, 0x00B0, 0x00B2, 0x00B7, 0x00F7, 0x2550, 0x2551, 0x2552, 0x0451,
    0x2553, 0x2554, 0x2555, 0x2556, 0x2557, 0x2558, 0x2559, 0x255A, 0x255B, 0x255C, 0x255D, 0x255E,
    0x255F, 0x2560, 0x2561, 0x0401, 0x2562, 0x2563, 0x2564, 0x2565, 0x2566, 0x2567, 0x2568, 0x2569,
    0x256A, 0x256B, 0x256C, 0x00A9, 0x044E, 0x0430, 0x0431, 0x0446, 0x0434, 0x0435, 0x0444, 0x0433,
    0x0445, 0x0438, 0x0439, 0x043A, 0x043B, 0x043C, 0x043D, 0x043E, 0x043F, 0x044F, 0x0440, 0x0441,
    0x0442, 0x0443, 0x0436, 0x0432, 0x044C, 0x044B, 0x0437, 0x0448, 0x044D, 0x0449, 0x0447, 0x044A,
    0x042E, 0x0410, 0x0411, 0x0426, 0x0414, 0x0415, 0x0424, 0x0413, 0x0425, 0x0418, 0x0419, 0x041A,
    0x041B, 0x041C, 0x041D, 0x041E, 0x041F, 0x042F, 0x0420, 0x0421, 0x0422, 0x0423, 0x0416, 0x0412,
    0x042C, 0x042B, 0x0417, 0x0428, 0x042D, 0x0429, 0x0427, 0x042A,
};

static void add_utf8(struct buffer *out, unsigned code) {
    if (code < 0x80) {
        buffer_add_char(out, (char)code);
    } else if (code < 0x800) {
        buffer_add_char(out, (char)(0xC0 | code >> 6));
        buffer_add_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        buffer_add_char(out, (char)(0xE0 | code >> 12));
        buffer_add_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buffer_add_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

/* Text that was pasted is UTF-8 whatever its header says: who copied it had it decoded. Russian in an old code page is
 * hardly ever well-formed UTF-8. TEXT_NONE: in no encoding that it names. */
static struct text decoded(struct arena *arena, struct text raw, char encoding) {
    if (text_valid_utf8(raw)) return raw;
    if (encoding == '2') return TEXT_NONE;
    const uint16_t *table = encoding == '1' ? windows1251 : koi8r;
    struct buffer out = buffer_new(arena, 3 * raw.size + 1);
    for (size_t i = 0; i < raw.size; i++) {
        unsigned char byte = (unsigned char)raw.data[i];
        add_utf8(&out, byte < 0x80 ? byte : table[byte - 0x80]);
    }
    struct text text = buffer_text(&out);
    return text_valid_utf8(text) ? text : TEXT_NONE;
}

/* ---- values ---- */

static bool all_digits(struct text text, size_t least, size_t most) {
    if (text.size < least || text.size > most) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static bool same_name(struct text name, const char *wanted) {
    if (name.size != strlen(wanted)) return false;
    for (size_t i = 0; i < name.size; i++)
        if ((name.data[i] | 0x20) != (wanted[i] | 0x20)) return false;
    return true;
}

/* Line ends and tabs, which printers of receipts put into long texts, are blanks. */
static struct text one_line(struct arena *arena, struct text value) {
    struct text line = text_copy(arena, text_trim(value));
    char *data = (char *)(uintptr_t)line.data; /* our own copy */
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned char)data[i] < ' ') data[i] = ' ';
    return line;
}

/* "0" stands for what there is none of. */
static struct text unless_zero(struct text value) {
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] != '0') return value;
    return TEXT_NONE;
}

static bool sum_read(struct text value, int64_t *sum) {
    int64_t kopecks;
    if (!all_digits(value, 1, 18) || !text_to_int(value, &kopecks) || kopecks > MONEY_MAX) return false;
    *sum = kopecks;
    return true;
}

/* ---- the whole ---- */

struct known {
    const char *name;
    size_t at, most; /* characters */
    bool needed;
};

#define AT(member) offsetof(struct st00012, member)
static const struct known known[] = {
    {"Name", AT(name), 160, true},      {"PersonalAcc", AT(account), 20, true}, {"BankName", AT(bank), 100, true},
    {"BIC", AT(bik), 9, true},          {"CorrespAcc", AT(corr), 20, true},     {"Sum", AT(sum_digits), 18, false},
    {"Purpose", AT(purpose), 210, false}, {"PayeeINN", AT(inn), 12, false},     {"KPP", AT(kpp), 9, false},
};
#define KNOWN (sizeof known / sizeof *known)

static struct text *place_of(struct st00012 *paper, size_t i) {
    return (struct text *)(void *)((char *)paper + known[i].at);
}

/* Names that mean nothing to us are passed over; one of ours twice is a contradiction. */
static bool take(struct arena *arena, struct text pair, struct st00012 *paper) {
    struct text value, name = text_split(pair, '=', &value);
    if (value.data == NULL) return false;
    for (size_t i = 0; i < KNOWN; i++) {
        if (!same_name(name, known[i].name)) continue;
        if (place_of(paper, i)->data != NULL) return false;
        *place_of(paper, i) = one_line(arena, value);
    }
    return true;
}

static enum st00012_verdict judge(struct st00012 *paper) {
    for (size_t i = 0; i < KNOWN; i++) {
        struct text value = *place_of(paper, i);
        if (known[i].needed && value.size == 0) return ST00012_INCOMPLETE;
        if (text_length_utf8(value) > known[i].most) return ST00012_BROKEN;
    }
    if (!all_digits(paper->account, 20, 20) || !all_digits(paper->bik, 9, 9)) return ST00012_BROKEN;
    paper->corr = unless_zero(paper->corr);
    paper->inn = unless_zero(paper->inn);
    paper->kpp = unless_zero(paper->kpp);
    if (paper->corr.size > 0 && !all_digits(paper->corr, 20, 20)) return ST00012_BROKEN;
    if (paper->inn.size > 0 && !all_digits(paper->inn, 10, 12)) return ST00012_BROKEN;
    if (paper->kpp.size > 0 && !kpp_valid(paper->kpp)) return ST00012_BROKEN;
    if (paper->sum_digits.size > 0 && !sum_read(paper->sum_digits, &paper->sum)) return ST00012_BROKEN;
    return ST00012_GOOD;
}

enum st00012_verdict st00012_read(struct arena *arena, struct text raw, struct st00012 *paper) {
    raw = text_trim(raw);
    *paper = (struct st00012){0};
    if (!text_starts(raw, "ST0001") || raw.size < HEADER || raw.size > ST00012_MOST) return ST00012_OTHER;
    char encoding = raw.data[6], separator = raw.data[7];
    bool letter = (separator | 0x20) >= 'a' && (separator | 0x20) <= 'z';
    if (encoding < '1' || encoding > '3') return ST00012_OTHER;
    if (separator <= ' ' || separator > '~' || separator == '=' || letter) return ST00012_BROKEN;
    struct text rest = decoded(arena, text_slice(raw, HEADER, raw.size), encoding);
    if (rest.data == NULL) return ST00012_BROKEN;
    while (rest.size > 0) {
        struct text after = TEXT_NONE, pair = text_split(rest, separator, &after);
        if (pair.size > 0 && !take(arena, pair, paper)) return ST00012_BROKEN;
        rest = after;
    }
    return judge(paper);
}
