/* catalogue.c: see catalogue.h. A catalogue is immutable and counted: who draws a page from it keeps it until his arena
 * goes, while others already have the next. */
#include "payments/catalogue.h"

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"
#include "base/search.h"
#include "payments/internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE_MOST ((size_t)64 << 20)
#define PROVIDERS_MOST 20000
#define CATEGORIES_MOST 100

STATEMENT(generation_of, "SELECT generation FROM pay_catalogue WHERE id = 1");
STATEMENT(generation_up, "UPDATE pay_catalogue SET generation = generation + 1 WHERE id = 1");
STATEMENT(generation_first, "INSERT INTO pay_catalogue (id, generation) VALUES (1, 1)");
STATEMENT(all_providers, "SELECT id, version, content, secret FROM pay_provider ORDER BY id");
STATEMENT(all_categories, "SELECT content FROM pay_category");
STATEMENT(version_of, "SELECT version FROM pay_provider WHERE id = $1 FOR_UPDATE");
STATEMENT(provider_add, "INSERT INTO pay_provider (id, version, content, secret) VALUES ($1, 1, $2, $3)");
STATEMENT(provider_set, "UPDATE pay_provider SET version = $2, content = $3 WHERE id = $1");
STATEMENT(secret_set, "UPDATE pay_provider SET secret = $2 WHERE id = $1");
STATEMENT(version_add, "INSERT INTO pay_provider_version (provider, version, content, staff, at) "
                       "VALUES ($1, $2, $3, $4, $5)");
STATEMENT(category_add, "INSERT INTO pay_category (code, content) VALUES ($1, $2)");

/* ---- taking ---- */

static const struct catalogue nothing;

static void drop(struct catalogue *catalogue) {
    if (catalogue->users == 0 || --catalogue->users > 0) return;
    arena_free(catalogue->arena); /* it lies in it itself */
}

struct taken {
    struct payments_state *state;
    struct catalogue *catalogue;
};

static void give_back(void *data) {
    struct taken *taken = data;
    pthread_mutex_lock(&taken->state->mutex);
    drop(taken->catalogue);
    pthread_mutex_unlock(&taken->state->mutex);
}

const struct catalogue *catalogue_take(struct engine *engine, struct arena *arena) {
    struct payments_state *state = payments_state_of(engine);
    struct taken *taken = arena_new_of(arena, struct taken);
    pthread_mutex_lock(&state->mutex);
    *taken = (struct taken){state, state->catalogue};
    if (taken->catalogue != NULL) taken->catalogue->users++;
    pthread_mutex_unlock(&state->mutex);
    if (taken->catalogue == NULL) return &nothing;
    arena_on_free(arena, give_back, taken);
    return taken->catalogue;
}

void catalogue_close(struct payments_state *state) {
    if (state->catalogue != NULL) drop(state->catalogue);
    state->catalogue = NULL;
}

const struct provider *catalogue_provider(const struct catalogue *catalogue, int64_t id) {
    for (size_t i = 0; i < catalogue->provider_count; i++)
        if (catalogue->providers[i].id == id) return &catalogue->providers[i];
    return NULL;
}

const struct provider *catalogue_by_code(const struct catalogue *catalogue, struct text code) {
    for (size_t i = 0; i < catalogue->provider_count; i++)
        if (text_is(code, catalogue->providers[i].code)) return &catalogue->providers[i];
    return NULL;
}

const struct category *catalogue_category(const struct catalogue *catalogue, struct text code) {
    for (size_t i = 0; i < catalogue->category_count; i++)
        if (text_is(code, catalogue->categories[i].code)) return &catalogue->categories[i];
    return NULL;
}

bool provider_found(struct arena *arena, const struct provider *provider, struct text asked) {
    struct buffer titles = buffer_new(arena, 128);
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        buffer_add_text(&titles, provider->title.of[i]);
        buffer_add_char(&titles, ' ');
    }
    struct text search = text_format(arena, "%.*s %s", TEXT_ARG(provider->search), provider->code);
    return asked.size == 0 ||
           search_score(asked, search_fold(arena, buffer_text(&titles)), search_fold(arena, search)) > 0;
}

/* ---- reading ---- */

