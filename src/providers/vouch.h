/* vouch.h: what the state portal says of a person: carried while he signs up, filled into the questionnaire, and proof
 * of his level once the account is linked to a cabinet. */
#pragma once

#include "adapters/esia/esia.h"
#include "onboarding/answers.h"
#include "providers/internal.h"

/* As it travels in the errand: the answers' JSON; what would make a cookie too long is left to be typed. */
struct text vouch_pack(struct arena *arena, const struct esia_person *person);
/* How the account is called, for its owner: «Анна Соколова». */
struct text vouch_label(struct arena *arena, const struct esia_person *person);
/* False when the cabinet is known to be somebody else's: his name is another one. */
bool vouch_fits(struct request *request, struct tx *tx, int64_t customer, struct text packed);
/* In a command: raises the level as the provider's setting says; nothing when he has it. */
void vouch_level(struct request *request, struct tx *tx, const struct provider *provider, int64_t customer,
                 struct text subject, struct text packed);
/* identity's told_function: by the browser's errand. */
told_function vouch_told;
