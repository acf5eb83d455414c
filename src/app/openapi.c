/* openapi.c: `kabinet openapi CONFIG`: the interface of a configuration as OpenAPI 3.1, without a server or
 * database. */
#include "app/app.h"

#include "base/check.h"
#include "openapi/openapi.h"

#include <stdio.h>

int app_openapi(int count, char **arguments) {
    struct arena *arena = arena_new((size_t)64 << 20);
    check(arena != NULL);
    struct config *config = app_config(arena, count, arguments);
    const struct feature *enabled[FEATURES_MAX];
    size_t enabled_count = config != NULL ? app_features(config, enabled) : 0;
    if (config != NULL) {
        struct text json = openapi_json(arena, enabled, enabled_count, config_base(config)->public_url);
        fwrite(json.data, 1, json.size, stdout);
    }
    arena_free(arena);
    return config != NULL ? 0 : 1;
}
