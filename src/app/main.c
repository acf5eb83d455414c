/* main.c: the `kabinet` program: a table of its commands. Each stands in its own file of this folder. */
#include "app/app.h"

#include "adapters/inmail/inmail.h"
#include "adapters/picture/picture.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Started by the server alone, for each upload. */
static int app_picture(int count, char **arguments) {
    (void)count;
    (void)arguments;
    return picture_child();
}

static int app_picture_code(int count, char **arguments) {
    (void)count;
    (void)arguments;
    return picture_code_child();
}

static int app_picture_logo(int count, char **arguments) {
    (void)count;
    (void)arguments;
    return picture_logo_child();
}

/* Started by mail-in alone, for each letter. */
static int app_letter(int count, char **arguments) {
    (void)count;
    (void)arguments;
    return inmail_child();
}

static const struct app_command commands[] = {
    {"serve", "CONFIG", "runs the server until SIGINT or SIGTERM", app_serve},
    {"check", "CONFIG", "names what is wrong in a configuration, by line and key", app_check},
    {"migrate", "CONFIG", "brings the database to this version", app_migrate},
    {"contract", "CONFIG LOGIN NUMBER…", "opens a contract and prints it with its first password", app_contract},
    {"verify", "CONFIG", "proves the books whole", app_verify},
    {"routes", "CONFIG", "lists every address: method, path, who, marks, fields", app_routes},
    {"openapi", "CONFIG", "prints the interface as OpenAPI 3.1", app_openapi},
    {"staff", "add CONFIG LOGIN ROLES …", "lets them work here; prints their first passwords", app_staff},
    {"staff", "reset CONFIG LOGIN", "a new first password, the authenticator app is enrolled anew", app_staff},
    {"import", "CONFIG FILE.csv [--dry-run]", "takes over customers and their history from another system",
     app_import},
    {"audit", "verify CONFIG [HEADS]", "proves the audit trail whole, and that it holds heads put away", app_audit},
    {"audit", "sign CONFIG", "signs the trail's heads and prints them, to be put away elsewhere", app_audit},
    {"keys", "status CONFIG", "tells the key file's generations, and what is still sealed by which", app_keys},
    {"keys", "rotate CONFIG [--after 10m]", "adds a generation to the key file, to be used after so long", app_keys},
    {"keys", "drop CONFIG", "takes the older generations out of the key file, once nothing needs them", app_keys},
    {"maintenance", "CONFIG on MINUTES|off", "tells the running server that work begins, or is over", app_maintenance},
    {"mail-in", "CONFIG [FROM [TO]]", "brings a letter on standard input to the server, for a mail server's pipe",
     app_mail_in},
    {"letter", "", "reads a letter on standard input in a cage; mail-in starts it", app_letter},
    {"picture", "", "makes an upload on standard input harmless; the server starts it", app_picture},
    {"picture-code", "", "tells what a QR code on standard input says; the server starts it", app_picture_code},
    {"picture-logo", "", "makes a logo of a picture on standard input; the server starts it", app_picture_logo},
};

static int usage(void) {
    fprintf(stderr, "usage: kabinet COMMAND …\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(stderr, "  kabinet %-8s %-22s %s\n", commands[i].name, commands[i].arguments, commands[i].about);
    return 2;
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0) return 1;
    for (size_t i = 0; count >= 2 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(arguments[1], commands[i].name) == 0) return commands[i].run(count - 2, arguments + 2);
    return usage();
}
