/* form_text.c: see form_text.h. */
#include "adapters/oidc/form_text.h"

void form_encode(struct buffer *out, struct text value) {
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     byte == '-' || byte == '.' || byte == '_' || byte == '~';
        if (plain) buffer_add_char(out, (char)byte);
        else buffer_format(out, "%%%02X", byte);
    }
}

void form_add(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "%s%s=", out->size > 0 ? "&" : "", name);
    form_encode(out, value);
}
