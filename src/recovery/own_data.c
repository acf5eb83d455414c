/* own_data.c: what recovery keeps of a customer, to be destroyed: nothing that outlives some days. */
#include "recovery/recovery.h"

STATEMENT(erase_temporary, "DELETE FROM temporary_password WHERE customer = $1");
STATEMENT(erase_thaw, "DELETE FROM thaw_wait WHERE customer = $1");
STATEMENT(erase_change, "DELETE FROM phone_change WHERE customer = $1");
STATEMENT(erase_document, "DELETE FROM phone_document WHERE request IN "
                          "(SELECT id FROM phone_request WHERE customer = $1)");
STATEMENT(erase_request, "DELETE FROM phone_request WHERE customer = $1");
STATEMENT(erase_draft, "DELETE FROM recovery_draft WHERE customer = $1");

const struct erase recovery_erases[] = {
    {"temporary_password", &erase_temporary},
    {"thaw_wait", &erase_thaw},
    {"phone_change", &erase_change},
    {"recovery_draft", &erase_draft},
    {"phone_document", &erase_document},
    {"phone_request", &erase_request},
    {.what = NULL},
};
