/* centre_books.c: what the processing centre knows, in memory and in a journal (journal.h). A line holds a whole
 * record, the last one of an id counts:
 *
 *     card CARD REQUEST NUMBER CODE EXPIRES STATE VERSION PLASTIC HOLDER
 *     buy  ID CARD SUM PLACE FAULT STATE CLAIMED REVERSED REFUNDED MADE ODD FOREIGN CATEGORY REASON MERCHANT COUNTRY
 *     news ID PURCHASE KIND SUM LAST DONE
 *
 * ('-' for none; holder and merchant in hex) */
#include "sandbox/centre.h"
#include "sandbox/journal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

struct kept_card {
    struct centre_card card;
    UT_hash_handle hh;
};
struct kept_purchase {
    struct purchase purchase;
    UT_hash_handle hh;
};
struct kept_news {
    struct news news;
    bool taken;
    UT_hash_handle hh;
};

struct centre_books {
    pthread_mutex_t lock;
    pthread_cond_t changed;          /* there is news, or it is time to stop */
    bool stopping;
    struct kept_card *cards;         /* uthash keeps the order in which they came */
    struct kept_purchase *purchases;
    struct kept_news *news;          /* what is not done */
    struct journal *journal;
};

const char *purchase_state_name(enum purchase_state state) {
    static const char *const names[PURCHASE_STATES] = {"asked", "approved", "declined", "offline"};
    return names[state];
}

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* ---- in memory ---- */

static bool put_card(struct centre_books *books, const struct centre_card *card) {
    struct kept_card *kept = NULL;
    HASH_FIND_STR(books->cards, card->card, kept);
    if (kept == NULL) {
        kept = calloc(1, sizeof *kept);
        if (kept == NULL) return false;
        memcpy(kept->card.card, card->card, sizeof card->card);
        HASH_ADD_STR(books->cards, card.card, kept);
    }
    kept->card = *card;
    return true;
}

static bool put_purchase(struct centre_books *books, const struct purchase *purchase) {
    struct kept_purchase *kept = NULL;
    HASH_FIND_STR(books->purchases, purchase->id, kept);
    if (kept == NULL) {
        kept = calloc(1, sizeof *kept);
        if (kept == NULL) return false;
        memcpy(kept->purchase.id, purchase->id, sizeof purchase->id);
        HASH_ADD_STR(books->purchases, purchase.id, kept);
    }
    kept->purchase = *purchase;
    return true;
}

static bool put_news(struct centre_books *books, const struct news *news) {
    struct kept_news *kept = NULL;
    HASH_FIND_STR(books->news, news->id, kept);
    if (kept != NULL && news->done) {
        HASH_DEL(books->news, kept);
        free(kept);
        return true;
    }
    if (kept == NULL && news->done) return true;
    if (kept == NULL) {
        kept = calloc(1, sizeof *kept);
        if (kept == NULL) return false;
        memcpy(kept->news.id, news->id, sizeof news->id);
        HASH_ADD_STR(books->news, news.id, kept);
    }
    kept->news = *news;
    return true;
}

/* ---- the journal ---- */

static void to_hex(char *hex, const char *words) {
    size_t i = 0;
    for (; words[i] != '\0'; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)words[i]);
    if (i == 0) snprintf(hex, 2, "-");
}

static void from_hex(char *words, size_t room, const char *hex) {
    size_t size = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    for (size_t i = 0; i < size && i + 1 < room; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        words[i] = (char)byte;
    }
}

static const char *or_none(const char *word) {
    return word[0] != '\0' ? word : "-";
}

static void none_is_empty(char *word) {
    if (strcmp(word, "-") == 0) word[0] = '\0';
}

static bool read_card(struct centre_books *books, const char *line) {
    struct centre_card card = {.version = 0};
    char holder[2 * sizeof card.holder];
    long long version;
    int plastic;
    if (sscanf(line, "card %23s %23s %19s %3s %7s %11s %lld %d %63s", card.card, card.request, card.number, card.code,
               card.expires, card.state, &version, &plastic, holder) != 9)
        return false;
    card.version = version;
    card.plastic = plastic != 0;
    from_hex(card.holder, sizeof card.holder, holder);
    return put_card(books, &card);
}

