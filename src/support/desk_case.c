/* desk_case.c: one case as staff work on it (SU-1): taken, answered, handed over, closed with an outcome, reopened.
 * Only who has taken it answers, so that two never answer at once. What was said is open to him, and to who may see
 * the customer; to nobody else. */
#include "support/desk.h"
#include "support/mail.h"

STATEMENT(staff_read, "UPDATE support_case SET seen_staff = last_owner WHERE id = $1 AND seen_staff < last_owner");
STATEMENT(calls_of_case, "SELECT id, phone, part, made, outcome FROM support_callback WHERE case_id = $1 ORDER BY id "
                         "LIMIT 50");
STATEMENT(end_call, "UPDATE support_callback SET done = $3, outcome = $4, staff = $5 WHERE case_id = $1 AND id = $2 "
                    "AND done = 0");
STATEMENT(reopen, "UPDATE support_case SET state = 1, changed = $2, outcome = 0 WHERE id = $1 AND state = 3");

static const struct refusal taken = {"case-taken", 409, S_support_desk_taken, false};
static const struct refusal not_yours = {"case-not-yours", 409, S_support_desk_not_yours, false};
static const struct refusal closed = {"case-closed", 409, S_support_desk_is_closed, false};
static const struct refusal open_still = {"case-open", 409, S_support_desk_is_open, false};

bool desk_find(struct request *request, struct tx *tx, struct desk_case *desk) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !case_by_id(tx, id, &desk->found)) return false;
    if (!desk_roles_allow(request, desk->found.channel)) return false;
    desk->queue = case_queue(desk->found.channel);
    desk->owner = desk->found.state == CASE_CLOSED ? -1 : queue_owner(tx, desk->queue, id);
    desk->mine = desk->owner == request->caller.staff;
    int64_t customer = desk->found.customer;
    desk->reads = desk->mine || (customer != 0 && staff_sees(request, tx, customer).allowed);
    return true;
}

/* ---- the page ---- */

static struct text said(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static void tell_calls(struct request *request, struct tx *tx, int64_t id, struct node *list) {
    static const string_id parts[] = {S_support_call_soon, S_support_call_morning, S_support_call_day,
                                      S_support_call_evening};
    struct rows *rows = tx_query(tx, &calls_of_case, VALUES(V_INT(id)));
    while (rows_next(rows)) {
        struct text phone = TEXT_NONE;
        if (!secret_open(engine_keyring(request->engine), request->arena, "support.phone", row_int(rows, 0),
                         row_text(rows, 1), &phone))
            continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "phone", phone_pretty(request->arena, phone));
        doc_text(node, "when", said(request, parts[row_int(rows, 2) % 4]));
        doc_moment(node, "made", row_int(rows, 3));
        doc_int(node, "outcome", row_int(rows, 4));
        doc_bool(node, "open", row_int(rows, 4) == 0);
    }
    rows_end(rows);
}

static struct text outcome_title(struct request *request, enum outcome outcome) {
    static const string_id titles[] = {[OUTCOME_SOLVED] = S_support_outcome_solved,
                                       [OUTCOME_UNSOLVED] = S_support_outcome_unsolved,
                                       [OUTCOME_SPAM] = S_support_outcome_spam,
                                       [OUTCOME_SILENT] = S_support_outcome_silent};
    return outcome == OUTCOME_NONE ? TEXT_NONE : said(request, titles[outcome]);
}

static void tell_facts(struct request *request, struct tx *tx, const struct desk_case *desk, struct node *document) {
    const struct support_case *found = &desk->found;
    doc_id(document, "id", found->id);
    doc_text(document, "channel", text_from(channel_name(found->channel)));
    doc_text(document, "state", text_from(state_name(found->state)));
    doc_text(document, "language", text_from(language_tag(found->language)));
    doc_moment(document, "opened", found->opened);
    if (found->due != 0) doc_moment(document, "due", found->due);
    doc_bool(document, "overdue", found->due != 0 && found->due < world_now(request->world));
    doc_bool(document, "open", found->state != CASE_CLOSED);
    doc_bool(document, "mine", desk->mine);
    doc_bool(document, "free", desk->owner == 0);
    doc_bool(document, "reads", desk->reads);
    doc_text(document, "owner", desk->owner > 0 ? staff_login(tx, request->arena, desk->owner) : TEXT_NONE);
    if (found->customer != 0) doc_id(document, "customer", found->customer);
    doc_text(document, "outcome", outcome_title(request, found->outcome));
    if (found->score > 0) doc_int(document, "score", found->score);
    struct mail_side side;
    if (!desk->reads || found->channel != CASE_MAIL || !mail_of_case(request, tx, found->id, &side)) return;
    struct node *mail = doc_object(document, "mail");
    doc_text(mail, "address", side.address);
    doc_text(mail, "subject", side.subject);
    doc_bool(mail, "verified", side.verified);
}

