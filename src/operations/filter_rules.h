/* filter_rules.h: which operations a list is to show, as pure functions. The filter comes from the address and is
 * written back into addresses (the next page, the export), so that they all mean the same list. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

enum operation_direction { DIRECTION_ANY, DIRECTION_IN, DIRECTION_OUT };

struct operation_filter {
    struct text text;   /* found in the title, the other side or the note, whatever the case; TEXT_NONE */
    struct text kind;   /* operation_kind.name; TEXT_NONE */
    struct text tag, category; /* as the customer says of it (engine/labels.h); TEXT_NONE */
    moment from, until; /* from ≤ at < until; 0: open */
    int64_t min, max;   /* of the sum without its sign, minor units; 0: open */
    enum operation_direction direction;
    int64_t account; /* 0: all of the customer's */
    int64_t card;    /* what was done with that card alone; 0: whatever by */
    /* As typed, to write addresses again. */
    struct text from_date, until_date, min_typed, max_typed;
};

struct operation_facts {
    struct text title, counterparty, note, kind;
    moment at;
    int64_t amount; /* signed */
    int64_t account;
    int64_t card; /* 0: by none */
};

/* Case folded by Unicode's rules; a text too long or broken stays as it is. */
struct text filter_folded(struct arena *arena, struct text text);

/* Of what figures alone tell; of a kind that is TEXT_NONE in the facts nothing is said. */
bool filter_matches_figures(const struct operation_filter *filter, const struct operation_facts *facts);
/* By text and card. */
bool filter_matches_told(struct arena *arena, const struct operation_filter *filter,
                         const struct operation_facts *facts);
/* Something of each operation is asked for, not only which account's and when. */
bool filter_asks(const struct operation_filter *filter);
bool filter_empty(const struct operation_filter *filter);

/* "text=%D0%BA…&kind=transfer": the filter as a query, without a leading '?'; empty for the empty filter. */
struct text filter_query(struct arena *arena, const struct operation_filter *filter);
