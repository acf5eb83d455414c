/* policy_trial.c: a policy tried on what was asked before it may decide: the last applications that were decided, each
 * on its own day with what was known then. On a worker: it reads and reckons a bounded many and writes one row. */
#include "products/loans/staff.h"

#include "base/json.h"

#include <jansson.h>

#define TRIED_MOST 2000
#define CHANGES_SHOWN 100

STATEMENT(put, "INSERT INTO loan_trial (version, staff, at, content) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (version) DO UPDATE SET staff = excluded.staff, at = excluded.at, "
               "content = excluded.content");
STATEMENT(of_version, "SELECT staff, at, content FROM loan_trial WHERE version = $1");

static const struct refusal busy = {"database-unavailable", 503, S_loans_policy_unavailable, false};

#define DECISIONS 3

struct trial {
    int64_t seen, skipped;
    int64_t cells[DECISIONS][DECISIONS]; /* then, now */
    int64_t most_then, most_now;
    struct node *changes;
};

/* What the policy said then, whoever decided in the end; -1: none of ours. */
static int said_then(struct arena *arena, struct text outcome, int64_t *most) {
    const json_t *data = json_read(arena, outcome);
    const char *word = json_string_value(json_object_get(data, "decision"));
    *most = json_integer_value(json_object_get(data, "most"));
    for (int i = 0; word != NULL && i < DECISIONS; i++)
        if (text_is(text_from(word), policy_decision_name((enum policy_decision)i))) return i;
    return -1;
}

static void tell_change(struct trial *trial, const struct policy_version *version,
                        const struct application *application, int then, const struct policy_outcome *outcome,
                        const char *more) {
    if (trial->changes->count == CHANGES_SHOWN) return;
    struct node *node = doc_add_object(trial->changes);
    doc_id(node, "application", application->id);
    doc_text(node, "was", text_from(policy_decision_name((enum policy_decision)then)));
    doc_text(node, "now", text_from(policy_decision_name(outcome->decision)));
    struct node *lines = doc_array(node, "lines");
    for (size_t i = 0; i < outcome->met_count; i++) {
        const struct policy_rule *rule = &version->policy.rules[outcome->met[i]];
        if (rule->act == POLICY_SCORE) continue;
        struct node *line = doc_add_object(lines);
        doc_int(line, "line", rule->line);
        doc_text(line, "text", policy_line_text(version->content, rule->line));
    }
    doc_text(node, "reason", more != NULL ? text_from(more) : TEXT_NONE);
    doc_int(node, "score", outcome->score);
}

static void try_one(struct engine *engine, struct tx *tx, const struct policy_version *version,
                    const struct application *application, struct trial *trial) {
    struct arena *arena = tx_arena(tx);
    const struct credit_setting around = credit_setting(engine);
    struct policy_value values[POLICY_INPUTS];
    struct policy_outcome outcome;
    struct credit_product product = {.terms = {.sum_least = 0}};
    int64_t most;
    int then = said_then(arena, application->outcome, &most);
    if (then < 0 || application->inputs.size == 0) {
        trial->skipped++;
        return;
    }
    credit_product_find(tx, application->product, &product);
    size_t count = loans_inputs_read(arena, application->inputs, values, POLICY_INPUTS);
    struct date day = civil_at(application->asked_at, engine_zone(engine)).date;
    const char *more = policy_decide_for(version, &around, day, values, count, product.terms.sum_least, &outcome);
    trial->seen++;
    trial->cells[then][outcome.decision]++;
    trial->most_then += most;
    trial->most_now += outcome.limit;
    if ((int)outcome.decision != then) tell_change(trial, version, application, then, &outcome, more);
}

static struct text written(struct arena *arena, const struct trial *trial, struct node *document) {
    int64_t were[DECISIONS] = {0}, are[DECISIONS] = {0}, changed = 0;
    struct node *cells = doc_array(document, "cells");
    for (int then = 0; then < DECISIONS; then++)
        for (int now = 0; now < DECISIONS; now++) {
            were[then] += trial->cells[then][now];
            are[now] += trial->cells[then][now];
            changed += then != now ? trial->cells[then][now] : 0;
        }
    for (int i = 0; i < DECISIONS; i++) {
        struct node *node = doc_add_object(cells);
        doc_text(node, "decision", text_from(policy_decision_name((enum policy_decision)i)));
        doc_int(node, "was", were[i]);
        doc_int(node, "now", are[i]);
    }
    doc_int(document, "seen", trial->seen);
    doc_int(document, "skipped", trial->skipped);
    doc_int(document, "changed", changed);
    doc_int(document, "most_was", trial->most_then);
    doc_int(document, "most_now", trial->most_now);
    struct buffer out = buffer_new(arena, 4096);
    doc_write_json(document, &out);
    return buffer_text(&out);
}

