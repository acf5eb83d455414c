/* session_cache.h: sessions in memory, so that saying who calls needs no SQL. Bounded: sets of eight, the longest
 * unused gives way. A session ended here stays known as ended, so that a snapshot read before cannot bring it back.
 * Any thread. */
#pragma once

#include "base/calendar.h"

#include <stdint.h>

struct session_cache;

struct cached_session {
    uint8_t hash[32];
    int64_t customer, session;
    moment used;     /* last use */
    moment written;  /* the last use that the database knows */
    moment read;     /* when the row was last seen in the database */
    moment ends;     /* whatever its use */
    int64_t idle_us; /* … and so long after its last */
    bool by_token, ended;
    bool personal;    /* a personal token: what it opens and may send out a day (request.h, struct caller) */
    unsigned scopes;
    int64_t day_limit;
    char network[24]; /* … and where it was last used from, "203.0.113.0/24"; "": as the row says */
};

/* NULL without memory. room: sessions; rounded up. */
struct session_cache *session_cache_new(size_t room);
void session_cache_free(struct session_cache *cache);

/* A copy of what is known at `now`, false when nothing. One past its time becomes ended; with `use` a live one's
 * last use is now. */
bool session_cache_find(struct session_cache *cache, const uint8_t hash[32], moment now, bool use,
                        struct cached_session *found);
/* Where a personal token is used from now; kept for session_cache_unwritten. */
void session_cache_from(struct session_cache *cache, const uint8_t hash[32], const char network[24]);
/* Learns a row; one known as ended stays ended, a later use stays. */
void session_cache_put(struct session_cache *cache, const struct cached_session *session);
void session_cache_end(struct session_cache *cache, const uint8_t hash[32], moment now);

/* Sessions used since the database was told: at most `room`, each then counts as told. */
size_t session_cache_unwritten(struct session_cache *cache, struct cached_session *sessions, size_t room);
