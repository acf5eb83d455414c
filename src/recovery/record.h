/* record.h: what is on record of a customer and only he should know: asked before a secret or a number changes. What
 * is compared is never shown. For other features' staff pages too. */
#pragma once

#include "backoffice/backoffice.h"

enum record_result {
    RECORD_SAME,
    RECORD_OTHER,  /* another one; the try is counted */
    RECORD_LOCKED, /* too many wrong ones: *free_at */
    RECORD_NONE,   /* there is none on record */
};

/* All in a command. The tries of a code word are one count over every channel: the cabinet, recovery, staff. What was
 * counted must stay when it is not RECORD_SAME; after a right one the count begins anew. */
enum record_result record_code_word(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                                    moment *free_at);
enum record_result record_passport(struct engine *engine, struct tx *tx, int64_t customer, struct text said,
                                   moment *free_at);
extern const struct record recovery_records[]; /* the same two, for the back office */
/* Not counted here: who asks counts for numbers that nobody has as well. */
bool record_surname(struct engine *engine, struct tx *tx, int64_t customer, struct text said);
