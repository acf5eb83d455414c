/* kept_form.c: a form sent after its session has ended loses nothing (ID-14): what was typed is sealed and kept for
 * a while; once the same customer has signed in, a page shows it and one button sends it. Secrets and files are not
 * kept. */
#include "identity/session.h"
#include "identity/signin.h"

#include <string.h>

STATEMENT(kept_add, "INSERT INTO kept_form (customer, hash, path, fields, expires) VALUES ($1, $2, $3, $4, $5)");
STATEMENT(kept_read, "SELECT path, fields FROM kept_form WHERE customer = $1 AND hash = $2 AND expires > $3");

#define FIELDS_MAX 8192

static bool may_be_kept(const struct request *request, const struct raw_field *raw, bool with_key) {
    if (raw->is_null || raw->bad_type || raw->upload || text_is(raw->name, "_csrf")) return false;
    const struct form *form = request->route->form;
    for (size_t i = 0; form && i < form->count; i++) {
        const struct field *field = &form->fields[i];
        if (text_is(raw->name, field->name)) return field->type != FIELD_SECRET && field->type != FIELD_FILE;
    }
    if (text_starts(raw->name, "_")) return with_key && text_is(raw->name, "_key");
    return request->route->form != NULL && request->route->form->rest;
}

static struct text fields_json(struct request *request, bool with_key) {
    struct node *fields = doc_new(request->arena);
    for (const struct raw_field *raw = request->raw; raw; raw = raw->next) {
        if (!may_be_kept(request, raw, with_key)) continue;
        doc_text(fields, text_copy(request->arena, raw->name).data, raw->value.data ? raw->value : TEXT(""));
    }
    struct buffer json = buffer_new(request->arena, 512);
    doc_write_json(fields, &json);
    return buffer_text(&json);
}

static bool keep(struct request *request, struct tx *tx, int64_t customer, bool with_key) {
    struct engine *engine = request->engine;
    struct text json = fields_json(request, with_key);
    if (json.size > FIELDS_MAX) return false;
    int64_t life = identity_settings(engine)->kept_life;
    uint8_t hash[SECRET_HASH_SIZE];
    struct text token = token_new(request, "kept", hash);
    struct text sealed = secret_seal(engine_keyring(engine), request->world, request->arena, "kept.form", customer,
                                     json);
    tx_run(tx, &kept_add,
           VALUES(V_INT(customer), V_BYTES(hash, sizeof hash), V_TEXT(request->path),
                  V_BYTES(sealed.data, sealed.size), V_INT(world_now(request->world) + life)));
    answer_cookie(request, "kept", token, life / SECOND);
    return true;
}

/* Its idempotency key names the answer that this very request gets, so the form that goes on has another. */
bool identity_keep(struct request *request, struct tx *tx, int64_t customer) {
    return keep(request, tx, customer, false);
}

/* struct identifier's keep_form. */
enum flow identity_keep_form(struct request *request, struct tx *tx) {
    int64_t customer = session_owner_ended(request->engine, tx, request->cookie_session);
    bool kept = customer != 0 && keep(request, tx, customer, true);
    return answer_see(request, kept ? TEXT("/signin?kept=1") : TEXT("/signin"));
}

struct kept {
    struct text path, fields; /* fields: JSON */
};

static bool kept_find(struct request *request, struct tx *tx, int64_t customer, struct text token, struct kept *kept) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (!token_hash(request, "kept", token, hash)) return false;
    struct rows *rows = tx_query(tx, &kept_read,
                                 VALUES(V_INT(customer), V_BYTES(hash, sizeof hash), V_INT(world_now(request->world))));
    bool found = rows_next(rows);
    if (found) {
        kept->path = row_copy(rows, 0, request->arena);
        found = secret_open(engine_keyring(request->engine), request->arena, "kept.form", customer, row_text(rows, 1),
                            &kept->fields);
    }
    rows_end(rows);
    return found;
}

struct text identity_place(struct request *request, struct tx *tx, int64_t customer, struct text next) {
    struct kept kept;
    if (kept_find(request, tx, customer, request->cookie_kept, &kept)) {
        return text_format(request->arena, "/resume/%.*s", TEXT_ARG(request->cookie_kept));
    }
    return local_path(next) ? next : TEXT("/");
}

enum flow resume_page(struct request *request, struct tx *tx) {
    struct kept kept;
    struct raw_field *fields = NULL;
    if (!kept_find(request, tx, request->caller.customer, request->params[0], &kept)) return answer_missing(request);
    if (!form_parse_json(request->arena, kept.fields, &fields)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_text(document, "action", kept.path);
    struct node *hidden = doc_array(document, "fields"), *shown = doc_array(document, "shown");
    bool keyed = false;
    for (const struct raw_field *field = fields; field; field = field->next) {
        keyed = keyed || text_is(field->name, "_key");
        struct node *node = doc_add_object(hidden);
        doc_text(node, "name", field->name);
        doc_text(node, "value", field->value);
        if (field->value.size > 0 && !text_starts(field->name, "_")) doc_add_text(shown, field->value);
    }
    doc_bool(document, "keyed", keyed);
    answer_cookie(request, "kept", TEXT(""), -1);
    return answer_ok(request, document);
}
