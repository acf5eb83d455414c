/* request_id.c: see request_id.h. */
#include "http/request_id.h"

struct text request_id(struct arena *arena, int64_t id) {
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char *text = arena_alloc(arena, REQUEST_ID_SIZE + 1);
    uint64_t rest = (uint64_t)id;
    for (size_t i = REQUEST_ID_SIZE; i > 0; i--) {
        text[i - 1] = digits[rest & 31];
        rest >>= 5;
    }
    return (struct text){text, REQUEST_ID_SIZE};
}
