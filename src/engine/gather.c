/* gather.c: what all enabled features say of one customer. */
#include "engine/internal.h"
#include "engine/labels.h"
#include "engine/lends.h"
#include "engine/moves.h"
#include "engine/owed.h"
#include "engine/people.h"

const struct moves *engine_moves(const struct engine *engine) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->moves != NULL) return engine->features[i]->moves;
    return NULL;
}

const struct lends *engine_lends(const struct engine *engine) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->lends != NULL) return engine->features[i]->lends;
    return NULL;
}

const struct labels *engine_labels(const struct engine *engine) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->labels != NULL) return engine->features[i]->labels;
    return NULL;
}

const struct people *engine_people(const struct engine *engine) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->people != NULL) return engine->features[i]->people;
    return NULL;
}

size_t engine_purses(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse purses[PURSES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->purses != NULL)
            count += engine->features[i]->purses(engine, tx, locale, customer, purses + count, PURSES_MAX - count);
    return count;
}

size_t engine_topups(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse purses[PURSES_MAX]) {
    size_t count = engine_purses(engine, tx, locale, customer, purses);
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->topups != NULL)
            count += engine->features[i]->topups(engine, tx, locale, customer, purses + count, PURSES_MAX - count);
    return count;
}

void engine_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                    struct node *list) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->pending != NULL) engine->features[i]->pending(engine, tx, locale, customer, list);
}

void engine_shortcuts(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->shortcuts != NULL)
            engine->features[i]->shortcuts(engine, tx, locale, customer, list);
}

void engine_beside_payment(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                           int64_t payment, struct node *document) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->beside_payment != NULL)
            engine->features[i]->beside_payment(engine, tx, locale, customer, payment, document);
}

void engine_beside_operation(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                             const struct entry *entry, struct node *list) {
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->beside_operation != NULL)
            engine->features[i]->beside_operation(engine, tx, locale, customer, entry, list);
}

void engine_obstacles(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list, bool *identified) {
    struct obstacles obstacles = {engine, tx, locale, customer, list, false};
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->obstacles != NULL) engine->features[i]->obstacles(&obstacles);
    *identified = obstacles.identified;
}

size_t engine_owed(const struct engine *engine, const struct owed *all[FEATURES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < engine->feature_count; i++)
        if (engine->features[i]->owed != NULL) all[count++] = engine->features[i]->owed;
    return count;
}
