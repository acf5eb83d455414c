/* answers.c: what an operation may answer. Refusals follow from what its route declares; whatever else tests have seen
 * of it (answers.json) is added, with the shape of what came. */
#include "openapi/internal.h"

#include <string.h>

const int answer_refusals[] = {400, 401, 403, 404, 406, 409, 410, 413, 414, 415, 422, 423, 429, 502, 503, 0};

/* The table is in order of its operations. */
const struct answer_seen *answers_of(const struct route *route, size_t *count) {
    char name[OPERATION_NAME];
    size_t low = 0, high = answers_seen_count;
    operation_name(route, name);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(answers_seen[middle].operation, name) < 0) low = middle + 1;
        else high = middle;
    }
    *count = 0;
    while (low + *count < answers_seen_count && strcmp(answers_seen[low + *count].operation, name) == 0) ++*count;
    return *count > 0 ? &answers_seen[low] : NULL;
}

static bool is_seen(const struct route *route, int status) {
    size_t count;
    const struct answer_seen *seen = answers_of(route, &count);
    for (size_t i = 0; i < count; i++)
        if (seen[i].status == status) return true;
    return false;
}

static bool has_rates(const struct route *route) {
    return route->rates[0].per != RATE_NONE || route->rates[1].per != RATE_NONE;
}

static bool has_body(const struct route *route) {
    return route->method != METHOD_GET;
}

bool answers_status(const struct route *route, int status) {
    bool lenient = (route->flags & ROUTE_FORM_OPTIONAL) != 0, body = has_body(route),
         query = !body && route->form != NULL;
    bool asks = route->who == WHO_CUSTOMER || route->who == WHO_STAFF, partner = route->who == WHO_PARTNER;
    bool declared = false;
    switch (status) {
    case 400: declared = body || query; break;
    case 401: declared = asks || partner; break;
    case 403: declared = asks || body; break;
    case 404: declared = partner || strchr(route->path, '{') != NULL; break; /* a partner whom nobody configured */
    case 406: declared = body || route->page != NULL || (route->flags & ROUTE_STREAM) != 0; break;
    case 409: declared = body; break;
    case 413:
    case 415: declared = body; break;
    case 414: declared = query; break;
    case 422: declared = body ? route->key || route->form != NULL : query && !lenient; break;
    case 429: declared = has_rates(route); break;
    case 503: declared = true; break;
    default: break;
    }
    return declared || is_seen(route, status);
}

static const char *words_of(int status) {
    static const struct {
        int status;
        const char *words;
    } table[] = {
        {200, "Done; what came of it"},
        {201, "Made; Location says where it is"},
        {202, "Taken; what comes of it is told later"},
        {204, "Done"},
        {303, "Go on at Location"},
        {400, "Malformed, or the idempotency key is missing"},
        {401, "Not signed in"},
        {403, "Not for this caller, or a fresh proof is wanted first"},
        {404, "There is no such thing, or it is another's"},
        {406, "Not in the representation asked for"},
        {409, "The same is under way, or stands against it"},
        {410, "Over"},
        {413, "Too large"},
        {414, "The address is too long"},
        {415, "Not a type of body that is taken"},
        {422, "Fields are wrong (`errors` names them), or the rules say no (`type` says which)"},
        {423, "Locked"},
        {429, "Too many; Retry-After says when"},
        {502, "Somebody outside did not answer as he should"},
        {503, "Not now; Retry-After says when"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status) return table[i].words;
    return "Answered";
}

/* As members of objects, numbers need names that live on. */
static const char *status_word(struct arena *arena, int status) {
    return text_format(arena, "%d", status).data;
}

static void fill_seen(struct node *responses, const struct answer_seen *seen) {
    struct arena *arena = responses->arena;
    struct node *response = doc_object(responses, status_word(arena, seen->status));
    doc_text(response, "description", text_from(words_of(seen->status)));
    if (seen->content_type == NULL) return;
    struct node *media = doc_object(doc_object(response, "content"), seen->content_type);
    if (seen->schema == NULL) return;
    struct text name = text_format(arena, "#/components/schemas/%s_%d", seen->operation, seen->status);
    doc_text(doc_object(media, "schema"), "$ref", name);
}

static void fill_stream(struct node *responses) {
    struct node *response = doc_object(responses, "200");
    doc_text(response, "description", TEXT("Names of events as they happen, until one side ends it"));
    doc_object(doc_object(response, "content"), "text/event-stream");
}

void answers_fill(struct node *responses, const struct route *route) {
    size_t count;
    bool good = false;
    const struct answer_seen *seen = answers_of(route, &count);
    for (size_t i = 0; i < count; i++) {
        if (seen[i].status >= 400) continue;
        fill_seen(responses, &seen[i]);
        good = true;
    }
    if (!good && (route->flags & ROUTE_STREAM) != 0) fill_stream(responses);
    else if (!good) doc_text(doc_object(responses, "2XX"), "description", TEXT("Done"));
    for (const int *status = answer_refusals; *status != 0; status++) {
        if (!answers_status(route, *status)) continue;
        struct node *response = doc_object(responses, status_word(responses->arena, *status));
        doc_text(response, "$ref", text_format(responses->arena, "#/components/responses/Refusal%d", *status));
    }
}

void answers_components(struct node *responses) {
    for (const int *status = answer_refusals; *status != 0; status++) {
        struct node *response =
            doc_object(responses, text_format(responses->arena, "Refusal%d", *status).data);
        doc_text(response, "description", text_from(words_of(*status)));
        struct node *media = doc_object(doc_object(response, "content"), "application/problem+json");
        doc_text(doc_object(media, "schema"), "$ref", TEXT("#/components/schemas/Problem"));
    }
}
