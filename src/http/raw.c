/* raw.c: see raw.h. */
#include "http/raw.h"

bool raw_add(struct raw_list *list, struct arena *arena, const struct raw_field *field) {
    if (list->count == RAW_FIELDS_MAX || field->name.size > RAW_NAME_MAX) return false;
    for (const struct raw_field *other = list->first; other != NULL; other = other->next)
        if (text_equal(other->name, field->name)) return false;
    struct raw_field *added = arena_copy(arena, field, sizeof *field);
    added->next = NULL;
    if (list->last == NULL) list->first = added;
    else list->last->next = added;
    list->last = added;
    list->count++;
    return true;
}

bool raw_readable(struct text text) {
    for (size_t at = 0; at < text.size;) {
        size_t step = text_utf8_step((struct text){text.data + at, text.size - at});
        if (step == 0 || text.data[at] == '\0') return false;
        at += step;
    }
    return true;
}
