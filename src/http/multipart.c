/* multipart.c: see multipart.h. Strict where two readers could differ: no preamble, one name per part, CRLF
 * everywhere. */
#include "http/multipart.h"

#include "http/parameter.h"
#include "http/raw.h"
#include "http/spool.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70                /* RFC 2046 §5.1.1 */
#define PENDING_ROOM ((size_t)16 * 1024)
#define PART_HEAD_MAX ((size_t)2048)

enum state { AT_START, AT_BOUNDARY, IN_HEAD, IN_DATA, AT_END };

struct multipart {
    struct arena *arena;
    const struct form *form;
    const char *directory;
    enum state state;
    int status; /* of what went wrong */
    char delimiter[BOUNDARY_MAX + 5]; /* CRLF "--" boundary */
    size_t delimiter_size;
    char *pending; /* read, not yet understood */
    size_t size;
    struct raw_list fields;
    struct raw_field part; /* the present one */
    bool is_file;
    struct text file_name, content_type;
    struct buffer value;
    struct spool *spool;
};

static bool is_boundary(struct text boundary) {
    if (boundary.size == 0 || boundary.size > BOUNDARY_MAX) return false;
    for (size_t i = 0; i < boundary.size; i++) {
        char byte = boundary.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!plain && (byte == '\0' || strchr("'()+_,-./:=?", byte) == NULL)) return false;
    }
    return true;
}

struct multipart *multipart_new(struct arena *arena, struct text content_type, const struct form *form,
                                const char *directory) {
    struct parameters parameters;
    struct text name, value, boundary = TEXT_NONE;
    parameters_begin(content_type, &parameters);
    while (parameters_next(&parameters, arena, &name, &value))
        if (name.size == 8 && strncasecmp(name.data, "boundary", 8) == 0) {
            if (boundary.data != NULL) return NULL;
            boundary = value;
        }
    if (parameters.malformed || !is_boundary(boundary)) return NULL;
    struct multipart *multipart = arena_new_of(arena, struct multipart);
    multipart->arena = arena;
    multipart->form = form;
    multipart->directory = directory != NULL ? directory : "/tmp";
    memcpy(multipart->delimiter, "\r\n--", 4);
    memcpy(multipart->delimiter + 4, boundary.data, boundary.size);
    multipart->delimiter_size = 4 + boundary.size;
    multipart->pending = arena_alloc(arena, PENDING_ROOM);
    return multipart;
}

/* ---- parts ---- */

static const struct field *file_field(const struct multipart *multipart, struct text name) {
    for (size_t i = 0; multipart->form != NULL && i < multipart->form->count; i++) {
        const struct field *field = &multipart->form->fields[i];
        if (field->type == FIELD_FILE && text_is(name, field->name)) return field;
    }
    return NULL;
}

static bool take_disposition(struct multipart *multipart, struct text field) {
    struct parameters parameters;
    struct text name, value, kind = parameters_begin(field, &parameters);
    if (kind.size != 9 || strncasecmp(kind.data, "form-data", 9) != 0) return false;
    while (parameters_next(&parameters, multipart->arena, &name, &value)) {
        struct text *place = text_is(name, "name") ? &multipart->part.name
                             : text_is(name, "filename") ? &multipart->file_name : NULL;
        if (place == NULL) continue; /* filename* among them: RFC 7578 §4.2 */
        if (place->data != NULL || !raw_readable(value)) return false;
        *place = text_copy(multipart->arena, value);
    }
    multipart->is_file = multipart->file_name.data != NULL;
    return !parameters.malformed && multipart->part.name.size > 0;
}

static bool take_part_field(struct multipart *multipart, struct text line) {
    struct text value;
    struct text name = text_split(line, ':', &value);
    value = text_trim(value);
    if (value.data == NULL || text_find(line, '\n') >= 0 || text_find(line, '\0') >= 0) return false;
    if (name.size == 19 && strncasecmp(name.data, "content-disposition", 19) == 0)
        return multipart->part.name.data == NULL && take_disposition(multipart, value);
    if (name.size == 12 && strncasecmp(name.data, "content-type", 12) == 0)
        multipart->content_type = raw_readable(value) ? text_copy(multipart->arena, value) : TEXT_NONE;
    return !(name.size == 25 && strncasecmp(name.data, "content-transfer-encoding", 25) == 0);
}

/* head: without the empty line behind it. */
static int part_begin(struct multipart *multipart, struct text head) {
    multipart->part = (struct raw_field){.is_string = true};
    multipart->file_name = multipart->content_type = TEXT_NONE;
    multipart->is_file = false;
    multipart->spool = NULL;
    struct text rest = head;
    while (rest.size > 0) {
        const char *end = memmem(rest.data, rest.size, "\r\n", 2);
        size_t size = end != NULL ? (size_t)(end - rest.data) : rest.size;
        if (!take_part_field(multipart, text_slice(rest, 0, size))) return 400;
        rest = text_slice(rest, size + 2, rest.size);
    }
    if (multipart->part.name.data == NULL) return 400;
    multipart->value = buffer_new(multipart->arena, multipart->is_file ? 16 : 256);
    if (!multipart->is_file || multipart->file_name.size == 0) return 0;
    const struct field *field = file_field(multipart, multipart->part.name);
    if (field == NULL) return 400;
    multipart->spool = spool_new(multipart->arena, multipart->directory,
                                 field->max > 0 ? field->max : MULTIPART_FILE_DEFAULT);
    return multipart->spool != NULL ? 0 : 503;
}

