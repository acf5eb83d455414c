/* catalogue_change.c: a change of the catalogue: judged, then done at once, or by a second person when it decides where
 * customers' money goes or what it costs them: fee, address, rail, user and password of the service (BO-2, BO-4). */
#include "payments/catalogue_edit.h"

#include "base/json.h"

#include <jansson.h>

static const struct refusal missing = {"provider-gone", 409, S_payments_edit_gone, false};
static const struct refusal unsound = {"provider-unsound", 409, S_payments_edit_unsound, false};
const struct refusal catalogue_stale = {"version-stale", 409, S_payments_edit_stale, false};

bool provider_stored(struct request *request, struct tx *tx, struct stored_provider *stored) {
    int64_t id;
    return request_param_id(request, 0, &id) && catalogue_stored(tx, id, stored);
}

/* ---- judging ---- */

static void mark(struct request *request, const char *place, string_id words) {
    provider_form_mark(request, text_from(place), string_get(request->arena, &request->locale, words, NULL, 0));
}

/* What only the catalogue as a whole knows. */
static void judge_among_others(struct request *request, struct tx *tx, const struct stored_provider *stored,
                               const struct provider *provider) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    if (catalogue_category(catalogue, text_from(provider->category)) == NULL)
        mark(request, "category", S_payments_wrong_category);
    if (provider->logo[0] != '\0' && !logo_known(tx, provider->logo)) mark(request, "logo", S_payments_wrong_logo);
    if (stored == NULL) {
        if (catalogue_code_owner(tx, text_from(provider->code)) != 0)
            mark(request, "code", S_payments_wrong_code_taken);
        return;
    }
    struct traits before = traits_read(request->arena, stored->json);
    if (!text_is(trait_value(&before, &provider_sections[SECTION_WHAT][0], -1), provider->code))
        mark(request, "code", S_payments_wrong_code_stays);
}

static bool judge(struct request *request, struct tx *tx, const struct stored_provider *stored, struct text json) {
    const struct provider_place place = {.sandbox_url = engine_config(request->engine)->sandbox_url};
    struct provider provider;
    struct provider_problem *problems;
    if (provider_read(request->arena, json, &place, &provider, &problems))
        judge_among_others(request, tx, stored, &provider);
    for (; problems != NULL; problems = problems->next)
        provider_form_mark(request, problems->place,
                           provider_problem_words(request->arena, &request->locale, problems));
    return request->rest_faults == NULL;
}

/* ---- at once ---- */

/* «fee.percent: 0.50 → 0.70; …», for the trail. */
static struct text differences_line(struct arena *arena, const struct difference *differences, size_t count) {
    struct buffer out = buffer_new(arena, 256);
    for (size_t i = 0; i < count; i++) {
        const struct difference *each = &differences[i];
        if (i > 0) buffer_add_literal(&out, "; ");
        if (each->field >= 0) buffer_format(&out, "fields[%d].", each->field);
        buffer_format(&out, "%s: %.*s → %.*s", each->attribute->place, TEXT_ARG(each->before), TEXT_ARG(each->after));
        if (out.size > 1000) break;
    }
    return buffer_text(&out);
}

static enum flow answer_changed(struct request *request, int64_t id, int64_t version, bool created) {
    struct node *document = doc_new(request->arena);
    struct text location = text_format(request->arena, "/staff/providers/%lld", (long long)id);
    doc_id(document, "id", id);
    doc_int(document, "version", version);
    return created ? answer_created(request, document, location) : answer_done(request, document, location);
}

/* ---- by a second person ---- */

static enum flow ask(struct request *request, struct tx *tx, const struct stored_provider *stored, struct text json,
                     struct text password) {
    struct node *data = doc_new(request->arena);
    doc_int(data, "version", stored != NULL ? stored->version : 0);
    if (json.data != NULL) doc_text(data, "provider", json);
    if (password.data != NULL) doc_text(data, "password", password);
    struct buffer out = buffer_new(request->arena, 2048);
    doc_write_json(data, &out);
    if (!field_given(request, "reason")) return refuse_field(request, "reason", S_payments_edit_reason_missing);
    int64_t id = approval_ask(request, tx, "payments.catalogue", 0, stored != NULL ? stored->id : 0,
                              buffer_text(&out), field_text(request, "reason"));
    if (id == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", id);
    return answer_created(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)id));
}

static bool about_money(const struct difference *differences, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (differences[i].attribute->money) return true;
    return false;
}