struct load {
    struct engine *engine;
    struct tx *tx;
    struct catalogue *catalogue;
};

static void read_provider(struct load *load, const struct rows *row, struct provider *providers) {
    struct catalogue *catalogue = load->catalogue;
    int64_t id = row_int(row, 0);
    struct provider_place place = {.sandbox_url = engine_config(load->engine)->sandbox_url};
    struct text problem = TEXT_NONE;
    if (!row_null(row, 3) && !secret_open(engine_keyring(load->engine), catalogue->arena, "provider.secret", id,
                                          row_text(row, 3), &place.secret))
        log_event(LOG_ERROR, TEXT_NONE, "payments.secret_unreadable", LOG_NUMBER("provider", id));
    struct provider *provider = &providers[catalogue->provider_count];
    if (!provider_read(catalogue->arena, row_text(row, 2), &place, provider, &problem)) {
        log_event(LOG_ERROR, TEXT_NONE, "payments.provider_unreadable", LOG_NUMBER("provider", id),
                  LOG_TEXT("problem", problem));
        return;
    }
    provider->id = id;
    provider->version = row_int(row, 1);
    catalogue->provider_count++;
}

static int by_title(const void *left, const void *right) {
    const struct provider *one = left, *other = right;
    return strcmp(one->title.of[LANGUAGE_RU].data, other->title.of[LANGUAGE_RU].data);
}

static int by_order(const void *left, const void *right) {
    const struct category *one = left, *other = right;
    return (one->order > other->order) - (one->order < other->order);
}

static void load_guarded(void *data) {
    struct load *load = data;
    struct arena *arena = load->catalogue->arena;
    struct provider *providers = arena_array(arena, struct provider, PROVIDERS_MOST);
    struct rows *rows = tx_query(load->tx, &all_providers, NO_VALUES);
    while (load->catalogue->provider_count < PROVIDERS_MOST && rows_next(rows)) read_provider(load, rows, providers);
    rows_end(rows);
    struct category *categories = arena_array(arena, struct category, CATEGORIES_MOST);
    rows = tx_query(load->tx, &all_categories, NO_VALUES);
    while (load->catalogue->category_count < CATEGORIES_MOST && rows_next(rows)) {
        struct text problem = TEXT_NONE;
        if (category_read(arena, row_text(rows, 0), &categories[load->catalogue->category_count], &problem))
            load->catalogue->category_count++;
    }
    rows_end(rows);
    qsort(providers, load->catalogue->provider_count, sizeof *providers, by_title);
    qsort(categories, load->catalogue->category_count, sizeof *categories, by_order);
    load->catalogue->providers = providers;
    load->catalogue->categories = categories;
}

static struct catalogue *load_all(struct engine *engine, struct tx *tx, int64_t generation) {
    struct arena *arena = arena_new(CATALOGUE_MOST);
    if (arena == NULL) return NULL;
    struct catalogue *catalogue = arena_new_of(arena, struct catalogue);
    *catalogue = (struct catalogue){.generation = generation, .arena = arena, .users = 1};
    struct load load = {engine, tx, catalogue};
    if (arena_guard(arena, load_guarded, &load) && !tx_failed(tx)) return catalogue;
    arena_free(arena);
    return NULL;
}

void catalogue_look(struct engine *engine, struct tx *tx) {
    struct payments_state *state = payments_state_of(engine);
    struct rows *rows = tx_query(tx, &generation_of, NO_VALUES);
    int64_t generation = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    pthread_mutex_lock(&state->mutex);
    bool same = state->catalogue != NULL ? state->catalogue->generation == generation : generation == 0;
    pthread_mutex_unlock(&state->mutex);
    if (same) return;
    struct catalogue *fresh = load_all(engine, tx, generation);
    if (fresh == NULL) return; /* the next look tries again */
    pthread_mutex_lock(&state->mutex);
    struct catalogue *before = state->catalogue;
    state->catalogue = fresh;
    if (before != NULL) drop(before);
    pthread_mutex_unlock(&state->mutex);
}

/* ---- changing ---- */

static void count_up(struct tx *tx) {
    if (tx_run(tx, &generation_up, NO_VALUES) == 0) tx_run(tx, &generation_first, NO_VALUES);
}

