/* signin.c: staff's own way in: login, password and the authenticator app's code, all at once, so that nothing is told
 * of one without the others (BO-1). Tries are counted before anything is compared; an unknown login takes the same way
 * and the same time. The first sign-in, by the password that `kabinet staff add` printed, enrols the app. */
#include "backoffice/internal.h"

#include "identity/password_rules.h"
#include "identity/totp.h"

#define PASSWORD_LEAST 12

STATEMENT(code_used, "UPDATE staff SET counter = $2 WHERE id = $1 AND counter < $2");
STATEMENT(secret_put, "UPDATE staff SET secret = $2, counter = 0 WHERE id = $1 AND enrolled = 0");
STATEMENT(enrolled_put, "UPDATE staff SET enrolled = 1, password = $2, counter = $3 WHERE id = $1 AND enrolled = 0");

static const struct refusal wrong = {"staff-sign-in-wrong", 422, S_backoffice_signin_wrong, false};
static const struct refusal locked = {"too-many-tries", 429, S_backoffice_signin_locked, true};
static const struct refusal code_wrong = {"code-wrong", 422, S_backoffice_enrol_code_wrong, false};
static const struct refusal weak = {"password-weak", 422, S_backoffice_enrol_weak, false};
static const struct refusal begin_again = {"enrolment-over", 403, S_backoffice_enrol_over, false};

struct signing {
    struct staff staff; /* id 0: nobody */
    int64_t step;       /* of the code that matched */
    struct text password;
};

enum flow staff_signin_page(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}

static struct text login_of(struct request *request) {
    return text_lower_ascii(request->arena, field_text(request, "login"));
}

/* What the command's arena holds may end with its group, so it moves over. */
static void keep(struct arena *arena, struct staff *staff) {
    staff->login = text_copy(arena, staff->login);
    staff->password = text_copy(arena, staff->password);
    if (staff->secret.data != NULL) staff->secret = text_copy(arena, staff->secret);
}

enum flow staff_signin_reserve(struct request *request, struct tx *tx) {
    const struct backoffice_settings *settings = backoffice_settings(request->engine);
    const struct tally_policy by_login = {settings->tries, DAY, settings->pause, settings->pause_max};
    const struct tally_policy by_address = {settings->address_tries, HOUR, settings->pause, settings->pause_max};
    moment free_at = 0;
    if (!tally_take(request->engine, tx, "staff.address", request->address, &by_address, &free_at) ||
        !tally_take(request->engine, tx, "staff.login", login_of(request), &by_login, &free_at)) {
        audit_record(request, 0, "staff.signin.locked", login_of(request));
        return refuse_until(request, &locked, free_at);
    }
    struct signing *signing = arena_new_of(request->arena, struct signing);
    if (staff_by_login(engine_keyring(request->engine), tx, login_of(request), &signing->staff) &&
        !signing->staff.blocked)
        keep(request->arena, &signing->staff);
    else signing->staff = (struct staff){0};
    request->scratch = signing;
    return FLOW_NEXT;
}

enum flow staff_signin_compare(struct request *request, struct tx *tx) {
    (void)tx;
    struct signing *signing = request->scratch;
    const struct staff *staff = &signing->staff;
    struct text password = field_text(request, "password");
    bool right = staff->id != 0 ? password_matches(staff->password, password) : password_matches_nobody(password);
    struct text secret = staff->secret.data != NULL ? staff->secret : TEXT("12345678901234567890");
    signing->step = totp_step(secret, field_text(request, "code"), world_now(request->world), staff->counter);
    if (right && (signing->step != 0 || !staff->enrolled)) return FLOW_NEXT;
    audit_record(request, 0, "staff.signin.wrong", login_of(request));
    return refuse(request, &wrong);
}

/* The app's secret is made here and shown on the next page. */
static enum flow begin_enrolling(struct request *request, struct tx *tx, const struct staff *staff) {
    uint8_t secret[TOTP_SECRET_BYTES];
    world_random(request->world, secret, sizeof secret);
    struct text sealed = sealed_text(request->engine, tx, "staff.totp", staff->id,
                                     (struct text){(const char *)secret, sizeof secret});
    tx_run(tx, &secret_put, VALUES(V_INT(staff->id), V_BYTES(sealed.data, sealed.size)));
    staff_session_open(request, tx, staff->id, true);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "enrol", true);
    return answer_done(request, document, TEXT("/staff/enrol"));
}

