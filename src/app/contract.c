/* contract.c: `kabinet contract CONFIG LOGIN NUMBER…`: opens a contract at the office's desk (ID-7) and prints what
 * stands on it. On SQLite the server must be stopped meanwhile; on PostgreSQL it need not. */
#include "app/app.h"

#include "base/phone.h"
#include "onboarding/contract.h"

#include <stdio.h>

struct opening {
    struct command command;
    struct engine *engine;
    struct contract contract;
    enum contract_result result;
};

static enum command_outcome run(struct command *command, struct tx *tx) {
    struct opening *opening = (struct opening *)command; /* its first member */
    int64_t customer = 0;
    opening->result = contract_open(opening->engine, tx, &opening->contract, &customer);
    return opening->result == CONTRACT_OPENED ? COMMAND_KEEP : COMMAND_UNDO;
}

static bool read_arguments(struct arena *arena, int count, char **arguments, struct contract *contract) {
    contract->login = text_from(arguments[1]);
    if (!contract_login_valid(contract->login)) {
        fprintf(stderr, "kabinet: a login has 3 to 32 of a-z, 0-9, '.', '-' and '_', a letter among them\n");
        return false;
    }
    if (count - 2 > CONTRACT_PHONES) {
        fprintf(stderr, "kabinet: at most %d numbers\n", CONTRACT_PHONES);
        return false;
    }
    for (int i = 2; i < count; i++) {
        struct phone phone;
        if (phone_parse(text_from(arguments[i]), &phone) != PHONE_MOBILE) {
            fprintf(stderr, "kabinet: %s is no mobile number\n", arguments[i]);
            return false;
        }
        contract->phones[contract->phone_count++] = text_copy(arena, phone_text(&phone));
    }
    return true;
}

static void print(const struct contract *contract) {
    printf("account:  %.*s\nlogin:    %.*s\n", TEXT_ARG(contract->account), TEXT_ARG(contract->login));
    for (size_t i = 0; i < contract->phone_count; i++) printf("number:   %.*s\n", TEXT_ARG(contract->phones[i]));
    printf("password: %.*s\n", TEXT_ARG(contract->password));
}

static int open_contract(struct app *app, int count, char **arguments) {
    struct opening opening = {.command = {.run = run, .arena = app->arena}, .engine = app->engine};
    if (!config_enabled(app->config, &onboarding_feature)) {
        fprintf(stderr, "kabinet: the feature onboarding is not enabled\n");
        return 1;
    }
    opening.contract.language = (enum language)config_base(app->config)->language;
    if (!read_arguments(app->arena, count, arguments, &opening.contract)) return 1;
    if (!contract_prepare(app->world, app->arena, &opening.contract)) return 1;
    if (store_run(engine_store(app->engine), &opening.command) != STORE_DURABLE) {
        fprintf(stderr, "kabinet: the database did not take it\n");
        return 1;
    }
    if (opening.result == CONTRACT_OPENED) print(&opening.contract);
    else fprintf(stderr, "kabinet: that %s is taken\n", opening.result == CONTRACT_LOGIN_TAKEN ? "login" : "number");
    return opening.result == CONTRACT_OPENED ? 0 : 1;
}

int app_contract(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "kabinet: give a configuration file, a login and at least one number\n");
        return 2;
    }
    struct app app;
    int status = app_open(&app, 1, arguments) ? open_contract(&app, count, arguments) : 1;
    app_close(&app);
    return status;
}
