/* centre.h: a card network's processing centre with all the shops behind it, as the sandbox plays them: makes cards,
 * asks Kabinet before each purchase, claims, reverses, gives back; with books of its own and whatever can happen on the
 * way. Kabinet's side is src/adapters/processing. */
#pragma once

#include "sandbox/sandbox.h"

#define CENTRE_ID 24
#define CENTRE_WORDS 128 /* bytes: 60 letters */

/* ---- cards ---- */

struct centre_card {
    char card[CENTRE_ID], request[CENTRE_ID], number[20], code[4], expires[8], state[12], holder[32];
    int64_t version; /* of its state: an older one changes nothing */
    bool plastic;
};

/* What happens to the next calls of Kabinet's. */
enum centre_fault { CENTRE_WELL, CENTRE_SLOW, CENTRE_SILENT, CENTRE_GARBAGE, CENTRE_REFUSES, CENTRE_FAULTS };

/* ---- purchases ---- */

enum shop_fault {
    SHOP_WELL,
    SHOP_LOST,          /* the first answer gets lost: asked again under the same id */
    SHOP_TWICE,         /* asked twice at once */
    SHOP_HASTY,         /* the centre waits 3 ms, then declines by itself and reverses */
    SHOP_CLAIMED_FIRST, /* the claim arrives before the question */
    SHOP_CLAIMED_TWICE, /* each claim is told twice */
    SHOP_FAULTS
};
extern const char *const shop_fault_names[SHOP_FAULTS];

enum purchase_state { PURCHASE_ASKED, PURCHASE_APPROVED, PURCHASE_DECLINED, PURCHASE_OFFLINE, PURCHASE_STATES };
const char *purchase_state_name(enum purchase_state state);

struct purchase {
    char id[CENTRE_ID], card[CENTRE_ID], merchant[CENTRE_WORDS], category[5], reason[32];
    int place; /* 0 till, 1 internet, 2 cash */
    enum shop_fault fault;
    enum purchase_state state;
    int64_t sum, claimed, reversed, refunded; /* kopecks; told to Kabinet or on their way */
    int64_t made_s;
    bool odd;  /* was answered against what was told before, or not at all as the contract has it */
    bool foreign;
    char country[3];
};

enum news_kind { NEWS_AUTHORISATION, NEWS_REVERSAL, NEWS_CLEARING, NEWS_REFUND, NEWS_CHALLENGE, NEWS_VERDICT };

/* What is on its way to Kabinet until it is answered. */
struct news {
    char id[CENTRE_ID], purchase[CENTRE_ID];
    enum news_kind kind;
    int64_t sum; /* of a reversal 0: all */
    bool last, done; /* last: of a verdict: it is won */
    int64_t due_us; /* monotonic */
    int tries;
};

/* ---- centre_books.c: in memory and in an append-only journal, which outlives kill -9 ---- */

struct centre_totals {
    int64_t claimed, refunded, waiting, odd;
};

struct centre_books;
struct centre_books *centre_books_open(const char *journal, struct text *problem);
void centre_books_close(struct centre_books *books);
/* Adds or replaces; false: not written. */
bool centre_card_keep(struct centre_books *books, const struct centre_card *card);
bool centre_card_find(struct centre_books *books, struct text word, struct centre_card *card); /* reference or number */
bool centre_card_asked(struct centre_books *books, struct text request, struct centre_card *card);
size_t centre_cards(struct centre_books *books, struct centre_card *cards, size_t room); /* newest first */
bool centre_purchase_keep(struct centre_books *books, const struct purchase *purchase);
bool centre_purchase_find(struct centre_books *books, struct text id, struct purchase *purchase);
size_t centre_purchases(struct centre_books *books, size_t after, struct purchase *purchases, size_t room);
size_t centre_purchase_count(struct centre_books *books);
struct centre_totals centre_totals(struct centre_books *books);
/* Adds so much to what was claimed, reversed, refunded, if it still may be; false: more than there is. */
bool centre_claim(struct centre_books *books, struct text id, int64_t sum);
bool centre_reverse(struct centre_books *books, struct text id, int64_t sum); /* 0: all that is left */
bool centre_refund(struct centre_books *books, struct text id, int64_t sum);
bool centre_news_add(struct centre_books *books, const struct news *news);
/* Waits for one that is due; it is nobody else's until it is given back (centre_news_later) or done. False: it is time
 * to stop. */
bool centre_news_take(struct centre_books *books, struct news *news);
void centre_news_stop(struct centre_books *books);
void centre_news_later(struct centre_books *books, const struct news *news, int64_t after_us);
bool centre_news_done(struct centre_books *books, const struct news *news);

/* ---- centre_side.c: purchases confirmed at the bank's page, PINs, disputes; with a journal of their own ---- */

#define PIN_TRIES 3

struct checkout {
    char purchase[CENTRE_ID], challenge[CENTRE_ID], result[12], back[200], url[300];
};
struct centre_pin {
    char card[CENTRE_ID], pin[13];
    int tries; /* wrong ones since the last right one */
};
struct centre_dispute {
    char purchase[CENTRE_ID], dispute[CENTRE_ID], reason[20], verdict[8];
    int64_t sum;
};

struct centre_side;
struct centre_side *centre_side_open(const char *journal, struct text *problem);
void centre_side_close(struct centre_side *side);
bool centre_checkout_keep(struct centre_side *side, const struct checkout *checkout);
bool centre_checkout_find(struct centre_side *side, const char *purchase, struct checkout *checkout);
bool centre_pin_keep(struct centre_side *side, const struct centre_pin *pin);
/* NULL: it is right; else why it is declined. */
const char *centre_pin_try(struct centre_side *side, const char *card, struct text typed);
bool centre_dispute_keep(struct centre_side *side, const struct centre_dispute *dispute);
bool centre_dispute_find(struct centre_side *side, const char *purchase, struct centre_dispute *dispute);

/* ---- centre_send.c: one piece of news, once ---- */

struct centre_sender {
    struct world *world;
    struct centre_books *books;
    struct centre_side *side;
    struct text secret;
    const char *url, *institution;
};
/* True when it need not be sent again. */
bool centre_send(const struct centre_sender *sender, const struct news *news);

/* ---- centre.c ---- */

struct centre;
struct centre *centre_start(struct world *world, const char *kabinet, const char *secret_file, const char *journal,
                            struct text *problem);
void centre_stop(struct centre *centre);
struct centre_books *centre_books_of(struct centre *centre);
struct centre_side *centre_side_of(struct centre *centre);
struct text centre_secret(struct centre *centre);
bool centre_tell(struct centre *centre, enum news_kind kind, const char *purchase, int64_t sum, bool last,
                 int64_t after_us);
/* The fault of the next `times` calls of that name; and one of them. */
void centre_fault_set(struct centre *centre, enum centre_fault fault, int64_t times);
enum centre_fault centre_fault_take(struct centre *centre);

/* centre_api.c and centre_desk.c: for Kabinet; centre_pages.c, centre_checkout.c: pages and an interface for tests */
extern const struct route centre_api_routes[], centre_desk_routes[], centre_routes[], centre_checkout_routes[];
/* Signed by Kabinet for that purpose, whole, and not to be spoilt: FLOW_NEXT. */
enum flow centre_enter(struct request *request, const char *purpose);