enum flow staff_signin_open(struct request *request, struct tx *tx) {
    const struct signing *signing = request->scratch;
    struct staff staff;
    bool same = staff_by_id(engine_keyring(request->engine), tx, signing->staff.id, &staff) &&
                text_equal(staff.password, signing->staff.password) && staff.enrolled == signing->staff.enrolled;
    if (same && staff.enrolled) same = tx_run(tx, &code_used, VALUES(V_INT(staff.id), V_INT(signing->step))) == 1;
    if (!same) return refuse(request, &wrong); /* changed, or the code used, while it was compared */
    tally_forget(request->engine, tx, "staff.login", login_of(request));
    tally_return(request->engine, tx, "staff.address", request->address);
    request->caller.staff = staff.id;
    audit_record(request, 0, staff.enrolled ? "staff.signin" : "staff.signin.first", TEXT_NONE);
    if (!staff.enrolled) return begin_enrolling(request, tx, &staff);
    staff_session_open(request, tx, staff.id, false);
    struct node *document = doc_new(request->arena);
    doc_id(document, "staff", staff.id);
    struct text next = field_text(request, "next");
    return answer_done(request, document, local_path(next) && text_starts(next, "/staff") ? next : TEXT("/staff"));
}

enum flow staff_signout(struct request *request, struct tx *tx) {
    staff_session_end(request, tx);
    answer_cookie(request, "staff", TEXT(""), -1);
    return answer_done(request, doc_new(request->arena), TEXT("/staff/signin"));
}

/* ---- the first sign-in ---- */

static bool enrolling(struct request *request, struct tx *tx, struct staff *staff) {
    int64_t id = staff_enrolling(request, tx);
    return id != 0 && staff_by_id(engine_keyring(request->engine), tx, id, staff) && !staff->blocked &&
           !staff->enrolled && staff->secret.size == TOTP_SECRET_BYTES;
}

enum flow enrol_page(struct request *request, struct tx *tx) {
    struct staff staff;
    if (!enrolling(request, tx, &staff)) return see_or_refuse(request, "/staff/signin", &begin_again);
    struct arena *arena = request->arena;
    struct text company = text_from(engine_config(request->engine)->company);
    struct text address = totp_address(arena, staff.secret, company, staff.login);
    int side = 0;
    struct node *document = doc_new(arena);
    doc_text(document, "login", staff.login);
    doc_text(document, "address", address);
    doc_text(document, "secret", totp_readable(arena, staff.secret, false));
    doc_text(document, "path", qr_path(arena, address, &side));
    doc_text(document, "box", text_format(arena, "0 0 %d %d", side, side));
    doc_int(document, "least", PASSWORD_LEAST);
    return answer_ok(request, document);
}

enum flow enrol_check(struct request *request, struct tx *tx) {
    struct signing *signing = arena_new_of(request->arena, struct signing);
    if (!enrolling(request, tx, &signing->staff)) return see_or_refuse(request, "/staff/signin", &begin_again);
    keep(request->arena, &signing->staff);
    signing->step = totp_step(signing->staff.secret, field_text(request, "code"), world_now(request->world), 0);
    if (signing->step == 0)
        return refuse_at(request, "code", &code_wrong);
    if (password_faults(field_text(request, "password"), PASSWORD_MODERN, PASSWORD_LEAST, signing->staff.login) != 0)
        return refuse_at(request, "password", &weak);
    request->scratch = signing;
    return FLOW_NEXT;
}

enum flow enrol_hash(struct request *request, struct tx *tx) {
    (void)tx;
    struct signing *signing = request->scratch;
    if (!password_hash(request->arena, field_text(request, "password"), &signing->password))
        arena_unwind(request->arena);
    return FLOW_NEXT;
}

enum flow enrol_open(struct request *request, struct tx *tx) {
    const struct signing *signing = request->scratch;
    struct staff staff;
    if (!enrolling(request, tx, &staff) || staff.id != signing->staff.id ||
        tx_run(tx, &enrolled_put, VALUES(V_INT(staff.id), V_TEXT(signing->password), V_INT(signing->step))) != 1)
        return see_or_refuse(request, "/staff/signin", &begin_again);
    staff_sessions_end(tx, staff.id);
    staff_session_open(request, tx, staff.id, false);
    request->caller.staff = staff.id;
    audit_record(request, 0, "staff.enrolled", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_id(document, "staff", staff.id);
    return answer_done(request, document, TEXT("/staff"));
}
