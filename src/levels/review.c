/* review.c: a review of documents in the database, and its photos: one at a time for a customer, so that two devices
 * fill in the same one. */
#include "levels/internal.h"

#include "onboarding/photo.h"

#define COLUMNS "customer, id, state, reason, made, expires"

STATEMENT(by_customer, "SELECT " COLUMNS " FROM level_review WHERE customer = $1 AND expires > $2");
STATEMENT(by_id, "SELECT " COLUMNS " FROM level_review WHERE id = $1");
STATEMENT(begin, "INSERT INTO level_review (customer, id, state, reason, made, expires) VALUES ($1, $2, 1, 0, $3, $4) "
                 "ON CONFLICT (customer) DO UPDATE SET id = $2, state = 1, reason = 0, made = $3, expires = $4 "
                 "WHERE level_review.state > 2 OR level_review.expires <= $3");
STATEMENT(move, "UPDATE level_review SET state = $4, reason = $5, expires = $6 "
                "WHERE customer = $1 AND id = $2 AND state = $3");
STATEMENT(photos_clear, "DELETE FROM level_photo WHERE customer = $1");
STATEMENT(photo_put, "INSERT INTO level_photo (customer, place, kind, size, made, staff, sealed) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (customer, place) DO UPDATE SET "
                     "kind = $3, size = $4, made = $5, staff = $6, sealed = $7");
STATEMENT(photo_list, "SELECT place, size FROM level_photo WHERE customer = $1 ORDER BY place");
STATEMENT(photo_read, "SELECT kind, sealed FROM level_photo WHERE customer = $1 AND place = $2");
STATEMENT(photo_filed, "SELECT 1 FROM level_photo WHERE customer = $1 AND staff = $2 LIMIT 1");

const char *const review_reasons[] = {"unreadable", "differs", "invalid", "other", NULL};
const string_id review_reason_words[] = {S_levels_reason_unreadable, S_levels_reason_differs, S_levels_reason_invalid,
                                         S_levels_reason_other};

static bool read_row(struct rows *rows, struct review *review) {
    bool found = rows_next(rows);
    if (found)
        *review = (struct review){.customer = row_int(rows, 0),
                                  .id = row_int(rows, 1),
                                  .state = (enum review_state)row_int(rows, 2),
                                  .reason = (int)row_int(rows, 3),
                                  .made = row_int(rows, 4),
                                  .expires = row_int(rows, 5)};
    rows_end(rows);
    return found;
}

bool review_of(struct tx *tx, int64_t customer, struct review *review) {
    *review = (struct review){.customer = customer};
    return read_row(tx_query(tx, &by_customer, VALUES(V_INT(customer), V_INT(world_now(tx_world(tx))))), review);
}

bool review_by_id(struct tx *tx, int64_t id, struct review *review) {
    return read_row(tx_query(tx, &by_id, VALUES(V_INT(id))), review);
}

bool review_open(struct engine *engine, struct tx *tx, int64_t customer, struct review *review) {
    moment now = world_now(engine_world(engine));
    if (tx_run(tx, &begin,
               VALUES(V_INT(customer), V_INT(world_id(engine_world(engine))), V_INT(now),
                      V_INT(now + levels_of(engine)->settings->draft_life))) == 1)
        tx_run(tx, &photos_clear, VALUES(V_INT(customer)));
    return review_of(tx, customer, review) && review->state == REVIEW_FILLING;
}

/* One that waits for staff, or was good, stays: it is what the level rests on. */
bool review_move(struct engine *engine, struct tx *tx, struct review *review, enum review_state to, int reason) {
    moment now = world_now(engine_world(engine));
    moment expires = to == REVIEW_REFUSED ? now + levels_of(engine)->settings->refused_life : INT64_MAX;
    if (tx_run(tx, &move,
               VALUES(V_INT(review->customer), V_INT(review->id), V_INT(review->state), V_INT(to), V_INT(reason),
                      V_INT(expires))) != 1)
        return false;
    review->state = to;
    review->reason = reason;
    return true;
}

/* ---- photos ---- */

int64_t review_photo_context(int64_t customer, int64_t place) {
    return customer ^ place << 56;
}

void review_photo_put(struct engine *engine, struct tx *tx, const struct review *review, int64_t place,
                      const struct photo *photo, int64_t staff) {
    tx_run(tx, &photo_put,
           VALUES(V_INT(review->customer), V_INT(place), V_INT(photo->kind), V_INT(photo->size),
                  V_INT(world_now(engine_world(engine))), V_INT(staff),
                  V_BYTES(photo->sealed.data, photo->sealed.size)));
}

bool review_photo_open(struct engine *engine, struct tx *tx, const struct review *review, int64_t place,
                       const char **type, struct text *bytes) {
    struct rows *rows = tx_query(tx, &photo_read, VALUES(V_INT(review->customer), V_INT(place)));
    bool found = rows_next(rows);
    if (found) {
        *type = picture_content_type((enum picture_kind)row_int(rows, 0));
        found = secret_open(engine_keyring(engine), tx_arena(tx), "level.photo",
                            review_photo_context(review->customer, place), row_text(rows, 1), bytes);
    }
    rows_end(rows);
    return found;
}

bool review_filed_by(struct tx *tx, const struct review *review, int64_t staff) {
    struct rows *rows = tx_query(tx, &photo_filed, VALUES(V_INT(review->customer), V_INT(staff)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

int64_t review_photos(struct request *request, struct tx *tx, const struct review *review, struct node *list) {
    static const string_id titles[PLACES_MAX] = {S_levels_place_first, S_levels_place_address, S_levels_place_face};
    int64_t wanted = levels_of(request->engine)->settings->photos, sizes[PLACES_MAX + 1] = {0}, there = 0;
    struct rows *rows = tx_query(tx, &photo_list, VALUES(V_INT(review->customer)));
    while (review->id != 0 && rows_next(rows))
        if (row_int(rows, 0) <= PLACES_MAX) sizes[row_int(rows, 0)] = row_int(rows, 1);
    rows_end(rows);
    for (int64_t place = 1; place <= wanted; place++) {
        struct node *node = doc_add_object(list);
        doc_int(node, "number", place);
        doc_text(node, "title", string_get(request->arena, &request->locale, titles[place - 1], NULL, 0));
        doc_bool(node, "there", sizes[place] > 0);
        doc_int(node, "kilobytes", (sizes[place] + 1023) / 1024);
        there += sizes[place] > 0;
    }
    return there;
}
