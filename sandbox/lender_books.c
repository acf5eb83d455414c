/* lender_books.c: what the lender has decided, lent and got back, in memory and in a journal (journal.h):
 *
 *     apply ID LENDING ASKED SUM TERM DAY REFUSES BAD MADE READY UNTIL PHONE
 *     sign ID MONEY_AT
 *     issue ID NUMBER DAY
 *     cancel ID
 *     return ID NUMBER MADE
 *     repay ID LOAN SUM MADE READY DAY NUMBER REASON     ('-': taken)
 *     pass DAYS
 */
#include "sandbox/lender.h"
#include "sandbox/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct kept {
    struct lent lent;
    UT_hash_handle hh;
};

struct kept_repaid {
    struct repaid repaid;
    UT_hash_handle hh;
};

struct lend_books {
    pthread_mutex_t lock;
    struct kept **all, *by_id;
    struct kept_repaid *repaid;
    size_t count, room;
    struct lent_entry *entries;
    size_t entry_count, entry_room;
    int64_t passed; /* days that the lender's clock is ahead */
    struct journal *journal;
};

const char *lent_state_name(enum lent_state state) {
    static const char *const names[LENT_STATES] = {"deciding", "refused",   "offered", "signed",
                                                   "issued",   "closed",    "cancelled", "expired"};
    return names[state];
}

enum lent_state lent_state_of(const struct lent *lent, moment now) {
    if (lent->issued != 0) return lent->closed_day != 0 ? LENT_CLOSED : LENT_ISSUED;
    if (lent->cancelled) return LENT_CANCELLED;
    if (lent->money_at != 0) return LENT_SIGNED;
    if (lent->ready > now) return LENT_DECIDING;
    if (lent->refuses) return LENT_REFUSED;
    return lent->until > now ? LENT_OFFERED : LENT_EXPIRED;
}

bool lent_terms_of(const struct lent *lent, struct lent_terms *terms) {
    return lent_terms(&lendings[lent->lending], lent->sum, lent->term, lent->day, terms);
}

static struct kept *find(struct lend_books *books, struct text id) {
    struct kept *kept = NULL;
    HASH_FIND(hh, books->by_id, id.data, id.size, kept);
    return kept;
}

static struct kept_repaid *find_repaid(struct lend_books *books, struct text id) {
    struct kept_repaid *kept = NULL;
    HASH_FIND(hh, books->repaid, id.data, id.size, kept);
    return kept;
}

/* ---- changes of memory, by a journal's line or by a call ---- */

static struct kept *keep(struct lend_books *books, const struct lent *lent) {
    if (books->count == books->room) {
        size_t room = books->room > 0 ? 2 * books->room : 256;
        struct kept **all = reallocarray(books->all, room, sizeof(struct kept *));
        if (all == NULL) return NULL;
        books->all = all;
        books->room = room;
    }
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL) return NULL;
    kept->lent = *lent;
    HASH_ADD_STR(books->by_id, lent.id, kept);
    books->all[books->count++] = kept;
    return kept;
}

static bool enter(struct lend_books *books, const struct lent_entry *entry) {
    if (books->entry_count == books->entry_room) {
        size_t room = books->entry_room > 0 ? 2 * books->entry_room : 256;
        struct lent_entry *entries = reallocarray(books->entries, room, sizeof *entries);
        if (entries == NULL) return false;
        books->entries = entries;
        books->entry_room = room;
    }
    books->entries[books->entry_count++] = *entry;
    return true;
}

static bool issue(struct lend_books *books, struct lent *lent, int64_t number, int64_t day) {
    struct lent_entry entry = {
        .lending = lent->lending, .kind = "issued", .number = number, .sum = lent->sum, .made = lent->money_at};
    snprintf(entry.id, sizeof entry.id, "%s", lent->id);
    lent->issued = number;
    lent->owing = (struct owing){.principal = lent->sum, .day = day};
    return enter(books, &entry);
}

static bool take_back(struct lend_books *books, struct lent *lent, int64_t number, moment made) {
    struct lent_entry entry = {
        .lending = lent->lending, .kind = "returned", .number = number, .sum = lent->sum, .made = made};
    snprintf(entry.id, sizeof entry.id, "%s", lent->id);
    lent->issued = 0;
    lent->cancelled = true;
    lent->owing = (struct owing){.principal = 0};
    return enter(books, &entry);
}

