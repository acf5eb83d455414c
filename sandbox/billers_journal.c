/* billers_journal.c: the billers' journal: a line for each change, in the file before anybody is told. It outlives the
 * process, killed or not; it is not synced, since here no machine falls, and thousands of payments a second are wanted.
 *
 *     pay CODE TXN KOPECKS RESULT MADE READY READING ACCOUNT     (account in hex; '-' for none)
 *     cancel CODE TXN MADE
 */
#include "sandbox/billers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define LINE_MAX_SIZE 512

struct biller_journal {
    int file;
    off_t size; /* of whole lines */
};

/* ---- lines ---- */

static int line_write(char line[LINE_MAX_SIZE], const struct biller_line *change) {
    if (strcmp(change->kind, "cancel") == 0)
        return snprintf(line, LINE_MAX_SIZE, "cancel %s %s %lld\n", change->biller->code, change->txn,
                        (long long)change->made_s);
    char account[2 * BILLER_ACCOUNT] = "-";
    for (size_t i = 0; change->account[i] != '\0'; i++)
        snprintf(account + 2 * i, 3, "%02x", (unsigned)(unsigned char)change->account[i]);
    return snprintf(line, LINE_MAX_SIZE, "pay %s %s %lld %d %lld %lld %lld %s\n", change->biller->code, change->txn,
                    (long long)change->sum, change->result, (long long)change->made_s, (long long)change->ready_s,
                    (long long)change->reading, account);
}

static bool account_read(const char *hex, char account[BILLER_ACCOUNT]) {
    size_t size = strlen(hex) / 2;
    account[0] = '\0';
    if (strcmp(hex, "-") == 0) return true;
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return false;
        account[i] = (char)byte;
    }
    account[size] = '\0';
    return size > 0;
}

static bool line_read(const char *line, struct biller_line *change) {
    char code[16], account[2 * BILLER_ACCOUNT];
    long long sum = 0, made = 0, ready = 0, reading = 0;
    *change = (struct biller_line){0};
    bool pay = sscanf(line, "%3s %15s %20s %lld %d %lld %lld %lld %256s", change->kind, code, change->txn, &sum,
                      &change->result, &made, &ready, &reading, account) == 9 &&
               strcmp(change->kind, "pay") == 0 && account_read(account, change->account);
    bool cancel = !pay && sscanf(line, "%6s %15s %20s %lld", change->kind, code, change->txn, &made) == 4 &&
                  strcmp(change->kind, "cancel") == 0;
    if (!pay && !cancel) return false;
    change->biller = biller_find(text_from(code));
    change->sum = sum;
    change->made_s = made;
    change->ready_s = ready;
    change->reading = reading;
    return change->biller != NULL;
}

/* ---- the file ---- */

static bool read_all(struct biller_journal *journal, bool (*take)(void *self, const struct biller_line *line),
                     void *self) {
    char line[LINE_MAX_SIZE];
    FILE *file = fdopen(dup(journal->file), "r");
    bool good = file != NULL;
    while (good && fgets(line, sizeof line, file) != NULL) {
        size_t size = strlen(line);
        if (size == 0 || line[size - 1] != '\n') break; /* what a crash tore off: nobody was told of it */
        struct biller_line change;
        good = line_read(line, &change) && take(self, &change);
        journal->size += (off_t)size;
    }
    if (file != NULL) fclose(file);
    return good;
}

struct biller_journal *biller_journal_open(const char *path, bool (*take)(void *self, const struct biller_line *line),
                                           void *self, struct text *problem) {
    struct biller_journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL) return NULL;
    journal->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    *problem = journal->file >= 0 ? TEXT("a line of the journal makes no sense") : text_from(strerror(errno));
    /* The next line must not stick to half of one. */
    if (journal->file >= 0 && read_all(journal, take, self) && ftruncate(journal->file, journal->size) == 0)
        return journal;
    if (journal->file >= 0) close(journal->file);
    free(journal);
    return NULL;
}

bool biller_journal_add(struct biller_journal *journal, const struct biller_line *change) {
    char line[LINE_MAX_SIZE];
    int size = line_write(line, change);
    if (write(journal->file, line, (size_t)size) == size) {
        journal->size += size;
        return true;
    }
    if (ftruncate(journal->file, journal->size) != 0) return false; /* a full disk takes half a line, too */
    return false;
}

void biller_journal_close(struct biller_journal *journal) {
    close(journal->file);
    free(journal);
}
