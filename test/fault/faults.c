/* faults.c: see faults.h. */
#include "test/fault/faults.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_ALLOCATOR 1
#endif
#endif

static struct {
    enum fault fault;
    bool armed, for_ever, failed;
    int64_t left;
} state;

const char *fault_name(enum fault fault) {
    static const char *const names[FAULTS] = {"arena", "memory", "write", "full disk", "short write", "sync", "disk"};
    return names[fault];
}

bool fault_possible(enum fault fault) {
#ifdef OWN_ALLOCATOR
    return fault != FAULT_MEMORY;
#else
    (void)fault;
    return true;
#endif
}

void fault_arm(enum fault fault, int64_t nth, bool for_ever) {
    state.fault = fault;
    state.for_ever = for_ever;
    state.failed = false;
    state.left = nth;
    state.armed = fault != FAULT_ARENA;
    if (fault != FAULT_ARENA) return;
    if (for_ever) arena_fail_from(nth - 1);
    else arena_fail_after(nth - 1);
}

bool fault_disarm(void) {
    if (state.fault == FAULT_ARENA) return arena_fail_never();
    state.armed = false;
    return state.failed;
}

/* Whether this call is one that fails. */
static bool hit(void) {
    if (state.left > 0) state.left--;
    if (state.left > 0 || (state.failed && !state.for_ever)) return false;
    state.failed = true;
    return true;
}

/* ---- memory ---- */

#ifndef OWN_ALLOCATOR
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool no_memory(void) {
    if (__builtin_expect(!state.armed, 1) || state.fault != FAULT_MEMORY || !hit()) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return no_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return no_memory() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    return no_memory() ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    return no_memory() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return no_memory() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    if (no_memory()) return ENOMEM;
    *out = __libc_memalign(alignment, size);
    return *out != NULL ? 0 : ENOMEM;
}
#endif

/* ---- disk ---- */

static bool writing_fails(size_t *size) {
    if (__builtin_expect(!state.armed, 1)) return false;
    bool mine = state.fault == FAULT_WRITE || state.fault == FAULT_FULL || state.fault == FAULT_SHORT ||
                state.fault == FAULT_DISK;
    if (!mine || !hit()) return false;
    errno = state.fault == FAULT_FULL || state.fault == FAULT_SHORT ? ENOSPC : EIO;
    if (state.fault != FAULT_SHORT || *size < 2) return true;
    *size /= 2;
    return false;
}

static bool syncing_fails(enum fault fault) {
    if (__builtin_expect(!state.armed, 1)) return false;
    if ((state.fault != fault && state.fault != FAULT_DISK) || !hit()) return false;
    errno = EIO;
    return true;
}

ssize_t write(int file, const void *data, size_t size) {
    return file > 2 && writing_fails(&size) ? -1 : syscall(SYS_write, file, data, size);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    return writing_fails(&size) ? -1 : syscall(SYS_pwrite64, file, data, size, offset);
}

int fsync(int file) {
    return syncing_fails(FAULT_SYNC) ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    return syncing_fails(FAULT_SYNC) ? -1 : (int)syscall(SYS_fdatasync, file);
}

int ftruncate64(int file, off64_t size) {
    return syncing_fails(FAULT_DISK) ? -1 : (int)syscall(SYS_ftruncate, file, size);
}

int posix_fallocate64(int file, off64_t offset, off64_t size) {
    if (syncing_fails(FAULT_DISK)) return EIO;
    return syscall(SYS_fallocate, file, 0, offset, size) == 0 ? 0 : errno;
}
