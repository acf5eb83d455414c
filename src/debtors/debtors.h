/* debtors.h: how products speak to those whose debts are overdue (230-FZ): a contact with one of them is counted before
 * it begins, whichever product it is about, since the law counts by debtor and creditor. */
#pragma once

#include "engine/engine.h"

/* What is spoken of. */
struct contact_about {
    const char *product; /* of its struct owed (engine/owed.h) */
    int64_t subject;     /* the product's own; 0: all that he owes of it */
};

/* In a command: reminds a customer of a payment. Where nothing of his is overdue, of any product, that is no contact:
 * the law is about actions aimed at the return of overdue debt (article 1); it goes out in the law's hours all the
 * same, out of courtesy, and is not counted. Where something is, it is a message to a debtor, whatever it reminds of:
 * counted, and a second one about the same debt on his same day is not sent. False: not now; nothing was sent. */
bool debtor_remind(struct engine *engine, struct tx *tx, int64_t customer, const struct contact_about *about,
                   string_id text, const struct string_argument *arguments, size_t count);
/* In the same command, after that: the product's owed->again() is called as soon as it may be said, unless it said
 * something before; not at all where time alone changes nothing (he refused, he is represented). */
void debtor_wait(struct engine *engine, struct tx *tx, int64_t customer, const struct contact_about *about);
