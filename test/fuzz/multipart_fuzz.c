/* multipart_fuzz.c: multipart bodies with the boundary "xx", read once whole and once in pieces whose sizes the input's
 * first byte tells. Both must come to the same, and no temporary file may stay. */
#include "base/check.h"
#include "http/multipart.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

FORM(upload, {.name = "title", .type = FIELD_TEXT}, {.name = "picture", .type = FIELD_FILE, .max = 100},
     {.name = "paper", .type = FIELD_FILE});

struct input {
    struct text body;
    size_t piece;
};

struct result {
    int status;
    struct raw_field *fields;
};

static struct arena *arena;
static char directory[] = "/tmp/kabinet-fuzz-XXXXXX";

static struct result read_in(struct text body, size_t piece) {
    struct result result = {0};
    struct multipart *multipart = multipart_new(arena, TEXT("multipart/form-data; boundary=xx"), &upload, directory);
    check(multipart != NULL);
    for (size_t at = 0; at < body.size && result.status == 0; at += piece) {
        struct text part = text_slice(body, at, piece);
        result.status = multipart_feed(multipart, part.data, part.size);
    }
    if (result.status == 0) result.status = multipart_end(multipart, &result.fields);
    return result;
}

static void run(void *data) {
    const struct input *input = data;
    struct result whole = read_in(input->body, input->body.size > 0 ? input->body.size : 1);
    struct result pieces = read_in(input->body, input->piece);
    check(whole.status == 0 || whole.status == 400 || whole.status == 413);
    check((whole.status == 0) == (pieces.status == 0));
    if (whole.status != 0) return;
    for (; whole.fields != NULL; whole.fields = whole.fields->next, pieces.fields = pieces.fields->next) {
        check(pieces.fields != NULL && text_equal(whole.fields->name, pieces.fields->name));
        check(text_equal(whole.fields->value, pieces.fields->value));
        check((whole.fields->upload == NULL) == (pieces.fields->upload == NULL));
        if (whole.fields->upload == NULL) continue;
        check(whole.fields->upload->size == pieces.fields->upload->size);
        check(access(whole.fields->upload->path, R_OK) == 0);
    }
    check(pieces.fields == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned runs;
    if (arena == NULL) {
        arena = arena_new(1 << 24);
        check(mkdtemp(directory) != NULL);
    }
    if (size == 0) return 0;
    struct input input = {{(const char *)data + 1, size - 1}, (size_t)data[0] + 1};
    arena_guard(arena, run, &input);
    arena_clear(arena);
    if (++runs % 1024 == 0) { /* empty, or this fails */
        check(rmdir(directory) == 0);
        check(mkdir(directory, 0700) == 0);
    }
    return 0;
}
