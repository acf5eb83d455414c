/* processing.h: a card network's processing centre: it makes cards for us and asks us before each purchase. What goes
 * over the wire is told in README.md beside this; another centre is another adapter behind the same functions. Knows
 * nothing of customers: a card is whatever its caller calls by a number. */
#pragma once

#include "base/money.h"
#include "base/world.h"

struct processing; /* immutable once open; any thread */

struct processing_options {
    const char *url;         /* "https://processing.example/api" */
    const char *institution; /* who we are there */
    const char *secret_file; /* the key shared with it */
    bool create;             /* make the key file when absent: demo and tests only */
};

/* NULL with *problem when the key cannot be read. Lives in the arena. */
struct processing *processing_open(struct arena *arena, const struct processing_options *options, struct text *problem);

/* ---- what they tell us ---- */

/* Is this body theirs? authorization is the header of that name; *stamp_s when they say they signed it. */
bool processing_verify(const struct processing *processing, struct text authorization, struct text body,
                       int64_t *stamp_s);

enum processing_kind {
    PROCESSING_AUTHORISATION, /* may it be paid? */
    PROCESSING_REVERSAL,      /* of an authorisation, whole or in part */
    PROCESSING_CLEARING,      /* the money is claimed */
    PROCESSING_REFUND,        /* the shop gives back */
    PROCESSING_CHALLENGE,     /* the card's holder is to confirm a purchase on a page of ours */
    PROCESSING_VERDICT,       /* what has become of a purchase that we dispute */
    PROCESSING_KINDS
};
enum processing_place { PROCESSING_TILL, PROCESSING_INTERNET, PROCESSING_CASH };

struct processing_message {
    enum processing_kind kind;
    struct text id;        /* of the message: tells repeats */
    struct text operation; /* what belongs together: the authorisation's id; of what had none, the first message's */
    struct text card;      /* their reference of the card */
    struct text merchant, category; /* category: ISO 18245, four digits */
    enum processing_place place;
    struct money sum;      /* of a reversal 0: all of it */
    bool foreign;          /* the sum is not in roubles: sum is 0 */
    bool abroad;           /* the shop is in another country */
    struct text challenge; /* of an authorisation: which of our challenges was passed for it; TEXT_NONE */
    struct text back;      /* of a challenge: where the browser goes afterwards */
    bool won;              /* of a verdict: the sum comes back to us */
    bool last;             /* nothing more is claimed of it */
};
/* False when it is not one that we understand. */
bool processing_read(const struct processing *processing, struct arena *arena, struct text body,
                     struct processing_message *message);

/* Where the browser goes with what came of a challenge ("passed", "failed", "cancelled"), signed. In the arena. */
struct text processing_back(const struct processing *processing, struct world *world, struct arena *arena,
                            struct text back, struct text challenge, const char *result);

/* ---- what we ask: blocks up to ~6 s, dispatcher and worker threads only ---- */

enum processing_answer {
    PROCESSING_ANSWERED,
    PROCESSING_LATER,   /* not there, still at it, or no sense in what it said: ask the same again */
    PROCESSING_REFUSED, /* asking again changes nothing */
};

struct processing_order {
    int64_t request; /* ours: the same again is the same card */
    bool plastic;
    struct text holder, address; /* TEXT_NONE: none */
};
/* *body can be given to processing_card. */
enum processing_answer processing_issue(const struct processing *processing, struct world *world, struct arena *arena,
                                        const struct processing_order *order, struct text *body);

struct processing_card {
    struct text card, number; /* their reference; 16 to 19 digits */
    int year, month;          /* good until the end of it */
    struct text code;         /* CVV: of details alone, never to be kept */
};
/* False: no card of that request (0: of no request, details) could be read. */
bool processing_card(struct arena *arena, struct text body, int64_t request, struct processing_card *card);

/* state: "active", "frozen", "closed". Of two the one with the larger version holds, whichever comes first. */
enum processing_answer processing_state(const struct processing *processing, struct world *world, struct arena *arena,
                                        struct text card, int64_t version, const char *state);

/* Number, expiry and code as they are printed: *body to processing_card, and nowhere else. */
enum processing_answer processing_details(const struct processing *processing, struct world *world,
                                          struct arena *arena, struct text card, struct text *body);

/* The PIN of that card from now on, enciphered for it (pin_block.h). number: the card's. Neither is kept or logged. */
enum processing_answer processing_pin(const struct processing *processing, struct world *world, struct arena *arena,
                                      struct text card, struct text number, struct text pin);

/* A claimed purchase is disputed under our number of it; what becomes of it is told by a verdict. */
struct processing_dispute {
    int64_t dispute;
    struct text operation; /* theirs */
    struct money sum;
    const char *reason; /* "unknown", "not-received", … */
};
enum processing_answer processing_dispute(const struct processing *processing, struct world *world,
                                          struct arena *arena, const struct processing_dispute *dispute);
