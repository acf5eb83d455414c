/* assets.h: the static files of web/, built into the program (generated/assets.h). Under /assets/HASH/name they never
 * change, so the browser keeps them for ever; a few have addresses of their own. */
#pragma once

#include "base/text.h"

struct asset;

/* NULL when the path names none. */
const struct asset *asset_find(struct text path);
/* Found by its hash: may be kept for ever. */
bool asset_immutable(struct text path);
