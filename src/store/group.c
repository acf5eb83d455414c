/* group.c: a group of commands in one transaction, and what becomes of it when something fails.
 *
 * A group is first tried whole and without marks (a savepoint costs SQLite about a microsecond a command, PostgreSQL a
 * round trip). Then, as far as needed:
 *   an undo or an error in a command that had written → again, with a mark before each command
 *   another node in the way                           → again, a few times
 *   the connection lost before the commit             → again, when there is another
 *   anything else (flush, commit, memory)             → each command in a transaction of its own
 *   still failing                                     → that command is unavailable
 * A commit whose outcome nobody knows leaves the group doubtful: it is told when the database has been asked. */
#include "base/check.h"
#include "store/driver.h"

#include <string.h>

#define TRIES 6
#define MARKED_GROUPS 16 /* after a group that needed marks: undos come in bursts */

enum attempt { ATTEMPT_DONE, ATTEMPT_DOUBTFUL, ATTEMPT_MARKS, ATTEMPT_AGAIN, ATTEMPT_LOST, ATTEMPT_BROKEN };

struct attempt_state {
    struct store *store;
    struct command_list *group;
    struct tx tx;
    bool marks;
    bool needs_marks; /* found on the way */
    bool problems;    /* a command's problem stands in the group's arena until it is told */
};

void list_init(struct command_list *list) {
    *list = (struct command_list){.first = NULL, .last = NULL, .count = 0};
}

void list_add(struct command_list *list, struct command *command) {
    command->next = NULL;
    if (list->first == NULL) {
        list->first = command;
    } else {
        list->last->next = command;
    }
    list->last = command;
    list->count++;
}

/* ---- participants ---- */

static void participants_begin(struct store *store, struct tx *tx, const struct command *first) {
    for (size_t i = 0; i < store->participant_count; i++) {
        const struct participant *participant = &store->participants[i];
        if (participant->begin != NULL) participant->begin(participant->self, tx, first);
    }
}

static void participants_mark(struct store *store) {
    for (size_t i = 0; i < store->participant_count; i++) {
        if (store->participants[i].mark != NULL) store->participants[i].mark(store->participants[i].self);
    }
}

static void participants_undo(struct store *store) {
    for (size_t i = 0; i < store->participant_count; i++) {
        if (store->participants[i].undo != NULL) store->participants[i].undo(store->participants[i].self);
    }
}

static void participants_flush(struct store *store, struct tx *tx) {
    for (size_t i = 0; i < store->participant_count; i++) {
        const struct participant *participant = &store->participants[i];
        if (participant->flush != NULL) participant->flush(participant->self, tx);
    }
}

static void participants_ended(struct store *store, bool committed) {
    for (size_t i = 0; i < store->participant_count; i++) {
        if (store->participants[i].ended != NULL) store->participants[i].ended(store->participants[i].self, committed);
    }
}

/* ---- one command ---- */

struct command_call {
    struct command *command;
    struct tx *tx;
    bool ran;
};

static void call_run(void *data) {
    struct command_call *call = data;
    call->command->outcome = call->command->run(call->command, call->tx);
    call->ran = true;
}

static void call_guarded(void *data) {
    struct command_call *call = data;
    if (!arena_guard(call->command->arena, call_run, call)) call->ran = false;
}

/* False when it ran out of memory: of its own, or of the group's on its behalf. */
static bool command_call(struct store *store, struct command *command, struct tx *tx) {
    struct command_call call = {command, tx, false};
    bool own = command->arena != NULL && command->arena != store->arena;
    return arena_guard(store->arena, own ? call_guarded : call_run, &call) && call.ran;
}

/* Back to where the command began. False when the whole attempt is over. */
static bool command_undo(struct attempt_state *state) {
    struct tx *tx = &state->tx;
    if ((tx->wrote || tx->trouble != TROUBLE_NONE) && !state->marks) {
        state->needs_marks = true;
        return false;
    }
    tx->trouble = TROUBLE_NONE;
    if (state->marks) tx->driver->undo(tx);
    participants_undo(state->store);
    return tx->trouble == TROUBLE_NONE;
}

/* False when the attempt is over. */
static bool command_try(struct attempt_state *state, struct command *command) {
    struct tx *tx = &state->tx;
    participants_mark(state->store);
    tx->wrote = false;
    command->problem = TEXT_NONE;
    if (state->marks) tx->driver->mark(tx);
    bool ran = command_call(state->store, command, tx);
    tx->driver->close_rows(tx);
    if (!ran) tx_fail(tx, TROUBLE_STATEMENT, "out of memory in a command");
    if (tx->trouble == TROUBLE_NONE && command->outcome == COMMAND_KEEP && state->marks) tx->driver->keep(tx);
    if (tx->trouble == TROUBLE_CONFLICT || tx->trouble == TROUBLE_GONE) return false;
    if (tx->trouble == TROUBLE_NONE) {
        command->status = STORE_DURABLE; /* once the group is */
        return command->outcome == COMMAND_KEEP || command_undo(state);
    }
    command->status = STORE_UNAVAILABLE;
    command->outcome = COMMAND_UNDO;
    if (state->marks) {
        command->problem = text_copy(state->store->arena, tx_problem(tx));
        state->problems = true;
    }
    if (!ran && !tx->wrote && !state->marks) { /* the database has seen nothing of it: no need for marks */
        tx->trouble = TROUBLE_NONE;
        command->problem = TEXT("out of memory in a command");
    }
    return command_undo(state);
}

/* ---- one attempt ---- */

