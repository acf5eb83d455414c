/* wire.h: HTTP/1.1 messages as bytes, for what comes without a socket. One whole request; no pipelining, no codings. */
#pragma once

#include "http/head.h"

/* Line and fields of the message into head, the rest into *body. head->status says what is wrong (head.h), by the same
 * rules as sockets: CRLF at each line's end, no folding, one blank. */
void wire_parse(struct arena *arena, struct text message, struct head *head, struct text *body);
