/* head.c: which fields are read, and the rules a head must meet. */
#include "http/head.h"

#include "base/check.h"

#include <string.h>
#include <strings.h>

enum repeat { ONCE, LISTED };

static const struct {
    struct text name;
    enum repeat repeat; /* LISTED: RFC 9110 §5.3 lets it be sent in parts */
} known[HEAD_FIELDS] = {
    [HEAD_HOST] = {{"host", 4}, ONCE},
    [HEAD_CONTENT_LENGTH] = {{"content-length", 14}, ONCE},
    [HEAD_TRANSFER_ENCODING] = {{"transfer-encoding", 17}, ONCE},
    [HEAD_CONTENT_TYPE] = {{"content-type", 12}, ONCE},
    [HEAD_CONTENT_ENCODING] = {{"content-encoding", 16}, LISTED},
    [HEAD_EXPECT] = {{"expect", 6}, ONCE},
    [HEAD_ACCEPT] = {{"accept", 6}, LISTED},
    [HEAD_ACCEPT_LANGUAGE] = {{"accept-language", 15}, LISTED},
    [HEAD_ACCEPT_ENCODING] = {{"accept-encoding", 15}, LISTED},
    [HEAD_AUTHORIZATION] = {{"authorization", 13}, ONCE},
    [HEAD_COOKIE] = {{"cookie", 6}, ONCE},
    [HEAD_ORIGIN] = {{"origin", 6}, ONCE},
    [HEAD_FETCH_SITE] = {{"sec-fetch-site", 14}, ONCE},
    [HEAD_USER_AGENT] = {{"user-agent", 10}, ONCE},
    [HEAD_IDEMPOTENCY_KEY] = {{"idempotency-key", 15}, ONCE},
    [HEAD_IF_NONE_MATCH] = {{"if-none-match", 13}, LISTED},
    [HEAD_LOOKING] = {{"x-looking", 9}, ONCE},
    [HEAD_API_SIGNATURE] = {{"x-api-signature-sha256", 22}, ONCE},
    [HEAD_SIGNATURE] = {{"x-signature", 11}, ONCE},
    [HEAD_FORWARDED_FOR] = {{"x-forwarded-for", 15}, LISTED},
    [HEAD_FORWARDED_PROTO] = {{"x-forwarded-proto", 17}, LISTED},
};

#define NAME_LONGEST 22

/* tchar of RFC 9110 §5.6.2 */
static const bool token_byte[256] = {
    ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true,
    ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

static void broken(struct head *head, int status) {
    if (head->status == 0) head->status = status;
}

static bool is_token(struct text text) {
    if (text.size == 0) return false;
    for (size_t i = 0; i < text.size; i++)
        if (!token_byte[(unsigned char)text.data[i]]) return false;
    return true;
}

/* No control bytes: not even a bare CR, which some readers take for the end of a line. */
static bool is_field_value(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
    }
    return true;
}

static int field_of(struct text name) {
    if (name.size > NAME_LONGEST) return HEAD_FIELDS;
    for (int field = 0; field < HEAD_FIELDS; field++)
        if (known[field].name.size == name.size && strncasecmp(known[field].name.data, name.data, name.size) == 0)
            return field;
    return HEAD_FIELDS;
}

void head_add(struct head *head, struct arena *arena, struct text name, struct text value) {
    if (++head->count > HEAD_FIELDS_MAX) broken(head, 431);
    if (!is_token(name) || !is_field_value(value)) {
        broken(head, 400);
        return;
    }
    int field = field_of(name);
    if (field == HEAD_FIELDS) return;
    value = text_trim(value); /* blanks and tabs: is_field_value let through no other white space */
    struct text *place = &head->fields[field];
    if (place->data == NULL) {
        *place = text_copy(arena, value); /* the reader's buffer moves on */
    } else if (known[field].repeat == LISTED) {
        *place = text_format(arena, "%.*s, %.*s", TEXT_ARG(*place), TEXT_ARG(value));
    } else {
        broken(head, 400);
    }
}

/* A name or an address and perhaps a port; nothing that could be taken for a path, a user, or a second name. */
static bool is_host(struct text host) {
    if (host.size == 0 || host.size > 255) return false;
    for (size_t i = 0; i < host.size; i++) {
        char byte = host.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!plain && strchr("-._:[]", byte) == NULL) return false;
    }
    return true;
}

static bool is_length(struct text text) {
    if (text.size == 0 || text.size > 15) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static void check_framing(struct head *head) {
    struct text length = head->fields[HEAD_CONTENT_LENGTH], coding = head->fields[HEAD_TRANSFER_ENCODING];
    if (length.data != NULL && !is_length(length)) broken(head, 400);
    if (coding.data != NULL) {
        /* Transfer codings are not taken at all (RFC 9112 §6.3 allows to ask for a length instead): browsers send none,
         * and a proxy before us turns them into a length. */
        if (length.data != NULL || text_is(head->version, "HTTP/1.0")) broken(head, 400);
        bool chunked = coding.size == 7 && strncasecmp(coding.data, "chunked", 7) == 0;
        broken(head, chunked ? 411 : 501);
    }
    bool carries = text_is(head->method, "POST") || text_is(head->method, "PUT") || text_is(head->method, "PATCH");
    if (carries && length.data == NULL) broken(head, 411);
}

int head_check(struct head *head) {
    if (!text_is(head->version, "HTTP/1.1") && !text_is(head->version, "HTTP/1.0")) broken(head, 505);
    if (!is_token(head->method)) broken(head, 400);
    if (head->target.size > HEAD_TARGET_MAX) broken(head, 414);
    if (!is_host(head->fields[HEAD_HOST])) broken(head, 400);
    check_framing(head);
    struct text expect = head->fields[HEAD_EXPECT];
    if (expect.data != NULL && !(expect.size == 12 && strncasecmp(expect.data, "100-continue", 12) == 0))
        broken(head, 417);
    return head->status;
}

int64_t head_content_length(const struct head *head) {
    struct text length = head->fields[HEAD_CONTENT_LENGTH];
    int64_t value = 0;
    if (length.data == NULL) return -1;
    return text_to_int(length, &value) ? value : -1;
}
