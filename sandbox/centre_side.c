/* centre_side.c: what the processing centre knows besides cards and purchases (centre_books.c): purchases whose buyer
 * confirms them at the bank's page, PINs, disputes. In memory and in a journal; the last line of a thing counts:
 *
 *     checkout PURCHASE CHALLENGE RESULT BACK URL
 *     pin      CARD PIN TRIES
 *     dispute  PURCHASE DISPUTE SUM REASON VERDICT
 *
 * ('-' for none) */
#include "sandbox/centre.h"
#include "sandbox/journal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum thing_kind { THING_CHECKOUT, THING_PIN, THING_DISPUTE };

struct thing {
    char key[CENTRE_ID + 2]; /* its kind's letter, and the purchase or card */
    enum thing_kind kind;
    union {
        struct checkout checkout;
        struct centre_pin pin;
        struct centre_dispute dispute;
    } of;
    UT_hash_handle hh;
};

struct centre_side {
    pthread_mutex_t lock;
    struct thing *things;
    struct journal *journal;
};

static struct thing *look(struct centre_side *side, enum thing_kind kind, const char *of, bool make) {
    char key[CENTRE_ID + 2];
    struct thing *thing = NULL;
    snprintf(key, sizeof key, "%c%s", "cpd"[kind], of);
    HASH_FIND_STR(side->things, key, thing);
    if (thing != NULL || !make) return thing;
    thing = calloc(1, sizeof *thing);
    if (thing == NULL) return NULL;
    memcpy(thing->key, key, sizeof key);
    thing->kind = kind;
    HASH_ADD_STR(side->things, key, thing);
    return thing;
}

static void none_is_empty(char *word) {
    if (strcmp(word, "-") == 0) word[0] = '\0';
}

static const char *or_none(const char *word) {
    return word[0] != '\0' ? word : "-";
}

static bool put_checkout(struct centre_side *side, const struct checkout *checkout) {
    struct thing *thing = look(side, THING_CHECKOUT, checkout->purchase, true);
    if (thing != NULL) thing->of.checkout = *checkout;
    return thing != NULL;
}

static bool put_pin(struct centre_side *side, const struct centre_pin *pin) {
    struct thing *thing = look(side, THING_PIN, pin->card, true);
    if (thing != NULL) thing->of.pin = *pin;
    return thing != NULL;
}

static bool put_dispute(struct centre_side *side, const struct centre_dispute *dispute) {
    struct thing *thing = look(side, THING_DISPUTE, dispute->purchase, true);
    if (thing != NULL) thing->of.dispute = *dispute;
    return thing != NULL;
}

static bool read_line(void *self, const char *line) {
    struct checkout checkout = {.result = ""};
    struct centre_pin pin = {.tries = 0};
    struct centre_dispute dispute = {.sum = 0};
    long long sum = 0;
    if (sscanf(line, "checkout %23s %23s %11s %199s %299s", checkout.purchase, checkout.challenge, checkout.result,
               checkout.back, checkout.url) == 5) {
        none_is_empty(checkout.challenge);
        none_is_empty(checkout.result);
        none_is_empty(checkout.url);
        return put_checkout(self, &checkout);
    }
    if (sscanf(line, "pin %23s %12s %d", pin.card, pin.pin, &pin.tries) == 3) return put_pin(self, &pin);
    if (sscanf(line, "dispute %23s %23s %lld %19s %7s", dispute.purchase, dispute.dispute, &sum, dispute.reason,
               dispute.verdict) != 5)
        return false;
    dispute.sum = sum;
    none_is_empty(dispute.verdict);
    return put_dispute(self, &dispute);
}

struct centre_side *centre_side_open(const char *journal, struct text *problem) {
    struct centre_side *side = calloc(1, sizeof *side);
    if (side == NULL) return NULL;
    pthread_mutex_init(&side->lock, NULL);
    side->journal = journal_open(journal, read_line, side, problem);
    if (side->journal != NULL) return side;
    centre_side_close(side);
    return NULL;
}

void centre_side_close(struct centre_side *side) {
    struct thing *thing, *next;
    if (side == NULL) return;
    HASH_ITER(hh, side->things, thing, next) {
        HASH_DEL(side->things, thing);
        free(thing);
    }
    journal_close(side->journal);
    pthread_mutex_destroy(&side->lock);
    free(side);
}

/* ---- checkouts ---- */

bool centre_checkout_keep(struct centre_side *side, const struct checkout *checkout) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "checkout %s %s %s %s %s\n", checkout->purchase, or_none(checkout->challenge),
             or_none(checkout->result), checkout->back, or_none(checkout->url));
    pthread_mutex_lock(&side->lock);
    bool good = journal_add(side->journal, line) && put_checkout(side, checkout);
    pthread_mutex_unlock(&side->lock);
    return good;
}

bool centre_checkout_find(struct centre_side *side, const char *purchase, struct checkout *checkout) {
    pthread_mutex_lock(&side->lock);
    const struct thing *thing = look(side, THING_CHECKOUT, purchase, false);
    if (thing != NULL) *checkout = thing->of.checkout;
    pthread_mutex_unlock(&side->lock);
    return thing != NULL;
}

/* ---- PINs ---- */

bool centre_pin_keep(struct centre_side *side, const struct centre_pin *pin) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "pin %s %s %d\n", pin->card, pin->pin, pin->tries);
    pthread_mutex_lock(&side->lock);
    bool good = journal_add(side->journal, line) && put_pin(side, pin);
    pthread_mutex_unlock(&side->lock);
    return good;
}

const char *centre_pin_try(struct centre_side *side, const char *card, struct text typed) {
    struct centre_pin pin;
    pthread_mutex_lock(&side->lock);
    const struct thing *thing = look(side, THING_PIN, card, false);
    bool known = thing != NULL;
    if (known) pin = thing->of.pin;
    pthread_mutex_unlock(&side->lock);
    if (!known) return "no-pin";
    if (pin.tries >= PIN_TRIES) return "pin-blocked";
    bool right = text_is(typed, pin.pin);
    pin.tries = right ? 0 : pin.tries + 1;
    centre_pin_keep(side, &pin);
    return right ? NULL : "wrong-pin";
}

/* ---- disputes ---- */

bool centre_dispute_keep(struct centre_side *side, const struct centre_dispute *dispute) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "dispute %s %s %lld %s %s\n", dispute->purchase, dispute->dispute,
             (long long)dispute->sum, or_none(dispute->reason), or_none(dispute->verdict));
    pthread_mutex_lock(&side->lock);
    bool good = journal_add(side->journal, line) && put_dispute(side, dispute);
    pthread_mutex_unlock(&side->lock);
    return good;
}

bool centre_dispute_find(struct centre_side *side, const char *purchase, struct centre_dispute *dispute) {
    pthread_mutex_lock(&side->lock);
    const struct thing *thing = look(side, THING_DISPUTE, purchase, false);
    if (thing != NULL) *dispute = thing->of.dispute;
    pthread_mutex_unlock(&side->lock);
    return thing != NULL;
}
