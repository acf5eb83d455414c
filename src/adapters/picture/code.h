/* code.h: finds a QR code in a picture. In the caged child alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* grey: a byte a pixel, row by row. One for payments goes before others. *text lives as long as the process. */
bool code_find(const uint8_t *grey, unsigned width, unsigned height, const char **text, unsigned *size);
