/* identity.h: what other features may ask about people. Sign-up, sign-in and sessions keep to themselves. */
#pragma once

#include "engine/engine.h"

extern const struct feature identity_feature;

enum level { LEVEL_MINIMAL = 1, LEVEL_SIMPLIFIED = 2, LEVEL_FULL = 3 }; /* also the ledger's limit set */

struct customer {
    int64_t id;
    enum level level;
    bool frozen, closed;
    enum language language;
    moment opened;
    struct text phone; /* E.164, opened from its seal; in the tx's arena */
    struct text name;  /* «Имя О.» or TEXT_NONE */
};

/* 0 when nobody has that number. Works in snapshots and commands. */
int64_t identity_by_phone(struct engine *engine, struct tx *tx, struct text e164);
bool identity_customer(struct engine *engine, struct tx *tx, int64_t id, struct customer *customer);
/* The keyed hash under which a number is looked up (purpose "phone"). */
void identity_phone_hash(struct engine *engine, struct text e164, uint8_t hash[SECRET_HASH_SIZE]);
