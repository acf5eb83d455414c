/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "adapters/esia/esia.h"
#include "adapters/oidc/oidc.h"
#include "generated/strings_providers.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "providers/providers.h"

#define PROVIDERS_MAX 6

enum provider_dialect { DIALECT_OIDC, DIALECT_ESIA, DIALECT_VK, DIALECT_YANDEX };

struct provider_settings {
    int dialect; /* enum provider_dialect */
    const char *name, *title, *issuer, *authorize, *token, *keys, *person, *client, *secret_file, *scopes;
    const char *certificate_file, *key_file, *their_certificate_file; /* the state portal's */
    int level; /* what its verified accounts raise a cabinet to: 0 nothing, 1 simplified, 2 full */
};

struct providers_settings {
    struct provider_settings slots[PROVIDERS_MAX];
    int64_t timeout, keys_life, keys_pause, errand_life;
};

struct provider {
    const struct provider_settings *settings;
    struct oidc *oidc;
    struct esia *esia; /* instead */
};

struct providers {
    struct provider list[PROVIDERS_MAX];
    size_t count;
    int outside_max;      /* workers that may wait for providers at a time */
    _Atomic int outside;
};

extern const struct setting providers_setting_table[];
/* The providers that are configured; false with *problem. */
bool providers_configure(struct engine *engine, struct arena *arena, struct providers *providers,
                         struct text *problem);

static inline struct providers *providers_of(const struct engine *engine) {
    return engine_state(engine, &providers_feature);
}

static inline const struct providers_settings *providers_settings(const struct engine *engine) {
    return engine_settings(engine, &providers_feature);
}

struct provider *provider_named(const struct engine *engine, struct text name); /* NULL: there is none */
/* Our address that they send the browser back to. */
struct text provider_return(struct request *request, const struct provider *provider);

/* ---- errand.c: what a browser carries on its way to a provider and back: one sealed cookie ---- */

enum errand_kind {
    ERRAND_SIGN_IN = 1,
    ERRAND_LINK,    /* by a signed-in customer, from the settings */
    ERRAND_PENDING, /* came back with an account that nobody has linked: until he has signed up or in */
};

struct errand {
    enum errand_kind kind;
    struct text provider;
    moment made;
    int64_t customer;                   /* LINK: who set out */
    struct text state, nonce, verifier; /* SIGN_IN, LINK */
    struct text next;                   /* SIGN_IN: where to go afterwards */
    struct text subject, label;         /* PENDING: theirs */
    struct text person, phone;          /* … and what the state portal says of him: answers' JSON; else empty */
};

void errand_new(struct request *request, struct errand *errand, enum errand_kind kind, struct text provider);
void errand_keep(struct request *request, const struct errand *errand); /* sets the cookie */
bool errand_read(struct request *request, struct errand *errand);       /* false: none, forged or too old */
void errand_end(struct request *request);                               /* deletes the cookie */
/* In a command: marks it used; false when it was before. */
bool errand_claim(struct request *request, struct tx *tx, const struct errand *errand);

/* ---- links.c: which account elsewhere is whose ---- */

enum link_made { LINK_MADE, LINK_HIS, LINK_OTHERS, LINK_FULL };

int64_t link_find(struct engine *engine, struct tx *tx, const struct provider *provider, struct text subject);
enum link_made link_make(struct request *request, struct tx *tx, const struct provider *provider, int64_t customer,
                         struct text subject, struct text label);
void links_list(struct request *request, struct tx *tx, int64_t customer, struct node *list);
/* The name of the provider whose link it was; NULL when there is none such. */
const char *link_remove(struct engine *engine, struct tx *tx, int64_t customer, int64_t id);
/* Tells the customer, on all his channels. */
void provider_told(struct request *request, struct tx *tx, int64_t customer, const struct provider *provider,
                   bool linked);
bool providers_sweep(struct engine *engine, struct tx *tx);

extern const struct migration providers_migrations[];
extern const struct sealed providers_sealed[];

/* ---- stages, by route ---- */

stage_function begin_sign_in, begin_link, return_claim, return_exchange, return_settle, return_failed;
stage_function unknown_page, providers_page, provider_link_pending, provider_unlink;
void providers_on_sign_in_page(struct request *request, struct tx *tx, struct node *document);
void providers_on_session(struct request *request, struct tx *tx, int64_t customer, int64_t session);

/* ---- own_data.c ---- */

bool providers_own_data(struct own_data *piece);
extern const struct erase providers_erases[];
