/* ratings.c: what customers think of the cabinet, of the answers of the help pages and of how they were helped, by the
 * weeks in which they said so (SU-5). */
#include "backoffice/backoffice.h"
#include "support/help.h"

#define WEEK (7 * DAY)
#define SHOWN (12 * WEEK)
#define ITS_WEEK(column) "(" column " + 259200000000) / 604800000000"

/* 1970-01-01 was a Thursday: three days later weeks begin on Mondays. */
STATEMENT(cabinet_weeks, "SELECT " ITS_WEEK("made") ", COUNT(*), CAST(SUM(score) AS BIGINT) FROM rating "
                         "WHERE subject = 'cabinet' AND made > $1 GROUP BY " ITS_WEEK("made") " ORDER BY 1 DESC");
STATEMENT(case_weeks, "SELECT " ITS_WEEK("changed") ", COUNT(*), CAST(SUM(score) AS BIGINT) FROM support_case "
                      "WHERE state = 3 AND score > 0 AND changed > $1 GROUP BY " ITS_WEEK("changed")
                      " ORDER BY 1 DESC");
STATEMENT(article_marks, "SELECT subject, COUNT(*), CAST(SUM(score) AS BIGINT) FROM rating WHERE subject <> 'cabinet' "
                         "GROUP BY subject");

/* A mean to one decimal, as people of that language write it. */
static struct text mean(struct request *request, int64_t sum, int64_t count) {
    int64_t tenths = (10 * sum + count / 2) / count;
    return text_format(request->arena, "%lld%s%lld", (long long)(tenths / 10),
                       request->locale.language == LANGUAGE_RU ? "," : ".", (long long)(tenths % 10));
}

static void tell_weeks(struct request *request, struct rows *rows, struct node *list) {
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_date(node, "week", date_from_days(row_int(rows, 0) * 7 - 3));
        doc_int(node, "count", row_int(rows, 1));
        doc_text(node, "mean", mean(request, row_int(rows, 2), row_int(rows, 1)));
    }
    rows_end(rows);
}

enum flow ratings_page(struct request *request, struct tx *tx) {
    struct value since = V_INT(world_now(request->world) - SHOWN);
    struct node *document = doc_new(request->arena);
    tell_weeks(request, tx_query(tx, &cabinet_weeks, VALUES(since)), doc_array(document, "cabinet"));
    tell_weeks(request, tx_query(tx, &case_weeks, VALUES(since)), doc_array(document, "cases"));
    struct article *articles = arena_array(request->arena, struct article, HELP_MAX);
    size_t count = help_articles(request, tx, request->locale.language, true, articles);
    struct node *list = doc_array(document, "articles");
    struct rows *rows = tx_query(tx, &article_marks, NO_VALUES);
    while (rows_next(rows)) {
        for (size_t i = 0; i < count; i++) {
            if (!text_equal(row_text(rows, 0), articles[i].slug)) continue;
            struct node *node = doc_add_object(list);
            doc_text(node, "slug", articles[i].slug);
            doc_text(node, "title", articles[i].title);
            doc_int(node, "yes", row_int(rows, 2));
            doc_int(node, "no", row_int(rows, 1) - row_int(rows, 2));
        }
    }
    rows_end(rows);
    return answer_ok(request, document);
}
