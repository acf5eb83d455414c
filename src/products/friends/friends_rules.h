/* friends_rules.h: who may become a friend, and what a list of found ones looks like: no store, no HTTP, no clock. */
#pragma once

#include "base/blind.h"

#define FRIENDS_LABEL 40 /* code points: how he calls one */
#define FRIENDS_AT_ONCE 50 /* numbers asked about by one request */
#define FRIENDS_KEPT_AT_ONCE 200

enum friend_verdict {
    FRIEND_NEW,
    FRIEND_KNOWN, /* the number is on the list already: it may get another label */
    FRIEND_OWN,   /* his own number: nothing can be sent there */
    FRIEND_FULL,
};

/* The first that applies, in the order: own, known, full, new. */
enum friend_verdict friend_verdict(int64_t count, int64_t most, bool known, bool own);

/* One that was found among his contacts. */
struct friend_found {
    uint8_t tag[BLIND_HALF_SIZE];
    struct text label; /* TEXT_NONE: none was typed */
};
/* Lines of a tag (base64url) and, after a blank, a label. -1: not such lines, or more than there is room for. */
int friends_parse(struct arena *arena, struct text lines, struct friend_found *found, size_t room);
