/* billers_journal.c: the lines of the billers' journal (journal.h):
 *
 *     pay CODE TXN KOPECKS RESULT MADE READY READING ACCOUNT DAY     (account in hex; '-' for none; no DAY in old ones)
 *     cancel CODE TXN MADE
 */
#include "sandbox/billers.h"

#include <stdio.h>
#include <string.h>

void biller_line_write(char line[JOURNAL_LINE], const struct biller_line *change) {
    if (strcmp(change->kind, "cancel") == 0) {
        snprintf(line, JOURNAL_LINE, "cancel %s %s %lld\n", change->biller->code, change->txn,
                 (long long)change->made_s);
        return;
    }
    char account[2 * BILLER_ACCOUNT] = "-";
    for (size_t i = 0; change->account[i] != '\0'; i++)
        snprintf(account + 2 * i, 3, "%02x", (unsigned)(unsigned char)change->account[i]);
    snprintf(line, JOURNAL_LINE, "pay %s %s %lld %d %lld %lld %lld %s %lld\n", change->biller->code, change->txn,
                    (long long)change->sum, change->result, (long long)change->made_s, (long long)change->ready_s,
                    (long long)change->reading, account, (long long)change->day);
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

bool biller_line_read(const char *line, struct biller_line *change) {
    char code[16], account[2 * BILLER_ACCOUNT];
    long long sum = 0, made = 0, ready = 0, reading = 0, day = 0;
    *change = (struct biller_line){0};
    bool pay = sscanf(line, "%3s %15s %20s %lld %d %lld %lld %lld %256s %lld", change->kind, code, change->txn, &sum,
                      &change->result, &made, &ready, &reading, account, &day) >= 9 &&
               strcmp(change->kind, "pay") == 0 && account_read(account, change->account);
    bool cancel = !pay && sscanf(line, "%6s %15s %20s %lld", change->kind, code, change->txn, &made) == 4 &&
                  strcmp(change->kind, "cancel") == 0;
    if (!pay && !cancel) return false;
    change->biller = biller_find(text_from(code));
    change->sum = sum;
    change->made_s = made;
    change->ready_s = ready;
    change->reading = reading;
    change->day = day;
    return change->biller != NULL;
}
