/* maintenance.c: `kabinet maintenance`: tells the running server that work begins, and for how long, or that it is
 * over. The word is signed by the key file, which the operator has. */
#include "app/app.h"

#include "app/local.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static int tell(struct arena *arena, const struct config *config, int64_t minutes) {
    const struct config_base *base = config_base(config);
    struct world *world = world_real((uint64_t)base->node);
    const char *problem = NULL;
    struct keyring *keyring = keyring_open(base->key_file, false, world, &problem);
    long status = 0;
    if (keyring != NULL) {
        moment at = world_now(world);
        const struct local_field fields[] = {
            {"at", text_format(arena, "%lld", (long long)at), TEXT_NONE},
            {"minutes", text_format(arena, "%lld", (long long)minutes), TEXT_NONE},
            {"sign", maintenance_sign(keyring, arena, at, minutes), TEXT_NONE},
        };
        const char *server = support_door(config).server;
        struct text where = server[0] != '\0' ? text_from(server) : local_base(arena, base);
        status = local_post(arena, where, "/gateway/maintenance", fields, sizeof fields / sizeof *fields);
        if (status != 200)
            fprintf(stderr, "kabinet: the server at %.*s did not take it (%ld)\n", TEXT_ARG(where), status);
    } else {
        fprintf(stderr, "kabinet: key file %s: %s\n", base->key_file, problem);
    }
    keyring_free(keyring);
    world_free(world);
    return status == 200 ? 0 : 1;
}

int app_maintenance(int count, char **arguments) {
    int64_t minutes = 0;
    bool begins = count == 3 && strcmp(arguments[1], "on") == 0 && text_to_int(text_from(arguments[2]), &minutes) &&
                  minutes > 0 && minutes <= 7 * 24 * 60;
    bool ends = count == 2 && strcmp(arguments[1], "off") == 0;
    if (!begins && !ends) {
        fprintf(stderr, "usage: kabinet maintenance CONFIG on MINUTES\n       kabinet maintenance CONFIG off\n");
        return 2;
    }
    struct arena *arena = arena_new((size_t)16 << 20);
    struct config *config = arena != NULL ? app_config(arena, 1, arguments) : NULL;
    int status = config != NULL ? tell(arena, config, minutes) : 1;
    if (status == 0) printf("%s\n", begins ? "maintenance is on" : "maintenance is over");
    if (arena != NULL) arena_free(arena);
    return status;
}
