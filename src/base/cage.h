/* cage.h: strangers' bytes are read by a child process which has given up whatever could do harm: no files, no
 * network, no other processes, little memory and time. Whatever a decoder can be made to do happens there. The child is
 * this very program under another command; what it says is as little believed as what it was given. */
#pragma once

#include "base/text.h"

/* ---- the child's side ---- */

/* What becomes of a system call that is not among the few allowed ones. */
enum cage_rule {
    CAGE_KILLS,  /* it ends the process */
    CAGE_DENIES, /* the same, but looking for and opening files fails with EACCES: libraries go on without */
};

/* Little time and memory, no new files or processes. Before anything is read. */
void cage_limits(void);

/* From now on memory, reading and writing what is open, and ending alone. False when the kernel has no such thing: then
 * nothing must be decoded. */
bool cage_close(enum cage_rule rule);

/* All of it to standard output. */
bool cage_say(const void *data, size_t size);

/* ---- the parent's ---- */

enum caged {
    CAGED_ENDED,  /* by itself, with *status as its exit status */
    CAGED_DIED,   /* of a signal: it did what it must not, or took too much memory or time of the processor */
    CAGED_SLOW,   /* it was ended: not done in time */
    CAGED_LARGE,  /* it was ended: it said more than `most`, or than the arena has room for */
    CAGED_FAILED, /* it could not be started */
};

/* Starts this program's `command` with `file` as its standard input and waits: what it says on standard output is added
 * to *said. Nothing of ours goes along, no other descriptor, no environment. Any thread; blocks. */
enum caged cage_run(const char *command, int file, int64_t patience_us, size_t most, struct buffer *said, int *status);
