/* main.c: kabinet-sandbox: the outside world as one process. Prints its address when it is ready; ends on SIGTERM. */
#include "sandbox/acquirer.h"
#include "sandbox/bank.h"
#include "sandbox/billers.h"
#include "sandbox/centre.h"
#include "sandbox/esia.h"
#include "sandbox/lender.h"
#include "sandbox/store.h"
#include "sandbox/terminals.h"

#include "base/log.h"
#include "http/server.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define USAGE                                                                                                          \
    "usage: kabinet-sandbox --listen 127.0.0.1:8090 --kabinet http://127.0.0.1:8080\n"                                 \
    "                       [--secret-file data/acquirer.key] [--journal data/sandbox.journal]\n"                      \
    "                       [--slow-ms 5000] [--late-ms 30000] [--esia-folder data/esia] [--esia-keys rsa|gost]\n" \
    "                       [--billers-login kabinet:kabinet-osmp] [--bank-client kabinet:KEY]\n"             \
    "                       [--processing-key data/processing.key] [--lender-key data/lender.key]\n"

#define CONNECTIONS 16384 /* thousands wait at once while billers are slow */

static bool read_ms(const char *text, int64_t *us) {
    int64_t ms;
    if (!text_to_int(text_from(text), &ms) || ms < 0 || ms > 600000) return false;
    *us = ms * 1000;
    return true;
}

static bool read_options(int count, char **arguments, struct sandbox_options *options) {
    *options = (struct sandbox_options){.secret_file = "data/acquirer.key",
                                        .journal = "data/sandbox.journal",
                                        .esia_folder = "data/esia",
                                        .billers_login = "kabinet:kabinet-osmp",
                                        .bank_client = "kabinet:kabinet-bank-key-for-practice-only",
                                        .processing_key = "data/processing.key",
                                        .lender_key = "data/lender.key",
                                        .slow_us = 5 * SECOND,
                                        .late_us = 30 * SECOND};
    for (int i = 1; i + 1 < count; i += 2) {
        const char *value = arguments[i + 1];
        struct text name = text_from(arguments[i]);
        if (text_is(name, "--listen")) options->listen = value;
        else if (text_is(name, "--kabinet")) options->kabinet = value;
        else if (text_is(name, "--secret-file")) options->secret_file = value;
        else if (text_is(name, "--journal")) options->journal = value;
        else if (text_is(name, "--esia-folder")) options->esia_folder = value;
        else if (text_is(name, "--billers-login")) options->billers_login = value;
        else if (text_is(name, "--bank-client")) options->bank_client = value;
        else if (text_is(name, "--processing-key")) options->processing_key = value;
        else if (text_is(name, "--lender-key")) options->lender_key = value;
        else if (text_is(name, "--esia-keys")) options->esia_gost = strcmp(value, "gost") == 0;
        else if (text_is(name, "--slow-ms") && read_ms(value, &options->slow_us)) continue;
        else if (text_is(name, "--late-ms") && read_ms(value, &options->late_us)) continue;
        else return false;
    }
    return count % 2 == 1 && options->listen != NULL && options->kabinet != NULL;
}

static void run_stage(void *data) {
    struct request *request = data;
    request->route->stages[0].run(request, NULL);
}

/* The whole way of a request here: one stage, no database. */
static void handle(void *self, struct request *request) {
    request->engine_state = self;
    request->page = doc_new(request->arena);
    request->locale.now = world_now(request->world);
    if (!arena_guard(request->arena, run_stage, request)) request->answer.status = 503;
    struct sandbox *sandbox = self;
    if (!later_take(sandbox->later, request)) request->finish(request);
}

static bool split_listen(struct arena *arena, const char *listen, const char **address, int *port) {
    const char *colon = strrchr(listen, ':');
    int64_t number;
    if (colon == NULL || !text_to_int(text_from(colon + 1), &number) || number < 0 || number > 65535) return false;
    *address = text_copy(arena, (struct text){listen, (size_t)(colon - listen)}).data;
    *port = (int)number;
    return true;
}

static int fail(const char *what, struct text problem) {
    fprintf(stderr, "kabinet-sandbox: %s%s%.*s\n", what, problem.size > 0 ? ": " : "", TEXT_ARG(problem));
    return 1;
}

