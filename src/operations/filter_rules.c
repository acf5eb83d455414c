/* filter_rules.c: see filter_rules.h. */
#include "operations/filter_rules.h"

#include <string.h>
#include <unicode/ucasemap.h>

bool filter_matches_figures(const struct operation_filter *filter, const struct operation_facts *facts) {
    int64_t sum = facts->amount < 0 ? -facts->amount : facts->amount;
    if (filter->from != 0 && facts->at < filter->from) return false;
    if (filter->until != 0 && facts->at >= filter->until) return false;
    if (filter->min != 0 && sum < filter->min) return false;
    if (filter->max != 0 && sum > filter->max) return false;
    if (filter->account != 0 && facts->account != filter->account) return false;
    if (filter->direction == DIRECTION_IN && facts->amount < 0) return false;
    if (filter->direction == DIRECTION_OUT && facts->amount >= 0) return false;
    return filter->kind.size == 0 || facts->kind.size == 0 || text_equal(filter->kind, facts->kind);
}

struct text filter_folded(struct arena *arena, struct text text) {
    UErrorCode code = U_ZERO_ERROR;
    UCaseMap *map = ucasemap_open("", U_FOLD_CASE_DEFAULT, &code);
    if (U_FAILURE(code)) return text;
    size_t room = text.size * 3 + 1; /* no folding grows UTF-8 more */
    char *bytes = arena_alloc(arena, room);
    int32_t size = ucasemap_utf8FoldCase(map, bytes, (int32_t)room, text.data, (int32_t)text.size, &code);
    ucasemap_close(map);
    return U_FAILURE(code) ? text : (struct text){bytes, (size_t)size};
}

static bool contains(struct arena *arena, struct text hay, struct text needle) {
    if (hay.size == 0) return false;
    struct text folded_hay = filter_folded(arena, hay);
    return memmem(folded_hay.data, folded_hay.size, needle.data, needle.size) != NULL;
}

bool filter_matches_told(struct arena *arena, const struct operation_filter *filter,
                         const struct operation_facts *facts) {
    if (filter->card != 0 && filter->card != facts->card) return false;
    if (filter->text.size == 0) return true;
    struct text needle = filter_folded(arena, filter->text);
    return contains(arena, facts->title, needle) || contains(arena, facts->counterparty, needle) ||
           contains(arena, facts->note, needle);
}

bool filter_asks(const struct operation_filter *filter) {
    return filter->text.size > 0 || filter->kind.size > 0 || filter->category.size > 0 || filter->min != 0 ||
           filter->max != 0 || filter->direction != DIRECTION_ANY;
}

bool filter_empty(const struct operation_filter *filter) {
    return !filter_asks(filter) && filter->tag.size == 0 && filter->from == 0 && filter->until == 0 &&
           filter->account == 0 && filter->card == 0;
}

/* ---- addresses ---- */

static void add_part(struct buffer *query, const char *name, struct text value) {
    if (value.size == 0) return;
    if (query->size > 0) buffer_add_char(query, '&');
    buffer_format(query, "%s=", name);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     strchr("-._~", byte) != NULL;
        if (plain && byte != 0) buffer_add_char(query, (char)byte);
        else buffer_format(query, "%%%02X", byte);
    }
}

struct text filter_query(struct arena *arena, const struct operation_filter *filter) {
    struct buffer query = buffer_new(arena, 128);
    add_part(&query, "text", filter->text);
    add_part(&query, "from", filter->from_date);
    add_part(&query, "to", filter->until_date);
    add_part(&query, "min", filter->min_typed);
    add_part(&query, "max", filter->max_typed);
    add_part(&query, "kind", filter->kind);
    add_part(&query, "tag", filter->tag);
    add_part(&query, "category", filter->category);
    if (filter->direction != DIRECTION_ANY)
        add_part(&query, "direction", filter->direction == DIRECTION_IN ? TEXT("in") : TEXT("out"));
    if (filter->account != 0) add_part(&query, "account", text_format(arena, "%lld", (long long)filter->account));
    if (filter->card != 0) add_part(&query, "card", text_format(arena, "%lld", (long long)filter->card));
    return buffer_text(&query);
}
