/* address.c: the customer's e-mail address, bound by a code that only its reader knows (ID-13). The code is kept as a
 * keyed hash bound to customer and address; few tries, a short life, one use. An address that another cabinet has is
 * told so only to who has proven that he reads it. */
#include "messaging/internal.h"

#include "adapters/smtp/smtp.h"

#define CODE_LIFE (10 * MINUTE)
#define CODE_TRIES 5
#define CODES_A_WINDOW 5
#define WINDOW HOUR

STATEMENT(address_read, "SELECT address FROM mail_address WHERE customer = $1");
STATEMENT(address_put, "INSERT INTO mail_address (customer, address, bound) VALUES ($1, $2, $3) "
                       "ON CONFLICT (customer) DO UPDATE SET address = $2, bound = $3");
STATEMENT(address_drop, "DELETE FROM mail_address WHERE customer = $1");
STATEMENT(owner_read, "SELECT customer FROM mail_owner WHERE address_hash = $1");
STATEMENT(owner_put, "INSERT INTO mail_owner (address_hash, customer) VALUES ($1, $2) "
                     "ON CONFLICT (address_hash) DO NOTHING");
STATEMENT(owner_drop, "DELETE FROM mail_owner WHERE address_hash = $1 AND customer = $2");
STATEMENT(code_read, "SELECT address, hash, made, expires, tries, sent, began FROM mail_code WHERE customer = $1");
STATEMENT(code_put, "INSERT INTO mail_code (customer, address, hash, made, expires, tries, sent, began) "
                    "VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT (customer) DO UPDATE SET "
                    "address = $2, hash = $3, made = $4, expires = $5, tries = 0, sent = $6, began = $7");
STATEMENT(code_count, "UPDATE mail_code SET tries = tries + 1 WHERE customer = $1 AND tries < $2 AND expires > $3");
STATEMENT(code_end, "UPDATE mail_code SET expires = 0 WHERE customer = $1");

static const struct refusal too_often = {"too-many-codes", 429, S_messaging_email_too_often, false};
static const struct refusal wrong_code = {"wrong-code", 422, S_messaging_email_wrong_code, true};
static const struct refusal spent_code = {"code-spent", 422, S_messaging_email_spent_code, true};
static const struct refusal taken = {"address-taken", 422, S_messaging_email_taken, true};

static void code_hash(struct engine *engine, struct arena *arena, int64_t customer, struct text address,
                      struct text code, uint8_t hash[SECRET_HASH_SIZE]) {
    struct text message =
        text_format(arena, "%lld|%.*s|%.*s", (long long)customer, TEXT_ARG(address), TEXT_ARG(code));
    secret_hash(engine_keyring(engine), "mail.code", message, hash);
}

struct text message_address_of(struct engine *engine, struct tx *tx, int64_t customer) {
    struct text address = TEXT_NONE;
    struct rows *rows = tx_query(tx, &address_read, VALUES(V_INT(customer)));
    if (rows_next(rows) && !secret_open(engine_keyring(engine), tx_arena(tx), "mail.address", customer,
                                        row_text(rows, 0), &address))
        address = TEXT_NONE;
    rows_end(rows);
    return address;
}

int64_t message_customer_by_address(struct engine *engine, struct tx *tx, struct text address) {
    return lookup_find(engine, tx, &owner_read, "mail", text_lower_ascii(tx_arena(tx), address));
}

/* ---- what waits for its code ---- */

struct waiting {
    struct text address, hash; /* in the request's arena */
    moment made, expires, began;
    int64_t tries, sent;
};

static bool waiting_read(struct request *request, struct tx *tx, struct waiting *waiting) {
    *waiting = (struct waiting){0};
    struct rows *rows = tx_query(tx, &code_read, VALUES(V_INT(request->caller.customer)));
    bool found = rows_next(rows) && secret_open(engine_keyring(request->engine), request->arena, "mail.code",
                                                request->caller.customer, row_text(rows, 0), &waiting->address);
    if (found) {
        waiting->hash = row_copy(rows, 1, request->arena);
        waiting->made = row_int(rows, 2);
        waiting->expires = row_int(rows, 3);
        waiting->tries = row_int(rows, 4);
        waiting->sent = row_int(rows, 5);
        waiting->began = row_int(rows, 6);
    }
    rows_end(rows);
    return found;
}

enum flow address_page(struct request *request, struct tx *tx) {
    struct waiting waiting;
    struct node *document = doc_new(request->arena);
    struct text address = message_address_of(request->engine, tx, request->caller.customer);
    doc_text(document, "address", address.size > 0 ? address : TEXT_NONE);
    bool waits = waiting_read(request, tx, &waiting) && waiting.expires > world_now(request->world);
    doc_text(document, "waiting", waits ? waiting.address : TEXT_NONE);
    return answer_ok(request, document);
}

