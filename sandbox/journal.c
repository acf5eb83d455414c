/* journal.c: see journal.h. */
#include "sandbox/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct journal {
    int file;
    off_t size; /* of whole lines */
};

static bool read_all(struct journal *journal, bool (*take)(void *self, const char *line), void *self) {
    char line[JOURNAL_LINE];
    FILE *file = fdopen(dup(journal->file), "r");
    bool good = file != NULL;
    while (good && fgets(line, sizeof line, file) != NULL) {
        size_t size = strlen(line);
        if (size == 0 || line[size - 1] != '\n') break;
        good = take(self, line);
        journal->size += (off_t)size;
    }
    if (file != NULL) fclose(file);
    return good && ftruncate(journal->file, journal->size) == 0; /* the next line must not stick to half of one */
}

struct journal *journal_open(const char *path, bool (*take)(void *self, const char *line), void *self,
                             struct text *problem) {
    struct journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL) {
        *problem = text_from(strerror(ENOMEM));
        return NULL;
    }
    journal->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    *problem = journal->file >= 0 ? TEXT("a line of the journal makes no sense") : text_from(strerror(errno));
    if (journal->file >= 0 && read_all(journal, take, self)) return journal;
    journal_close(journal);
    return NULL;
}

bool journal_add(struct journal *journal, const char *line) {
    size_t size = strlen(line);
    if (write(journal->file, line, size) == (ssize_t)size) {
        journal->size += (off_t)size;
        return true;
    }
    if (ftruncate(journal->file, journal->size) != 0) return false; /* a full disk takes half a line, too */
    return false;
}

void journal_close(struct journal *journal) {
    if (journal == NULL) return;
    if (journal->file >= 0) close(journal->file);
    free(journal);
}
