/* pages.c: the list of operations with its filter in the address, and one operation. */
#include "factors/factors.h"
#include "operations/pages.h"

#include "engine/labels.h"
#include "generated/strings_operations.h"
#include "operations/listing.h"

#define LIST_PAGE 30

/* ---- the filter ---- */

static struct text typed_of(const struct request *request, const char *name) {
    const struct field_value *value = request_field(request, name);
    return value->given && value->fault == FAULT_NONE ? value->typed : TEXT_NONE;
}

static int64_t number_of(const struct request *request, const char *name) {
    return typed_of(request, name).size > 0 ? field_number(request, name) : 0;
}

struct operation_filter filter_of(const struct request *request) {
    const struct zone *zone = request->locale.zone;
    struct operation_filter filter = {.text = typed_of(request, "text"),
                                      .kind = typed_of(request, "kind"),
                                      .tag = typed_of(request, "tag"),
                                      .category = typed_of(request, "category"),
                                      .min = number_of(request, "min"),
                                      .max = number_of(request, "max"),
                                      .account = number_of(request, "account"),
                                      .card = number_of(request, "card"),
                                      .from_date = typed_of(request, "from"),
                                      .until_date = typed_of(request, "to"),
                                      .min_typed = typed_of(request, "min"),
                                      .max_typed = typed_of(request, "max")};
    if (filter.from_date.size > 0) filter.from = day_start(date_from_days(field_number(request, "from")), zone);
    if (filter.until_date.size > 0) filter.until = day_start(date_from_days(field_number(request, "to") + 1), zone);
    if (typed_of(request, "direction").size > 0)
        filter.direction = field_number(request, "direction") == 0 ? DIRECTION_IN : DIRECTION_OUT;
    bool tag = text_starts(filter.text, "#") && filter.tag.size == 0 && text_find(filter.text, ' ') < 0;
    if (tag) { /* looked for as it is written */
        filter.tag = filter.text;
        filter.text = TEXT_NONE;
    }
    return filter;
}

/* ---- the list ---- */

static void add_option(struct request *request, struct node *options, const char *value, string_id title,
                       bool selected) {
    struct node *option = doc_add_object(options);
    doc_text(option, "value", text_from(value));
    doc_text(option, "title", string_get(request->arena, &request->locale, title, NULL, 0));
    doc_bool(option, "selected", selected);
}

/* What the filter's lists offer. */
static void tell_options(struct request *request, struct tx *tx, const struct operation_filter *filter,
                         struct node *document) {
    struct node *kinds = doc_array(document, "kinds");
    add_option(request, kinds, "", S_operations_list_any_kind, filter->kind.size == 0);
    for (size_t i = 0; all_features[i] != NULL; i++) {
        const struct operation_kind *kind = all_features[i]->operations;
        if (kind == NULL || !engine_enabled(request->engine, all_features[i]->name)) continue;
        for (; kind->name != NULL; kind++)
            add_option(request, kinds, kind->name, kind->title, text_is(filter->kind, kind->name));
    }
    struct node *directions = doc_array(document, "directions");
    add_option(request, directions, "", S_operations_list_any_direction, filter->direction == DIRECTION_ANY);
    add_option(request, directions, "in", S_operations_list_in, filter->direction == DIRECTION_IN);
    add_option(request, directions, "out", S_operations_list_out, filter->direction == DIRECTION_OUT);
    const struct labels *labels = engine_labels(request->engine);
    if (labels == NULL) return;
    struct node *categories = doc_array(document, "categories");
    add_option(request, categories, "", S_operations_list_any_category, filter->category.size == 0);
    const struct label_set *set = labels->open(request->engine, tx, request->caller.customer);
    labels->offer(request->engine, tx, set, &request->locale, filter->category, categories,
                  doc_array(document, "tags"));
}

static struct text with_query(struct arena *arena, const char *path, struct text query, struct text more) {
    struct buffer out = buffer_new(arena, 128);
    buffer_add_text(&out, text_from(path));
    if (query.size > 0 || more.size > 0) buffer_add_char(&out, '?');
    buffer_add_text(&out, query);
    if (query.size > 0 && more.size > 0) buffer_add_char(&out, '&');
    buffer_add_text(&out, more);
    return buffer_text(&out);
}

/* The same list as files; CSV has a place of its own. */
static void tell_exports(struct request *request, struct text query, struct node *exports) {
    static const struct {
        const char *format;
        string_id title;
    } others[] = {{"pdf", S_operations_export_pdf}, {"1c", S_operations_export_1c}, {"ofx", S_operations_export_ofx},
                  {"camt053", S_operations_export_camt053}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct node *export = doc_add_object(exports);
        struct text format = text_format(request->arena, "format=%s", others[i].format);
        doc_text(export, "title", string_get(request->arena, &request->locale, others[i].title, NULL, 0));
        doc_text(export, "href", with_query(request->arena, "/operations/export", query, format));
    }
}

