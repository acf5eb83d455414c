/* catalogue_edit.h: how staff change the catalogue (BO-4): what its files share, and what they give to the feature's
 * tables. */
#pragma once

#include "payments/staff.h"
#include "payments/traits.h"

/* ---- catalogue_form.c: a provider as a form ---- */

struct traits traits_typed(struct request *request);
void provider_form_tell(struct request *request, const struct traits *traits);
/* Words beside the input of that place; a program is told the place itself. */
void provider_form_mark(struct request *request, struct text place, struct text words);

/* ---- catalogue_change.c: how a change comes about ---- */

/* The JSON is another version of the stored one (NULL: a new provider), as the caller's: at once, or as an approval
 * when it is about money. Answers the request. */
enum flow provider_change(struct request *request, struct tx *tx, const struct stored_provider *stored,
                          struct text json);
enum flow provider_change_password(struct request *request, struct tx *tx, const struct stored_provider *stored,
                                   struct text password);
bool provider_stored(struct request *request, struct tx *tx, struct stored_provider *stored); /* of the address */
extern const struct refusal catalogue_stale;

void catalogue_approval_show(struct request *request, struct tx *tx, const struct approval *approval,
                             struct node *facts);
const struct refusal *catalogue_approval_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* ---- logo.c: a provider's picture ---- */

stage_function logo_read, staff_logo_draw, staff_logo_write;

/* ---- catalogue_edit.c, catalogue_list.c, catalogue_versions.c, categories.c: pages ---- */

stage_function staff_providers_read, staff_provider_new, staff_provider_read, staff_provider_add, staff_provider_save;
stage_function staff_provider_switch, staff_provider_password;
stage_function staff_versions_read, staff_version_restore;
extern const char *const category_icons[]; /* feature.c; NULL ends them */
stage_function staff_categories_read, staff_category_add, staff_category_save;
