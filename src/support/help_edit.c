/* help_edit.c: help pages as the catalogue's editors write them (SU-5): in both languages at once, looked at before
 * they are published, each version kept. What is published is seen at the next request, on every node. */
#include "backoffice/backoffice.h"
#include "support/help.h"

STATEMENT(newest, "SELECT MAX(version) FROM help_article WHERE slug = $1");
STATEMENT(history, "SELECT version, staff, made FROM help_article WHERE slug = $1 AND language = 0 "
                   "ORDER BY version DESC LIMIT 30");
STATEMENT(version_of, "SELECT title, words, section, position, shown FROM help_article WHERE slug = $1 "
                      "AND language = $2 AND version = $3");
STATEMENT(publish, "INSERT INTO help_article (slug, language, version, title, words, section, position, shown, staff, "
                   "made) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING");

static const struct refusal stale = {"help-changed", 409, S_support_edit_stale, false};

static bool good_slug(struct text slug) {
    for (size_t i = 0; i < slug.size; i++) {
        char c = slug.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i > 0))) return false;
    }
    return slug.size >= 2 && slug.size <= 40 && !text_is(slug, HELP_CABINET);
}

/* ---- the list ---- */

enum flow help_desk(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "articles");
    struct article *articles = arena_array(request->arena, struct article, HELP_MAX);
    size_t count = help_articles(request, tx, request->locale.language, true, articles);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "slug", articles[i].slug);
        doc_text(node, "title", articles[i].title);
        doc_int(node, "version", articles[i].version);
        doc_int(node, "position", articles[i].position);
        doc_bool(node, "shown", articles[i].shown);
        doc_bool(node, "security", articles[i].security);
    }
    return answer_ok(request, document);
}

enum flow help_new(struct request *request, struct tx *tx) {
    (void)tx;
    struct text slug = field_text(request, "slug");
    if (!good_slug(slug)) return refuse_field(request, "slug", S_support_edit_slug);
    struct node *document = doc_new(request->arena);
    doc_text(document, "slug", slug);
    return answer_done(request, document, text_format(request->arena, "/staff/help/%.*s", TEXT_ARG(slug)));
}

/* ---- one ---- */

static int64_t newest_of(struct tx *tx, struct text slug) {
    struct rows *rows = tx_query(tx, &newest, VALUES(V_TEXT(slug)));
    int64_t version = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

/* An earlier version, to be looked at and published anew. */
static bool earlier(struct request *request, struct tx *tx, struct text slug, enum language language, int64_t version,
                    struct article *article) {
    struct rows *rows = tx_query(tx, &version_of, VALUES(V_TEXT(slug), V_INT(language), V_INT(version)));
    bool found = rows_next(rows);
    if (found)
        *article = (struct article){.slug = slug,
                                    .version = version,
                                    .title = row_copy(rows, 0, request->arena),
                                    .words = row_copy(rows, 1, request->arena),
                                    .security = row_int(rows, 2) != 0,
                                    .position = row_int(rows, 3),
                                    .shown = row_int(rows, 4) != 0};
    rows_end(rows);
    return found;
}

static void tell_language(struct request *request, struct tx *tx, struct text slug, enum language language,
                          int64_t version, struct article *article, struct node *document) {
    static const char *const titles[] = {"title_ru", "title_en"}, *const words[] = {"words_ru", "words_en"};
    bool there = version != 0 && earlier(request, tx, slug, language, version, article);
    if (!there) there = help_article(request, tx, language, slug, true, article);
    doc_text(document, titles[language], there ? article->title : TEXT(""));
    doc_text(document, words[language], there ? article->words : TEXT(""));
}

static void tell_history(struct request *request, struct tx *tx, struct text slug, struct node *document) {
    struct node *list = doc_array(document, "history");
    struct rows *rows = tx_query(tx, &history, VALUES(V_TEXT(slug)));
    while (rows_next(rows)) {
        int64_t staff = row_int(rows, 1);
        struct node *node = doc_add_object(list);
        doc_int(node, "version", row_int(rows, 0));
        doc_text(node, "login", staff_login(tx, request->arena, staff));
        doc_moment(node, "made", row_int(rows, 2));
    }
    rows_end(rows);
}

/* The form; with what was typed in it drawn beside, when it is looked at before it is published. */
static enum flow show(struct request *request, struct tx *tx, bool preview) {
    struct text slug = request->params[0];
    if (!good_slug(slug)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct article article = {.slug = slug, .position = 1000, .shown = true};
    int64_t chosen = request->method == METHOD_GET ? field_number(request, "version") : 0;
    int64_t version = newest_of(tx, slug);
    tell_language(request, tx, slug, LANGUAGE_EN, chosen, &article, document);
    tell_language(request, tx, slug, LANGUAGE_RU, chosen, &article, document);
    doc_text(document, "slug", slug);
    doc_int(document, "version", version);
    bool typed = request->method != METHOD_GET;
    doc_bool(document, "security", typed ? field_number(request, "section") == 1 : article.security);
    doc_bool(document, "shown", typed ? field_number(request, "shown") != 0 : article.shown);
    doc_int(document, "position", article.position);
    tell_history(request, tx, slug, document);
    if (preview) {
        struct node *seen = doc_array(document, "preview");
        static const char *const titles[] = {"title_ru", "title_en"}, *const words[] = {"words_ru", "words_en"};
        for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
            struct node *node = doc_add_object(seen);
            doc_text(node, "title", field_text(request, titles[i]));
            help_tell_words(request->arena, field_text(request, words[i]), doc_array(node, "blocks"));
        }
    }
    return answer_ok(request, document);
}

enum flow help_edit(struct request *request, struct tx *tx) {
    return show(request, tx, false);
}

enum flow help_again(struct request *request, struct tx *tx) {
    return show(request, tx, false);
}

static bool publish_one(struct request *request, struct tx *tx, enum language language, int64_t version,
                        struct text title, struct text words) {
    struct value section = V_INT(field_number(request, "section")), position = V_INT(field_number(request, "position")),
                 shown = V_INT(field_number(request, "shown") != 0), now = V_INT(world_now(request->world));
    return tx_run(tx, &publish,
                  VALUES(V_TEXT(request->params[0]), V_INT(language), V_INT(version), V_TEXT(title), V_TEXT(words),
                         section, position, shown, V_INT(request->caller.staff), now)) == 1;
}

/* Both languages together, so that neither is ever older than the other. Who edited an older version than there is now
 * keeps what he typed and is told. */
enum flow help_save(struct request *request, struct tx *tx) {
    struct text slug = request->params[0];
    if (!good_slug(slug)) return answer_missing(request);
    if (field_number(request, "act") == 0) return show(request, tx, true); /* the first choice is to look */
    int64_t version = newest_of(tx, slug);
    if (version != field_number(request, "version")) return refuse(request, &stale);
    struct text ru = field_text(request, "words_ru"), en = field_text(request, "words_en");
    if (!publish_one(request, tx, LANGUAGE_RU, version + 1, field_text(request, "title_ru"), ru) ||
        !publish_one(request, tx, LANGUAGE_EN, version + 1, field_text(request, "title_en"), en))
        return refuse(request, &stale);
    audit_record(request, 0, "support.help.published",
                 text_format(request->arena, "%.*s %lld", TEXT_ARG(slug), (long long)version + 1));
    struct node *document = doc_new(request->arena);
    doc_text(document, "slug", slug);
    doc_int(document, "version", version + 1);
    return answer_done(request, document, TEXT("/staff/help"));
}
