/* photo.c: see photo.h. */
#include "onboarding/photo.h"

#include "engine/engine.h"
#include "generated/strings_onboarding.h"
#include "onboarding/fields.h"
#include "onboarding/photo_rules.h"

#define CLEANING_ARENA ((size_t)96 << 20)
#define KEPT_MAX ((size_t)4 << 20)

static const struct refusal busy = {"unavailable", 503, S_onboarding_busy, false};

static void free_arena(void *arena) {
    arena_free(arena);
}

struct taking {
    struct request *request;
    struct arena *arena;
    const struct upload *upload;
    const char *purpose;
    int64_t context;
    enum picture_verdict verdict;
    struct photo photo;
};

static void take_guarded(void *data) {
    struct taking *taking = data;
    struct request *request = taking->request;
    struct picture picture;
    taking->verdict = picture_clean(taking->arena, taking->upload->path, &picture);
    if (taking->verdict != PICTURE_GOOD) return;
    /* A PDF is not a photo; what is too small shows no letters. */
    if (picture.kind == PICTURE_PDF || !photo_readable(picture.bytes)) taking->verdict = PICTURE_WRONG_TYPE;
    if (picture.bytes.size > KEPT_MAX) taking->verdict = PICTURE_TOO_LARGE;
    if (taking->verdict != PICTURE_GOOD) return;
    taking->photo.kind = picture.kind;
    taking->photo.size = (int64_t)picture.bytes.size;
    taking->photo.sealed = secret_seal(engine_keyring(request->engine), request->world, taking->arena,
                                       taking->purpose, taking->context, picture.bytes);
}

static enum flow wrong(struct request *request, const char *field, string_id message) {
    mark_field(request, field, FAULT_MALFORMED, message);
    return refuse_marked(request);
}

/* The request's own arena is too small for pictures. */
enum flow photo_take(struct request *request, const char *field, const char *purpose, int64_t context,
                     struct photo **photo) {
    const struct upload *upload = request_field(request, field)->upload;
    *photo = NULL;
    if (upload == NULL) return FLOW_NEXT;
    struct taking *taking = arena_new_of(request->arena, struct taking);
    *taking = (struct taking){.request = request, .arena = arena_new(CLEANING_ARENA), .upload = upload,
                              .purpose = purpose, .context = context, .verdict = PICTURE_FAILED};
    if (taking->arena == NULL) return refuse(request, &busy);
    arena_on_free(request->arena, free_arena, taking->arena);
    if (!arena_guard(taking->arena, take_guarded, taking)) taking->verdict = PICTURE_TOO_LARGE;
    switch (taking->verdict) {
    case PICTURE_GOOD: *photo = &taking->photo; return FLOW_NEXT;
    case PICTURE_TOO_LARGE: return wrong(request, field, S_onboarding_photo_large);
    case PICTURE_WRONG_TYPE:
    case PICTURE_BROKEN: return wrong(request, field, S_onboarding_photo_wrong);
    case PICTURE_FAILED: break;
    }
    return refuse(request, &busy);
}