static void send_code(struct request *request, struct tx *tx, struct text address, struct text code) {
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "code", code);
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    const struct string_argument arguments[] = {{"code", doc_get(values, "code")},
                                                {"company", doc_get(values, "company")}};
    message_mail(request->engine, tx,
                 &(struct mail){.customer = request->caller.customer,
                                .address = address,
                                .language = request->locale.language,
                                .subject = S_messaging_email_subject,
                                .text = S_messaging_email_words,
                                .arguments = arguments,
                                .argument_count = 2,
                                .deadline = world_now(request->world) + CODE_LIFE,
                                .secret = true});
}

enum flow address_start(struct request *request, struct tx *tx) {
    struct text address = field_text(request, "address");
    int64_t customer = request->caller.customer;
    moment now = world_now(request->world);
    struct waiting waiting;
    if (!smtp_address_valid(address)) return refuse_field(request, "address", S_messaging_email_invalid);
    bool window = waiting_read(request, tx, &waiting) && now < waiting.began + WINDOW;
    int64_t sent = window ? waiting.sent + 1 : 1;
    if (sent > CODES_A_WINDOW) return refuse(request, &too_often);

    struct text code = text_format(tx_arena(tx), "%06d", (int)world_random_below(request->world, 1000000));
    uint8_t hash[SECRET_HASH_SIZE];
    code_hash(request->engine, tx_arena(tx), customer, address, code, hash);
    struct text sealed =
        secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), "mail.code", customer, address);
    tx_run(tx, &code_put,
           VALUES(V_INT(customer), V_BYTES(sealed.data, sealed.size), V_BYTES(hash, sizeof hash), V_INT(now),
                  V_INT(now + CODE_LIFE), V_INT(sent), V_INT(window ? waiting.began : now)));
    send_code(request, tx, address, code);
    struct node *document = doc_new(request->arena);
    doc_moment(document, "expires", now + CODE_LIFE);
    return answer_done(request, document, TEXT("/settings/email"));
}

/* ---- binding ---- */

static void release(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct text old = message_address_of(request->engine, tx, customer);
    if (old.size == 0) return;
    lookup_remove(request->engine, tx, &owner_drop, "mail", text_lower_ascii(tx_arena(tx), old), customer);
    tx_run(tx, &address_drop, VALUES(V_INT(customer)));
}

bool message_address_bind(struct request *request, struct tx *tx, struct text address) {
    int64_t customer = request->caller.customer;
    lookup_hold(request->engine, tx);
    int64_t owner = message_customer_by_address(request->engine, tx, address);
    if (owner != 0 && owner != customer) return false;
    /* The old address hears of it, too; the phone does in any case. */
    message_tell(request->engine, tx, customer, TOPIC_SECURITY, S_messaging_email_bound, NULL, 0);
    release(request, tx);
    uint8_t hash[SECRET_HASH_SIZE];
    secret_lookup(engine_keyring(request->engine), "mail", text_lower_ascii(tx_arena(tx), address), hash);
    struct text sealed =
        secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), "mail.address", customer, address);
    tx_run(tx, &address_put,
           VALUES(V_INT(customer), V_BYTES(sealed.data, sealed.size), V_INT(world_now(request->world))));
    tx_run(tx, &owner_put, VALUES(V_BYTES(hash, sizeof hash), V_INT(customer)));
    return true;
}

enum flow address_confirm(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    struct waiting waiting;
    struct value now = V_INT(world_now(request->world));
    if (!waiting_read(request, tx, &waiting) ||
        tx_run(tx, &code_count, VALUES(V_INT(customer), V_INT(CODE_TRIES), now)) != 1)
        return refuse(request, &spent_code);
    uint8_t hash[SECRET_HASH_SIZE];
    code_hash(request->engine, tx_arena(tx), customer, waiting.address, field_text(request, "code"), hash);
    if (!text_equal_secret(waiting.hash, (struct text){(const char *)hash, sizeof hash}))
        return refuse(request, &wrong_code);
    tx_run(tx, &code_end, VALUES(V_INT(customer)));
    if (!message_address_bind(request, tx, waiting.address)) return refuse(request, &taken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "address", waiting.address);
    return answer_done(request, document, TEXT("/settings/messages"));
}

enum flow address_remove(struct request *request, struct tx *tx) {
    bool had = message_address_of(request->engine, tx, request->caller.customer).size > 0;
    if (had)
        message_tell(request->engine, tx, request->caller.customer, TOPIC_SECURITY, S_messaging_email_gone, NULL, 0);
    release(request, tx);
    return answer_done(request, doc_new(request->arena), TEXT("/settings/messages"));
}
