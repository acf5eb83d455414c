/* help.c: help pages: listed, searched, read, rated. */
#include "support/help.h"

#include "base/search.h"
#include "support/markup_rules.h"

#include <stdlib.h>
#include <string.h>

STATEMENT(versions, "SELECT slug, version, title, words, shown, position, section FROM help_article "
                    "WHERE language = $1 ORDER BY slug, version");
STATEMENT(rate, "INSERT INTO rating (customer, subject, score, made) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (customer, subject) DO UPDATE SET score = $3, made = $4");
STATEMENT(rated, "SELECT score FROM rating WHERE customer = $1 AND subject = $2");

#define RULES_FROM 6 /* seeds before it are questions, those from it on are rules of security */
static const struct {
    const char *slug;
    string_id title, words;
} seeds[] = {
    {"topup", S_support_help_topup, S_support_help_topup_words},
    {"transfer", S_support_help_transfer, S_support_help_transfer_words},
    {"waiting", S_support_help_waiting, S_support_help_waiting_words},
    {"limits", S_support_help_limits, S_support_help_limits_words},
    {"code", S_support_help_code, S_support_help_code_words},
    {"password", S_support_help_password, S_support_help_password_words},
    {"theft", S_support_help_theft, S_support_help_theft_words},
    {"security", S_support_help_security, S_support_help_security_words},
    {"fraud", S_support_help_fraud, S_support_help_fraud_words},
};
#define SEEDS (sizeof seeds / sizeof *seeds)

static struct article *of_slug(struct article *articles, size_t count, struct text slug) {
    for (size_t i = 0; i < count; i++)
        if (text_equal(articles[i].slug, slug)) return &articles[i];
    return NULL;
}

static int by_position(const void *left, const void *right) {
    const struct article *one = left, *other = right;
    if (one->position != other->position) return one->position < other->position ? -1 : 1;
    size_t size = one->slug.size < other->slug.size ? one->slug.size : other->slug.size;
    int order = memcmp(one->slug.data, other->slug.data, size);
    return order != 0 ? order : one->slug.size < other->slug.size ? -1 : 1;
}

size_t help_articles(struct request *request, struct tx *tx, enum language language, bool all,
                     struct article articles[HELP_MAX]) {
    const struct locale locale = {language, request->locale.zone, request->locale.now};
    size_t count = 0;
    for (; count < SEEDS; count++) {
        articles[count] = (struct article){
            .slug = text_from(seeds[count].slug),
            .title = string_get(request->arena, &locale, seeds[count].title, NULL, 0),
            .words = string_get(request->arena, &locale, seeds[count].words, NULL, 0),
            .position = 10 * (int64_t)(count + 1),
            .shown = true,
            .security = count >= RULES_FROM,
        };
    }
    struct rows *rows = tx_query(tx, &versions, VALUES(V_INT(language))); /* later versions come later */
    while (rows_next(rows)) {
        struct article *known = of_slug(articles, count, row_text(rows, 0));
        if (known == NULL && count == HELP_MAX) continue;
        if (known == NULL) known = &articles[count++];
        *known = (struct article){.slug = row_copy(rows, 0, request->arena),
                                  .version = row_int(rows, 1),
                                  .title = row_copy(rows, 2, request->arena),
                                  .words = row_copy(rows, 3, request->arena),
                                  .shown = row_int(rows, 4) != 0,
                                  .position = row_int(rows, 5),
                                  .security = row_int(rows, 6) != 0};
    }
    rows_end(rows);
    qsort(articles, count, sizeof *articles, by_position);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (all || articles[i].shown) articles[kept++] = articles[i];
    return kept;
}

bool help_article(struct request *request, struct tx *tx, enum language language, struct text slug, bool all,
                  struct article *found) {
    struct article *articles = arena_array(request->arena, struct article, HELP_MAX);
    size_t count = help_articles(request, tx, language, all, articles);
    const struct article *known = of_slug(articles, count, slug);
    if (known != NULL) *found = *known;
    return known != NULL;
}

/* ---- list and search ---- */

static void tell(struct node *list, const struct article *article) {
    struct node *node = doc_add_object(list);
    doc_text(node, "slug", article->slug);
    doc_text(node, "title", article->title);
    doc_bool(node, "security", article->security);
}

/* The best first; those that fit alike stay in order. */
static void tell_found(struct request *request, const struct article *articles, size_t count, struct text asked,
                       struct node *list) {
    int *scores = arena_array(request->arena, int, count + 1), best = 0;
    for (size_t i = 0; i < count; i++) {
        scores[i] = search_score(asked, search_fold(request->arena, articles[i].title),
                               search_fold(request->arena, articles[i].words));
        if (scores[i] > best) best = scores[i];
    }
    for (int score = best; score > 0; score--)
        for (size_t i = 0; i < count; i++)
            if (scores[i] == score) tell(list, &articles[i]);
}

