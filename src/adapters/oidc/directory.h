/* directory.h: what a provider tells of itself, kept: its addresses and its keys. */
#pragma once

#include "adapters/oidc/jose.h"
#include "adapters/oidc/oidc.h"

#include <pthread.h>

#define DIRECTORY_KEYS 32

struct oidc {
    struct oidc_options options;
    pthread_mutex_t lock; /* over all below; never held while asking */
    const char *authorize, *token, *keys_url; /* NULL: not known yet */
    bool by_body;                             /* they take our secret in the body alone */
    struct arena *arena;                      /* the addresses' */
    moment asked, keys_asked;                 /* when last tried */
    moment keys_known;                        /* when last had; 0: never */
    struct jose_key keys[DIRECTORY_KEYS];
    size_t key_count;
};

/* The token's claims, its signature good; keys are asked for when they are old or the token's is not among them. */
enum oidc_result directory_verify(struct oidc *oidc, struct arena *arena, struct text token, moment now,
                                  struct text *claims, const char **reason);
