/* slider.h: a number that has a field and a slider under it (partial slider). Without scripts both are sent, NAME and
 * NAME_slide, with NAME_was, where the slider stood: then it counts where it was moved. */
#pragma once

#include "http/request.h"

/* The slider was moved: the number is NAME_slide. Only where the form has one and was asked for by GET. */
bool slider_moved(const struct request *request, const char *slide, const char *was);
/* The field shows what was slid. */
void slider_typed(struct request *request, const char *name, struct text typed);
/* {value, least, most, step}: whole steps, as a browser would make them, so that one that was not moved comes back as
 * it was. step 0: one of five hundred at most, a round number. */
void slider_tell(struct node *document, const char *name, int64_t value, int64_t least, int64_t most, int64_t step);
