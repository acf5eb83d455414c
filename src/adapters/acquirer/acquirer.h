/* acquirer.h: a bank that takes cards for us: a hosted payment page, signed callbacks, a status interface and refunds.
 * What goes over the wire is told in README.md beside this; another bank is another adapter behind the same functions.
 * What an order is for is the caller's. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"
#include "base/text.h"

struct acquirer; /* immutable once open; any thread */

struct acquirer_options {
    const char *url;         /* its payment page and interface: "https://pay.bank.example/acquirer" */
    const char *merchant;    /* who we are there */
    const char *secret_file; /* the key shared with it */
    bool create;             /* make the key file when absent: demo and tests only */
};

struct acquirer_order {
    int64_t id; /* ours */
    struct money sum;
    struct text return_url;
    struct text language; /* "ru" */
    moment expires;       /* the page takes no card after it */
};

struct acquirer_news {
    int64_t order;
    struct text status;    /* "paid", … as they say it */
    struct text reference; /* their number of the payment */
    struct money sum;
};

enum acquirer_answer { ACQUIRER_ANSWERED, ACQUIRER_UNREACHABLE, ACQUIRER_REFUSED };

/* NULL with *problem when the key cannot be read. Lives in the arena. */
struct acquirer *acquirer_open(struct arena *arena, const struct acquirer_options *options, struct text *problem);

/* The address of the payment page for this order, signed. No call is made. */
struct text acquirer_payment_url(const struct acquirer *acquirer, struct arena *arena,
                                 const struct acquirer_order *order);

/* Is this body theirs? authorization is the header of that name; *stamp_s when they say they signed it. */
bool acquirer_verify(const struct acquirer *acquirer, struct text authorization, struct text body, int64_t *stamp_s);

/* Reads a callback's or a status answer's body. False when it is not one of an order of ours. */
bool acquirer_read(const struct acquirer *acquirer, struct arena *arena, struct text body, struct acquirer_news *news);

/* Asks what became of an order; blocks up to ~10 s: dispatcher threads only. *body can be given to acquirer_read. */
enum acquirer_answer acquirer_status(const struct acquirer *acquirer, struct arena *arena, int64_t order, moment now,
                                     struct text *body);

/* Gives the money of a paid order back to the card; `refund` tells repeats. Blocks as above. */
enum acquirer_answer acquirer_refund(const struct acquirer *acquirer, struct arena *arena, int64_t order,
                                     int64_t refund, struct money sum, moment now);
