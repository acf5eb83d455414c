/* links.c: which account elsewhere is whose: by issuer and subject alone, never by an address or a number that
 * somebody says is his. Subjects are found by keyed hashes; they and what the account is called are sealed. */
#include "providers/internal.h"

#define LINKS_MAX 20

const struct migration providers_migrations[] = {
    {"providers", 1,
     "CREATE TABLE provider_subject ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE provider_link ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, hash BYTES NOT NULL, provider TEXT NOT NULL,\n"
     "  subject BYTES NOT NULL, label BYTES NOT NULL, made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE provider_return ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX provider_return_expires ON provider_return (expires)"},
    {NULL, 0, NULL},
};

STATEMENT(subject_find, "SELECT customer FROM provider_subject WHERE hash = $1");
STATEMENT(subject_add, "INSERT INTO provider_subject (hash, customer) VALUES ($1, $2) "
                       "ON CONFLICT (hash) DO NOTHING");
STATEMENT(subject_remove, "DELETE FROM provider_subject WHERE hash = $1 AND customer = $2");
STATEMENT(link_add, "INSERT INTO provider_link (customer, id, hash, provider, label, made, subject) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(link_count, "SELECT COUNT(*) FROM provider_link WHERE customer = $1");
STATEMENT(link_all, "SELECT id, provider, label, made FROM provider_link WHERE customer = $1 ORDER BY id LIMIT 20");
STATEMENT(link_one, "SELECT hash, provider FROM provider_link WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(link_delete, "DELETE FROM provider_link WHERE customer = $1 AND id = $2");
STATEMENT(sweep_returns, "DELETE FROM provider_return WHERE hash IN "
                         "(SELECT hash FROM provider_return WHERE expires < $1 ORDER BY expires LIMIT 100)");

static const struct lookup subjects[] = {
    {LOOKUP_OWNER("provider_subject", "hash", "provider.subject", "customer")},
    {LOOKUP_BESIDE_2("provider_link", "hash", "provider.subject", "customer, id")},
    {.purpose = NULL},
};

const struct sealed providers_sealed[] = {
    {SEALED_2("provider_link", "subject", "provider.subject", "customer, id", "ii", "customer"), .lookups = subjects},
    {SEALED_2("provider_link", "label", "provider.label", "customer, id", "ii", "id")},
    {.where = NULL},
};

static struct text whole(struct tx *tx, const struct provider *provider, struct text subject) {
    return text_format(tx_arena(tx), "%s\n%.*s", provider->settings->issuer, TEXT_ARG(subject));
}

int64_t link_find(struct engine *engine, struct tx *tx, const struct provider *provider, struct text subject) {
    return lookup_find(engine, tx, &subject_find, "provider.subject", whole(tx, provider, subject));
}

int64_t providers_linked(struct engine *engine, struct tx *tx, int64_t customer) {
    (void)engine;
    struct rows *rows = tx_query(tx, &link_count, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

enum link_made link_make(struct request *request, struct tx *tx, const struct provider *provider, int64_t customer,
                         struct text subject, struct text label) {
    struct engine *engine = request->engine;
    lookup_hold(engine, tx);
    int64_t owner = link_find(engine, tx, provider, subject);
    if (owner != 0) return owner == customer ? LINK_HIS : LINK_OTHERS;
    if (providers_linked(engine, tx, customer) >= LINKS_MAX) return LINK_FULL;
    uint8_t hash[SECRET_HASH_SIZE];
    struct text known = whole(tx, provider, subject);
    secret_lookup(engine_keyring(engine), "provider.subject", known, hash);
    if (tx_run(tx, &subject_add, VALUES(V_BYTES(hash, sizeof hash), V_INT(customer))) != 1) return LINK_OTHERS;
    int64_t id = world_id(request->world);
    struct text clear = label.data != NULL ? label : TEXT("");
    const struct keyring *keyring = engine_keyring(engine);
    struct text sealed = secret_seal(keyring, request->world, tx_arena(tx), "provider.label", id, clear);
    struct text box = secret_seal(keyring, request->world, tx_arena(tx), "provider.subject", customer, known);
    tx_run(tx, &link_add,
           VALUES(V_INT(customer), V_INT(id), V_BYTES(hash, sizeof hash), V_TEXT(text_from(provider->settings->name)),
                  V_BYTES(sealed.data, sealed.size), V_INT(world_now(request->world)), V_BYTES(box.data, box.size)));
    return LINK_MADE;
}

void links_list(struct request *request, struct tx *tx, int64_t customer, struct node *list) {
    const struct keyring *keyring = engine_keyring(request->engine);
    struct rows *rows = tx_query(tx, &link_all, VALUES(V_INT(customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        struct text label = TEXT_NONE, name = row_copy(rows, 1, request->arena);
        int64_t id = row_int(rows, 0);
        const struct provider *provider = provider_named(request->engine, name);
        secret_open(keyring, request->arena, "provider.label", id, row_text(rows, 2), &label);
        doc_id(node, "id", id);
        doc_text(node, "provider", name);
        doc_text(node, "title", provider != NULL ? text_from(provider->settings->title) : name);
        doc_text(node, "label", label.size > 0 ? label : TEXT_NONE);
        doc_moment(node, "made", row_int(rows, 3));
    }
    rows_end(rows);
}

const char *link_remove(struct engine *engine, struct tx *tx, int64_t customer, int64_t id) {
    (void)engine;
    struct rows *rows = tx_query(tx, &link_one, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    struct text hash = found ? row_copy(rows, 0, tx_arena(tx)) : TEXT_NONE;
    const char *provider = found ? row_copy(rows, 1, tx_arena(tx)).data : NULL;
    rows_end(rows);
    if (!found) return NULL;
    tx_run(tx, &subject_remove, VALUES(V_BYTES(hash.data, hash.size), V_INT(customer)));
    tx_run(tx, &link_delete, VALUES(V_INT(customer), V_INT(id)));
    return provider;
}

bool providers_sweep(struct engine *engine, struct tx *tx) {
    return tx_run(tx, &sweep_returns, VALUES(V_INT(world_now(engine_world(engine))))) == 100;
}
