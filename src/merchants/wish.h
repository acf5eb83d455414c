/* wish.h: a bill as it is asked for, between the files that read one and those that make it. */
#pragma once

#include "merchants/internal.h"

struct json_t;

/* The first that is wrong. */
enum wish_fault {
    WISH_GOOD, WISH_UNREADABLE, WISH_NUMBER, WISH_AMOUNT, WISH_CURRENCY, WISH_TERM, WISH_COMMENT, WISH_CUSTOMER,
    WISH_FIELDS
};

struct wish_terms {
    moment now;
    int64_t life; /* how long a bill waits at most, and when nothing is said */
    const struct zone *zone;
};

/* Texts lie in the arena, or are the body's. */
enum wish_fault wish_read(struct arena *arena, struct text body, struct text number, const struct wish_terms *terms,
                          struct bill_wish *wish);
/* {"amount": {"value": …, "currency": "RUB"}} alone, as of a refund. */
enum wish_fault wish_amount(struct arena *arena, struct json_t *body, int64_t *minor);
/* Of the route's form: a FORM_REST of GET /create. Nobody is addressed by it, since nobody knows who fills it in. */
enum wish_fault wish_of_form(struct request *request, const struct wish_terms *terms, struct bill_wish *wish);

struct wish_terms wish_terms_of(const struct request *request);
/* Refuses as the fault says. */
enum flow wish_refuse(struct request *request, enum wish_fault fault);
