/* audit_chain.h: what a row of the audit trail hashes to, and what signs a head. Pure. */
#pragma once

#include "engine/audit.h"

struct audit_link {
    int64_t chain, number, at, staff, customer, status;
    struct text action, address, request, detail;
};

void audit_hash(const struct keyring *keyring, const uint8_t before[SECRET_HASH_SIZE], const struct audit_link *link,
                struct arena *arena, uint8_t hash[SECRET_HASH_SIZE]);
void audit_head_sign(const struct keyring *keyring, struct audit_head *head);
bool audit_head_good(const struct keyring *keyring, const struct audit_head *head);
