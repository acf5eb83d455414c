/* multipart.c: see multipart.h. */
#include "http/multipart.h"

struct multipart *multipart_new(struct arena *arena, struct text content_type, const struct form *form,
                                const char *directory) {
    (void)arena, (void)content_type, (void)form, (void)directory;
    return NULL;
}
int multipart_feed(struct multipart *multipart, const char *data, size_t size) {
    (void)multipart, (void)data, (void)size;
    return 400;
}
int multipart_end(struct multipart *multipart, struct raw_field **fields) {
    (void)multipart, (void)fields;
    return 400;
}
