/* attachment.h: files that people attach, for any feature whose form has a field `file`: made harmless in a child
 * process (adapters/picture), sealed at rest, given back for saving alone. Who may have them is the feature's to
 * say. */
#pragma once

#include "engine/engine.h"

/* Made harmless and sealed by the worker, for the command that follows; NULL when nothing was sent. */
struct attachment {
    int64_t id;
    int kind; /* enum picture_kind */
    struct text name, sealed;
};

/* STAGE_WORK: the field `file` of a form in multipart, into request->scratch. Its route allows bodies of
 * PICTURE_FILE_MAX and some more. */
stage_function attachment_clean;
/* holder: the id of what it belongs to: a case, or a thing of the feature's own. In a command. */
void attachment_keep(struct request *request, struct tx *tx, int64_t holder, int64_t message,
                     const struct attachment *attachment);
void attachments_drop(struct tx *tx, int64_t holder); /* for ever; in a command */
enum flow attachment_give(struct request *request, struct tx *tx, int64_t holder, int64_t id);
