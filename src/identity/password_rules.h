/* password_rules.h: what a password must be, by the profile's policy (ID-2). Pure. */
#pragma once

#include "base/text.h"

enum password_policy {
    PASSWORD_COMPOSED, /* length, lower and upper Latin letters, a digit, a sign */
    PASSWORD_MODERN,   /* length and a list of passwords that everybody tries first (NIST SP 800-63B-4) */
};

/* What is missing: a set of these. */
enum password_fault {
    PASSWORD_SHORT = 1,
    PASSWORD_NO_LOWER = 2,
    PASSWORD_NO_UPPER = 4,
    PASSWORD_NO_DIGIT = 8,
    PASSWORD_NO_SIGN = 16,
    PASSWORD_COMMON = 32,     /* on the list, one character repeated, a run of digits or letters, the phone number */
    PASSWORD_LONG = 64,       /* above PASSWORD_MAX code points */
    PASSWORD_MALFORMED = 128, /* not UTF-8, or with control characters */
};

#define PASSWORD_MAX 256

/* 0 when it is good. min: code points. number: the person's own (E.164), refused as a password by the modern
 * policy. */
unsigned password_faults(struct text password, enum password_policy policy, int64_t min, struct text number);
