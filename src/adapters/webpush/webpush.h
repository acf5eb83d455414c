/* webpush.h: notices to browsers through their push services. README.md beside this says which documents it follows. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

#define WEBPUSH_POINT_SIZE 65  /* an uncompressed point of P-256 */
#define WEBPUSH_SECRET_SIZE 16
#define WEBPUSH_SEED_SIZE 32
#define WEBPUSH_TEXT_MAX 3993  /* what services take (4096) without what encryption adds */

struct webpush; /* immutable once open; any thread */

struct webpush_options {
    uint8_t seed[WEBPUSH_SEED_SIZE]; /* our key follows from it */
    const char *contact;             /* "mailto:…" or "https://…": whom a push service may ask about us */
    const char *services;            /* hosts, blanks between; ".windows.com": any below it; an origin of loopback */
};

/* As the browser gives it (PushSubscription), decoded. */
struct webpush_subscription {
    struct text endpoint;
    struct text point;  /* p256dh */
    struct text secret; /* auth */
};

struct webpush_notice {
    const struct webpush_subscription *to;
    struct text text;       /* at most WEBPUSH_TEXT_MAX bytes */
    struct text topic;      /* at most 32 of base64url: a newer one of the same takes its place; TEXT_NONE: none */
    const char *urgency;    /* "very-low", "low", "normal", "high" */
    moment now, until;      /* the service keeps it no longer */
    uint8_t random[48];     /* fresh for each: 32 bytes for the one-time key, 16 of salt */
};

/* GONE: the browser has unsubscribed; never to be called again. */
enum webpush_answer { WEBPUSH_TAKEN, WEBPUSH_AGAIN, WEBPUSH_REFUSED, WEBPUSH_GONE };

/* NULL with *problem when the contact or a service is not one. */
struct webpush *webpush_open(struct arena *arena, const struct webpush_options *options, struct text *problem);
void webpush_close(struct webpush *webpush);
/* Our public key, as the browser wants it (applicationServerKey): base64url. */
struct text webpush_key(const struct webpush *webpush);
/* Well-formed, and to a service that may be called. */
bool webpush_subscription_valid(const struct webpush *webpush, struct arena *arena,
                                const struct webpush_subscription *subscription);
/* Blocks, 8 s at most. *reply: why not. */
enum webpush_answer webpush_send(const struct webpush *webpush, struct arena *arena,
                                 const struct webpush_notice *notice, struct text *reply);
