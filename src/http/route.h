/* route.h: what an address does, as a table row. The router enforces all that is declared here: who may call, the
 * form, CSRF and origin, idempotency, limits, audit. Handlers never call those by hand. */
#pragma once

#include "http/form.h"
#include "http/template.h"

struct request;
struct tx; /* the store's; http never looks inside */

enum method { METHOD_GET = 1, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };

enum who {
    WHO_ANYONE = 1,   /* signed in or not */
    WHO_GUEST,        /* pages of sign-up and sign-in: a signed-in customer is sent home */
    WHO_CUSTOMER,
    WHO_STAFF,
    WHO_PARTNER,      /* signed by a partner's key; stages of a POST judge its fields, after the signature */
    WHO_STAFF_GUEST,  /* pages of staff's own sign-in: one who is signed in is sent to /staff */
};

/* What staff may do (BO-1): a member has a set of these, a route of WHO_STAFF names those of whom one is enough. */
enum role {
    ROLE_SUPPORT = 1,
    ROLE_IDENTIFICATION = 2,
    ROLE_RISK = 4,
    ROLE_FINANCE = 8,
    ROLE_CATALOGUE = 16,
    ROLE_ADMIN = 32,
    ROLE_ANY = 63,    /* whoever works here */
};

/* What a personal token may be good for (IF-2): a route names the one it asks. Kept in the database: never renumbered.
 * Their names are in engine/scopes.c, what people read of them in the strings of the feature `tokens`. */
enum scope {
    SCOPE_NONE = 0,            /* no token opens it */
    SCOPE_BALANCE_READ = 1,
    SCOPE_OPERATIONS_READ = 2,
    SCOPE_FAVOURITES_READ = 4,
    SCOPE_FAVOURITES_WRITE = 8,
    SCOPE_TOPUPS_WRITE = 16,
    SCOPE_TRANSFERS_WRITE = 32,
    SCOPE_PAYMENTS_WRITE = 64,
};
#define SCOPE_LAST SCOPE_PAYMENTS_WRITE

/* A handler is a row of stages, run in order until one answers. */
enum flow { FLOW_NEXT, FLOW_ANSWERED };
typedef enum flow stage_function(struct request *request, struct tx *tx);

enum stage_kind {
    STAGE_END,
    STAGE_QUICK, /* neither database nor slow: at once, on the I/O thread */
    STAGE_READ,  /* on a snapshot */
    STAGE_WRITE, /* a command; may be run again from its start, so it starts from the request's input alone. What it
                  * wrote is undone when it refuses (status ≥ 400), unless the refusal says keep */
    STAGE_WORK,  /* slow computing on the worker pool, no database: Argon2id, PDF, pictures */
};

struct stage {
    enum stage_kind kind;
    stage_function *run;
};

#define ROUTE_STAGES 6
#define ROUTE_PARAMS 4

struct rate {
    enum { RATE_NONE, RATE_ADDRESS, RATE_CALLER, RATE_WHOLE } per;
    int count;
    int64_t window_us;
};

enum route_flag {
    ROUTE_PAGE_ONLY = 1,    /* no JSON: answers 406 */
    ROUTE_NO_CSRF = 2,      /* signed some other way */
    ROUTE_STREAM = 4,       /* server-sent events */
    ROUTE_CACHED = 8,       /* static: may be kept by the browser */
    /* POST, PUT: the body is left as it came, of any type: signed messages of partners; form is NULL. GET: it is
     * ignored, for programs that send one; elsewhere that is refused */
    ROUTE_RAW_BODY = 32,
    ROUTE_ALWAYS = 64,      /* answered during maintenance too */
    /* a customer's sensitive act (sign-in, secrets, phone): goes to the audit trail, as all of staff's does anyway */
    ROUTE_SENSITIVE = 128,
    ROUTE_UNLESS = 256, /* only where no other enabled feature has this method and path; of several such
                         * the one of the latest feature */
    ROUTE_FORM_OPTIONAL = 16, /* GET: a fault in the query empties that field and is shown, not refused */
};

struct route {
    enum method method;
    const char *path;           /* "/operations/{id}": {…} is one segment; "/@{name}" one that begins with @ */
    enum who who;
    const struct form *form;    /* of the body; of the query for GET; NULL: none is accepted */
    struct stage stages[ROUTE_STAGES + 1];
    /* Where the database is a network away: requests of this route, their fields good, wait for its first stage, a
     * READ. Brings what that will ask into memory, for all at once; what it leaves out is asked for each by itself.
     * They may yet be refused, so it tells them nothing. Memory is the snapshot's. NULL: nothing. */
    void (*warm)(struct request *const *requests, size_t count, struct tx *tx);
    const struct template *page; /* for text/html; NULL: JSON (or a file) only */
    /* After a refusal of a page's form: rebuilds the form's page (its template in `again_page`), which is drawn with
     * the values typed and the errors, status 422. */
    stage_function *again;
    const struct template *again_page;
    bool key;                   /* wants an idempotency key: Idempotency-Key header, or _key in a page's form */
    struct rate rates[2];
    const char *audit;          /* what the command log calls it ("wallet.transfer"); every writing route has one */
    const char *summary;        /* one line for OpenAPI */
    int64_t body_max;           /* bytes; 0 → 16 KiB */
    unsigned flags;
    unsigned roles;             /* WHO_STAFF: set of enum role, never empty there */
    /* What a customer's personal token must be good for. Without one: of WHO_CUSTOMER it is refused, elsewhere it is
     * as if it had not been shown. Sessions, an app's by bearer token too, are not asked for it. */
    enum scope scope;
    /* What callers' programs expect of a refusal besides RFC 9457's members (its §3.2). NULL: nothing. */
    void (*problem)(const struct request *request, struct node *problem);
};
