/* keys.c: `kabinet keys status`, `rotate` and `drop` (docs/keys.md). They read the database on a snapshot and change
 * the key file alone: a running server notices the file by itself, and moves what is sealed. */
#include "app/app.h"

#include "engine/generations.h"
#include "engine/reseal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARENA ((size_t)64 << 20)
#define AFTER_USUAL MINUTE

/* The key file and the database, open to be read. */
struct sight {
    struct arena *arena;
    const struct config_base *base;
    struct world *world;
    struct keyring *keyring;
    struct store *store;   /* NULL: there is no database yet */
    struct reader *reader;
    struct tx *tx;
    struct generation_row rows[KEYRING_NUMBER_MAX];
    size_t count;
};

static bool postgres(const char *where) {
    return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

static bool open_database(struct sight *sight) {
    struct text problem = TEXT_NONE;
    const char *where = sight->base->database;
    if (!postgres(where) && access(where, F_OK) != 0) return true;
    sight->store =
        store_open(sight->arena, &(struct store_options){.where = where, .world = sight->world}, &problem);
    sight->reader = sight->store != NULL ? reader_new(sight->store) : NULL;
    sight->tx = sight->reader != NULL ? reader_begin(sight->reader) : NULL;
    if (sight->tx != NULL) {
        sight->count = generations_read(sight->keyring, sight->tx, sight->rows);
        return !tx_failed(sight->tx);
    }
    if (problem.data == NULL) problem = TEXT("the database cannot be read");
    fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
    return false;
}

static bool sight_open(struct sight *sight, const struct config_base *base, struct arena *arena) {
    const char *problem = NULL;
    *sight = (struct sight){.arena = arena, .base = base, .world = world_real((uint64_t)base->node)};
    sight->keyring = keyring_open(base->key_file, false, sight->world, &problem);
    if (sight->keyring == NULL) fprintf(stderr, "kabinet: key file %s: %s\n", base->key_file, problem);
    return sight->keyring != NULL && open_database(sight);
}

/* False when something failed while it was read: then what was concluded is worth nothing. */
static bool sight_close(struct sight *sight) {
    bool good = sight->tx == NULL || reader_end(sight->reader, sight->tx);
    if (sight->reader != NULL) reader_free(sight->reader);
    if (sight->store != NULL) store_close(sight->store);
    keyring_free(sight->keyring);
    world_free(sight->world);
    if (!good) fprintf(stderr, "kabinet: the database cannot be read\n");
    return good;
}

/* What keeps file and database from going together is told; true when nothing does. */
static bool fits(const struct sight *sight) {
    struct text problem = generations_problem(sight->arena, sight->rows, sight->count);
    if (problem.data != NULL) fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
    return problem.data == NULL;
}

static const struct generation_row *newest_of(const struct sight *sight) {
    return sight->count > 0 ? &sight->rows[sight->count - 1] : NULL;
}

/* ---- counting ---- */

struct census {
    int64_t older, newest; /* rows */
    const char *behind;
};

static void count_column(const struct sight *sight, const char *where, struct statement *statement, bool tells,
                         struct census *census) {
    int64_t counts[KEYRING_NUMBER_MAX + 1] = {0};
    int newest = newest_of(sight)->number;
    sealed_count(sight->tx, statement, counts);
    for (int i = 0; i <= KEYRING_NUMBER_MAX; i++) {
        if (counts[i] == 0) continue;
        if (i == newest) census->newest += counts[i];
        else census->older += counts[i];
        if (tells) printf("  %-32s generation %3d  %" PRId64 " rows\n", where, i, counts[i]);
    }
}

/* Reads every declared column from end to end; where asked, tells what it finds. */
static struct census count_all(const struct sight *sight, bool tells) {
    struct census census = {0};
    const struct sealed *all[SEALED_MAX];
    size_t count = sealed_gather(sight->tx, all, &census.behind);
    for (size_t i = 0; i < count; i++) {
        count_column(sight, all[i]->where, all[i]->count, tells, &census);
        for (const struct lookup *lookup = all[i]->lookups; lookup != NULL && lookup->purpose != NULL; lookup++)
            count_column(sight, lookup->where, lookup->count, tells, &census);
    }
    return census;
}

/* ---- status ---- */

static void print_generations(const struct sight *sight) {
    struct generation known[KEYRING_GENERATIONS];
    size_t count = keyring_generations(sight->keyring, known);
    for (size_t i = 0; i < count; i++) {
        struct text from = moment_format(sight->arena, known[i].from);
        printf("generation %d: may be used from %.*s", known[i].number, TEXT_ARG(from));
        for (size_t j = 0; j < sight->count; j++) {
            if (sight->rows[j].number != known[i].number || sight->rows[j].activated == 0) continue;
            struct text at = moment_format(sight->arena, sight->rows[j].activated);
            printf(", is used since %.*s", TEXT_ARG(at));
        }
        printf("\n");
    }
}

/* True when a node's file is behind. */
static bool print_nodes(const struct sight *sight) {
    static struct node_row nodes[NODES_MAX];
    size_t count = generations_nodes(sight->tx, world_now(sight->world), nodes);
    bool behind = false;
    for (size_t i = 0; i < count; i++) {
        bool lacks = nodes[i].newest < keyring_newest(sight->keyring);
        printf("node %" PRId64 ": its file's newest generation is %d%s\n", nodes[i].node, nodes[i].newest,
               lacks ? ": copy the key file there" : "");
        behind = behind || lacks;
    }
    return behind;
}

static void print_next(const struct sight *sight, const struct census *census, bool behind) {
    const struct generation_row *newest = newest_of(sight);
    int file_newest = keyring_newest(sight->keyring);
    if (newest == NULL || newest->number != file_newest)
        printf("next: nothing; a running server will notice generation %d by itself\n", file_newest);
    else if (newest->activated == 0)
        printf("next: %s\n", behind ? "copy the key file to the nodes that lack the newest generation"
                                    : "nothing; the newest generation is used when its moment has come");
    else if (census->older > 0 || newest->done == 0)
        printf("next: nothing; a running server seals everything anew (%" PRId64 " of %" PRId64 " rows are done)\n",
               census->newest, census->newest + census->older);
    else if (census->behind != NULL)
        printf("next: enable the feature %s once, so that its tables are brought to this version\n", census->behind);
    else if (keyring_several(sight->keyring))
        printf("next: kabinet keys drop CONFIG; nothing needs the older generations any more\n");
    else printf("next: nothing; everything is sealed by generation %d\n", file_newest);
}

static bool status(struct sight *sight) {
    struct census census = {0};
    bool behind = false, good = fits(sight);
    print_generations(sight);
    if (sight->tx == NULL) printf("there is no database yet\n");
    else behind = print_nodes(sight);
    if (sight->count > 0) census = count_all(sight, true);
    if (good && sight->tx != NULL) print_next(sight, &census, behind);
    return good;
}

/* ---- rotate ---- */

static bool rotate(struct sight *sight, int64_t after_us) {
    const struct generation_row *newest = newest_of(sight);
    const char *problem = NULL;
    int added = 0;
    if (!fits(sight)) return false;
    if (newest != NULL && (newest->number != keyring_newest(sight->keyring) || newest->done == 0)) {
        fprintf(stderr, "kabinet: the former rotation is not finished: kabinet keys status tells how far it is\n");
        return false;
    }
    moment from = world_now(sight->world) + after_us;
    if (!keyring_file_rotate(sight->base->key_file, sight->world, from, &added, &problem)) {
        fprintf(stderr, "kabinet: key file %s: %s\n", sight->base->key_file, problem);
        return false;
    }
    struct text at = moment_format(sight->arena, from);
    printf("generation %d was added to %s; it may be used from %.*s\n"
           "next: keep a copy of the file elsewhere, and bring it to every other node; running servers notice it by "
           "themselves, and kabinet keys status tells how far they are\n",
           added, sight->base->key_file, TEXT_ARG(at));
    return true;
}

/* ---- drop ---- */

static bool may_drop(const struct sight *sight) {
    const struct generation_row *newest = newest_of(sight);
    if (!fits(sight)) return false;
    if (newest == NULL || newest->number != keyring_newest(sight->keyring) || newest->activated == 0) {
        fprintf(stderr, "kabinet: the newest generation is not used yet\n");
        return false;
    }
    struct census census = count_all(sight, false);
    if (census.behind != NULL)
        fprintf(stderr, "kabinet: the tables of the feature %s are of an older version and cannot be looked through: "
                        "enable it once\n", census.behind);
    else if (census.older > 0)
        fprintf(stderr, "kabinet: %" PRId64 " rows are still sealed by an older generation: kabinet keys status\n",
                census.older);
    else if (newest->done == 0) fprintf(stderr, "kabinet: a running server has not yet looked through everything\n");
    return census.behind == NULL && census.older == 0 && newest->done != 0;
}

static bool drop(struct sight *sight) {
    const char *problem = NULL;
    if (!keyring_several(sight->keyring)) {
        printf("the key file holds one generation: there is nothing to drop\n");
        return true;
    }
    if (!may_drop(sight)) return false;
    if (!keyring_file_drop(sight->base->key_file, &problem)) {
        fprintf(stderr, "kabinet: key file %s: %s\n", sight->base->key_file, problem);
        return false;
    }
    printf("%s holds generation %d alone\n"
           "next: bring it to every other node; backups of the database from before need the file as it was\n",
           sight->base->key_file, keyring_newest(sight->keyring));
    return true;
}

/* ---- the command ---- */

/* A first start makes the file; where a database is there already, nothing but its own file opens it. */
bool keys_fit(const struct config_base *base, struct arena *arena) {
    bool file = access(base->key_file, F_OK) == 0;
    if (!postgres(base->database) && access(base->database, F_OK) != 0) return true;
    if (!file && postgres(base->database)) return true; /* perhaps an empty one: not known without the file */
    if (!file) {
        fprintf(stderr, "kabinet: %s is not there, and %s cannot be opened without it: bring it back from its backup\n",
                base->key_file, base->database);
        return false;
    }
    struct sight *sight = arena_new_of(arena, struct sight);
    bool good = sight_open(sight, base, arena) && fits(sight);
    return sight_close(sight) && good;
}

static int usage(void) {
    fprintf(stderr, "usage: kabinet keys status CONFIG\n       kabinet keys rotate CONFIG [--after 10m]\n"
                    "       kabinet keys drop CONFIG\n");
    return 2;
}

int app_keys(int count, char **arguments) {
    const char *act = count > 0 ? arguments[0] : "";
    int64_t after_us = AFTER_USUAL;
    bool waits = count == 4 && strcmp(act, "rotate") == 0 && strcmp(arguments[2], "--after") == 0 &&
                 duration_parse(text_from(arguments[3]), &after_us);
    bool plain = count == 2 && (strcmp(act, "status") == 0 || strcmp(act, "rotate") == 0 || strcmp(act, "drop") == 0);
    if (!waits && !plain) return usage();
    struct arena *arena = arena_new(ARENA);
    struct config *config = arena != NULL ? app_config(arena, 1, arguments + 1) : NULL;
    bool good = config != NULL;
    if (good) {
        struct sight *sight = arena_new_of(arena, struct sight);
        good = sight_open(sight, config_base(config), arena);
        if (good) good = act[0] == 's' ? status(sight) : act[0] == 'r' ? rotate(sight, after_us) : drop(sight);
        if (!sight_close(sight)) good = false;
    }
    if (arena != NULL) arena_free(arena);
    return good ? 0 : 1;
}
