/* desk.h: the staff's side of the support: what its files share. */
#pragma once

#include "backoffice/backoffice.h"
#include "support/internal.h"

/* A case as one member of staff stands to it. */
struct desk_case {
    struct support_case found;
    const char *queue;
    int64_t owner;    /* of its open task: 0 nobody; -1: it is closed */
    bool mine, reads; /* may see what was said: it is his, or he may see the customer */
};

/* By the path's first parameter; false: there is none for his roles. */
bool desk_find(struct request *request, struct tx *tx, struct desk_case *desk);
bool desk_roles_allow(const struct request *request, enum case_channel channel);
struct text desk_path(struct request *request, int64_t id);

/* [{id, title, text}] in a language, of ready answers. */
void phrases_tell(struct tx *tx, enum language language, struct node *list);
/* Its words; TEXT_NONE: there is none. */
struct text phrase_words(struct request *request, struct tx *tx, int64_t id);

/* ---- stages, by route ---- */

stage_function desk_open_page, desk_open; /* desk_open.c */
stage_function desk_list, duty_switch, calls_page, call_done;
stage_function desk_look, desk_seen, desk_case_page, desk_take, desk_hand, desk_say, desk_note, desk_close, desk_reopen;
stage_function desk_file, desk_events;
stage_function phrases_page, phrase_save, phrase_remove;
