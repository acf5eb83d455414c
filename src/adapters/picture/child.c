/* child.c: the children that decode: one makes pictures anew, one tells what a code in one says, one makes a logo of
 * it. Decoders are Debian's libjpeg-turbo, libpng and libwebp. */
#include "adapters/picture/code.h"
#include "adapters/picture/exif.h"
#include "adapters/picture/pixels.h"
#include "base/cage.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <unistd.h>
#include <webp/decode.h>

struct input {
    const uint8_t *data;
    size_t size;
};

static bool fits(size_t width, size_t height) {
    return width > 0 && height > 0 && width <= 65535 && height <= 65535 && width * height <= PICTURE_PIXELS_MAX;
}

static bool begins(const struct input *input, const void *magic, size_t size) {
    return input->size >= size && memcmp(input->data, magic, size) == 0;
}

/* ---- decoding ---- */

static enum picture_verdict decode_jpeg(const struct input *input, struct pixels *pixels) {
    int width = 0, height = 0, sampling = 0, colours = 0; /* stay so where a file has tables alone, or nothing */
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL) return PICTURE_FAILED;
    if (tjDecompressHeader3(decoder, input->data, input->size, &width, &height, &sampling, &colours) != 0)
        return PICTURE_BROKEN;
    if (width <= 0 || height <= 0) return PICTURE_BROKEN;
    if (!fits((size_t)width, (size_t)height)) return PICTURE_TOO_LARGE;
    *pixels = (struct pixels){NULL, (size_t)width, (size_t)height, 3};
    pixels->data = malloc(pixels->width * pixels->height * 3);
    if (pixels->data == NULL) return PICTURE_FAILED;
    if (tjDecompress2(decoder, input->data, input->size, pixels->data, width, 0, height, TJPF_RGB,
                      TJFLAG_STOPONWARNING) != 0)
        return PICTURE_BROKEN;
    return PICTURE_GOOD;
}

static enum picture_verdict decode_png(const struct input *input, struct pixels *pixels) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, input->data, input->size)) return PICTURE_BROKEN;
    if (!fits(image.width, image.height)) return PICTURE_TOO_LARGE;
    bool alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    image.format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    *pixels = (struct pixels){NULL, image.width, image.height, alpha ? 4 : 3};
    pixels->data = malloc(PNG_IMAGE_SIZE(image));
    if (pixels->data == NULL) return PICTURE_FAILED;
    return png_image_finish_read(&image, NULL, pixels->data, 0, NULL) ? PICTURE_GOOD : PICTURE_BROKEN;
}

static enum picture_verdict decode_webp(const struct input *input, struct pixels *pixels) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(input->data, input->size, &features) != VP8_STATUS_OK) return PICTURE_BROKEN;
    if (features.has_animation) return PICTURE_WRONG_TYPE;
    if (!fits((size_t)features.width, (size_t)features.height)) return PICTURE_TOO_LARGE;
    *pixels = (struct pixels){NULL, (size_t)features.width, (size_t)features.height, features.has_alpha ? 4 : 3};
    size_t size = pixels->width * pixels->height * pixels->bytes;
    int stride = (int)(pixels->width * pixels->bytes);
    pixels->data = malloc(size);
    if (pixels->data == NULL) return PICTURE_FAILED;
    const uint8_t *done = features.has_alpha ? WebPDecodeRGBAInto(input->data, input->size, pixels->data, size, stride)
                                             : WebPDecodeRGBInto(input->data, input->size, pixels->data, size, stride);
    return done != NULL ? PICTURE_GOOD : PICTURE_BROKEN;
}

/* ---- smaller ---- */

/* Each pixel becomes the mean of a square of them; in place, since what is written is never ahead of what is read. */
static void shrink(struct pixels *pixels) {
    size_t by = 1, bytes = pixels->bytes;
    while ((pixels->width / by) * (pixels->height / by) > PICTURE_PIXELS_KEPT) by++;
    size_t width = pixels->width / by, height = pixels->height / by;
    if (by == 1 || width == 0 || height == 0) return;
    uint8_t *out = pixels->data;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            for (size_t part = 0; part < bytes; part++) {
                size_t sum = 0;
                for (size_t row = 0; row < by; row++)
                    for (size_t column = 0; column < by; column++)
                        sum += pixels->data[((y * by + row) * pixels->width + x * by + column) * bytes + part];
                *out++ = (uint8_t)(sum / (by * by));
            }
        }
    }
    pixels->width = width;
    pixels->height = height;
}

/* ---- upright ---- */

/* After it is made smaller, so the second copy is a small one. */
static enum picture_verdict turn(struct pixels *pixels, int orientation) {
    if (orientation == 1) return PICTURE_GOOD;
    bool lies = exif_lies(orientation) != 0;
    size_t width = lies ? pixels->height : pixels->width, height = lies ? pixels->width : pixels->height;
    uint8_t *upright = malloc(width * height * pixels->bytes), *out = upright;
    if (upright == NULL) return PICTURE_FAILED;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            struct exif_place from = exif_source(orientation, pixels->width, pixels->height, x, y);
            memcpy(out, pixels->data + (from.y * pixels->width + from.x) * pixels->bytes, pixels->bytes);
            out += pixels->bytes;
        }
    }
    *pixels = (struct pixels){upright, width, height, pixels->bytes}; /* the child ends soon: nothing is freed */
    return PICTURE_GOOD;
}

/* ---- encoding ---- */

static enum picture_verdict put_all(enum picture_kind kind, const void *data, size_t size) {
    const uint8_t first = (uint8_t)kind;
    return cage_say(&first, 1) && cage_say(data, size) ? PICTURE_GOOD : PICTURE_FAILED;
}

