/* logo.c: providers' pictures. The catalogue's JSON names one by its hash, so it changes in versions as all else does
 * and an old version brings its own back; the bytes lie apart, are never changed, and so are kept by browsers for ever.
 * What staff upload is drawn anew in the cage (adapters/picture). */
#include "payments/catalogue_edit.h"

#include "adapters/picture/picture.h"
#include "payments/internal.h"

#include <string.h>

STATEMENT(logo_add, "INSERT INTO pay_logo (hash, bytes, staff, at) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (hash) DO NOTHING");
STATEMENT(logo_bytes, "SELECT bytes FROM pay_logo WHERE hash = $1");

static const struct refusal busy = {"unavailable", 503, S_payments_scan_busy, false};

struct text logo_keep(struct engine *engine, struct tx *tx, struct text bytes, int64_t staff) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "payments.logo", bytes, hash);
    struct text name = text_hex(tx_arena(tx), hash, LOGO_HASH / 2);
    tx_run(tx, &logo_add, VALUES(V_TEXT(name), V_BYTES(bytes.data, bytes.size), V_INT(staff),
                                 V_INT(world_now(tx_world(tx)))));
    return name;
}

bool logo_known(struct tx *tx, const char *hash) {
    struct rows *rows = tx_query(tx, &logo_bytes, VALUES(V_TEXT(text_from(hash))));
    bool known = rows_next(rows);
    rows_end(rows);
    return known;
}

/* ---- shown ---- */

static bool opens(struct text text) {
    return text_starts(text, "«") || text_starts(text, "“") || (text.size > 0 && memchr("\"'( ", text.data[0], 4));
}

void logo_tell(struct node *node, const struct provider *provider, struct text title) {
    while (opens(title)) title = text_slice(title, text_utf8_step(title), title.size);
    bool has = provider != NULL && provider->logo[0] != '\0';
    doc_text(node, "logo", has ? text_format(node->arena, "/logos/%s", provider->logo) : TEXT_NONE);
    doc_text(node, "letter", text_slice(title, 0, text_utf8_step(title)));
}

static const char *type_of(struct text bytes) {
    return text_starts(bytes, "RIFF") ? "image/webp" : "image/png";
}

/* GET /logos/{hash} */
enum flow logo_read(struct request *request, struct tx *tx) {
    struct rows *rows = tx_query(tx, &logo_bytes, VALUES(V_TEXT(request->params[0])));
    struct text bytes = rows_next(rows) ? row_copy(rows, 0, request->arena) : TEXT_NONE;
    rows_end(rows);
    if (bytes.data == NULL) return answer_missing(request);
    const struct answer_file file = {.content_type = type_of(bytes),
                                     .bytes = bytes,
                                     .tag = text_format(request->arena, "\"%.*s\"", TEXT_ARG(request->params[0])).data,
                                     .immutable = true};
    return answer_file(request, &file);
}

/* ---- changed ---- */

/* On the worker pool: the logo's bytes, into request->scratch. */
enum flow staff_logo_draw(struct request *request, struct tx *tx) {
    (void)tx;
    const struct upload *upload = request_field(request, "picture")->upload;
    request->scratch = NULL;
    if (field_number(request, "remove") != 0) return FLOW_NEXT;
    if (upload == NULL) return refuse_field(request, "picture", S_payments_logo_missing);
    struct text *logo = arena_new_of(request->arena, struct text);
    switch (picture_logo(request->arena, upload->path, logo)) {
    case PICTURE_GOOD: request->scratch = logo; return FLOW_NEXT;
    case PICTURE_TOO_LARGE: return refuse_field(request, "picture", S_payments_logo_large);
    case PICTURE_WRONG_TYPE: return refuse_field(request, "picture", S_payments_logo_type);
    case PICTURE_BROKEN: return refuse_field(request, "picture", S_payments_logo_broken);
    case PICTURE_FAILED: break;
    }
    return refuse(request, &busy);
}

/* POST /staff/providers/{id}/logo: no picture: it has none any more. */
enum flow staff_logo_write(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    const struct text *logo = request->scratch;
    request->rest_faults = NULL; /* a command may be run again */
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    if (field_number(request, "version") != stored.version) return refuse(request, &catalogue_stale);
    struct text hash = logo != NULL ? logo_keep(request->engine, tx, *logo, request->caller.staff) : TEXT_NONE;
    return provider_change(request, tx, &stored, traits_with(request->arena, stored.json, "logo", hash));
}
