/* case_tell.c: a case's messages as documents: to its owner, and to staff, who also see notes, who of them wrote what,
 * and what the operation is that it is about. */
#include "support/internal.h"

#include "backoffice/backoffice.h"
#include "operations/operations.h"

#define MESSAGES_SHOWN 300

STATEMENT(messages_of, "SELECT id, author, staff, about, made, words FROM support_message WHERE case_id = $1 "
                       "ORDER BY id DESC LIMIT 300");
STATEMENT(files_of, "SELECT id, message, kind, name FROM support_file WHERE case_id = $1 ORDER BY id LIMIT 300");

const char *channel_name(enum case_channel channel) {
    static const char *const names[] = {[CASE_CHAT] = "chat", [CASE_MAIL] = "mail", [CASE_THEFT] = "theft",
                                        [CASE_CALL] = "call"};
    return names[channel];
}

const char *state_name(enum case_state state) {
    return state == CASE_WAITING ? "waiting" : state == CASE_ANSWERED ? "answered" : "closed";
}

static const char *author_name(int64_t author) {
    static const char *const names[] = {"", "customer", "support", "system", "note"};
    return names[author];
}

struct shown {
    int64_t id;
    moment at;
    struct said said;
    struct node *node;
};

static void tell_files(struct request *request, struct tx *tx, int64_t id, const struct shown *shown, size_t count) {
    struct rows *rows = tx_query(tx, &files_of, VALUES(V_INT(id)));
    while (rows_next(rows)) {
        int64_t file = row_int(rows, 0);
        struct text name;
        if (!secret_open(engine_keyring(request->engine), request->arena, "support.file", file, row_text(rows, 3),
                         &name))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (shown[i].id != row_int(rows, 1)) continue;
            struct node *files = (struct node *)(uintptr_t)doc_get(shown[i].node, "files");
            struct node *node = doc_add_object(files);
            doc_id(node, "id", file);
            doc_id(node, "case", id);
            doc_text(node, "name", name);
            break;
        }
    }
    rows_end(rows);
}

static void tell_one(struct request *request, struct tx *tx, const struct support_case *found, struct shown *shown,
                     struct node *messages) {
    bool staff = request->caller.kind == WHO_STAFF;
    enum author author = shown->said.author;
    bool theirs = staff ? author == AUTHOR_CUSTOMER || author == AUTHOR_SYSTEM : author == AUTHOR_STAFF;
    struct node *node = shown->node = doc_add_object(messages);
    doc_id(node, "id", shown->id);
    doc_text(node, "author", text_from(author_name(author)));
    doc_moment(node, "at", shown->at);
    doc_text(node, "text", shown->said.words);
    doc_bool(node, "unread", theirs && shown->id > (staff ? found->seen_staff : found->seen_owner));
    doc_array(node, "files");
    if (shown->said.about != 0) doc_id(node, "about", shown->said.about);
    if (!staff) return;
    if (shown->said.staff != 0) doc_text(node, "login", staff_login(tx, request->arena, shown->said.staff));
    if (shown->said.about != 0)
        operation_tell(request, tx, found->customer, shown->said.about, node, "operation");
}

/* The newest MESSAGES_SHOWN, oldest first. */
void case_tell(struct request *request, struct tx *tx, const struct support_case *found, struct node *messages) {
    struct shown *shown = arena_array(request->arena, struct shown, MESSAGES_SHOWN);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &messages_of, VALUES(V_INT(found->id)));
    while (count < MESSAGES_SHOWN && rows_next(rows)) {
        struct shown *each = &shown[count];
        *each = (struct shown){.id = row_int(rows, 0), .at = row_int(rows, 4)};
        each->said = (struct said){(enum author)row_int(rows, 1), row_int(rows, 2), row_int(rows, 3), TEXT_NONE};
        if (each->said.author == AUTHOR_NOTE && request->caller.kind != WHO_STAFF) continue;
        if (secret_open(engine_keyring(request->engine), request->arena, "support.words", each->id, row_text(rows, 5),
                        &each->said.words))
            count++;
    }
    rows_end(rows);
    for (size_t i = count; i-- > 0;) tell_one(request, tx, found, &shown[i], messages);
    tell_files(request, tx, found->id, shown, count);
}

bool operation_tell(struct request *request, struct tx *tx, int64_t customer, int64_t id, struct node *document,
                    const char *name) {
    struct engine *engine = request->engine;
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = customer != 0 && id != 0 ? operations_accounts(engine, tx, customer, accounts) : 0;
    for (size_t i = 0; i < count; i++) {
        struct entry entry;
        if (!ledger_entry(engine_ledger(engine), tx, accounts[i], id, &entry)) continue;
        const struct operation_kind *kind = engine_operation_kind(engine, entry.kind);
        struct node *node = doc_object(document, name);
        doc_id(node, "id", entry.id);
        if (kind != NULL) doc_text(node, "title", string_get(request->arena, &request->locale, kind->title, NULL, 0));
        doc_money(node, "sum", (struct money){entry.amount, entry.currency});
        doc_moment(node, "at", id_moment(entry.id));
        return true;
    }
    return false;
}
