/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "agents/agents.h"
#include "agents/agents_rules.h"
#include "backoffice/backoffice.h"
#include "generated/strings_agents.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "ledger/ledger.h"

/* ledger account.purpose; transfer.kind, operation_kind.code */
enum agents_purpose { PURPOSE_AGENT = 30 };
enum agents_kind { KIND_AGENT = 230 }; /* agent → wallet; its subject is the payment's id */

struct agents_settings {
    int level; /* 0 minimal, 1 simplified, 2 full */
};

static inline const struct agents_settings *agents_settings(const struct engine *engine) {
    return engine_settings(engine, &agents_feature);
}

extern const struct migration agents_migrations[];
extern const struct sealed agents_sealed[];
extern const struct erase agents_erases[];
bool agents_own_data(struct own_data *piece);

/* ---- agents (agent.c) ---- */

struct agent {
    int64_t id, account;                 /* account: what the agent owes us is as far below zero */
    struct text title, login, addresses; /* addresses: networks; empty: from anywhere */
    int64_t least, most;                 /* kopecks of one payment */
    bool open;
};

bool agent_find(struct tx *tx, int64_t id, struct agent *agent);
/* Whose program asks, by HTTP Basic, from an address of its own; FLOW_NEXT with *agent, which may be switched off, else
 * it has refused. */
enum flow agent_enter(struct request *request, struct tx *tx, struct agent *agent);
/* A new password, and the hash under which it is kept; it is as long as a key, so no slow hash is needed. */
struct text agent_password_new(struct request *request, uint8_t hash[SECRET_HASH_SIZE]);

/* ---- payments (payment.c) ---- */

struct agent_payment {
    int64_t agent, id;         /* id: prv_txn; when it was credited is in it */
    struct text txn, date;     /* theirs */
    int64_t customer, account; /* account: the wallet's */
    int64_t sum;
    struct text phone;         /* E.164; TEXT_NONE: his data were destroyed */
};

bool agent_payment_find(struct engine *engine, struct tx *tx, int64_t agent, struct text txn,
                        struct agent_payment *payment);
/* False: another command has had that txn meanwhile, or before. */
bool agent_payment_put(struct engine *engine, struct tx *tx, const struct agent_payment *payment);
/* Those of ids above `after` and below `before`, the oldest first; how many. */
size_t agent_payments(struct engine *engine, struct tx *tx, int64_t agent, int64_t after, int64_t before,
                      struct agent_payment *payments, size_t room);
size_t agent_payments_latest(struct engine *engine, struct tx *tx, int64_t agent, struct agent_payment *payments,
                             size_t room);
/* operation_kind.describe: which agent. */
void agent_payment_describe(struct engine *engine, struct tx *tx, const struct locale *locale,
                            const struct entry *entry, struct node *operation);

/* ---- stages ---- */

stage_function osmp_look, osmp_pay, register_read;
stage_function agents_page, agent_add, agent_page, agent_save, agent_password, agent_switch;
const struct refusal *agent_on_apply(struct request *request, struct tx *tx, const struct approval *approval);
void agent_on_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
