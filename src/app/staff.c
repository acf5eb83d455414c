/* staff.c: `kabinet staff add` and `reset`: the first who may work here, and those who lost their app. With SQLite the
 * server is stopped meanwhile, since one process writes. */
#include "app/app.h"

#include "backoffice/members.h"

#include <stdio.h>
#include <string.h>

struct adding {
    struct command command;
    struct text login, encoded;
    unsigned roles;
    bool reset, done;
};

static enum command_outcome add_run(struct command *command, struct tx *tx) {
    struct adding *adding = (struct adding *)command;
    adding->done = adding->reset ? staff_reset(tx, adding->login, adding->encoded)
                                 : staff_add(tx, adding->login, adding->encoded, adding->roles) != 0;
    return COMMAND_KEEP;
}

/* roles NULL: a login alone. */
static bool well_put(const char *login, const char *roles) {
    if (staff_login_good(text_from(login)) && (roles == NULL || roles_parse(text_from(roles)) != 0)) return true;
    fprintf(stderr, "kabinet: %s: a login is 2 to 40 letters, digits, '.', '-', '_'; roles are of support, "
                    "identification, risk, finance, catalogue, admin, with commas between\n", login);
    return false;
}

static int add(struct app *app, const char *login, const char *roles) {
    struct adding adding = {.command = {.run = add_run}, .login = text_from(login), .reset = roles == NULL};
    adding.roles = roles != NULL ? roles_parse(text_from(roles)) : 0;
    struct text password = staff_first_password(app->world, app->arena);
    if (!password_hash(app->arena, password, &adding.encoded)) return 1;
    if (store_run(engine_store(app->engine), &adding.command) != STORE_DURABLE) {
        fprintf(stderr, "kabinet: the database cannot be written\n");
        return 1;
    }
    if (!adding.done) {
        fprintf(stderr, "kabinet: %s: %s\n", login, adding.reset ? "nobody has this login" : "this login is taken");
        return 1;
    }
    printf("%s %.*s\n", login, TEXT_ARG(password));
    return 0;
}

int app_staff(int count, char **arguments) {
    bool adds = count >= 4 && count % 2 == 0 && strcmp(arguments[0], "add") == 0;
    bool resets = count == 3 && strcmp(arguments[0], "reset") == 0;
    if (!adds && !resets) {
        fprintf(stderr, "usage: kabinet staff add CONFIG LOGIN ROLES [LOGIN ROLES]...\n"
                        "       kabinet staff reset CONFIG LOGIN\n");
        return 2;
    }
    for (int i = 2; i < count; i += 2) /* nobody is added where one is put wrongly */
        if (!well_put(arguments[i], adds ? arguments[i + 1] : NULL)) return 2;
    struct app app;
    int status = app_open(&app, 1, arguments + 1) ? 0 : 1;
    for (int i = 2; i < count && status == 0; i += 2)
        status = add(&app, arguments[i], adds ? arguments[i + 1] : NULL);
    app_close(&app);
    return status;
}
