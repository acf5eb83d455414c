/* language.c: which language a person reads. */
#include "http/locale.h"

#include "base/check.h"

#include <string.h>
#include <strings.h>

static const char *const tags[LANGUAGE_COUNT] = {[LANGUAGE_RU] = "ru", [LANGUAGE_EN] = "en"};

const char *language_tag(enum language language) {
    check((unsigned)language < LANGUAGE_COUNT);
    return tags[language];
}

bool language_from(struct text tag, enum language *language) {
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        size_t size = strlen(tags[i]);
        if (tag.size < size || strncasecmp(tag.data, tags[i], size) != 0) continue;
        if (tag.size > size && tag.data[size] != '-' && tag.data[size] != '_') continue;
        *language = (enum language)i;
        return true;
    }
    return false;
}

/* qvalue of RFC 9110 §12.4.2 in thousandths; -1 when malformed. */
static int quality(struct text text) {
    if (text.size == 0 || text.size > 5 || (text.data[0] != '0' && text.data[0] != '1')) return -1;
    int value = (text.data[0] - '0') * 1000, weight = 100;
    if (text.size > 1 && text.data[1] != '.') return -1;
    for (size_t i = 2; i < text.size; i++, weight /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9') return -1;
        value += (text.data[i] - '0') * weight;
    }
    return value > 1000 ? -1 : value;
}

/* The weight that a range's parameters give it: "q=0.8". */
static int weight_of(struct text parameters) {
    struct text rest = parameters;
    while (rest.data != NULL) {
        struct text parameter = text_trim(text_split(rest, ';', &rest));
        if (text_starts(parameter, "q=") || text_starts(parameter, "Q=")) {
            return quality(text_slice(parameter, 2, parameter.size));
        }
    }
    return 1000;
}

enum language language_negotiate(struct text accept_language, enum language fallback) {
    enum language best = fallback;
    int best_weight = 0;
    struct text rest = accept_language;
    for (int ranges = 0; rest.data != NULL && ranges < 32; ranges++) {
        struct text parameters, range = text_split(rest, ',', &rest);
        struct text tag = text_trim(text_split(range, ';', &parameters));
        int weight = weight_of(parameters);
        enum language language = fallback;
        if (!text_is(tag, "*") && !language_from(tag, &language)) continue;
        if (weight > best_weight) {
            best = language;
            best_weight = weight;
        }
    }
    return best;
}
