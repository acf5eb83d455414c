/* policy_pages.c: policies as staff see and change them: the text with its remarks, versions, what each changed; a new
 * one is written by one, tried on what was asked before, and switched on by two (BO-2, BO-4), never for the past. */
#include "products/loans/staff.h"

#include <stdio.h>

#define VERSIONS_SHOWN 50

#define ROW "version, note, staff, at, since"
STATEMENT(row_of, "SELECT " ROW " FROM loan_policy WHERE version = $1");
STATEMENT(versions, "SELECT " ROW " FROM loan_policy ORDER BY version DESC LIMIT $1");
STATEMENT(content_of, "SELECT content FROM loan_policy WHERE version = $1");
STATEMENT(newest, "SELECT MAX(version) FROM loan_policy");
STATEMENT(insert, "INSERT INTO loan_policy (id, version, content, note, staff, at, since) "
                  "VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING");
STATEMENT(switch_on, "UPDATE loan_policy SET since = $2 WHERE version = $1 AND (since = 0 OR since > $3)");

static const struct refusal raced = {"changed-meanwhile", 409, S_loans_policy_raced, false};
static const struct refusal untried = {"policy-not-tried", 409, S_loans_policy_untried, false};
static const struct refusal decided_already = {"policy-decides-already", 409, S_loans_policy_decided, false};
static const struct refusal too_late = {"policy-too-late", 409, S_loans_policy_too_late, false};

/* ---- rows ---- */

static struct policy_row read_row(struct tx *tx, const struct rows *rows) {
    return (struct policy_row){.version = row_int(rows, 0),
                               .note = row_copy(rows, 1, tx_arena(tx)),
                               .staff = row_int(rows, 2),
                               .at = row_int(rows, 3),
                               .since = row_int(rows, 4)};
}

bool policy_row_find(struct tx *tx, int64_t version, struct policy_row *row) {
    struct rows *rows = tx_query(tx, &row_of, VALUES(V_INT(version)));
    bool found = rows_next(rows);
    if (found) *row = read_row(tx, rows);
    rows_end(rows);
    return found;
}

bool policy_row_asked(struct request *request, struct tx *tx, struct policy_row *row) {
    int64_t version;
    return request_param_id(request, 0, &version) && policy_row_find(tx, version, row);
}

static struct text content(struct request *request, struct tx *tx, int64_t version) {
    struct rows *rows = tx_query(tx, &content_of, VALUES(V_INT(version)));
    struct text text = rows_next(rows) ? row_copy(rows, 0, request->arena) : TEXT_NONE;
    rows_end(rows);
    return text;
}

static int64_t newest_version(struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest, NO_VALUES);
    int64_t version = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

/* ---- pages ---- */

static void tell_row(struct request *request, struct tx *tx, const struct policy_row *row, int64_t decides,
                     struct node *node) {
    bool waits = row->since > world_now(request->world);
    doc_int(node, "version", row->version);
    doc_text(node, "note", row->note);
    doc_text(node, "author", staff_login(tx, request->arena, row->staff));
    doc_moment(node, "at", row->at);
    doc_text(node, "state", row->version == decides ? TEXT("decides")
                            : waits                 ? TEXT("waits")
                            : row->since > 0        ? TEXT("decided")
                                                    : TEXT("draft"));
    if (row->since > 0) doc_moment(node, "since", row->since);
    else doc_null(node, "since");
}

/* GET /staff/loans/policy */
enum flow policy_read_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "versions");
    int64_t decides = loans_policy_at(tx, world_now(request->world));
    struct policy_row *found = arena_array(request->arena, struct policy_row, VERSIONS_SHOWN);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &versions, VALUES(V_INT(VERSIONS_SHOWN)));
    while (count < VERSIONS_SHOWN && rows_next(rows)) found[count++] = read_row(tx, rows);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) tell_row(request, tx, &found[i], decides, doc_add_object(list));
    doc_bool(document, "may_write", (request->caller.roles & WHO_WRITES_POLICY) != 0);
    doc_int(document, "decides", decides);
    policy_lines_tell(request->arena, content(request, tx, decides), TEXT_NONE, doc_array(document, "lines"));
    return answer_ok(request, document);
}

