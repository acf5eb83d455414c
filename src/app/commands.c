/* commands.c: `kabinet check`, `migrate` and `verify`. */
#include "app/app.h"

#include "base/check.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>

int app_check(int count, char **arguments) {
    struct arena *arena = arena_new((size_t)64 << 20);
    check(arena != NULL);
    struct config *config = app_config(arena, count, arguments);
    bool good = config != NULL && keys_fit(config_base(config), arena);
    if (good) printf("%s: good\n", arguments[0]);
    arena_free(arena);
    return good ? 0 : 1;
}

int app_migrate(int count, char **arguments) {
    struct app app;
    bool good = app_open(&app, count, arguments);
    if (good) printf("the database is at this version\n");
    app_close(&app);
    return good ? 0 : 1;
}

/* ---- verify ---- */

#define VERIFY_ARENA ((size_t)8 << 30) /* some 100 bytes an account */

static int print_verdict(const struct verdict *verdict) {
    printf("%" PRId64 " accounts, %" PRId64 " entries, %" PRId64 " faults\n", verdict->accounts, verdict->entries,
           verdict->faults);
    if (verdict->faults > 0) printf("first: %.*s\n", TEXT_ARG(verdict->first_fault));
    return verdict->faults == 0 ? 0 : 1;
}

/* Only reads, on one snapshot: a running server neither waits nor notices. */
static int verify(struct arena *arena, const struct config_base *base, struct world *world) {
    struct text problem = TEXT_NONE;
    struct store *store = store_open(arena, &(struct store_options){.where = base->database, .world = world}, &problem);
    if (store == NULL) {
        fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
        return 1;
    }
    static const struct limit_set none[1];
    struct ledger *ledger = ledger_open(store, zone_named(base->time_zone), none, 1);
    struct reader *reader = reader_new(store);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    int status = 1;
    if (ledger != NULL && tx != NULL) {
        struct verdict verdict = ledger_verify(ledger, tx, arena);
        if (reader_end(reader, tx)) status = print_verdict(&verdict);
        else fprintf(stderr, "kabinet: the books cannot be read\n");
    }
    reader_free(reader);
    store_close(store);
    if (ledger != NULL) ledger_close(ledger);
    return status;
}

int app_verify(int count, char **arguments) {
    struct arena *arena = arena_new(VERIFY_ARENA);
    check(arena != NULL);
    struct config *config = app_config(arena, count, arguments);
    struct world *world = world_real(0);
    int status = config != NULL ? verify(arena, config_base(config), world) : 1;
    world_free(world);
    arena_free(arena);
    return status;
}
