/* acquirer.h: customers' cards that the acquirer keeps under tokens: bound on its page, checked by a small sum, paid
 * out to, charged. src/adapters/acquirer/README.md tells the interface; acquirer.c has orders and their page. */
#pragma once

#include "sandbox/sandbox.h"

#define ACQUIRER_ID 24
#define ACQUIRER_TOKEN 40
#define SMALL_SUM_TRIES 3

/* ---- acquirer_cards.c: what each practice card does, by its last four digits ---- */

enum bound_fault {
    BOUND_WELL,
    BOUND_DECLINES,        /* the bank lets no card be bound */
    BOUND_SECURE,          /* … since 3-D Secure was not passed */
    BOUND_SILENT,          /* no callback ever */
    BOUND_TWICE,           /* callbacks twice */
    BOUND_GARBAGE,         /* callbacks with a wrong signature and a broken body */
    BOUND_LOST,            /* whatever is asked the first time is done, and never answered */
    BOUND_DOUBLE,          /* … answered by the same twice in one body */
    BOUND_PAGE,            /* … by a page */
    BOUND_REFUSES,         /* payouts are declined */
    BOUND_PENDING,         /* payouts are in work for a while, then paid */
    BOUND_PENDING_REFUSED, /* … then declined */
    BOUND_CONTRADICTS,     /* payouts are paid, and first told to be declined */
    BOUND_POOR,            /* charges are declined: no money */
    BOUND_FAULTS
};

struct bound_fault_row {
    const char *digits;
    string_id about;
};
extern const struct bound_fault_row bound_faults[BOUND_FAULTS];
enum bound_fault bound_fault_of(struct text number);
/* Adds {card, about} each. */
void bound_cards_tell(struct request *request, struct node *list);

/* ---- acquirer_books.c: in memory and in an append-only journal, which outlives kill -9 ---- */

enum binding_state {
    BIND_PENDING = 1, BIND_CHECK, BIND_BOUND, BIND_VOID, BIND_DECLINED, BIND_CANCELLED, BIND_EXPIRED, BIND_UNBOUND
};
const char *binding_state_name(enum binding_state state);

struct binding { /* a copy */
    char merchant[64], id[ACQUIRER_ID], token[ACQUIRER_TOKEN], mask[24], network[12], expiry[8], holder[64],
        fingerprint[72];
    enum binding_state state;
    enum bound_fault fault;
    int64_t small; /* kopecks: what the cardholder sees in his bank's app */
    int64_t attempt, left, expires_s, made_s;
};

struct card_move { /* a payout or a charge; a copy */
    bool charge;
    char merchant[64], id[ACQUIRER_ID], token[ACQUIRER_TOKEN], reason[16]; /* reason "": not declined */
    int64_t sum;
    moment made, ready; /* in work until then */
};
const char *card_move_state(const struct card_move *move, moment now); /* "processing", "paid", "declined" */

struct acquirer_books;
struct acquirer_books *acquirer_books_open(const char *journal, struct text *problem);
void acquirer_books_close(struct acquirer_books *books);
bool binding_find(struct acquirer_books *books, struct text merchant, struct text id, int64_t now_s,
                  struct binding *binding);
bool binding_by_token(struct acquirer_books *books, struct text token, struct binding *binding); /* bound ones */
bool binding_keep(struct acquirer_books *books, const struct binding *binding);
/* Latest first. */
size_t bindings_latest(struct acquirer_books *books, struct binding *bindings, size_t room);
bool card_move_find(struct acquirer_books *books, struct text merchant, struct text id, bool charge,
                    struct card_move *move);
/* Once for an id: *move is what the books have then; *known: they had it. False: not written. */
bool card_move_add(struct acquirer_books *books, struct card_move *move, bool *known);
size_t card_moves_page(struct acquirer_books *books, size_t after, struct card_move *moves, size_t room);

/* ---- acquirer_bind.c, acquirer_payout.c, acquirer_dispute.c ---- */

struct node *binding_document(struct request *request, const struct binding *binding);
/* Answers it as the card's fault has it at the first time. */
enum flow acquirer_send(struct request *request, const struct node *document, enum bound_fault fault);

extern const struct route acquirer_bind_routes[], acquirer_payout_routes[];
extern const struct route acquirer_dispute_route;
#define ACQUIRER_BIND_ROUTES 6
#define ACQUIRER_PAYOUT_ROUTES 4
