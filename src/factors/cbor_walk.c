/* cbor_walk.c: see cbor_walk.h. */
#include "factors/cbor_walk.h"

#define DEPTH_MAX 4

enum major { MAJOR_UNSIGNED, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP, MAJOR_TAG, MAJOR_SIMPLE };

struct head {
    enum major major;
    uint64_t value;
    size_t size; /* of the head itself */
};

static bool head_read(struct text data, struct head *head) {
    if (data.size == 0) return false;
    unsigned char first = (unsigned char)data.data[0];
    unsigned info = first & 31;
    head->major = (enum major)(first >> 5);
    head->value = info;
    head->size = 1;
    if (info < 24) return true;
    if (info > 27) return false; /* reserved, or a length that is not told */
    size_t more = (size_t)1 << (info - 24);
    if (data.size - 1 < more) return false;
    head->value = 0;
    for (size_t i = 0; i < more; i++) head->value = head->value << 8 | (unsigned char)data.data[1 + i];
    head->size = 1 + more;
    return true;
}

static size_t item_size(struct text data, int depth);

/* Bytes that `count` items take; 0 when there are not so many. An item is a byte at least, so a count is bounded. */
static bool items_size(struct text data, uint64_t count, int depth, size_t *size) {
    *size = 0;
    if (count > data.size) return false;
    for (uint64_t i = 0; i < count; i++) {
        size_t one = item_size(text_slice(data, *size, data.size), depth);
        if (one == 0) return false;
        *size += one;
    }
    return true;
}

static size_t item_size(struct text data, int depth) {
    struct head head;
    size_t inside = 0;
    if (depth > DEPTH_MAX || !head_read(data, &head)) return 0;
    size_t left = data.size - head.size;
    struct text rest = text_slice(data, head.size, left);
    switch (head.major) {
    case MAJOR_UNSIGNED:
    case MAJOR_NEGATIVE: return head.size;
    case MAJOR_BYTES:
    case MAJOR_TEXT: return head.value <= left ? head.size + (size_t)head.value : 0;
    case MAJOR_ARRAY: return items_size(rest, head.value, depth + 1, &inside) ? head.size + inside : 0;
    case MAJOR_MAP:
        if (head.value > left) return 0;
        return items_size(rest, head.value * 2, depth + 1, &inside) ? head.size + inside : 0;
    case MAJOR_SIMPLE: return head.value >= 20 && head.value <= 22 && head.size == 1 ? 1 : 0; /* false, true, null */
    case MAJOR_TAG: break;
    }
    return 0;
}

size_t cbor_item(struct text data) {
    return item_size(data, 0);
}

bool cbor_member(struct text data, const char *name, struct text *item) {
    struct head head, key;
    bool found = false;
    if (!head_read(data, &head) || head.major != MAJOR_MAP || item_size(data, 0) != data.size) return false;
    struct text rest = text_slice(data, head.size, data.size);
    for (uint64_t i = 0; i < head.value; i++) {
        if (!head_read(rest, &key)) return false;
        size_t key_size = item_size(rest, 1);
        struct text value = text_slice(rest, key_size, rest.size);
        size_t value_size = item_size(value, 1);
        bool named = key.major == MAJOR_TEXT && text_is(text_slice(rest, key.size, key_size - key.size), name);
        if (named && found) return false; /* twice: which one is meant? */
        if (named) *item = text_slice(value, 0, value_size);
        found = found || named;
        rest = text_slice(value, value_size, value.size);
    }
    return found;
}

bool cbor_bytes(struct text item, struct text *content) {
    struct head head;
    if (!head_read(item, &head) || head.major != MAJOR_BYTES || item_size(item, 0) != item.size) return false;
    *content = text_slice(item, head.size, item.size);
    return true;
}
