/* audit_page.c: the audit trail, latest first, for administrators (BO-1): all of it, or what concerns a customer or
 * a colleague, the reasons stated, the cards seen, the changes, those with certain words. Details are sealed, so
 * words are looked for in what is opened, a bounded piece at a time. Looking at it is in it, too. */
#include "backoffice/internal.h"

#include "engine/audit.h"

#include <string.h>

#define SHOWN 100
#define LOOKED 2000

#define COLUMNS "chain, number, at, staff, customer, status, action, address, detail"
STATEMENT(audit_latest, "SELECT " COLUMNS " FROM audit WHERE at < $1 ORDER BY at DESC LIMIT 2000");
STATEMENT(audit_of_customer,
          "SELECT " COLUMNS " FROM audit WHERE customer = $1 AND at < $2 ORDER BY at DESC LIMIT 2000");
STATEMENT(audit_of_staff, "SELECT " COLUMNS " FROM audit WHERE staff = $1 AND at < $2 ORDER BY at DESC LIMIT 2000");
STATEMENT(audit_of_both, "SELECT " COLUMNS " FROM audit WHERE customer = $1 AND staff = $2 AND at < $3 "
                         "ORDER BY at DESC LIMIT 2000");

enum kind { KIND_ALL, KIND_REASONS, KIND_VISITS, KIND_CHANGES };

struct search {
    enum kind kind;
    int64_t customer, staff, before;
    struct text words; /* lower case */
};

/* Reasons are what was typed when a card was opened; visits are whatever showed a customer's data; changes the rest of
 * what was done. */
static bool kind_fits(enum kind kind, struct text action) {
    static const char *const visits[] = {"customer.opened", "customer.seen", "customer.seen.personal",
                                         "customer.personal", "customer.found", "customer.refused", "task.seen",
                                         "approval.seen", "limits.form", "debt.seen"};
    static const char *const views[] = {"staff.desk", "staff.sessions", "task.list", "customer.search",
                                        "customer.reason", "approval.list", "posting.form", "member.list",
                                        "member.seen", "audit.seen", "customer.not-found"};
    bool visit = false, view = false;
    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) visit = visit || text_is(action, visits[i]);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) view = view || text_is(action, views[i]);
    switch (kind) {
    case KIND_REASONS: return text_is(action, "customer.opened");
    case KIND_VISITS: return visit;
    case KIND_CHANGES: return !visit && !view;
    default: return true;
    }
}

/* Latin and Cyrillic letters small: what people type when they look for a word. */
static struct text small_letters(struct arena *arena, struct text text) {
    struct text copy = text_lower_ascii(arena, text);
    char *bytes = arena_array(arena, char, copy.size + 1);
    if (copy.size > 0) memcpy(bytes, copy.data, copy.size);
    for (size_t i = 0; i + 1 < copy.size; i++) {
        unsigned char second = (unsigned char)bytes[i + 1];
        if ((unsigned char)bytes[i] != 0xD0 || second < 0x81 || second > 0xAF) continue;
        if (second >= 0x90 && second < 0xA0) bytes[i + 1] = (char)(second + 0x20); /* А–П */
        else if (second >= 0xA0) {                                                 /* Р–Я */
            bytes[i] = (char)0xD1;
            bytes[i + 1] = (char)(second - 0x20);
        } else if (second == 0x81) { /* Ё */
            bytes[i] = (char)0xD1;
            bytes[i + 1] = (char)0x91;
        }
    }
    return (struct text){bytes, copy.size};
}

static bool words_fit(struct arena *arena, struct text words, struct text detail) {
    if (words.size == 0) return true;
    struct text lower = small_letters(arena, detail);
    return detail.size >= words.size && memmem(lower.data, lower.size, words.data, words.size) != NULL;
}