static void owe_until(struct lent *lent, int64_t day) {
    struct lent_terms terms;
    if (lent_terms_of(lent, &terms)) owing_until(&lendings[lent->lending], &terms, &lent->owing, day);
}

static bool repay(struct lend_books *books, const struct repaid *repaid, int64_t day) {
    struct kept_repaid *kept = calloc(1, sizeof *kept);
    struct kept *loan = find(books, text_from(repaid->loan));
    if (kept == NULL) return false;
    kept->repaid = *repaid;
    HASH_ADD_STR(books->repaid, repaid.id, kept);
    if (repaid->reason[0] != '\0' || loan == NULL) return true;
    struct lent *lent = &loan->lent;
    owe_until(lent, day);
    owing_pay(&lent->owing, repaid->sum);
    if (owing_all(&lent->owing) == 0) lent->closed_day = day;
    struct lent_entry entry = {
        .lending = lent->lending, .kind = "repaid", .number = repaid->number, .sum = repaid->sum, .made = repaid->made};
    snprintf(entry.id, sizeof entry.id, "%s", repaid->id);
    return enter(books, &entry);
}

/* ---- the journal ---- */

static bool take_apply(struct lend_books *books, const char *line) {
    struct lent lent = {.cancelled = false};
    long long asked, sum, term, day, made, ready, until;
    int refuses, bad;
    if (sscanf(line, "apply %23s %d %lld %lld %lld %lld %d %d %lld %lld %lld %39s", lent.id, &lent.lending, &asked,
               &sum, &term, &day, &refuses, &bad, &made, &ready, &until, lent.phone) != 12 ||
        lent.lending < 0 || lent.lending >= LENDINGS)
        return false;
    lent.asked = asked;
    lent.sum = sum;
    lent.term = term;
    lent.day = day;
    lent.refuses = refuses != 0;
    lent.bad_psk = bad != 0;
    lent.made = made;
    lent.ready = ready;
    lent.until = until;
    return keep(books, &lent) != NULL;
}

static bool take_repay(struct lend_books *books, const char *line) {
    struct repaid repaid = {.number = 0};
    long long sum, made, ready, day, number;
    if (sscanf(line, "repay %23s %23s %lld %lld %lld %lld %lld %15s", repaid.id, repaid.loan, &sum, &made, &ready, &day,
               &number, repaid.reason) != 8)
        return false;
    if (strcmp(repaid.reason, "-") == 0) repaid.reason[0] = '\0';
    repaid.sum = sum;
    repaid.made = made;
    repaid.ready = ready;
    repaid.number = number;
    return repay(books, &repaid, day);
}

static bool take_change(struct lend_books *books, const char *line) {
    char id[LENT_ID];
    long long first, second;
    if (sscanf(line, "pass %lld", &first) == 1) {
        books->passed += first;
        return true;
    }
    if (sscanf(line, "sign %23s %lld", id, &first) == 2) {
        struct kept *kept = find(books, text_from(id));
        if (kept != NULL) kept->lent.money_at = first;
        return kept != NULL;
    }
    if (sscanf(line, "issue %23s %lld %lld", id, &first, &second) == 3) {
        struct kept *kept = find(books, text_from(id));
        return kept != NULL && issue(books, &kept->lent, first, second);
    }
    if (sscanf(line, "return %23s %lld %lld", id, &first, &second) == 3) {
        struct kept *kept = find(books, text_from(id));
        return kept != NULL && take_back(books, &kept->lent, first, second);
    }
    if (sscanf(line, "cancel %23s", id) != 1) return false;
    struct kept *kept = find(books, text_from(id));
    if (kept != NULL) kept->lent.cancelled = true;
    return kept != NULL;
}

static bool take_line(void *self, const char *line) {
    return take_apply(self, line) || take_repay(self, line) || take_change(self, line);
}

static bool write_line(struct lend_books *books, const char *line) {
    return journal_add(books->journal, line) && take_line(books, line);
}

