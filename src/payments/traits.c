/* traits.c: see traits.h. The JSON's names are the table's, so what provider_read takes and this does not know would be
 * lost: catalogue_edit.test.mjs takes every provider through it and back. */
#include "payments/traits.h"

#include "base/json.h"
#include "generated/strings_payments.h"

#include <jansson.h>
#include <string.h>

/* ---- the table ---- */

static const struct choice sum_kinds[] = {{"typed", S_payments_trait_sum_typed},
                                          {"bill", S_payments_trait_sum_bill},
                                          {"exact", S_payments_trait_sum_exact},
                                          {.value = NULL}};
static const struct choice levels[] = {{"minimal", S_payments_trait_level_minimal},
                                       {"simplified", S_payments_trait_level_simplified},
                                       {"full", S_payments_trait_level_full},
                                       {.value = NULL}};
static const struct choice rails[] = {{"osmp", S_payments_trait_rail_osmp},
                                      {"bank", S_payments_trait_rail_bank},
                                      {"card", S_payments_trait_rail_card},
                                      {"fastpay", S_payments_trait_rail_fastpay},
                                      {.value = NULL}};
static const struct choice dialects[] = {{"classic", S_payments_trait_dialect_classic},
                                         {"form", S_payments_trait_dialect_form},
                                         {.value = NULL}};
static const struct choice types[] = {{"text", S_payments_trait_type_text},
                                      {"digits", S_payments_trait_type_digits},
                                      {"phone", S_payments_trait_type_phone},
                                      {"choice", S_payments_trait_type_choice},
                                      {.value = NULL}};
static const struct choice checks[] = {{"none", S_payments_trait_check_none},
                                       {"luhn", S_payments_trait_check_luhn},
                                       {"inn", S_payments_trait_check_inn},
                                       {"snils", S_payments_trait_check_snils},
                                       {"uin", S_payments_trait_check_uin},
                                       {"bik", S_payments_trait_check_bik},
                                       {"account", S_payments_trait_check_account},
                                       {"correspondent", S_payments_trait_check_correspondent},
                                       {"kpp", S_payments_trait_check_kpp},
                                       {"card", S_payments_trait_check_card},
                                       {.value = NULL}};

static const struct attribute what[] = {
    {"code", ATTRIBUTE_TEXT, S_payments_trait_code, S_payments_trait_code_hint, .choices = NULL},
    {"title.ru", ATTRIBUTE_TEXT, S_payments_trait_title_ru, .choices = NULL},
    {"title.en", ATTRIBUTE_TEXT, S_payments_trait_title_en, .choices = NULL},
    {"category", ATTRIBUTE_CATEGORY, S_payments_trait_category, .choices = NULL},
    {"logo", ATTRIBUTE_PICTURE, S_payments_trait_logo, .choices = NULL},
    {"search", ATTRIBUTE_TEXT, S_payments_trait_search, S_payments_trait_search_hint, .choices = NULL},
    {"level", ATTRIBUTE_CHOICE, S_payments_trait_level, .choices = levels, .usual = "minimal"},
    {"on", ATTRIBUTE_TRUTH, S_payments_trait_on, .usual = "true"},
    {.place = NULL}};
static const struct attribute sum[] = {
    {"sum.kind", ATTRIBUTE_CHOICE, S_payments_trait_sum_kind, .choices = sum_kinds, .usual = "typed"},
    {"sum.min", ATTRIBUTE_SUM, S_payments_trait_sum_min, .choices = NULL},
    {"sum.max", ATTRIBUTE_SUM, S_payments_trait_sum_max, .choices = NULL},
    {.place = NULL}};
