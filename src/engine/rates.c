/* rates.c: a fixed table of counters in buckets of four; a full bucket gives up its oldest. An attacker with many
 * addresses can so push out honest counters, which frees them, never locks anyone. */
#include "engine/rates.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define RATE_BUCKETS 16384
#define RATE_WAYS 4

struct counter {
    uint64_t key;
    moment window_end;
    int count;
};

struct rates {
    pthread_mutex_t mutex;
    uint8_t seed[crypto_shorthash_KEYBYTES];
    struct counter counters[RATE_BUCKETS][RATE_WAYS];
};

struct rates *rates_new(void) {
    struct rates *rates = calloc(1, sizeof *rates);
    if (rates == NULL) return NULL;
    pthread_mutex_init(&rates->mutex, NULL);
    randombytes_buf(rates->seed, sizeof rates->seed); /* hides the buckets from outside; decides nothing */
    return rates;
}

void rates_free(struct rates *rates) {
    if (rates == NULL) return;
    pthread_mutex_destroy(&rates->mutex);
    free(rates);
}

static uint64_t counter_key(const struct rates *rates, const struct request *request, size_t index) {
    const struct rate *rate = &request->route->rates[index];
    char message[256] = {0};
    size_t used = sizeof(void *);
    memcpy(message, &request->route, sizeof(void *));
    message[used++] = (char)('0' + index);
    if (rate->per == RATE_CALLER && request->caller.customer != 0) {
        memcpy(message + used, &request->caller.customer, sizeof(int64_t));
        used += sizeof(int64_t);
    } else if (rate->per != RATE_WHOLE) {
        size_t size = request->address.size < 100 ? request->address.size : 100;
        if (size > 0) memcpy(message + used, request->address.data, size);
        used += size;
    }
    uint64_t key;
    crypto_shorthash((uint8_t *)&key, (const uint8_t *)message, used, rates->seed);
    return key | 1; /* 0 marks an empty counter */
}

static struct counter *find_counter(struct rates *rates, uint64_t key, moment now, int64_t window_us) {
    struct counter *bucket = rates->counters[(key >> 32) % RATE_BUCKETS];
    struct counter *oldest = bucket;
    for (size_t i = 0; i < RATE_WAYS; i++) {
        if (bucket[i].key == key && bucket[i].window_end > now) return &bucket[i];
        if (bucket[i].window_end < oldest->window_end) oldest = &bucket[i];
    }
    *oldest = (struct counter){key, now + window_us, 0};
    return oldest;
}

int rates_count(struct rates *rates, const struct request *request) {
    int wait_s = 0;
    for (size_t i = 0; i < sizeof request->route->rates / sizeof *request->route->rates; i++) {
        const struct rate *rate = &request->route->rates[i];
        if (rate->per == RATE_NONE) continue;
        uint64_t key = counter_key(rates, request, i);
        pthread_mutex_lock(&rates->mutex);
        struct counter *counter = find_counter(rates, key, request->started, rate->window_us);
        if (counter->count < rate->count) counter->count++;
        else wait_s = (int)((counter->window_end - request->started) / SECOND) + 1;
        pthread_mutex_unlock(&rates->mutex);
    }
    return wait_s;
}
