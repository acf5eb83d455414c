/* pages.c: the customer's tokens on one page: made, shown once, seen at work, ended. */
#include "tokens/internal.h"

#include "messaging/messaging.h"

#include <string.h>

static const struct refusal no_scope = {"no-scope", 422, S_tokens_scope_missing, false};
static const struct refusal too_many = {"too-many-tokens", 422, S_tokens_too_many, false};

const struct scope_words scope_words[] = {
    {SCOPE_BALANCE_READ, S_tokens_scope_balance_read},
    {SCOPE_OPERATIONS_READ, S_tokens_scope_operations_read},
    {SCOPE_FAVOURITES_READ, S_tokens_scope_favourites_read},
    {SCOPE_FAVOURITES_WRITE, S_tokens_scope_favourites_write},
    {SCOPE_TOPUPS_WRITE, S_tokens_scope_topups_write},
    {SCOPE_TRANSFERS_WRITE, S_tokens_scope_transfers_write},
    {SCOPE_PAYMENTS_WRITE, S_tokens_scope_payments_write},
    {.scope = SCOPE_NONE},
};

static bool ticked(const struct request *request, enum scope scope) {
    const struct form *form = request->route->form;
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, engine_scope_name(scope)) == 0)
            return request->fields[i].given && request->fields[i].number != 0;
    return false;
}

static void tell_scopes(struct request *request, struct node *list, unsigned scopes, bool drawn) {
    for (const struct scope_words *words = scope_words; words->scope != SCOPE_NONE; words++) {
        if ((scopes & words->scope) == 0) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(engine_scope_name(words->scope)));
        doc_text(node, "title", string_get(request->arena, &request->locale, words->title, NULL, 0));
        if (drawn) doc_bool(node, "ticked", ticked(request, words->scope));
    }
}

static void tell_token(struct request *request, struct node *node, const struct personal_token *token) {
    doc_id(node, "id", token->id);
    doc_text(node, "name", token->label);
    tell_scopes(request, doc_array(node, "scopes"), token->scopes, false);
    doc_moment(node, "made", token->made);
    doc_moment(node, "ends", token->ends);
    if (token->used != 0) doc_moment(node, "used", token->used);
    if (token->network.size > 0) doc_text(node, "network", token->network);
    if (token->day_limit != 0) doc_money(node, "day_limit", (struct money){token->day_limit, CURRENCY_RUB});
}

/* How long it may live: of the page that was sent, else the middle one. */
static void tell_lives(const struct request *request, struct node *list) {
    static const int days[] = {30, 90, 365};
    const struct field_value *sent = request->method == METHOD_POST ? request_field(request, "days") : NULL;
    int64_t chosen = sent != NULL && sent->given ? sent->number : 1;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct node *count = arena_new_of(request->arena, struct node), *option = doc_add_object(list);
        *count = (struct node){.kind = NODE_INT, .number = days[i]};
        const struct string_argument argument = {"days", count};
        doc_int(option, "value", days[i]);
        doc_text(option, "title", string_get(request->arena, &request->locale, S_tokens_days, &argument, 1));
        doc_bool(option, "selected", chosen == (int64_t)i);
    }
}

enum flow tokens_page(struct request *request, struct tx *tx) {
    struct personal_token tokens[PERSONAL_TOKENS_MAX];
    size_t count = identity_tokens(request->engine, tx, request->caller.customer, tokens);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "tokens");
    for (size_t i = 0; i < count; i++) tell_token(request, doc_add_object(list), &tokens[i]);
    tell_scopes(request, doc_array(document, "offered"), engine_scopes(request->engine), true);
    tell_lives(request, doc_array(document, "lives"));
    if (engine_enabled(request->engine, "openapi")) doc_text(document, "docs", TEXT("/docs/api"));
    doc_bool(document, "moves_money",
             (engine_scopes(request->engine) & (SCOPE_TRANSFERS_WRITE | SCOPE_PAYMENTS_WRITE)) != 0);
    return answer_ok(request, document);
}

static void tell_owner(struct request *request, struct tx *tx, string_id text, struct text name) {
    struct node label = text_value(name);
    const struct string_argument argument = {"name", &label};
    message_tell(request->engine, tx, request->caller.customer, TOPIC_SECURITY, text, &argument, 1);
}

enum flow tokens_make(struct request *request, struct tx *tx) {
    static const int64_t lives[] = {30 * DAY, 90 * DAY, 365 * DAY};
    struct personal_token token = {.label = field_text(request, "name"),
                                   .day_limit = field_number(request, "day_limit")};
    for (unsigned scope = 1; scope <= SCOPE_LAST; scope <<= 1)
        if (ticked(request, (enum scope)scope)) token.scopes |= scope & engine_scopes(request->engine);
    if (token.scopes == 0) return refuse_at(request, "balance_read", &no_scope);
    size_t life = field_given(request, "days") ? (size_t)field_number(request, "days") : 1;
    token.ends = world_now(request->world) + lives[life];
    struct text shown = identity_token_make(request, tx, &token);
    if (shown.data == NULL) return refuse(request, &too_many);
    tell_owner(request, tx, S_tokens_message_made, token.label);
    struct node *document = doc_new(request->arena);
    tell_token(request, document, &token);
    doc_text(document, "token", shown);
    return answer_ok(request, document);
}

enum flow tokens_end(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct text label = identity_token_end(request, tx, id);
    if (label.data == NULL) return answer_missing(request);
    tell_owner(request, tx, S_tokens_message_ended, label);
    struct node *document = doc_new(request->arena);
    doc_int(document, "ended", 1);
    return answer_done(request, document, TEXT("/settings/tokens"));
}
