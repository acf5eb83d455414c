/* open.c: from a configuration file to an opened engine. */
#include "app/app.h"

#include "base/log.h"
#include "http/locale.h"

#include <stdio.h>

#define APP_ARENA ((size_t)64 << 20)

struct config *app_config(struct arena *arena, int count, char **arguments) {
    if (count != 1) {
        fprintf(stderr, "kabinet: give one configuration file\n");
        return NULL;
    }
    struct text problem = TEXT_NONE;
    struct config *config = config_load(arena, arguments[0], &problem);
    if (config == NULL) fprintf(stderr, "%.*s\n", TEXT_ARG(problem));
    return config;
}

size_t app_features(const struct config *config, const struct feature *enabled[FEATURES_MAX]) {
    size_t count = 0;
    for (const struct feature *const *at = all_features; *at != NULL; at++)
        if (config_enabled(config, *at)) enabled[count++] = *at;
    return count;
}

bool app_open(struct app *app, int count, char **arguments) {
    return app_open_in(app, NULL, count, arguments);
}

bool app_open_in(struct app *app, struct world *world, int count, char **arguments) {
    *app = (struct app){.arena = arena_new(APP_ARENA), .world = world};
    if (app->arena == NULL) return false;
    app->config = app_config(app->arena, count, arguments);
    if (app->config == NULL) return false;
    const struct config_base *base = config_base(app->config);
    enum log_level level = LOG_INFO;
    log_level_from(text_from(base->log_level), &level);
    log_set_level(level);
    locale_words((enum money_words)base->words);
    if (app->world == NULL) app->world = world_real((uint64_t)base->node);
    const char *key_problem = NULL;
    app->keyring = keyring_open(base->key_file, true, app->world, &key_problem);
    if (app->keyring == NULL) {
        fprintf(stderr, "kabinet: key file %s: %s\n", base->key_file, key_problem);
        return false;
    }
    struct text problem = TEXT_NONE;
    struct engine_options options = {.config = app->config, .world = app->world, .keyring = app->keyring};
    app->engine = engine_open(&options, app->arena, &problem);
    if (app->engine == NULL) fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
    return app->engine != NULL;
}

void app_close(struct app *app) {
    if (app->engine != NULL) engine_close(app->engine);
    keyring_free(app->keyring);
    if (app->world != NULL) world_free(app->world);
    arena_free(app->arena);
}
