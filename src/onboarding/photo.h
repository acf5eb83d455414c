/* photo.h: a photo that somebody sends of a document: drawn anew in the caged child (adapters/picture), so that nothing
 * of the file's own bytes is kept, upright, and sealed. Slow, so on a worker; a command then only writes the row. */
#pragma once

#include "adapters/picture/picture.h"
#include "http/request.h"

struct photo {
    enum picture_kind kind; /* PICTURE_JPEG or PICTURE_PNG; kept in the database */
    int64_t size;           /* bytes, before sealing */
    struct text sealed;     /* lives as long as the request */
};

/* A WORK stage's part. FLOW_NEXT with *photo (NULL when the field was not sent), or the field is marked and refused.
 * purpose and context: what secret_open will be told. */
enum flow photo_take(struct request *request, const char *field, const char *purpose, int64_t context,
                     struct photo **photo);
