/* factors.h: secrets and devices: what other features may ask. Ways in, second factors and the security page keep to
 * themselves. */
#pragma once

#include "engine/engine.h"

extern const struct feature factors_feature;

/* A stage for routes of what is dangerous (secrets, number, closing), and a function for handlers that know only then
 * (a new payee above a sum). FLOW_NEXT when the customer confirmed himself on this session within `factors.fresh`
 * (signing in counts). Else it has answered: a page goes to /confirm and comes back; a form that was posted is kept
 * and goes on after it (without its secrets, so a page that asks for one has this on its GET too); JSON is refused as
 * "confirmation-needed". For a POST call it in a WRITE stage; always FLOW_NEXT where the feature is off. */
stage_function factors_fresh;
/* The same question without an answer: whether it would be FLOW_NEXT. */
bool factors_are_fresh(struct request *request, struct tx *tx);

/* He confirmed himself on this session within `factors.fresh` by a secret of his (password, this device's PIN, passkey)
 * that he had before that moment: not by a code, nor by what somebody with his telephone may have made since. False
 * where the feature is off. */
bool factors_proved(struct request *request, struct tx *tx, moment before);
/* He has a PIN here or a passkey from before that moment, by which he could on /confirm. */
bool factors_may_prove(struct request *request, struct tx *tx, moment before);

/* He gets in by codes alone so far, and may choose a secret of his own: pages offer it. */
bool factors_chose_none(struct request *request, struct tx *tx);

/* ---- an operation signed by the customer's own device (ID-13): signature.c ----
 *
 * statement: one line that names the act, the payee and the sum ("transfer|+79161234567|1500.00|RUB"), made by the
 * server from what it is about to do, alike when the options are asked for and when the signature comes. */

/* He has a passkey, and passkeys work here. */
bool factors_may_sign(struct request *request, struct tx *tx);
/* Answers what his browser asks the authenticator (web/scripts/passkey.js: data-passkey of the form). */
enum flow factors_sign_options(struct request *request, struct text statement);

struct signature;

#define FACTORS_SIGNATURE_FIELDS                                                                                       \
    {.name = "credential", .type = FIELD_TEXT, .max = 1400}, {.name = "client", .type = FIELD_TEXT, .max = 2800},      \
        {.name = "authenticator", .type = FIELD_TEXT, .max = 2800},                                                    \
        {.name = "signature", .type = FIELD_TEXT, .max = 1400}, {.name = "user", .type = FIELD_TEXT, .max = 100},      \
    {                                                                                                                  \
        .name = "next", .type = FIELD_TEXT, .max = 1024                                                                \
    }

/* READ, WORK and WRITE of the route that takes it. FLOW_NEXT, or it has refused. */
enum flow factors_sign_look(struct request *request, struct tx *tx, struct text statement,
                            struct signature **signature);
enum flow factors_sign_verify(struct request *request, struct signature *signature);
enum flow factors_sign_spend(struct request *request, struct tx *tx, const struct signature *signature);
/* In the same command, once the operation has its id: what was signed is kept as evidence. */
void factors_sign_keep(struct request *request, struct tx *tx, const struct signature *signature, int64_t operation);
bool factors_signed(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation);
