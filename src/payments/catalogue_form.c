/* catalogue_form.c: a provider as a form: what was typed becomes traits, traits become the page's fields. The form is
 * drawn from traits also after a refusal, so nothing typed is lost. */
#include "payments/catalogue_edit.h"

static struct text place_of(struct arena *arena, const struct attribute *attribute, int field) {
    return field < 0 ? text_from(attribute->place) : text_format(arena, "fields[%d].%s", field, attribute->place);
}

/* ---- what was typed ---- */

/* People write «1 000,50»; what is no sum stays as it was typed. */
static struct text sum_typed(struct arena *arena, struct text typed) {
    struct money money;
    if (!money_parse_typed(typed, CURRENCY_RUB, &money)) return typed;
    return text_format(arena, "%lld.%02lld", (long long)(money.minor / 100), (long long)(money.minor % 100));
}

static struct text typed_at(struct request *request, const struct attribute *attribute, int field) {
    struct arena *arena = request->arena;
    struct text place = place_of(arena, attribute, field);
    struct text typed = rest_text(request, trait_name(arena, place).data);
    if (attribute->kind == ATTRIBUTE_TRUTH) return typed.size > 0 ? TEXT("true") : TEXT("false");
    return attribute->kind == ATTRIBUTE_SUM && typed.size > 0 ? sum_typed(arena, typed) : typed;
}

/* Of an own field that was emptied only choices are left: it goes. */
static bool field_typed(struct request *request, int field) {
    for (const struct attribute *attribute = field_attributes; attribute->place != NULL; attribute++) {
        bool written = attribute->kind == ATTRIBUTE_TEXT || attribute->kind == ATTRIBUTE_NUMBER;
        if (written && typed_at(request, attribute, field).size > 0) return true;
    }
    return false;
}

struct traits traits_typed(struct request *request) {
    struct traits traits = {.of = arena_array(request->arena, struct trait, 200)};
    bool common = rest_text(request, "operators").size > 0; /* it has no rail, but a choice always says something */
    for (size_t i = 0; i < SECTION_COUNT; i++)
        for (const struct attribute *attribute = provider_sections[i]; attribute->place != NULL; attribute++)
            if (!common || i != SECTION_HOW || attribute->kind != ATTRIBUTE_CHOICE)
                trait_add(request->arena, &traits, attribute, -1, typed_at(request, attribute, -1));
    for (int field = 0; field < PROVIDER_FIELDS; field++) {
        if (!field_typed(request, field)) continue;
        for (const struct attribute *attribute = field_attributes; attribute->place != NULL; attribute++)
            trait_add(request->arena, &traits, attribute, traits.fields, typed_at(request, attribute, field));
        traits.fields++;
    }
    return traits;
}

/* ---- the page ---- */

static void tell_option(struct node *options, struct text value, struct text title, struct text chosen) {
    struct node *option = doc_add_object(options);
    doc_text(option, "value", value);
    doc_text(option, "title", title);
    doc_bool(option, "selected", text_equal(value, chosen));
}

static void tell_options(struct request *request, const struct attribute *attribute, struct text value,
                         struct node *node) {
    struct node *options = doc_array(node, "options");
    if (attribute->kind == ATTRIBUTE_CATEGORY) {
        const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
        for (size_t i = 0; i < catalogue->category_count; i++)
            tell_option(options, text_from(catalogue->categories[i].code),
                        words_in(&catalogue->categories[i].title, request->locale.language), value);
    }
    for (const struct choice *choice = attribute->choices; choice != NULL && choice->value != NULL; choice++)
        tell_option(options, text_from(choice->value),
                    string_get(request->arena, &request->locale, choice->words, NULL, 0), value);
}

static struct text fault_at(const struct request *request, struct text name) {
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        if (text_is(name, fault->name)) return fault->words;
    return TEXT_NONE;
}