static int serve(struct sandbox *sandbox, struct arena *arena, const struct sandbox_options *options) {
    struct text problem = TEXT_NONE;
    struct server_options http = {.routes = sandbox_routes,
                                  .world = sandbox->world,
                                  .form_action = sandbox->kabinet,
                                  .connections_max = CONNECTIONS,
                                  .connections_per_address_max = -1, /* one Kabinet has one address */
                                  .handle = handle,
                                  .self = sandbox};
    if (!split_listen(arena, options->listen, &http.address, &http.port))
        return fail("--listen: must be address:port", TEXT_NONE);
    struct server *server = server_start(&http, arena, &problem);
    if (server == NULL) return fail(options->listen, problem);
    printf("kabinet-sandbox: http://%s:%d/\n", http.address, server_port(server));
    fflush(stdout);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int number;
    sigwait(&signals, &number);
    server_stop(server, SECOND);
    return 0;
}

int main(int count, char **arguments) {
    struct sandbox_options options;
    if (!read_options(count, arguments, &options)) {
        fputs(USAGE, stderr);
        return 2;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct arena *arena = arena_new(4 * 1024 * 1024);
    struct text problem = TEXT_NONE;
    struct sandbox sandbox = {.world = world_real(0), .slow_us = options.slow_us, .late_us = options.late_us};
    if (arena == NULL) return fail("no memory", TEXT_NONE);
    sandbox.kabinet = options.kabinet;
    if (!secret_read(arena, options.secret_file, &sandbox.secret))
        return fail("no key", text_from(options.secret_file));
    sandbox.books = books_open(options.journal, &problem);
    if (sandbox.books == NULL) return fail(options.journal, problem);
    sandbox.bound = acquirer_books_open(text_format(arena, "%s.cards", options.journal).data, &problem);
    if (sandbox.bound == NULL) return fail("the acquirer's cards", problem);
    struct portal_keys *keys = portal_keys_open(options.esia_folder, options.esia_gost, &problem);
    if (keys == NULL) return fail(options.esia_folder, problem);
    sandbox.portal = portal_open(keys, options.kabinet);
    if (sandbox.portal == NULL) return fail("no memory", TEXT_NONE);
    struct text url = text_format(arena, "%s/callbacks/acquirer", options.kabinet);
    sandbox.courier = courier_start(sandbox.world, url.data, sandbox.secret, sandbox.books);
    if (sandbox.courier == NULL) return fail("no thread", TEXT_NONE);
    struct text billers_journal = text_format(arena, "%s.billers", options.journal);
    sandbox.billers = billers_open(billers_journal.data, options.billers_login, &problem);
    if (sandbox.billers == NULL) return fail(billers_journal.data, problem);
    struct text terminals_journal = text_format(arena, "%s.terminals", options.journal);
    sandbox.terminals = terminals_start(sandbox.world, options.kabinet, terminals_journal.data, &problem);
    if (sandbox.terminals == NULL) return fail(terminals_journal.data, problem);
    struct text bank_journal = text_format(arena, "%s.bank", options.journal);
    sandbox.bank = bank_open(bank_journal.data, options.bank_client, &problem);
    if (sandbox.bank == NULL) return fail(bank_journal.data, problem);
    struct text centre_journal = text_format(arena, "%s.processing", options.journal);
    sandbox.centre = centre_start(sandbox.world, options.kabinet, options.processing_key, centre_journal.data,
                                  &problem);
    if (sandbox.centre == NULL) return fail(centre_journal.data, problem);
    sandbox.shop = shop_open(text_format(arena, "%s.shop", options.journal).data, &problem);
    if (sandbox.shop == NULL) return fail("the shop's journal", problem);
    sandbox.store = store_open(text_format(arena, "%s.store", options.journal).data, &problem);
    if (sandbox.store == NULL) return fail("the store's journal", problem);
    sandbox.lender = lender_open(arena, text_format(arena, "%s.lender", options.journal).data, options.lender_key,
                                 &problem);
    if (sandbox.lender == NULL) return fail("the lender", problem);
    sandbox.later = later_start();
    if (sandbox.later == NULL) return fail("no thread", TEXT_NONE);
    int status = serve(&sandbox, arena, &options);
    later_stop(sandbox.later);
    centre_stop(sandbox.centre);
    terminals_stop(sandbox.terminals);
    bank_close(sandbox.bank);
    shop_close(sandbox.shop);
    store_close(sandbox.store);
    lender_close(sandbox.lender);
    billers_close(sandbox.billers);
    courier_stop(sandbox.courier);
    books_close(sandbox.books);
    acquirer_books_close(sandbox.bound);
    portal_close(sandbox.portal);
    world_free(sandbox.world);
    arena_free(arena);
    return status;
}
