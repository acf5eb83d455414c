/* pattern.c: see pattern.h. PCRE2, with a limit on backtracking: a bad pattern refuses values, it does not stop us. */
#include "payments/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 20000
#define SOURCE_MOST 200

struct pattern {
    struct text source;
    pcre2_code *code;
};

static void free_code(void *data) {
    pcre2_code_free(data);
}

const struct pattern *pattern_make(struct arena *arena, struct text source, struct text *problem) {
    if (source.size == 0 || source.size > SOURCE_MOST) {
        *problem = text_format(arena, "must have 1 to %d bytes", SOURCE_MOST);
        return NULL;
    }
    struct pattern *pattern = arena_new_of(arena, struct pattern);
    pattern->source = text_copy(arena, source);
    int code;
    PCRE2_SIZE at;
    const uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C;
    pattern->code = pcre2_compile((PCRE2_SPTR)pattern->source.data, pattern->source.size, options, &code, &at, NULL);
    if (pattern->code == NULL) {
        PCRE2_UCHAR words[128];
        pcre2_get_error_message(code, words, sizeof words);
        *problem = text_format(arena, "character %zu: %s", at + 1, (const char *)words);
        return NULL;
    }
    arena_on_free(arena, free_code, pattern->code);
    return pattern;
}

struct text pattern_source(const struct pattern *pattern) {
    return pattern->source;
}

bool pattern_matches(const struct pattern *pattern, struct text value) {
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int found = PCRE2_ERROR_NOMEMORY;
    if (match != NULL && context != NULL) {
        pcre2_set_match_limit(context, MATCH_LIMIT);
        const char *data = value.data != NULL ? value.data : "";
        found = pcre2_match(pattern->code, (PCRE2_SPTR)data, value.size, 0, 0, match, context);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
    return found >= 0;
}
