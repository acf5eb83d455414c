/* session_cache.c: see session_cache.h. The hash is keyed already, so its first bytes choose the set. */
#include "identity/session_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define LOCKS 64

struct set {
    struct cached_session ways[WAYS]; /* session 0 and not ended: free */
};

struct session_cache {
    size_t count;      /* of sets, a power of two */
    size_t next_sweep; /* where session_cache_unwritten goes on */
    pthread_mutex_t locks[LOCKS];
    struct set sets[];
};

struct session_cache *session_cache_new(size_t room) {
    size_t count = LOCKS;
    while (count * WAYS < room) count *= 2;
    struct session_cache *cache = calloc(1, sizeof *cache + count * sizeof(struct set));
    if (!cache) return NULL;
    cache->count = count;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&cache->locks[i], NULL);
    return cache;
}

void session_cache_free(struct session_cache *cache) {
    if (!cache) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&cache->locks[i]);
    free(cache);
}

static size_t set_index(const struct session_cache *cache, const uint8_t hash[32]) {
    uint64_t first;
    memcpy(&first, hash, sizeof first);
    return (size_t)first & (cache->count - 1);
}

static bool is_free(const struct cached_session *way) {
    return way->session == 0 && !way->ended;
}

static struct cached_session *find(struct set *set, const uint8_t hash[32]) {
    for (size_t i = 0; i < WAYS; i++) {
        if (!is_free(&set->ways[i]) && memcmp(set->ways[i].hash, hash, 32) == 0) return &set->ways[i];
    }
    return NULL;
}

/* Its own place, a free one, or that of the longest unused. */
static struct cached_session *place_for(struct set *set, const uint8_t hash[32]) {
    struct cached_session *best = find(set, hash);
    if (best) return best;
    best = &set->ways[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_free(&set->ways[i])) return &set->ways[i];
        if (set->ways[i].used < best->used) best = &set->ways[i];
    }
    memset(best, 0, sizeof *best);
    return best;
}

bool session_cache_find(struct session_cache *cache, const uint8_t hash[32], moment now, bool use,
                        struct cached_session *found) {
    size_t index = set_index(cache, hash);
    pthread_mutex_t *lock = &cache->locks[index % LOCKS];
    pthread_mutex_lock(lock);
    struct cached_session *way = find(&cache->sets[index], hash);
    if (way) {
        if (!way->ended && (now >= way->ends || now >= way->used + way->idle_us)) way->ended = true;
        if (!way->ended && use && now > way->used) way->used = now;
        *found = *way;
    }
    pthread_mutex_unlock(lock);
    return way != NULL;
}

void session_cache_from(struct session_cache *cache, const uint8_t hash[32], const char network[24]) {
    size_t index = set_index(cache, hash);
    pthread_mutex_t *lock = &cache->locks[index % LOCKS];
    pthread_mutex_lock(lock);
    struct cached_session *way = find(&cache->sets[index], hash);
    if (way) memcpy(way->network, network, sizeof way->network);
    pthread_mutex_unlock(lock);
}

void session_cache_put(struct session_cache *cache, const struct cached_session *session) {
    size_t index = set_index(cache, session->hash);
    pthread_mutex_t *lock = &cache->locks[index % LOCKS];
    pthread_mutex_lock(lock);
    struct cached_session *way = place_for(&cache->sets[index], session->hash);
    if (!way->ended) {
        moment used = way->used;
        char network[sizeof way->network];
        memcpy(network, way->network, sizeof network);
        *way = *session;
        if (network[0] != '\0') memcpy(way->network, network, sizeof network);
        if (used > way->used) way->used = used;
    }
    pthread_mutex_unlock(lock);
}

void session_cache_end(struct session_cache *cache, const uint8_t hash[32], moment now) {
    size_t index = set_index(cache, hash);
    pthread_mutex_t *lock = &cache->locks[index % LOCKS];
    pthread_mutex_lock(lock);
    struct cached_session *way = place_for(&cache->sets[index], hash);
    *way = (struct cached_session){.ended = true, .used = now};
    memcpy(way->hash, hash, sizeof way->hash);
    pthread_mutex_unlock(lock);
}

size_t session_cache_unwritten(struct session_cache *cache, struct cached_session *sessions, size_t room) {
    size_t found = 0;
    size_t at = cache->next_sweep;
    for (size_t done = 0; done < cache->count && found + WAYS <= room; done++, at = (at + 1) & (cache->count - 1)) {
        pthread_mutex_t *lock = &cache->locks[at % LOCKS];
        pthread_mutex_lock(lock);
        for (size_t i = 0; i < WAYS; i++) {
            struct cached_session *way = &cache->sets[at].ways[i];
            if (is_free(way) || way->ended || way->used <= way->written) continue;
            way->written = way->used;
            sessions[found++] = *way;
        }
        pthread_mutex_unlock(lock);
    }
    cache->next_sweep = at;
    return found;
}
