/* check.c: what a failed check does. Writes with write(2) alone, so that it works with the heap broken. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

noreturn void check_failed(const char *condition, const char *file, int line) {
    char message[512];
    int size = snprintf(message, sizeof message, "check failed: %s at %s:%d\n", condition, file, line);
    size_t length = size < 0 ? 0 : (size_t)size < sizeof message ? (size_t)size : sizeof message - 1;
    ssize_t written = write(STDERR_FILENO, message, length);
    (void)written; /* there is nobody left to tell */
    abort();
}
