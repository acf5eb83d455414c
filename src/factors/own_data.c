/* own_data.c: what factors keep of a customer: told to him without any secret, and destroyed. */
#include "factors/internal.h"

STATEMENT(pins, "SELECT name, made, used FROM device_pin WHERE customer = $1");
STATEMENT(passkeys, "SELECT name, made, used FROM passkey WHERE customer = $1");

static void tell(struct own_data *piece, struct rows *rows, const char *kind) {
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", text_from(kind));
        doc_text(node, "name", row_text(rows, 0));
        doc_moment(node, "made", row_int(rows, 1));
        doc_moment(node, "used", row_int(rows, 2));
    }
}

bool factors_own_data(struct own_data *piece) {
    tell(piece, tx_query(piece->tx, &pins, VALUES(V_INT(piece->customer))), "pin");
    tell(piece, tx_query(piece->tx, &passkeys, VALUES(V_INT(piece->customer))), "passkey");
    return false;
}

STATEMENT(erase_pin_device, "DELETE FROM pin_device WHERE device IN "
                            "(SELECT device FROM device_pin WHERE customer = $1)");
STATEMENT(erase_pin, "DELETE FROM device_pin WHERE customer = $1");
STATEMENT(erase_second, "DELETE FROM second_factor WHERE customer = $1");
STATEMENT(erase_recovery, "DELETE FROM recovery_code WHERE customer = $1");
STATEMENT(erase_ticket, "DELETE FROM sign_in_ticket WHERE customer = $1");
STATEMENT(erase_confirmation, "DELETE FROM confirmation WHERE customer = $1");
STATEMENT(erase_passkey_owner, "DELETE FROM passkey_owner WHERE credential IN "
                               "(SELECT credential FROM passkey WHERE customer = $1)");
STATEMENT(erase_passkey, "DELETE FROM passkey WHERE customer = $1");

const struct erase factors_erases[] = {
    {"pin_device", &erase_pin_device},     {"device_pin", &erase_pin},          {"second_factor", &erase_second},
    {"recovery_code", &erase_recovery},    {"sign_in_ticket", &erase_ticket},   {"confirmation", &erase_confirmation},
    {"passkey_owner", &erase_passkey_owner}, {"passkey", &erase_passkey},       {.what = NULL},
};
