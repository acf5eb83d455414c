/* pages.c: what a customer says of his operations: of one on its own page, of many at once on a page for that. */
#include "spending/internal.h"

#include "operations/classes.h"
#include "operations/listing.h"

#include <string.h>

static const struct refusal full_tags = {"tags-full", 422, S_spending_refused_tags, false};
static const struct refusal full_rules = {"categories-full", 422, S_spending_refused_categories, false};

/* ---- the operation ---- */

/* Another's is as if missing. */
static bool find(struct request *request, struct tx *tx, int64_t id, struct entry *entry) {
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = operations_accounts(request->engine, tx, request->caller.customer, accounts);
    for (size_t i = 0; i < count; i++)
        if (ledger_entry(engine_ledger(request->engine), tx, accounts[i], id, entry)) return true;
    return false;
}

static bool find_named(struct request *request, struct tx *tx, struct labelled *operation, struct entry *entry) {
    int64_t id;
    if (!request_param_id(request, 0, &id) || !find(request, tx, id, entry)) return false;
    *operation = (struct labelled){id, entry->account};
    return true;
}

static enum flow done(struct request *request, int64_t id) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, text_format(request->arena, "/operations/%lld", (long long)id));
}

/* ---- tags ---- */

static string_id fault_words(enum tags_fault fault) {
    switch (fault) {
    case TAGS_NONE: return S_spending_tags_missing;
    case TAGS_TOO_LONG: return S_spending_tags_long;
    case TAGS_TOO_MANY: return S_spending_tags_many;
    default: return S_spending_tags_malformed;
    }
}

/* POST /operations/{id}/tags */
enum flow tags_write(struct request *request, struct tx *tx) {
    struct labelled operation;
    struct entry entry;
    struct tags tags;
    if (!find_named(request, tx, &operation, &entry)) return answer_missing(request);
    enum tags_fault fault = tags_typed(request->arena, field_text(request, "tags"), &tags);
    if (fault != TAGS_GOOD) return refuse_field(request, "tags", fault_words(fault));
    switch (tags_put(request->engine, tx, request->caller.customer, &operation, &tags)) {
    case TAGS_FULL_OPERATION: return refuse_field(request, "tags", S_spending_tags_many);
    case TAGS_FULL_ALL: return refuse(request, &full_tags);
    case TAGS_PUT: break;
    }
    return done(request, operation.operation);
}

/* POST /operations/{id}/tags/remove */
enum flow tag_remove_write(struct request *request, struct tx *tx) {
    struct labelled operation;
    struct entry entry;
    if (!find_named(request, tx, &operation, &entry)) return answer_missing(request);
    struct text tag = tag_of(request->arena, field_text(request, "tag"));
    if (tag.size == 0 || !tag_take(request->engine, tx, request->caller.customer, operation.operation, tag))
        return answer_missing(request);
    return done(request, operation.operation);
}

/* ---- the category of one ---- */

/* Of what goes out, or of what comes in: by what it was classified as; his own money may become either. */
static bool side_of(const struct entry *entry, const struct operation_class *class) {
    return text_is(class->category, OPERATION_OWN) ? entry->amount > 0 : category_income(class->category);
}

enum said { SAID, SAID_UNKNOWN, SAID_FULL };

/* remember: of all of its payee. Then what was said of it alone is forgotten, since the rule says the same. */
static enum said say_category(struct request *request, struct tx *tx, const struct entry *entry, struct text category,
                              bool remember) {
    int64_t customer = request->caller.customer;
    const struct labelled operation = {entry->id, entry->account};
    struct operation_class class = operations_classify(request->engine, tx, customer, entry);
    bool income = side_of(entry, &class), own = text_is(class.category, OPERATION_OWN);
    if (!category_known(request->engine, request->arena, category, income)) return SAID_UNKNOWN;
    bool rule = remember && class.payee != 0 && !own;
    if (!rule) return label_single(tx, customer, &operation, category) ? SAID : SAID_FULL;
    label_single(tx, customer, &operation, TEXT_NONE);
    if (text_equal(class.category, category)) label_rule_remove(tx, customer, class.payee, income);
    else if (!label_rule(tx, customer, class.payee, income, category)) return SAID_FULL;
    return SAID;
}

