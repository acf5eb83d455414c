/* owner.c: a customer's own page as he sets it up, and who has paid by it. */
#include "products/personal/personal.h"

#include "identity/common.h"

static const struct refusal taken = {"name-taken", 409, S_personal_name_taken, false};
static const struct refusal blocked = {"page-blocked", 409, S_personal_blocked_refused, false};

static void tell_gifts(struct request *request, struct tx *tx, struct node *document) {
    struct gift gifts[GIFTS_SHOWN];
    size_t count = personal_gifts(request->engine, tx, request->caller.customer, gifts, GIFTS_SHOWN);
    struct node *list = doc_array(document, "gifts");
    for (size_t i = 0; i < count; i++) {
        if (gifts[i].hidden) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", gifts[i].id);
        doc_moment(node, "at", id_moment(gifts[i].id));
        doc_money(node, "sum", rub(gifts[i].sum));
        doc_text(node, "name", gifts[i].name);
        doc_text(node, "note", gifts[i].note);
    }
}

static struct node *page_document(struct request *request, struct tx *tx) {
    struct personal_page page;
    struct customer owner;
    struct node *document = doc_new(request->arena);
    bool made = page_find(request->engine, tx, request->caller.customer, &page);
    if (!made) page = (struct personal_page){.sums = TEXT(""), .named = true};
    bool known = identity_customer(request->engine, tx, request->caller.customer, &owner) && owner.name.size > 0;
    doc_text(document, "name", page.name);
    doc_bool(document, "on", page.on);
    doc_bool(document, "named", page.named);
    doc_text(document, "shown_name", known ? owner.name : TEXT_NONE);
    doc_text(document, "greeting", page.greeting);
    doc_text(document, "sums", page.sums);
    doc_bool(document, "blocked", page.blocked != 0);
    doc_text(document, "reason", page.reason);
    bool seen = page.on && page.blocked == 0;
    doc_text(
        document, "link",
        seen ? text_format(request->arena, "%s/@%.*s", engine_config(request->engine)->public_url, TEXT_ARG(page.name))
                                    : TEXT_NONE);
    tell_gifts(request, tx, document);
    return document;
}

/* GET /personal */
enum flow personal_read(struct request *request, struct tx *tx) {
    return answer_ok(request, page_document(request, tx));
}

static enum flow judge(struct request *request, struct text name) {
    int64_t sums[SUMS_MOST];
    switch (name_verdict(name)) {
    case NAME_GOOD: break;
    case NAME_LENGTH: return refuse_field(request, "name", S_personal_name_length);
    case NAME_SIGNS: return refuse_field(request, "name", S_personal_name_signs);
    case NAME_RESERVED: return refuse_field(request, "name", S_personal_name_reserved);
    }
    if (!words_clean(field_text(request, "greeting")))
        return refuse_field(request, "greeting", S_personal_words_unclean);
    if (sums_read(field_text(request, "sums"), sums) < 0) return refuse_field(request, "sums", S_personal_sums_wrong);
    return FLOW_NEXT;
}

/* POST /personal. Another name takes the old one out of use. */
enum flow personal_write(struct request *request, struct tx *tx) {
    struct personal_page page = {.customer = request->caller.customer};
    struct text name = name_fold(request->arena, field_text(request, "name"));
    bool made = page_find(request->engine, tx, page.customer, &page);
    bool on = field_number(request, "on") != 0;
    if (judge(request, name) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (on && page.blocked != 0) return refuse(request, &blocked);
    bool renamed = !made || !text_equal(page.name, name);
    if (renamed && !name_take(request->engine, tx, page.customer, name)) return refuse_at(request, "name", &taken);
    if (renamed && page.name.size > 0) name_free(tx, page.customer, page.name);
    page.name = name;
    page.on = on;
    page.named = field_number(request, "named") != 0;
    page.greeting = field_text(request, "greeting");
    page.sums = field_given(request, "sums") ? field_text(request, "sums") : TEXT("");
    page_put(request->engine, tx, &page);
    return answer_done(request, page_document(request, tx), TEXT("/personal"));
}
