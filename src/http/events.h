/* events.h: server-sent events (WHATWG HTML §9.2). A handler of a ROUTE_STREAM route opens a stream in place of
 * answering; once the request is finished the connection stays open, and any thread may send to it. */
#pragma once

#include "http/request.h"

struct event_stream;

/* Answers the request with an open stream. NULL: too many are open; the request is refused with 503 instead. */
struct event_stream *events_open(struct request *request);

/* Any thread; copies. name: one line of ASCII, or NULL for none; data may have lines. False when the client has left or
 * is too far behind: nothing more will reach it, close it. */
bool events_send(struct event_stream *stream, const char *name, struct text data);

/* Whether the client is still there, as far as we know: a heartbeat every 15 s finds out. Any thread. Whoever keeps a
 * list of streams looks through it now and then, for a topic may be silent for long. */
bool events_alive(struct event_stream *stream);

/* Ends it and lets go of it; exactly once, by whoever opened it, on any thread. */
void events_close(struct event_stream *stream);

/* Without a socket (tests): what has been sent since the last call, as it would go over the wire. */
struct text events_take(struct event_stream *stream, struct arena *arena);
