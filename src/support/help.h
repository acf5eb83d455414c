/* help.h: questions and answers (SU-5): served from the strings of this folder until staff edit one; then the newest
 * version in the database is shown. */
#pragma once

#include "support/internal.h"

#define HELP_MAX 200

struct article {
    struct text slug, title, words;
    int64_t version; /* 0: as it came with the program */
    int64_t position; /* the smaller the earlier */
    bool shown, security; /* security: one of the rules, not a question */
};

/* All articles in a language, in order; those that are not shown are left out unless `all`. How many. */
size_t help_articles(struct request *request, struct tx *tx, enum language language, bool all,
                     struct article articles[HELP_MAX]);
bool help_article(struct request *request, struct tx *tx, enum language language, struct text slug, bool all,
                  struct article *found);

/* What is rated besides articles; no slug is called so. */
#define HELP_CABINET "cabinet"

/* [{heading | list | neither, spans: [{text, bold, href?}], items: [{spans}]}]: the words as they are drawn. */
void help_tell_words(struct arena *arena, struct text words, struct node *blocks);

/* ---- stages, by route ---- */

stage_function help_list, help_read, help_rate, help_rate_cabinet;
stage_function help_desk, help_new, help_edit, help_again, help_save, ratings_page;
