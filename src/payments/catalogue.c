/* catalogue.c: see catalogue.h. A catalogue is immutable and counted: who draws a page from it keeps it until his arena
 * goes, while others already have the next. */
#include "payments/catalogue.h"

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"
#include "base/search.h"
#include "payments/internal.h"
#include "payments/traits.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE_MOST ((size_t)64 << 20)
#define SCRATCH_MOST ((size_t)4 << 20) /* the tree of one provider's JSON */
#define PROVIDERS_MOST 20000
#define CATEGORIES_MOST 100

STATEMENT(generation_of, "SELECT generation FROM pay_catalogue WHERE id = 1");
STATEMENT(generation_up, "UPDATE pay_catalogue SET generation = generation + 1 WHERE id = 1");
STATEMENT(generation_first, "INSERT INTO pay_catalogue (id, generation) VALUES (1, 1)");
STATEMENT(provider_count, "SELECT COUNT(*) FROM pay_provider");
STATEMENT(all_providers, "SELECT p.id, p.version, p.content, p.secret, v.at, v.staff FROM pay_provider p "
                         "LEFT JOIN pay_provider_version v ON v.provider = p.id AND v.version = p.version "
                         "ORDER BY p.id");
STATEMENT(all_categories, "SELECT content FROM pay_category");
STATEMENT(look_at, "SELECT version, content, secret FROM pay_provider WHERE id = $1");
STATEMENT(lock, "SELECT version, content, secret FROM pay_provider WHERE id = $1 FOR_UPDATE");
STATEMENT(by_code, "SELECT id, content FROM pay_provider WHERE content LIKE $1");
STATEMENT(provider_add, "INSERT INTO pay_provider (id, version, content, secret) VALUES ($1, 1, $2, $3)");
STATEMENT(provider_set, "UPDATE pay_provider SET version = $2, content = $3 WHERE id = $1");
STATEMENT(secret_set, "UPDATE pay_provider SET secret = $2 WHERE id = $1");
STATEMENT(version_add, "INSERT INTO pay_provider_version (provider, version, content, staff, at) "
                       "VALUES ($1, $2, $3, $4, $5)");
STATEMENT(category_add, "INSERT INTO pay_category (code, content) VALUES ($1, $2)");
STATEMENT(category_set, "UPDATE pay_category SET content = $2 WHERE code = $1");
STATEMENT(category_version, "INSERT INTO pay_category_version (code, version, content, staff, at) "
                            "VALUES ($1, $2, $3, $4, $5)");

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

const struct provider *catalogue_operator(const struct catalogue *catalogue, struct text number) {
    const struct provider *found = NULL;
    int64_t narrowest = 0;
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        int64_t width = number_range_width(provider->numbers, provider->number_count, number);
        if (width == 0 || (found != NULL && width >= narrowest)) continue;
        found = provider;
        narrowest = width;
    }
    return found;
}

const struct provider *catalogue_for_cards(const struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->provider_count; i++)
        if (catalogue->providers[i].rail == &rail_card && catalogue->providers[i].on) return &catalogue->providers[i];
    return NULL;
}

const struct provider *catalogue_finder(const struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->provider_count; i++)
        if (catalogue->providers[i].operators && catalogue->providers[i].on) return &catalogue->providers[i];
    return NULL;
}

bool provider_found(const struct provider *provider, struct text asked) {
    return asked.size == 0 || search_score(asked, provider->found_title, provider->found_words) > 0;
}

/* ---- reading ---- */

struct load {
    struct engine *engine;
    struct tx *tx;
    struct catalogue *catalogue;
    struct arena *scratch;
};

