/* request.h: one request on its way through, and how a handler answers it.
 *
 * Everything it points to lives in its arena. It is touched by one thread at a time: the I/O thread, then the stage's
 * thread, then the I/O thread again. */
#pragma once

#include "base/world.h"
#include "http/route.h"

struct caller {
    enum who kind;        /* WHO_ANYONE while nobody is signed in */
    int64_t customer;     /* WHO_CUSTOMER */
    int64_t session;
    int64_t staff;        /* WHO_STAFF */
    unsigned roles;       /* … his set of enum role */
    struct text login;    /* … his name for pages; in the request's arena */
    bool by_token;        /* Authorization: Bearer: no cookie, so no CSRF */
    moment session_ends;  /* WHO_CUSTOMER: when the session ends unless it is used again */
    bool personal;        /* by a personal token: no session, a key for programs (IF-2) */
    unsigned scopes;      /* … what it is good for: set of enum scope */
    int64_t day_limit;    /* … what it may send out a day, in minor units; 0: no limit of its own */
};

/* What is wrong, for the person and for machines (RFC 9457). One static const per refusal of a feature. */
struct refusal {
    const char *type;     /* "not-enough-money": problem type is "/problems/" and this */
    int status;
    string_id text;       /* what happened and what to do */
    bool keep;            /* what the command wrote stays (an attempt counted) */
};

struct cookie {
    const char *name;     /* without __Host- */
    struct text value;
    int64_t max_age_s;    /* 0: for the browser's session; -1: delete */
    struct cookie *next;
};

/* What the audit trail will say of this request, besides who, when and where from (engine_note). */
struct note {
    int64_t customer;     /* whom it is about; 0: nobody */
    const char *what;     /* "customer.opened" */
    struct text detail;   /* for people: a reason, what was changed; sealed at rest; TEXT_NONE */
    struct note *next;
};

/* What is wrong with a field that the route's form leaves to its handler. */
struct rest_fault {
    const char *name;     /* lives as long as the request */
    struct text words;    /* in the person's language */
    struct rest_fault *next;
};

/* A body that is not a document: a file, or a stream. */
struct answer_file {
    const char *content_type;
    const char *file_name;     /* offered for saving; NULL: shown in place */
    struct text bytes;
    const char *tag;               /* quoted: the same bytes as long as it is the same (ETag); NULL: kept by nobody */
    bool immutable;                /* anybody's, and its address never gives other bytes: kept for ever (RFC 8246) */
    /* A long one instead: writes the next piece into out (at most out->room), false when there is no more. Called on a
     * reader thread. NULL: bytes is all. */
    bool (*more)(void *state, struct buffer *out);
    void *state;
};

struct answer {
    int status;                     /* 0 until answered */
    struct text location;           /* 201, 303 */
    struct node *document;
    const struct template *page;    /* instead of the route's */
    const struct refusal *refusal;
    const struct string_argument *refusal_arguments;
    size_t refusal_argument_count;
    int retry_after_s;
    const char *challenge;          /* 401: how to say who one is (WWW-Authenticate); NULL: "Bearer" */
    struct cookie *cookies;
    struct answer_file *file;
    struct text stored_json;        /* an earlier answer given again under its idempotency key */
};

struct request {
    struct arena *arena;
    struct world *world;
    struct text id;                 /* "01JD…", also in X-Request-Id */
    const struct route *route;
    enum method method;
    bool head;
    struct text path, query, body, content_type;
    struct text params[ROUTE_PARAMS];
    struct text host, origin, fetch_site, address, user_agent, authorization, idempotency_key;
    struct text api_signature;                      /* X-Api-Signature-SHA256: of a callback about a bill */
    struct text signature;                          /* X-Signature: of a callback about a shop's order */
    struct text cookie_session, cookie_visit, cookie_language;
    struct text cookie_provider;                    /* providers': on the way to another identity provider and back */
    struct text cookie_device, cookie_draft, cookie_kept; /* identity's: a known device, a sign-up, a form kept */
    struct text cookie_recovery;    /* a way back into a cabinet, begun */
    struct text cookie_support;     /* a guest's conversation */
    struct text cookie_shop;        /* the session of a partner shop's person */
    struct text cookie_staff;       /* staff's session, apart from customers' */
    bool looking; /* X-Looking: a page that was told of news, not the person: keeps no idle session alive */
    bool secure;                    /* came by TLS, here or at the proxy */
    bool wants_html;                /* by Accept */
    struct raw_field *raw;          /* body fields (query fields for GET) */
    struct field_value *fields;     /* route->form->count */
    bool fields_valid;
    struct rest_fault *rest_faults; /* in the order in which they were found */
    struct caller caller;
    struct locale locale;
    moment started;
    struct answer answer;
    struct node *page;              /* for templates only: never in JSON */
    void *scratch;                  /* handed from stage to stage of one route */
    struct note *notes;             /* latest first */
    const int64_t *accounts;        /* a READ stage may say which ledger accounts the next WRITE will touch */
    size_t account_count;
    struct engine *engine;          /* opaque here */
    void *engine_state;
    void *server_state;
    void (*finish)(struct request *request); /* the engine calls it once answered; the server then sends */
};

/* ---- input ---- */

const struct field_value *request_field(const struct request *request, const char *name); /* of its form; checked */
struct text field_text(const struct request *request, const char *name);   /* TEXT_NONE when not given */
int64_t field_number(const struct request *request, const char *name);     /* 0 when not given */
struct money field_money(const struct request *request, const char *name);
bool field_given(const struct request *request, const char *name);
/* The route's form has it: for what draws a form on pages of several routes. */
bool field_known(const struct request *request, const char *name);
/* Of a form with `rest`: what came under a name that it does not list, trimmed; TEXT_NONE when nothing, or when it is
 * no valid text. */
struct text rest_text(const struct request *request, const char *name);
/* The first name that came and is neither the form's nor one of these: what JSON is refused for; TEXT_NONE. */
struct text rest_unknown(const struct request *request, const char *const *names, size_t count);
/* Marks it; refuse_rest then answers 422 with all that were marked. */
void rest_fault(struct request *request, const char *name, struct text words);
enum flow refuse_rest(struct request *request);
/* The path parameter as an id; false answers like a missing one (404). */
bool request_param_id(const struct request *request, size_t index, int64_t *id);

/* ---- answers; each returns FLOW_ANSWERED ---- */

enum flow answer_ok(struct request *request, struct node *document);                          /* 200 */
/* page: 303 to it; JSON: 200 */
enum flow answer_done(struct request *request, struct node *document, struct text location);
/* page: 303; JSON: 201 */
enum flow answer_created(struct request *request, struct node *document, struct text location);
enum flow answer_see(struct request *request, struct text location);                          /* 303 for both */
enum flow answer_file(struct request *request, const struct answer_file *file);
enum flow answer_missing(struct request *request);                                            /* 404 */
enum flow refuse(struct request *request, const struct refusal *refusal);
enum flow refuse_with(struct request *request, const struct refusal *refusal, const struct string_argument *arguments,
                      size_t count);
/* 422 and the message beside that field. */
enum flow refuse_field(struct request *request, const char *field, string_id message);
/* Marks it alone, so that all that is wrong is told at once: refuse_rest then answers. */
void request_mark(struct request *request, const char *field, string_id message,
                  const struct string_argument *arguments, size_t count);
void answer_cookie(struct request *request, const char *name, struct text value, int64_t max_age_s);