enum flow provider_change(struct request *request, struct tx *tx, const struct stored_provider *stored,
                          struct text json) {
    if (!judge(request, tx, stored, json)) return refuse_rest(request);
    struct arena *arena = request->arena;
    struct traits before = traits_read(arena, stored != NULL ? stored->json : TEXT("{}"));
    struct traits after = traits_read(arena, json);
    struct difference *differences;
    size_t count = traits_differ(arena, &before, &after, &differences);
    json = traits_write(arena, &after);
    if (count == 0) return answer_changed(request, stored->id, stored->version, false);
    if (stored == NULL || about_money(differences, count)) return ask(request, tx, stored, json, TEXT_NONE);
    catalogue_put(request->engine, tx, stored->id, json, TEXT_NONE, request->caller.staff);
    audit_record(request, 0, "catalogue.provider",
                 text_format(arena, "%s, %lld: %.*s", trait_value(&after, &provider_sections[SECTION_WHAT][0], -1).data,
                             (long long)stored->version + 1, TEXT_ARG(differences_line(arena, differences, count))));
    return answer_changed(request, stored->id, stored->version + 1, false);
}

enum flow provider_change_password(struct request *request, struct tx *tx, const struct stored_provider *stored,
                                   struct text password) {
    return ask(request, tx, stored, TEXT_NONE, password);
}

/* ---- confirming ---- */

struct asked {
    int64_t version;
    struct text json, password; /* TEXT_NONE: not to be changed */
};

static struct text member(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

static bool asked_read(struct arena *arena, const struct approval *approval, struct asked *asked) {
    const json_t *data = json_read(arena, approval->data);
    *asked = (struct asked){json_integer_value(json_object_get(data, "version")), member(arena, data, "provider"),
                            member(arena, data, "password")};
    return json_is_object(data);
}

static void show_difference(const struct locale *locale, struct node *facts, const struct difference *each) {
    struct node *line = approval_line(facts, locale, each->attribute->label);
    struct text before = trait_words(facts->arena, locale, each->attribute, each->before);
    struct text after = trait_words(facts->arena, locale, each->attribute, each->after);
    if (each->field >= 0) before = text_format(facts->arena, "[%d] %.*s", each->field + 1, TEXT_ARG(before));
    doc_text(line, "before", before);
    doc_text(line, "after", after);
}

void catalogue_approval_show(struct request *request, struct tx *tx, const struct approval *approval,
                             struct node *facts) {
    struct asked asked;
    struct arena *arena = request->arena;
    const struct locale *locale = &request->locale;
    struct stored_provider stored = {.json = TEXT("{}")};
    if (!asked_read(arena, approval, &asked)) return;
    if (approval->subject != 0 && !catalogue_stored(tx, approval->subject, &stored)) return;
    struct traits before = traits_read(arena, stored.json), after = before;
    if (asked.json.size > 0) after = traits_read(arena, asked.json);
    const struct attribute *title = &provider_sections[SECTION_WHAT][1];
    approval_fact(facts, locale, S_payments_payment_provider, trait_value(&after, title, -1));
    if (stored.version != asked.version)
        approval_fact(facts, locale, S_payments_edit_version,
                      string_get(arena, locale, S_payments_edit_version_other, NULL, 0));
    struct difference *differences;
    size_t count = traits_differ(arena, &before, &after, &differences);
    for (size_t i = 0; i < count; i++) show_difference(locale, facts, &differences[i]);
    if (asked.password.size > 0)
        approval_fact(facts, locale, S_payments_edit_password,
                      string_get(arena, locale, S_payments_edit_password_new, NULL, 0));
}

const struct refusal *catalogue_approval_apply(struct request *request, struct tx *tx,
                                               const struct approval *approval) {
    struct asked asked;
    struct stored_provider stored = {.id = 0};
    bool fresh = approval->subject == 0;
    request->rest_faults = NULL; /* a command may be run again */
    if (!asked_read(request->arena, approval, &asked)) return &missing;
    if (!fresh && !catalogue_stored(tx, approval->subject, &stored)) return &missing;
    if (stored.version != asked.version) return &catalogue_stale;
    struct text json = asked.json.size > 0 ? asked.json : stored.json;
    if (!judge(request, tx, fresh ? NULL : &stored, json)) {
        request->rest_faults = NULL;
        return &unsound;
    }
    int64_t id = catalogue_put(request->engine, tx, stored.id, json, asked.password, approval->asked_by);
    audit_record(request, 0, "catalogue.provider.confirmed",
                 text_format(request->arena, "%lld, %lld", (long long)id, (long long)stored.version + 1));
    return NULL;
}
