/* contract.h: contracts that staff open (ID-7): an account number, a network login, one or more numbers, and a first
 * password, which must be replaced at the first sign-in. */
#pragma once

#include "onboarding/onboarding.h"

#include "identity/identity.h"

#define CONTRACT_PHONES 8

struct contract {
    struct text login;
    struct text phones[CONTRACT_PHONES]; /* E.164; the first is where codes and notices go */
    size_t phone_count;
    enum language language;
    struct text account, password; /* made */
    struct text encoded;
};

enum contract_result { CONTRACT_OPENED, CONTRACT_NUMBER_TAKEN, CONTRACT_LOGIN_TAKEN };

/* 3 to 32 of a–z, 0–9, dot, hyphen, underline, a letter among them. */
bool contract_login_valid(struct text login);
/* Invents number and password, and hashes it: slow, no store. False without memory. */
bool contract_prepare(struct world *world, struct arena *arena, struct contract *contract);
/* In a command. */
enum contract_result contract_open(struct engine *engine, struct tx *tx, const struct contract *contract,
                                   int64_t *customer);

/* For identity: whose account number, login or further number that is; 0: nobody's. */
int64_t contract_named(struct engine *engine, struct tx *tx, struct text name);
/* After the right password: the first one is good for choosing another alone. */
enum flow contract_gate(struct request *request, struct tx *tx, int64_t customer, bool by_token);

stage_function contract_password_page, contract_password_check, contract_password_hash, contract_password_write;
