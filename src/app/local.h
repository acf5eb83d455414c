/* local.h: the command line's way to the running server: where it listens, and a form posted to it. */
#pragma once

#include "app/app.h"

struct local_field {
    const char *name;
    struct text value;
    struct text file_name; /* of a file; TEXT_NONE: a plain value */
};

/* POSTs the fields as multipart/form-data to `base` and `path`. The answer's status; 0: the server was not reached, or
 * did not answer within a minute. */
long local_post(struct arena *arena, struct text base, const char *path, const struct local_field *fields,
                size_t count);
/* "http://127.0.0.1:8080", from where the configuration says that the server listens. */
struct text local_base(struct arena *arena, const struct config_base *config);