int64_t catalogue_put(struct engine *engine, struct tx *tx, int64_t id, struct text json, struct text secret,
                      int64_t staff) {
    int64_t version = 1;
    bool fresh = id == 0;
    if (fresh) id = world_id(tx_world(tx));
    struct text sealed = secret.size == 0 ? TEXT_NONE
                                          : secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx),
                                                        "provider.secret", id, secret);
    struct value kept = sealed.size == 0 ? V_NULL : V_BYTES(sealed.data, sealed.size);
    if (fresh) {
        tx_run(tx, &provider_add, VALUES(V_INT(id), V_TEXT(json), kept));
    } else {
        struct rows *rows = tx_query(tx, &version_of, VALUES(V_INT(id)));
        version = rows_next(rows) ? row_int(rows, 0) + 1 : 1;
        rows_end(rows);
        tx_run(tx, &provider_set, VALUES(V_INT(id), V_INT(version), V_TEXT(json)));
        if (secret.size > 0) tx_run(tx, &secret_set, VALUES(V_INT(id), kept));
    }
    tx_run(tx, &version_add,
           VALUES(V_INT(id), V_INT(version), V_TEXT(json), V_INT(staff), V_INT(world_now(tx_world(tx)))));
    count_up(tx);
    return id;
}

/* ---- the first filling ---- */

#define FILE_MOST (4 * 1024 * 1024)

static struct text read_file(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, FILE_MOST);
    size_t size = fread(bytes, 1, FILE_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

static struct text written(struct arena *arena, const json_t *value) {
    struct buffer out = buffer_new(arena, 2048);
    size_t size = json_dumpb(value, out.data, out.room, JSON_COMPACT | JSON_SORT_KEYS);
    if (size > out.room) {
        out = buffer_new(arena, size + 1);
        size = json_dumpb(value, out.data, out.room, JSON_COMPACT | JSON_SORT_KEYS);
    }
    return (struct text){out.data, size};
}

static void seed_categories(struct tx *tx, const json_t *list) {
    size_t at;
    const json_t *each;
    json_array_foreach(list, at, each) {
        struct category category;
        struct text json = written(tx_arena(tx), each), problem = TEXT_NONE;
        if (category_read(tx_arena(tx), json, &category, &problem))
            tx_run(tx, &category_add, VALUES(V_TEXT(text_from(category.code)), V_TEXT(json)));
        else log_event(LOG_ERROR, TEXT_NONE, "payments.category_unreadable", LOG_TEXT("problem", problem));
    }
}

/* {"provider": …, "password": "…"}: the password is kept sealed and apart. */
static void seed_providers(struct engine *engine, struct tx *tx, const json_t *list) {
    const struct provider_place place = {.sandbox_url = engine_config(engine)->sandbox_url};
    size_t at;
    const json_t *each;
    json_array_foreach(list, at, each) {
        struct text secret = text_from(json_string_value(json_object_get(each, "password"))), problem = TEXT_NONE;
        struct text json = written(tx_arena(tx), json_object_get(each, "provider"));
        struct provider provider;
        if (provider_read(tx_arena(tx), json, &place, &provider, &problem))
            catalogue_put(engine, tx, 0, json, secret, 0);
        else
            log_event(LOG_ERROR, TEXT_NONE, "payments.provider_unreadable", LOG_NUMBER("at", (int64_t)at),
                      LOG_TEXT("problem", problem));
    }
}

bool catalogue_seed(struct engine *engine, struct tx *tx) {
    const char *path = payments_state_of(engine)->settings->catalogue_file;
    struct rows *rows = tx_query(tx, &generation_of, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text text = read_file(tx_arena(tx), path);
    json_t *file = text.data != NULL ? json_read(tx_arena(tx), text) : NULL;
    if (file == NULL) {
        log_event(LOG_ERROR, TEXT_NONE, "payments.catalogue_unreadable", LOG_TEXT("file", text_from(path)));
        return false;
    }
    seed_categories(tx, json_object_get(file, "categories"));
    seed_providers(engine, tx, json_object_get(file, "providers"));
    count_up(tx);
    return false;
}
