/* acquirer_books.c: bindings, payouts and charges of the acquirer, in memory and in a journal (journal.h):
 *
 *     bind MERCHANT ID STATE FAULT SMALL ATTEMPT LEFT EXPIRES MADE TOKEN MASK NETWORK EXPIRY FINGERPRINT HOLDER…
 *     move CHARGE MERCHANT ID TOKEN SUM MADE READY REASON
 *
 * '-' for nothing. A binding's latest line holds; a move has one. */
#include "sandbox/acquirer.h"

#include "sandbox/journal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 100000

struct acquirer_books {
    pthread_mutex_t lock;
    struct binding *bindings;
    struct card_move *moves;
    size_t binding_count, binding_room, move_count, move_room;
    struct journal *journal;
};

const char *binding_state_name(enum binding_state state) {
    static const char *const names[] = {"",     "pending",  "check",     "bound",   "void",
                                        "declined", "cancelled", "expired", "unbound"};
    return names[state];
}

const char *card_move_state(const struct card_move *move, moment now) {
    if (now < move->ready) return "processing";
    return move->reason[0] != '\0' ? "declined" : "paid";
}

/* ---- in memory ---- */

static bool grow(void **list, size_t *room, size_t count, size_t size) {
    if (count < *room) return true;
    if (count >= MOST) return false;
    size_t wanted = *room > 0 ? 2 * *room : 64;
    void *grown = reallocarray(*list, wanted, size);
    if (grown == NULL) return false;
    *list = grown;
    *room = wanted;
    return true;
}

static struct binding *find_binding(struct acquirer_books *books, const char *merchant, const char *id) {
    for (size_t i = books->binding_count; i > 0; i--) {
        struct binding *binding = &books->bindings[i - 1];
        if (strcmp(binding->id, id) == 0 && strcmp(binding->merchant, merchant) == 0) return binding;
    }
    return NULL;
}

static bool put_binding(struct acquirer_books *books, const struct binding *binding) {
    struct binding *place = find_binding(books, binding->merchant, binding->id);
    if (place == NULL) {
        if (!grow((void **)&books->bindings, &books->binding_room, books->binding_count, sizeof *books->bindings))
            return false;
        place = &books->bindings[books->binding_count++];
    }
    *place = *binding;
    return true;
}

static struct card_move *find_move(struct acquirer_books *books, const char *merchant, const char *id, bool charge) {
    for (size_t i = books->move_count; i > 0; i--) {
        struct card_move *move = &books->moves[i - 1];
        if (move->charge == charge && strcmp(move->id, id) == 0 && strcmp(move->merchant, merchant) == 0) return move;
    }
    return NULL;
}

static bool put_move(struct acquirer_books *books, const struct card_move *move) {
    if (!grow((void **)&books->moves, &books->move_room, books->move_count, sizeof *books->moves)) return false;
    books->moves[books->move_count++] = *move;
    return true;
}

/* ---- the journal ---- */

static const char *or_dash(const char *field) {
    return field[0] != '\0' ? field : "-";
}

static void undash(char *field) {
    if (strcmp(field, "-") == 0) field[0] = '\0';
}

static bool take_binding(struct acquirer_books *books, const char *line) {
    struct binding binding = {.id = ""};
    int state, fault;
    long long small, attempt, left, expires, made;
    if (sscanf(line, "bind %63s %23s %d %d %lld %lld %lld %lld %lld %39s %23s %11s %7s %71s %63[^\n]", binding.merchant,
               binding.id, &state, &fault, &small, &attempt, &left, &expires, &made, binding.token, binding.mask,
               binding.network, binding.expiry, binding.fingerprint, binding.holder) != 15)
        return false;
    if (state < BIND_PENDING || state > BIND_UNBOUND || fault < 0 || fault >= BOUND_FAULTS) return false;
    binding.state = (enum binding_state)state;
    binding.fault = (enum bound_fault)fault;
    binding.small = small;
    binding.attempt = attempt;
    binding.left = left;
    binding.expires_s = expires;
    binding.made_s = made;
    undash(binding.token), undash(binding.mask), undash(binding.network), undash(binding.expiry);
    undash(binding.fingerprint), undash(binding.holder);
    return put_binding(books, &binding);
}

static bool take_line(void *self, const char *line) {
    struct acquirer_books *books = self;
    struct card_move move = {.charge = false};
    int charge;
    long long sum, made, ready;
    if (strncmp(line, "bind ", 5) == 0) return take_binding(books, line);
    if (sscanf(line, "move %d %63s %23s %39s %lld %lld %lld %15s", &charge, move.merchant, move.id, move.token, &sum,
               &made, &ready, move.reason) != 8)
        return false;
    move.charge = charge != 0;
    move.sum = sum;
    move.made = made;
    move.ready = ready;
    undash(move.reason);
    return put_move(books, &move);
}

