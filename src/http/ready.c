/* ready.c: see ready.h. */
#include "http/ready.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX ((size_t)16 * 1024)
#define SIZES 40         /* 16 of 64 bytes up to 1 KiB, 12 of 256 up to 4 KiB, 12 of 1 KiB up to 16 KiB */
#define SHELF_MAX 128    /* kept of one kind and size */
#define EXTRAS_MAX 8

struct ready {
    struct MHD_Response *response;
    struct ready *next;
    enum reply_kind kind;
    bool secure;
    size_t size_class;
    struct reply_header extras[EXTRAS_MAX]; /* taken off again when it returns; copied, for the arena is gone by then */
    size_t extra_count;
    char extra_bytes[256];
    char body[];
};

struct ready_shelf {
    const struct site *site;
    struct ready *free[REPLY_OTHER][2][SIZES];
    int count[REPLY_OTHER][2][SIZES];
};

struct ready_shelf *ready_shelf_new(const struct site *site) {
    struct ready_shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf != NULL) shelf->site = site;
    return shelf;
}

static void ready_free(struct ready *ready) {
    MHD_destroy_response(ready->response);
    free(ready);
}

void ready_shelf_free(struct ready_shelf *shelf) {
    if (shelf == NULL) return;
    for (int kind = 0; kind < REPLY_OTHER; kind++)
        for (int secure = 0; secure < 2; secure++)
            for (int size = 0; size < SIZES; size++)
                for (struct ready *ready = shelf->free[kind][secure][size], *next; ready != NULL; ready = next) {
                    next = ready->next;
                    ready_free(ready);
                }
    free(shelf);
}

static size_t round_size(size_t size, size_t *size_class) {
    size_t unit = size <= 1024 ? 64 : size <= 4096 ? 256 : 1024, units = size == 0 ? 1 : (size + unit - 1) / unit;
    *size_class = unit == 64 ? units - 1 : unit == 256 ? 16 + units - 5 : 28 + units - 5;
    return units * unit;
}

static struct ready *ready_new(struct ready_shelf *shelf, const struct reply *reply, size_t size, size_t size_class) {
    struct reply_header fixed[REPLY_FIXED_MAX];
    struct ready *ready = malloc(sizeof *ready + size);
    if (ready == NULL) return NULL;
    ready->kind = reply->kind;
    ready->secure = reply->secure;
    ready->size_class = size_class;
    ready->extra_count = 0;
    ready->response = MHD_create_response_from_buffer(size, ready->body, MHD_RESPMEM_PERSISTENT);
    bool made = ready->response != NULL;
    size_t count = reply_fixed(shelf->site, reply->kind, reply->secure, fixed);
    for (size_t i = 0; made && i < count; i++)
        made = MHD_add_response_header(ready->response, fixed[i].name, fixed[i].value) == MHD_YES;
    if (made) return ready;
    if (ready->response != NULL) MHD_destroy_response(ready->response);
    free(ready);
    return NULL;
}

/* False when they do not fit, or memory ran out: then those added are taken off by ready_return. */
static bool add_extras(struct ready *ready, const struct reply *reply) {
    size_t used = 0;
    for (size_t i = 0; i < reply->count; i++) {
        const struct reply_header *header = &reply->headers[i];
        size_t size = strlen(header->value) + 1;
        if (ready->extra_count == EXTRAS_MAX || used + size > sizeof ready->extra_bytes) return false;
        if (MHD_add_response_header(ready->response, header->name, header->value) != MHD_YES) return false;
        struct reply_header *extra = &ready->extras[ready->extra_count++];
        *extra = (struct reply_header){header->name, memcpy(ready->extra_bytes + used, header->value, size)};
        used += size;
    }
    return true;
}

static bool closes(const struct reply *reply) {
    return reply->count > 0 && strcmp(reply->headers[reply->count - 1].name, "Connection") == 0;
}

struct ready *ready_take(struct ready_shelf *shelf, const struct reply *reply) {
    if (shelf == NULL || reply->kind == REPLY_OTHER || reply->streamed || reply->body.size > BODY_MAX) return NULL;
    if (closes(reply)) return NULL; /* libmicrohttpd keeps that field apart: it could not be taken off */
    size_t size_class, size = round_size(reply->body.size, &size_class);
    struct ready **shelved = &shelf->free[reply->kind][reply->secure][size_class], *ready = *shelved;
    if (ready != NULL) {
        *shelved = ready->next;
        shelf->count[reply->kind][reply->secure][size_class]--;
    } else {
        ready = ready_new(shelf, reply, size, size_class);
        if (ready == NULL) return NULL;
    }
    if (!add_extras(ready, reply)) {
        ready_return(shelf, ready);
        return NULL;
    }
    if (reply->body.size > 0) memcpy(ready->body, reply->body.data, reply->body.size);
    memset(ready->body + reply->body.size, ' ', size - reply->body.size);
    if (size > reply->body.size) ready->body[size - 1] = '\n';
    return ready;
}

struct MHD_Response *ready_response(const struct ready *ready) {
    return ready->response;
}

void ready_return(struct ready_shelf *shelf, struct ready *ready) {
    bool clean = true;
    for (size_t i = 0; i < ready->extra_count; i++)
        clean = MHD_del_response_header(ready->response, ready->extras[i].name, ready->extras[i].value) == MHD_YES &&
                clean;
    ready->extra_count = 0;
    int *count = &shelf->count[ready->kind][ready->secure][ready->size_class];
    if (!clean || *count == SHELF_MAX) {
        ready_free(ready);
        return;
    }
    struct ready **shelved = &shelf->free[ready->kind][ready->secure][ready->size_class];
    ready->next = *shelved;
    *shelved = ready;
    ++*count;
}
