/* people.h: whom a customer keeps as his friends, as the feature that keeps them (friends) tells it to those that send
 * money to them or ask them for some, which may not know it. */
#pragma once

#include "engine/engine.h"

struct people {
    /* Adds {id, title, text} each, those kept last first: what he calls one, else how others see him, else his number;
     * in `text` whatever of these is left to tell. At most `most`. */
    void (*offer)(struct engine *engine, struct tx *tx, int64_t customer, size_t most, struct node *list);
    /* The number of one of his, E.164, in the tx's arena, and as what he is offered; false: he has no such friend. */
    bool (*find)(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct text *phone,
                 struct text *title);
};

/* NULL: no enabled feature keeps them. */
const struct people *engine_people(const struct engine *engine);
