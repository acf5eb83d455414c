/* mokka_rules.h: the words and forms of Mokka's factoring interface, which shops' programs speak: its codes, its dates
 * and sums, how it names a shop in the address and wraps a body. Pure: no store, no HTTP, no clock. Source: the
 * published document (IN-3); what it leaves open is said in README.md.
 *
 * Not here: what an order may do (checkout_rules.h), whose codes those are. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

enum mokka_code {
    MOKKA_OK = 0,
    MOKKA_JSON = 10,
    MOKKA_NUMBER_MISSING = 20,
    MOKKA_NUMBER_WRONG = 21,
    MOKKA_EXISTS = 22,
    MOKKA_EXPIRED = 23,
    MOKKA_NOT_FOUND = 24,
    MOKKA_AMOUNT = 30,
    MOKKA_PREPAYMENT_FORMAT = 31,
    MOKKA_AMOUNT_DIFFERS = 32,
    MOKKA_OUTSIDE_TARIFF = 33,
    MOKKA_TERM = 34,
    MOKKA_PREPAYMENT = 35,
    MOKKA_CALLBACK_MISSING = 40,
    MOKKA_REDIRECT_MISSING = 41,
    MOKKA_STORE_MISSING = 50,
    MOKKA_STORE_UNKNOWN = 51,
    MOKKA_SIGNATURE_MISSING = 60,
    MOKKA_SIGNATURE_WRONG = 61,
    MOKKA_FILE = 62,
    MOKKA_PHONE_DIFFERS = 70,
    MOKKA_NO_LIMIT = 71,
    MOKKA_CANNOT_FINISH = 80,
    MOKKA_CANNOT_CANCEL = 81,
    MOKKA_CANNOT_CHANGE = 82,
    MOKKA_CART_MISSING = 90,
    MOKKA_OTHER = 100,
    MOKKA_TIME_WRONG = 110,
};
/* The short words that go with it. */
const char *mokka_message(int code);

/* "store_id=72&signature=…" of the address; TEXT_NONE: not there, or nothing. */
void mokka_query_read(struct text query, struct text *store, struct text *signature);

/* Roubles with one or two decimals, which must be there: "5000.00". */
bool mokka_sum_read(struct text text, int64_t *minor);
/* "21.07.2018 12:08:01+03:00" */
bool mokka_moment_read(struct text text, moment *at);
/* "01.01.2018" */
struct text mokka_date(struct arena *arena, int64_t day);
/* Ten digits, no country: as E.164. */
bool mokka_phone_read(struct arena *arena, struct text text, struct text *e164);
/* The ten digits again. */
struct text mokka_phone(struct text e164);

/* The JSON of a request: the body, or of multipart/form-data its part `body`. TEXT_NONE: it has none. */
struct text mokka_body(struct text content_type, struct text body);

/* ---- shops that are tried out: no money moves there, and the number says what comes of it ---- */

enum mokka_trial {
    MOKKA_TRIAL_NONE,     /* not a number for trials */
    MOKKA_TRIAL_APPROVED, /* 8881… */
    MOKKA_TRIAL_REFUSED,  /* 88821… */
    MOKKA_TRIAL_LOANS,    /* 88822…: a limit, but no instalments */
};
#define MOKKA_TRIAL_CODE "1111"
enum mokka_trial mokka_trial_of(struct text e164);
