/* breaker.c: see breaker.h. */
#include "payments/breaker.h"

#include <pthread.h>
#include <stdlib.h>

#define PLACES 4096 /* providers that hash to one place share a breaker */

struct breaker {
    int flying, silent;
    moment until; /* left alone so long; 0: not */
};

struct breakers {
    pthread_mutex_t mutex;
    struct breaker of[PLACES];
};

struct breakers *breakers_new(void) {
    struct breakers *breakers = calloc(1, sizeof *breakers);
    if (breakers != NULL) pthread_mutex_init(&breakers->mutex, NULL);
    return breakers;
}

void breakers_free(struct breakers *breakers) {
    if (breakers == NULL) return;
    pthread_mutex_destroy(&breakers->mutex);
    free(breakers);
}

static struct breaker *of(struct breakers *breakers, int64_t provider) {
    uint64_t spread = (uint64_t)provider * UINT64_C(0x9E3779B97F4A7C15);
    return &breakers->of[spread >> 52];
}

enum breaker_word breaker_asks(struct breakers *breakers, int64_t provider, moment now) {
    pthread_mutex_lock(&breakers->mutex);
    struct breaker *breaker = of(breakers, provider);
    enum breaker_word word = BREAKER_GO;
    if (breaker->silent >= BREAKER_SILENT) {
        if (now < breaker->until || breaker->flying > 0) word = BREAKER_ILL;
    } else if (breaker->flying >= BREAKER_AT_ONCE) {
        word = BREAKER_FULL;
    }
    if (word == BREAKER_GO) breaker->flying++;
    pthread_mutex_unlock(&breakers->mutex);
    return word;
}

void breaker_told(struct breakers *breakers, int64_t provider, bool answered, moment now) {
    pthread_mutex_lock(&breakers->mutex);
    struct breaker *breaker = of(breakers, provider);
    breaker->flying--;
    if (answered) breaker->silent = 0;
    else if (++breaker->silent >= BREAKER_SILENT) breaker->until = now + BREAKER_PAUSE;
    pthread_mutex_unlock(&breakers->mutex);
}
