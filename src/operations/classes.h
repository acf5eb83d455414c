/* classes.h: what an entry of a customer's account is to a report of his spending. */
#pragma once

#include "operations/digest_rules.h"
#include "operations/operations.h"

/* Texts are literals or in the tx's arena. */
struct operation_class operations_classify(struct engine *engine, struct tx *tx, int64_t customer,
                                           const struct entry *entry);
/* The same of entry `at` of a digest: its class and its payee. */
void operations_digest_entry(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry,
                             struct digest *digest, size_t at);
