/* arena.c: blocks of zeroed memory handed out by moving a pointer.
 *
 * Memory is zeroed before it is handed out in bulk (calloc, or one memset of what was used when the arena is
 * cleared), never per allocation. */
#include "base/arena.h"

#include "base/check.h"
#include "base/fault.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef ARENA_POISONED
#include <sanitizer/asan_interface.h>
#define POISON(address, size) ASAN_POISON_MEMORY_REGION((address), (size))
#define UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION((address), (size))
#define RED_ZONE 16 /* poisoned bytes behind every allocation */
#else
#define POISON(address, size) ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
#define RED_ZONE 0
#endif

#define FIRST_BLOCK ((size_t)16 * 1024)
#define LARGEST_BLOCK ((size_t)1024 * 1024)
#define SIZE_LIMIT ((size_t)PTRDIFF_MAX / 2)

struct block {
    struct block *older;
    size_t size; /* of the whole, this header included */
};

struct cleanup {
    void (*run)(void *data);
    void *data;
    struct cleanup *older;
};

struct arena {
    struct arena_room room; /* first: the inline path reads it */
    char *start;            /* of the current block's part that is handed out */
    char *first_start, *first_end;
    struct block *blocks; /* all but the first, newest first */
    struct cleanup *cleanups;
    size_t held, cap;   /* bytes of blocks */
    size_t used_before; /* handed out of other blocks than the current one */
    size_t next_block;
};

struct guard {
    struct arena *arena;
    struct guard *outer;
    sigjmp_buf target;
};

static _Thread_local struct guard *innermost_guard;

/* ---- faults ---- */

_Atomic bool arena_faults_on;
static _Atomic int64_t fault_count, fault_met;
static _Atomic bool fault_for_ever, fault_hit;

static void faults_arm(int64_t met, bool for_ever) {
    atomic_store(&fault_count, 0);
    atomic_store(&fault_met, met);
    atomic_store(&fault_for_ever, for_ever);
    atomic_store(&fault_hit, false);
    atomic_store(&arena_faults_on, true);
}

void arena_fail_after(int64_t met) { faults_arm(met, false); }

void arena_fail_from(int64_t met) { faults_arm(met, true); }

bool arena_fail_never(void) {
    atomic_store(&arena_faults_on, false);
    return atomic_load(&fault_hit);
}

int64_t arena_fail_count(void) { return atomic_load(&fault_count); }

static bool fault_now(void) {
    if (!atomic_load_explicit(&arena_faults_on, memory_order_relaxed)) return false;
    int64_t before = atomic_fetch_add(&fault_count, 1), met = atomic_load(&fault_met);
    bool fails = before == met || (before > met && atomic_load(&fault_for_ever));
    if (fails) atomic_store(&fault_hit, true);
    return fails;
}

/* ---- blocks ---- */

static size_t round_up(size_t size) { return (size + 15) & ~(size_t)15; }

#define ARENA_HEAD round_up(sizeof(struct arena))
#define BLOCK_HEAD round_up(sizeof(struct block))

struct arena *arena_new(size_t cap_bytes) { return arena_new_roomy(cap_bytes, FIRST_BLOCK); }

struct arena *arena_new_roomy(size_t cap_bytes, size_t first_bytes) {
    if (fault_now()) return NULL;
    size_t smallest = ARENA_HEAD + 16, size = (cap_bytes < first_bytes ? cap_bytes : first_bytes) & ~(size_t)15;
    if (size < smallest) size = smallest;
    struct arena *arena = calloc(1, size);
    if (arena == NULL) return NULL;
    arena->first_start = (char *)arena + ARENA_HEAD;
    arena->first_end = (char *)arena + size;
    arena->start = arena->room.next = arena->first_start;
    arena->room.end = arena->first_end;
    arena->held = size;
    arena->cap = cap_bytes;
    arena->next_block = 2 * FIRST_BLOCK;
    POISON(arena->first_start, size - ARENA_HEAD);
    return arena;
}

/* A block with room for at least `room` bytes, or NULL past the cap or without memory. */
static struct block *block_new(struct arena *arena, size_t room, size_t wanted) {
    size_t least = BLOCK_HEAD + room, left = arena->cap > arena->held ? arena->cap - arena->held : 0;
    if (least > left) return NULL;
    size_t size = wanted < least ? least : wanted > left ? left & ~(size_t)15 : wanted;
    if (size < least) size = least;
    struct block *block = calloc(1, size);
    if (block == NULL) return NULL;
    block->older = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->held += size;
    POISON((char *)block + BLOCK_HEAD, size - BLOCK_HEAD);
    return block;
}

