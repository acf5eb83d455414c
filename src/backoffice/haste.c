/* haste.c: so many people paid within an hour who never were before (BO-3). Who was paid is counted from the ledger's
 * own entries, so it does not matter at which node, and a restart forgets nothing. That is not for the command that
 * pays: it only keeps how many entries each account has had (suspicious_rules.h), and where they may be too many the
 * account waits here to be looked at on a snapshot, a few at a time, whenever this process reads anyway. */
#include "backoffice/internal.h"

#include "ledger/ledger.h"

#include <pthread.h>
#include <stdlib.h>

#define PLACES_LOG2 17
#define WAITING 256 /* accounts; one that finds no room comes again with its next payment */
#define AT_ONCE 3   /* looked at on one snapshot */
#define EVERY (SECOND / 4)
#define OF_THE_HOUR 500 /* entries */
#define LOOK_BACK 500   /* entries before the hour, among which a payee may be found to be an old one */

struct waiting {
    int64_t customer, account, version;
};

struct haste_memory {
    pthread_mutex_t mutex;
    size_t first, count; /* of waiting, a ring */
    struct waiting waiting[WAITING];
    struct haste places[1 << PLACES_LOG2]; /* touched as it fills */
};

struct haste_memory *haste_new(void) {
    struct haste_memory *memory = calloc(1, sizeof *memory);
    if (memory != NULL) pthread_mutex_init(&memory->mutex, NULL);
    return memory;
}

void haste_free(void *memory) {
    pthread_mutex_destroy(&((struct haste_memory *)memory)->mutex);
    free(memory);
}

static struct haste_memory *memory_of(const struct engine *engine) {
    return engine_state(engine, &backoffice_feature);
}

static struct haste *place_of(struct haste_memory *memory, int64_t account) {
    return &memory->places[(uint64_t)account * UINT64_C(0x9E3779B97F4A7C15) >> (64 - PLACES_LOG2)];
}

/* With the mutex. */
static bool wait_for_look(struct haste_memory *memory, const struct waiting *waiting) {
    if (memory->count == WAITING) return false;
    memory->waiting[(memory->first + memory->count++) % WAITING] = *waiting;
    return true;
}

/* ---- on the writer's thread: memory alone ---- */

struct queued {
    struct engine *engine;
    struct waiting waiting;
    size_t most;
};

/* Not before it is on disk: what was undone is nothing to look for. */
static void queue_now(void *data) {
    const struct queued *queued = data;
    struct haste_memory *memory = memory_of(queued->engine);
    const struct waiting *waiting = &queued->waiting;
    pthread_mutex_lock(&memory->mutex);
    if (wait_for_look(memory, waiting))
        haste_looked(place_of(memory, waiting->account), waiting->account, waiting->version, 0, queued->most);
    pthread_mutex_unlock(&memory->mutex);
}

void haste_paid(struct engine *engine, struct tx *tx, const struct event *event) {
    struct haste_memory *memory = memory_of(engine);
    size_t most = (size_t)backoffice_settings(engine)->suspicious.payees;
    struct account account;
    if (most == 0 || !ledger_account(engine_ledger(engine), tx, event->account, &account)) return;
    moment before = event->before != 0 ? id_moment(event->before) : 0;
    pthread_mutex_lock(&memory->mutex);
    bool due = haste_due(place_of(memory, event->account), event->account, account.version, before, most,
                         world_now(engine_world(engine)));
    pthread_mutex_unlock(&memory->mutex);
    if (!due) return;
    struct queued *queued = arena_new_of(tx_arena(tx), struct queued);
    *queued = (struct queued){engine, {event->customer, event->account, account.version}, most};
    engine_after(engine, tx, queue_now, queued);
}

/* ---- on a snapshot ---- */

struct counting {
    struct engine *engine;
    struct tx *tx;
    int64_t customer;
    int64_t payees[HASTE_PAYEES]; /* of the hour */
    bool old[HASTE_PAYEES];
    size_t count;
    struct suspected newest;
};

/* 0: the entry pays nobody. */
static int64_t payee_of(const struct counting *counting, const struct entry *entry) {
    size_t count;
    const struct feature *const *features = engine_features(counting->engine, &count);
    int64_t payee = 0;
    for (size_t i = 0; i < count && payee == 0 && entry->amount < 0; i++)
        if (features[i]->payee != NULL)
            payee = features[i]->payee(counting->engine, counting->tx, counting->customer, entry);
    return payee;
}

