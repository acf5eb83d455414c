/* arena.h: memory that is freed all at once.
 *
 * One arena per request, per command group, per job. An arena has a cap; passing it, or the machine having no
 * memory left, unwinds to the nearest arena_guard() of this arena on this thread, which returns false: callers never
 * see NULL. Under ASan the unused and the freed parts are poisoned. Arenas are not shared between threads at the
 * same time. */
#pragma once

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* An empty arena which never holds more than cap_bytes; NULL when there is no memory. Its first block is taken at
 * once, so that small requests never ask the allocator again. */
struct arena *arena_new(size_t cap_bytes);
/* The same with a first block of first_bytes: for one that is filled and cleared over and over. */
struct arena *arena_new_roomy(size_t cap_bytes, size_t first_bytes);

/* Runs the cleanups (last added, first run), then frees everything. NULL is allowed. */
void arena_free(struct arena *arena);

/* Runs the cleanups and empties the arena for its next use, keeping its first block. */
void arena_clear(struct arena *arena);

/* size bytes, zeroed, aligned for any type. Size 0 gives a unique address. Never NULL: unwinds, see arena_guard. */
static inline void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);

#define arena_new_of(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc_array((arena), sizeof(type), (count)))
void *arena_alloc_array(struct arena *arena, size_t size, size_t count);

/* Makes the last allocation longer where it stands; false when it is not the last or the room behind it is too
 * small. New bytes are zero. For buffers that grow. */
bool arena_extend(struct arena *arena, void *last, size_t size, size_t new_size);

/* Calls cleanup(data) when the arena is cleared or freed; at once, before unwinding, when that cannot be kept. */
void arena_on_free(struct arena *arena, void (*cleanup)(void *data), void *data);

/* Bytes handed out since the last clear, rounded up as they were. */
size_t arena_used(const struct arena *arena);

/* Runs body(data); true when it returned, false when an allocation from this arena could not be met inside it.
 * Guards nest. Without a guard of this arena an unmet allocation is a failed check. body must leave nothing outside
 * arenas half-done at an allocation: the store resets its statements when a guarded stage unwinds. */
bool arena_guard(struct arena *arena, void (*body)(void *data), void *data);

/* As if an allocation from this arena could not be met: for code that caught that with a guard of its own to tidy
 * up. */
_Noreturn void arena_unwind(struct arena *arena);

/* ---- the fast path, inline: nothing below is for callers ---- */

#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define ARENA_POISONED 1
#elif defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define ARENA_POISONED 1
#endif
#endif

struct arena_room {   /* the first member of struct arena: the unused part of its current block, all zeros */
    char *next, *end; /* multiples of 16 */
};

extern _Atomic bool arena_faults_on; /* see base/fault.h */
void *arena_alloc_slow(struct arena *arena, size_t size);

static inline void *arena_alloc(struct arena *arena, size_t size) {
#ifndef ARENA_POISONED
    struct arena_room *room = (struct arena_room *)(void *)arena;
    /* size 0 wraps around and takes the slow path */
    if (__builtin_expect(size - 1 < (size_t)(room->end - room->next), 1) &&
        __builtin_expect(!atomic_load_explicit(&arena_faults_on, memory_order_relaxed), 1)) {
        void *memory = room->next;
        room->next += (size + 15) & ~(size_t)15;
        return memory;
    }
#endif
    return arena_alloc_slow(arena, size);
}
