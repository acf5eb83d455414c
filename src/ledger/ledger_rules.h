/* ledger_rules.h: what a transfer, a hold, a capture and a reversal may do, and what they do to accounts. Pure: no
 * store, no clock; the caller gives the accounts as they are and the day it is.
 *
 * Each rule comes in two parts: …_check says the first refusal by precedence and changes nothing; the other part
 * changes accounts, after LEDGER_OK alone. An account that is missing is NULL. */
#pragma once

#include "ledger/ledger.h"

/* The two sides of a movement. Limits are those of the set of the account that they are counted on, never NULL where
 * the account is not. A head is NULL where the account stands under none. */
struct sides {
    struct account *from, *to;
    const struct limit_set *from_limits, *to_limits;
    struct account *from_head, *to_head;
};

/* A hold that is still open. */
struct hold {
    int64_t id, account, other;
    int64_t left;     /* what is still held of it */
    int32_t counted;  /* the day on which the sender's limits counted it; 0: not counted */
    moment expires;
    int kind;
    int64_t subject, cause;
    unsigned flags;   /* enum transfer_flag */
    struct text note;
};

/* On which day each side's limits counted a movement: those of the sender (out) and of the recipient (in). */
#define NOT_COUNTED 0
struct counted {
    int32_t from, to;
};

int32_t rules_month(int32_t day); /* months since 1970 of a day since 1970 */

/* Begins new periods where the account's are over. A clock that went back changes nothing. */
void rules_roll(struct account *account, int32_t today);

/* What may leave the account now; INT64_MAX when unlimited. */
int64_t rules_available(const struct account *account);

enum ledger_refusal rules_transfer_check(const struct sides *sides, const struct transfer *transfer, int32_t today);
struct counted rules_transfer(const struct sides *sides, const struct transfer *transfer, int32_t today);

/* What a plain transfer's entry did to its account, once more: of a row that does not show it yet. `counted` as it was
 * written with the entry. */
void rules_replay(struct account *account, const struct entry *entry, int32_t counted);

/* A hold is refused like the transfer that it prepares. rules_hold gives the day it was counted on. */
enum ledger_refusal rules_hold_check(const struct sides *sides, const struct transfer *transfer, int32_t today);
int32_t rules_hold(const struct sides *sides, const struct transfer *transfer, int32_t today);

/* sum > 0. Limits of the sender were counted by the hold; those of the recipient count now. */
enum ledger_refusal rules_capture_check(const struct sides *sides, const struct hold *hold, struct money sum,
                                        int32_t today);
/* Takes what is no longer held out of hold->left: all of it when final. */
struct counted rules_capture(const struct sides *sides, struct hold *hold, int64_t sum, bool final, int32_t today);
/* head: NULL where the account stands under none. */
void rules_release(struct account *account, struct account *head, struct hold *hold, int32_t today);
/* From now on the account stands under that head, which has had none of its money and turnover yet. */
void rules_put_under(struct account *account, struct account *head, int32_t today);

/* A transfer that is being taken back. The sides are those of the *reversal*: from is who was paid. */
struct original {
    int64_t left; /* of its sum, not yet reversed; 0 when there was no such transfer */
    struct counted counted;
};
enum ledger_refusal rules_reverse_check(const struct sides *sides, const struct original *original, struct money sum);
void rules_reverse(const struct sides *sides, const struct original *original, int64_t sum, int32_t today);
