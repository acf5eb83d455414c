/* bound.h: customers' own cards that the acquirer keeps for us under tokens: binding one, paying out to it, charging it
 * without the customer at hand. README.md tells the wire. We never see a number, nor the sum by which a binding is
 * checked: both stay between the bank and the cardholder. */
#pragma once

#include "adapters/acquirer/acquirer.h"

/* How a call went, apart from what was said. */
enum acquirer_heard {
    ACQUIRER_SILENT,  /* nobody, an error of theirs, or our signature was not taken: perhaps done, ask again */
    ACQUIRER_TOLD,    /* 200 */
    ACQUIRER_NO,      /* it never will: asking again changes nothing */
    ACQUIRER_NO_SUCH, /* they know of no such thing */
};

/* ---- binding ---- */

struct acquirer_binding {
    int64_t id; /* ours */
    struct text return_url, language;
    moment expires; /* no card is taken, and no sum told, after it */
};

/* The bank's page for it, signed. No call is made. */
struct text acquirer_bind_url(const struct acquirer *acquirer, struct arena *arena,
                              const struct acquirer_binding *binding);

enum binding_said {
    BINDING_NONSENSE, /* not of a binding of ours, or words that we do not know */
    BINDING_PENDING,  /* no card yet */
    BINDING_CHECK,    /* a small sum was taken: the customer must tell it */
    BINDING_BOUND,
    BINDING_VOID, /* wrong too often */
    BINDING_DECLINED,
    BINDING_CANCELLED,
    BINDING_EXPIRED,
    BINDING_UNBOUND,
};

struct acquirer_binding_news {
    int64_t binding;
    enum binding_said said;
    int64_t attempt, left; /* the last attempt at the sum that they heard, 0: none; how many are left */
    struct text mask, network;              /* "220000******0000", "mir"; from BINDING_CHECK on */
    struct text token, holder, fingerprint; /* of BINDING_BOUND */
    int64_t month;                          /* … its last good month: 12 × year + month − 1 */
};

/* A callback's body or an answer's. */
enum binding_said acquirer_binding_read(const struct acquirer *acquirer, struct arena *arena, struct text body,
                                        struct acquirer_binding_news *news);
enum acquirer_heard acquirer_bind_status(const struct acquirer *acquirer, struct arena *arena, int64_t binding,
                                         moment now, struct text *body);
/* The sum that the customer read in his bank's app. The same attempt again counts once. */
enum acquirer_heard acquirer_bind_confirm(const struct acquirer *acquirer, struct arena *arena, int64_t binding,
                                          int64_t attempt, struct money sum, moment now, struct text *body);
/* The token is good for nothing afterwards. */
enum acquirer_heard acquirer_unbind(const struct acquirer *acquirer, struct arena *arena, struct text token,
                                    moment now);

/* ---- paying out, charging ---- */

enum payout_said { PAYOUT_NONSENSE, PAYOUT_PROCESSING, PAYOUT_PAID, PAYOUT_DECLINED };

struct acquirer_payout_news {
    enum payout_said said;
    struct text reason, reference; /* of what was declined; their number of it */
};

/* Once for an id, however often it is asked. */
enum acquirer_heard acquirer_payout(const struct acquirer *acquirer, struct arena *arena, int64_t payout,
                                    struct text token, struct money sum, moment now, struct text *body);
enum acquirer_heard acquirer_payout_status(const struct acquirer *acquirer, struct arena *arena, int64_t payout,
                                           moment now, struct text *body);
/* What they say of that payout of that sum; of another one it is nonsense. */
enum payout_said acquirer_payout_read(const struct acquirer *acquirer, struct arena *arena, struct text body,
                                      int64_t payout, struct money sum, struct acquirer_payout_news *news);

/* An order (acquirer.h) that needs no page: status, refunds and callbacks are an order's. */
enum acquirer_heard acquirer_charge(const struct acquirer *acquirer, struct arena *arena,
                                    const struct acquirer_order *order, struct text token, moment now,
                                    struct text *body);
