/* audit.c: `kabinet audit verify`, `sign`, `key` and `check` (BO-6). Verifying only reads, on one snapshot: a running
 * server neither waits nor notices. Heads put away are checked elsewhere by the public key alone. */
#include "app/app.h"

#include "base/check.h"
#include "engine/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEADS_MAX 4096
#define ARENA ((size_t)1 << 30)

/* Heads put away earlier, one a line; NULL when the file cannot be understood. */
static struct audit_head *read_heads(struct arena *arena, const char *path, size_t *count) {
    struct audit_head *heads = arena_array(arena, struct audit_head, HEADS_MAX);
    *count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) return NULL;
    char line[1024];
    bool good = true;
    while (good && *count < HEADS_MAX && fgets(line, sizeof line, file) != NULL) {
        if (text_trim(text_from(line)).size == 0) continue;
        good = audit_head_parse(arena, text_from(line), &heads[*count]);
        (*count)++;
    }
    fclose(file);
    return good ? heads : NULL;
}

static int print_report(const struct audit_report *report) {
    printf("%" PRId64 " chains, %" PRId64 " rows, %" PRId64 " signed heads, %" PRId64 " faults\n", report->chains,
           report->rows, report->heads, report->faults);
    if (report->faults > 0) printf("first: %.*s\n", TEXT_ARG(report->first_fault));
    return report->faults == 0 ? 0 : 1;
}

static int verify(struct arena *arena, const struct config_base *base, const char *heads_path) {
    size_t count = 0;
    const struct audit_head *heads = NULL;
    if (heads_path != NULL && (heads = read_heads(arena, heads_path, &count)) == NULL) {
        fprintf(stderr, "kabinet: %s: not a list of signed heads\n", heads_path);
        return 2;
    }
    struct world *world = world_real((uint64_t)base->node);
    const char *key_problem = NULL;
    struct keyring *keyring = keyring_open(base->key_file, false, world, &key_problem);
    struct text problem = keyring == NULL ? text_from(key_problem) : TEXT_NONE;
    struct store_options options = {.where = base->database, .world = world};
    struct store *store = keyring != NULL ? store_open(arena, &options, &problem) : NULL;
    struct reader *reader = store != NULL ? reader_new(store) : NULL;
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    int status = 1;
    if (tx != NULL) {
        struct audit_report report = audit_verify(keyring, tx, arena, heads, count);
        if (reader_end(reader, tx)) status = print_report(&report);
        else fprintf(stderr, "kabinet: the audit trail cannot be read\n");
    } else fprintf(stderr, "kabinet: %.*s\n", TEXT_ARG(problem));
    if (reader != NULL) reader_free(reader);
    if (store != NULL) store_close(store);
    if (keyring != NULL) keyring_free(keyring);
    world_free(world);
    return status;
}

/* ---- signing ---- */

struct signing {
    struct command command;
    struct app *app;
    struct text heads;
};

static enum command_outcome sign_run(struct command *command, struct tx *tx) {
    struct signing *signing = (struct signing *)command;
    audit_sign(signing->app->keyring, tx);
    signing->heads = audit_heads(tx, signing->app->arena);
    return COMMAND_KEEP;
}

static int sign(char **arguments) {
    struct app app;
    int status = 1;
    if (app_open(&app, 1, arguments)) {
        struct signing signing = {.command = {.run = sign_run}, .app = &app};
        bool done = store_run(engine_store(app.engine), &signing.command) == STORE_DURABLE;
        if (done) fwrite(signing.heads.data, 1, signing.heads.size, stdout);
        else fprintf(stderr, "kabinet: the database cannot be written\n");
        status = done ? 0 : 1;
    }
    app_close(&app);
    return status;
}

/* ---- elsewhere, without database and key file ---- */

static int print_key(const struct config_base *base, struct arena *arena) {
    struct world *world = world_real((uint64_t)base->node);
    const char *problem = NULL;
    struct keyring *keyring = keyring_open(base->key_file, false, world, &problem);
    uint8_t key[AUDIT_KEY_SIZE];
    if (keyring != NULL) {
        audit_public_key(keyring, key);
        struct text hex = text_hex(arena, (const char *)key, sizeof key);
        printf("%.*s\n", TEXT_ARG(hex));
        keyring_free(keyring);
    } else fprintf(stderr, "kabinet: %s\n", problem);
    world_free(world);
    return keyring != NULL ? 0 : 1;
}

static int check_heads(struct arena *arena, const char *key, const char *path) {
    size_t count = 0, good = 0;
    struct text bytes = TEXT_NONE;
    const struct audit_head *heads = read_heads(arena, path, &count);
    if (!text_unhex(arena, text_from(key), &bytes) || bytes.size != AUDIT_KEY_SIZE || heads == NULL) {
        fprintf(stderr, "kabinet: a public key (kabinet audit key) and a file of signed heads are wanted\n");
        return 2;
    }
    for (size_t i = 0; i < count; i++) {
        bool right = audit_head_signed((const uint8_t *)bytes.data, &heads[i]);
        if (!right) printf("line %zu: the signature is false\n", i + 1);
        good += right;
    }
    printf("%zu of %zu signed heads are good\n", good, count);
    return good == count && count > 0 ? 0 : 1;
}

int app_audit(int count, char **arguments) {
    const char *act = count > 0 ? arguments[0] : "";
    bool one = count == 2 && (strcmp(act, "sign") == 0 || strcmp(act, "key") == 0);
    bool checks = count == 3 && strcmp(act, "check") == 0;
    bool verifies = (count == 2 || count == 3) && strcmp(act, "verify") == 0;
    if (!one && !checks && !verifies) {
        fprintf(stderr, "usage: kabinet audit verify CONFIG [HEADS]\n       kabinet audit sign CONFIG\n"
                        "       kabinet audit key CONFIG\n       kabinet audit check KEY HEADS\n");
        return 2;
    }
    if (one && strcmp(act, "sign") == 0) return sign(arguments + 1);
    struct arena *arena = arena_new(ARENA);
    check(arena != NULL);
    int status = 1;
    if (checks) status = check_heads(arena, arguments[1], arguments[2]);
    else {
        struct config *config = app_config(arena, 1, arguments + 1);
        if (config != NULL)
            status = one ? print_key(config_base(config), arena)
                         : verify(arena, config_base(config), count == 3 ? arguments[2] : NULL);
    }
    arena_free(arena);
    return status;
}
