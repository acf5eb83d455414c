/* ready.h: responses of libmicrohttpd made beforehand. Making one, with a dozen header fields of three allocations
 * each, costs as much as all the rest of our work for a small answer; so each I/O thread keeps those it made, by kind
 * and size, and fills in the body and what differs (the request's id, a place, cookies). Bodies are filled up with
 * blanks to a round size, which JSON and HTML ignore; an eavesdropper of TLS learns a little less from their length,
 * too. */
#pragma once

#include "http/reply.h"

#include <microhttpd.h>

struct ready;       /* a response that is ready, or in use by one connection */
struct ready_shelf; /* one I/O thread's */

struct ready_shelf *ready_shelf_new(const struct site *site); /* NULL: no memory */
void ready_shelf_free(struct ready_shelf *shelf);

/* One filled with the reply; NULL when it does not lend itself, or there is no memory: make one the ordinary way. */
struct ready *ready_take(struct ready_shelf *shelf, const struct reply *reply);
struct MHD_Response *ready_response(const struct ready *ready);
/* When the last byte was sent, or its connection is gone. */
void ready_return(struct ready_shelf *shelf, struct ready *ready);
