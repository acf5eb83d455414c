/* esia_rules.c: see esia_rules.h. */
#include "adapters/esia/esia_rules.h"

#include "base/identifiers.h"
#include "base/phone.h"

#include <jansson.h>
#include <string.h>

#define SKEW_S 60
#define AGE_S 3600
#define VALUE_MAX 200 /* bytes; longer ones are left to the person to type */

const char *const esia_field_names[ESIA_FIELDS] = {
    [ESIA_SURNAME] = "surname",
    [ESIA_NAME] = "name",
    [ESIA_PATRONYMIC] = "patronymic",
    [ESIA_BIRTH] = "birth",
    [ESIA_BIRTH_PLACE] = "birth_place",
    [ESIA_PASSPORT] = "passport",
    [ESIA_PASSPORT_DATE] = "passport_date",
    [ESIA_PASSPORT_OFFICE] = "passport_office",
    [ESIA_PASSPORT_BY] = "passport_by",
    [ESIA_INN] = "inn",
    [ESIA_SNILS] = "snils",
    [ESIA_MAIL] = "mail",
    [ESIA_PHONE] = "phone",
};

struct text esia_timestamp(struct arena *arena, moment now) {
    struct civil at = civil_at(now, zone_utc());
    return text_format(arena, "%04d.%02d.%02d %02d:%02d:%02d +0000", at.date.year, at.date.month, at.date.day, at.hour,
                       at.minute, at.second);
}

struct text esia_message(struct arena *arena, const struct esia_signed *parts) {
    const struct text all[] = {parts->client, parts->scopes,   parts->timestamp,
                               parts->state,  parts->redirect, parts->code};
    struct buffer out = buffer_new(arena, 512);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].data != NULL) buffer_add_text(&out, all[i]);
    return buffer_text(&out);
}

/* ---- whose token it is ---- */

static struct text member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return (struct text){json_string_value(value), json_string_length(value)};
}

/* Seconds since 1970, far enough from the ends that sums of them do not pass those; 0: not such. */
static int64_t seconds_of(const json_t *claims, const char *name) {
    const json_t *value = json_object_get(claims, name);
    bool good = json_is_integer(value) && json_integer_value(value) > 0 &&
                json_integer_value(value) < ((int64_t)1 << 40);
    return good ? json_integer_value(value) : 0;
}

static struct text digits_of(struct arena *arena, const json_t *value) {
    if (json_is_integer(value) && json_integer_value(value) > 0)
        return text_format(arena, "%lld", (long long)json_integer_value(value));
    if (!json_is_string(value)) return TEXT_NONE;
    struct text text = {json_string_value(value), json_string_length(value)};
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return TEXT_NONE;
    return text.size > 0 && text.size <= 19 ? text : TEXT_NONE;
}

enum esia_claims esia_claims_check(struct arena *arena, const struct json_t *claims, const char *issuer,
                                   const char *client, moment now, struct text *subject) {
    int64_t now_s = now / SECOND;
    *subject = TEXT_NONE;
    if (!json_is_object(claims)) return ESIA_CLAIMS_MALFORMED;
    int64_t expires = seconds_of(claims, "exp"), made = seconds_of(claims, "iat"), from = seconds_of(claims, "nbf");
    if (expires == 0 || made == 0 || (from == 0 && json_object_get(claims, "nbf") != NULL))
        return ESIA_CLAIMS_MALFORMED;
    if (!text_is(member(claims, "iss"), issuer)) return ESIA_CLAIMS_ISSUER;
    if (!text_is(member(claims, "client_id"), client)) return ESIA_CLAIMS_AUDIENCE;
    if (expires + SKEW_S <= now_s || made > now_s + SKEW_S || made < now_s - AGE_S || from > now_s + SKEW_S)
        return ESIA_CLAIMS_EXPIRED;
    *subject = digits_of(arena, json_object_get(claims, "urn:esia:sbj_id"));
    return subject->data != NULL ? ESIA_CLAIMS_GOOD : ESIA_CLAIMS_SUBJECT;
}

/* ---- the person ---- */

static struct text told(const json_t *object, const char *name) {
    struct text text = member(object, name);
    if (text.data == NULL) return TEXT_NONE;
    text = text_trim(text);
    bool good = text.size > 0 && text.size <= VALUE_MAX && text_valid_utf8(text);
    for (size_t i = 0; i < text.size && good; i++) good = (unsigned char)text.data[i] >= ' ';
    return good ? text : TEXT_NONE;
}

/* "12.04.1990" */
static struct text day_of(struct arena *arena, struct text text) {
    struct date date;
    if (text.size != 10 || text.data[2] != '.' || text.data[5] != '.') return TEXT_NONE;
    struct text turned = text_format(arena, "%.4s-%.2s-%.2s", text.data + 6, text.data + 3, text.data);
    return date_parse(turned, &date) ? turned : TEXT_NONE;
}

/* An embedded collection's elements of that type, the first that is verified. */
static const json_t *verified(const json_t *json, const char *collection, const char *type) {
    const json_t *list = json_object_get(json_object_get(json, collection), "elements");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (text_is(member(one, "type"), type) && text_is(member(one, "vrfStu"), "VERIFIED")) return one;
    }
    return NULL;
}

static void read_passport(struct arena *arena, const json_t *json, struct esia_person *person) {
    const json_t *document = verified(json, "documents", "RF_PASSPORT");
    struct text series = told(document, "series"), number = told(document, "number");
    struct text office = told(document, "issueId");
    struct passport passport;
    if (series.data == NULL || number.data == NULL) return;
    struct text whole = text_format(arena, "%.*s %.*s", TEXT_ARG(series), TEXT_ARG(number));
    if (!passport_parse(whole, &passport)) return;
    person->of[ESIA_PASSPORT] = text_format(arena, "%s %s", passport.series, passport.number);
    person->of[ESIA_PASSPORT_DATE] = day_of(arena, told(document, "issueDate"));
    person->of[ESIA_PASSPORT_BY] = told(document, "issuedBy");
    if (office.size == 6) office = text_format(arena, "%.3s-%.3s", office.data, office.data + 3);
    if (office.data != NULL && passport_office_valid(office)) person->of[ESIA_PASSPORT_OFFICE] = office;
}

bool esia_person_read(struct arena *arena, const struct json_t *json, struct esia_person *person) {
    struct phone phone;
    if (!json_is_object(json) || !json_is_boolean(json_object_get(json, "trusted"))) return false;
    person->trusted = json_is_true(json_object_get(json, "trusted"));
    person->of[ESIA_SURNAME] = told(json, "lastName");
    person->of[ESIA_NAME] = told(json, "firstName");
    person->of[ESIA_PATRONYMIC] = told(json, "middleName");
    person->of[ESIA_BIRTH] = day_of(arena, told(json, "birthDate"));
    person->of[ESIA_BIRTH_PLACE] = told(json, "birthPlace");
    struct text inn = told(json, "inn"), snils = told(json, "snils");
    if (inn.size == 12 && inn_valid(inn)) person->of[ESIA_INN] = inn;
    if (snils.data != NULL && snils_valid(snils)) person->of[ESIA_SNILS] = snils;
    read_passport(arena, json, person);
    struct text number = told(verified(json, "contacts", "MBT"), "value");
    if (number.data != NULL && phone_parse(number, &phone) == PHONE_MOBILE)
        person->of[ESIA_PHONE] = text_copy(arena, phone_text(&phone));
    person->of[ESIA_MAIL] = told(verified(json, "contacts", "EML"), "value");
    return true;
}
