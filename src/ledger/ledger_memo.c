/* ledger_memo.c: see ledger_memo.h. Sets of eight places; memory is touched as accounts come: 150 MB when it is full.
 *
 * A place is given to another account only when no snapshot can miss it any more: it is not late, and what happened
 * while it was has left the history. */
#include "ledger/ledger_memo.h"

#include "base/check.h"

#include <pthread.h>
#include <sys/mman.h>

#define SETS ((size_t)1 << 17)
#define WAYS 8
#define HISTORY ((uint64_t)1 << 16)

struct place {
    struct account account;
    uint64_t change;  /* its newest in the history, + 1; 0: none */
    uint64_t settled; /* how many changes there had been, + 1, when it was late no more; 0: it never was */
    bool late;
};

struct change {
    int64_t made;   /* the account's last entry after it */
    uint64_t older; /* the account's change before this one, + 1; 0: none */
    struct motion before;
};

/* What a publication did, for taking it back. */
struct undo {
    size_t set, way;
    int64_t id;
    struct place place;
};

struct ledger_memo {
    pthread_mutex_t mutex; /* snapshots read while the writer publishes; the writer alone changes anything */
    bool used; /* since it was last cleared */
    size_t late_count, late_before;
    uint64_t oldest, count, count_before; /* of the history: [oldest, count) is there */
    struct undo *undos;
    size_t undo_count, undo_room;
    int64_t ids[SETS][WAYS]; /* 0: empty */
    struct place places[SETS][WAYS];
    struct change history[HISTORY];
};

static size_t set_of(int64_t id) {
    return (size_t)(((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15)) >> 47);
}

static size_t way_of(const struct ledger_memo *memo, size_t set, int64_t id) {
    size_t way = 0;
    while (way < WAYS && memo->ids[set][way] != id) way++;
    return way;
}

static const struct place *find(const struct ledger_memo *memo, int64_t id) {
    size_t set = set_of(id), way = way_of(memo, set, id);
    return way < WAYS ? &memo->places[set][way] : NULL;
}

struct motion motion_of(const struct account *account) {
    return (struct motion){
        .last_entry = account->last_entry,
        .balance = account->balance,
        .version = account->version,
        .day_out = account->day_out,
        .month_out = account->month_out,
        .month_in = account->month_in,
        .day = account->day,
        .month = account->month,
    };
}

void motion_into(struct account *account, const struct motion *motion) {
    account->last_entry = motion->last_entry;
    account->balance = motion->balance;
    account->version = motion->version;
    account->day_out = motion->day_out;
    account->month_out = motion->month_out;
    account->month_in = motion->month_in;
    account->day = motion->day;
    account->month = motion->month;
}

/* From the kernel itself: an allocator may want to clear what is zero already, and so touch it all. */
struct ledger_memo *ledger_memo_new(void) {
    struct ledger_memo *memo =
        mmap(NULL, sizeof *memo, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memo == MAP_FAILED) return NULL;
    if (pthread_mutex_init(&memo->mutex, NULL) == 0) return memo;
    munmap(memo, sizeof *memo);
    return NULL;
}

void ledger_memo_free(struct ledger_memo *memo) {
    if (!memo) return;
    pthread_mutex_destroy(&memo->mutex);
    munmap(memo, sizeof *memo);
}

void ledger_memo_clear(struct ledger_memo *memo) {
    pthread_mutex_lock(&memo->mutex);
    for (size_t set = 0; memo->used && set < SETS; set++)
        for (size_t way = 0; way < WAYS; way++)
            if (memo->ids[set][way] != 0) memo->ids[set][way] = 0; /* what is empty is not touched */
    memo->late_count = memo->late_before = memo->undo_count = 0;
    memo->oldest = memo->count = memo->count_before = 0;
    memo->used = false;
    pthread_mutex_unlock(&memo->mutex);
}

/* ---- the writer's ---- */

bool ledger_memo_find(const struct ledger_memo *memo, int64_t id, struct account *account) {
    const struct place *place = find(memo, id);
    if (place) *account = place->account;
    return place != NULL;
}

bool ledger_memo_late(const struct ledger_memo *memo, int64_t id) {
    const struct place *place = find(memo, id);
    return place && place->late;
}

size_t ledger_memo_late_count(const struct ledger_memo *memo) {
    return memo->late_count;
}

void ledger_memo_begin(struct ledger_memo *memo, struct arena *arena, size_t most) {
    check(memo->undo_count == 0);
    memo->undos = arena_array(arena, struct undo, most + 1);
    memo->undo_room = most;
    memo->count_before = memo->count;
    memo->late_before = memo->late_count;
}

