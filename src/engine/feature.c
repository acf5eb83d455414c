/* feature.c: what the engine itself answers, in every profile: the language switch, live and ready. */
#include "engine/internal.h"

#define COOKIE_YEAR_S (365 * 24 * 3600)

FORM(language_form, {"next", FIELD_TEXT, .max = 2000});

/* A path of ours: "/x", never "//host" or "/\host". */
static bool own_path(struct text path) {
    return path.size > 0 && path.data[0] == '/' && (path.size == 1 || (path.data[1] != '/' && path.data[1] != '\\'));
}

static enum flow switch_language(struct request *request, struct tx *tx) {
    (void)tx;
    enum language language;
    if (!language_from(request->params[0], &language)) return answer_missing(request);
    answer_cookie(request, "language", text_from(language_tag(language)), COOKIE_YEAR_S);
    struct text next = field_text(request, "next");
    return answer_see(request, own_path(next) ? next : TEXT("/"));
}

static enum flow live(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", TEXT("live"));
    return answer_ok(request, document);
}

STATEMENT(one, "SELECT 1");

static enum flow ready(struct request *request, struct tx *tx) {
    struct rows *rows = tx_query(tx, &one, NO_VALUES);
    if (!generations_fit(request->engine->generations)) tx_give_up(tx, "the key file lacks a generation");
    bool answers = rows_next(rows);
    rows_end(rows);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", answers ? TEXT("ready") : TEXT("starting"));
    return answer_ok(request, document);
}

static bool forget_old_commands(struct engine *engine, struct tx *tx) {
    const struct config_base *base = &engine->config->base;
    return journal_forget(tx, base->key_window, base->log_kept) || outbox_forget(tx, base->log_kept);
}

static bool expire_holds(struct engine *engine, struct tx *tx) {
    return ledger_expire_holds(engine->ledger, tx, 200) == 200;
}

static bool settle_books(struct engine *engine, struct tx *tx) {
    return ledger_settle(engine->ledger, tx, 30 * SECOND);
}

static bool sweep_streams(struct engine *engine, struct tx *tx) {
    (void)tx;
    live_sweep(engine->live);
    return false;
}

void obstacle_add(struct obstacles *obstacles, string_id text, const struct string_argument *arguments, size_t count,
                  const char *href) {
    struct node *node = doc_add_object(obstacles->list);
    struct arena *arena = node->arena;
    doc_text(node, "text", string_get(arena, obstacles->locale, text, arguments, count));
    if (href != NULL) doc_text(node, "href", text_from(href));
}

static const struct route routes[] = {
    {METHOD_GET, "/language/{tag}", WHO_ANYONE, &language_form, {{STAGE_QUICK, switch_language}},
     .summary = "Switches the language of pages", .flags = ROUTE_ALWAYS},
    {METHOD_GET, "/live", WHO_ANYONE, NULL, {{STAGE_QUICK, live}}, .summary = "The process answers",
     .flags = ROUTE_ALWAYS},
    {METHOD_GET, "/ready", WHO_ANYONE, NULL, {{STAGE_READ, ready}}, .summary = "The database answers, too",
     .flags = ROUTE_ALWAYS},
    {.path = NULL},
};

static const struct job jobs[] = {
    {"engine.forget", MINUTE, forget_old_commands},
    {"engine.expire_holds", MINUTE, expire_holds},
    {"engine.settle_books", MINUTE, settle_books},
    {"engine.sweep_streams", MINUTE, sweep_streams},
    {.name = NULL},
};

const struct feature engine_feature = {
    .name = "engine",
    .routes = routes,
    .jobs = jobs,
    .sealed = engine_sealed,
    .erases = outbox_erases,
};
