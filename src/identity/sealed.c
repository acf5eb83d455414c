/* sealed.c: what this folder keeps sealed, and the numbers that are looked up; see engine/sealed.h. */
#include "identity/internal.h"

static const struct lookup numbers[] = {
    {LOOKUP_OWNER("phone", "phone_hash", "phone", "customer")},
    {.purpose = NULL},
};

const struct sealed identity_sealed[] = {
    {SEALED("customer", "phone", "customer.phone", "id", "i", "id"), .lookups = numbers},
    {SEALED("customer", "name", "customer.name", "id", "i", "id")},
    {SEALED("signup_draft", "phone", "draft.phone", "hash", "b", "id")},
    {SEALED_2("kept_form", "fields", "kept.form", "customer, hash", "ib", "customer")},
    {SEALED_2("session", "label", "token.label", "customer, hash", "ib", "id")},
    {.where = NULL},
};