static const struct attribute fee[] = {
    {"fee.percent", ATTRIBUTE_SUM, S_payments_trait_fee_percent, .money = true},
    {"fee.fixed", ATTRIBUTE_SUM, S_payments_trait_fee_fixed, .money = true},
    {"fee.min", ATTRIBUTE_SUM, S_payments_trait_fee_min, S_payments_trait_fee_bound, .money = true},
    {"fee.max", ATTRIBUTE_SUM, S_payments_trait_fee_max, S_payments_trait_fee_bound, .money = true},
    {"fee.by_card", ATTRIBUTE_SUM, S_payments_trait_fee_by_card, S_payments_trait_fee_by_card_hint, .money = true},
    {"banks", ATTRIBUTE_LIST, S_payments_trait_banks, S_payments_trait_banks_hint, .money = true},
    {.place = NULL}};
static const struct attribute how[] = {
    {"rail", ATTRIBUTE_CHOICE, S_payments_trait_rail, .choices = rails, .money = true},
    {"service.url", ATTRIBUTE_TEXT, S_payments_trait_url, .money = true},
    {"service.dialect", ATTRIBUTE_CHOICE, S_payments_trait_dialect, .choices = dialects, .usual = "classic"},
    {"service.user", ATTRIBUTE_TEXT, S_payments_trait_user, .money = true},
    {"service.timeout", ATTRIBUTE_NUMBER, S_payments_trait_timeout, S_payments_trait_timeout_hint, .choices = NULL},
    {"check", ATTRIBUTE_TRUTH, S_payments_trait_asks, .usual = "true"},
    {"balance", ATTRIBUTE_TRUTH, S_payments_trait_balance, .usual = "false"},
    {"cancel", ATTRIBUTE_TRUTH, S_payments_trait_cancels, .usual = "false"},
    {"register", ATTRIBUTE_TRUTH, S_payments_trait_registers, .usual = "false"},
    {.place = NULL}};
static const struct attribute operators[] = {
    {"numbers", ATTRIBUTE_LIST, S_payments_trait_numbers, S_payments_trait_numbers_hint, .choices = NULL},
    {"operators", ATTRIBUTE_TRUTH, S_payments_trait_operators, .usual = "false"},
    {.place = NULL}};

const struct attribute field_attributes[] = {
    {"name", ATTRIBUTE_TEXT, S_payments_trait_name, S_payments_trait_name_hint, .choices = NULL},
    {"title.ru", ATTRIBUTE_TEXT, S_payments_trait_title_ru, .choices = NULL},
    {"title.en", ATTRIBUTE_TEXT, S_payments_trait_title_en, .choices = NULL},
    {"hint.ru", ATTRIBUTE_TEXT, S_payments_trait_hint_ru, .choices = NULL},
    {"hint.en", ATTRIBUTE_TEXT, S_payments_trait_hint_en, .choices = NULL},
    {"type", ATTRIBUTE_CHOICE, S_payments_trait_type, .choices = types, .usual = "text"},
    {"min", ATTRIBUTE_NUMBER, S_payments_trait_min, .choices = NULL},
    {"max", ATTRIBUTE_NUMBER, S_payments_trait_max, .choices = NULL},
    {"pattern", ATTRIBUTE_TEXT, S_payments_trait_pattern, S_payments_trait_pattern_hint, .choices = NULL},
    {"check", ATTRIBUTE_CHOICE, S_payments_trait_check, .choices = checks, .usual = "none"},
    {"choices", ATTRIBUTE_LIST, S_payments_trait_choices, S_payments_trait_choices_hint, .choices = NULL},
    {"example", ATTRIBUTE_TEXT, S_payments_trait_example, .choices = NULL},
    {"optional", ATTRIBUTE_TRUTH, S_payments_trait_optional, .usual = "false"},
    {.place = NULL}};

const struct attribute *const provider_sections[SECTION_COUNT] = {what, sum, fee, how, operators};
const string_id provider_section_titles[SECTION_COUNT] = {
    S_payments_trait_section_what, S_payments_trait_section_sum, S_payments_trait_section_fee,
    S_payments_trait_section_how, S_payments_trait_section_operator};

/* ---- JSON to traits ---- */

