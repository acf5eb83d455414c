/* kannel.h: an SMS gateway by Kannel's HTTP interface: messages out through its smsbox (`sendsms`), delivery reports
 * and incoming messages back as GETs to addresses of ours. Whatever stands behind it speaks SMPP, UCP, …; Kannel knows.
 * How its configuration looks: README.md beside this. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

struct kannel; /* immutable once open; any thread */

struct kannel_options {
    const char *url;      /* its smsbox: "http://127.0.0.1:13013/cgi-bin/sendsms" */
    const char *user;
    struct text password;
    const char *sender;   /* the name or number that messages come from; "": what Kannel says */
};

struct kannel_sms {
    int64_t id;             /* ours: goes along, so that a repeat can be told (billing information, and the report) */
    struct text phone, text;
    struct text report_url; /* where reports go; "%d" in it becomes the report's number. TEXT_NONE: none are wanted */
    int64_t good_for_us;    /* how long it may still be delivered: a code is never shown late */
};

enum kannel_answer { KANNEL_TAKEN, KANNEL_AGAIN, KANNEL_REFUSED };

struct kannel *kannel_open(struct arena *arena, const struct kannel_options *options);

/* Blocks, 8 s at most. *reply: what Kannel said, or why it could not be reached. */
enum kannel_answer kannel_send(const struct kannel *kannel, struct arena *arena, const struct kannel_sms *sms,
                               struct text *reply);

/* The address asked for that: for tests. */
struct text kannel_address(const struct kannel *kannel, struct arena *arena, const struct kannel_sms *sms);
/* What an HTTP status of sendsms means. */
enum kannel_answer kannel_answer_of(long status);

/* Delivery reports (dlr-mask): what "%d" became. */
enum kannel_report {
    KANNEL_DELIVERED = 1,   /* to the phone */
    KANNEL_UNDELIVERED = 2, /* and never will be */
    KANNEL_QUEUED = 4,      /* at the centre, which could not take it yet */
    KANNEL_ACCEPTED = 8,    /* by the centre */
    KANNEL_REJECTED = 16,   /* by the centre */
};
