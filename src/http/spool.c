/* spool.c: see spool.h. */
#include "http/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct spool {
    int fd;
    bool made;
    char *path;
    int64_t size, max;
};

static void spool_remove(void *data) {
    struct spool *spool = data;
    if (spool->fd >= 0) close(spool->fd);
    if (spool->made) unlink(spool->path);
}

struct spool *spool_new(struct arena *arena, const char *directory, int64_t max) {
    struct spool *spool = arena_new_of(arena, struct spool);
    struct text path = text_format(arena, "%s/kabinet-upload-XXXXXX", directory);
    spool->path = arena_copy(arena, path.data, path.size + 1);
    spool->fd = -1;
    spool->max = max;
    arena_on_free(arena, spool_remove, spool);
    spool->fd = mkostemp(spool->path, O_CLOEXEC);
    spool->made = spool->fd >= 0;
    return spool->made ? spool : NULL;
}

bool spool_write(struct spool *spool, const void *data, size_t size) {
    const char *rest = data;
    size_t kept = size;
    int64_t place = spool->max - spool->size;
    if (place < 0) place = 0;
    if ((int64_t)kept > place) kept = (size_t)place;
    spool->size += (int64_t)size;
    while (kept > 0) {
        ssize_t written = write(spool->fd, rest, kept);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        rest += written;
        kept -= (size_t)written;
    }
    return true;
}

bool spool_end(struct spool *spool, const char **path, int64_t *size) {
    int fd = spool->fd;
    spool->fd = -1;
    *path = spool->path;
    *size = spool->size;
    return close(fd) == 0;
}