static const json_t *at_place(const json_t *object, const char *place) {
    const char *point = strchr(place, '.');
    if (point == NULL) return json_object_get(object, place);
    char group[16];
    size_t size = (size_t)(point - place);
    memcpy(group, place, size);
    group[size] = '\0';
    return json_object_get(json_object_get(object, group), point + 1);
}

static struct text scalar(struct arena *arena, const json_t *value) {
    if (json_is_string(value))
        return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
    if (json_is_integer(value)) return text_format(arena, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value)) return json_is_true(value) ? TEXT("true") : TEXT("false");
    return TEXT_NONE;
}

static struct text list_text(struct arena *arena, const json_t *list) {
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0) buffer_add_literal(&out, ", ");
        buffer_add_text(&out, scalar(arena, json_array_get(list, i)));
    }
    return buffer_text(&out);
}

void trait_add(struct arena *arena, struct traits *traits, const struct attribute *attribute, int field,
               struct text value) {
    if (value.size == 0 || (attribute->usual != NULL && text_is(value, attribute->usual))) return;
    struct trait *trait = &traits->of[traits->count++];
    *trait = (struct trait){.value = value, .attribute = attribute, .field = field};
    trait->place = field < 0 ? text_from(attribute->place)
                             : text_format(arena, "fields[%d].%s", field, attribute->place);
}

static void read_attributes(struct arena *arena, struct traits *traits, const struct attribute *attribute, int field,
                            const json_t *object) {
    for (; attribute->place != NULL; attribute++) {
        const json_t *value = at_place(object, attribute->place);
        trait_add(arena, traits, attribute, field,
                  json_is_array(value) ? list_text(arena, value) : scalar(arena, value));
    }
}

struct traits traits_read(struct arena *arena, struct text json) {
    struct traits traits = {.of = arena_array(arena, struct trait, 200)};
    const json_t *top = json_read(arena, json), *fields = json_object_get(top, "fields");
    for (size_t i = 0; i < SECTION_COUNT; i++) read_attributes(arena, &traits, provider_sections[i], -1, top);
    for (size_t i = 0; i < json_array_size(fields) && i < PROVIDER_FIELDS; i++, traits.fields++)
        read_attributes(arena, &traits, field_attributes, (int)i, json_array_get(fields, i));
    return traits;
}

/* ---- traits to JSON ---- */

static void write_list(struct arena *arena, struct node *object, const char *name, struct text value) {
    struct node *list = doc_array(object, name);
    struct buffer item = buffer_new(arena, 32);
    for (size_t i = 0; i <= value.size; i++) {
        char byte = i < value.size ? value.data[i] : ',';
        if (byte != ',' && byte != ';' && byte != '\n' && byte != '\r') {
            buffer_add_char(&item, byte);
            continue;
        }
        struct text text = text_trim(buffer_text(&item));
        if (text.size > 0) doc_add_text(list, text_copy(arena, text));
        item = buffer_new(arena, 32);
    }
}

static void write_value(struct arena *arena, struct node *object, const char *name, const struct trait *trait) {
    int64_t number;
    enum attribute_kind kind = trait->attribute->kind;
    if (kind == ATTRIBUTE_LIST) write_list(arena, object, name, trait->value);
    else if (kind == ATTRIBUTE_TRUTH) doc_bool(object, name, text_is(trait->value, "true"));
    else if (kind == ATTRIBUTE_NUMBER && text_to_int(trait->value, &number)) doc_int(object, name, number);
    else doc_text(object, name, trait->value); /* a malformed number, too: provider_read says so */
}

/* A group's members come one after another in the table. */
static void write_trait(struct arena *arena, struct node *object, const struct trait *trait, struct node **group) {
    const char *place = trait->attribute->place, *point = strchr(place, '.');
    if (point == NULL) {
        write_value(arena, object, place, trait);
        return;
    }
    const char *name = text_format(arena, "%.*s", (int)(point - place), place).data;
    if (*group == NULL || doc_get(object, name) == NULL) *group = doc_object(object, name);
    write_value(arena, *group, point + 1, trait);
}

