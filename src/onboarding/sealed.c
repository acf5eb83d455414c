/* sealed.c: what this folder keeps sealed, and the numbers and names that are looked up; see engine/sealed.h. */
#include "onboarding/internal.h"

static const struct lookup numbers[] = {
    {.purpose = "phone",
     .copy = STATEMENT_OF("INSERT INTO application (phone_hash, id, phone, state, done, answers, secret, customer, "
                          "reason, language, made, expires) SELECT $1, id, phone, state, done, answers, secret, "
                          "customer, reason, language, made, expires FROM application WHERE phone_hash = $2 "
                          "AND id = $3"),
     .remove = STATEMENT_OF("DELETE FROM application WHERE phone_hash = $1 AND id = $2"),
     .where = "application.phone_hash",
     .count = COUNT_OF("application", "phone_hash")},
    {.purpose = NULL},
};

/* A row whose hash moves comes by again under the new one, which is greater: then it is sealed anew. */
static const struct lookup names[] = {
    {.purpose = "contract.name",
     .folded = true,
     .copy = STATEMENT_OF("INSERT INTO contract_name (name_hash, customer, name) SELECT $1, customer, name "
                          "FROM contract_name WHERE name_hash = $2 AND customer = $3"),
     .remove = STATEMENT_OF("DELETE FROM contract_name WHERE name_hash = $1 AND customer = $2"),
     .where = "contract_name.name_hash",
     .count = COUNT_OF("contract_name", "name_hash")},
    {.purpose = NULL},
};

const struct sealed onboarding_sealed[] = {
    {SEALED_2("application", "phone", "application.phone", "phone_hash, id", "bi", "id"), .lookups = numbers},
    {SEALED_2("application", "answers", "application.answers", "phone_hash, id", "bi", "id")},
    {SEALED_2("application", "secret", "application.secret", "phone_hash, id", "bi", "id")},
    {SEALED("application_start", "answers", "application.start", "hash", "b", "0")},
    {SEALED_2("application_photo", "sealed", "application.photo", "application, page", "ii",
              "(application | (page << 56)) - (application & (page << 56))"),
     .large = true},
    {SEALED("contract", "account", "contract.account", "customer", "i", "customer")},
    {SEALED("contract_name", "name", "contract.name", "name_hash", "b", "customer"), .lookups = names},
    {.where = NULL},
};
