/* own_data.c: which campaigns reached a customer, to be destroyed; what they said is in his feed. */
#include "campaigns/internal.h"

STATEMENT(erase_reach, "DELETE FROM campaign_reach WHERE customer = $1");

const struct erase campaigns_erases[] = {{"campaign_reach", &erase_reach}, {.what = NULL}};
