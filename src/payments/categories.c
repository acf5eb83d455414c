/* categories.c: the kinds of payments that the catalogue is divided into: added, renamed, put in order, given an icon;
 * each change a version (BO-4). */
#include "payments/catalogue_edit.h"

#include <stdlib.h>
#include <string.h>

#define CATEGORIES_MOST 100

static const struct refusal too_many = {"too-many-categories", 409, S_payments_category_many, false};

STATEMENT(categories, "SELECT content FROM pay_category ORDER BY code LIMIT 100");
STATEMENT(content_of, "SELECT content FROM pay_category WHERE code = $1 FOR_UPDATE");
STATEMENT(newest, "SELECT version, at, staff FROM pay_category_version WHERE code = $1 ORDER BY version DESC LIMIT 1");
STATEMENT(category_count, "SELECT COUNT(*) FROM pay_category");

/* ---- seeing ---- */

/* The newest version of it; 0: none is known. */
static int64_t version_of(struct tx *tx, struct text code, moment *at, int64_t *staff) {
    struct rows *rows = tx_query(tx, &newest, VALUES(V_TEXT(code)));
    int64_t version = 0;
    if (rows_next(rows)) {
        version = row_int(rows, 0);
        *at = row_int(rows, 1);
        *staff = row_int(rows, 2);
    }
    rows_end(rows);
    return version;
}

static void tell_icons(struct request *request, struct node *list, const char *chosen) {
    static const string_id words[] = { /* as category_icons has them */
        S_payments_category_icon_tag,
        S_payments_category_icon_phone,
        S_payments_category_icon_home,
        S_payments_category_icon_wifi,
        S_payments_category_icon_game,
        S_payments_category_icon_percent,
        S_payments_category_icon_bank,
        S_payments_category_icon_school,
        S_payments_category_icon_gift,
        S_payments_category_icon_card,
        S_payments_category_icon_receipt,
        S_payments_category_icon_star,
        S_payments_category_icon_security,
        S_payments_category_icon_users,
    };
    for (size_t i = 0; category_icons[i] != NULL; i++) {
        struct node *icon = doc_add_object(list);
        doc_text(icon, "value", text_from(category_icons[i]));
        doc_text(icon, "title", string_get(request->arena, &request->locale, words[i], NULL, 0));
        doc_bool(icon, "selected", strcmp(category_icons[i], chosen) == 0);
    }
}

static void tell_category(struct request *request, struct tx *tx, const struct category *category, struct node *list) {
    struct node *node = doc_add_object(list);
    moment at = 0;
    int64_t staff = 0;
    doc_text(node, "code", text_from(category->code));
    doc_text(node, "title_ru", category->title.of[LANGUAGE_RU]);
    doc_text(node, "title_en", category->title.of[LANGUAGE_EN]);
    doc_text(node, "icon", text_from(category->icon));
    doc_int(node, "order", category->order);
    doc_int(node, "version", version_of(tx, text_from(category->code), &at, &staff));
    if (at != 0) doc_moment(node, "changed", at);
    doc_text(node, "changed_by", staff_login(tx, request->arena, staff));
    if (request->wants_html) tell_icons(request, doc_array(node, "icons"), category->icon);
}

static int by_order(const void *left, const void *right) {
    const struct category *one = left, *other = right;
    return (one->order > other->order) - (one->order < other->order);
}

/* GET /staff/categories: as the database has them now. */
enum flow staff_categories_read(struct request *request, struct tx *tx) {
    struct category *all = arena_array(request->arena, struct category, CATEGORIES_MOST);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &categories, NO_VALUES);
    while (count < CATEGORIES_MOST && rows_next(rows)) {
        struct provider_problem *problems;
        if (category_read(request->arena, row_text(rows, 0), &all[count], &problems)) count++;
    }
    rows_end(rows);
    qsort(all, count, sizeof *all, by_order);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "categories");
    for (size_t i = 0; i < count; i++) tell_category(request, tx, &all[i], list);
    if (request->page == NULL) request->page = doc_new(request->arena);
    tell_icons(request, doc_array(request->page, "icons"), "tag");
    return answer_ok(request, document);
}

/* ---- changing ---- */

static struct text content(struct request *request, struct text code) {
    struct node *node = doc_new(request->arena), *title;
    doc_text(node, "code", code);
    doc_text(node, "icon", text_from(category_icons[field_number(request, "icon")]));
    doc_int(node, "order", field_number(request, "order"));
    title = doc_object(node, "title");
    doc_text(title, "ru", field_text(request, "title_ru"));
    if (field_given(request, "title_en")) doc_text(title, "en", field_text(request, "title_en"));
    struct buffer out = buffer_new(request->arena, 512);
    doc_write_json(node, &out);
    return buffer_text(&out);
}

static enum flow put(struct request *request, struct tx *tx, struct text code, int64_t version, struct text before) {
    struct category category;
    struct provider_problem *problems;
    struct text json = content(request, code);
    if (!category_read(request->arena, json, &category, &problems)) {
        struct text words = provider_problem_words(request->arena, &request->locale, problems);
        rest_fault(request, trait_name(request->arena, problems->place).data, words);
        return refuse_rest(request);
    }
    catalogue_put_category(tx, code, version, json, request->caller.staff);
    audit_record(request, 0, "catalogue.category",
                 text_format(request->arena, "%.*s → %.*s", TEXT_ARG(before), TEXT_ARG(json)));
    struct node *document = doc_new(request->arena);
    doc_text(document, "code", code);
    doc_int(document, "version", version);
    return version == 1 ? answer_created(request, document, TEXT("/staff/categories"))
                        : answer_done(request, document, TEXT("/staff/categories"));
}

static bool stored(struct tx *tx, struct text code, struct text *json) {
    struct rows *rows = tx_query(tx, &content_of, VALUES(V_TEXT(code)));
    bool found = rows_next(rows);
    if (found) *json = row_copy(rows, 0, tx_arena(tx));
    rows_end(rows);
    return found;
}

static int64_t how_many(struct tx *tx) {
    struct rows *rows = tx_query(tx, &category_count, NO_VALUES);
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

/* POST /staff/categories */
enum flow staff_category_add(struct request *request, struct tx *tx) {
    struct text code = field_text(request, "code"), json;
    request->rest_faults = NULL; /* a command may be run again */
    if (stored(tx, code, &json)) return refuse_field(request, "code", S_payments_wrong_code_taken);
    if (how_many(tx) >= CATEGORIES_MOST) return refuse(request, &too_many);
    return put(request, tx, code, 1, TEXT(""));
}

/* POST /staff/categories/{code} */
enum flow staff_category_save(struct request *request, struct tx *tx) {
    struct text code = request->params[0], json = TEXT_NONE;
    moment at;
    int64_t staff;
    request->rest_faults = NULL; /* a command may be run again */
    if (!stored(tx, code, &json)) return answer_missing(request);
    int64_t version = version_of(tx, code, &at, &staff);
    if (field_number(request, "version") != version) return refuse(request, &catalogue_stale);
    return put(request, tx, code, version + 1, json);
}
