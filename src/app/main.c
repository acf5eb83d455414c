/* main.c: the `kabinet` program: a table of its commands. Each stands in its own file of this folder. */
#include "app/app.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct app_command commands[] = {
    {"serve", "CONFIG", "runs the server until SIGINT or SIGTERM", app_serve},
    {"check", "CONFIG", "names what is wrong in a configuration, by line and key", app_check},
    {"migrate", "CONFIG", "brings the database to this version", app_migrate},
    {"verify", "CONFIG", "proves the books whole", app_verify},
};

static int usage(void) {
    fprintf(stderr, "usage: kabinet COMMAND …\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(stderr, "  kabinet %-8s %-8s %s\n", commands[i].name, commands[i].arguments, commands[i].about);
    return 2;
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0) return 1;
    for (size_t i = 0; count >= 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(arguments[1], commands[i].name) == 0) return commands[i].run(count - 2, arguments + 2);
    return usage();
}