static int64_t rating_of(struct request *request, struct tx *tx, struct text subject) {
    struct rows *rows = tx_query(tx, &rated, VALUES(V_INT(request->caller.customer), V_TEXT(subject)));
    int64_t score = rows_next(rows) ? row_int(rows, 0) : -1;
    rows_end(rows);
    return score;
}

enum flow help_list(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "articles");
    struct article *articles = arena_array(request->arena, struct article, HELP_MAX);
    size_t count = help_articles(request, tx, request->locale.language, false, articles);
    struct text asked = search_fold(request->arena, field_text(request, "q"));
    bool guest = request->caller.kind != WHO_CUSTOMER;
    if (asked.size > 0) tell_found(request, articles, count, asked, list);
    for (size_t i = 0; i < count && asked.size == 0; i++) tell(list, &articles[i]);
    if (asked.size > 0) doc_text(document, "q", field_text(request, "q"));
    doc_bool(document, "customer", !guest);
    if (engine_enabled(request->engine, "closing"))
        doc_text(document, "closing", guest ? TEXT("/help/closing") : TEXT("/settings/closing"));
    int64_t score = guest ? -1 : rating_of(request, tx, TEXT(HELP_CABINET));
    struct node *scores = doc_array(document, "scores");
    for (int64_t i = 1; i <= 5 && !guest; i++) {
        struct node *node = doc_add_object(scores);
        doc_int(node, "value", i);
        doc_bool(node, "chosen", i == score);
    }
    if (score > 0) doc_int(document, "rated", score);
    if (guest) request->answer.page = &template_support_help_guest;
    return answer_ok(request, document);
}

/* ---- one ---- */

static void tell_spans(const struct block *block, struct node *node) {
    struct node *spans = doc_array(node, "spans");
    for (size_t i = 0; i < block->count; i++) {
        struct node *span = doc_add_object(spans);
        doc_text(span, "text", block->spans[i].text);
        doc_bool(span, "bold", block->spans[i].bold);
        if (block->spans[i].href.data != NULL) doc_text(span, "href", block->spans[i].href);
    }
}

void help_tell_words(struct arena *arena, struct text words, struct node *blocks) {
    struct block *read = arena_array(arena, struct block, BLOCKS_MAX);
    size_t count = markup_read(arena, words, read);
    struct node *items = NULL; /* of the list that the last block began */
    for (size_t i = 0; i < count; i++) {
        bool item = read[i].kind == BLOCK_ITEM;
        if (!item || items == NULL) {
            struct node *node = doc_add_object(blocks);
            bool heading = read[i].kind == BLOCK_HEADING;
            doc_text(node, "kind", item ? TEXT("list") : heading ? TEXT("heading") : TEXT("text"));
            items = item ? doc_array(node, "items") : NULL;
            if (!item) tell_spans(&read[i], node);
        }
        if (item) tell_spans(&read[i], doc_add_object(items));
    }
}

enum flow help_read(struct request *request, struct tx *tx) {
    struct article article;
    if (!help_article(request, tx, request->locale.language, request->params[0], false, &article))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "slug", article.slug);
    doc_text(document, "title", article.title);
    doc_text(document, "text", article.words);
    help_tell_words(request->arena, article.words, doc_array(document, "blocks"));
    doc_int(document, "version", article.version);
    bool guest = request->caller.kind != WHO_CUSTOMER;
    doc_bool(document, "customer", !guest);
    int64_t score = guest ? -1 : rating_of(request, tx, article.slug);
    if (score >= 0) {
        doc_bool(document, "rated", true);
        doc_bool(document, "helped", score == 1);
    }
    if (guest) request->answer.page = &template_support_article_guest;
    return answer_ok(request, document);
}

/* ---- rating: one of each customer for each subject, which he may change ---- */

static void keep_rating(struct request *request, struct tx *tx, struct text subject, int64_t score) {
    tx_run(tx, &rate,
           VALUES(V_INT(request->caller.customer), V_TEXT(subject), V_INT(score), V_INT(world_now(request->world))));
}

enum flow help_rate(struct request *request, struct tx *tx) {
    struct article article;
    if (!help_article(request, tx, request->locale.language, request->params[0], false, &article))
        return answer_missing(request);
    bool helped = field_number(request, "helped") == 0; /* the first choice is yes */
    keep_rating(request, tx, article.slug, helped ? 1 : 0);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "helped", helped);
    return answer_done(request, document, text_format(request->arena, "/help/%.*s", TEXT_ARG(article.slug)));
}

enum flow help_rate_cabinet(struct request *request, struct tx *tx) {
    keep_rating(request, tx, TEXT(HELP_CABINET), field_number(request, "score"));
    struct node *document = doc_new(request->arena);
    doc_int(document, "score", field_number(request, "score"));
    return answer_done(request, document, TEXT("/help"));
}
