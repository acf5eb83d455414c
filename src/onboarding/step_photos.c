/* step_photos.c: photos of the passport's pages (ID-6): drawn anew and sealed (photo.h), kept with the application;
 * each place can be filled again. */
#include "onboarding/internal.h"

#include "onboarding/photo.h"

STATEMENT(photo_put, "INSERT INTO application_photo (application, page, type, size, made, sealed) "
                     "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (application, page) DO UPDATE SET "
                     "type = $3, size = $4, made = $5, sealed = $6");
STATEMENT(photo_list, "SELECT page, type, size, made FROM application_photo WHERE application = $1 ORDER BY page");
STATEMENT(photo_read, "SELECT type, sealed FROM application_photo WHERE application = $1 AND page = $2");

/* Which places are filled, as bits; how many of those wanted. */
static int64_t present(struct tx *tx, const struct visit *visit, uint64_t *places) {
    int64_t count = 0;
    *places = 0;
    struct rows *rows = tx_query(tx, &photo_list, VALUES(V_INT(visit->application.id)));
    while (rows_next(rows)) {
        int64_t place = row_int(rows, 0);
        if (place > visit->onboarding->settings->photos) continue;
        *places |= UINT64_C(1) << place;
        count++;
    }
    rows_end(rows);
    return count;
}

void photos_list(struct tx *tx, int64_t application, struct node *list) {
    struct rows *rows = tx_query(tx, &photo_list, VALUES(V_INT(application)));
    while (rows_next(rows)) {
        struct node *photo = doc_add_object(list);
        doc_int(photo, "number", row_int(rows, 0));
        doc_text(photo, "type", text_from(picture_content_type((enum picture_kind)row_int(rows, 1))));
        doc_int(photo, "kilobytes", (row_int(rows, 2) + 1023) / 1024);
        doc_moment(photo, "at", row_int(rows, 3));
    }
    rows_end(rows);
}

/* Asks for the first place that is empty, or for the one that he wants to fill again. */
static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    int64_t wanted = visit->onboarding->settings->photos, turn = field_number(visit->request, "number");
    uint64_t places = 0;
    int64_t count = present(tx, visit, &places);
    photos_list(tx, visit->application.id, doc_array(document, "photos"));
    if (turn < 1 || turn > wanted) turn = 0;
    for (int64_t place = 1; place <= wanted && turn == 0; place++)
        if ((places & (UINT64_C(1) << place)) == 0) turn = place;
    doc_int(document, "wanted", wanted);
    doc_int(document, "have", count);
    doc_int(document, "turn", turn);
    doc_bool(document, "asks", turn > 0);
    doc_bool(document, "enough", count >= wanted);
}

static enum flow vet_photos(struct visit *visit, struct tx *tx) {
    static const char *const names[] = {"photo", "number"};
    struct request *request = visit->request;
    only_these(request, names, 2);
    int64_t wanted = visit->onboarding->settings->photos;
    uint64_t places = 0;
    bool given = field_given(request, "photo");
    if (!given && present(tx, visit, &places) < wanted)
        mark_field(request, "photo", FAULT_MISSING, S_onboarding_photo_missing);
    if (given && (field_number(request, "number") < 1 || field_number(request, "number") > wanted))
        mark_field(request, "number", FAULT_TOO_LARGE, S_onboarding_photo_number);
    int64_t *application = arena_new_of(request->arena, int64_t); /* what the photo is sealed for */
    *application = visit->application.id;
    request->scratch = application;
    return refuse_marked(request);
}

/* Which page of which application a photo is of: sealed for nowhere else. */
static int64_t context_of(int64_t application, int64_t page) {
    return application ^ page << 56;
}

static enum flow look(struct request *request) {
    const int64_t *application = request->scratch;
    struct photo *photo = NULL;
    int64_t context = context_of(*application, field_number(request, "number"));
    if (photo_take(request, "photo", "application.photo", context, &photo) == FLOW_ANSWERED) return FLOW_ANSWERED;
    request->scratch = photo;
    return FLOW_NEXT;
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    struct request *request = visit->request;
    const struct photo *photo = request->scratch;
    if (photo == NULL) return FLOW_NEXT;
    int64_t page = field_number(request, "number"), id = visit->application.id;
    tx_run(tx, &photo_put,
           VALUES(V_INT(id), V_INT(page), V_INT(photo->kind), V_INT(photo->size), V_INT(world_now(request->world)),
                  V_BYTES(photo->sealed.data, photo->sealed.size)));
    application_save(visit->engine, tx, &visit->application); /* kept longer from now */
    uint64_t places = 0;
    struct node *document = doc_new(request->arena);
    doc_int(document, "number", page);
    doc_int(document, "have", present(tx, visit, &places));
    doc_int(document, "wanted", visit->onboarding->settings->photos);
    return answer_done(request, document, TEXT("/application/photos"));
}

const struct step step_photos = {&template_onboarding_photos, draw, vet_photos, look, accept};

bool photo_opened(struct engine *engine, struct tx *tx, int64_t application, int64_t page, const char **type,
                  struct text *bytes) {
    struct rows *rows = tx_query(tx, &photo_read, VALUES(V_INT(application), V_INT(page)));
    bool found = rows_next(rows);
    if (found) {
        *type = picture_content_type((enum picture_kind)row_int(rows, 0));
        found = secret_open(engine_keyring(engine), tx_arena(tx), "application.photo", context_of(application, page),
                            row_text(rows, 1), bytes);
    }
    rows_end(rows);
    return found;
}
