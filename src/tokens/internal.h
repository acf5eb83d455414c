/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "generated/strings_tokens.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "tokens/tokens.h"

struct scope_words {
    enum scope scope;
    string_id title;
};
extern const struct scope_words scope_words[]; /* ended by SCOPE_NONE */

stage_function tokens_page, tokens_make, tokens_end;

bool tokens_own_data(struct own_data *piece);
