/* http_bench.c: the HTTP server alone: a route without SQL, answered at once or from another thread, to be loaded by
 * wrk and compared with nginx's `return 200` (bench/http.sh). Ends by itself.
 *
 *   bench_http_bench PORT SECONDS [THREADS] [CERTIFICATE KEY]
 *   /simple   JSON, finished inside handle()
 *   /elsewhere  JSON, finished from another thread, in groups as the store's writer does */
#include "base/check.h"
#include "http/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct request *waiting[65536];
    size_t count;
    bool over;
};

static struct queue queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

static enum flow answer(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(document, "message", TEXT("hello"));
    return answer_ok(request, document);
}

static const struct route simple = {.method = METHOD_GET, .path = "/simple", .who = WHO_ANYONE,
                                    .stages = {{STAGE_WORK, answer}}};
static const struct route elsewhere = {.method = METHOD_GET, .path = "/elsewhere", .who = WHO_ANYONE,
                                       .stages = {{STAGE_WORK, answer}}};
static const struct route *const routes[] = {&simple, &elsewhere, NULL};

static void handle(void *self, struct request *request) {
    (void)self;
    if (request->route == &simple) {
        answer(request, NULL);
        request->finish(request);
        return;
    }
    pthread_mutex_lock(&queue.lock);
    check(queue.count < sizeof queue.waiting / sizeof *queue.waiting);
    queue.waiting[queue.count++] = request;
    if (queue.count == 1) pthread_cond_signal(&queue.filled);
    pthread_mutex_unlock(&queue.lock);
}

static void *work(void *data) {
    static struct request *group[65536];
    pthread_mutex_lock(&queue.lock);
    while (!queue.over || queue.count > 0) {
        if (queue.count == 0) {
            pthread_cond_wait(&queue.filled, &queue.lock);
            continue;
        }
        size_t count = queue.count;
        for (size_t i = 0; i < count; i++) group[i] = queue.waiting[i];
        queue.count = 0;
        pthread_mutex_unlock(&queue.lock);
        for (size_t i = 0; i < count; i++) {
            answer(group[i], NULL);
            group[i]->finish(group[i]);
        }
        usleep(100); /* as long as a fast disk takes to sync a group */
        pthread_mutex_lock(&queue.lock);
    }
    pthread_mutex_unlock(&queue.lock);
    return data;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    struct arena *arena = arena_new((size_t)16 * 1024 * 1024);
    struct server_options options = {
        .address = "127.0.0.1", .port = (int)strtol(arguments[1], NULL, 10), .routes = routes, .world = world_real(1),
        .threads = count > 3 ? (int)strtol(arguments[3], NULL, 10) : 1, .handle = handle,
        .certificate_file = count > 5 ? arguments[4] : NULL, .key_file = count > 5 ? arguments[5] : NULL,
    };
    struct text problem = TEXT_NONE;
    struct server *server = server_start(&options, arena, &problem);
    if (server == NULL) {
        fprintf(stderr, "%.*s\n", TEXT_ARG(problem));
        return 1;
    }
    pthread_t worker;
    check(pthread_create(&worker, NULL, work, NULL) == 0);
    printf("http_bench: listening on port %d\n", server_port(server));
    fflush(stdout);
    sleep((unsigned)strtol(arguments[2], NULL, 10));
    server_stop(server, SECOND);
    pthread_mutex_lock(&queue.lock);
    queue.over = true;
    pthread_cond_signal(&queue.filled);
    pthread_mutex_unlock(&queue.lock);
    pthread_join(worker, NULL);
    arena_free(arena);
    return 0;
}