static void read_provider(struct load *load, const struct rows *row, struct provider *providers) {
    struct catalogue *catalogue = load->catalogue;
    int64_t id = row_int(row, 0);
    struct provider_place place = {.sandbox_url = engine_config(load->engine)->sandbox_url, .scratch = load->scratch};
    struct provider_problem *problems;
    arena_clear(load->scratch);
    if (!row_null(row, 3) && !secret_open(engine_keyring(load->engine), catalogue->arena, "provider.secret", id,
                                          row_text(row, 3), &place.secret))
        log_event(LOG_ERROR, TEXT_NONE, "payments.secret_unreadable", LOG_NUMBER("provider", id));
    struct provider *provider = &providers[catalogue->provider_count];
    if (!provider_read(catalogue->arena, row_text(row, 2), &place, provider, &problems)) {
        log_event(LOG_ERROR, TEXT_NONE, "payments.provider_unreadable", LOG_NUMBER("provider", id),
                  LOG_TEXT("problem", provider_problem_line(catalogue->arena, problems)));
        return;
    }
    const struct payments_settings *settings = engine_settings(load->engine, &payments_feature);
    if (provider->rail == &rail_card && provider->sum_max > settings->card_most)
        provider->sum_max = settings->card_most;
    provider->id = id;
    provider->version = row_int(row, 1);
    provider->changed = row_int(row, 4);
    provider->changed_by = row_int(row, 5);
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

static size_t count_providers(struct tx *tx) {
    struct rows *rows = tx_query(tx, &provider_count, NO_VALUES);
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count < PROVIDERS_MOST ? (size_t)count : PROVIDERS_MOST;
}

static void load_guarded(void *data) {
    struct load *load = data;
    struct arena *arena = load->catalogue->arena;
    size_t most = count_providers(load->tx);
    struct provider *providers = arena_array(arena, struct provider, most);
    struct rows *rows = tx_query(load->tx, &all_providers, NO_VALUES);
    while (load->catalogue->provider_count < most && rows_next(rows)) read_provider(load, rows, providers);
    rows_end(rows);
    struct category *categories = arena_array(arena, struct category, CATEGORIES_MOST);
    rows = tx_query(load->tx, &all_categories, NO_VALUES);
    while (load->catalogue->category_count < CATEGORIES_MOST && rows_next(rows)) {
        struct provider_problem *problems;
        if (category_read(arena, row_text(rows, 0), &categories[load->catalogue->category_count], &problems))
            load->catalogue->category_count++;
    }
    rows_end(rows);
    qsort(providers, load->catalogue->provider_count, sizeof *providers, by_title);
    qsort(categories, load->catalogue->category_count, sizeof *categories, by_order);
    load->catalogue->providers = providers;
    load->catalogue->categories = categories;
}

static struct catalogue *load_all(struct engine *engine, struct tx *tx, int64_t generation) {
    struct arena *arena = arena_new(CATALOGUE_MOST), *scratch = arena_new(SCRATCH_MOST);
    struct catalogue *catalogue = NULL;
    if (arena != NULL && scratch != NULL) {
        catalogue = arena_new_of(arena, struct catalogue);
        *catalogue = (struct catalogue){.generation = generation, .arena = arena, .users = 1};
        struct load load = {engine, tx, catalogue, scratch};
        if (!arena_guard(arena, load_guarded, &load) || tx_failed(tx)) catalogue = NULL;
    }
    if (scratch != NULL) arena_free(scratch);
    if (catalogue == NULL && arena != NULL) arena_free(arena);
    return catalogue;
}

static void look(struct engine *engine, struct payments_state *state, struct tx *tx) {
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

void catalogue_look(struct engine *engine, struct tx *tx) {
    look(engine, payments_state_of(engine), tx);
}

void catalogue_open(struct engine *engine, struct payments_state *state) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return; /* the first look tries again */
    look(engine, state, tx);
    (void)reader_end(reader, tx);
}

/* ---- changing ---- */

static void count_up(struct tx *tx) {
    if (tx_run(tx, &generation_up, NO_VALUES) == 0) tx_run(tx, &generation_first, NO_VALUES);
}

bool catalogue_stored(struct tx *tx, int64_t id, struct stored_provider *stored) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &look_at, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) *stored = (struct stored_provider){id, row_int(rows, 0), row_copy(rows, 1, tx_arena(tx)),
                                                  !row_null(rows, 2)};
    rows_end(rows);
    return found;
}

/* Written compactly, "code" stands in a provider's JSON once; '_' fits any letter, so it is compared again. */
int64_t catalogue_code_owner(struct tx *tx, struct text code) {
    int64_t owner = 0;
    count_up(tx); /* whoever changes the catalogue waits for who does */
    struct text name = text_format(tx_arena(tx), "\"code\":\"%.*s\"", TEXT_ARG(code));
    struct text pattern = text_format(tx_arena(tx), "%%%.*s%%", TEXT_ARG(name));
    struct rows *rows = tx_query(tx, &by_code, VALUES(V_TEXT(pattern)));
    while (owner == 0 && rows_next(rows))
        if (strstr(row_copy(rows, 1, tx_arena(tx)).data, name.data) != NULL) owner = row_int(rows, 0);
    rows_end(rows);
    return owner;
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
        struct stored_provider before;
        version = catalogue_stored(tx, id, &before) ? before.version + 1 : 1;
        tx_run(tx, &provider_set, VALUES(V_INT(id), V_INT(version), V_TEXT(json)));
        if (secret.size > 0) tx_run(tx, &secret_set, VALUES(V_INT(id), kept));
    }
    tx_run(tx, &version_add,
           VALUES(V_INT(id), V_INT(version), V_TEXT(json), V_INT(staff), V_INT(world_now(tx_world(tx)))));
    count_up(tx);
    return id;
}