/* ---- opening ---- */

struct lend_books *lend_books_open(const char *journal, struct text *problem) {
    struct lend_books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    pthread_mutex_init(&books->lock, NULL);
    books->journal = journal_open(journal, take_line, books, problem);
    if (books->journal != NULL) return books;
    lend_books_close(books);
    return NULL;
}

void lend_books_close(struct lend_books *books) {
    struct kept_repaid *repaid, *next;
    HASH_ITER(hh, books->repaid, repaid, next) {
        HASH_DEL(books->repaid, repaid);
        free(repaid);
    }
    HASH_CLEAR(hh, books->by_id);
    for (size_t i = 0; i < books->count; i++) free(books->all[i]);
    free(books->all);
    free(books->entries);
    journal_close(books->journal);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

/* ---- calls ---- */

int64_t lend_books_day(struct lend_books *books, moment now) {
    pthread_mutex_lock(&books->lock);
    int64_t day = date_to_days(civil_at(now, zone_named("Europe/Moscow")).date) + books->passed;
    pthread_mutex_unlock(&books->lock);
    return day;
}

static int64_t today(const struct lend_books *books, moment now) {
    return date_to_days(civil_at(now, zone_named("Europe/Moscow")).date) + books->passed;
}

static void issue_due(struct lend_books *books, struct lent *lent, moment now) {
    char line[JOURNAL_LINE];
    if (lent->money_at == 0 || lent->money_at > now || lent->issued != 0 || lent->cancelled) return;
    snprintf(line, sizeof line, "issue %s %lld %lld\n", lent->id, (long long)books->entry_count + 1,
             (long long)today(books, now));
    write_line(books, line);
}

static void copy(struct lend_books *books, struct kept *kept, moment now, struct lent *lent) {
    issue_due(books, &kept->lent, now);
    if (kept->lent.issued != 0 && kept->lent.closed_day == 0) owe_until(&kept->lent, today(books, now));
    *lent = kept->lent;
}

bool lend_books_find(struct lend_books *books, struct text id, moment now, struct lent *lent) {
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    if (kept != NULL) copy(books, kept, now, lent);
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

bool lend_books_add(struct lend_books *books, struct lent *lent) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "apply %s %d %lld %lld %lld %lld %d %d %lld %lld %lld %s\n", lent->id, lent->lending,
             (long long)lent->asked, (long long)lent->sum, (long long)lent->term, (long long)lent->day, lent->refuses,
             lent->bad_psk, (long long)lent->made, (long long)lent->ready, (long long)lent->until,
             lent->phone[0] != '\0' ? lent->phone : "-");
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, text_from(lent->id));
    if (kept == NULL && write_line(books, line)) kept = find(books, text_from(lent->id));
    if (kept != NULL) *lent = kept->lent;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