/* POST /operations/{id}/category */
enum flow category_write(struct request *request, struct tx *tx) {
    struct labelled operation;
    struct entry entry;
    if (!find_named(request, tx, &operation, &entry)) return answer_missing(request);
    switch (
        say_category(request, tx, &entry, field_text(request, "category"), field_number(request, "remember") != 0)) {
    case SAID_UNKNOWN: return refuse_field(request, "category", S_spending_category_unknown);
    case SAID_FULL: return refuse(request, &full_rules);
    case SAID: break;
    }
    return done(request, operation.operation);
}

/* ---- many at once ---- */

static void tell_options(struct request *request, struct node *options, struct text chosen) {
    struct category_named *all;
    size_t count = categories_all(request->engine, request->arena, &request->locale, &all);
    for (size_t i = 0; i < count; i++) {
        struct node *option = doc_add_object(options);
        doc_text(option, "value", all[i].code);
        doc_text(option, "title", all[i].title);
        doc_bool(option, "selected", text_equal(all[i].code, chosen));
    }
}

/* GET /spending/sort: the newest of a category, to be counted elsewhere. */
enum flow sort_read(struct request *request, struct tx *tx) {
    int64_t accounts[OPERATION_ACCOUNTS];
    struct text from = field_given(request, "from") ? field_text(request, "from") : TEXT("other");
    const struct operation_filter filter = {.category = from};
    const struct operations_wanted wanted = {
        .customer = request->caller.customer,
        .accounts = accounts,
        .account_count = operations_accounts(request->engine, tx, request->caller.customer, accounts),
        .most = SORT_MOST,
        .filter = &filter,
        .before = field_number(request, "before"),
        .labels = true};
    struct node *document = doc_new(request->arena);
    doc_text(document, "from", from);
    doc_text(document, "title", category_words(request->engine, request->arena, &request->locale, from));
    struct operations_told told = operations_tell(request->engine, tx, &request->locale, &wanted,
                                                  doc_array(document, "days"));
    tell_options(request, doc_array(document, "sources"), from);
    tell_options(request, doc_array(document, "categories"), TEXT_NONE);
    if (told.next != 0)
        doc_text(document, "next", text_format(request->arena, "/spending/sort?from=%.*s&before=%lld", TEXT_ARG(from),
                                               (long long)told.next));
    return answer_ok(request, document);
}

/* "op-17": a checkbox of the page; programs name them in one text, "17,18". */
static size_t chosen(const struct request *request, int64_t ids[SORT_MOST]) {
    size_t count = 0;
    struct text rest = field_text(request, "operations");
    while (rest.size > 0 && count < SORT_MOST) {
        int64_t id;
        if (text_to_int(text_trim(text_split(rest, ',', &rest)), &id)) ids[count++] = id;
    }
    for (const struct raw_field *raw = request->raw; raw != NULL && count < SORT_MOST; raw = raw->next) {
        int64_t id;
        if (text_starts(raw->name, "op-") && text_to_int(text_slice(raw->name, 3, raw->name.size), &id))
            ids[count++] = id;
    }
    return count;
}

/* POST /spending/sort: all of them or none. */
enum flow sort_write(struct request *request, struct tx *tx) {
    int64_t ids[SORT_MOST];
    size_t count = chosen(request, ids);
    struct text category = field_text(request, "category");
    if (count == 0) return refuse_field(request, "operations", S_spending_sort_none);
    for (size_t i = 0; i < count; i++) {
        struct entry entry;
        if (!find(request, tx, ids[i], &entry)) return answer_missing(request);
        switch (say_category(request, tx, &entry, category, field_number(request, "remember") != 0)) {
        case SAID_UNKNOWN: return refuse_field(request, "category", S_spending_category_other_side);
        case SAID_FULL: return refuse(request, &full_rules);
        case SAID: break;
        }
    }
    struct node *document = doc_new(request->arena);
    doc_int(document, "count", (int64_t)count);
    struct text from = field_given(request, "from") ? field_text(request, "from") : TEXT("other");
    return answer_done(request, document, text_format(request->arena, "/spending/sort?from=%.*s", TEXT_ARG(from)));
}
