/* password_rules.c: see password_rules.h. The list is short on purpose: the head of every published one, where
 * guessing under a lock-out begins; longer ones buy little behind five tries. Entries are lower case, sorted by
 * nothing. */
#include "identity/password_rules.h"

#include <string.h>

static const char *const common[] = {
    "password",      "password1",     "password12",       "password123",      "passw0rd",
    "p@ssw0rd",      "p@ssword",      "qwerty",           "qwerty1",          "qwerty12",
    "qwerty123",     "qwerty1234",    "qwerty12345",      "qwertyui",         "qwertyuiop",
    "qwertyuiop123", "1q2w3e4r",      "1q2w3e4r5t",       "1q2w3e4r5t6y",     "q1w2e3r4",
    "q1w2e3r4t5",    "1qaz2wsx",      "1qaz2wsx3edc",     "qazwsx",           "qazwsxedc",
    "zaq12wsx",      "asdfghjk",      "asdfghjkl",        "zxcvbnm",          "zxcvbnm123",
    "asdf1234",      "abc123",        "abcd1234",         "abc12345",         "a1b2c3d4",
    "aa123456",      "a123456789",    "a12345678",        "iloveyou",         "iloveyou1",
    "ilovemydog",    "sunshine",      "princess",         "football",         "baseball",
    "superman",      "batman123",     "dragon123",        "monkey123",        "welcome1",
    "welcome123",    "letmein",       "letmein1",         "letmein123",       "trustno1",
    "admin123",      "administrator", "administrator1",   "changeme",         "changeme123",
    "secret123",     "master123",     "michael1",         "jordan23",         "starwars",
    "pokemon123",    "computer",      "internet",         "whatever",         "samsung1",
    "google123",     "facebook",      "vkontakte",        "test1234",         "testtest",
    "test12345",     "default1",      "guest123",         "12341234",         "123123123",
    "11223344",      "112233445566",  "121212121",        "123321123",        "1234qwer",
    "123qwe123",     "123qweasd",     "qwe123qwe",        "qweasdzxc",        "qwe123456",
    "zxc123456",     "147258369",     "159753456",        "789456123",        "987654321",
    "0987654321",    "147852369",     "741852963",        "159357456",        "marina123",
    "natasha1",      "nastya123",     "sergey123",        "andrey123",        "dmitry123",
    "maksim123",     "maxim123",      "aleksandr",        "alexander",        "vladimir",
    "svetlana",      "ekaterina",     "anastasia",        "kristina",         "spartak1",
    "zenit123",      "lokomotiv",     "moskva123",        "rossiya1",         "lubimaya",
    "lyubov123",     "parol123",      "parol1234",        "parolparol",       "gfhjkm123",
    "gfhjkmgfhjkm",  "ghbdtn123",     "ghbdtnghbdtn",     "yfnfif123",        "rfhfylfi",
    "cjkysirj",      "пароль123",     "парольпароль",     "привет123",        "любовь123",
    "йцукен123",     "йцукенгшщз",    "наташа123",        "correcthorse",     "correcthorsebatterystaple",
    "footballclub",  "liverpool",     "manchester",       "chelsea123",       "arsenal123",
    "jesus1234",     "blessed123",    "charlie1",         "shadow123",        "freedom1",
    "mustang1",      "hunter123",     "killer123",        "pepper123",        "cheese123",
    "cookie123",     "summer2024",    "summer2025",       "summer2026",       "winter2024",
    "winter2025",    "winter2026",    "spring2026",       "autumn2026",       "january2026",
    "qwertz123",     "azerty123",     "1234567890qwerty", "qwerty1234567890", "zaqwsxcde",
};

static bool latin(unsigned char c, char from, char to) {
    return c >= (unsigned char)from && c <= (unsigned char)to;
}

static unsigned composition_faults(struct text password) {
    unsigned faults = PASSWORD_NO_LOWER | PASSWORD_NO_UPPER | PASSWORD_NO_DIGIT | PASSWORD_NO_SIGN;
    for (size_t i = 0; i < password.size; i++) {
        unsigned char c = (unsigned char)password.data[i];
        if (latin(c, 'a', 'z')) {
            faults &= ~(unsigned)PASSWORD_NO_LOWER;
        } else if (latin(c, 'A', 'Z')) {
            faults &= ~(unsigned)PASSWORD_NO_UPPER;
        } else if (latin(c, '0', '9')) {
            faults &= ~(unsigned)PASSWORD_NO_DIGIT;
        } else if (c > ' ' && c < 0x7F) {
            faults &= ~(unsigned)PASSWORD_NO_SIGN;
        }
    }
    return faults;
}

static int step_between(char from, char to) {
    if (from == '9' && to == '0') return 1; /* as the keys stand */
    if (from == '0' && to == '9') return -1;
    return to - from;
}

/* "aaaaaaaa", "1234567890", "abcdefgh", "87654321": each byte follows the one before by the same step of −1, 0 or
 * 1. */
static bool is_run(struct text password) {
    if (password.size < 2) return true;
    int step = step_between(password.data[0], password.data[1]);
    if (step < -1 || step > 1) return false;
    for (size_t i = 2; i < password.size; i++) {
        if (step_between(password.data[i - 1], password.data[i]) != step) return false;
    }
    return true;
}

static bool equal_fold(struct text password, const char *word) {
    size_t size = strlen(word);
    if (password.size != size) return false;
    for (size_t i = 0; i < size; i++) {
        char c = password.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c != word[i]) return false;
    }
    return true;
}

static bool ends_with_number(struct text password, struct text number) {
    if (number.size < 10 || password.size < 10 || password.size > number.size + 1) return false;
    return memcmp(password.data + password.size - 10, number.data + number.size - 10, 10) == 0;
}

static bool is_common(struct text password, struct text number) {
    if (is_run(password) || ends_with_number(password, number)) return true;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (equal_fold(password, common[i])) return true;
    }
    return false;
}

unsigned password_faults(struct text password, enum password_policy policy, int64_t min, struct text number) {
    if (!text_valid_utf8(password)) return PASSWORD_MALFORMED;
    unsigned faults = 0;
    size_t length = text_length_utf8(password);
    if (length < (size_t)min) faults |= PASSWORD_SHORT;
    if (length > PASSWORD_MAX) faults |= PASSWORD_LONG;
    if (policy == PASSWORD_COMPOSED) faults |= composition_faults(password);
    if (policy == PASSWORD_MODERN && is_common(password, number)) faults |= PASSWORD_COMMON;
    return faults;
}
