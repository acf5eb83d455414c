/* windows1251.h: UTF-8 into the code page that old Russian programs read. */
#pragma once

#include "base/text.h"

/* What the page lacks becomes '?', a control character a blank: so a line stays one. */
void windows1251_add(struct buffer *out, struct text text);
