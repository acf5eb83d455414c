/* phone.c: numbers as people type them, to E.164, by the Russian numbering plan. Which area codes exist is taken from
 * the published plan as libphonenumber gives it; which country codes, from ITU-T E.164's list of assigned codes. */
#include "base/phone.h"

#include <string.h>

#define NATIONAL_DIGITS 10
#define DIGITS_MAX 15
#define DIGITS_MIN 8 /* of a foreign number, its country code included */

/* "30:12" says: 301 and 302 exist. */
static const char *const russian_areas[] = {
    "30:12",    "34:1345679",   "35:123",   "36:5",        "38:123458",   "39:0145",     "40:1",
    "41:1356",  "42:13467",     "47:12345", "48:1234567",  "49:12345689", "81:12345678", "82:01",
    "83:13456", "84:012345678", "85:1567",  "86:01356789", "87:1345679",
};

/* First digits of the assigned country codes; a code of one or two digits stands for all that begin with it. */
static const char country_codes[] =
    " 1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 "
    "86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 "
    "237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 "
    "266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 "
    "379 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 "
    "596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 "
    "855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998 ";

struct typed {
    char digits[DIGITS_MAX + 1]; /* with a NUL */
    size_t count;
    bool plus;
};

/* Bytes of the blank, hyphen, bracket or dot that the text begins with, or 0. Those of typography, too: numbers are
 * pasted from pages. */
static size_t separator(struct text text) {
    static const char *const separators[] = {
        " ", "-", "(", ")", ".", "\t", "\u00A0", "\u202F", "\u2009", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014",
    };
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        if (text_starts(text, separators[i])) return strlen(separators[i]);
    }
    return 0;
}

static bool read_typed(struct text text, struct typed *typed) {
    memset(typed, 0, sizeof *typed);
    for (size_t at = 0; at < text.size;) {
        struct text rest = text_slice(text, at, text.size);
        char byte = rest.data[0];
        if (byte == '+' && typed->count == 0 && !typed->plus) {
            typed->plus = true;
            at++;
        } else if (byte >= '0' && byte <= '9') {
            if (typed->count == DIGITS_MAX) return false;
            typed->digits[typed->count++] = byte;
            at++;
        } else {
            size_t size = separator(rest);
            if (size == 0) return false;
            at += size;
        }
    }
    return true;
}

/* The kind of ten digits behind +7. */
static enum phone_kind kind_of_national(const char *digits) {
    if (digits[0] == '9') return PHONE_MOBILE;
    if (digits[0] == '7') return PHONE_FOREIGN; /* Kazakhstan shares the country code */
    if (strncmp(digits, "80", 2) == 0) return digits[2] == '0' || digits[2] == '4' ? PHONE_TOLL_FREE : PHONE_INVALID;
    for (size_t i = 0; i < sizeof russian_areas / sizeof *russian_areas; i++) {
        if (strncmp(digits, russian_areas[i], 2) == 0) {
            return strchr(russian_areas[i] + 3, digits[2]) != NULL ? PHONE_FIXED : PHONE_INVALID;
        }
    }
    return PHONE_INVALID;
}

static bool country_exists(const char *digits) {
    for (size_t size = 1; size <= 3; size++) {
        char wanted[6] = " ";
        memcpy(wanted + 1, digits, size);
        wanted[size + 1] = ' ';
        if (strstr(country_codes, wanted) != NULL) return true;
    }
    return false;
}

enum phone_kind phone_parse(struct text text, struct phone *phone) {
    struct typed typed;
    if (!read_typed(text, &typed) || typed.count < DIGITS_MIN) return PHONE_INVALID;
    const char *digits = typed.digits;
    size_t count = typed.count;
    bool trunk = digits[0] == '7' || (digits[0] == '8' && !typed.plus);
    enum phone_kind kind = PHONE_INVALID;
    char prefix = '7';
    if (trunk && count == NATIONAL_DIGITS + 1) {
        kind = kind_of_national(++digits);
    } else if (!typed.plus && count == NATIONAL_DIGITS) {
        kind = kind_of_national(digits);
    } else if (typed.plus && digits[0] != '7' && country_exists(digits)) {
        kind = PHONE_FOREIGN;
        prefix = '\0';
    }
    if (kind == PHONE_INVALID) return kind;
    memset(phone, 0, sizeof *phone);
    size_t at = 0;
    phone->e164[at++] = '+';
    if (prefix != '\0') phone->e164[at++] = prefix;
    memcpy(phone->e164 + at, digits, strlen(digits));
    return kind;
}

struct text phone_text(const struct phone *phone) {
    return text_from(phone->e164);
}

static bool is_russian(struct text e164) { return e164.size == NATIONAL_DIGITS + 2 && text_starts(e164, "+7"); }

struct text phone_masked(struct arena *arena, struct text e164) {
    if (is_russian(e164)) { return text_format(arena, "+7 %.3s ***‑**‑%.2s", e164.data + 2, e164.data + 10); }
    struct text masked = text_copy(arena, e164);
    char *data = (char *)(uintptr_t)masked.data; /* our own copy */
    for (size_t i = 4; i + 2 < masked.size; i++) data[i] = '*';
    return masked;
}

struct text phone_pretty(struct arena *arena, struct text e164) {
    if (!is_russian(e164)) return text_copy(arena, e164);
    const char *digits = e164.data + 2;
    return text_format(arena, "+7 %.3s %.3s-%.2s-%.2s", digits, digits + 3, digits + 6, digits + 8);
}
