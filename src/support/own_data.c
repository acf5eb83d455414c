/* own_data.c: a customer's conversations with the support: told to him, and destroyed. */
#include "support/internal.h"

STATEMENT(messages, "SELECT m.id, m.case_id, m.author, m.words FROM support_message m "
                    "JOIN support_case c ON c.id = m.case_id WHERE c.customer = $1 AND m.id > $2 "
                    "ORDER BY m.id LIMIT 200");
STATEMENT(files, "SELECT f.id, f.case_id, f.name FROM support_file f JOIN support_case c ON c.id = f.case_id "
                 "WHERE c.customer = $1 ORDER BY f.id LIMIT 500");
STATEMENT(ratings, "SELECT subject, score, made FROM rating WHERE customer = $1");

static void tell_few(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &files, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct text name = TEXT_NONE;
        struct node *node = doc_add_object(piece->list);
        secret_open(engine_keyring(piece->engine), arena, "support.file", row_int(rows, 0), row_text(rows, 2), &name);
        doc_text(node, "kind", TEXT("file"));
        doc_id(node, "case", row_int(rows, 1));
        doc_text(node, "name", name);
        doc_text(node, "href", text_format(arena, "/support/cases/%lld/files/%lld", (long long)row_int(rows, 1),
                                           (long long)row_int(rows, 0)));
    }
    rows = tx_query(piece->tx, &ratings, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("rating"));
        doc_text(node, "subject", row_text(rows, 0));
        doc_int(node, "score", row_int(rows, 1));
        doc_moment(node, "at", row_int(rows, 2));
    }
}

/* after: the newest message told. */
bool support_own_data(struct own_data *piece) {
    static const char *const authors[] = {"", "customer", "support", "system"};
    struct arena *arena = piece->list->arena;
    if (piece->after == 0) tell_few(piece);
    size_t count = 0;
    struct rows *rows = tx_query(piece->tx, &messages, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    while (rows_next(rows)) {
        struct text words = TEXT_NONE;
        int64_t author = row_int(rows, 2);
        piece->after = row_int(rows, 0);
        secret_open(engine_keyring(piece->engine), arena, "support.words", piece->after, row_text(rows, 3), &words);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("message"));
        doc_id(node, "case", row_int(rows, 1));
        doc_text(node, "author", text_from(author >= 1 && author <= 3 ? authors[author] : ""));
        doc_moment(node, "at", id_moment(piece->after));
        doc_text(node, "text", words);
        count++;
    }
    return count == 200;
}

#define OF_HIS_CASES " WHERE case_id IN (SELECT id FROM support_case WHERE customer = $1)"
STATEMENT(erase_file, "DELETE FROM support_file" OF_HIS_CASES);
STATEMENT(erase_message, "DELETE FROM support_message" OF_HIS_CASES);
STATEMENT(erase_callback, "DELETE FROM support_callback" OF_HIS_CASES);
STATEMENT(erase_case, "DELETE FROM support_case WHERE customer = $1");
STATEMENT(erase_rating, "DELETE FROM rating WHERE customer = $1");

const struct erase support_erases[] = {
    {"support_file", &erase_file}, {"support_message", &erase_message}, {"support_callback", &erase_callback},
    {"support_case", &erase_case}, {"rating", &erase_rating},           {.what = NULL},
};
