/* mail.h: letters as cases: what the files about them share. */
#pragma once

#include "support/internal.h"
#include "support/mail_rules.h"

#define MAIL_FILES 5

struct mail_files {
    struct attachment list[MAIL_FILES];
    size_t count;
    int64_t left_out;
};

/* The other side of a case that came by mail. */
struct mail_side {
    struct text address, subject, last_id; /* last_id: of his last letter; TEXT_NONE */
    bool verified;                         /* our mail server vouched for the address's domain */
};
bool mail_of_case(struct request *request, struct tx *tx, int64_t id, struct mail_side *side);

/* Sends the answer by mail when the case came so. */
void mail_answer(struct request *request, struct tx *tx, const struct support_case *found, struct text words);
bool mail_sweep(struct engine *engine, struct tx *tx); /* a job */

stage_function mail_check, mail_clean, mail_keep;
