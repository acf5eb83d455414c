/* draft.c: see draft.h. */
#include "identity/draft.h"

#include <string.h>

STATEMENT(draft_add, "INSERT INTO signup_draft (hash, id, phone, known, step, expires) "
                     "VALUES ($1, $2, $3, $4, $6, $5)");
STATEMENT(draft_read, "SELECT id, phone, known, step FROM signup_draft "
                      "WHERE hash = $1 AND expires > $2 AND step > 0");
STATEMENT(draft_any, "SELECT id FROM signup_draft WHERE hash = $1 AND expires > $2");
STATEMENT(draft_step, "UPDATE signup_draft SET step = $2 WHERE hash = $1 AND step = $3");
STATEMENT(draft_delete, "DELETE FROM signup_draft WHERE hash = $1");

#define SIGN_IN_LIFE (30 * MINUTE) /* a code proved, and no password typed: not for long */

static bool presented(struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    bool by_field = request->route->form != NULL && field_given(request, "draft");
    struct text token = by_field ? field_text(request, "draft") : request->cookie_draft;
    return token_hash(request, "draft", token, hash);
}

static struct text add_draft(struct request *request, struct tx *tx, struct draft *draft) {
    struct engine *engine = request->engine;
    const struct identity_settings *settings = identity_settings(engine);
    struct text token = token_new(request, "draft", draft->hash);
    int64_t id = world_id(request->world);
    struct text sealed = secret_seal(engine_keyring(engine), request->world, request->arena, "draft.phone", id,
                                     draft->phone);
    int64_t life = draft->step >= DRAFT_SIGN_IN ? SIGN_IN_LIFE : settings->draft_life;
    tx_run(tx, &draft_add,
           VALUES(V_BYTES(draft->hash, sizeof draft->hash), V_INT(id), V_BYTES(sealed.data, sealed.size),
                  V_INT(draft->known), V_INT(world_now(request->world) + life), V_INT(draft->step)));
    answer_cookie(request, "draft", token, life / SECOND);
    return token;
}

struct text draft_new(struct request *request, struct tx *tx, struct text phone, bool known, enum draft_step step,
                      struct draft *draft) {
    const struct signup_extension *extension = &identity_of(request->engine)->extension;
    uint8_t old[SECRET_HASH_SIZE];
    bool had = presented(request, old);
    *draft = (struct draft){.phone = phone, .known = known, .step = step};
    struct text token = add_draft(request, tx, draft);
    if (had && extension->renewed) extension->renewed(extension->self, request, tx, old, draft->hash);
    if (had) tx_run(tx, &draft_delete, VALUES(V_BYTES(old, sizeof old)));
    return token;
}

struct text identity_signup_begin(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]) {
    struct draft draft = {.phone = TEXT(""), .step = DRAFT_BEGUN};
    struct text token = add_draft(request, tx, &draft);
    memcpy(hash, draft.hash, SECRET_HASH_SIZE);
    return token;
}

bool draft_begun(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]) {
    if (!presented(request, hash)) return false;
    struct rows *rows = tx_query(
        tx, &draft_any, VALUES(V_BYTES(hash, SECRET_HASH_SIZE), V_INT(world_now(request->world))));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

static bool find(struct request *request, struct tx *tx, struct draft *draft) {
    *draft = (struct draft){0};
    if (!presented(request, draft->hash)) return false;
    struct rows *rows = tx_query(tx, &draft_read,
                                 VALUES(V_BYTES(draft->hash, sizeof draft->hash), V_INT(world_now(request->world))));
    bool found = rows_next(rows);
    if (found) {
        found = secret_open(engine_keyring(request->engine), request->arena, "draft.phone", row_int(rows, 0),
                            row_text(rows, 1), &draft->phone);
        draft->known = row_int(rows, 2) != 0;
        draft->step = (enum draft_step)row_int(rows, 3);
    }
    rows_end(rows);
    return found;
}

bool draft_find(struct request *request, struct tx *tx, struct draft *draft) {
    return find(request, tx, draft) && draft->step < DRAFT_SIGN_IN;
}

bool draft_find_sign_in(struct request *request, struct tx *tx, struct draft *draft) {
    return find(request, tx, draft) && draft->step >= DRAFT_SIGN_IN;
}

void draft_proved(struct tx *tx, const struct draft *draft, enum draft_step next) {
    tx_run(tx, &draft_step, VALUES(V_BYTES(draft->hash, sizeof draft->hash), V_INT(next), V_INT(draft->step)));
}

bool draft_end(struct request *request, struct tx *tx, const struct draft *draft) {
    answer_cookie(request, "draft", TEXT(""), -1);
    return tx_run(tx, &draft_delete, VALUES(V_BYTES(draft->hash, sizeof draft->hash))) == 1;
}
