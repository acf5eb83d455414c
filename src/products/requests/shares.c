/* shares.c: whom a bill is split among, and how: read from a form, judged by rules. People are named by a number or by
 * the id of a friend (engine/people.h); another's friend is as none. */
#include "products/requests/requests.h"

#include "engine/people.h"
#include "identity/common.h"
#include "operations/classes.h"
#include "operations/pages.h"

static const struct refusal nobody = {"nobody-asked", 422, S_requests_split_nobody, false};
static const struct refusal all_gone = {"split-already", 422, S_requests_split_gone, false};
static const struct refusal small = {"share-too-small", 422, S_requests_split_small, false};
static const struct refusal large = {"sum-too-large", 422, S_requests_split_large, false};
static const struct refusal too_many = {"too-many-people", 422, S_requests_split_many, false};

/* Money that left him for something or somebody else. */
static bool may_split(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    return entry->amount < -SPLIT_LEAST && entry->currency == CURRENCY_RUB &&
           !text_is(operations_classify(engine, tx, customer, entry).category, OPERATION_OWN);
}

struct text split_title(struct request *request, struct tx *tx, int64_t operation) {
    const struct node *told = operation_told(request->engine, tx, request->arena, &request->locale,
                                             request->caller.customer, operation);
    if (told == NULL) return TEXT("—");
    const struct node *other = doc_get(told, "counterparty");
    struct text title = doc_get(told, "title")->text;
    if (other == NULL || other->kind != NODE_TEXT || other->text.size == 0) return title;
    return text_format(request->arena, "%.*s: %.*s", TEXT_ARG(title), TEXT_ARG(other->text));
}

enum flow splittable_find(struct request *request, struct tx *tx, struct splittable *found) {
    struct entry entry;
    int64_t customer = request->caller.customer, operation = field_number(request, "operation");
    *found = (struct splittable){.title = TEXT_NONE};
    if (!operations_entry(request->engine, tx, customer, operation, &entry) ||
        !may_split(request->engine, tx, customer, &entry))
        return answer_missing(request);
    if (!split_of(tx, customer, operation, &found->split))
        found->split = (struct money_split){.customer = customer, .operation = operation, .sum = -entry.amount};
    found->progress = split_progress(tx, &found->split);
    found->title = split_title(request, tx, operation);
    return FLOW_NEXT;
}

void split_beside_operation(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                            const struct entry *entry, struct node *list) {
    struct money_split split;
    if (!may_split(engine, tx, customer, entry)) return;
    bool split_already = split_of(tx, customer, entry->id, &split);
    struct node *node = doc_add_object(list);
    doc_text(node, "title",
             string_get(list->arena, locale, split_already ? S_requests_split_see : S_requests_split_do, NULL, 0));
    doc_text(node, "href",
             split_already ? text_format(list->arena, "/splits/%lld", (long long)split.id)
                           : text_format(list->arena, "/splits/new?operation=%lld", (long long)entry->id));
    doc_text(node, "icon", TEXT("users"));
}

/* ---- people ---- */

static bool person_of(struct request *request, struct tx *tx, struct text to, struct share *share) {
    const struct people *people = engine_people(request->engine);
    struct phone phone;
    int64_t id;
    share->to = to;
    if (phone_parse(to, &phone) == PHONE_MOBILE) {
        share->person.phone = text_copy(request->arena, phone_text(&phone));
        share->who = phone_pretty(request->arena, share->person.phone);
        return true;
    }
    return people != NULL && text_to_int(to, &id) &&
           people->find(request->engine, tx, request->caller.customer, id, &share->person.phone, &share->who);
}

static const char *field_of(struct request *request, const char *name, size_t place) {
    return text_format(request->arena, "%s_%zu", name, place + 1).data;
}

