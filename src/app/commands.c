/* commands.c: `kabinet check`, `migrate` and `verify`. */
#include "app/app.h"

#include "base/check.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>

int app_check(int count, char **arguments) {
    struct arena *arena = arena_new((size_t)16 << 20);
    check(arena != NULL);
    struct config *config = app_config(arena, count, arguments);
    if (config != NULL) printf("%s: good\n", arguments[0]);
    arena_free(arena);
    return config != NULL ? 0 : 1;
}

int app_migrate(int count, char **arguments) {
    struct app app;
    bool good = app_open(&app, count, arguments);
    if (good) printf("the database is at this version\n");
    app_close(&app);
    return good ? 0 : 1;
}

/* Reads beside a running server: a snapshot asks nobody's leave. */
int app_verify(int count, char **arguments) {
    struct app app;
    int status = 1;
    if (app_open(&app, count, arguments)) {
        struct reader *reader = engine_reader(app.engine);
        struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
        if (tx != NULL) {
            struct verdict verdict = ledger_verify(engine_ledger(app.engine), tx, app.arena);
            bool read = reader_end(reader, tx);
            printf("%" PRId64 " accounts, %" PRId64 " entries, %" PRId64 " faults\n", verdict.accounts, verdict.entries,
                   verdict.faults);
            if (verdict.faults > 0) printf("first: %.*s\n", TEXT_ARG(verdict.first_fault));
            status = read && verdict.faults == 0 ? 0 : 1;
        }
    }
    app_close(&app);
    return status;
}
