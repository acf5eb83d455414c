/* operations.h: what happened on a customer's accounts, told to people: ledger entries with titles, other sides and
 * facts that only the products know. Products ask it for their pages; it asks them (feature.accounts,
 * operation_kind.describe) and includes none of them. */
#pragma once

#include "engine/engine.h"
#include "ledger/ledger.h"
#include "operations/filter_rules.h"

extern const struct feature operations_feature;

#define OPERATION_ACCOUNTS 32

struct operations_wanted {
    int64_t customer;
    const int64_t *accounts;
    size_t account_count;
    size_t most;                           /* operations told */
    const struct operation_filter *filter; /* NULL: all */
    int64_t before;                        /* only those older than this operation; 0: from the newest */
    bool labels;                           /* tell categories and tags, too */
};

struct operations_told {
    size_t count;
    int64_t next; /* pass as `before` for those that follow; 0: there are no more */
};

/* Fills `days`: [{day, operations: [{id, kind, title, direction, sum, at, counterparty?, note?, balance, category?,
 * tags?}]}], newest first. */
struct operations_told operations_tell(struct engine *engine, struct tx *tx, const struct locale *locale,
                                       const struct operations_wanted *wanted, struct node *days);

/* A masked number with hyphens at which no line is broken. */
struct text operations_unbroken(struct arena *arena, struct text number);

/* All ledger accounts that enabled features say are the customer's. */
size_t operations_accounts(struct engine *engine, struct tx *tx, int64_t customer,
                           int64_t accounts[OPERATION_ACCOUNTS]);

/* The customer's operation of that id, as the entry of his account; false: he has none such. */
bool operations_entry(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct entry *entry);

/* ---- money that does not move ---- */

struct cooling; /* identity/secrets.h */

/* As the ledger refused a movement of `sum` from that account: in words, with how much is missing or what the limit
 * still allows. */
enum flow operations_refuse(struct request *request, struct tx *tx, enum ledger_refusal refusal, int64_t account,
                            struct money sum);
/* A refusal whose text has a {sum}: the bound. */
enum flow operations_refuse_sum(struct request *request, const struct refusal *refusal, int64_t bound_minor);
/* What may go out is limited for a time after a change of secrets (ID-12). */
enum flow operations_refuse_cooling(struct request *request, const struct cooling *cooling);