bool lend_books_sign(struct lend_books *books, struct text id, moment money_at, moment now, struct lent *lent) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "sign %.*s %lld\n", TEXT_ARG(id), (long long)money_at);
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    bool offered = kept != NULL && lent_state_of(&kept->lent, now) == LENT_OFFERED;
    bool good = kept != NULL && (!offered || write_line(books, line));
    if (good) copy(books, kept, now, lent);
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool lend_books_cancel(struct lend_books *books, struct text id, moment now) {
    char line[JOURNAL_LINE];
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    bool good = true;
    if (kept == NULL) {
        snprintf(line, sizeof line, "apply %.*s 0 0 0 0 0 1 0 %lld 0 0 -\n", TEXT_ARG(id), (long long)now);
        good = write_line(books, line);
        kept = find(books, id);
    }
    if (kept != NULL && kept->lent.money_at == 0 && !kept->lent.cancelled) {
        snprintf(line, sizeof line, "cancel %.*s\n", TEXT_ARG(id));
        good = write_line(books, line);
    }
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool lend_books_return(struct lend_books *books, struct text id, moment now) {
    char line[JOURNAL_LINE] = "";
    struct lent lent;
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    if (kept != NULL) copy(books, kept, now, &lent);
    bool signed_one = kept != NULL && lent.money_at != 0 && !lent.cancelled;
    if (signed_one && lent.issued == 0) snprintf(line, sizeof line, "cancel %.*s\n", TEXT_ARG(id));
    if (signed_one && lent.issued != 0 && lent.owing.paid == 0)
        snprintf(line, sizeof line, "return %.*s %lld %lld\n", TEXT_ARG(id), (long long)books->entry_count + 1,
                 (long long)now);
    bool good = line[0] == '\0' || write_line(books, line);
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool lend_books_repaid(struct lend_books *books, struct text id, struct repaid *repaid) {
    pthread_mutex_lock(&books->lock);
    struct kept_repaid *kept = find_repaid(books, id);
    if (kept != NULL) *repaid = kept->repaid;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

static const char *verdict(const struct kept *loan, int64_t sum, bool full, bool refuse) {
    if (refuse) return "refused";
    if (loan == NULL || loan->lent.issued == 0 || loan->lent.closed_day != 0) return "closed";
    int64_t owed = owing_all(&loan->lent.owing);
    if (full && sum != owed) return "changed";
    return sum > owed ? "too-much" : "-";
}

bool lend_books_repay(struct lend_books *books, struct repaid *repaid, bool full, bool refuse, moment now) {
    char line[JOURNAL_LINE];
    pthread_mutex_lock(&books->lock);
    struct kept_repaid *kept = find_repaid(books, text_from(repaid->id));
    struct kept *loan = find(books, text_from(repaid->loan));
    if (kept == NULL) {
        struct lent lent;
        if (loan != NULL) copy(books, loan, now, &lent);
        const char *reason = verdict(loan, repaid->sum, full, refuse);
        bool taken = strcmp(reason, "-") == 0;
        snprintf(line, sizeof line, "repay %s %s %lld %lld %lld %lld %lld %s\n", repaid->id, repaid->loan,
                 (long long)repaid->sum, (long long)now, (long long)repaid->ready, (long long)today(books, now),
                 taken ? (long long)books->entry_count + 1 : 0, reason);
        if (write_line(books, line)) kept = find_repaid(books, text_from(repaid->id));
    }
    if (kept != NULL) *repaid = kept->repaid;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

/* ---- looking ---- */

size_t lend_books_entries(struct lend_books *books, int lending, int64_t after, moment now, struct lent_entry *entries,
                          size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    for (size_t i = 0; i < books->count; i++) issue_due(books, &books->all[i]->lent, now);
    for (size_t i = (size_t)after; i < books->entry_count && count < room; i++)
        if (books->entries[i].lending == lending) entries[count++] = books->entries[i];
    pthread_mutex_unlock(&books->lock);
    return count;
}

size_t lend_books_count(struct lend_books *books) {
    pthread_mutex_lock(&books->lock);
    size_t count = books->count;
    pthread_mutex_unlock(&books->lock);
    return count;
}

size_t lend_books_page(struct lend_books *books, size_t after, moment now, struct lent *all, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    for (; count < room && after + count < books->count; count++)
        copy(books, books->all[after + count], now, &all[count]);
    pthread_mutex_unlock(&books->lock);
    return count;
}

bool lend_books_pass(struct lend_books *books, int64_t days) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "pass %lld\n", (long long)days);
    pthread_mutex_lock(&books->lock);
    bool good = write_line(books, line);
    pthread_mutex_unlock(&books->lock);
    return good;
}

static void count_in(struct lend_totals *totals, const struct lent_entry *entry) {
    if (strcmp(entry->kind, "repaid") == 0) totals->repaid += entry->sum;
    else totals->issued += strcmp(entry->kind, "issued") == 0 ? entry->sum : -entry->sum;
}

struct lend_totals lend_books_totals(struct lend_books *books, moment now) {
    struct lend_totals totals = {.issued = 0};
    pthread_mutex_lock(&books->lock);
    for (size_t i = 0; i < books->count; i++) {
        struct lent lent;
        copy(books, books->all[i], now, &lent);
        totals.states[lent_state_of(&lent, now)]++;
        totals.open += lent.owing.principal;
    }
    for (size_t i = 0; i < books->entry_count; i++)
        count_in(&totals, &books->entries[i]);
    pthread_mutex_unlock(&books->lock);
    return totals;
}
