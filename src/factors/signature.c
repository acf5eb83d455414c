/* signature.c: an operation signed by the customer's own device (ID-13). The WebAuthn challenge ends in the SHA-256 of
 * a line that names the act, the payee and the sum, so what the authenticator signs is that very operation; the line is
 * made by the server from what it is about to do, never taken from the page. What was signed stays as evidence with the
 * operation: whoever has the public key can check it without us. */
#include "factors/passkey.h"

#include "base/check.h"

STATEMENT(evidence_add, "INSERT INTO operation_signature (customer, operation, made, evidence) "
                        "VALUES ($1, $2, $3, $4)");
STATEMENT(evidence_read, "SELECT evidence FROM operation_signature WHERE customer = $1 AND operation = $2");
STATEMENT(evidence_any, "SELECT 1 FROM operation_signature WHERE customer = $1 AND operation = $2");

static const struct refusal wrong = {"signature-wrong", 422, S_factors_signature_wrong, false};
static const struct refusal unusable = {"passkey-unusable", 422, S_factors_passkey_unusable, false};

bool factors_may_sign(struct request *request, struct tx *tx) {
    return engine_enabled(request->engine, "factors") && passkeys_possible(request) &&
           passkeys_count(tx, request->caller.customer) > 0;
}

enum flow factors_sign_options(struct request *request, struct text statement) {
    struct relying_party party;
    if (!engine_enabled(request->engine, "factors") || !party_of(request, &party)) return refuse(request, &unusable);
    struct node *document = passkey_options_for(request, "operation", statement, &party);
    doc_text(document, "statement", statement);
    return answer_ok(request, document);
}

struct signature {
    struct assertion *assertion;
    struct text statement;
};

enum flow factors_sign_look(struct request *request, struct tx *tx, struct text statement,
                            struct signature **signature) {
    if (!engine_enabled(request->engine, "factors")) return refuse(request, &unusable);
    *signature = arena_new_of(request->arena, struct signature);
    (*signature)->statement = statement;
    (*signature)->assertion = assertion_read(request, tx, "operation", statement);
    const struct assertion *assertion = (*signature)->assertion;
    bool own = assertion != NULL && assertion->found.customer == request->caller.customer;
    return own ? FLOW_NEXT : refuse(request, &wrong);
}

enum flow factors_sign_verify(struct request *request, struct signature *signature) {
    return assertion_verify(signature->assertion) ? FLOW_NEXT : refuse(request, &wrong);
}

enum flow factors_sign_spend(struct request *request, struct tx *tx, const struct signature *signature) {
    return assertion_spend(request, tx, signature->assertion) ? FLOW_NEXT : refuse(request, &wrong);
}

static void add_bytes(struct request *request, struct node *document, const char *name, struct text bytes) {
    doc_text(document, name, text_base64url(request->arena, bytes.data, bytes.size));
}

void factors_sign_keep(struct request *request, struct tx *tx, const struct signature *signature, int64_t operation) {
    const struct assertion *assertion = signature->assertion;
    struct node *document = doc_new(request->arena);
    int64_t customer = request->caller.customer;
    moment now = world_now(request->world);
    doc_id(document, "operation", operation);
    doc_moment(document, "at", now);
    doc_text(document, "statement", signature->statement);
    doc_text(document, "rp", text_from(assertion->party.id));
    doc_text(document, "origin", assertion->party.origin);
    doc_int(document, "algorithm", assertion->found.key.algorithm);
    add_bytes(request, document, "public_key", assertion->found.key.public_key);
    add_bytes(request, document, "credential", assertion->credential);
    add_bytes(request, document, "client", assertion->client);
    add_bytes(request, document, "authenticator", assertion->authenticator);
    add_bytes(request, document, "signature", assertion->signature);
    struct buffer json = buffer_new(request->arena, 4096);
    doc_write_json(document, &json);
    struct text sealed = secret_seal(engine_keyring(request->engine), request->world, request->arena,
                                     "factors.evidence", operation, buffer_text(&json));
    tx_run(tx, &evidence_add,
           VALUES(V_INT(customer), V_INT(operation), V_INT(now), V_BYTES(sealed.data, sealed.size)));
}

bool factors_signed(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation) {
    if (!engine_enabled(engine, "factors")) return false;
    struct rows *rows = tx_query(tx, &evidence_any, VALUES(V_INT(customer), V_INT(operation)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

/* A file as it was sealed: what the customer, or a court, checks. */
enum flow signature_read(struct request *request, struct tx *tx) {
    int64_t operation = 0;
    struct text json = TEXT_NONE;
    if (!request_param_id(request, 0, &operation)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &evidence_read, VALUES(V_INT(request->caller.customer), V_INT(operation)));
    if (rows_next(rows) && !secret_open(engine_keyring(request->engine), request->arena, "factors.evidence", operation,
                                        row_text(rows, 0), &json))
        json = TEXT_NONE;
    rows_end(rows);
    if (json.data == NULL) return answer_missing(request);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = "application/json",
        .file_name = text_format(request->arena, "signature-%lld.json", (long long)operation).data,
        .bytes = json};
    return answer_file(request, file);
}