void catalogue_put_category(struct tx *tx, struct text code, int64_t version, struct text json, int64_t staff) {
    if (tx_run(tx, &category_set, VALUES(V_TEXT(code), V_TEXT(json))) == 0)
        tx_run(tx, &category_add, VALUES(V_TEXT(code), V_TEXT(json)));
    tx_run(tx, &category_version, VALUES(V_TEXT(code), V_INT(version), V_TEXT(json), V_INT(staff),
                                         V_INT(world_now(tx_world(tx)))));
    count_up(tx);
}

/* ---- the first filling ---- */

#define FILE_MOST (4 * 1024 * 1024)
#define LOGO_MOST (8 * 1024)

static struct text read_file(struct arena *arena, const char *path, size_t most) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, most);
    size_t size = fread(bytes, 1, most, file);
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
        struct text json = written(tx_arena(tx), each);
        struct provider_problem *problems;
        if (category_read(tx_arena(tx), json, &category, &problems))
            catalogue_put_category(tx, text_from(category.code), 1, json, 0);
        else
            log_event(LOG_ERROR, TEXT_NONE, "payments.category_unreadable",
                      LOG_TEXT("problem", provider_problem_line(tx_arena(tx), problems)));
    }
}

/* The provider's JSON with a picture that lies beside the catalogue's file, of the operator's own making: taken as it
 * is. */
static struct text seed_logo(struct engine *engine, struct tx *tx, const char *path, const char *name,
                             struct text json) {
    struct arena *arena = tx_arena(tx);
    const char *folder_end = strrchr(path, '/');
    int folder = folder_end != NULL ? (int)(folder_end - path) + 1 : 0;
    struct text bytes = read_file(arena, text_format(arena, "%.*s%s", folder, path, name).data, LOGO_MOST);
    if (text_starts(bytes, "\x89PNG") || text_starts(bytes, "RIFF"))
        return traits_with(arena, json, "logo", logo_keep(engine, tx, bytes, 0));
    log_event(LOG_ERROR, TEXT_NONE, "payments.logo_unreadable", LOG_TEXT("file", text_from(name)));
    return json;
}

/* {"provider": …, "password": "…", "logo": "logos/power.png"}: the password is kept sealed and apart. */
static void seed_providers(struct engine *engine, struct tx *tx, const char *path, const json_t *list) {
    const struct provider_place place = {.sandbox_url = engine_config(engine)->sandbox_url};
    size_t at;
    const json_t *each;
    json_array_foreach(list, at, each) {
        struct text secret = text_from(json_string_value(json_object_get(each, "password")));
        struct provider_problem *problems;
        const char *logo = json_string_value(json_object_get(each, "logo"));
        struct text json = written(tx_arena(tx), json_object_get(each, "provider"));
        if (logo != NULL) json = seed_logo(engine, tx, path, logo, json);
        struct provider provider;
        if (provider_read(tx_arena(tx), json, &place, &provider, &problems))
            catalogue_put(engine, tx, 0, json, secret, 0);
        else
            log_event(LOG_ERROR, TEXT_NONE, "payments.provider_unreadable", LOG_NUMBER("at", (int64_t)at),
                      LOG_TEXT("problem", provider_problem_line(tx_arena(tx), problems)));
    }
}

bool catalogue_seed(struct engine *engine, struct tx *tx) {
    const char *path = payments_state_of(engine)->settings->catalogue_file;
    struct rows *rows = tx_query(tx, &generation_of, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text text = read_file(tx_arena(tx), path, FILE_MOST);
    json_t *file = text.data != NULL ? json_read(tx_arena(tx), text) : NULL;
    if (file == NULL) {
        log_event(LOG_ERROR, TEXT_NONE, "payments.catalogue_unreadable", LOG_TEXT("file", text_from(path)));
        return false;
    }
    seed_categories(tx, json_object_get(file, "categories"));
    seed_providers(engine, tx, path, json_object_get(file, "providers"));
    count_up(tx);
    return false;
}
