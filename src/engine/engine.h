/* engine.h: takes a request through its route's declarations and stages, and keeps what they all need: the store, the
 * keyring, the settings, the worker pool, the outbox and the jobs.
 *
 * A request's way: caller → rates → CSRF → form → idempotency → stages → answer. Writing stages run inside the store's
 * group; each is recorded in the command log (who, what, under which key, what was answered), which serves LE-4
 * (the same key gives the same answer) and those who ask who did what from where, for as long as is configured. */
#pragma once

#include "engine/feature.h"
#include "engine/settings.h"

struct engine;
struct ledger;

struct engine_options {
    const struct config *config;
    struct world *world;
    struct keyring *keyring;
    bool manual;              /* nothing runs by itself: the simulation steps the store, workers, outbox and jobs */
};

struct engine *engine_open(const struct engine_options *options, struct arena *arena, struct text *problem);
bool engine_start(struct engine *engine); /* writer, workers, dispatchers, scheduler */
void engine_close(struct engine *engine);
void engine_handle(void *engine, struct request *request); /* server_options.handle */
void engine_idle(void *engine);                            /* server_options.idle */
const struct route *const *engine_routes(const struct engine *engine);

struct store *engine_store(const struct engine *engine);
struct ledger *engine_ledger(const struct engine *engine);
struct world *engine_world(const struct engine *engine);
const struct keyring *engine_keyring(const struct engine *engine);
const struct config_base *engine_config(const struct engine *engine);
const struct zone *engine_zone(const struct engine *engine);
const void *engine_settings(const struct engine *engine, const struct feature *feature);
void *engine_state(const struct engine *engine, const struct feature *feature); /* what open() gave */
bool engine_enabled(const struct engine *engine, const char *feature);
const struct feature *const *engine_features(const struct engine *engine, size_t *count); /* enabled ones */
/* False for a row that gives way (ROUTE_UNLESS) to one of another of these features, which are in their order. */
bool engine_route_stands(const struct feature *const *features, size_t count, const struct route *route);
/* Adds the caller's menu to an array: {title, path, icon, current} each. */
void engine_menu(struct engine *engine, struct request *request, struct node *menu);
const struct operation_kind *engine_operation_kind(const struct engine *engine, int code);

/* All that the customer may pay from, in the order of features; how many. */
size_t engine_purses(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse purses[PURSES_MAX]);
/* … and, after those, what else he may top up by a card: feature.topups. */
size_t engine_topups(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse purses[PURSES_MAX]);
/* Fills `list` with what all features have under way for him. */
void engine_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                    struct node *list);

/* What all features say stands in the way of his leaving, added to `list` ({text, href?}); *identified: his identity
 * was checked, so the law has his data kept. */
void engine_obstacles(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list, bool *identified);

/* What the enabled features' routes ask of personal tokens: set of enum scope; and a scope's name, NULL: none such. */
unsigned engine_scopes(const struct engine *engine);
const char *engine_scope_name(enum scope scope);

/* … with what he often does. */
void engine_shortcuts(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list);

/* … with what they have to say of his payment to a provider. */
void engine_beside_payment(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                           int64_t payment, struct node *document);

/* … with what can be done with his operation: {title, href, icon} each. */
void engine_beside_operation(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                             const struct entry *entry, struct node *list);

/* The reader of the calling thread, made at first use. */
struct reader *engine_reader(struct engine *engine);

/* Who is calling: set by the identity feature when it opens. Inline (cache) where possible: gives true when known at
 * once; false: call again with a snapshot. */
struct identifier {
    bool (*quick)(void *self, struct request *request);
    void (*full)(void *self, struct request *request, struct tx *tx);
    /* Like a route's: makes `quick` know as many of them as it can. */
    void (*warm)(void *self, struct request *const *requests, size_t count, struct tx *tx);
    /* A page's form for WHO_CUSTOMER came with a session cookie that is no longer good (ID-14): keeps what was typed
     * and answers 303 to the sign-in page. Run as a WRITE stage. */
    stage_function *keep_form;
    void *self;
};
void engine_identify_by(struct engine *engine, struct identifier identifier);
/* The same for routes of WHO_STAFF and WHO_STAFF_GUEST, set by the back office: staff's cookie is nothing elsewhere. */
void engine_identify_staff_by(struct engine *engine, struct identifier identifier);

/* ---- the audit trail (audit.h has the chain) ----
 *
 * What staff ask for is recorded without anybody's doing: a row for each answered request of a WHO_STAFF route, before
 * the answer goes out (a view that cannot be recorded is not shown). So are customers' routes with ROUTE_SENSITIVE. */

/* Says more than the route's name: one row for each note instead. In any stage. `what` is a literal. */
void engine_note(struct request *request, int64_t customer, const char *what, struct text detail);
/* A row from within a command that no request caused: jobs, outcomes of the outbox. Undone with the command. */
void engine_audit(struct engine *engine, struct tx *tx, int64_t staff, int64_t customer, const char *what,
                  struct text detail);

/* Nobody is signed in: a page goes to that one, and back here afterwards (its form's `next`); a program is refused. */
enum flow engine_ask_to_sign_in(struct request *request, const char *page, const struct refusal *refusal);

/* What a page does by itself, without scripts: "forward" to an address at once, "refresh" after so many seconds. */
void engine_page_goes(struct request *request, const char *how, struct text where);

/* Runs after the present command's group is on disk; dropped when it is undone. Writer thread; must not block. Memory:
 * data must outlive the group (the request's arena does). */
void engine_after(struct engine *engine, struct tx *tx, void (*run)(void *data), void *data);

/* Whether an enabled feature has such a request for money (feature.answers). */
bool engine_answers(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum);
/* Tells every enabled feature, in their order, at once and in this transaction. */
void engine_emit(struct engine *engine, struct tx *tx, const struct event *event);

/* Wakes every request streaming on this customer's topic (server-sent events), at whichever node; after the commit. */
void engine_notify(struct engine *engine, struct tx *tx, int64_t customer, const char *event);
/* tell() is called on the writer's thread and must not block; false without memory. Ended by engine_unlisten. */
/* Answers a ROUTE_STREAM request with a stream of what engine_notify says to that topic: a customer, or any other
 * number that the feature has made sure is the caller's to hear. */
enum flow engine_stream(struct request *request, int64_t topic);
bool engine_listen(struct engine *engine, int64_t customer, void (*tell)(void *self, const char *event), void *self);
void engine_unlisten(struct engine *engine, void *self);

/* Maintenance (SU-6): until it is ended by 0, whatever is neither staff's nor marked ROUTE_ALWAYS (/live) is answered
 * 503 at the gate with `until`, the expected end; what is past the gate is finished. Of this process. */
void engine_pause(struct engine *engine, moment until);
moment engine_paused(const struct engine *engine);
/* While the features open: each process looks at something of the database by itself every so often: what another node
 * has changed. On a snapshot that is open anyway where requests read, else once a second on one of its own. */
void engine_watch(struct engine *engine, void (*look)(struct engine *engine, struct tx *tx), int64_t every_us);

/* Simulation and tests (manual): one step each; true when something was done. */
bool engine_step_workers(struct engine *engine);
bool engine_step_outbox(struct engine *engine);
bool engine_step_jobs(struct engine *engine);
