/* tags_rules.h: tags as people type them: "#кафе #отпуск", "кафе, отпуск". A tag is a word of letters, digits, _ and -,
 * small letters alone, so that #Кафе and #кафе are one. No store, no HTTP, no clock. */
#pragma once

#include "base/text.h"

#define TAG_LETTERS 30       /* of one */
#define TAGS_OF_OPERATION 10
#define TAGS_MOST 300        /* of one customer */

enum tags_fault { TAGS_GOOD, TAGS_NONE, TAGS_MALFORMED, TAGS_TOO_LONG, TAGS_TOO_MANY };

struct tags {
    size_t count;
    struct text of[TAGS_OF_OPERATION]; /* without #, each once, in the order typed */
};

/* All of a field is tags. */
enum tags_fault tags_typed(struct arena *arena, struct text typed, struct tags *tags);
/* The words of a message that begin with #; what is no tag is left out, as are those beyond the most. */
void tags_in_words(struct arena *arena, struct text words, struct tags *tags);
/* One tag for a look-up: without #, small letters; TEXT_NONE: none such can be. */
struct text tag_of(struct arena *arena, struct text typed);
