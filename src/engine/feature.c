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
    bool answers = rows_next(rows);
    rows_end(rows);
    struct node *document = doc_new(request->arena);
    doc_text(document, "status", answers ? TEXT("ready") : TEXT("starting"));
    return answer_ok(request, document);
}

static bool forget_old_keys(struct engine *engine, struct tx *tx) {
    (void)engine;
    return journal_forget(tx, 30 * DAY);
}

static bool expire_holds(struct engine *engine, struct tx *tx) {
    return ledger_expire_holds(engine->ledger, tx, 200) == 200;
}

static const struct route routes[] = {
    {METHOD_GET, "/language/{tag}", WHO_ANYONE, &language_form, {{STAGE_QUICK, switch_language}},
     .summary = "Switches the language of pages"},
    {METHOD_GET, "/live", WHO_ANYONE, NULL, {{STAGE_QUICK, live}}, .summary = "The process answers"},
    {METHOD_GET, "/ready", WHO_ANYONE, NULL, {{STAGE_READ, ready}}, .summary = "The database answers, too"},
    {.path = NULL},
};

static const struct job jobs[] = {
    {"engine.forget_keys", HOUR, forget_old_keys},
    {"engine.expire_holds", MINUTE, expire_holds},
    {.name = NULL},
};

const struct feature engine_feature = {
    .name = "engine",
    .routes = routes,
    .jobs = jobs,
};
