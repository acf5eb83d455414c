/* keyring.c: the keys in memory; see keyring.h. Files are keyring_file.c's. */
#include "base/keyring_internal.h"

#include "base/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void key_derive(const unsigned char from[KEY_SIZE], char use, const char *purpose, unsigned char key[KEY_SIZE]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, from, KEY_SIZE, KEY_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)&use, 1);
    crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_generichash_final(&state, key, KEY_SIZE);
}

static struct keyring *keyring_new(const unsigned char root[KEY_SIZE]) {
    unsigned char key[KEY_SIZE];
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring == NULL) return NULL;
    keyring->vault = sodium_malloc(sizeof *keyring->vault);
    keyring->state = calloc(1, sizeof *keyring->state);
    if (keyring->vault == NULL || keyring->state == NULL) {
        keyring_free(keyring);
        return NULL;
    }
    memcpy(keyring->vault->root, root, KEY_SIZE);
    key_derive(root, 't', "tag", key);
    memcpy(keyring->vault->tag_key, key, sizeof keyring->vault->tag_key);
    sodium_memzero(key, sizeof key);
    check(sodium_mprotect_readonly(keyring->vault) == 0);
    return keyring;
}

void keyring_free(struct keyring *keyring) {
    if (keyring == NULL) return;
    if (keyring->vault != NULL) sodium_free(keyring->vault);
    if (keyring->state != NULL) free(keyring->state->path);
    free(keyring->state);
    free(keyring);
}

/* Others read meanwhile what is there; this one they see when it is counted. */
static void add(struct keyring *keyring, struct generation generation, const unsigned char key[KEY_SIZE]) {
    struct keyring_state *state = keyring->state;
    size_t place = atomic_load_explicit(&state->count, memory_order_relaxed);
    check(place < KEYRING_GENERATIONS);
    check(sodium_mprotect_readwrite(keyring->vault) == 0);
    memcpy(keyring->vault->keys[place], key, KEY_SIZE);
    check(sodium_mprotect_readonly(keyring->vault) == 0);
    state->generations[place] = generation;
    atomic_store_explicit(&state->count, place + 1, memory_order_release);
}

struct keyring *keyring_from_bytes(const uint8_t root[32]) {
    check(sodium_init() >= 0);
    struct keyring *keyring = keyring_new(root);
    if (keyring == NULL) return NULL;
    unsigned char key[KEY_SIZE];
    key_derive(root, 'g', "1", key);
    add(keyring, (struct generation){.number = 1}, key);
    sodium_memzero(key, sizeof key);
    return keyring;
}

struct keyring *keyring_open(const char *path, bool create, struct world *world, const char **problem) {
    struct key_file file;
    struct file_mark mark;
    check(sodium_init() >= 0);
    *problem = key_file_read(path, create, world, &file, &mark);
    struct keyring *keyring = *problem == NULL ? keyring_new(file.root) : NULL;
    if (keyring != NULL) {
        struct keyring_state *state = keyring->state;
        state->mark = mark;
        state->path = strdup(path);
        state->file_oldest = file.generations[0].number;
        for (size_t i = 0; i < file.count; i++) {
            add(keyring, file.generations[i], file.keys[i]);
            if (i > 0 && file.generations[i].from <= world_now(world)) atomic_store(&state->active, i);
        }
        if (state->path == NULL) {
            keyring_free(keyring);
            keyring = NULL;
        }
    }
    sodium_memzero(&file, sizeof file);
    if (keyring == NULL && *problem == NULL) *problem = "there is no memory for the key";
    return keyring;
}

/* ---- asking ---- */

static size_t known(const struct keyring *keyring, size_t *first) {
    *first = atomic_load_explicit(&keyring->state->first, memory_order_acquire);
    return atomic_load_explicit(&keyring->state->count, memory_order_acquire);
}

size_t keyring_generations(const struct keyring *keyring, struct generation generations[KEYRING_GENERATIONS]) {
    size_t first, count = known(keyring, &first);
    for (size_t i = first; i < count; i++) generations[i - first] = keyring->state->generations[i];
    return count - first;
}

bool keyring_several(const struct keyring *keyring) {
    size_t first, count = known(keyring, &first);
    return count - first > 1;
}

size_t keyring_place(const struct keyring *keyring, int generation) {
    size_t first, count = known(keyring, &first);
    for (size_t i = first; i < count; i++)
        if (keyring->state->generations[i].number == generation) return i;
    return KEYRING_GENERATIONS;
}

