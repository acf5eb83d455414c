/* sealed.c: what this folder keeps sealed; see engine/sealed.h. */
#include "factors/internal.h"

const struct sealed factors_sealed[] = {
    {SEALED("second_factor", "secret", "factors.totp", "customer", "i", "customer")},
    {SEALED("second_factor", "pending", "factors.totp", "customer", "i", "customer")},
    {SEALED_2("operation_signature", "evidence", "factors.evidence", "customer, operation", "ii", "operation")},
    {.where = NULL},
};
