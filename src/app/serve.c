/* serve.c: `kabinet serve`: the engine behind the server, until told to stop. */
#include "app/app.h"

#include "base/log.h"
#include "generated/templates.h"
#include "http/server.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_GRACE (10 * SECOND)
#define IO_THREADS_USUAL 4

/* "127.0.0.1:8080", "[::1]:8080": the address goes to the arena. */
static bool split_listen(struct arena *arena, const char *listen, const char **address, int *port) {
    const char *colon = strrchr(listen, ':');
    int64_t number;
    if (colon == NULL || !text_to_int(text_from(colon + 1), &number) || number < 0 || number > 65535) return false;
    struct text host = {listen, (size_t)(colon - listen)};
    if (host.size >= 2 && host.data[0] == '[') host = text_slice(host, 1, host.size - 2);
    *address = text_copy(arena, host).data;
    *port = (int)number;
    return true;
}

/* One for each processor that may be used, but no more than the one writer can feed. */
static int io_threads(const struct config_base *base) {
    cpu_set_t processors;
    if (base->io_threads > 0) return (int)base->io_threads;
    int count = sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 1;
    return count < IO_THREADS_USUAL ? count : IO_THREADS_USUAL;
}

/* "https://tile.example/{z}/{x}/{y}.png" → "https://tile.example"; NULL: there are none. */
static const char *tiles_origin(struct arena *arena, const char *tiles) {
    const char *host = strstr(tiles, "://"), *end = host != NULL ? strchr(host + 3, '/') : NULL;
    return end != NULL ? text_copy(arena, (struct text){tiles, (size_t)(end - tiles)}).data : NULL;
}

static struct server *start_server(struct app *app, struct text *problem) {
    const struct config_base *base = config_base(app->config);
    struct server_options options = {
        .threads = io_threads(base),
        .certificate_file = *base->certificate_file != '\0' ? base->certificate_file : NULL,
        .key_file = *base->certificate_key_file != '\0' ? base->certificate_key_file : NULL,
        .behind_proxy = base->behind_proxy,
        .routes = engine_routes(app->engine),
        .world = app->world,
        .fallback = (enum language)base->language,
        .zone = engine_zone(app->engine),
        .handle = engine_handle,
        .idle = engine_idle,
        .self = app->engine,
        .error_page = &template_http_error,
        .form_action = *base->sandbox_url != '\0' ? base->sandbox_url : NULL,
        .image_source = tiles_origin(app->arena, base->map_tiles),
    };
    if (!split_listen(app->arena, base->listen, &options.address, &options.port)) {
        *problem = TEXT("listen: must be address:port");
        return NULL;
    }
    return server_start(&options, app->arena, problem);
}

static void wait_for_signal(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int signal_number;
    sigwait(&signals, &signal_number);
}

static void block_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int app_serve(int count, char **arguments) {
    struct app app;
    struct server *server = NULL;
    struct text problem = TEXT_NONE;
    block_signals(); /* before any thread is made: they all inherit it */
    bool good = app_open(&app, count, arguments) && engine_start(app.engine);
    if (good) {
        server = start_server(&app, &problem);
        if (server == NULL) fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
    }
    if (server != NULL) {
        printf("kabinet: listening on port %d\n", server_port(server));
        fflush(stdout);
        log_event(LOG_INFO, TEXT_NONE, "serving", LOG_NUMBER("port", server_port(server)));
        wait_for_signal();
        server_stop(server, STOP_GRACE);
    }
    app_close(&app);
    return server != NULL ? 0 : 1;
}
