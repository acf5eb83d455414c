/* own_data.c: what identity keeps of a customer: told to him, and destroyed. His row stays without number and name, so
 * that the books have an owner; that he once agreed stays, too, without whence. */
#include "identity/consent.h"
#include "identity/internal.h"

STATEMENT(sessions, "SELECT id, by_token, made, used, agent, address FROM session WHERE customer = $1 "
                    "ORDER BY used DESC");

bool identity_own_data(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &sessions, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("session"));
        doc_id(node, "id", row_int(rows, 0));
        doc_bool(node, "by_token", row_int(rows, 1) != 0);
        doc_moment(node, "made", row_int(rows, 2));
        doc_moment(node, "used", row_int(rows, 3));
        doc_text(node, "agent", row_text(rows, 4));
        doc_text(node, "address", row_text(rows, 5));
    }
    return false;
}

void identity_obstacles(struct obstacles *obstacles) {
    struct customer customer;
    if (identity_customer(obstacles->engine, obstacles->tx, obstacles->customer, &customer) &&
        customer.level > LEVEL_MINIMAL)
        obstacles->identified = true;
}

STATEMENT(erase_password, "DELETE FROM password WHERE customer = $1");
STATEMENT(erase_session, "DELETE FROM session WHERE customer = $1");
STATEMENT(erase_device, "DELETE FROM device WHERE customer = $1");
STATEMENT(erase_kept_form, "DELETE FROM kept_form WHERE customer = $1");
STATEMENT(erase_cooling, "DELETE FROM cooling WHERE customer = $1");
STATEMENT(erase_token_day, "DELETE FROM token_day WHERE customer = $1");
STATEMENT(blank_consent, "UPDATE consent SET words = NULL, how = '', ended_how = NULL "
                         "WHERE holder = $1 AND (how <> '' OR words IS NOT NULL OR ended_how IS NOT NULL)");
STATEMENT(blank_customer, "UPDATE customer SET phone = '', name = NULL, level = 1, language = 0, frozen = 0 "
                          "WHERE id = $1 AND closed = 1 AND (phone <> '' OR name IS NOT NULL)");

const struct erase identity_erases[] = {
    {"password", &erase_password},   {"session", &erase_session}, {"device", &erase_device},
    {"kept_form", &erase_kept_form}, {"cooling", &erase_cooling}, {"token_day", &erase_token_day},
    {"consent", &blank_consent},
    {"customer", &blank_customer},   {.what = NULL},
};
