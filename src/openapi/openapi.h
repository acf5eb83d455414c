/* openapi.h: what the routes say of themselves, as an OpenAPI 3.1 document (IF-1). Nothing in it is written by hand but
 * a few sentences: paths, fields, callers, keys and statuses come from the route table that the engine enforces, the
 * shape of answers from what tests have seen (generated/answers.h). */
#pragma once

#include "engine/engine.h"

/* The whole document as JSON, of these enabled features; in the arena. public_url: "" when none is configured. */
struct text openapi_json(struct arena *arena, const struct feature *const *features, size_t count,
                         const char *public_url);