static int part_write(struct multipart *multipart, const char *data, size_t size) {
    if (size == 0) return 0;
    if (multipart->spool != NULL) return spool_write(multipart->spool, data, size) ? 0 : 503;
    if (multipart->is_file) return 400; /* bytes of a file without a name */
    if (multipart->value.size + size > MULTIPART_VALUE_MAX) return 413;
    buffer_add(&multipart->value, data, size);
    return 0;
}

static int part_end(struct multipart *multipart) {
    if (multipart->is_file && multipart->spool == NULL) return 0; /* the field was left empty */
    if (multipart->spool != NULL) {
        struct upload *upload = arena_new_of(multipart->arena, struct upload);
        upload->file_name = multipart->file_name;
        upload->content_type = multipart->content_type.data != NULL ? multipart->content_type : TEXT("");
        if (!spool_end(multipart->spool, &upload->path, &upload->size)) return 503;
        const struct field *field = file_field(multipart, multipart->part.name);
        if (field->max == 0 && upload->size > MULTIPART_FILE_DEFAULT) return 413; /* the form would not notice */
        multipart->part.upload = upload;
        multipart->part.value = multipart->file_name;
    } else {
        multipart->part.value = text_copy(multipart->arena, buffer_text(&multipart->value));
        if (!raw_readable(multipart->part.value)) return 400;
    }
    return raw_add(&multipart->fields, multipart->arena, &multipart->part) ? 0 : 400;
}

/* ---- the stream ---- */

static void consume(struct multipart *multipart, size_t size) {
    memmove(multipart->pending, multipart->pending + size, multipart->size - size);
    multipart->size -= size;
}

/* Each step gives false when it needs more bytes. */
static bool step_start(struct multipart *multipart) {
    size_t size = multipart->delimiter_size - 2; /* the first one has no CRLF before it */
    if (multipart->size < size) return false;
    if (memcmp(multipart->pending, multipart->delimiter + 2, size) != 0) multipart->status = 400;
    consume(multipart, size);
    multipart->state = AT_BOUNDARY;
    return true;
}

static bool step_boundary(struct multipart *multipart) {
    if (multipart->size < 2) return false;
    bool more = memcmp(multipart->pending, "\r\n", 2) == 0;
    if (!more && memcmp(multipart->pending, "--", 2) != 0) multipart->status = 400;
    consume(multipart, 2);
    multipart->state = more ? IN_HEAD : AT_END;
    return true;
}

static bool step_head(struct multipart *multipart) {
    const char *end = memmem(multipart->pending, multipart->size, "\r\n\r\n", 4);
    size_t size = end != NULL ? (size_t)(end - multipart->pending) : multipart->size;
    if (size > PART_HEAD_MAX) multipart->status = 400;
    if (end == NULL) return false;
    if (multipart->status == 0) multipart->status = part_begin(multipart, (struct text){multipart->pending, size});
    consume(multipart, size + 4);
    multipart->state = IN_DATA;
    return true;
}

static bool step_data(struct multipart *multipart) {
    const char *end = memmem(multipart->pending, multipart->size, multipart->delimiter, multipart->delimiter_size);
    size_t kept = multipart->delimiter_size - 1; /* may be the beginning of a delimiter */
    size_t size = end != NULL              ? (size_t)(end - multipart->pending)
                  : multipart->size > kept ? multipart->size - kept
                                           : 0;
    multipart->status = part_write(multipart, multipart->pending, size);
    consume(multipart, end != NULL ? size + multipart->delimiter_size : size);
    if (end == NULL || multipart->status != 0) return false;
    multipart->status = part_end(multipart);
    multipart->state = AT_BOUNDARY;
    return true;
}

static bool step_end(struct multipart *multipart) {
    if (multipart->size > 2 || memcmp(multipart->pending, "\r\n", multipart->size) != 0) multipart->status = 400;
    return false;
}

static bool step(struct multipart *multipart) {
    switch (multipart->state) {
    case AT_START: return step_start(multipart);
    case AT_BOUNDARY: return step_boundary(multipart);
    case IN_HEAD: return step_head(multipart);
    case IN_DATA: return step_data(multipart);
    case AT_END: return step_end(multipart);
    }
    return false;
}

int multipart_feed(struct multipart *multipart, const char *data, size_t size) {
    while (size > 0 && multipart->status == 0) {
        size_t part = PENDING_ROOM - multipart->size;
        if (part > size) part = size;
        memcpy(multipart->pending + multipart->size, data, part);
        multipart->size += part;
        data += part;
        size -= part;
        while (multipart->status == 0 && step(multipart)) continue;
    }
    return multipart->status;
}

int multipart_end(struct multipart *multipart, struct raw_field **fields) {
    *fields = multipart->fields.first;
    if (multipart->status == 0 && multipart->state != AT_END) multipart->status = 400;
    return multipart->status;
}
