/* own_data.c: by what a customer's level was raised: told to him, and destroyed. That a passport has one cabinet less
 * is counted when the cabinet closes. */
#include "levels/internal.h"

STATEMENT(evidence, "SELECT id, level, made FROM level_evidence WHERE customer = $1 ORDER BY id");
STATEMENT(answers_last, "SELECT id, answers FROM level_evidence WHERE customer = $1 ORDER BY id DESC LIMIT 1");

bool levels_own_data(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &evidence, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("evidence"));
        doc_text(node, "level", text_from(level_name((enum level)row_int(rows, 1))));
        doc_moment(node, "at", row_int(rows, 2));
    }
    rows = tx_query(piece->tx, &answers_last, VALUES(V_INT(piece->customer)));
    struct text json = TEXT_NONE;
    struct answers kept;
    bool opened = rows_next(rows) &&
                  secret_open(engine_keyring(piece->engine), piece->list->arena, "level.answers", row_int(rows, 0),
                              row_text(rows, 1), &json) &&
                  answers_read(piece->list->arena, json, &kept);
    rows_end(rows);
    if (!opened) return false;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("answers"));
    struct node *answers = doc_object(node, "answers");
    for (int i = 0; i < ANSWER_COUNT; i++)
        if (kept.of[i].data != NULL) doc_text(answers, question_of((enum detail)i)->name, kept.of[i]);
    return false;
}

STATEMENT(erase_photo, "DELETE FROM level_photo WHERE customer = $1");
STATEMENT(erase_review, "DELETE FROM level_review WHERE customer = $1");
STATEMENT(erase_evidence, "DELETE FROM level_evidence WHERE customer = $1");

const struct erase levels_erases[] = {
    {"level_photo", &erase_photo},
    {"level_review", &erase_review},
    {"level_evidence", &erase_evidence},
    {.what = NULL},
};