struct text traits_write(struct arena *arena, const struct traits *traits) {
    struct node *document = doc_new(arena), *group = NULL, *fields = NULL, *object = document;
    int field = -1;
    for (size_t i = 0; i < traits->count; i++) {
        const struct trait *trait = &traits->of[i];
        if (trait->field != field) {
            if (fields == NULL) fields = doc_array(document, "fields");
            object = doc_add_object(fields);
            field = trait->field;
            group = NULL;
        }
        write_trait(arena, object, trait, &group);
    }
    struct buffer out = buffer_new(arena, 2048);
    doc_write_json(document, &out);
    return buffer_text(&out);
}

struct text traits_with(struct arena *arena, struct text json, const char *place, struct text value) {
    struct traits before = traits_read(arena, json);
    struct traits after = {.of = arena_array(arena, struct trait, before.count + 1)};
    const struct attribute *attribute = what;
    while (strcmp(attribute->place, place) != 0) attribute++;
    trait_add(arena, &after, attribute, -1, value);
    for (size_t i = 0; i < before.count; i++)
        if (before.of[i].attribute != attribute) after.of[after.count++] = before.of[i];
    return traits_write(arena, &after);
}

/* ---- for people ---- */

struct text trait_value(const struct traits *traits, const struct attribute *attribute, int field) {
    for (size_t i = 0; i < traits->count; i++)
        if (traits->of[i].attribute == attribute && traits->of[i].field == field) return traits->of[i].value;
    return text_from(attribute->usual);
}

struct text trait_name(struct arena *arena, struct text place) {
    struct buffer out = buffer_new(arena, place.size + 1);
    for (size_t i = 0; i < place.size; i++) {
        char byte = place.data[i];
        if (byte != ']') buffer_add_char(&out, byte == '.' || byte == '[' ? '_' : byte);
    }
    return buffer_text(&out);
}

struct text trait_label(struct arena *arena, const struct locale *locale, const struct attribute *attribute,
                        int field) {
    struct text label = string_get(arena, locale, attribute->label, NULL, 0);
    if (field < 0) return label;
    struct node *values = doc_new(arena);
    doc_int(values, "number", field + 1);
    doc_text(values, "label", label);
    const struct string_argument arguments[] = {{"number", doc_get(values, "number")},
                                                {"label", doc_get(values, "label")}};
    return string_get(arena, locale, S_payments_trait_of_field, arguments, 2);
}

struct text trait_words(struct arena *arena, const struct locale *locale, const struct attribute *attribute,
                        struct text value) {
    if (value.size == 0) return string_get(arena, locale, S_payments_trait_nothing, NULL, 0);
    if (attribute->kind == ATTRIBUTE_TRUTH)
        return string_get(arena, locale, text_is(value, "true") ? S_payments_trait_yes : S_payments_trait_no, NULL, 0);
    for (const struct choice *choice = attribute->choices; choice != NULL && choice->value != NULL; choice++)
        if (text_is(value, choice->value)) return string_get(arena, locale, choice->words, NULL, 0);
    return value;
}

size_t traits_differ(struct arena *arena, const struct traits *before, const struct traits *after,
                     struct difference **differences) {
    *differences = arena_array(arena, struct difference, before->count + after->count + 1);
    size_t count = 0;
    for (size_t side = 0; side < 2; side++) {
        const struct traits *one = side == 0 ? before : after;
        for (size_t i = 0; i < one->count; i++) {
            const struct trait *trait = &one->of[i];
            struct text was = trait_value(before, trait->attribute, trait->field);
            struct text is = trait_value(after, trait->attribute, trait->field);
            bool told = text_equal(was, is);
            for (size_t k = 0; k < count && !told; k++)
                told = (*differences)[k].attribute == trait->attribute && (*differences)[k].field == trait->field;
            if (!told) (*differences)[count++] = (struct difference){trait->attribute, trait->field, was, is};
        }
    }
    return count;
}
