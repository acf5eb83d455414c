/* identifiers.h: numbers that carry their own check: tax, registration and insurance numbers, bank requisites,
 * passports, cards, fast-payment links. Pure: they tell whether a number is well-formed, never whether it exists. */
#pragma once

#include "base/text.h"

/* ---- people and organisations ---- */

bool inn_valid(struct text text);   /* 10 digits of an organisation, or 12 of a person */
bool ogrn_valid(struct text text);  /* 13 digits of an organisation, or 15 of an entrepreneur (OGRNIP) */
bool kpp_valid(struct text text);   /* \d{4}[0-9A-Z]{2}\d{3} */
bool snils_valid(struct text text); /* 11 digits, or 123-456-789 01; up to 001-001-998 without its check */

struct passport {
    char series[5], number[7]; /* digits and a NUL */
};

/* Ten digits, blanks (also no-break ones), № and hyphens among them ignored. False leaves *passport. */
bool passport_parse(struct text text, struct passport *passport);
bool passport_office_valid(struct text text); /* 770-001 */

/* ---- banks ---- */

bool bik_valid(struct text text);
/* The key digit of a 20-digit account in the bank with that BIK; accounts of the treasury (BIK 01…) have no key. */
bool account_key_valid(struct text account, struct text bik);
/* The same of a correspondent account, which the Bank of Russia keeps. */
bool correspondent_key_valid(struct text account, struct text bik);

/* ---- cards ---- */

enum card_scheme { CARD_UNKNOWN, CARD_MIR, CARD_MASTERCARD, CARD_VISA };

/* By the first digits of a number, as many as there are. */
enum card_scheme card_scheme_of(struct text digits);
const char *card_scheme_name(enum card_scheme scheme); /* "mir"; "" for CARD_UNKNOWN */
bool luhn_valid(struct text digits);                   /* ISO/IEC 7812-1, annex B */
bool card_number_valid(struct text digits);            /* 13 to 19 digits and Luhn */
/* "411111******1111": first six and last four, the most that PCI DSS 3.4.1 lets be shown; of less than 13 digits
 * none. */
struct text card_mask(struct arena *arena, struct text digits);

/* ---- fast payments ---- */

/* CRC-16/CCITT-FALSE: polynomial 0x1021, first 0xFFFF, nothing reflected. */
uint16_t crc16_ccitt_false(struct text text);

enum fast_link { FAST_LINK_MALFORMED, FAST_LINK_WRONG_CRC, FAST_LINK_RIGHT };

/* https://qr.nspk.ru/<32>?type=01|02&bank=<12 digits>[&sum=<kopecks>&cur=RUB]&crc=XXXX. *crc is what it should be,
 * untouched when malformed. */
enum fast_link fast_link_check(struct text link, uint16_t *crc);
