/* json.h: JSON text as jansson's tree, inside an arena. jansson 2.14 frees a string twice when it runs out of memory
 * half way, so it never does: its memory is the arena's, and no memory unwinds (arena_guard). */
#pragma once

#include "base/text.h"

struct json_t; /* jansson's */

/* NULL when malformed, or a name comes twice. Lives as long as the arena: never json_decref it. */
struct json_t *json_read(struct arena *arena, struct text text);

/* A member whose value is a string, behind those of the object that is being written: «{"a":"b"» without its end. The
 * name needs no escaping; the value is valid UTF-8. */
void json_add_member(struct buffer *out, const char *name, struct text value);
