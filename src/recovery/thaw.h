/* thaw.h: money that its owner froze himself goes free again: at once, or after a wait. In commands. */
#pragma once

#include "recovery/recovery.h"

/* Lets it go: limited for a time, told on every channel, and noted in the case of the theft. */
void thaw_now(struct engine *engine, struct tx *tx, int64_t customer, string_id case_words);
/* Says so in the case of the theft, where there is a support. */
void thaw_note(struct engine *engine, struct tx *tx, int64_t customer, string_id words);

/* ---- thaw_wait.c ---- */

/* Begins the wait; when it is over. */
moment thaw_wait(struct engine *engine, struct tx *tx, int64_t customer);
moment thaw_due(struct tx *tx, int64_t customer); /* when it is over; 0: none waits. Also in snapshots. */
/* What shows that somebody else may have asked (another number, another password), or that staff took it up: it waits
 * no more. */
void thaw_on_event(struct engine *engine, struct tx *tx, const struct event *event);
bool thaw_due_job(struct engine *engine, struct tx *tx);
