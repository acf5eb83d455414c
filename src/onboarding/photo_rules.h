/* photo_rules.h: whether a picture is large enough to show a page of a document: by the size that its own bytes tell,
 * after it was drawn anew (photo.h). Pure. */
#pragma once

#include "base/text.h"

#define PHOTO_SIDE_MIN 200 /* dots */

/* A JPEG or PNG with both sides of at least PHOTO_SIDE_MIN. */
bool photo_readable(struct text bytes);
