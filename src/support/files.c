/* files.c: pictures and documents attached to a message: made harmless in a child process (adapters/picture), sealed at
 * rest, given back for saving alone, to nobody but the conversation's owner and staff. */
#include "support/internal.h"

#include "adapters/picture/picture.h"
#include "base/check.h"

#define KEPT_MAX ((size_t)4 << 20) /* bytes, once made harmless */
#define CLEANING_ARENA ((size_t)96 << 20)
#define NAME_MAX_BYTES 80

STATEMENT(add_file, "INSERT INTO support_file (case_id, id, message, kind, name, bytes) "
                    "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(drop_files, "DELETE FROM support_file WHERE case_id = $1");
STATEMENT(one_file, "SELECT kind, bytes FROM support_file WHERE case_id = $1 AND id = $2");

static const struct refusal failed = {"unavailable", 503, S_support_file_failed, false};

static void free_arena(void *arena) {
    arena_free(arena);
}

/* The last part of what the sender calls it, as far as it can be read. */
static struct text name_of(struct text given) {
    for (size_t i = given.size; i-- > 0;) {
        if (given.data[i] != '/' && given.data[i] != '\\') continue;
        given = (struct text){given.data + i + 1, given.size - i - 1};
        break;
    }
    size_t size = 0;
    while (size < given.size) {
        size_t step = text_utf8_step((struct text){given.data + size, given.size - size});
        if (step == 0 || size + step > NAME_MAX_BYTES || (unsigned char)given.data[size] < ' ') break;
        size += step;
    }
    return size > 0 ? text_slice(given, 0, size) : TEXT("file");
}

enum flow attachment_refuse(struct request *request) {
    return refuse(request, &failed);
}

struct cleaning {
    struct request *request;
    struct arena *arena;
    const struct upload *upload;
    enum picture_verdict verdict;
    struct attachment attachment;
};

static void clean_guarded(void *data) {
    struct cleaning *cleaning = data;
    struct request *request = cleaning->request;
    const struct keyring *keyring = engine_keyring(request->engine);
    struct picture picture;
    cleaning->verdict = picture_clean(cleaning->arena, cleaning->upload->path, &picture);
    if (cleaning->verdict == PICTURE_GOOD && picture.bytes.size > KEPT_MAX) cleaning->verdict = PICTURE_TOO_LARGE;
    if (cleaning->verdict != PICTURE_GOOD) return;
    struct attachment *attachment = &cleaning->attachment;
    attachment->id = world_id(request->world);
    attachment->kind = (int)picture.kind;
    attachment->name = secret_seal(keyring, request->world, cleaning->arena, "support.file", attachment->id,
                                   name_of(cleaning->upload->file_name));
    attachment->sealed = secret_seal(keyring, request->world, cleaning->arena, "support.bytes", attachment->id,
                                     picture.bytes);
}

/* The request's own arena is too small for pictures. */
enum picture_verdict attachment_make(struct request *request, const struct upload *upload,
                                     struct attachment *attachment) {
    struct cleaning *cleaning = arena_new_of(request->arena, struct cleaning);
    *cleaning = (struct cleaning){.request = request, .arena = arena_new(CLEANING_ARENA), .upload = upload,
                                  .verdict = PICTURE_FAILED};
    if (cleaning->arena == NULL) return PICTURE_FAILED;
    arena_on_free(request->arena, free_arena, cleaning->arena);
    if (!arena_guard(cleaning->arena, clean_guarded, cleaning)) cleaning->verdict = PICTURE_TOO_LARGE;
    if (cleaning->verdict == PICTURE_GOOD) *attachment = cleaning->attachment;
    return cleaning->verdict;
}

/* On a worker: pictures take their time. */
enum flow attachment_clean(struct request *request, struct tx *tx) {
    (void)tx;
    const struct field_value *field = request_field(request, "file");
    if (field == NULL || field->upload == NULL) return FLOW_NEXT;
    struct attachment *attachment = arena_new_of(request->arena, struct attachment);
    switch (attachment_make(request, field->upload, attachment)) {
    case PICTURE_GOOD: request->scratch = attachment; return FLOW_NEXT;
    case PICTURE_WRONG_TYPE: return refuse_field(request, "file", S_support_file_type);
    case PICTURE_TOO_LARGE: return refuse_field(request, "file", S_support_file_large);
    case PICTURE_BROKEN: return refuse_field(request, "file", S_support_file_broken);
    case PICTURE_FAILED: break;
    }
    return attachment_refuse(request);
}

void attachment_keep(struct request *request, struct tx *tx, int64_t case_id, int64_t message,
                     const struct attachment *attachment) {
    (void)request;
    tx_run(tx, &add_file,
           VALUES(V_INT(case_id), V_INT(attachment->id), V_INT(message), V_INT(attachment->kind),
                  V_BYTES(attachment->name.data, attachment->name.size),
                  V_BYTES(attachment->sealed.data, attachment->sealed.size)));
}

void attachments_drop(struct tx *tx, int64_t case_id) {
    tx_run(tx, &drop_files, VALUES(V_INT(case_id)));
}

/* ---- giving it back ---- */

enum flow attachment_give(struct request *request, struct tx *tx, int64_t case_id, int64_t id) {
    struct rows *rows = tx_query(tx, &one_file, VALUES(V_INT(case_id), V_INT(id)));
    struct text bytes = TEXT_NONE;
    int kind = 0;
    if (rows_next(rows)) {
        kind = (int)row_int(rows, 0);
        if (!secret_open(engine_keyring(request->engine), request->arena, "support.bytes", id, row_text(rows, 1),
                         &bytes))
            bytes = TEXT_NONE;
    }
    rows_end(rows);
    if (bytes.data == NULL) return answer_missing(request);
    static const char *const endings[] = {[PICTURE_JPEG] = "jpg", [PICTURE_PNG] = "png", [PICTURE_PDF] = "pdf"};
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = picture_content_type((enum picture_kind)kind),
        .file_name = text_format(request->arena, "%lld.%s", (long long)id, endings[kind]).data,
        .bytes = bytes,
    };
    return answer_file(request, file);
}

enum flow attachment_read(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    int64_t case_id, id;
    if (!request_param_id(request, 0, &case_id) || !request_param_id(request, 1, &id) ||
        !case_owned_by(tx, &owner, case_id, &found))
        return answer_missing(request);
    return attachment_give(request, tx, case_id, id);
}
