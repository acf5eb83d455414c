/* faults.h: calls that fail on demand: memory, and what reaches the disk. The linker takes these instead of the C
 * library's for the whole test program, its shared libraries included, so SQLite and jansson meet them too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum fault {
    FAULT_ARENA,        /* base/fault.h: arenas */
    FAULT_MEMORY,       /* malloc, calloc, realloc and their like */
    FAULT_WRITE,        /* write, pwrite: EIO */
    FAULT_FULL,         /* write, pwrite: ENOSPC */
    FAULT_SHORT,        /* write, pwrite: half of it, then ENOSPC */
    FAULT_SYNC,         /* fsync, fdatasync: EIO */
    FAULT_DISK,         /* all of write, sync, ftruncate, fallocate: EIO */
    FAULTS,
};

const char *fault_name(enum fault fault);
/* False under a sanitizer, which has an allocator of its own. */
bool fault_possible(enum fault fault);

/* The nth call from now fails; for ever: and all after it. */
void fault_arm(enum fault fault, int64_t nth, bool for_ever);
/* Ends it; true when a call was failed. */
bool fault_disarm(void);
