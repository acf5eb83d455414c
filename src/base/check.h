/* check.h: assertions that stay on in release builds.
 *
 * A failed check is a bug: it prints where, aborts, and the supervisor restarts us; nothing acknowledged is lost,
 * since an answer is released only after its commit. Not for failures (disk, peer) nor for refusals (bad input). */
#pragma once

#include <stdnoreturn.h>

#define check(condition)                                                                                               \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0)) check_failed(#condition, __FILE__, __LINE__);                           \
    } while (0)

noreturn void check_failed(const char *condition, const char *file, int line);