static bool read_purchase(struct centre_books *books, const char *line) {
    struct purchase purchase = {.sum = 0};
    char merchant[2 * CENTRE_WORDS];
    long long sum, claimed, reversed, refunded, made;
    int fault, state, odd, foreign;
    if (sscanf(line, "buy %23s %23s %lld %d %d %d %lld %lld %lld %lld %d %d %4s %31s %255s %2s", purchase.id,
               purchase.card, &sum, &purchase.place, &fault, &state, &claimed, &reversed, &refunded, &made, &odd,
               &foreign,
               purchase.category, purchase.reason, merchant, purchase.country) < 15 ||
        fault < 0 || fault >= SHOP_FAULTS || state < 0 || state >= PURCHASE_STATES)
        return false;
    purchase.sum = sum;
    purchase.fault = (enum shop_fault)fault;
    purchase.state = (enum purchase_state)state;
    purchase.claimed = claimed;
    purchase.reversed = reversed;
    purchase.refunded = refunded;
    purchase.made_s = made;
    purchase.odd = odd != 0;
    purchase.foreign = foreign != 0;
    none_is_empty(purchase.category);
    none_is_empty(purchase.reason);
    none_is_empty(purchase.country);
    from_hex(purchase.merchant, sizeof purchase.merchant, merchant);
    return put_purchase(books, &purchase);
}

static bool read_news(struct centre_books *books, const char *line) {
    struct news news = {.sum = 0};
    long long sum;
    int kind, last, done;
    if (sscanf(line, "news %23s %23s %d %lld %d %d", news.id, news.purchase, &kind, &sum, &last, &done) != 6 ||
        kind < NEWS_AUTHORISATION || kind > NEWS_VERDICT)
        return false;
    news.kind = (enum news_kind)kind;
    news.sum = sum;
    news.last = last != 0;
    news.done = done != 0;
    return put_news(books, &news);
}

static bool read_line(void *self, const char *line) {
    struct centre_books *books = self;
    if (strncmp(line, "card ", 5) == 0) return read_card(books, line);
    if (strncmp(line, "buy ", 4) == 0) return read_purchase(books, line);
    return read_news(books, line);
}

struct centre_books *centre_books_open(const char *journal, struct text *problem) {
    struct centre_books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&books->lock, NULL);
    pthread_cond_init(&books->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    books->journal = journal_open(journal, read_line, books, problem);
    if (books->journal != NULL) return books;
    centre_books_close(books);
    return NULL;
}