struct text policy_trial_run(struct engine *engine, struct tx *tx, const struct policy_version *version, size_t wanted,
                             struct arena *arena) {
    struct application *applications = arena_array(arena, struct application, TRIED_MOST);
    size_t count = applications_decided(engine, tx, applications, wanted < TRIED_MOST ? wanted : TRIED_MOST);
    struct node *document = doc_new(arena);
    struct trial trial = {.changes = doc_array(document, "changes")};
    for (size_t i = 0; i < count; i++) try_one(engine, tx, version, &applications[i], &trial);
    return written(arena, &trial, document);
}

/* POST /staff/loans/policy/{id}/trial, on a worker. */
enum flow policy_try(struct request *request, struct tx *unused) {
    (void)unused;
    struct reader *reader = engine_reader(request->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return refuse(request, &busy);
    struct policy_row row;
    bool there = policy_row_asked(request, tx, &row);
    const struct policy_version *version =
        there ? loans_policy_take(request->engine, tx, row.version, request->arena) : NULL;
    size_t wanted = field_given(request, "count") ? (size_t)field_number(request, "count") : TRIED_MOST;
    struct text *text = arena_new_of(request->arena, struct text);
    if (version != NULL) *text = policy_trial_run(request->engine, tx, version, wanted, request->arena);
    if (!reader_end(reader, tx)) return refuse(request, &busy);
    if (version == NULL) return answer_missing(request);
    request->scratch = text;
    return FLOW_NEXT;
}

enum flow policy_try_keep(struct request *request, struct tx *tx) {
    struct policy_row row;
    const struct text *text = request->scratch;
    if (!policy_row_asked(request, tx, &row)) return answer_missing(request);
    tx_run(tx, &put, VALUES(V_INT(row.version), V_INT(request->caller.staff), V_INT(world_now(request->world)),
                            V_TEXT(*text)));
    struct node *document = doc_new(request->arena);
    policy_trial_tell(request, tx, row.version, document);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/loans/policy/%lld", (long long)row.version));
}

/* ---- told ---- */

static struct text word(const json_t *data, const char *name) {
    return text_from(json_string_value(json_object_get(data, name)));
}

static void tell_changes(struct request *request, const json_t *data, struct node *list) {
    const json_t *each, *line;
    size_t at, place;
    json_array_foreach(json_object_get(data, "changes"), at, each) {
        struct node *node = doc_add_object(list), *lines;
        doc_text(node, "application", word(each, "application"));
        doc_text(node, "was", word(each, "was"));
        doc_text(node, "now", word(each, "now"));
        lines = doc_array(node, "lines");
        json_array_foreach(json_object_get(each, "lines"), place, line) {
            struct node *told = doc_add_object(lines);
            doc_int(told, "line", json_integer_value(json_object_get(line, "line")));
            doc_text(told, "text", word(line, "text"));
        }
        struct text reason = word(each, "reason");
        doc_text(node, "reason", reason.data != NULL ? loan_reason_words(request->arena, &request->locale, reason)
                                                     : TEXT_NONE);
    }
}

bool policy_trial_tell(struct request *request, struct tx *tx, int64_t version, struct node *document) {
    static const char *const counts[] = {"seen", "skipped", "changed"};
    struct rows *rows = tx_query(tx, &of_version, VALUES(V_INT(version)));
    bool found = rows_next(rows);
    const json_t *data = found ? json_read(request->arena, row_copy(rows, 2, request->arena)) : NULL, *each;
    int64_t staff = found ? row_int(rows, 0) : 0;
    moment at = found ? row_int(rows, 1) : 0;
    size_t place;
    rows_end(rows);
    if (!json_is_object(data)) return false;
    doc_moment(document, "at", at);
    doc_text(document, "by", staff_login(tx, request->arena, staff));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        doc_int(document, counts[i], json_integer_value(json_object_get(data, counts[i])));
    doc_money(document, "most_was", rub(json_integer_value(json_object_get(data, "most_was"))));
    doc_money(document, "most_now", rub(json_integer_value(json_object_get(data, "most_now"))));
    struct node *cells = doc_array(document, "cells");
    json_array_foreach(json_object_get(data, "cells"), place, each) {
        struct node *node = doc_add_object(cells);
        doc_text(node, "decision", word(each, "decision"));
        doc_int(node, "was", json_integer_value(json_object_get(each, "was")));
        doc_int(node, "now", json_integer_value(json_object_get(each, "now")));
    }
    tell_changes(request, data, doc_array(document, "changes"));
    return true;
}