static void attempt_body(void *data) {
    struct attempt_state *state = data;
    struct tx *tx = &state->tx;
    participants_begin(state->store, tx, state->group->first);
    tx->driver->close_rows(tx);
    for (struct command *command = state->group->first; command != NULL; command = command->next) {
        if (tx->trouble != TROUBLE_NONE || !command_try(state, command)) return;
    }
    participants_flush(state->store, tx);
}

static enum attempt attempt_failed(const struct attempt_state *state) {
    if (state->needs_marks) return ATTEMPT_MARKS;
    switch (state->tx.trouble) {
    case TROUBLE_CONFLICT: return ATTEMPT_AGAIN;
    case TROUBLE_GONE: return ATTEMPT_LOST;
    case TROUBLE_STATEMENT: return state->marks ? ATTEMPT_BROKEN : ATTEMPT_MARKS; /* whose it was, marks will tell */
    case TROUBLE_NONE: break;
    }
    return ATTEMPT_BROKEN;
}

/* Before anyone hears of the commit: see reader_begin. */
static void group_counted(struct store *store) {
    atomic_fetch_add(&store->groups, 1);
    atomic_fetch_add(&store->generation, 1);
}

static enum attempt attempt(struct store *store, struct command_list *group, bool marks) {
    const struct driver *driver = store->driver;
    struct attempt_state state = {.store = store, .group = group, .marks = marks};
    struct tx *tx = &state.tx;
    arena_clear(store->arena);
    tx_init(tx, store, store->writer, store->arena, true);
    if (!driver->begin(tx)) {
        driver->rollback(tx);
        problem_set(store->problem, "%s", tx->problem);
        return attempt_failed(&state);
    }
    enum commit_result result = COMMIT_NOT;
    if (!arena_guard(store->arena, attempt_body, &state)) tx_fail(tx, TROUBLE_STATEMENT, "out of memory in a group");
    if (tx->trouble == TROUBLE_NONE && !state.needs_marks) {
        result = driver->commit(tx);
    } else {
        driver->rollback(tx);
    }
    problem_set(store->problem, "%s", tx->problem);
    if (result == COMMIT_UNKNOWN) return ATTEMPT_DOUBTFUL;
    if (result == COMMIT_DONE) group_counted(store);
    participants_ended(store, result == COMMIT_DONE);
    if (!state.problems) arena_clear(store->arena); /* under ASan an answer that points into it is found at once */
    return result == COMMIT_DONE ? ATTEMPT_DONE : attempt_failed(&state);
}

/* ---- answers ---- */

/* The commands may be gone when it returns. */
static void group_tell(struct store *store, struct command_list *group) {
    int64_t durable = 0, failed = 0;
    struct command *next;
    for (struct command *command = group->first; command != NULL; command = next) {
        next = command->next;
        if (command->status == STORE_DURABLE) {
            durable++;
        } else {
            failed++;
        }
    }
    /* Counted before anyone can ask. */
    atomic_fetch_add(&store->commands, durable);
    atomic_fetch_add(&store->failures, failed);
    for (struct command *command = group->first; command != NULL; command = next) {
        next = command->next;
        struct waiter *waiter = command->waiter;
        enum store_status status = command->status;
        if (command->done != NULL) command->done(command, status);
        if (waiter != NULL) waiter_wake(waiter);
    }
    list_init(group);
}

void group_unavailable(struct store *store, struct command_list *group) {
    for (struct command *command = group->first; command != NULL; command = command->next) {
        command->status = STORE_UNAVAILABLE;
        command->problem = text_from(store->problem);
    }
    group_tell(store, group);
}

/* ---- all attempts ---- */

/* Each command alone, so that a bad one takes none of the others along. */
static void group_apart(struct store *store, struct command_list *group) {
    struct command *next;
    for (struct command *command = group->first; command != NULL; command = next) {
        next = command->next;
        struct command_list one;
        list_init(&one);
        list_add(&one, command);
        store->marked_groups = MARKED_GROUPS;
        if (store->doubtful.first == NULL) {
            group_run(store, &one);
        } else {
            group_unavailable(store, &one); /* never begun */
        }
    }
}

void group_run(struct store *store, struct command_list *group) {
    bool marks = store->marked_groups > 0, broken = false;
    if (marks) store->marked_groups--;
    for (int tries = 0; tries < TRIES && !broken; atomic_fetch_add(&store->replays, 1)) {
        if (!store->driver->ready(store->writer, store->problem)) {
            group_unavailable(store, group);
            return;
        }
        if (!tenure_known(store)) {
            group_unavailable(store, group);
            return;
        }
        switch (attempt(store, group, marks)) {
        case ATTEMPT_DONE: group_tell(store, group); return;
        case ATTEMPT_DOUBTFUL: store->doubtful = *group; return;
        case ATTEMPT_MARKS:
            marks = true;
            store->marked_groups = MARKED_GROUPS;
            break;
        case ATTEMPT_AGAIN: pause_ms((INT64_C(1) << tries++) - 1 + monotonic_ms() % 2); break;
        case ATTEMPT_LOST:
            tries++;
            broken = !store->driver->reconnects;
            break;
        case ATTEMPT_BROKEN: broken = true; break;
        }
    }
    if (group->count == 1) {
        group_unavailable(store, group);
    } else {
        group_apart(store, group);
    }
}

bool group_settle(struct store *store, bool give_up) {
    enum commit_result result = store->driver->settle(store->writer);
    if (result == COMMIT_UNKNOWN && !give_up) return false;
    struct command_list group = store->doubtful;
    list_init(&store->doubtful);
    if (result == COMMIT_DONE) group_counted(store);
    participants_ended(store, result == COMMIT_DONE);
    if (result == COMMIT_DONE) {
        group_tell(store, &group);
    } else if (result == COMMIT_NOT) {
        group_run(store, &group);
    } else {
        group_unavailable(store, &group);
    }
    return true;
}