enum flow shares_typed(struct request *request, struct tx *tx, struct share shares[SPLIT_PEOPLE], size_t *count) {
    *count = 0;
    for (size_t i = 0; i < SPLIT_PEOPLE; i++) {
        const char *to = field_of(request, "to", i), *sum = field_of(request, "sum", i);
        if (!field_given(request, to)) continue;
        struct share *share = &shares[(*count)++];
        *share = (struct share){.person.field = to, .person.sum = field_number(request, sum)};
        if (!person_of(request, tx, field_text(request, to), share))
            return refuse_field(request, to, S_requests_split_unknown);
    }
    return FLOW_NEXT;
}

static enum flow choose(struct request *request, struct tx *tx, struct text to, const char *field,
                        struct share shares[SPLIT_PEOPLE], size_t *count) {
    if (*count == SPLIT_PEOPLE) return refuse(request, &too_many);
    struct share *share = &shares[(*count)++];
    *share = (struct share){.person.field = field};
    if (person_of(request, tx, to, share)) return FLOW_NEXT;
    struct node *values = doc_new(request->arena);
    doc_text(values, "typed", text_slice(to, 0, 40));
    const struct string_argument argument = {"typed", doc_get(values, "typed")};
    request_mark(request, field, S_requests_split_number, &argument, 1);
    return refuse_rest(request);
}

/* The first page's besides: names friend_ID, whatever their values, and numbers, one a line. */
enum flow shares_chosen(struct request *request, struct tx *tx, struct share shares[SPLIT_PEOPLE], size_t *count) {
    struct text rest = field_text(request, "numbers");
    const char *names[SPLIT_PEOPLE];
    size_t named = 0;
    if (shares_typed(request, tx, shares, count) == FLOW_ANSWERED) return FLOW_ANSWERED;
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        if (!text_starts(raw->name, "friend_")) continue;
        struct text id = text_slice(raw->name, 7, raw->name.size);
        if (choose(request, tx, id, "numbers", shares, count) == FLOW_ANSWERED) return FLOW_ANSWERED;
        names[named++] = text_copy(request->arena, raw->name).data;
    }
    struct text unknown = rest_unknown(request, names, named);
    if (unknown.size > 0 && !request->wants_html) {
        rest_fault(request, text_copy(request->arena, unknown).data,
                   string_get(request->arena, &request->locale, S_requests_split_unknown, NULL, 0));
        return refuse_rest(request);
    }
    while (rest.size > 0) {
        struct text line = text_trim(text_split(rest, '\n', &rest));
        if (line.size == 0) continue;
        if (choose(request, tx, line, "numbers", shares, count) == FLOW_ANSWERED) return FLOW_ANSWERED;
    }
    return *count == 0 ? refuse_at(request, "numbers", &nobody) : FLOW_NEXT;
}

/* ---- sums ---- */

static enum flow refuse_missing(struct request *request, const struct share *share) {
    const char *sum = text_format(request->arena, "sum_%s", share->person.field + sizeof "to_" - 1).data;
    return refuse_field(request, sum, S_requests_sum_missing);
}

static enum flow refuse_large(struct request *request, int64_t left) {
    struct node *values = doc_new(request->arena);
    doc_money(values, "sum", rub(left));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    return refuse_with(request, &large, &argument, 1);
}

enum flow shares_judge(struct request *request, struct tx *tx, const struct splittable *of, struct share *shares,
                       size_t count) {
    struct asked_person people[SPLIT_PEOPLE];
    int64_t sums[SPLIT_PEOPLE];
    size_t at = 0;
    for (size_t i = 0; i < count; i++) sums[i] = shares[i].person.sum;
    switch (split_verdict(of->progress.left, sums, count, &at)) {
    case SPLIT_GOOD: break;
    case SPLIT_NOBODY: return refuse(request, &nobody);
    case SPLIT_ALL_GONE: return refuse(request, &all_gone);
    case SPLIT_SMALL: return refuse(request, &small);
    case SPLIT_PARTLY: return refuse_missing(request, &shares[at]);
    case SPLIT_LARGE: return refuse_large(request, of->progress.left);
    }
    for (size_t i = 0; i < count; i++) {
        shares[i].person.sum = sums[i];
        people[i] = shares[i].person;
    }
    return requests_judge(request, tx, people, count);
}
