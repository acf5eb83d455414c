/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "generated/strings_till.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "onboarding/fields.h"
#include "shops/shops.h"
#include "till/till.h"
#include "till/till_rules.h"

struct till_settings {
    int64_t code_life, kept, codes;
};

static inline const struct till_settings *till_settings(const struct engine *engine) {
    return engine_settings(engine, &till_feature);
}

extern const struct migration till_migrations[];
extern const struct job till_jobs[];
extern const struct sealed till_sealed[];

/* ---- a sign-up at the till (applications.c) ---- */

enum till_state { TILL_CODE = 1, TILL_APPROVED, TILL_REFUSED, TILL_CUSTOMER, TILL_TAKEN, TILL_WAITS }; /* kept */

struct till_application {
    int64_t shop, id;
    enum till_state state;
    struct text phone; /* E.164 */
    struct answers answers;
    enum language language;
    moment made, expires; /* expires: no code is taken after it */
    struct text number;   /* the shop's own, after "p:", or a cashier's form, after "c:" */
};

/* Who asks for it. */
struct asker {
    struct shop shop;
    struct text cashier; /* who sits at its till; TEXT_NONE: its program asks */
};

/* Another shop's is as a missing one. In a command its row is locked. */
bool till_find(struct engine *engine, struct tx *tx, int64_t shop, int64_t id, struct till_application *application);
/* In a command: the fields of the request (checked), under the shop's own number. The same again gives the same one and
 * sends nothing; another body under that number is refused. FLOW_NEXT: *application is it. */
enum flow till_begin(struct request *request, struct tx *tx, const struct asker *asker, struct text number,
                     struct till_application *application);
/* In a command: the code that the customer told. FLOW_NEXT: it was right, or had been before. */
enum flow till_prove(struct request *request, struct tx *tx, const struct asker *asker,
                     struct till_application *application);
enum flow till_resend(struct request *request, struct tx *tx, const struct asker *asker,
                      const struct till_application *application);
/* As far as a shop may know. */
void till_tell(struct request *request, const struct till_application *application, struct node *document);
/* Marks what is missing or wrong in the request's fields; refuses. */
enum flow till_check(struct request *request);

/* ---- stages ---- */

stage_function partner_begin_check, partner_begin, partner_prove, partner_resend, partner_see, partner_verify;
stage_function till_page, till_page_check, till_page_begin, till_see, till_page_prove, till_page_resend;
