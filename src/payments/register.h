/* register.h: what register.c, difference.c and unplaced.c give to each other and to the feature's tables. */
#pragma once

#include "payments/register_rules.h"
#include "payments/staff.h"

/* ---- register.c: providers' daily registers, compared with what we have ---- */

bool registers_ask(struct engine *engine, struct tx *tx); /* a job */
enum outbox_verdict register_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                  struct text *reply);
void register_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                     struct text reply);
stage_function staff_registers_read, staff_registers_ask;

/* ---- difference.c: what differs, until two people have decided ---- */

struct differing {
    int64_t provider, payment, day; /* payment: its number, ours or not; day since 1970 */
    enum difference_kind kind;
    int64_t ours, theirs; /* kopecks */
};
/* In a command: found, or found the same as ours (DIFFERENCE_NONE). */
void difference_found(struct engine *engine, struct tx *tx, const struct differing *found);
int64_t differences_open(struct tx *tx, int64_t provider);

/* Providers are told once more, or asked to take one back (outbox kinds "payment.push", "payment.cancel"). */
void difference_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                       enum outbox_verdict verdict, struct text reply);

stage_function staff_difference_read, staff_difference_ask;
void difference_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *difference_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* ---- unplaced.c: money that a bank sent back, and nobody knows whose it is ---- */

/* In a command. */
void unplaced_keep(struct engine *engine, struct tx *tx, int64_t provider, const struct rail_return *one);
stage_function staff_unplaced_read, staff_unplaced_ask;
void unplaced_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *unplaced_apply(struct request *request, struct tx *tx, const struct approval *approval);
