/* journal.h: the sandbox's books on disk: a line for each change, written before anybody is told of it. It outlives the
 * process, killed or not; it is not synced, since here no machine falls, and thousands of lines a second are wanted. */
#pragma once

#include "base/text.h"

struct journal;

#define JOURNAL_LINE 768 /* the longest line, with its end */

/* Gives each line that is there to `take`, ended as it was; half a line at the end, which a crash tore off, goes:
 * nobody was told of it. NULL with *problem when the file cannot be had or `take` says that a line makes no sense. */
struct journal *journal_open(const char *path, bool (*take)(void *self, const char *line), void *self,
                             struct text *problem);
/* line: with its end. False: nothing of it is there. The caller's lock holds. */
bool journal_add(struct journal *journal, const char *line);
void journal_close(struct journal *journal); /* NULL too */
