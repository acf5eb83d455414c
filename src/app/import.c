/* import.c: `kabinet import CONFIG FILE.csv [--dry-run]`: existing customers and their history (ID-18). What is wrong
 * is named by line and nothing is written then; what was written before is not written again, so after a crash it is
 * just started anew. With SQLite the server is stopped meanwhile, since one process writes. */
#include "app/app.h"

#include "imports/imports.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA ((size_t)16 << 30) /* some 300 bytes a row, of address space until touched */
#define NODE 255                 /* the import's ids; no server has this number */
#define TOLD_MAX 50

struct telling {
    const char *path;
    size_t told;
    moment began, last;
};

static void tell_wrong(void *self, size_t line, const char *problem) {
    struct telling *telling = self;
    if (telling->told++ < TOLD_MAX) fprintf(stderr, "%s:%zu: %s\n", telling->path, line, problem);
}

static void tell_progress(void *self, size_t done, size_t of) {
    struct telling *telling = self;
    moment now = world_wall_clock();
    if (now < telling->last + SECOND && done < of) return;
    telling->last = now;
    int64_t milliseconds = (now - telling->began) / 1000 + 1;
    fprintf(stderr, "%zu of %zu rows (%zu %%), %lld a second\n", done, of, of > 0 ? 100 * done / of : 100,
            (long long)((int64_t)done * 1000 / milliseconds));
}

static bool map_file(const char *path, struct text *file) {
    struct stat status;
    int handle = open(path, O_RDONLY | O_CLOEXEC);
    bool good = handle >= 0 && fstat(handle, &status) == 0 && S_ISREG(status.st_mode);
    void *bytes = MAP_FAILED;
    if (good && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, handle, 0);
    if (handle >= 0) close(handle);
    if (!good) return false;
    *file = bytes != MAP_FAILED ? (struct text){bytes, (size_t)status.st_size} : TEXT("");
    return true;
}

static int import(struct app *app, struct import_world *world, const char *path, bool dry) {
    struct text file;
    struct import_report report;
    struct telling telling = {.path = path, .began = world_wall_clock()};
    const struct import_listener listener = {&telling, tell_wrong, tell_progress};
    struct arena *arena = arena_new(ARENA);
    if (!config_enabled(app->config, &imports_feature)) {
        fprintf(stderr, "kabinet: the feature imports is not enabled\n");
        return 1;
    }
    if (arena == NULL || !map_file(path, &file)) {
        fprintf(stderr, "kabinet: %s: cannot be read\n", path);
        return 1;
    }
    bool good = import_file(app->engine, world, arena, file, dry, &listener, &report);
    arena_free(arena);
    if (!good) {
        fprintf(stderr, "kabinet: the database did not take it; start it again, what is written stays\n");
        return 1;
    }
    if (report.problems > 0) {
        fprintf(stderr, "%zu problems in %s; nothing is written\n", report.problems, path);
        return 1;
    }
    printf("%zu customers and %zu operations %s, %zu rows were there before\n", report.customers, report.operations,
           dry ? "would be imported" : "imported", report.done_before);
    return 0;
}

int app_import(int count, char **arguments) {
    bool dry = count == 3 && strcmp(arguments[2], "--dry-run") == 0;
    if (count != 2 && !dry) {
        fprintf(stderr, "usage: kabinet import CONFIG FILE.csv [--dry-run]\n");
        return 2;
    }
    struct import_world *world = calloc(1, sizeof *world);
    if (world == NULL) return 1;
    struct world *real = world_real(NODE);
    import_world_init(world, real, NODE);
    struct app app;
    int status = app_open_in(&app, &world->world, 1, arguments) ? import(&app, world, arguments[1], dry) : 1;
    app_close(&app); /* the world with it */
    world_free(real);
    return status;
}
