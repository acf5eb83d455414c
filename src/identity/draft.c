/* draft.c: see draft.h. */
#include "identity/draft.h"

#include <string.h>

STATEMENT(draft_add, "INSERT INTO signup_draft (hash, id, phone, known, step, expires) VALUES ($1, $2, $3, $4, 1, $5)");
STATEMENT(draft_read, "SELECT id, phone, known, step FROM signup_draft WHERE hash = $1 AND expires > $2");
STATEMENT(draft_step, "UPDATE signup_draft SET step = 2 WHERE hash = $1 AND step = 1");
STATEMENT(draft_delete, "DELETE FROM signup_draft WHERE hash = $1");

static bool presented(struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    bool by_field = request->route->form != NULL && field_given(request, "draft");
    struct text token = by_field ? field_text(request, "draft") : request->cookie_draft;
    return token_hash(request, "draft", token, hash);
}

struct text draft_new(struct request *request, struct tx *tx, struct text phone, bool known, struct draft *draft) {
    struct engine *engine = request->engine;
    uint8_t old[SECRET_HASH_SIZE];
    if (presented(request, old)) tx_run(tx, &draft_delete, VALUES(V_BYTES(old, sizeof old)));

    const struct identity_settings *settings = identity_settings(engine);
    *draft = (struct draft){.phone = phone, .known = known, .step = DRAFT_CODE};
    struct text token = token_new(request, "draft", draft->hash);
    int64_t id = world_id(request->world);
    struct text sealed = secret_seal(engine_keyring(engine), request->world, request->arena, "draft.phone", id, phone);
    tx_run(tx, &draft_add,
           VALUES(V_BYTES(draft->hash, sizeof draft->hash), V_INT(id), V_BYTES(sealed.data, sealed.size), V_INT(known),
                  V_INT(world_now(request->world) + settings->draft_life)));
    answer_cookie(request, "draft", token, settings->draft_life / SECOND);
    return token;
}

bool draft_find(struct request *request, struct tx *tx, struct draft *draft) {
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

void draft_proved(struct tx *tx, const struct draft *draft) {
    tx_run(tx, &draft_step, VALUES(V_BYTES(draft->hash, sizeof draft->hash)));
}

bool draft_end(struct request *request, struct tx *tx, const struct draft *draft) {
    answer_cookie(request, "draft", TEXT(""), -1);
    return tx_run(tx, &draft_delete, VALUES(V_BYTES(draft->hash, sizeof draft->hash))) == 1;
}
