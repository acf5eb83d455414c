/* classes.c: see classes.h. The kind says which category, the feature of the kind what it knows better. */
#include "operations/classes.h"

#include "operations/sides.h"

struct operation_class operations_classify(struct engine *engine, struct tx *tx, int64_t customer,
                                           const struct entry *entry) {
    bool own = operations_owner(engine, tx, entry->other) == customer;
    const struct operation_kind *kind = engine_operation_kind(engine, entry->kind);
    bool out = entry->amount < 0;
    struct operation_class class = {.category = TEXT(OPERATION_OWN), .payee = entry->other};
    if (own) return class;
    if (kind == NULL) {
        class.category = out ? TEXT("other") : TEXT("income");
        return class;
    }
    const char *one = out ? kind->spent : kind->earned, *other = out ? kind->earned : kind->spent;
    if (one == NULL && other == NULL) return class;
    class.category = text_from(one != NULL ? one : other);
    if (kind->classify != NULL) kind->classify(engine, tx, entry, &class);
    return class;
}

void operations_digest_entry(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry,
                             struct digest *digest, size_t at) {
    struct operation_class class = operations_classify(engine, tx, customer, entry);
    digest->entries[at] = (struct digest_entry){
        entry->id, entry->amount,
        digest_class_of(digest, entry->kind, text_slice(class.category, 0, DIGEST_CATEGORY))};
    digest->payees[at] = class.payee;
}
