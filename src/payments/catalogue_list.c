/* catalogue_list.c: the catalogue as staff look through it: as customers see it now, a second behind at most. */
#include "payments/catalogue_edit.h"

#include "base/search.h"

#define PAGE_MOST 50

enum { STATE_ANY, STATE_ON, STATE_OFF };

static bool wanted(struct request *request, const struct provider *provider, struct text asked) {
    struct text category = field_text(request, "category");
    int64_t state = field_number(request, "state");
    if (category.size > 0 && !text_is(category, provider->category)) return false;
    if (state != STATE_ANY && provider->on != (state == STATE_ON)) return false;
    return provider_found(provider, asked);
}

static void tell_row(struct request *request, struct tx *tx, const struct provider *provider,
                     const struct catalogue *catalogue, struct node *list) {
    const struct category *category = catalogue_category(catalogue, text_from(provider->category));
    struct node *row = doc_add_object(list);
    doc_id(row, "id", provider->id);
    doc_text(row, "code", text_from(provider->code));
    doc_text(row, "title", words_in(&provider->title, request->locale.language));
    doc_text(row, "category",
             category != NULL ? words_in(&category->title, request->locale.language) : text_from(provider->category));
    doc_bool(row, "on", provider->on);
    doc_int(row, "version", provider->version);
    if (provider->changed != 0) doc_moment(row, "changed", provider->changed);
    doc_text(row, "changed_by", staff_login(tx, request->arena, provider->changed_by));
}

static void tell_filters(struct request *request, const struct catalogue *catalogue) {
    struct node *categories = doc_array(request->page, "categories"), *states = doc_array(request->page, "states");
    struct node *all = doc_add_object(categories);
    doc_text(all, "value", TEXT(""));
    doc_text(all, "title", string_get(request->arena, &request->locale, S_payments_list_all, NULL, 0));
    doc_bool(all, "selected", false);
    for (size_t i = 0; i < catalogue->category_count; i++) {
        struct node *option = doc_add_object(categories);
        doc_text(option, "value", text_from(catalogue->categories[i].code));
        doc_text(option, "title", words_in(&catalogue->categories[i].title, request->locale.language));
        doc_bool(option, "selected", text_is(field_text(request, "category"), catalogue->categories[i].code));
    }
    static const struct choice choices[] = {{"any", S_payments_edit_any}, {"on", S_payments_edit_on},
                                            {"off", S_payments_edit_off}};
    for (size_t i = 0; i < 3; i++) {
        struct node *option = doc_add_object(states);
        doc_text(option, "value", text_from(choices[i].value));
        doc_text(option, "title", string_get(request->arena, &request->locale, choices[i].words, NULL, 0));
        doc_bool(option, "selected", field_number(request, "state") == (int64_t)i);
    }
}

/* GET /staff/providers */
enum flow staff_providers_read(struct request *request, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct text asked = search_fold(request->arena, field_given(request, "q") ? field_text(request, "q") : TEXT(""));
    int64_t page = field_given(request, "page") ? field_number(request, "page") : 1;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "providers");
    int64_t count = 0;
    for (size_t i = 0; i < catalogue->provider_count; i++) {
        const struct provider *provider = &catalogue->providers[i];
        if (!wanted(request, provider, asked)) continue;
        if (count / PAGE_MOST == page - 1) tell_row(request, tx, provider, catalogue, list);
        count++;
    }
    doc_int(document, "count", count);
    doc_int(document, "page", page);
    if (request->page == NULL) request->page = doc_new(request->arena);
    tell_filters(request, catalogue);
    if (page > 1) doc_int(request->page, "before", page - 1);
    if (page * PAGE_MOST < count) doc_int(request->page, "after", page + 1);
    doc_text(request->page, "q", field_given(request, "q") ? field_text(request, "q") : TEXT(""));
    doc_text(request->page, "category", field_given(request, "category") ? field_text(request, "category") : TEXT(""));
    doc_text(request->page, "state", field_given(request, "state") ? field_text(request, "state") : TEXT("any"));
    return answer_ok(request, document);
}
