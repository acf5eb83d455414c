/* trail.c: makes an audit trail to measure `kabinet audit verify` on, through the engine's own code (BO-6).
 *
 *     bench_trail CONFIG ROWS */
#include "app/app.h"
#include "base/check.h"
#include "engine/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS_A_COMMAND 2000

struct filling {
    struct command command;
    struct app *app;
    int64_t from, count;
};

static enum command_outcome rows_run(struct command *command, struct tx *tx) {
    const struct filling *filling = (const struct filling *)command;
    for (int64_t i = filling->from; i < filling->from + filling->count; i++)
        engine_audit(filling->app->engine, tx, 1 + i % 50, 1000000 + i % 100000, "customer.seen",
                     text_format(tx_arena(tx), "/staff/customers/%" PRId64, 1000000 + i % 100000));
    return COMMAND_KEEP;
}

int main(int count, char **arguments) {
    struct app app;
    if (count != 3 || !app_open(&app, 1, arguments + 1)) {
        fprintf(stderr, "usage: bench_trail CONFIG ROWS\n");
        return 2;
    }
    int64_t rows = atoll(arguments[2]);
    for (int64_t at = 0; at < rows; at += ROWS_A_COMMAND) {
        struct filling filling = {.command = {.run = rows_run}, .app = &app, .from = at,
                                  .count = rows - at < ROWS_A_COMMAND ? rows - at : ROWS_A_COMMAND};
        check(store_run(engine_store(app.engine), &filling.command) == STORE_DURABLE);
    }
    app_close(&app);
    return 0;
}
