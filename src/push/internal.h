/* internal.h: what the files of push share. */
#pragma once

#include "adapters/webpush/webpush.h"
#include "generated/strings_push.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "messaging/messaging.h"

extern const struct feature push_feature;

struct push_settings {
    const char *services, *contact;
};

struct push {
    struct webpush *webpush;
};

static inline struct push *push_of(const struct engine *engine) {
    return engine_state(engine, &push_feature);
}

extern const struct migration push_migrations[];
extern const struct sealed push_sealed[];
extern const struct outbox_kind push_outbox[];

/* ---- subscriptions.c: one browser of a customer's each ---- */

struct subscription {
    int64_t id;
    struct webpush_subscription to; /* in the tx's arena */
    struct text agent;
    moment made;
    bool words;
};

/* The newest first, at most `room`; how many. */
size_t subscriptions_of(struct engine *engine, struct tx *tx, int64_t customer, struct subscription *list, size_t room);
bool subscription_read(struct engine *engine, struct tx *tx, int64_t customer, int64_t id,
                       struct subscription *subscription);
/* The browser is this customer's from now on, and nobody else's. True when it is a new one of his. */
bool subscription_put(struct request *request, struct tx *tx, const struct webpush_subscription *to, bool words);
bool subscription_drop(struct tx *tx, int64_t customer, int64_t id);
size_t subscription_targets(struct tx *tx, int64_t customer, struct push_target *targets, size_t room);

/* Identity's gates: the browser's next session, and the end of one. */
void subscription_opened(struct request *request, struct tx *tx, int64_t customer, int64_t session);
void subscription_ended(struct engine *engine, struct tx *tx, int64_t customer, int64_t session);

/* ---- pages.c ---- */

stage_function push_offline, push_page, push_subscribe, push_remove;

/* ---- own_data.c ---- */

bool push_own_data(struct own_data *piece);
extern const struct erase push_erases[];
