/* start.c: what the operator gives as files: working days and his own lines of the law are read when the server starts,
 * the catalogue and the policy by which loans are decided are what an empty database begins with. */
#include "products/loans/loans.h"

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"

#include <jansson.h>

STATEMENT(any_product, "SELECT id FROM loan_product LIMIT 1");

/* ---- read at the start ---- */

static bool read_files(const struct loans_settings *settings, struct arena *arena, struct loans_state *state,
                       struct text *problem) {
    struct text fault = TEXT_NONE;
    const char *key = "calendar_file";
    bool good = calendar_file_read(arena, settings->calendar_file, &state->calendar, &fault);
    if (good) {
        key = "law_file";
        good = law_file_read(arena, settings->law_file, &state->law, &fault);
    }
    if (!good) *problem = text_format(arena, "loans.%s: %.*s", key, TEXT_ARG(fault));
    return good;
}

static bool read_policy(struct arena *arena, const char *path, struct text *problem) {
    const char *what = "not to be read";
    int line = 0;
    if (path[0] == '\0') return true;
    struct text file = lending_file(arena, path);
    if (file.data != NULL && policy_read(file, arena_new_of(arena, struct policy), &line, &what)) return true;
    *problem = text_format(arena, "loans.policy_file: %s, line %d: %s", path, line, what);
    return false;
}

void *loans_open(struct engine *engine, struct arena *arena, struct text *problem) {
    const struct loans_settings *settings = loans_settings(engine);
    struct loans_state *state = arena_new_of(arena, struct loans_state);
    check(provisions_read(settings->provisions, &state->provisions)); /* settings_good has seen it */
    if (!read_files(settings, arena, state, problem) || !read_policy(arena, settings->policy_file, problem))
        return NULL;
    state->policies = loans_policies_open(arena);
    return state;
}

void loans_close(void *data) {
    struct loans_state *state = data;
    loans_policies_close(state->policies);
}

struct credit_setting credit_setting(const struct engine *engine) {
    const struct loans_state *state = engine_state(engine, &loans_feature);
    return (struct credit_setting){state->calendar, state->law.lines, state->law.count};
}

/* ---- what an empty database begins with ---- */

bool loans_seed_job(struct engine *engine, struct tx *tx) {
    const char *path = loans_settings(engine)->catalogue_file;
    struct rows *rows = tx_query(tx, &any_product, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text text = lending_file(tx_arena(tx), path);
    const json_t *list = text.data != NULL ? json_read(tx_arena(tx), text) : NULL, *each;
    size_t at;
    if (!json_is_array(list))
        log_event(LOG_ERROR, TEXT_NONE, "loans.catalogue_unreadable", LOG_TEXT("file", text_from(path)));
    json_array_foreach(list, at, each) {
        struct credit_product product;
        struct buffer out = buffer_new(tx_arena(tx), 4096);
        size_t size = json_dumpb(each, out.data, out.room, JSON_COMPACT);
        if (size <= out.room && credit_product_read(tx_arena(tx), (struct text){out.data, size}, &product))
            credit_product_put(tx, &product);
        else
            log_event(LOG_ERROR, TEXT_NONE, "loans.product_unreadable", LOG_NUMBER("at", (int64_t)at));
    }
    return false;
}