static void count_one(struct counting *counting, const struct entry *entry) {
    int64_t payee = payee_of(counting, entry);
    if (payee == 0) return;
    if (counting->newest.operation == 0)
        counting->newest = (struct suspected){counting->customer, entry->id, -entry->amount};
    for (size_t i = 0; i < counting->count; i++)
        if (counting->payees[i] == payee) return;
    if (counting->count < HASTE_PAYEES) counting->payees[counting->count++] = payee;
}

static void find_old(struct counting *counting, const struct entry *entry) {
    int64_t payee = payee_of(counting, entry);
    for (size_t i = 0; i < counting->count; i++)
        if (payee != 0 && counting->payees[i] == payee) counting->old[i] = true;
}

/* How many of the hour's payees he had not paid before it. */
static size_t new_payees(struct counting *counting, int64_t account, size_t most) {
    int64_t hour = id_from_moment(world_now(engine_world(counting->engine)) - HOUR);
    struct entry_cursor *cursor = ledger_entries(engine_ledger(counting->engine), counting->tx, account, 0);
    struct entry entry;
    size_t of_the_hour = 0, looked = 0, fresh = 0;
    bool more = entry_next(cursor, &entry);
    for (; more && entry.id >= hour && of_the_hour < OF_THE_HOUR; more = entry_next(cursor, &entry), of_the_hour++)
        count_one(counting, &entry);
    if (counting->count < most) return counting->count;
    for (; more && looked < LOOK_BACK; more = entry_next(cursor, &entry), looked++) find_old(counting, &entry);
    for (size_t i = 0; i < counting->count; i++) fresh += !counting->old[i];
    return fresh;
}

/* ---- what is found ---- */

STATEMENT(reported, "SELECT 1 FROM suspicion WHERE customer = $1 AND rule = 'payees' AND at > $2 LIMIT 1");

struct finding {
    struct command command;
    struct engine *engine;
    struct suspected suspected;
};

/* Once an hour, whichever nodes found it. */
static enum command_outcome write_finding(struct command *command, struct tx *tx) {
    const struct finding *finding = (const struct finding *)command;
    moment now = world_now(engine_world(finding->engine));
    struct rows *rows = tx_query(tx, &reported, VALUES(V_INT(finding->suspected.customer), V_INT(now - HOUR)));
    bool known = rows_next(rows);
    rows_end(rows);
    if (!known)
        suspicious_report(finding->engine, tx, &finding->suspected, "payees", S_backoffice_suspicious_payees,
                          now / HOUR);
    return COMMAND_KEEP;
}

static void finding_written(struct command *command, enum store_status status) {
    (void)status; /* lost: his next payments are looked at again in an hour */
    free(command);
}

static bool report(struct engine *engine, const struct suspected *suspected) {
    struct finding *finding = calloc(1, sizeof *finding);
    if (finding == NULL) return false;
    finding->command = (struct command){.run = write_finding, .done = finding_written};
    finding->engine = engine;
    finding->suspected = *suspected;
    if (store_submit(engine_store(engine), &finding->command)) return true;
    free(finding);
    return false;
}

/* False: to be looked at again. */
static bool look_at(struct engine *engine, struct tx *tx, const struct waiting *waiting) {
    struct haste_memory *memory = memory_of(engine);
    size_t most = (size_t)backoffice_settings(engine)->suspicious.payees;
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, waiting->account, &account)) return !tx_failed(tx);
    if (account.version < waiting->version) return false; /* the snapshot is older than the payment */
    struct counting counting = {.engine = engine, .tx = tx, .customer = waiting->customer};
    size_t found = new_payees(&counting, waiting->account, most);
    if (tx_failed(tx) || (found >= most && !report(engine, &counting.newest))) return false;
    pthread_mutex_lock(&memory->mutex);
    haste_looked(place_of(memory, waiting->account), waiting->account, account.version, found, most);
    pthread_mutex_unlock(&memory->mutex);
    return true;
}

static void look(struct engine *engine, struct tx *tx) {
    struct haste_memory *memory = memory_of(engine);
    for (int i = 0; i < AT_ONCE; i++) {
        struct waiting waiting = {0};
        pthread_mutex_lock(&memory->mutex);
        if (memory->count > 0) {
            waiting = memory->waiting[memory->first];
            memory->first = (memory->first + 1) % WAITING;
            memory->count--;
        }
        pthread_mutex_unlock(&memory->mutex);
        if (waiting.account == 0) return;
        if (look_at(engine, tx, &waiting)) continue;
        pthread_mutex_lock(&memory->mutex);
        (void)wait_for_look(memory, &waiting);
        pthread_mutex_unlock(&memory->mutex);
        return;
    }
}

void haste_watch(struct engine *engine) {
    if (backoffice_settings(engine)->suspicious.payees > 0) engine_watch(engine, look, EVERY);
}