static enum picture_verdict encode_jpeg(const struct pixels *pixels) {
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    if (encoder == NULL || tjCompress2(encoder, pixels->data, (int)pixels->width, 0, (int)pixels->height, TJPF_RGB,
                                       &bytes, &size, TJSAMP_420, 85, 0) != 0)
        return PICTURE_FAILED;
    return put_all(PICTURE_JPEG, bytes, size);
}

static enum picture_verdict encode_png(const struct pixels *pixels) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)pixels->width,
                       .height = (png_uint_32)pixels->height,
                       .flags = PNG_IMAGE_FLAG_FAST,
                       .format = pixels->bytes == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = malloc(size);
    if (bytes == NULL || !png_image_write_to_memory(&image, bytes, &size, 0, pixels->data, 0, NULL))
        return PICTURE_FAILED;
    return put_all(PICTURE_PNG, bytes, size);
}

/* ---- PDF ---- */

static bool holds(const struct input *input, size_t from, const char *what) {
    return input->size > from && memmem(input->data + from, input->size - from, what, strlen(what)) != NULL;
}

/* It begins as one and ends as one, and no archive or page is hidden in it; what acts by itself when opened is not
 * taken. It is only ever offered for saving. */
static enum picture_verdict pass_pdf(const struct input *input) {
    static const char *const never[] = {"/JavaScript", "/Launch", "/EmbeddedFile", "/XFA",
                                        "<script",     "<html",   "PK\x05\x06",    "PK\x03\x04"};
    size_t tail = input->size > 1024 ? input->size - 1024 : 0;
    if (!holds(input, tail, "%%EOF") || !holds(input, 0, "startxref")) return PICTURE_BROKEN;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (holds(input, 0, never[i])) return PICTURE_WRONG_TYPE;
    return put_all(PICTURE_PDF, input->data, input->size);
}

/* ---- the whole ---- */

static bool is_png(const struct input *input) {
    return begins(input, "\x89PNG\r\n\x1a\n", 8);
}

static bool is_jpeg(const struct input *input) {
    return begins(input, "\xff\xd8\xff", 3);
}

static enum picture_verdict decode(const struct input *input, struct pixels *pixels) {
    bool webp = begins(input, "RIFF", 4) && input->size > 12 && memcmp(input->data + 8, "WEBP", 4) == 0;
    enum picture_verdict verdict = is_png(input)    ? decode_png(input, pixels)
                                   : webp           ? decode_webp(input, pixels)
                                   : is_jpeg(input) ? decode_jpeg(input, pixels)
                                                    : PICTURE_WRONG_TYPE;
    if (verdict == PICTURE_GOOD) shrink(pixels);
    return verdict;
}

static enum picture_verdict decode_upright(const struct input *input, struct pixels *pixels) {
    enum picture_verdict verdict = decode(input, pixels);
    if (verdict != PICTURE_GOOD) return verdict;
    return turn(pixels, is_jpeg(input) ? exif_orientation(input->data, input->size) : 1);
}

static enum picture_verdict clean(const struct input *input) {
    struct pixels pixels = {0};
    if (begins(input, "%PDF-1.", 7) || begins(input, "%PDF-2.", 7)) return pass_pdf(input);
    enum picture_verdict verdict = decode_upright(input, &pixels);
    if (verdict != PICTURE_GOOD) return verdict;
    return is_png(input) || pixels.bytes == 4 ? encode_png(&pixels) : encode_jpeg(&pixels);
}

static enum picture_verdict make_logo(const struct input *input) {
    struct pixels pixels = {0};
    enum picture_verdict verdict = decode_upright(input, &pixels);
    return verdict == PICTURE_GOOD ? logo_say(&pixels) : verdict;
}

/* ---- codes ---- */

/* In place: a grey pixel is never ahead of the colours that it comes from. What is transparent is white. */
static void grey_out(struct pixels *pixels) {
    const uint8_t *from = pixels->data;
    for (size_t i = 0; i < pixels->width * pixels->height; i++, from += pixels->bytes) {
        unsigned alpha = pixels->bytes == 4 ? from[3] : 255;
        unsigned grey = (299u * from[0] + 587u * from[1] + 114u * from[2]) / 1000;
        pixels->data[i] = (uint8_t)((grey * alpha + 255u * (255 - alpha)) / 255);
    }
}

static enum picture_verdict read_code(const struct input *input) {
    struct pixels pixels = {0};
    enum picture_verdict verdict = decode(input, &pixels);
    if (verdict != PICTURE_GOOD) return verdict;
    grey_out(&pixels);
    const char *text;
    unsigned size;
    if (!code_find(pixels.data, (unsigned)pixels.width, (unsigned)pixels.height, &text, &size)) return PICTURE_BROKEN;
    return cage_say(text, size) ? PICTURE_GOOD : PICTURE_FAILED;
}

static int child(enum picture_verdict (*act)(const struct input *input), enum cage_rule rule) {
    cage_limits();
    uint8_t *data = malloc((size_t)PICTURE_FILE_MAX + 1);
    struct input input = {data, 0};
    if (data == NULL || !cage_close(rule)) _exit(PICTURE_FAILED);
    ssize_t got;
    while (input.size <= (size_t)PICTURE_FILE_MAX &&
           (got = read(STDIN_FILENO, data + input.size, (size_t)PICTURE_FILE_MAX + 1 - input.size)) > 0)
        input.size += (size_t)got;
    _exit(input.size > (size_t)PICTURE_FILE_MAX ? PICTURE_TOO_LARGE : (int)act(&input));
}

int picture_child(void) {
    return child(clean, CAGE_KILLS);
}

int picture_logo_child(void) {
    return child(make_logo, CAGE_KILLS);
}

/* zbar looks for converters of letters, which it needs for no bytes as they are. */
int picture_code_child(void) {
    return child(read_code, CAGE_DENIES);
}
