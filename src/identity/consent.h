/* consent.h: what people agreed to, each to one purpose, provable (152-FZ): the one place where consents are kept,
 * whoever asked for them. Who has no cabinet yet holds them under his application; they follow him into his cabinet. */
#pragma once

#include "engine/engine.h"

/* Advertising of any kind, as sign-ups ask for it; messaging has purposes of its own beside it, one a topic. */
#define CONSENT_ADVERTISING "marketing"
/* A lender may ask the credit bureaus: given when one applies for a loan, or signs up for one. */
#define CONSENT_CREDIT_BUREAU "loans.bureau"

struct consent {
    struct text purpose;   /* "rules", "personal", "marketing", "news", "offers" */
    struct text version;   /* of the text agreed to */
    struct text words;     /* the text itself, in the language it was read in; TEXT_NONE: not kept */
    struct text how;       /* where and from which address: "form; 192.0.2.1; ru" */
    struct text ended_how; /* the same of its end */
    moment given, ended;   /* ended 0: it holds */
};

/* In a command. holder: a customer, or an application. An older one to the same purpose ends where the new begins. */
void identity_consent_give(struct tx *tx, int64_t holder, const struct consent *consent);
/* In a command. False when none holds. */
bool identity_consent_end(struct tx *tx, int64_t holder, struct text purpose, struct text how);
/* Since when one holds; 0: none does. */
moment identity_consent_since(struct tx *tx, int64_t holder, struct text purpose);
/* Newest first, texts in the tx's arena; how many. */
size_t identity_consent_list(struct tx *tx, int64_t holder, struct consent *consents, size_t most);
/* In a command: an application's consents become the customer's, as they are. */
void identity_consents_move(struct tx *tx, int64_t application, int64_t customer);
/* In a command: an application's time is over. */
void identity_consents_forget(struct tx *tx, int64_t application);
/* How this request came, for `how` and `ended_how`. */
struct text identity_consent_how(struct request *request);