static struct rows *rows_of(struct tx *tx, const struct search *search) {
    const struct value customer = V_INT(search->customer), staff = V_INT(search->staff), at = V_INT(search->before);
    if (search->customer != 0 && search->staff != 0) return tx_query(tx, &audit_of_both, VALUES(customer, staff, at));
    if (search->customer != 0) return tx_query(tx, &audit_of_customer, VALUES(customer, at));
    if (search->staff != 0) return tx_query(tx, &audit_of_staff, VALUES(staff, at));
    return tx_query(tx, &audit_latest, VALUES(at));
}

static void tell(struct request *request, struct tx *tx, struct node *node, const struct rows *rows,
                 struct text detail) {
    doc_moment(node, "at", row_int(rows, 2));
    doc_text(node, "staff", staff_login(tx, request->arena, row_int(rows, 3)));
    if (row_int(rows, 4) != 0) doc_id(node, "customer", row_int(rows, 4));
    doc_int(node, "status", row_int(rows, 5));
    doc_text(node, "action", row_text(rows, 6));
    doc_text(node, "address", row_text(rows, 7));
    doc_text(node, "detail", detail);
}

/* Where to go on: the moment of the last row looked at; 0 at the trail's beginning. */
static int64_t find(struct request *request, struct tx *tx, const struct search *search, struct node *list) {
    int64_t looked = 0, last = 0;
    struct rows *rows = rows_of(tx, search);
    while (list->count < SHOWN && rows_next(rows)) {
        struct text detail = TEXT_NONE;
        looked++;
        last = row_int(rows, 2);
        if (!kind_fits(search->kind, row_text(rows, 6))) continue;
        bool good = audit_detail(engine_keyring(request->engine), request->arena, row_int(rows, 0), row_int(rows, 1),
                                 row_text(rows, 8), &detail);
        if (!good) detail = TEXT("?");
        if (words_fit(request->arena, search->words, detail)) tell(request, tx, doc_add_object(list), rows, detail);
    }
    rows_end(rows);
    return list->count == SHOWN || looked == LOOKED ? last : 0;
}

static void tell_kinds(struct request *request, struct node *document, enum kind chosen) {
    static const struct {
        const char *name;
        string_id title;
    } kinds[] = {[KIND_ALL] = {"all", S_backoffice_audit_all},
                 [KIND_REASONS] = {"reasons", S_backoffice_audit_reasons},
                 [KIND_VISITS] = {"visits", S_backoffice_audit_visits},
                 [KIND_CHANGES] = {"changes", S_backoffice_audit_changes}};
    struct node *list = doc_array(document, "kinds");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(kinds[i].name));
        doc_text(node, "title", string_get(request->arena, &request->locale, kinds[i].title, NULL, 0));
        doc_bool(node, "selected", i == (size_t)chosen);
    }
}

enum flow audit_page(struct request *request, struct tx *tx) {
    struct staff member = {0};
    struct text login = field_text(request, "staff");
    struct search search = {
        .kind = (enum kind)field_number(request, "kind"),
        .customer = field_number(request, "customer"),
        .before = field_number(request, "before"),
        .words = small_letters(request->arena, field_text(request, "words")),
    };
    if (search.before == 0) search.before = world_now(request->world) + MINUTE;
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "rows");
    bool known = login.size == 0 || staff_by_login(engine_keyring(request->engine), tx, login, &member);
    search.staff = member.id;
    int64_t older = known ? find(request, tx, &search, list) : 0;
    tell_kinds(request, document, search.kind);
    if (older != 0) doc_int(document, "older", older);
    if (search.customer != 0) doc_id(document, "customer", search.customer);
    doc_text(document, "staff", login.size > 0 ? login : TEXT(""));
    doc_text(document, "words", field_text(request, "words").size > 0 ? field_text(request, "words") : TEXT(""));
    if (login.size > 0 || search.customer != 0 || search.words.size > 0)
        audit_record(request, search.customer, "audit.searched",
                     text_format(request->arena, "%.*s %.*s", TEXT_ARG(login), TEXT_ARG(search.words)));
    return answer_ok(request, document);
}
