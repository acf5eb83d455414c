/* disk.c: see disk.h. */
#include "test/support/disk.h"

#include "base/check.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512
enum { DISK_MAIN, DISK_WAL, DISK_FILES };

struct bytes {
    uint8_t *data;
    size_t size, room;
};

struct change { /* a write; data NULL: a truncation to `offset` */
    struct change *next;
    size_t offset, size;
    uint8_t *data;
};

struct shadow {
    struct bytes synced, image;
    struct change *first, **last; /* since the last sync */
};

struct handle {
    sqlite3_file head;
    struct shadow *shadow; /* NULL: not watched */
    sqlite3_file *real;    /* behind this struct */
};

static struct {
    char path[512];
    bool watching, ordered, crashed, lies;
    uint64_t calls, luck;
    void (*taken)(void *data);
    void *data;
    struct shadow files[DISK_FILES];
} disk;

/* ---- what is on it ---- */

static void bytes_size(struct bytes *bytes, size_t size) {
    if (size > bytes->room) {
        size_t room = size * 2;
        bytes->data = realloc(bytes->data, room);
        check(bytes->data != NULL);
        bytes->room = room;
    }
    if (size > bytes->size) memset(bytes->data + bytes->size, 0, size - bytes->size);
    bytes->size = size;
}

static void bytes_put(struct bytes *bytes, size_t offset, const uint8_t *data, size_t size) {
    if (size == 0) return;
    if (offset + size > bytes->size) bytes_size(bytes, offset + size);
    memcpy(bytes->data + offset, data, size);
}

static void bytes_change(struct bytes *bytes, const struct change *change, size_t size) {
    if (change->data != NULL) bytes_put(bytes, change->offset, change->data, size);
    else if (size > 0) bytes_size(bytes, change->offset);
}

static void shadow_note(struct shadow *shadow, size_t offset, const void *data, size_t size) {
    struct change *change = calloc(1, sizeof *change);
    check(change != NULL);
    *change = (struct change){.offset = offset, .size = size};
    if (data != NULL) {
        change->data = malloc(size + 1);
        check(change->data != NULL);
        memcpy(change->data, data, size);
    }
    *shadow->last = change;
    shadow->last = &change->next;
}

static void shadow_sync(struct shadow *shadow) {
    struct change *next;
    for (struct change *change = shadow->first; change != NULL; change = next) {
        next = change->next;
        bytes_change(&shadow->synced, change, change->data != NULL ? change->size : 1);
        free(change->data);
        free(change);
    }
    shadow->first = NULL;
    shadow->last = &shadow->first;
}

/* ---- crashes ---- */

