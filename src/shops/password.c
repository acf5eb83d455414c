/* password.c: a person of a shop proves himself anew by his password before what is dangerous, and changes it: the
 * first was made by whoever gave the access, and seen by him. */
#include "shops/internal.h"

#include "backoffice/backoffice.h"
#include "identity/password_rules.h"

#define PASSWORD_LEAST 12

static const struct refusal unproven = {"password-wrong", 422, S_shops_proof_wrong, false};
static const struct refusal weak = {"password-weak", 422, S_shops_password_weak, false};

/* ---- a fresh proof ---- */

static enum flow reserve(struct request *request, struct tx *tx, unsigned roles) {
    struct shop_person person;
    struct member *member = arena_new_of(request->arena, struct member);
    if (shop_enter(request, tx, roles, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (member_try(request, tx, person.login) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!member_find(tx, request->arena, text_copy(request->arena, person.login), member))
        return answer_missing(request);
    request->scratch = member;
    return FLOW_NEXT;
}

enum flow proof_reserve(struct request *request, struct tx *tx) {
    return reserve(request, tx, SHOP_OWNER);
}

enum flow proof_compare(struct request *request, struct tx *tx) {
    (void)tx;
    const struct member *member = request->scratch;
    bool right = password_matches(member->password, field_text(request, "password"));
    return right ? FLOW_NEXT : refuse_at(request, "password", &unproven);
}

/* ---- another one ---- */

/* GET /shop/password */
enum flow own_password_page(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SHOP_ANY, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    shop_shell(request, &person, document);
    doc_int(document, "least", PASSWORD_LEAST);
    return answer_ok(request, document);
}

/* POST /shop/password: looked at before a try is counted. */
enum flow own_password_check(struct request *request, struct tx *tx) {
    struct shop_person person;
    if (shop_enter(request, tx, SHOP_ANY, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (password_faults(field_text(request, "fresh"), PASSWORD_MODERN, PASSWORD_LEAST, person.login) != 0)
        return refuse_at(request, "fresh", &weak);
    return reserve(request, tx, SHOP_ANY);
}

struct changing {
    struct member member;
    struct text encoded;
};

enum flow own_password_hash(struct request *request, struct tx *tx) {
    (void)tx;
    struct changing *changing = arena_new_of(request->arena, struct changing);
    changing->member = *(const struct member *)request->scratch;
    if (!password_hash(request->arena, field_text(request, "fresh"), &changing->encoded)) arena_unwind(request->arena);
    request->scratch = changing;
    return FLOW_NEXT;
}

enum flow own_password_save(struct request *request, struct tx *tx) {
    struct shop_person person;
    const struct changing *changing = request->scratch;
    if (shop_enter(request, tx, SHOP_ANY, &person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!member_stands(request, tx, &changing->member)) return refuse_at(request, "password", &unproven);
    member_password_set(tx, &changing->member, changing->encoded);
    member_sessions_end_others(request, tx, person.login);
    member_proved(request, tx, person.login);
    audit_record(request, 0, "shops.password.changed", person.login);
    return answer_done(request, doc_new(request->arena), shop_home(request, person.roles));
}