void centre_books_close(struct centre_books *books) {
    struct kept_card *card, *next_card;
    struct kept_purchase *purchase, *next_purchase;
    struct kept_news *news, *next_news;
    HASH_ITER(hh, books->cards, card, next_card) {
        HASH_DEL(books->cards, card);
        free(card);
    }
    HASH_ITER(hh, books->purchases, purchase, next_purchase) {
        HASH_DEL(books->purchases, purchase);
        free(purchase);
    }
    HASH_ITER(hh, books->news, news, next_news) {
        HASH_DEL(books->news, news);
        free(news);
    }
    journal_close(books->journal);
    pthread_cond_destroy(&books->changed);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

/* ---- cards ---- */

bool centre_card_keep(struct centre_books *books, const struct centre_card *card) {
    char line[JOURNAL_LINE], holder[2 * sizeof card->holder + 1];
    to_hex(holder, card->holder);
    snprintf(line, sizeof line, "card %s %s %s %s %s %s %lld %d %s\n", card->card, card->request, card->number,
             card->code, card->expires, card->state, (long long)card->version, card->plastic, holder);
    pthread_mutex_lock(&books->lock);
    bool good = journal_add(books->journal, line) && put_card(books, card);
    pthread_mutex_unlock(&books->lock);
    return good;
}

static bool look_card(struct centre_books *books, struct text word, bool by_request, struct centre_card *card) {
    bool found = false;
    pthread_mutex_lock(&books->lock);
    for (struct kept_card *kept = books->cards; kept != NULL && !found; kept = kept->hh.next) {
        found = by_request ? text_is(word, kept->card.request)
                           : text_is(word, kept->card.card) || text_is(word, kept->card.number);
        if (found) *card = kept->card;
    }
    pthread_mutex_unlock(&books->lock);
    return found;
}

bool centre_card_find(struct centre_books *books, struct text word, struct centre_card *card) {
    return look_card(books, word, false, card);
}

bool centre_card_asked(struct centre_books *books, struct text request, struct centre_card *card) {
    return look_card(books, request, true, card);
}

size_t centre_cards(struct centre_books *books, struct centre_card *cards, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    struct kept_card *kept = books->cards;
    while (kept != NULL && kept->hh.next != NULL) kept = kept->hh.next;
    for (; kept != NULL && count < room; kept = kept->hh.prev) cards[count++] = kept->card;
    pthread_mutex_unlock(&books->lock);
    return count;
}

/* ---- purchases ---- */

static bool keep_locked(struct centre_books *books, const struct purchase *purchase) {
    char line[JOURNAL_LINE], merchant[2 * CENTRE_WORDS + 1];
    to_hex(merchant, purchase->merchant);
    snprintf(line, sizeof line, "buy %s %s %lld %d %d %d %lld %lld %lld %lld %d %d %s %s %s %s\n", purchase->id,
             purchase->card, (long long)purchase->sum, purchase->place, (int)purchase->fault, (int)purchase->state,
             (long long)purchase->claimed, (long long)purchase->reversed, (long long)purchase->refunded,
             (long long)purchase->made_s, purchase->odd, purchase->foreign, or_none(purchase->category),
             or_none(purchase->reason), merchant, or_none(purchase->country));
    return journal_add(books->journal, line) && put_purchase(books, purchase);
}

/* What others have added meanwhile to its sums stays. */
bool centre_purchase_keep(struct centre_books *books, const struct purchase *purchase) {
    struct kept_purchase *kept = NULL;
    struct purchase now = *purchase;
    pthread_mutex_lock(&books->lock);
    HASH_FIND_STR(books->purchases, purchase->id, kept);
    if (kept != NULL) {
        now.claimed = kept->purchase.claimed;
        now.reversed = kept->purchase.reversed;
        now.refunded = kept->purchase.refunded;
        now.odd = now.odd || kept->purchase.odd;
    }
    bool good = keep_locked(books, &now);
    pthread_mutex_unlock(&books->lock);
    return good;
}

static struct kept_purchase *find_locked(struct centre_books *books, struct text id) {
    char key[CENTRE_ID];
    struct kept_purchase *kept = NULL;
    if (id.size == 0 || id.size >= sizeof key) return NULL;
    snprintf(key, sizeof key, "%.*s", TEXT_ARG(id));
    HASH_FIND_STR(books->purchases, key, kept);
    return kept;
}

bool centre_purchase_find(struct centre_books *books, struct text id, struct purchase *purchase) {
    pthread_mutex_lock(&books->lock);
    struct kept_purchase *kept = find_locked(books, id);
    if (kept != NULL) *purchase = kept->purchase;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

size_t centre_purchases(struct centre_books *books, size_t after, struct purchase *purchases, size_t room) {
    size_t count = 0, at = 0;
    pthread_mutex_lock(&books->lock);
    for (struct kept_purchase *kept = books->purchases; kept != NULL && count < room; kept = kept->hh.next)
        if (at++ >= after) purchases[count++] = kept->purchase;
    pthread_mutex_unlock(&books->lock);
    return count;
}

size_t centre_purchase_count(struct centre_books *books) {
    pthread_mutex_lock(&books->lock);
    size_t count = HASH_COUNT(books->purchases);
    pthread_mutex_unlock(&books->lock);
    return count;
}

struct centre_totals centre_totals(struct centre_books *books) {
    struct centre_totals totals = {0};
    pthread_mutex_lock(&books->lock);
    for (struct kept_purchase *kept = books->purchases; kept != NULL; kept = kept->hh.next) {
        totals.claimed += kept->purchase.claimed;
        totals.refunded += kept->purchase.refunded;
        totals.odd += kept->purchase.odd;
    }
    totals.waiting = (int64_t)HASH_COUNT(books->news);
    pthread_mutex_unlock(&books->lock);
    return totals;
}

enum change { CLAIM, REVERSE, REFUND };

/* A shop claims whatever it likes; reversed is what was not claimed, given back what was. */
static bool change(struct centre_books *books, struct text id, enum change what, int64_t sum) {
    pthread_mutex_lock(&books->lock);
    struct kept_purchase *kept = find_locked(books, id);
    bool good = kept != NULL;
    if (good) {
        struct purchase now = kept->purchase;
        int64_t open = now.sum - now.reversed;
        if (what == REVERSE) good = now.claimed == 0 && open > 0 && sum <= open && now.state != PURCHASE_OFFLINE;
        if (what == REFUND) good = sum <= now.claimed - now.refunded;
        if (what == CLAIM) now.claimed += sum;
        if (what == REVERSE) now.reversed += sum == 0 ? open : sum;
        if (what == REFUND) now.refunded += sum;
        good = good && keep_locked(books, &now);
    }
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool centre_claim(struct centre_books *books, struct text id, int64_t sum) {
    return change(books, id, CLAIM, sum);
}

bool centre_reverse(struct centre_books *books, struct text id, int64_t sum) {
    return change(books, id, REVERSE, sum);
}

bool centre_refund(struct centre_books *books, struct text id, int64_t sum) {
    return change(books, id, REFUND, sum);
}

/* ---- news ---- */

static bool news_line(struct centre_books *books, const struct news *news) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "news %s %s %d %lld %d %d\n", news->id, news->purchase, (int)news->kind,
             (long long)news->sum, news->last, news->done);
    return journal_add(books->journal, line) && put_news(books, news);
}

bool centre_news_add(struct centre_books *books, const struct news *news) {
    struct news due = *news;
    due.due_us += monotonic_us();
    pthread_mutex_lock(&books->lock);
    bool good = news_line(books, &due);
    pthread_cond_signal(&books->changed);
    pthread_mutex_unlock(&books->lock);
    return good;
}

/* The oldest that is due; NULL: *next_us is when one will be, 0: there is none. */
static struct kept_news *news_due(struct centre_books *books, int64_t *next_us) {
    int64_t now = monotonic_us();
    *next_us = 0;
    for (struct kept_news *kept = books->news; kept != NULL; kept = kept->hh.next) {
        if (kept->taken) continue;
        if (kept->news.due_us <= now) return kept;
        if (*next_us == 0 || kept->news.due_us < *next_us) *next_us = kept->news.due_us;
    }
    return NULL;
}

bool centre_news_take(struct centre_books *books, struct news *news) {
    struct kept_news *kept = NULL;
    int64_t next_us;
    pthread_mutex_lock(&books->lock);
    while (!books->stopping && (kept = news_due(books, &next_us)) == NULL) {
        struct timespec until = {.tv_sec = next_us / SECOND, .tv_nsec = (next_us % SECOND) * 1000};
        if (next_us == 0) pthread_cond_wait(&books->changed, &books->lock);
        else pthread_cond_timedwait(&books->changed, &books->lock, &until);
    }
    if (kept != NULL) {
        kept->taken = true;
        *news = kept->news;
    }
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

void centre_news_stop(struct centre_books *books) {
    pthread_mutex_lock(&books->lock);
    books->stopping = true;
    pthread_cond_broadcast(&books->changed);
    pthread_mutex_unlock(&books->lock);
}

void centre_news_later(struct centre_books *books, const struct news *news, int64_t after_us) {
    struct kept_news *kept = NULL;
    pthread_mutex_lock(&books->lock);
    HASH_FIND_STR(books->news, news->id, kept);
    if (kept != NULL) {
        kept->news.tries = news->tries + 1;
        kept->news.due_us = monotonic_us() + after_us;
        kept->taken = false;
        pthread_cond_signal(&books->changed);
    }
    pthread_mutex_unlock(&books->lock);
}

bool centre_news_done(struct centre_books *books, const struct news *news) {
    struct news done = *news;
    done.done = true;
    pthread_mutex_lock(&books->lock);
    bool good = news_line(books, &done);
    pthread_mutex_unlock(&books->lock);
    return good;
}
