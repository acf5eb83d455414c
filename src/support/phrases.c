/* phrases.c: ready answers, by language: kept by the catalogue's editors, put into an answer by agents, who may change
 * them before they send them. */
#include "support/desk.h"

STATEMENT(phrase_rows, "SELECT id, language, title, words FROM support_phrase ORDER BY language, title LIMIT 200");
STATEMENT(phrase_one, "SELECT words FROM support_phrase WHERE id = $1");
STATEMENT(phrase_count, "SELECT COUNT(*) FROM support_phrase");
STATEMENT(phrase_add, "INSERT INTO support_phrase (id, language, title, words, staff, made) "
                      "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(phrase_change, "UPDATE support_phrase SET language = $2, title = $3, words = $4, staff = $5, made = $6 "
                         "WHERE id = $1");
STATEMENT(phrase_drop, "DELETE FROM support_phrase WHERE id = $1");

#define PHRASES_MAX 200

static const struct refusal full = {"phrases-full", 422, S_support_phrases_full, false};

static void tell(const struct rows *rows, struct node *list) {
    struct node *node = doc_add_object(list);
    doc_id(node, "id", row_int(rows, 0));
    doc_text(node, "language", text_from(language_tag((enum language)row_int(rows, 1))));
    doc_text(node, "title", row_text(rows, 2));
    doc_text(node, "text", row_text(rows, 3));
}

void phrases_tell(struct tx *tx, enum language language, struct node *list) {
    struct rows *rows = tx_query(tx, &phrase_rows, NO_VALUES);
    while (rows_next(rows))
        if (row_int(rows, 1) == language) tell(rows, list);
    rows_end(rows);
}

struct text phrase_words(struct request *request, struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &phrase_one, VALUES(V_INT(id)));
    struct text words = rows_next(rows) ? row_copy(rows, 0, request->arena) : TEXT_NONE;
    rows_end(rows);
    return words;
}

enum flow phrases_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "phrases");
    doc_bool(document, "edits", (request->caller.roles & ROLE_CATALOGUE) != 0);
    struct rows *rows = tx_query(tx, &phrase_rows, NO_VALUES);
    while (rows_next(rows)) tell(rows, list);
    rows_end(rows);
    return answer_ok(request, document);
}

static enum flow changed(struct request *request, int64_t id, const char *what, struct text title) {
    audit_record(request, 0, what, text_format(request->arena, "%lld %.*s", (long long)id, TEXT_ARG(title)));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/staff/phrases"));
}

/* A new one, or another wording of the one that the path names. */
enum flow phrase_save(struct request *request, struct tx *tx) {
    struct text title = field_text(request, "title"), words = field_text(request, "text");
    int64_t language = field_number(request, "language"), id = 0;
    struct value staff = V_INT(request->caller.staff), now = V_INT(world_now(request->world));
    if (request->params[0].size > 0) {
        if (!request_param_id(request, 0, &id) ||
            tx_run(tx, &phrase_change,
                   VALUES(V_INT(id), V_INT(language), V_TEXT(title), V_TEXT(words), staff, now)) != 1)
            return answer_missing(request);
        return changed(request, id, "support.phrase.changed", title);
    }
    struct rows *rows = tx_query(tx, &phrase_count, NO_VALUES);
    bool room = !rows_next(rows) || row_int(rows, 0) < PHRASES_MAX;
    rows_end(rows);
    if (!room) return refuse(request, &full);
    id = world_id(request->world);
    tx_run(tx, &phrase_add, VALUES(V_INT(id), V_INT(language), V_TEXT(title), V_TEXT(words), staff, now));
    return changed(request, id, "support.phrase.added", title);
}

enum flow phrase_remove(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || tx_run(tx, &phrase_drop, VALUES(V_INT(id))) != 1)
        return answer_missing(request);
    return changed(request, id, "support.phrase.removed", TEXT(""));
}