bool keyring_knows(const struct keyring *keyring, int generation) {
    return keyring_place(keyring, generation) < KEYRING_GENERATIONS;
}

int keyring_newest(const struct keyring *keyring) {
    size_t first, count = known(keyring, &first);
    return keyring->state->generations[count - 1].number;
}

int keyring_active(const struct keyring *keyring) {
    size_t active = atomic_load_explicit(&keyring->state->active, memory_order_acquire);
    return keyring->state->generations[active].number;
}

void keyring_activate(struct keyring *keyring, int generation) {
    size_t place = keyring_place(keyring, generation);
    check(place < KEYRING_GENERATIONS);
    atomic_store_explicit(&keyring->state->active, place, memory_order_release);
}

void keyring_print(const struct keyring *keyring, int generation, uint8_t print[KEYRING_PRINT_SIZE]) {
    unsigned char key[KEY_SIZE];
    size_t place = keyring_place(keyring, generation);
    check(place < KEYRING_GENERATIONS);
    key_derive(keyring->vault->keys[place], 'f', "print", key);
    memcpy(print, key, KEYRING_PRINT_SIZE);
    sodium_memzero(key, sizeof key);
}

int64_t keyring_strangers(const struct keyring *keyring) {
    return atomic_load_explicit(&keyring->state->strangers, memory_order_acquire);
}

bool keyring_has_file(const struct keyring *keyring) {
    return keyring->state->path != NULL;
}

/* ---- the file again ---- */

static bool same_keys(const struct keyring *keyring, const struct key_file *file) {
    if (sodium_memcmp(file->root, keyring->vault->root, KEY_SIZE) != 0) return false;
    for (size_t i = 0; i < file->count; i++) {
        size_t place = keyring_place(keyring, file->generations[i].number);
        if (place < KEYRING_GENERATIONS && sodium_memcmp(file->keys[i], keyring->vault->keys[place], KEY_SIZE) != 0)
            return false;
    }
    return true;
}

static const char *take(struct keyring *keyring, const struct key_file *file, bool *changed) {
    if (!same_keys(keyring, file)) return "the key file holds other keys than before; what was read at the start stays";
    int newest = keyring_newest(keyring);
    for (size_t i = 0; i < file->count; i++) {
        if (file->generations[i].number <= newest) continue;
        if (atomic_load(&keyring->state->count) == KEYRING_GENERATIONS)
            return "this process has seen too many generations: start it anew";
        add(keyring, file->generations[i], file->keys[i]);
        *changed = true;
    }
    if (keyring->state->file_oldest != file->generations[0].number) *changed = true;
    keyring->state->file_oldest = file->generations[0].number;
    return NULL;
}

enum keyring_change keyring_reread(struct keyring *keyring, const char **problem) {
    struct keyring_state *state = keyring->state;
    struct file_mark mark;
    struct key_file file;
    bool changed = false;
    if (state->path == NULL || !key_file_marked(state->path, &mark) || memcmp(&mark, &state->mark, sizeof mark) == 0)
        return KEYRING_SAME;
    state->mark = mark; /* what is wrong with it is told once */
    *problem = key_file_read(state->path, false, NULL, &file, &mark);
    if (*problem == NULL) {
        state->mark = mark;
        *problem = take(keyring, &file, &changed);
    }
    sodium_memzero(&file, sizeof file);
    if (*problem != NULL) return KEYRING_BAD;
    return changed ? KEYRING_CHANGED : KEYRING_SAME;
}

int keyring_file_oldest(const struct keyring *keyring) {
    return keyring->state->file_oldest;
}

/* Who is just opening by one of them fails as with a forgery, but there is nothing left that it opens. */
void keyring_forget_dropped(struct keyring *keyring) {
    struct keyring_state *state = keyring->state;
    size_t first, kept = keyring_place(keyring, state->file_oldest), active = atomic_load(&state->active);
    (void)known(keyring, &first);
    if (kept == KEYRING_GENERATIONS || kept <= first) return;
    check(kept <= active);
    atomic_store_explicit(&state->first, kept, memory_order_release);
    check(sodium_mprotect_readwrite(keyring->vault) == 0);
    for (size_t i = first; i < kept; i++) sodium_memzero(keyring->vault->keys[i], KEY_SIZE);
    check(sodium_mprotect_readonly(keyring->vault) == 0);
}
