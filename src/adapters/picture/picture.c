/* picture.c: the parent's side: what comes out of the child. */
#include "adapters/picture/picture.h"

#include "base/calendar.h"
#include "base/cage.h"

#include <fcntl.h>
#include <unistd.h>

#define PATIENCE (20 * SECOND)
#define OUTPUT_MAX ((size_t)48 << 20) /* a picture of PICTURE_PIXELS_KEPT that cannot be packed, and more */

const char *picture_content_type(enum picture_kind kind) {
    return kind == PICTURE_JPEG ? "image/jpeg" : kind == PICTURE_PNG ? "image/png" : "application/pdf";
}

static enum picture_verdict verdict_of(enum caged outcome, int status) {
    switch (outcome) {
    case CAGED_ENDED: return status <= PICTURE_FAILED ? (enum picture_verdict)status : PICTURE_BROKEN;
    case CAGED_LARGE: return PICTURE_TOO_LARGE;
    case CAGED_SLOW: /* the processor's time is limited: this machine is busy, the picture may be good */
    case CAGED_FAILED: return PICTURE_FAILED;
    case CAGED_DIED: break;
    }
    return PICTURE_BROKEN;
}

#define CODE_MAX 4096 /* a QR holds fewer bytes */

/* What a child makes of the file, of whose shape nothing is known. */
static enum picture_verdict ask(struct arena *arena, const char *command, const char *path, size_t most,
                                struct text *answer) {
    struct buffer said = buffer_new(arena, most);
    int status = PICTURE_FAILED, file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return PICTURE_FAILED;
    enum caged outcome = cage_run(command, file, PATIENCE, most, &said, &status);
    close(file);
    *answer = buffer_text(&said);
    return verdict_of(outcome, status);
}

enum picture_verdict picture_code(struct arena *arena, const char *path, struct text *text) {
    return ask(arena, "picture-code", path, CODE_MAX, text);
}

enum picture_verdict picture_logo(struct arena *arena, const char *path, struct text *logo) {
    enum picture_verdict verdict = ask(arena, "picture-logo", path, PICTURE_LOGO_MAX, logo);
    bool webp = logo->size > 12 && text_starts(*logo, "RIFF") && text_starts(text_slice(*logo, 8, 4), "WEBP");
    return verdict == PICTURE_GOOD && !webp ? PICTURE_BROKEN : verdict;
}

enum picture_verdict picture_clean(struct arena *arena, const char *path, struct picture *picture) {
    struct buffer said = buffer_new(arena, 65536);
    int status = PICTURE_FAILED, file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return PICTURE_FAILED;
    enum caged outcome = cage_run("picture", file, PATIENCE, OUTPUT_MAX, &said, &status);
    enum picture_verdict verdict = verdict_of(outcome, status);
    close(file);
    if (verdict != PICTURE_GOOD) return verdict;
    if (said.size < 2 || said.data[0] < PICTURE_JPEG || said.data[0] > PICTURE_PDF) return PICTURE_BROKEN;
    picture->kind = (enum picture_kind)said.data[0];
    picture->bytes = text_slice(buffer_text(&said), 1, said.size - 1);
    return PICTURE_GOOD;
}
