/* traffic.c: what happens in a month: purchases of every kind, and of each what processing says of it: in order, late,
 * not at all, twice, before it was asked, more than was approved, against what was said before. */
#include "test/month/month.h"

#include "base/check.h"

#include <stdlib.h>

uint64_t month_random(struct traffic *traffic, uint64_t bound) {
    traffic->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = (traffic->random ^ traffic->random >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ mixed >> 31) % bound;
}

static int64_t between(struct traffic *traffic, int64_t least, int64_t most) {
    return least + (int64_t)month_random(traffic, (uint64_t)(most - least + 1));
}

static bool chance(struct traffic *traffic, unsigned percent) {
    return month_random(traffic, 100) < percent;
}

static struct happening *add(struct traffic *traffic, moment at) {
    if (traffic->count == traffic->room) {
        traffic->room = traffic->room * 2 + 1024;
        traffic->list = realloc(traffic->list, (size_t)traffic->room * sizeof *traffic->list);
        check(traffic->list != NULL);
    }
    struct happening *happening = &traffic->list[traffic->count];
    *happening = (struct happening){.at = at, .order = traffic->count++};
    return happening;
}

/* ---- what processing says ---- */

struct telling {
    struct traffic *traffic;
    struct model *model;
    int purchase;
};

static void deliver(struct telling *telling, const struct said *said, moment at) {
    struct traffic *traffic = telling->traffic;
    add(traffic, at)->said = *said;
    if (chance(traffic, 12)) add(traffic, at + between(traffic, 0, 2 * DAY))->said = *said; /* twice */
    if (!chance(traffic, 2)) return;
    struct happening *odd = add(traffic, at + between(traffic, 0, DAY)); /* the same id with another content */
    odd->said = *said;
    odd->said.sum += 1;
    odd->said.foreign = false;
}

static void say(struct telling *telling, enum what what, moment at, int64_t sum, bool last) {
    const struct said said = {.what = what, .id = telling->model->message_count++, .purchase = telling->purchase,
                              .sum = sum, .last = last, .won = chance(telling->traffic, 50),
                              .foreign = what == SAYS_AUTHORISATION && chance(telling->traffic, 2)};
    deliver(telling, &said, at);
}

/* The shop claims it: whole, in parts, more, or long after its hold has lapsed. */
static void claims(struct telling *telling, moment at, int64_t sum) {
    struct traffic *traffic = telling->traffic;
    moment due = at + (chance(traffic, 15) ? between(traffic, 10 * DAY, 14 * DAY) : between(traffic, MINUTE, 4 * DAY));
    if (chance(traffic, 20) && sum > 2) {
        int64_t part = between(traffic, 1, sum - 1);
        say(telling, SAYS_CLEARING, due, part, false);
        say(telling, SAYS_CLEARING, due + between(traffic, -HOUR, DAY), sum - part, true);
        return;
    }
    if (chance(traffic, 15)) sum += between(traffic, 1, sum / 4 + 1); /* a tip, or too much */
    say(telling, SAYS_CLEARING, due, sum, true);
    if (chance(traffic, 5)) say(telling, SAYS_CLEARING, due + HOUR, between(traffic, 1, sum), true);
}

static void follow(struct telling *telling, moment at, int64_t sum) {
    struct traffic *traffic = telling->traffic;
    int64_t die = between(traffic, 0, 99);
    if (die < 70) claims(telling, at, sum);
    else if (die < 78) say(telling, SAYS_REVERSAL, at + between(traffic, -MINUTE, DAY), 0, true);
    else if (die < 84) say(telling, SAYS_REVERSAL, at + between(traffic, 1, DAY), between(traffic, 1, sum), true);
    else if (die < 88) say(telling, SAYS_CLEARING, at - between(traffic, 1, HOUR), sum, true); /* before it is asked */
    if (chance(traffic, 12))
        say(telling, SAYS_REFUND, at + between(traffic, -HOUR, 8 * DAY),
            chance(traffic, 50) ? sum : between(traffic, 1, sum + sum / 4 + 1), true);
    /* claimed, maybe */
    if (chance(traffic, 3)) say(telling, SAYS_REVERSAL, at + between(traffic, DAY, 6 * DAY), 0, true);
    if (chance(traffic, 2))
        say(telling, SAYS_VERDICT, at + between(traffic, DAY, 9 * DAY), between(traffic, 1, sum), true);
}

