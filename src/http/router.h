/* router.h: from method and path to a route. A tree of segments made once from the features' tables; a literal segment
 * is preferred to {…}, and tried first. */
#pragma once

#include "http/route.h"

struct router;

/* routes: NULL-ended. Two routes with one method and one shape of path are a failed check, so are more than
 * ROUTE_PARAMS parameters. */
struct router *router_new(struct arena *arena, const struct route *const *routes);

/* The route, its parameters in params (borrowed from path). NULL: *allowed is a set of 1 << method that the path has
 * (405), or 0 when there is no such path (404). HEAD is asked for as METHOD_GET. */
const struct route *router_find(const struct router *router, enum method method, struct text path, struct text *params,
                                unsigned *allowed);

/* "GET, HEAD, POST" for the Allow field. */
struct text router_allow(struct arena *arena, unsigned allowed);

/* 0 for a method we do not have; HEAD gives METHOD_GET and *head. */
enum method method_from(struct text name, bool *head);