/* GET /staff/loans/policy/{version} */
enum flow policy_version_page(struct request *request, struct tx *tx) {
    struct policy_row row;
    if (!policy_row_asked(request, tx, &row)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct text now = content(request, tx, row.version), before = content(request, tx, row.version - 1);
    tell_row(request, tx, &row, loans_policy_at(tx, world_now(request->world)), document);
    doc_bool(document, "may_write", (request->caller.roles & WHO_WRITES_POLICY) != 0);
    doc_text(document, "content", now);
    bool changed = policy_lines_tell(request->arena, now, before, doc_array(document, "lines"));
    doc_bool(document, "changed", changed);
    doc_int(document, "before", before.data != NULL ? row.version - 1 : 0);
    struct node *trial = doc_object(document, "trial");
    doc_bool(document, "tried", policy_trial_tell(request, tx, row.version, trial));
    return answer_ok(request, document);
}

/* ---- a new one ---- */

/* What came as a file; TEXT_NONE: none did, or it is not to be read. */
static struct text uploaded(struct request *request) {
    const struct field_value *file = request_field(request, "file");
    if (file == NULL || file->upload == NULL || file->upload->size > POLICY_BYTES_MOST) return TEXT_NONE;
    FILE *from = fopen(file->upload->path, "rbe");
    if (from == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(request->arena, POLICY_BYTES_MOST);
    size_t size = fread(bytes, 1, POLICY_BYTES_MOST, from);
    bool whole = !ferror(from);
    fclose(from);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

/* GET /staff/loans/policy/new: with the newest text to begin with; after a fault with what was sent. */
enum flow policy_new_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct text sent = uploaded(request);
    bool readable = sent.data != NULL && text_valid_utf8(sent);
    struct text begin = readable ? sent : content(request, tx, newest_version(tx));
    doc_int(document, "from", newest_version(tx));
    doc_text(document, "content", begin.data != NULL ? begin : TEXT(""));
    return answer_ok(request, document);
}

static struct text without_returns(struct arena *arena, struct text text) {
    struct buffer out = buffer_new(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\r') buffer_add_char(&out, text.data[i]);
    return buffer_text(&out);
}

/* What is wrong with which line, beside the field that it came by. */
static enum flow refuse_line(struct request *request, const char *field, int line, const char *what) {
    struct node *arguments = doc_new(request->arena);
    doc_int(arguments, "line", line);
    doc_text(arguments, "what", staff_say(request->arena, &request->locale, policy_fault_words(what)));
    const struct string_argument told[] = {{"line", doc_get(arguments, "line")}, {"what", doc_get(arguments, "what")}};
    request_mark(request, field, S_loans_policy_wrong_line, told, 2);
    return refuse_rest(request);
}

/* POST /staff/loans/policy, on a worker: what was typed or uploaded is read. */
enum flow policy_take(struct request *request, struct tx *unused) {
    (void)unused;
    bool file = request_field(request, "file")->upload != NULL;
    struct text sent = file ? uploaded(request) : field_text(request, "content");
    const char *field = file ? "file" : "content", *what;
    int line;
    if (sent.data == NULL || sent.size == 0)
        return refuse_field(request, field, file ? S_loans_policy_too_large : S_loans_policy_missing);
    struct text *text = arena_new_of(request->arena, struct text);
    *text = without_returns(request->arena, sent);
    struct policy *policy = arena_new_of(request->arena, struct policy);
    if (!policy_read(*text, policy, &line, &what)) return refuse_line(request, field, line, what);
    request->scratch = text;
    return FLOW_NEXT;
}

enum flow policy_write(struct request *request, struct tx *tx) {
    const struct text *text = request->scratch;
    int64_t version = newest_version(tx) + 1;
    if (tx_run(tx, &insert,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(version), V_TEXT(*text), V_TEXT(field_text(request, "note")),
                      V_INT(request->caller.staff), V_INT(world_now(request->world)))) != 1)
        return refuse(request, &raced);
    struct node *document = doc_new(request->arena);
    doc_int(document, "version", version);
    audit_record(request, 0, "loans.policy.written", text_format(request->arena, "%lld", (long long)version));
    return answer_created(request, document,
                          text_format(request->arena, "/staff/loans/policy/%lld", (long long)version));
}

/* ---- switched on ---- */

/* When it begins, of the day that was asked for; 0: as soon as it is confirmed. */
static moment begins(const struct request *request, int64_t day) {
    return day == 0 ? 0 : day_start(date_from_days(day), engine_zone(request->engine));
}

/* POST /staff/loans/policy/{id}/switch */
enum flow policy_switch(struct request *request, struct tx *tx) {
    struct policy_row row;
    int64_t day = field_number(request, "since");
    moment now = world_now(request->world);
    request->fields_valid = true; /* a command may be run again */
    if (!policy_row_asked(request, tx, &row)) return answer_missing(request);
    if (row.since != 0 && row.since <= now) return refuse(request, &decided_already);
    if (field_given(request, "since") && day < loans_today(request->engine))
        return refuse_field(request, "since", S_loans_policy_past);
    if (!policy_trial_tell(request, tx, row.version, doc_new(request->arena))) return refuse(request, &untried);
    if (begins(request, day) <= now) day = 0;
    return approval_asked(request, approval_ask(request, tx, "loans.policy", 0, row.version,
                                                text_format(request->arena, "%lld", (long long)day),
                                                field_text(request, "reason")));
}

void policy_switch_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    int64_t day = 0;
    const struct locale *locale = &request->locale;
    struct arena *arena = request->arena;
    struct buffer since = buffer_new(arena, 40);
    text_to_int(approval->data, &day);
    if (day != 0) locale_date(&since, locale, date_from_days(day));
    else buffer_add_text(&since, staff_say(arena, locale, S_loans_policy_at_once));
    approval_fact(facts, locale, S_loans_policy_version,
                  text_format(arena, "%lld", (long long)approval->subject));
    approval_fact(facts, locale, S_loans_policy_since, buffer_text(&since));
    approval_fact(facts, locale, S_loans_policy_decides_now,
                  text_format(arena, "%lld", (long long)loans_policy_at(tx, world_now(request->world))));
    struct node *lines = doc_array(doc_new(arena), "lines");
    policy_lines_tell(arena, content(request, tx, approval->subject),
                      content(request, tx, loans_policy_at(tx, world_now(request->world))), lines);
    for (const struct node *each = lines->first; each != NULL; each = each->next) {
        struct text change = doc_get(each, "change")->text;
        if (change.size == 0) continue;
        approval_fact(facts, locale, text_is(change, "+") ? S_loans_policy_added : S_loans_policy_removed,
                      doc_get(each, "text")->text);
    }
}

const struct refusal *policy_switched(struct request *request, struct tx *tx, const struct approval *approval) {
    int64_t day = 0;
    moment now = world_now(request->world);
    text_to_int(approval->data, &day);
    moment since = begins(request, day);
    if (since != 0 && since < now) return &too_late;
    if (tx_run(tx, &switch_on, VALUES(V_INT(approval->subject), V_INT(since != 0 ? since : now), V_INT(now))) != 1)
        return &decided_already;
    audit_record(request, 0, "loans.policy.on", text_format(request->arena, "%lld", (long long)approval->subject));
    return NULL;
}
