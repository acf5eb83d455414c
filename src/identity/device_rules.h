/* device_rules.h: what a person is told of a session's device and place: «Chrome · Android». Pure. From what the
 * browser says of itself, so for people to recognise, never to decide by. */
#pragma once

#include "base/text.h"

/* "Firefox · Windows", "Safari · iPhone", "curl"; TEXT_NONE when nothing is recognised. */
struct text device_name(struct arena *arena, struct text user_agent);

/* The network an address belongs to, for shared limits: "203.0.113.0/24", "2001:db8:7::/48"; an address that is
 * neither is its own network. And what one subscriber has: the address itself, or an IPv6 /64. */
struct text network_of(struct arena *arena, struct text address);
struct text subscriber_of(struct arena *arena, struct text address);
