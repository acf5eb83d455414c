/* draft.c: ways back that were begun; see recovery.h. */
#include "recovery/recovery.h"

STATEMENT(reset_add, "INSERT INTO recovery_draft (hash, id, phone, customer, step, expires) "
                     "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(reset_read, "SELECT id, phone, customer, step FROM recovery_draft WHERE hash = $1 AND expires > $2");
STATEMENT(reset_step, "UPDATE recovery_draft SET step = 2 WHERE hash = $1 AND step = 1");
STATEMENT(reset_delete, "DELETE FROM recovery_draft WHERE hash = $1");

static bool presented(struct request *request, uint8_t hash[SECRET_HASH_SIZE]) {
    const struct form *form = request->route->form;
    bool names_draft = false;
    for (size_t i = 0; form != NULL && i < form->count; i++)
        if (text_is(text_from(form->fields[i].name), "draft")) names_draft = true;
    bool by_field = names_draft && field_given(request, "draft");
    return token_hash(request, "recovery", by_field ? field_text(request, "draft") : request->cookie_recovery, hash);
}

struct text reset_new(struct request *request, struct tx *tx, struct text phone, int64_t customer,
                      enum reset_step step, struct reset *reset) {
    int64_t life = recovery_settings(request->engine)->draft_life;
    uint8_t old[SECRET_HASH_SIZE];
    if (presented(request, old)) tx_run(tx, &reset_delete, VALUES(V_BYTES(old, sizeof old)));
    *reset = (struct reset){.phone = phone, .customer = customer, .step = step};
    struct text token = token_new(request, "recovery", reset->hash);
    int64_t id = world_id(request->world);
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, request->arena, "recovery.phone",
                                     id, phone);
    tx_run(tx, &reset_add,
           VALUES(V_BYTES(reset->hash, sizeof reset->hash), V_INT(id), V_BYTES(sealed.data, sealed.size),
                  V_INT(customer), V_INT(step), V_INT(world_now(request->world) + life)));
    answer_cookie(request, "recovery", token, life / SECOND);
    return token;
}

bool reset_find(struct request *request, struct tx *tx, struct reset *reset) {
    *reset = (struct reset){0};
    if (!presented(request, reset->hash)) return false;
    struct rows *rows = tx_query(tx, &reset_read,
                                 VALUES(V_BYTES(reset->hash, sizeof reset->hash), V_INT(world_now(request->world))));
    bool found = rows_next(rows);
    if (found) {
        found = secret_open(engine_keyring(request->engine), request->arena, "recovery.phone", row_int(rows, 0),
                            row_text(rows, 1), &reset->phone);
        reset->customer = row_int(rows, 2);
        reset->step = (enum reset_step)row_int(rows, 3);
    }
    rows_end(rows);
    return found;
}

void reset_proved(struct tx *tx, const struct reset *reset) {
    tx_run(tx, &reset_step, VALUES(V_BYTES(reset->hash, sizeof reset->hash)));
}

bool reset_end(struct request *request, struct tx *tx, const struct reset *reset) {
    answer_cookie(request, "recovery", TEXT(""), -1);
    return tx_run(tx, &reset_delete, VALUES(V_BYTES(reset->hash, sizeof reset->hash))) == 1;
}
