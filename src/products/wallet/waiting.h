/* waiting.h: a transfer that waits, between the files that know its rows: waiting.c, claim.c. */
#pragma once

#include "products/wallet/wallet.h"

#define WAITING "id, customer, account, sum, note, transfer, language, phone, state, expires, payment, tries"

enum waiting_state { WAITING_OPEN = 1, WAITING_CLAIMED, WAITING_RETURNED, WAITING_CANCELLED };

struct waiting {
    int64_t id, customer, account, sum, transfer; /* customer, account: the sender's */
    struct text note, sealed;                     /* sealed: the number it was sent to */
    enum language language;
    enum waiting_state state;
    moment expires;
    int64_t payment; /* by which it is being paid out, or was; 0: it is not */
    int64_t tries;   /* ways that were chosen by its link */
};

struct waiting waiting_row(const struct rows *rows, struct arena *arena);
struct text waiting_phone(struct engine *engine, struct arena *arena, const struct waiting *waiting);
/* «Имя О.», else his number masked. */
struct text waiting_sender(struct engine *engine, struct tx *tx, int64_t customer);
void waiting_tell_sender(struct engine *engine, struct tx *tx, const struct waiting *waiting, string_id text);
/* In a command: to that customer's account, by the rules of any income. */
enum ledger_refusal waiting_credit(struct engine *engine, struct tx *tx, const struct waiting *waiting,
                                   int64_t customer, int64_t account);
void waiting_end(struct tx *tx, const struct waiting *waiting, enum waiting_state state, int64_t claimed_by);