static void tell_attribute(struct request *request, const struct traits *traits, const struct attribute *attribute,
                           int field, struct node *list) {
    static const char *const kinds[] = {[ATTRIBUTE_TEXT] = "text",     [ATTRIBUTE_LIST] = "list",
                                        [ATTRIBUTE_SUM] = "decimal",   [ATTRIBUTE_NUMBER] = "numeric",
                                        [ATTRIBUTE_TRUTH] = "truth",   [ATTRIBUTE_CHOICE] = "choice",
                                        [ATTRIBUTE_CATEGORY] = "choice", [ATTRIBUTE_PICTURE] = "picture"};
    struct arena *arena = request->arena;
    struct text value = trait_value(traits, attribute, field);
    struct text place = place_of(arena, attribute, field);
    struct node *node = doc_add_object(list);
    doc_text(node, "name", trait_name(arena, place));
    doc_text(node, "kind", text_from(kinds[attribute->kind]));
    doc_text(node, "label", string_get(arena, &request->locale, attribute->label, NULL, 0));
    doc_text(node, "hint", attribute->hint != S_none ? string_get(arena, &request->locale, attribute->hint, NULL, 0)
                                                     : TEXT_NONE);
    doc_text(node, "value", value);
    doc_bool(node, "checked", text_is(value, "true"));
    doc_text(node, "error", fault_at(request, trait_name(arena, place)));
    tell_options(request, attribute, value, node);
}

static struct node *tell_section(struct node *sections, struct text title) {
    struct node *section = doc_add_object(sections);
    doc_text(section, "title", title);
    return section;
}

/* Own fields, and an empty one more to be filled. */
static void tell_fields(struct request *request, const struct traits *traits, struct node *sections) {
    for (int field = 0; field < PROVIDER_FIELDS && field <= traits->fields; field++) {
        struct node *values = doc_new(request->arena);
        doc_int(values, "number", field + 1);
        const struct string_argument number = {"number", doc_get(values, "number")};
        string_id words = field == traits->fields ? S_payments_trait_section_new : S_payments_trait_section_field;
        struct node *section = tell_section(sections, string_get(request->arena, &request->locale, words, &number, 1));
        struct node *list = doc_array(section, "traits");
        bool wrong = false;
        for (const struct attribute *attribute = field_attributes; attribute->place != NULL; attribute++) {
            tell_attribute(request, traits, attribute, field, list);
            wrong = wrong || doc_truth(doc_get(list->last, "error"));
        }
        doc_bool(section, "folded", true);
        doc_bool(section, "open", wrong || (field == 0 && traits->fields == 0));
    }
}

void provider_form_tell(struct request *request, const struct traits *traits) {
    if (request->page == NULL) request->page = doc_new(request->arena);
    struct node *sections = doc_array(request->page, "sections");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        struct text title = string_get(request->arena, &request->locale, provider_section_titles[i], NULL, 0);
        struct node *section = tell_section(sections, title), *list = doc_array(section, "traits");
        for (const struct attribute *attribute = provider_sections[i]; attribute->place != NULL; attribute++)
            tell_attribute(request, traits, attribute, -1, list);
        doc_bool(section, "folded", false);
    }
    tell_fields(request, traits, sections);
}

/* ---- what is wrong ---- */

struct input {
    const struct attribute *attribute; /* NULL: the form has none for it */
    int field;
};

/* That place's own, or of a group ("title") the first. */
static const struct attribute *among(struct arena *arena, const struct attribute *attribute, struct text place) {
    struct text inside = text_format(arena, "%.*s.", TEXT_ARG(place));
    for (; attribute->place != NULL; attribute++)
        if (text_is(place, attribute->place) || text_starts(text_from(attribute->place), inside.data)) return attribute;
    return NULL;
}

static struct input input_of(struct arena *arena, struct text place) {
    if (text_is(place, "fields")) return (struct input){field_attributes, 0};
    if (text_starts(place, "fields[")) {
        struct text rest;
        text_split(place, '.', &rest);
        return (struct input){among(arena, field_attributes, rest), place.data[sizeof "fields[" - 1] - '0'};
    }
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct attribute *attribute = among(arena, provider_sections[i], place);
        if (attribute != NULL) return (struct input){attribute, -1};
    }
    return (struct input){NULL, -1};
}

void provider_form_mark(struct request *request, struct text place, struct text words) {
    struct arena *arena = request->arena;
    struct input input = input_of(arena, place);
    if (!request->wants_html || input.attribute == NULL) {
        rest_fault(request, text_copy(arena, place).data, words);
        return;
    }
    struct node *values = doc_new(arena);
    doc_text(values, "label", trait_label(arena, &request->locale, input.attribute, input.field));
    doc_text(values, "words", words);
    const struct string_argument arguments[] = {{"label", doc_get(values, "label")},
                                                {"words", doc_get(values, "words")}};
    rest_fault(request, trait_name(arena, place_of(arena, input.attribute, input.field)).data,
               string_get(arena, &request->locale, S_payments_wrong_at, arguments, 2));
}