struct acquirer_books *acquirer_books_open(const char *journal, struct text *problem) {
    struct acquirer_books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    pthread_mutex_init(&books->lock, NULL);
    books->journal = journal_open(journal, take_line, books, problem);
    if (books->journal != NULL) return books;
    acquirer_books_close(books);
    return NULL;
}

void acquirer_books_close(struct acquirer_books *books) {
    journal_close(books->journal);
    free(books->bindings);
    free(books->moves);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

/* ---- bindings ---- */

static bool keep_locked(struct acquirer_books *books, const struct binding *binding) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "bind %s %s %d %d %lld %lld %lld %lld %lld %s %s %s %s %s %s\n", binding->merchant,
             binding->id, (int)binding->state, (int)binding->fault, (long long)binding->small,
             (long long)binding->attempt, (long long)binding->left, (long long)binding->expires_s,
             (long long)binding->made_s, or_dash(binding->token), or_dash(binding->mask), or_dash(binding->network),
             or_dash(binding->expiry), or_dash(binding->fingerprint), or_dash(binding->holder));
    return journal_add(books->journal, line) && put_binding(books, binding);
}

bool binding_keep(struct acquirer_books *books, const struct binding *binding) {
    pthread_mutex_lock(&books->lock);
    bool good = keep_locked(books, binding);
    pthread_mutex_unlock(&books->lock);
    return good;
}

/* What was not finished in its time is over. */
static void expire(struct acquirer_books *books, struct binding *binding, int64_t now_s) {
    if (binding->expires_s >= now_s || (binding->state != BIND_PENDING && binding->state != BIND_CHECK)) return;
    struct binding expired = *binding;
    expired.state = BIND_EXPIRED;
    keep_locked(books, &expired);
}

bool binding_find(struct acquirer_books *books, struct text merchant, struct text id, int64_t now_s,
                  struct binding *binding) {
    char name[64], number[ACQUIRER_ID];
    if (merchant.size >= sizeof name || id.size >= sizeof number) return false;
    snprintf(name, sizeof name, "%.*s", TEXT_ARG(merchant));
    snprintf(number, sizeof number, "%.*s", TEXT_ARG(id));
    pthread_mutex_lock(&books->lock);
    struct binding *found = find_binding(books, name, number);
    if (found != NULL) {
        expire(books, found, now_s);
        *binding = *found;
    }
    pthread_mutex_unlock(&books->lock);
    return found != NULL;
}

bool binding_by_token(struct acquirer_books *books, struct text token, struct binding *binding) {
    bool found = false;
    pthread_mutex_lock(&books->lock);
    for (size_t i = books->binding_count; token.size > 0 && !found && i > 0; i--) {
        const struct binding *each = &books->bindings[i - 1];
        found = each->state == BIND_BOUND && text_is(token, each->token);
        if (found) *binding = *each;
    }
    pthread_mutex_unlock(&books->lock);
    return found;
}

size_t bindings_latest(struct acquirer_books *books, struct binding *bindings, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    for (size_t i = books->binding_count; count < room && i > 0; i--) bindings[count++] = books->bindings[i - 1];
    pthread_mutex_unlock(&books->lock);
    return count;
}

/* ---- payouts and charges ---- */

bool card_move_find(struct acquirer_books *books, struct text merchant, struct text id, bool charge,
                    struct card_move *move) {
    char name[64], number[ACQUIRER_ID];
    if (merchant.size >= sizeof name || id.size >= sizeof number) return false;
    snprintf(name, sizeof name, "%.*s", TEXT_ARG(merchant));
    snprintf(number, sizeof number, "%.*s", TEXT_ARG(id));
    pthread_mutex_lock(&books->lock);
    const struct card_move *found = find_move(books, name, number, charge);
    if (found != NULL) *move = *found;
    pthread_mutex_unlock(&books->lock);
    return found != NULL;
}

bool card_move_add(struct acquirer_books *books, struct card_move *move, bool *known) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "move %d %s %s %s %lld %lld %lld %s\n", move->charge ? 1 : 0, move->merchant, move->id,
             move->token, (long long)move->sum, (long long)move->made, (long long)move->ready, or_dash(move->reason));
    pthread_mutex_lock(&books->lock);
    const struct card_move *found = find_move(books, move->merchant, move->id, move->charge);
    *known = found != NULL;
    if (found != NULL) *move = *found;
    bool good = found != NULL || (journal_add(books->journal, line) && put_move(books, move));
    pthread_mutex_unlock(&books->lock);
    return good;
}

size_t card_moves_page(struct acquirer_books *books, size_t after, struct card_move *moves, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    while (count < room && after + count < books->move_count) {
        moves[count] = books->moves[after + count];
        count++;
    }
    pthread_mutex_unlock(&books->lock);
    return count;
}