/* `rounded` more bytes from the current block, a new current one, or one of its own for what is large. */
static char *take(struct arena *arena, size_t rounded) {
    if (rounded <= (size_t)(arena->room.end - arena->room.next)) {
        char *memory = arena->room.next;
        arena->room.next += rounded;
        return memory;
    }
    if (rounded > arena->next_block / 4) {
        struct block *own = block_new(arena, rounded, 0);
        if (own == NULL) return NULL;
        arena->used_before += rounded;
        return (char *)own + BLOCK_HEAD;
    }
    struct block *block = block_new(arena, rounded, arena->next_block);
    if (block == NULL) return NULL;
    if (arena->next_block < LARGEST_BLOCK) arena->next_block *= 2;
    arena->used_before += (size_t)(arena->room.next - arena->start);
    arena->start = (char *)block + BLOCK_HEAD;
    arena->room.next = arena->start + rounded;
    arena->room.end = (char *)block + (block->size & ~(size_t)15);
    return arena->start;
}

/* NULL when it cannot be met. */
static void *try_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_LIMIT || fault_now()) return NULL;
    char *memory = take(arena, round_up(size + (size == 0)) + RED_ZONE);
    if (memory != NULL) UNPOISON(memory, size);
    return memory;
}

_Noreturn void arena_unwind(struct arena *arena) {
    struct guard *guard = innermost_guard;
    while (guard != NULL && guard->arena != arena) guard = guard->outer;
    check(guard != NULL && "out of memory, or past an arena's cap, outside any guard");
    innermost_guard = guard;
    siglongjmp(guard->target, 1);
}

void *arena_alloc_slow(struct arena *arena, size_t size) {
    void *memory = try_alloc(arena, size);
    if (memory == NULL) arena_unwind(arena);
    return memory;
}

void *arena_copy(struct arena *arena, const void *data, size_t size) {
    void *memory = arena_alloc(arena, size);
    if (size > 0) memcpy(memory, data, size);
    return memory;
}

void *arena_alloc_array(struct arena *arena, size_t size, size_t count) {
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes)) arena_unwind(arena);
    return arena_alloc(arena, bytes);
}

bool arena_extend(struct arena *arena, void *last, size_t size, size_t new_size) {
    size_t rounded = round_up(size + (size == 0)) + RED_ZONE;
    if (new_size > SIZE_LIMIT || new_size < size) return false;
    if ((char *)last + rounded != arena->room.next || (char *)last < arena->start) return false;
    size_t more = round_up(new_size) + RED_ZONE - rounded;
    if (more > (size_t)(arena->room.end - arena->room.next)) return false;
    arena->room.next += more;
    UNPOISON(last, new_size);
    return true;
}

/* ---- ends ---- */

void arena_on_free(struct arena *arena, void (*cleanup)(void *data), void *data) {
    struct cleanup *added = try_alloc(arena, sizeof *added);
    if (added == NULL) {
        cleanup(data);
        arena_unwind(arena);
    }
    *added = (struct cleanup){cleanup, data, arena->cleanups};
    arena->cleanups = added;
}

static void run_cleanups(struct arena *arena) {
    while (arena->cleanups != NULL) {
        struct cleanup *cleanup = arena->cleanups;
        arena->cleanups = cleanup->older;
        cleanup->run(cleanup->data);
    }
}

static void free_blocks(struct arena *arena) {
    while (arena->blocks != NULL) {
        struct block *block = arena->blocks;
        arena->blocks = block->older;
        UNPOISON((char *)block + BLOCK_HEAD, block->size - BLOCK_HEAD);
        free(block);
    }
}

void arena_clear(struct arena *arena) {
    run_cleanups(arena);
    /* Only the first block stays; when it is no longer the current one all of it may have been used. */
    char *used_end = arena->start == arena->first_start ? arena->room.next : arena->first_end;
    free_blocks(arena);
    UNPOISON(arena->first_start, (size_t)(arena->first_end - arena->first_start));
    memset(arena->first_start, 0, (size_t)(used_end - arena->first_start));
    POISON(arena->first_start, (size_t)(arena->first_end - arena->first_start));
    arena->start = arena->room.next = arena->first_start;
    arena->room.end = arena->first_end;
    arena->held = (size_t)(arena->first_end - (char *)arena);
    arena->used_before = 0;
    arena->next_block = 2 * FIRST_BLOCK;
}

void arena_free(struct arena *arena) {
    if (arena == NULL) return;
    run_cleanups(arena);
    free_blocks(arena);
    UNPOISON(arena->first_start, (size_t)(arena->first_end - arena->first_start));
    free(arena);
}

size_t arena_used(const struct arena *arena) { return arena->used_before + (size_t)(arena->room.next - arena->start); }

bool arena_guard(struct arena *arena, void (*body)(void *data), void *data) {
    struct guard guard = {.arena = arena, .outer = innermost_guard};
    innermost_guard = &guard;
    if (sigsetjmp(guard.target, 0) != 0) {
        innermost_guard = guard.outer;
        return false;
    }
    body(data);
    innermost_guard = guard.outer;
    return true;
}
