/* labels.h: what a customer says of his operations, as the feature that keeps it (spending) tells it to those that list
 * them, which may not know it: the category in which he counts one, and his tags. */
#pragma once

#include "engine/engine.h"

/* What he has said of all of them, read once for a list. */
struct label_set;

struct labelled {
    int64_t operation, account;
};

struct labels {
    /* In the tx's arena. NULL only after a failure. */
    const struct label_set *(*open)(struct engine *engine, struct tx *tx, int64_t customer);
    /* Where he counts it: as he said of this one, else of all of this payee, else as it was classified. */
    struct text (*category)(const struct label_set *set, int64_t operation, const struct operation_class *class);
    /* He has said so of any. */
    bool (*said)(const struct label_set *set);
    /* Those with a tag, as typed with or without its #, older than `before` (0: all), the newest first; at most `room`;
     * how many. */
    size_t (*tagged)(struct engine *engine, struct tx *tx, int64_t customer, struct text tag, int64_t before,
                     struct labelled *found, size_t room);
    /* Adds to an operation's document: category {code, title, income} and tags, a list of texts. */
    void (*describe)(struct engine *engine, struct tx *tx, const struct label_set *set, const struct locale *locale,
                     int64_t operation, const struct operation_class *class, struct node *document);
    /* What his list can be narrowed to: adds options {value, title, selected} of categories, and his tags. */
    void (*offer)(struct engine *engine, struct tx *tx, const struct label_set *set, const struct locale *locale,
                  struct text category, struct node *categories, struct node *tags);
};

/* NULL: no enabled feature keeps them. */
const struct labels *engine_labels(const struct engine *engine);
