/* limit_policy.h: for how much a customer may buy, by a policy that people can read (lending/policy_rules.h): versions,
 * decisions with what they were made of, what customers and staff see of them. */
#pragma once

#include "lending/policy_rules.h"
#include "products/instalments/checkout.h"

struct approval;

#define LIMIT_POLICY_MOST 20000 /* bytes */
#define LIMIT_DECISIONS_TOLD 20

/* ---- limit_policy.c: versions ---- */

struct limit_policy {
    int64_t version;
    struct text content;
    struct policy policy;
};
/* The one that decides now; NULL: there is none. In the tx's arena. */
const struct limit_policy *limit_policy_now(struct engine *engine, struct tx *tx);
bool limit_policy_seed(struct engine *engine, struct tx *tx);
const struct refusal *limit_policy_on(struct request *request, struct tx *tx, const struct approval *approval);
void limit_policy_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
stage_function limit_policy_page, limit_policy_write;

/* ---- limit_decide.c: decisions ---- */

enum limit_why { LIMIT_ASKED = 1, LIMIT_GROWN }; /* kept */

struct limit_decision {
    int64_t customer, id;
    enum limit_why why;
    int64_t asked;          /* the limit that he asked for; 0: as much as may be */
    int64_t before, after;  /* his limit */
    int64_t version;        /* of the policy */
    enum policy_decision decision;
    struct text inputs, outcome; /* JSON; reasons, lines, points */
    moment at;
};
/* What he asks for: a limit, 0: as much as may be; the day of his birth as he says it, 0: he was not asked. */
struct limit_wish {
    int64_t sum, birth;
};
/* In a command: by the policy of this moment; a higher limit holds at once. Kept, whatever it says. False: there is no
 * policy. */
bool limit_decide(struct engine *engine, struct tx *tx, int64_t customer, const struct limit_wish *wish,
                  struct limit_decision *decision);
/* The day, as it was proved, answered when signing up, or said when he asked before. */
bool limit_birth(struct engine *engine, struct tx *tx, int64_t customer, int64_t *day);
/* When he may ask again; 0: now. What grew by itself does not count. */
moment limit_again_at(struct engine *engine, struct tx *tx, int64_t customer);
/* Nobody has decided yet whether he gets one, or he may ask once more. */
bool limit_may_ask(struct engine *engine, struct tx *tx, int64_t customer);
/* In a command, when he has paid a purchase off: the same, and kept only where it raises his limit; then he is told. */
void limit_grow(struct engine *engine, struct tx *tx, int64_t customer);
/* The newest first; how many. */
size_t limit_decisions_of(struct engine *engine, struct tx *tx, int64_t customer, struct limit_decision *decisions,
                          size_t room);

/* ---- limit_page.c: told ---- */

/* In words, in that language; a reason that nobody knows stays as it is. */
void limit_decision_tell(struct arena *arena, const struct locale *locale, const struct limit_decision *decision,
                         struct node *node);
void limit_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                struct node *section);
stage_function limit_read, limit_ask_more, limit_decisions_page;