static enum flow show(struct request *request, struct tx *tx, const struct desk_case *desk) {
    struct node *document = doc_new(request->arena);
    tell_facts(request, tx, desk, document);
    struct node *messages = doc_array(document, "messages"), *calls = doc_array(document, "calls"),
                *phrases = doc_array(document, "phrases");
    if (desk->reads) case_tell(request, tx, &desk->found, messages);
    if (desk->mine) {
        tell_calls(request, tx, desk->found.id, calls);
        phrases_tell(tx, desk->found.language, phrases);
        bool chosen = request->method == METHOD_GET && field_given(request, "phrase");
        struct text words = chosen ? phrase_words(request, tx, field_number(request, "phrase")) : TEXT_NONE;
        if (words.size > 0) doc_text(document, "phrase", words);
    }
    if (desk->found.customer != 0 && desk->mine) staff_checks_tell(request, tx, desk->found.customer, document);
    if (desk->found.customer != 0 && desk->reads)
        audit_record(request, desk->found.customer, "support.case.seen",
                     text_format(request->arena, "%lld", (long long)desk->found.id));
    return answer_ok(request, document);
}

enum flow desk_case_page(struct request *request, struct tx *tx) {
    struct desk_case desk;
    return desk_find(request, tx, &desk) ? show(request, tx, &desk) : answer_missing(request);
}

/* Only what is new to who has it needs a command. */
enum flow desk_look(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!desk_find(request, tx, &desk)) return answer_missing(request);
    if (desk.mine && desk.found.last_owner > desk.found.seen_staff) return FLOW_NEXT;
    return show(request, tx, &desk);
}

enum flow desk_seen(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!desk_find(request, tx, &desk)) return answer_missing(request);
    if (desk.mine) tx_run(tx, &staff_read, VALUES(V_INT(desk.found.id)));
    return show(request, tx, &desk);
}

enum flow desk_file(struct request *request, struct tx *tx) {
    struct desk_case desk;
    int64_t file = 0;
    if (!desk_find(request, tx, &desk) || !desk.reads || !request_param_id(request, 1, &file))
        return answer_missing(request);
    audit_record(request, desk.found.customer, "support.case.file",
                 text_format(request->arena, "%lld %lld", (long long)desk.found.id, (long long)file));
    return attachment_give(request, tx, desk.found.id, file);
}

/* ---- acts ---- */

static enum flow changed(struct request *request, const struct desk_case *desk, const char *what, struct text detail) {
    audit_record(request, desk->found.customer, what,
                 text_trim(text_format(request->arena, "%lld %.*s", (long long)desk->found.id, TEXT_ARG(detail))));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", desk->found.id);
    return answer_done(request, document, desk_path(request, desk->found.id));
}

/* True when the case is the caller's; else it has answered. */
static bool works_on(struct request *request, struct tx *tx, struct desk_case *desk) {
    if (!desk_find(request, tx, desk)) {
        answer_missing(request);
        return false;
    }
    if (desk->mine) return true;
    refuse(request, desk->found.state == CASE_CLOSED ? &closed : &not_yours);
    return false;
}

enum flow desk_take(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!desk_find(request, tx, &desk)) return answer_missing(request);
    if (desk.found.state == CASE_CLOSED) return refuse(request, &closed);
    if (!queue_pass(tx, desk.queue, desk.found.id, 0, request->caller.staff)) return refuse(request, &taken);
    return changed(request, &desk, "support.case.taken", TEXT(""));
}

