/* second_store.c: what a customer's second factor is, his authenticator app's secret and his recovery codes. The step
 * of a code that was good is remembered by a conditional UPDATE, so that the same code is never good twice. */
#include "factors/internal.h"

const char *const second_names[] = {"none", "sms", "app", NULL};

STATEMENT(second_get, "SELECT kind, secret, pending, step, made FROM second_factor WHERE customer = $1");
STATEMENT(second_make, "INSERT INTO second_factor (customer, kind, step, made) VALUES ($1, 0, 0, 0) "
                       "ON CONFLICT (customer) DO NOTHING");
STATEMENT(second_kind, "UPDATE second_factor SET kind = $2 WHERE customer = $1");
STATEMENT(second_pending, "UPDATE second_factor SET pending = $2 WHERE customer = $1");
STATEMENT(second_app, "UPDATE second_factor SET kind = 2, secret = $2, pending = NULL, step = $3, made = $4 "
                      "WHERE customer = $1");
STATEMENT(second_no_app, "UPDATE second_factor SET kind = CASE WHEN kind = 2 THEN 0 ELSE kind END, secret = NULL, "
                         "pending = NULL WHERE customer = $1");
STATEMENT(second_step, "UPDATE second_factor SET step = $2 WHERE customer = $1 AND step < $2");
STATEMENT(code_add,
          "INSERT INTO recovery_code (customer, hash) VALUES ($1, $2) ON CONFLICT (customer, hash) DO NOTHING");
STATEMENT(code_use, "DELETE FROM recovery_code WHERE customer = $1 AND hash = $2");
STATEMENT(codes_forget, "DELETE FROM recovery_code WHERE customer = $1");
STATEMENT(codes_count, "SELECT COUNT(*) FROM recovery_code WHERE customer = $1");

#define SECRET_PURPOSE "factors.totp"
#define RECOVERY_CODES 10

static struct text opened(struct request *request, int64_t customer, struct rows *rows, int column) {
    struct text clear = TEXT_NONE;
    if (row_null(rows, column)) return TEXT_NONE;
    bool good = secret_open(engine_keyring(request->engine), request->arena, SECRET_PURPOSE, customer,
                            row_text(rows, column), &clear);
    return good ? clear : TEXT_NONE;
}

static struct value sealed(struct request *request, struct tx *tx, int64_t customer, struct text secret) {
    struct text box = secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), SECRET_PURPOSE,
                                  customer, secret);
    return V_BYTES(box.data, box.size);
}

void second_read(struct request *request, struct tx *tx, int64_t customer, struct second_state *state) {
    *state = (struct second_state){0};
    struct rows *rows = tx_query(tx, &second_get, VALUES(V_INT(customer)));
    if (rows_next(rows)) {
        state->kind = (enum second)row_int(rows, 0);
        state->secret = opened(request, customer, rows, 1);
        state->pending = opened(request, customer, rows, 2);
        state->step = row_int(rows, 3);
        state->made = row_int(rows, 4);
    }
    rows_end(rows);
}

void second_choose(struct tx *tx, int64_t customer, enum second kind) {
    tx_run(tx, &second_make, VALUES(V_INT(customer)));
    tx_run(tx, &second_kind, VALUES(V_INT(customer), V_INT(kind)));
}

void second_offer_app(struct request *request, struct tx *tx, struct text secret) {
    int64_t customer = request->caller.customer;
    tx_run(tx, &second_make, VALUES(V_INT(customer)));
    tx_run(tx, &second_pending, VALUES(V_INT(customer), sealed(request, tx, customer, secret)));
}

void second_keep_app(struct request *request, struct tx *tx, struct text secret, int64_t step) {
    int64_t customer = request->caller.customer;
    tx_run(
        tx, &second_app,
        VALUES(V_INT(customer), sealed(request, tx, customer, secret), V_INT(step), V_INT(world_now(request->world))));
}

void second_drop_app(struct tx *tx, int64_t customer) {
    tx_run(tx, &second_no_app, VALUES(V_INT(customer)));
}

bool second_app_right(struct request *request, struct tx *tx, int64_t customer, struct text typed) {
    struct second_state state;
    second_read(request, tx, customer, &state);
    int64_t step = state.secret.data ? totp_step(state.secret, typed, world_now(request->world), state.step) : 0;
    return step != 0 && tx_run(tx, &second_step, VALUES(V_INT(customer), V_INT(step))) == 1;
}

/* ---- recovery codes ---- */

static void code_hash(struct request *request, int64_t customer, struct text code, uint8_t hash[SECRET_HASH_SIZE]) {
    struct text bound = text_format(request->arena, "%lld|%.*s", (long long)customer, TEXT_ARG(code));
    secret_hash(engine_keyring(request->engine), "factors.recovery", bound, hash);
}

void recovery_make(struct request *request, struct tx *tx, int64_t customer, struct node *array) {
    recovery_forget(tx, customer);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        uint8_t random[RECOVERY_CHARACTERS], hash[SECRET_HASH_SIZE];
        struct text code = TEXT_NONE;
        world_random(request->world, random, sizeof random);
        struct text shown = recovery_show(request->arena, random);
        recovery_read(request->arena, shown, &code);
        code_hash(request, customer, code, hash);
        tx_run(tx, &code_add, VALUES(V_INT(customer), V_BYTES(hash, sizeof hash)));
        doc_add_text(array, shown);
    }
}

bool recovery_use(struct request *request, struct tx *tx, int64_t customer, struct text typed) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text code = TEXT_NONE;
    if (!recovery_read(request->arena, typed, &code)) return false;
    code_hash(request, customer, code, hash);
    return tx_run(tx, &code_use, VALUES(V_INT(customer), V_BYTES(hash, sizeof hash))) == 1;
}

void recovery_forget(struct tx *tx, int64_t customer) {
    tx_run(tx, &codes_forget, VALUES(V_INT(customer)));
}

int64_t recovery_left(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &codes_count, VALUES(V_INT(customer)));
    int64_t left = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return left;
}
