/* terminals.h: a payment agent with its terminals, as the sandbox plays it: asks Kabinet by OSMP XML (check, then pay
 * with the same txn_id until it is answered), with books of its own, and whatever can happen on the way. */
#pragma once

#include "sandbox/sandbox.h"

#define TERMINAL_TXN 21     /* 20 digits and a NUL */
#define TERMINAL_ACCOUNT 65 /* as it was typed */
#define TERMINAL_LOGIN 65

enum terminal_fault {
    TERMINAL_WELL,
    TERMINAL_LOST,          /* the first answer to pay gets lost */
    TERMINAL_HASTY,         /* hangs up on the first pays, whatever has become of them */
    TERMINAL_TWICE,         /* asks for the same pay twice at once */
    TERMINAL_UNCHECKED,     /* pays without a check */
    TERMINAL_CHECKED_AFTER, /* pays, checks, pays again */
    TERMINAL_OTHER_SUM,     /* once paid: the same txn_id with another sum, which must be refused */
    TERMINAL_FAULTS
};
extern const char *const terminal_fault_names[TERMINAL_FAULTS];
/* "storm": any of them. False: no such name. */
bool terminal_fault_named(struct world *world, struct text name, enum terminal_fault *fault);

/* ---- terminals_books.c: in memory and in an append-only journal, which outlives kill -9 ---- */

enum terminal_state { TERMINAL_OPEN, TERMINAL_PAID, TERMINAL_REFUSED, TERMINAL_STATES };
const char *terminal_state_name(enum terminal_state state);

struct terminal_payment {
    char txn[TERMINAL_TXN], account[TERMINAL_ACCOUNT], prv[24];
    int64_t sum, made_s; /* kopecks */
    enum terminal_fault fault;
    enum terminal_state state;
    int result;          /* the last one told; -1: none */
    bool odd;            /* was answered against what was told before */
};

struct terminal_totals {
    int64_t count[TERMINAL_STATES], sum[TERMINAL_STATES], odd;
};

struct terminal_login {
    char login[TERMINAL_LOGIN], password[TERMINAL_LOGIN];
};

struct terminal_books;
struct terminal_books *terminal_books_open(const char *journal, struct text *problem);
void terminal_books_close(struct terminal_books *books);
/* In the journal before anything is asked; false: not written. */
bool terminal_books_add(struct terminal_books *books, const struct terminal_payment *payment);
bool terminal_books_end(struct terminal_books *books, size_t at, const struct terminal_payment *payment);
size_t terminal_books_count(struct terminal_books *books);
/* Copies of those from the first `after` on; how many. */
size_t terminal_books_page(struct terminal_books *books, size_t after, struct terminal_payment *payments, size_t room);
struct terminal_totals terminal_books_totals(struct terminal_books *books);
/* As which agent Kabinet is asked; kept in the journal. */
bool terminal_books_login(struct terminal_books *books, const struct terminal_login *login);
struct terminal_login terminal_books_login_of(struct terminal_books *books);

/* ---- terminals_ask.c: one payment's way ---- */

struct terminal_asker {
    struct world *world;
    const char *url; /* "http://127.0.0.1:8080/agents/osmp" */
    struct terminal_login login;
    const _Atomic bool *stopping;
};
/* Blocks until *payment has ended, or the program stops (then it stays open). */
void terminal_run(const struct terminal_asker *asker, struct terminal_payment *payment);

/* ---- terminals.c: workers; terminals_pages.c: a page and an interface for tests ---- */

struct terminals;
struct terminals *terminals_start(struct world *world, const char *kabinet, const char *journal, struct text *problem);
void terminals_stop(struct terminals *terminals);
struct terminal_books *terminals_books(struct terminals *terminals);
/* A new payment, under a txn_id of ours, in *payment; false: not written. */
bool terminals_add(struct terminals *terminals, struct terminal_payment *payment);

extern const struct route terminals_routes[];
#define TERMINALS_ROUTES 4