enum flow operations_list_read(struct request *request, struct tx *tx) {
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = operations_accounts(request->engine, tx, request->caller.customer, accounts);
    struct operation_filter filter = filter_of(request);
    const struct operations_wanted wanted = {.customer = request->caller.customer,
                                             .accounts = accounts,
                                             .account_count = count,
                                             .most = LIST_PAGE,
                                             .filter = &filter,
                                             .before = number_of(request, "before"),
                                             .labels = true};
    struct node *document = doc_new(request->arena);
    struct operations_told told = operations_tell(request->engine, tx, &request->locale, &wanted,
                                                  doc_array(document, "days"));
    struct text query = filter_query(request->arena, &filter);
    doc_int(document, "count", (int64_t)told.count);
    doc_bool(document, "filtered", !filter_empty(&filter));
    if (filter.from != 0) doc_moment(document, "since", filter.from);
    if (filter.until != 0) doc_moment(document, "until", filter.until - 1);
    doc_bool(document, "later", wanted.before != 0);
    doc_text(document, "first", with_query(request->arena, "/operations", query, TEXT_NONE));
    doc_text(document, "export", with_query(request->arena, "/operations/export", query, TEXT("format=csv")));
    tell_exports(request, query, doc_array(document, "exports"));
    if (told.next != 0)
        doc_text(document, "next",
                 with_query(request->arena, "/operations", query,
                            text_format(request->arena, "before=%lld", (long long)told.next)));
    tell_options(request, tx, &filter, document);
    return answer_ok(request, document);
}

/* ---- news ---- */

enum flow events_stream(struct request *request, struct tx *tx) {
    (void)tx;
    return engine_stream(request, request->caller.customer);
}

/* ---- one operation ---- */

bool operations_entry(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct entry *entry) {
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = operations_accounts(engine, tx, customer, accounts);
    for (size_t i = 0; i < count; i++)
        if (ledger_entry(engine_ledger(engine), tx, accounts[i], id, entry)) return true;
    return false;
}

struct node *operation_told(struct engine *engine, struct tx *tx, struct arena *arena, const struct locale *locale,
                            int64_t customer, int64_t id) {
    struct entry entry;
    if (!operations_entry(engine, tx, customer, id, &entry)) return NULL;
    const struct operations_wanted wanted = {.customer = customer, .labels = true};
    struct listing *listing = listing_begin(engine, tx, arena, locale, &wanted);
    struct listed listed = listing_listed(listing, &entry);
    struct node *document = doc_new(arena);
    listing_tell(listing, &listed, document);
    return document;
}

/* For the page's forms: the categories to choose from, and his tags to complete from. */
static void tell_choices(struct request *request, struct tx *tx, struct node *document) {
    const struct labels *labels = engine_labels(request->engine);
    const struct node *category = doc_get(document, "category");
    if (labels == NULL || category == NULL || !request->wants_html) return;
    if (request->page == NULL) request->page = doc_new(request->arena);
    const struct label_set *set = labels->open(request->engine, tx, request->caller.customer);
    labels->offer(request->engine, tx, set, &request->locale, doc_get(category, "code")->text,
                  doc_array(request->page, "categories"), doc_array(request->page, "tags_known"));
}

/* Of the address. */
static struct node *find_operation(struct request *request, struct tx *tx) {
    int64_t id;
    return request_param_id(request, 0, &id) ? operation_told(request->engine, tx, request->arena, &request->locale,
                                                              request->caller.customer, id)
               : NULL;
}

enum flow operation_read(struct request *request, struct tx *tx) {
    struct node *document = find_operation(request, tx);
    if (document == NULL) return answer_missing(request);
    doc_bool(document, "incoming", text_is(doc_get(document, "direction")->text, "in"));
    doc_text(document, "receipt",
             text_format(request->arena, "/operations/%lld/receipt", (long long)doc_get(document, "id")->number));
    int64_t id = doc_get(document, "id")->number;
    receipt_mail_tell(request, tx, id, document);
    const struct node *payment = doc_get(document, "payment");
    if (payment != NULL)
        engine_beside_payment(request->engine, tx, &request->locale, request->caller.customer, payment->number,
                              document);
    if (factors_signed(request->engine, tx, request->caller.customer, id))
        doc_text(document, "signature", text_format(request->arena, "/operations/%lld/signature", (long long)id));
    tell_choices(request, tx, document);
    struct entry entry;
    struct node *actions = doc_array(document, "actions");
    if (operations_entry(request->engine, tx, request->caller.customer, id, &entry))
        engine_beside_operation(request->engine, tx, &request->locale, request->caller.customer, &entry, actions);
    return answer_ok(request, document);
}