enum flow desk_hand(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!works_on(request, tx, &desk)) return FLOW_ANSWERED;
    struct text login = field_text(request, "login");
    int64_t to = login.size > 0 ? queue_worker(request->engine, tx, desk.queue, login) : 0; /* nobody: back to all */
    if (login.size > 0 && to == 0) return refuse_field(request, "login", S_support_desk_no_member);
    if (!queue_pass(tx, desk.queue, desk.found.id, request->caller.staff, to)) return refuse(request, &not_yours);
    if (to != 0) engine_notify(request->engine, tx, to, "support");
    else duty_notify(request->engine, tx);
    return changed(request, &desk, to != 0 ? "support.case.handed" : "support.case.released", login);
}

enum flow desk_say(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!works_on(request, tx, &desk)) return FLOW_ANSWERED;
    const struct attachment *attachment = request->scratch;
    struct said words = {.author = AUTHOR_STAFF, .staff = request->caller.staff, .words = field_text(request, "text")};
    if (words.words.size == 0 && attachment == NULL) return refuse_field(request, "text", S_support_desk_nothing);
    if (attachment != NULL && desk.found.channel == CASE_MAIL)
        return refuse_field(request, "file", S_support_mail_no_files);
    int64_t message = case_say(request->engine, tx, desk.found.id, &words);
    mail_answer(request, tx, &desk.found, words.words);
    if (attachment != NULL) attachment_keep(request, tx, desk.found.id, message, attachment);
    return changed(request, &desk, "support.case.answered", TEXT(""));
}

enum flow desk_note(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!works_on(request, tx, &desk)) return FLOW_ANSWERED;
    struct said note = {.author = AUTHOR_NOTE, .staff = request->caller.staff, .words = field_text(request, "note")};
    case_say(request->engine, tx, desk.found.id, &note);
    return changed(request, &desk, "support.case.noted", TEXT(""));
}

enum flow desk_close(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!works_on(request, tx, &desk)) return FLOW_ANSWERED;
    enum outcome outcome = (enum outcome)(field_number(request, "outcome") + 1);
    case_close(request->engine, tx, &desk.found, request->caller.staff, outcome);
    return changed(request, &desk, "support.case.closed", outcome_title(request, outcome));
}

/* By who goes on with it: it is his at once. */
enum flow desk_reopen(struct request *request, struct tx *tx) {
    struct desk_case desk;
    if (!desk_find(request, tx, &desk)) return answer_missing(request);
    struct value now = V_INT(world_now(request->world));
    if (tx_run(tx, &reopen, VALUES(V_INT(desk.found.id), now)) != 1) return refuse(request, &open_still);
    queue_add(request->engine, tx, desk.queue, desk.found.id, desk.found.customer,
              said(request, S_support_desk_reopened), 0);
    queue_pass(tx, desk.queue, desk.found.id, 0, request->caller.staff);
    return changed(request, &desk, "support.case.reopened", TEXT(""));
}

/* ---- a call that was asked for ---- */

/* Who was not reached is told so in the conversation, in its own language. */
enum flow call_done(struct request *request, struct tx *tx) {
    struct desk_case desk;
    int64_t call = 0;
    if (!works_on(request, tx, &desk)) return FLOW_ANSWERED;
    int64_t outcome = field_number(request, "outcome") + 1; /* 1 reached, 2 not reached, 3 needless */
    if (!request_param_id(request, 1, &call) ||
        tx_run(tx, &end_call,
               VALUES(V_INT(desk.found.id), V_INT(call), V_INT(world_now(request->world)), V_INT(outcome),
                      V_INT(request->caller.staff))) != 1)
        return answer_missing(request);
    const struct locale theirs = {desk.found.language, request->locale.zone, request->locale.now};
    struct said words = {.author = outcome == 2 ? AUTHOR_STAFF : AUTHOR_NOTE, .staff = request->caller.staff};
    static const string_id told[] = {S_support_call_reached, S_support_call_missed, S_support_call_needless};
    words.words = string_get(request->arena, outcome == 2 ? &theirs : &request->locale, told[outcome - 1], NULL, 0);
    case_say(request->engine, tx, desk.found.id, &words);
    return changed(request, &desk, "support.call.done", text_format(request->arena, "%lld", (long long)outcome));
}
