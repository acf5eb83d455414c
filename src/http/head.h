/* head.h: the head of a request (request line and fields), whoever read it: libmicrohttpd, or wire.c for what comes
 * without a socket. One set of rules for both, so that what a fuzzer proves holds for the sockets.
 *
 * The rules are stricter than RFC 9112 asks, for whatever two readers could take in two ways is how requests are
 * smuggled: every length is told once and in digits, no transfer codings, no field twice that rules the message. */
#pragma once

#include "http/request.h"

enum head_field {
    HEAD_HOST,
    HEAD_CONTENT_LENGTH,
    HEAD_TRANSFER_ENCODING,
    HEAD_CONTENT_TYPE,
    HEAD_CONTENT_ENCODING,
    HEAD_EXPECT,
    HEAD_ACCEPT,
    HEAD_ACCEPT_LANGUAGE,
    HEAD_ACCEPT_ENCODING,
    HEAD_AUTHORIZATION,
    HEAD_COOKIE,
    HEAD_ORIGIN,
    HEAD_FETCH_SITE,
    HEAD_USER_AGENT,
    HEAD_IDEMPOTENCY_KEY,
    HEAD_IF_NONE_MATCH,
    HEAD_LOOKING,
    HEAD_API_SIGNATURE,
    HEAD_SIGNATURE,
    HEAD_FORWARDED_FOR,
    HEAD_FORWARDED_PROTO,
    HEAD_FIELDS
};

#define HEAD_FIELDS_MAX 64        /* fields in one head */
#define HEAD_SIZE_MAX 6144        /* bytes of the whole head */
#define HEAD_TARGET_MAX 4096      /* bytes of the target: path and query */

struct head {
    struct text method, target, version;
    struct text fields[HEAD_FIELDS]; /* trimmed; TEXT_NONE when not sent */
    int count;
    int status;                      /* of the first rule broken, 0 while none is */
};

/* One field in the order of the message. What is read of it is copied into the arena. What
 * breaks a rule is kept in head->status. */
void head_add(struct head *head, struct arena *arena, struct text name, struct text value);

/* After the last field: the rules about the whole. Gives head->status: 0, or 400, 411, 417, 501, 505. */
int head_check(struct head *head);

/* -1 when none was sent. Only after head_check gave 0. */
int64_t head_content_length(const struct head *head);
