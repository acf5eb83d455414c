/* maintenance.c: work on the system, with its expected end (SU-6): switched by staff or by the command line without a
 * restart, on every node. What is past the gate is finished; a page's form that comes meanwhile is offered to be sent
 * again. */
#include "support/maintenance.h"

#include "backoffice/backoffice.h"

#include <stdatomic.h>

#define SIGNED_FOR MINUTE /* how old the command line's word may be */

STATEMENT(read, "SELECT until, staff, changed FROM maintenance WHERE name = 'all'");
STATEMENT(put, "INSERT INTO maintenance (name, until, staff, changed) VALUES ('all', $1, $2, $3) "
               "ON CONFLICT (name) DO UPDATE SET until = $1, staff = $2, changed = $3");

struct switched {
    moment until, changed;
    int64_t staff;
};

static struct switched switched_of(struct tx *tx) {
    struct switched switched = {0};
    struct rows *rows = tx_query(tx, &read, NO_VALUES);
    if (rows_next(rows)) switched = (struct switched){row_int(rows, 0), row_int(rows, 2), row_int(rows, 1)};
    rows_end(rows);
    return switched;
}

/* The configuration's pause is the operator's: the switch cannot end it. */
void maintenance_look(struct engine *engine, struct tx *tx) {
    moment until = switched_of(tx).until;
    /* A snapshot from before this node's own switch knows nothing of it. */
    if (tx_generation(tx) <= atomic_load(&support_of(engine)->switched_at)) return;
    engine_pause(engine, until != 0 ? until : support_of(engine)->configured_pause);
}

moment maintenance_kept(struct engine *engine) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    moment until = tx != NULL ? switched_of(tx).until : 0;
    if (tx != NULL) (void)reader_end(reader, tx);
    return until;
}

/* ---- switching ---- */

struct change {
    struct engine *engine;
    moment until;
    int64_t generation; /* tx_generation of the command */
};

/* This node hears at once, the others at their next look. */
static void apply(void *data) {
    const struct change *change = data;
    atomic_store(&support_of(change->engine)->switched_at, change->generation);
    engine_pause(change->engine, change->until != 0 ? change->until : support_of(change->engine)->configured_pause);
}

static moment change_to(struct request *request, struct tx *tx, int64_t minutes) {
    moment now = world_now(request->world), until = minutes > 0 ? now + minutes * MINUTE : 0;
    tx_run(tx, &put, VALUES(V_INT(until), V_INT(request->caller.staff), V_INT(now)));
    struct change *change = arena_new_of(tx_arena(tx), struct change);
    *change = (struct change){request->engine, until, tx_generation(tx)};
    engine_after(request->engine, tx, apply, change);
    return until;
}

enum flow maintenance_page(struct request *request, struct tx *tx) {
    struct switched switched = switched_of(tx);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", switched.until != 0);
    if (switched.until != 0) doc_moment(document, "until", switched.until);
    doc_bool(document, "late", switched.until != 0 && switched.until < world_now(request->world));
    if (switched.changed != 0) doc_moment(document, "changed", switched.changed);
    doc_text(document, "login", staff_login(tx, request->arena, switched.staff));
    doc_bool(document, "configured", support_of(request->engine)->configured_pause != 0);
    return answer_ok(request, document);
}

enum flow maintenance_set(struct request *request, struct tx *tx) {
    bool begins = field_number(request, "act") == 0;
    if (begins && !field_given(request, "minutes"))
        return refuse_field(request, "minutes", S_support_pause_minutes_bad);
    moment until = change_to(request, tx, begins ? field_number(request, "minutes") : 0);
    audit_record(request, 0, begins ? "maintenance.on" : "maintenance.off",
                 begins ? moment_format(request->arena, until) : TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", until != 0);
    return answer_done(request, document, TEXT("/staff/maintenance"));
}

/* ---- the command line's word: signed by the key file, and fresh ---- */

struct text maintenance_sign(const struct keyring *keyring, struct arena *arena, moment at, int64_t minutes) {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text message = text_format(arena, "%lld|%lld", (long long)at, (long long)minutes);
    secret_hash(keyring, "support.maintenance", message, hash);
    return text_hex(arena, hash, sizeof hash);
}

enum flow maintenance_check(struct request *request, struct tx *tx) {
    (void)tx;
    moment at = field_number(request, "at"), now = world_now(request->world);
    struct text sign = maintenance_sign(engine_keyring(request->engine), request->arena, at,
                                        field_number(request, "minutes"));
    bool good = text_equal_secret(sign, field_text(request, "sign")) && at > now - SIGNED_FOR && at < now + SIGNED_FOR;
    return good ? FLOW_NEXT : answer_missing(request);
}

enum flow maintenance_by_command(struct request *request, struct tx *tx) {
    int64_t minutes = field_number(request, "minutes");
    moment until = change_to(request, tx, minutes);
    engine_audit(request->engine, tx, 0, 0, minutes > 0 ? "maintenance.on" : "maintenance.off", TEXT("kabinet"));
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", until != 0);
    return answer_ok(request, document);
}