static uint64_t draw(void) {
    disk.luck += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = (disk.luck ^ disk.luck >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

/* How much of a change reached the platter. mode 0: nothing, 1: all, else each by itself. */
static size_t survives(const struct change *change, uint64_t mode) {
    size_t whole = change->data != NULL ? change->size : 1;
    if (mode == 0) return 0;
    if (mode == 1) return whole;
    switch (draw() % 3) {
    case 0: return 0;
    case 1: return whole;
    default: return change->data != NULL ? draw() % (change->size / SECTOR + 1) * SECTOR : 0;
    }
}

static void crash_now(void) {
    uint64_t mode = draw() % 4;
    for (size_t i = 0; i < DISK_FILES; i++) {
        struct shadow *shadow = &disk.files[i];
        bytes_size(&shadow->image, 0);
        bytes_put(&shadow->image, 0, shadow->synced.data, shadow->synced.size);
        for (const struct change *change = shadow->first; change != NULL; change = change->next)
            bytes_change(&shadow->image, change, survives(change, mode));
    }
    disk.ordered = false;
    disk.crashed = true;
    if (disk.taken != NULL) disk.taken(disk.data);
}

static void before_call(void) {
    if (!disk.ordered) return;
    if (disk.calls > 1) disk.calls--;
    else crash_now();
}

void disk_crash(uint64_t calls, uint64_t luck, void (*taken)(void *data), void *data) {
    check(disk.watching && !disk.crashed);
    disk.ordered = true;
    disk.calls = calls;
    disk.luck = luck;
    disk.taken = taken;
    disk.data = data;
    if (calls == 0) crash_now();
}

bool disk_crashed(void) {
    return disk.crashed;
}

void disk_spare(void) {
    disk.ordered = false;
}

void disk_lie(void) {
    disk.lies = true;
}

static bool file_write(const char *path, const struct bytes *bytes) {
    FILE *file = fopen(path, "we");
    if (file == NULL) return false;
    bool good = bytes->size == 0 || fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
    return fclose(file) == 0 && good;
}

bool disk_restore(const char *path) {
    char wal[600];
    check(disk.crashed);
    snprintf(wal, sizeof wal, "%s-wal", path);
    return file_write(path, &disk.files[DISK_MAIN].image) &&
           (disk.files[DISK_WAL].image.size == 0 || file_write(wal, &disk.files[DISK_WAL].image));
}

/* ---- watching ---- */

static void shadow_load(struct shadow *shadow, const char *path) {
    uint8_t piece[65536];
    shadow->first = NULL;
    shadow->last = &shadow->first;
    bytes_size(&shadow->synced, 0);
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    for (size_t size; (size = fread(piece, 1, sizeof piece, file)) > 0;)
        bytes_put(&shadow->synced, shadow->synced.size, piece, size);
    fclose(file);
}

void disk_watch(const char *path) {
    char wal[600];
    disk_forget();
    snprintf(disk.path, sizeof disk.path, "%s", path);
    snprintf(wal, sizeof wal, "%s-wal", path);
    shadow_load(&disk.files[DISK_MAIN], path);
    shadow_load(&disk.files[DISK_WAL], wal);
    disk.watching = true;
}

void disk_forget(void) {
    if (disk.watching)
        for (size_t i = 0; i < DISK_FILES; i++) shadow_sync(&disk.files[i]);
    disk.watching = disk.ordered = disk.crashed = false;
    disk.path[0] = '\0';
}

static struct shadow *shadow_named(const char *path, int flags) {
    size_t size = strlen(disk.path);
    if (!disk.watching || path == NULL || strncmp(path, disk.path, size) != 0) return NULL;
    if (flags & SQLITE_OPEN_MAIN_DB && path[size] == '\0') return &disk.files[DISK_MAIN];
    if (flags & SQLITE_OPEN_WAL && strcmp(path + size, "-wal") == 0) return &disk.files[DISK_WAL];
    return NULL;
}

/* ---- a file as SQLite sees it ---- */

static sqlite3_file *real_of(sqlite3_file *file) {
    return ((struct handle *)(void *)file)->real;
}

static int file_close(sqlite3_file *file) {
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset) {
    return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int file_put(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset) {
    struct shadow *shadow = ((struct handle *)(void *)file)->shadow;
    if (shadow != NULL) {
        before_call();
        shadow_note(shadow, (size_t)offset, data, (size_t)size);
    }
    return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct shadow *shadow = ((struct handle *)(void *)file)->shadow;
    if (shadow != NULL) {
        before_call();
        shadow_note(shadow, (size_t)size, NULL, 0);
    }
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
    struct shadow *shadow = ((struct handle *)(void *)file)->shadow;
    (void)flags; /* the machine of the test stays up: what survives is the shadow's affair */
    if (shadow == NULL) return SQLITE_OK;
    before_call();
    if (!disk.lies) shadow_sync(shadow);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_reserved(sqlite3_file *file, int *locked) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), locked);
}

static int file_control(sqlite3_file *file, int what, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int file_sector(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_put,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the VFS ---- */

static sqlite3_vfs *below(sqlite3_vfs *vfs) {
    return vfs->pAppData;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given) {
    struct handle *handle = (struct handle *)(void *)file;
    *handle = (struct handle){.real = (sqlite3_file *)(void *)(handle + 1), .shadow = shadow_named(path, flags)};
    int code = below(vfs)->xOpen(below(vfs), path, handle->real, flags, given);
    if (handle->real->pMethods != NULL) handle->head.pMethods = &methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    struct shadow *shadow = shadow_named(path, SQLITE_OPEN_WAL);
    if (shadow != NULL) {
        before_call();
        shadow_note(shadow, 0, NULL, 0);
    }
    return below(vfs)->xDelete(below(vfs), path, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    return below(vfs)->xAccess(below(vfs), path, flags, result);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *out) {
    return below(vfs)->xFullPathname(below(vfs), path, room, out);
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out) {
    return below(vfs)->xRandomness(below(vfs), size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    return below(vfs)->xSleep(below(vfs), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *now) {
    return below(vfs)->xCurrentTimeInt64(below(vfs), now);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out) {
    return below(vfs)->xGetLastError(below(vfs), size, out);
}

void disk_install(void) {
    static sqlite3_vfs vfs;
    if (vfs.zName != NULL) return;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    check(real != NULL && real->iVersion >= 2);
    vfs = (sqlite3_vfs){.iVersion = 2, .szOsFile = (int)sizeof(struct handle) + real->szOsFile,
                        .mxPathname = real->mxPathname, .zName = "disk", .pAppData = real, .xOpen = vfs_open,
                        .xDelete = vfs_delete, .xAccess = vfs_access, .xFullPathname = vfs_full_path,
                        .xRandomness = vfs_random, .xSleep = vfs_sleep, .xGetLastError = vfs_last_error,
                        .xCurrentTimeInt64 = vfs_time};
    check(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
