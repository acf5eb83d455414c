/* json.c: see json.h. jansson's allocator is set once for the process; outside json_read it is the C library's. */
#include "base/json.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

static _Thread_local struct arena *reading;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *take(size_t size) {
    return reading != NULL ? arena_alloc(reading, size) : malloc(size);
}

static void give_back(void *memory) {
    if (reading == NULL) free(memory);
}

static void set_allocator(void) {
    json_set_alloc_funcs(take, give_back);
    json_object_seed(0); /* random, now: it must not be asked for half way */
}

struct job {
    struct arena *arena;
    struct text text;
    json_t *tree;
};

static void read_guarded(void *data) {
    struct job *job = data;
    job->tree = json_loadb(job->text.data, job->text.size, JSON_REJECT_DUPLICATES, NULL);
}

struct json_t *json_read(struct arena *arena, struct text text) {
    struct job job = {arena, text, NULL};
    pthread_once(&once, set_allocator);
    reading = arena;
    bool enough = arena_guard(arena, read_guarded, &job);
    reading = NULL;
    if (!enough) arena_unwind(arena);
    return job.tree;
}

void json_add_member(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "%c\"%s\":\"", out->size == 0 ? '{' : ',', name);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte == '"' || byte == '\\') buffer_add_char(out, '\\');
        if (byte < ' ') buffer_format(out, "\\u%04x", byte);
        else buffer_add_char(out, (char)byte);
    }
    buffer_add_char(out, '"');
}
