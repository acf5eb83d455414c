/* cbor_walk.h: CBOR (RFC 8949) read within bounds, as far as WebAuthn needs it: definite lengths, no tags, four levels
 * at most. Not a decoder: it says where an item ends and finds a member, so that a library is only ever given what is
 * well-formed and no longer than it says. */
#pragma once

#include "base/text.h"

/* Bytes of the item that data begins with; 0 when it is malformed, too deep or cut short. */
size_t cbor_item(struct text data);

/* The member of that name in the map that is the whole of data; its encoded item. */
bool cbor_member(struct text data, const char *name, struct text *item);

/* The content of a byte string that is the whole of item. */
bool cbor_bytes(struct text item, struct text *content);
