/* code.c: see code.h. Debian's libzbar. */
#include "adapters/picture/code.h"

#include <string.h>
#include <zbar.h>

#define GREY 0x30303859 /* "Y800" */

/* The bytes as they are: zbar would guess what letters they mean, and knows no Russian. */
static zbar_image_scanner_t *scanner_of_codes(void) {
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (scanner == NULL) return NULL;
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return scanner;
}

bool code_find(const uint8_t *grey, unsigned width, unsigned height, const char **text, unsigned *size) {
    zbar_image_scanner_t *scanner = scanner_of_codes();
    zbar_image_t *image = zbar_image_create();
    if (scanner == NULL || image == NULL) return false;
    zbar_image_set_format(image, GREY);
    zbar_image_set_size(image, width, height);
    zbar_image_set_data(image, grey, (unsigned long)width * height, NULL);
    if (zbar_scan_image(scanner, image) <= 0) return false;
    bool found = false, payment = false;
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
    for (; symbol != NULL && !payment; symbol = zbar_symbol_next(symbol)) {
        const char *data = zbar_symbol_get_data(symbol);
        unsigned length = zbar_symbol_get_data_length(symbol);
        payment = length > 6 && memcmp(data, "ST0001", 6) == 0;
        if (found && !payment) continue;
        *text = data;
        *size = length;
        found = true;
    }
    return found; /* the child ends soon: nothing is freed */
}
