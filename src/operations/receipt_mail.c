/* receipt_mail.c: receipts by e-mail, to the customer's own confirmed address alone: of one operation when he asks, and
 * of each payment and transfer of his when he has chosen so. What became of a letter is messaging's to keep; the PDF is
 * made when the letter goes out (messaging.h says why). */
#include "operations/pages.h"

#include "generated/strings_operations.h"
#include "identity/identity.h"
#include "messaging/messaging.h"
#include "operations/state.h"

#define LETTERS_A_DAY 100 /* asked for and by themselves */

STATEMENT(choice_read, "SELECT wanted FROM receipt_choice WHERE customer = $1");
STATEMENT(choice_put, "INSERT INTO receipt_choice (customer, id, wanted) VALUES ($1, $2, $3) "
                      "ON CONFLICT (customer) DO UPDATE SET id = $2, wanted = $3");
STATEMENT(choice_newer, "SELECT id, customer FROM receipt_choice WHERE id > $1 ORDER BY id LIMIT 1000");

const struct refusal mail_no_address = {"no-address", 409, S_operations_mail_no_address, false};
const struct refusal mail_too_often = {"too-many-letters", 429, S_operations_mail_too_often, false};

static bool wants_each(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &choice_read, VALUES(V_INT(customer)));
    bool wants = rows_next(rows) && row_int(rows, 0) != 0;
    rows_end(rows);
    return wants;
}

/* ---- the letter ---- */

bool mail_day_is_full(struct tx *tx, int64_t customer) {
    return message_about_count(tx, customer, world_now(tx_world(tx)) - DAY) >= LETTERS_A_DAY;
}

static void write_letter(struct engine *engine, struct tx *tx, int64_t customer, struct text address,
                         enum language language, int64_t operation, bool by_itself) {
    struct node *values = doc_new(tx_arena(tx));
    struct text id = text_format(tx_arena(tx), "%lld", (long long)operation);
    doc_text(values, "company", text_from(engine_config(engine)->company));
    doc_text(values, "number", id);
    const struct string_argument arguments[] = {{"company", doc_get(values, "company")},
                                                {"number", doc_get(values, "number")}};
    message_mail(engine, tx,
                 &(struct mail){.customer = customer,
                                .address = address,
                                .language = language,
                                .subject = S_operations_mail_subject,
                                .text = S_operations_mail_words,
                                .arguments = arguments,
                                .argument_count = 2,
                                .file = "receipt",
                                .file_of = id,
                                .about = operation,
                                .bulk = by_itself});
}

/* mail_file_maker */
static enum mail_file_made make_receipt(struct engine *engine, struct arena *arena, const struct locale *locale,
                                        int64_t customer, struct text of, struct mail_file *file) {
    int64_t id;
    struct receipt *receipt = NULL;
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx == NULL) return MAIL_FILE_LATER;
    if (text_to_int(of, &id)) receipt = receipt_of(engine, tx, arena, locale, customer, id);
    if (!reader_end(reader, tx)) return MAIL_FILE_LATER;
    if (receipt == NULL) return MAIL_FILE_GONE;
    file->name = text_format(arena, "receipt-%.*s.pdf", TEXT_ARG(of)).data;
    file->content_type = "application/pdf";
    return receipt_draw(arena, receipt, &file->bytes) ? MAIL_FILE_MADE : MAIL_FILE_LATER;
}

/* ---- of one operation ---- */

void receipt_mail_tell(struct request *request, struct tx *tx, int64_t operation, struct node *document) {
    int64_t customer = request->caller.customer;
    struct text address = message_address_of(request->engine, tx, customer);
    doc_text(document, "mail_to", message_address_masked(request->arena, address));
    doc_bool(document, "mail_each", wants_each(tx, customer));
    message_about(request->engine, tx, customer, operation, doc_array(document, "mailed"));
}

/* On a snapshot, where looking locks nothing. */
enum flow receipt_mail_look(struct request *request, struct tx *tx) {
    int64_t id;
    bool known = request_param_id(request, 0, &id) && operation_told(request->engine, tx, request->arena,
                                                                     &request->locale, request->caller.customer, id);
    return known ? FLOW_NEXT : answer_missing(request);
}

/* One that is still on its way is not sent twice. */
bool mail_on_its_way(struct request *request, struct tx *tx, int64_t about) {
    struct node *list = doc_array(doc_new(request->arena), "mailed");
    message_about(request->engine, tx, request->caller.customer, about, list);
    return list->first != NULL && doc_truth(doc_get(list->first, "waits"));
}

enum flow receipt_mail_write(struct request *request, struct tx *tx) {
    int64_t id = 0, customer = request->caller.customer;
    request_param_id(request, 0, &id);
    struct text address = message_address_of(request->engine, tx, customer);
    if (address.size == 0) return refuse(request, &mail_no_address);
    if (!mail_on_its_way(request, tx, id)) {
        if (mail_day_is_full(tx, customer)) return refuse(request, &mail_too_often);
        write_letter(request->engine, tx, customer, address, request->locale.language, id, false);
    }
    struct node *document = doc_new(request->arena);
    doc_text(document, "mail_to", message_address_masked(request->arena, address));
    return answer_done(request, document, text_format(request->arena, "/operations/%lld", (long long)id));
}

/* ---- of each ---- */

enum flow receipt_choice_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct text address = message_address_of(request->engine, tx, request->caller.customer);
    doc_bool(document, "each", wants_each(tx, request->caller.customer));
    doc_text(document, "mail_to", message_address_masked(request->arena, address));
    return answer_ok(request, document);
}

enum flow receipt_choice_write(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    bool each = field_number(request, "each") != 0;
    if (each && message_address_of(request->engine, tx, customer).size == 0) return refuse(request, &mail_no_address);
    if (each) few_add(&operations_state(request->engine)->mailed, customer);
    tx_run(tx, &choice_put, VALUES(V_INT(customer), V_INT(world_id(tx_world(tx))), V_INT(each)));
    struct node *document = doc_new(request->arena);
    doc_bool(document, "each", each);
    return answer_done(request, document, TEXT("/settings/receipts"));
}

static void learn(struct engine *engine, struct tx *tx) {
    few_learn(&operations_state(engine)->mailed, engine, tx, &choice_newer);
}

void receipt_mail_open(struct engine *engine) {
    message_files_by(engine, "receipt", make_receipt);
    engine_watch(engine, learn, SECOND);
}

/* Money of his went to somebody else. */
void receipt_mail_paid(struct engine *engine, struct tx *tx, const struct event *event) {
    struct customer customer;
    if (event->operation == 0 || !few_may_have(&operations_state(engine)->mailed, event->customer)) return;
    if (!wants_each(tx, event->customer) || mail_day_is_full(tx, event->customer)) return;
    struct text address = message_address_of(engine, tx, event->customer);
    if (address.size == 0 || !identity_customer(engine, tx, event->customer, &customer)) return;
    write_letter(engine, tx, event->customer, address, customer.language, event->operation, true);
}
