/* sandbox.h: the outside world in one program, for demos and tests: an acquirer, the state portal, billers, a partner
 * bank, processing, a payment agent, shops, a lender. It stands for other companies, so it shares no code with what it
 * talks to beyond base and http: signatures, formats and books are its own. */
#pragma once

#include "base/money.h"
#include "base/world.h"
#include "http/request.h"

struct sandbox;
struct portal;
struct billers;
struct terminals;
struct bank;
struct centre;
struct lender;
struct acquirer_books;
struct later;

struct sandbox_options {
    const char *listen, *kabinet, *secret_file, *journal, *esia_folder, *billers_login, *bank_client, *processing_key,
        *lender_key;
    bool esia_gost; /* keys made for the portal are of that kind */
    int64_t slow_us, late_us; /* how long the slow and the late take */
};

/* ---- cards.c: what each test card does, by its last four digits ---- */

enum card_fault {
    CARD_PAYS,
    CARD_DECLINES,
    CARD_SLOW,        /* decided after a while; the customer is sent back before */
    CARD_SILENT,      /* paid, and no callback ever */
    CARD_TWICE,       /* paid, told twice */
    CARD_LATE,        /* paid, told half a minute later */
    CARD_CONTRADICTS, /* told paid, then declined; the status says paid */
    CARD_GARBAGE,     /* callbacks with a wrong signature, then with a broken body; the status is right */
    CARD_DEAF,        /* no callback, and the status interface fails a few times */
    CARD_OTHER_SUM,   /* told paid with another sum; the status is right */
    CARD_FAULTS,
};

struct test_card {
    const char *number;
    enum card_fault fault;
    string_id about;
};
extern const struct test_card test_cards[CARD_FAULTS];

enum card_problem { CARD_FINE, CARD_BAD_NUMBER, CARD_BAD_EXPIRY, CARD_EXPIRED, CARD_BAD_CVV };
/* number: digits, blanks allowed; expiry "MM/YY". */
enum card_problem card_check(struct text number, struct text expiry, struct text cvv, struct date today);
enum card_fault card_fault_of(struct text number);

/* ---- signature.c ---- */

bool secret_read(struct arena *arena, const char *path, struct text *secret);   /* made when absent */
struct text sign(struct arena *arena, struct text secret, struct text message); /* hex HMAC-SHA256 */
/* "HMAC-SHA256 <seconds>:<hex over purpose⏎seconds⏎message>" */
struct text authorization_write(struct arena *arena, struct text secret, const char *purpose, int64_t seconds,
                                struct text message);
bool authorization_matches(struct text secret, const char *purpose, struct text header, struct text message,
                           int64_t now_s);

/* ---- books.c: orders, in memory and in an append-only journal ---- */

enum order_state { ORDER_PENDING = 1, ORDER_PAID, ORDER_DECLINED, ORDER_CANCELLED, ORDER_EXPIRED, ORDER_REVERSED };

struct order {
    char id[24], merchant[64], sum[24], reference[32], refund[24];
    enum order_state state;
    enum card_fault fault;
    int64_t expires_s, made_s;
    int status_failures; /* how often its status was refused so far */
};

struct books;
struct books *books_open(const char *journal, struct text *problem);
void books_close(struct books *books);
/* A copy of the order; false when there is none. Pending ones past their term are expired first. */
bool books_find(struct books *books, struct text merchant, struct text id, int64_t now_s, struct order *order);
/* Adds or replaces it, and writes it to the journal before anybody is told. */
bool books_keep(struct books *books, const struct order *order);
/* Latest first; how many. */
size_t books_latest(struct books *books, struct order *orders, size_t room);
const char *order_state_name(enum order_state state);

/* ---- courier.c: callbacks, on a thread of their own, with retries ---- */

struct callback {
    struct order order;
    enum order_state told; /* what is said, whatever is true */
    const char *sum;       /* said instead of the order's; NULL: the order's */
    bool bad_signature, bad_body;
    bool decide; /* first the slow card's order is decided, then told */
    const char *place; /* … another than an order: where under the callbacks' address, and `body` is what is said */
    char body[640];
};

struct courier;
struct courier *courier_start(struct world *world, const char *url, struct text secret, struct books *books);
void courier_stop(struct courier *courier);
void courier_send(struct courier *courier, const struct callback *callback, int64_t after_us);

/* ---- later.c: answers that take their time, and hold up nobody ---- */

struct later *later_start(void); /* NULL: no thread */
/* After the server has stopped: whatever still waits is let go. */
void later_stop(struct later *later);
/* For stages, beside their answer: it goes out so much later; or the connection is closed then, without a byte. */
void answer_after(struct request *request, int64_t us);
void answer_never(struct request *request, int64_t us);
/* For a stage whose answer asks somebody else first: `run` gives it, on a thread of its own. */
void answer_by(struct request *request, void (*run)(struct request *request, void *data), void *data);
/* Takes over a request whose stages asked for that; false: they did not, finish it. On the I/O thread. */
bool later_take(struct later *later, struct request *request);

/* ---- shop.c: a shop that bills its customers by Kabinet and hears callbacks, with faults ---- */

struct shop;
struct shop *shop_open(const char *journal, struct text *problem);
void shop_close(struct shop *shop);
extern const struct route shop_routes[];
#define SHOP_ROUTES 5

/* ---- acquirer.c ---- */

struct sandbox {
    struct world *world;
    struct text secret;
    struct books *books;
    struct courier *courier;
    struct acquirer_books *bound; /* acquirer.h */
    struct portal *portal;   /* esia.h */
    struct billers *billers; /* billers.h */
    struct terminals *terminals; /* terminals.h */
    struct bank *bank; /* bank.h */
    struct centre *centre;       /* centre.h */
    struct shop *shop;
    struct store *store;   /* store.h */
    struct lender *lender; /* lender.h */
    struct later *later;
    const char *kabinet;
    int64_t slow_us, late_us;
};

extern const struct route *const sandbox_routes[];
