/* store.c: the partner shop's goods and books. In the journal:
 *
 *     keys ID SECRET
 *     order NUMBER KOPECKS FAULT MADE QUANTITY…
 *     at NUMBER STATE SENT RETURNED CODE FORM     FORM "-" where there is none
 */
#include "sandbox/store.h"

#include "generated/strings_sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORDERS_MOST 100000

const struct store_good store_goods[STORE_GOODS] = {
    {"kettle", S_sandbox_good_kettle, 349000},  {"boots", S_sandbox_good_boots, 799000},
    {"phone", S_sandbox_good_phone, 2499000},   {"lamp", S_sandbox_good_lamp, 189900},
    {"bicycle", S_sandbox_good_bicycle, 3150000}, {"book", S_sandbox_good_book, 64950},
};

const char *const store_fault_names[STORE_FAULTS] = {"none", "deaf", "slow", "error", "lost", "hasty"};

/* Mokka's words from hold on. */
static const char *const states[STORE_STATES] = {
    [STORE_MADE] = "made",         [STORE_ASKED] = "pending",     [STORE_APPROVED] = "hold",
    [STORE_DECLINED] = "declined", [STORE_SENT] = "finished",     [STORE_CANCELED] = "canceled",
    [STORE_EXPIRED] = "expired",   [STORE_REFUNDED] = "refunded",
};

const char *store_state_name(enum store_state state) {
    return states[state];
}

bool store_state_read(struct text word, enum store_state *state) {
    for (int i = STORE_MADE; i < STORE_STATES; i++)
        if (text_is(word, states[i])) {
            *state = (enum store_state)i;
            return true;
        }
    return false;
}

struct store_order *store_find(struct store *store, struct text number) {
    for (size_t i = store->count; i > 0; i--)
        if (text_is(number, store->orders[i - 1].number)) return &store->orders[i - 1];
    return NULL;
}

static bool keep(struct store *store, const struct store_order *order) {
    if (store->count == ORDERS_MOST) return false;
    if (store->count == store->room) {
        size_t room = store->room > 0 ? 2 * store->room : 64;
        struct store_order *orders = reallocarray(store->orders, room, sizeof *orders);
        if (orders == NULL) return false;
        store->orders = orders;
        store->room = room;
    }
    store->orders[store->count++] = *order;
    return true;
}

/* ---- the journal ---- */

bool store_add(struct store *store, const struct store_order *order) {
    char line[JOURNAL_LINE];
    int size = snprintf(line, sizeof line, "order %s %lld %d %lld", order->number, (long long)order->sum,
                        (int)order->fault, (long long)order->made_s);
    for (size_t i = 0; i < STORE_GOODS; i++)
        size += snprintf(line + size, sizeof line - (size_t)size, " %d", order->quantities[i]);
    snprintf(line + size, sizeof line - (size_t)size, "\n");
    return journal_add(store->journal, line) && keep(store, order);
}

bool store_note(struct store *store, const struct store_order *order) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "at %s %d %lld %lld %d %s\n", order->number, (int)order->state, (long long)order->sent,
             (long long)order->returned, order->code, order->form[0] != '\0' ? order->form : "-");
    return journal_add(store->journal, line);
}

bool store_keys_set(struct store *store, const char *id, const char *secret) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "keys %s %s\n", id, secret);
    if (!journal_add(store->journal, line)) return false;
    snprintf(store->id, sizeof store->id, "%s", id);
    snprintf(store->secret, sizeof store->secret, "%s", secret);
    return true;
}

static bool take_order(struct store *store, const char *line) {
    struct store_order order = {.state = STORE_MADE};
    long long sum, made;
    int fault, *many = order.quantities;
    if (sscanf(line, "order %31s %lld %d %lld %d %d %d %d %d %d", order.number, &sum, &fault, &made, &many[0], &many[1],
               &many[2], &many[3], &many[4], &many[5]) != 4 + STORE_GOODS)
        return false;
    order.sum = sum;
    order.made_s = made;
    order.fault = (enum store_fault)fault;
    return fault >= 0 && fault < STORE_FAULTS && keep(store, &order);
}

static bool take_line(void *self, const char *line) {
    struct store *store = self;
    char number[STORE_NUMBER], form[STORE_FORM];
    long long sent, returned;
    int state, code;
    if (sscanf(line, "keys %127s %127s", store->id, store->secret) == 2) return true;
    if (strncmp(line, "order ", 6) == 0) return take_order(store, line);
    if (sscanf(line, "at %31s %d %lld %lld %d %255s", number, &state, &sent, &returned, &code, form) != 6) return false;
    struct store_order *order = store_find(store, text_from(number));
    if (order == NULL || state < STORE_MADE || state >= STORE_STATES) return false;
    order->state = (enum store_state)state;
    order->sent = sent;
    order->returned = returned;
    order->code = code;
    snprintf(order->form, sizeof order->form, "%s", strcmp(form, "-") == 0 ? "" : form);
    return true;
}

struct store *store_open(const char *journal, struct text *problem) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) return NULL;
    pthread_mutex_init(&store->lock, NULL);
    store->journal = journal_open(journal, take_line, store, problem);
    if (store->journal != NULL) return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store) {
    journal_close(store->journal);
    free(store->orders);
    pthread_mutex_destroy(&store->lock);
    free(store);
}