/* A free one, else the one whose row has been true for longest; WAYS when each is needed. */
static size_t way_for_new(const struct ledger_memo *memo, size_t set) {
    size_t best = WAYS;
    for (size_t way = 0; way < WAYS; way++) {
        const struct place *place = &memo->places[set][way];
        if (memo->ids[set][way] == 0) return way;
        if (place->late || place->settled > memo->oldest) continue;
        if (best == WAYS || place->settled < memo->places[set][best].settled) best = way;
    }
    return best;
}

static void remember(struct ledger_memo *memo, struct place *place, const struct account *now) {
    if (memo->count - memo->oldest == HISTORY) memo->oldest++;
    memo->history[memo->count % HISTORY] = (struct change){
        .made = now->last_entry,
        .older = place->change,
        .before = motion_of(&place->account),
    };
    place->change = ++memo->count;
}

static bool publish(struct ledger_memo *memo, const struct account *account, bool late) {
    size_t set = set_of(account->id), way = way_of(memo, set, account->id);
    bool known = way < WAYS;
    if (!known) way = way_for_new(memo, set);
    if (way == WAYS) return !late; /* its row will be true: nothing to keep */
    struct place *place = &memo->places[set][way];
    check(memo->undo_count < memo->undo_room);
    memo->undos[memo->undo_count++] = (struct undo){set, way, memo->ids[set][way], *place};
    if (!known) *place = (struct place){0};
    memo->ids[set][way] = account->id;
    memo->used = true;
    if (known && account->last_entry != place->account.last_entry) remember(memo, place, account);
    place->account = *account;
    if (place->late && !late) place->settled = memo->count + 1;
    memo->late_count += (size_t)late - (size_t)place->late;
    place->late = late;
    return true;
}

bool ledger_memo_publish(struct ledger_memo *memo, const struct account *account, bool late) {
    pthread_mutex_lock(&memo->mutex);
    bool done = publish(memo, account, late);
    pthread_mutex_unlock(&memo->mutex);
    return done;
}

void ledger_memo_keep(struct ledger_memo *memo) {
    memo->undo_count = 0;
}

void ledger_memo_take_back(struct ledger_memo *memo) {
    pthread_mutex_lock(&memo->mutex);
    while (memo->undo_count > 0) {
        const struct undo *undo = &memo->undos[--memo->undo_count];
        memo->ids[undo->set][undo->way] = undo->id;
        memo->places[undo->set][undo->way] = undo->place;
    }
    if (memo->count > memo->count_before) memo->count = memo->count_before;
    memo->late_count = memo->late_before;
    pthread_mutex_unlock(&memo->mutex);
}

void ledger_memo_forget(struct ledger_memo *memo, int64_t id) {
    size_t set = set_of(id), way = way_of(memo, set, id);
    if (way == WAYS) return;
    check(!memo->places[set][way].late);
    pthread_mutex_lock(&memo->mutex);
    memo->ids[set][way] = 0;
    memo->places[set][way] = (struct place){0};
    pthread_mutex_unlock(&memo->mutex);
}

void ledger_memo_swept(struct ledger_memo *memo, int64_t id) {
    size_t set = set_of(id), way = way_of(memo, set, id);
    check(way < WAYS && memo->places[set][way].late);
    memo->places[set][way].late = false;
    memo->places[set][way].settled = memo->count + 1;
    memo->late_count--;
}

/* ---- snapshots' ---- */

static bool correct(const struct ledger_memo *memo, struct account *row, int64_t seen) {
    /* Of a moment that the history does not reach back to, not even a missing place says anything. */
    if (memo->oldest > 0 && memo->history[memo->oldest % HISTORY].made > seen) return false;
    const struct place *place = find(memo, row->id);
    if (!place) return true;
    struct motion motion = motion_of(&place->account);
    for (uint64_t at = place->change; motion.last_entry > seen;) {
        if (at == 0) return true; /* until then its row was true */
        if (at <= memo->oldest) return false;
        const struct change *change = &memo->history[(at - 1) % HISTORY];
        motion = change->before;
        at = change->older;
    }
    if (motion.version > row->version) motion_into(row, &motion);
    return true;
}

bool ledger_memo_correct(struct ledger_memo *memo, struct account *row, int64_t seen) {
    pthread_mutex_lock(&memo->mutex);
    bool known = correct(memo, row, seen);
    pthread_mutex_unlock(&memo->mutex);
    return known;
}
