/* app.h: the program's commands and what they share. Each command returns the process's exit status. */
#pragma once

#include "engine/engine.h"

struct app_command {
    const char *name, *arguments, *about;
    int (*run)(int count, char **arguments);
};

int app_serve(int count, char **arguments);
int app_check(int count, char **arguments);
int app_migrate(int count, char **arguments);
int app_contract(int count, char **arguments);
int app_verify(int count, char **arguments);
int app_routes(int count, char **arguments);
int app_openapi(int count, char **arguments);
int app_staff(int count, char **arguments);
int app_maintenance(int count, char **arguments);
int app_mail_in(int count, char **arguments);
int app_audit(int count, char **arguments);
int app_import(int count, char **arguments);
int app_keys(int count, char **arguments);
/* Can the key file open the database that is there, if any is? What is wrong is told on standard error. */
bool keys_fit(const struct config_base *base, struct arena *arena);

/* An opened engine and what it stands on; app_open prints what is wrong and gives false. */
struct app {
    struct arena *arena;
    struct config *config;
    struct world *world;
    struct keyring *keyring;
    struct engine *engine;
};

struct config *app_config(struct arena *arena, int count, char **arguments);
/* Those that the configuration enables, in the order of all; how many. */
size_t app_features(const struct config *config, const struct feature *enabled[FEATURES_MAX]);
bool app_open(struct app *app, int count, char **arguments);
/* In a world of the caller's, which app_close frees. */
bool app_open_in(struct app *app, struct world *world, int count, char **arguments);
void app_close(struct app *app);