static void buy(struct telling *telling, moment at) {
    struct traffic *traffic = telling->traffic;
    struct model_purchase *purchase = &telling->model->purchases[telling->purchase];
    int64_t sum = chance(traffic, 80) ? between(traffic, 100, 60000) : between(traffic, 60000, 900000);
    purchase->where = (enum where)between(traffic, AT_TILL, FOR_CASH);
    purchase->abroad = chance(traffic, 15);
    bool offline = chance(traffic, 6);
    if (offline) say(telling, SAYS_CLEARING, at, sum, true);
    else say(telling, SAYS_AUTHORISATION, at, sum, true);
    follow(telling, at, sum);
}

/* ---- what holders do ---- */

static int64_t some_limit(struct traffic *traffic, int64_t most) {
    return chance(traffic, 50) ? 0 : between(traffic, most / 10, most);
}

static struct limits3 some_limits(struct traffic *traffic) {
    return (struct limits3){some_limit(traffic, 500000), some_limit(traffic, 1000000), some_limit(traffic, 5000000)};
}

static void dress(struct traffic *traffic, struct model_card *card) {
    card->internet = chance(traffic, 90);
    card->cash = chance(traffic, 80);
    card->abroad = chance(traffic, 80);
    card->all = some_limits(traffic);
    for (int i = 0; i < KINDS; i++)
        card->kinds[i] = chance(traffic, 40) ? some_limits(traffic) : (struct limits3){0, 0, 0};
}

static void turn(struct traffic *traffic, const struct model *model, int card, moment from, moment until) {
    struct model_card next = model->cards[card];
    if (chance(traffic, 30)) { /* frozen and back, now and then for ever */
        moment at = between(traffic, from, until);
        struct happening *frozen = add(traffic, at);
        frozen->kind = HAPPENS_STATE;
        frozen->card = card;
        frozen->turned = next;
        frozen->turned.state = chance(traffic, 15) ? BLOCKED : FROZEN;
        bool back = frozen->turned.state == FROZEN;
        if (back) {
            struct happening *thawed = add(traffic, at + between(traffic, HOUR, 3 * DAY));
            thawed->kind = HAPPENS_STATE;
            thawed->card = card;
            thawed->turned = next;
        }
        return; /* a card that stands still keeps its limits here */
    }
    if (!chance(traffic, 50)) return;
    struct happening *limited = add(traffic, between(traffic, from, until));
    limited->kind = HAPPENS_LIMITS;
    limited->card = card;
    dress(traffic, &next);
    limited->turned = next;
}

/* ---- all together ---- */

static int earlier(const void *left, const void *right) {
    const struct happening *one = left, *other = right;
    if (one->at != other->at) return one->at < other->at ? -1 : 1;
    return one->order - other->order;
}

static void *zeroed(size_t count, size_t size) {
    void *memory = calloc(count, size);
    check(memory != NULL);
    return memory;
}

void traffic_make(struct traffic *traffic, struct model *model, const struct plan *plan, moment beginning) {
    int cards = plan->cards, purchases = cards * plan->purchases;
    moment end = beginning + plan->days * DAY;
    *traffic = (struct traffic){.random = plan->seed};
    *model = (struct model){.accounts = (cards * 2 + 2) / 3, .card_count = cards, .purchase_count = purchases};
    model->balance = zeroed((size_t)model->accounts, sizeof *model->balance);
    model->held = zeroed((size_t)model->accounts, sizeof *model->held);
    model->cards = zeroed((size_t)cards, sizeof *model->cards);
    model->purchases = zeroed((size_t)purchases, sizeof *model->purchases);
    for (int i = 0; i < model->accounts; i++) model->balance[i] = between(traffic, 100000, 8000000);
    for (int i = 0; i < cards; i++) {
        model->cards[i].account = i % model->accounts; /* some are two for one purse */
        dress(traffic, &model->cards[i]);
        turn(traffic, model, i, beginning, end);
    }
    for (int i = 0; i < purchases; i++) {
        struct telling telling = {traffic, model, i};
        model->purchases[i].card = (int)month_random(traffic, (uint64_t)cards);
        buy(&telling, between(traffic, beginning + HOUR, end));
    }
    model->heard = zeroed((size_t)model->message_count, sizeof *model->heard);
    for (int i = 0; i < model->message_count; i++) model->heard[i].purchase = -1;
    qsort(traffic->list, (size_t)traffic->count, sizeof *traffic->list, earlier);
}

void model_free(struct model *model) {
    free(model->balance);
    free(model->held);
    free(model->cards);
    free(model->purchases);
    free(model->heard);
}
