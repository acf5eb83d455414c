/* classes.h: what an entry of a customer's account is to a report of his spending. */
#pragma once

#include "operations/digest_rules.h"
#include "operations/operations.h"

/* Texts are literals or in the tx's arena. */
struct operation_class operations_classify(struct engine *engine, struct tx *tx, int64_t customer,
                                           const struct entry *entry);
/* The same, as digests have it. */
struct digest_class operations_digest_class(struct engine *engine, struct tx *tx, int64_t customer,
                                            const struct entry *entry);
