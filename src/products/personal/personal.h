/* personal.h: what the files of personal pages share. Nothing outside this folder includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "generated/strings_personal.h"
#include "identity/identity.h"
#include "payments/payment_rules.h"
#include "products/personal/personal_rules.h"

extern const struct feature personal_feature;

#define GIFTS_SHOWN 50

/* ledger account.purpose */
enum personal_purpose { PURPOSE_PERSONAL_FEES = 95 };

/* ledger transfer.kind; operation_kind.code */
enum personal_kind {
    KIND_PERSONAL = 950, /* somebody's card → the page's owner, with the fee */
    KIND_PERSONAL_FEE,   /* … that the payer has paid on top → our income */
};

struct personal_settings {
    int64_t fee;      /* hundredths of a percent, on top of the sum */
    int64_t day_most; /* payments begun on a page within a day */
    int64_t open_most;
    int64_t name_kept; /* how long a name that was given up is nobody else's */
};

static inline const struct personal_settings *personal_settings(const struct engine *engine) {
    return engine_settings(engine, &personal_feature);
}

/* ---- schema.c ---- */

extern const struct migration personal_migrations[];
extern const struct sealed personal_sealed[];
extern const struct erase personal_erases[];

/* ---- page.c: rows of pages and names ---- */

struct personal_page {
    int64_t customer;
    struct text name;     /* as in its address; TEXT_NONE: none chosen yet */
    bool on, named;       /* named: visitors see «Имя О.» */
    struct text greeting; /* TEXT_NONE */
    struct text sums;     /* suggested, as typed: "100, 500" */
    moment blocked;       /* by staff; 0: not */
    struct text reason;   /* … why, for its owner */
};

/* Texts in the tx's arena; in a command the row is locked. False: he has made none. */
bool page_find(struct engine *engine, struct tx *tx, int64_t customer, struct personal_page *page);
/* The one that visitors see under that name: on, not blocked, its owner's cabinet open. */
bool page_visible(struct engine *engine, struct tx *tx, struct text typed, struct personal_page *page,
                  struct customer *owner);
void page_put(struct engine *engine, struct tx *tx, const struct personal_page *page);
/* In a command: the name becomes his; false: it is another's, or was until lately. */
bool name_take(struct engine *engine, struct tx *tx, int64_t customer, struct text name);
void name_free(struct tx *tx, int64_t customer, struct text name);

/* ---- gift.c: payments of visitors ---- */

enum gift_state { GIFT_OPEN = 1, GIFT_DONE = 10, GIFT_FAILED };

struct gift {
    int64_t customer, id, order, sum, fee;
    enum gift_state state;
    bool hidden;
    struct text name, note; /* as the payer wrote them; TEXT_NONE */
};

size_t personal_gifts(struct engine *engine, struct tx *tx, int64_t customer, struct gift *gifts, size_t room);
void personal_card_moved(struct engine *engine, struct tx *tx, int64_t customer, int64_t order);
void personal_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation);
stage_function personal_visit_read, personal_visit_write, personal_paid_read, personal_pay_read, personal_hide_write;

/* ---- owner.c ---- */

stage_function personal_read, personal_write;

/* ---- report.c: what visitors report, what staff do ---- */

stage_function personal_report_read, personal_report_write, staff_personal_read, staff_personal_write;
extern const struct queue personal_queues[];

/* ---- own_data.c ---- */

bool personal_own_data(struct own_data *piece);
