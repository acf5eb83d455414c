/* picture_test.c: hostile uploads (some of SU 1): floods, wrong types, two files in one, and the cage they are read
 * in. The test is its own child: started as `picture` it is the real one. */
#include "adapters/picture/picture.h"
#include "base/cage.h"

#include <fcntl.h>
#include <png.h>
#include <qrencode.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <turbojpeg.h>
#include <unistd.h>
#include <webp/decode.h>
#include <webp/encode.h>

#include <cmocka.h>

struct sample {
    uint8_t *data;
    size_t size;
};

static void noise(uint8_t *pixels, size_t size) {
    uint32_t state = 7;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        pixels[i] = (uint8_t)(state >> 28); /* dark, so that it is packed */
    }
}

static struct sample jpeg(int width, int height) {
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    noise(pixels, (size_t)width * (size_t)height * 3);
    assert_int_equal(tjCompress2(encoder, pixels, width, 0, height, TJPF_RGB, &bytes, &size, TJSAMP_420, 80, 0), 0);
    struct sample sample = {malloc(size), size};
    memcpy(sample.data, bytes, size);
    tjFree(bytes);
    tjDestroy(encoder);
    free(pixels);
    return sample;
}

static struct sample png(void) {
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 40, .height = 30, .format = PNG_FORMAT_RGBA};
    uint8_t pixels[40 * 30 * 4];
    noise(pixels, sizeof pixels);
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    struct sample sample = {malloc(size), 0};
    assert_true(png_image_write_to_memory(&image, sample.data, &size, 0, pixels, 0, NULL));
    sample.size = size;
    return sample;
}

static struct sample webp(void) {
    uint8_t pixels[40 * 30 * 3], *bytes = NULL;
    noise(pixels, sizeof pixels);
    size_t size = WebPEncodeRGB(pixels, 40, 30, 40 * 3, 80, &bytes);
    struct sample sample = {malloc(size), size};
    memcpy(sample.data, bytes, size);
    WebPFree(bytes);
    return sample;
}

static struct sample bytes_of(const void *data, size_t size) {
    struct sample sample = {malloc(size + 1), size};
    memcpy(sample.data, data, size);
    return sample;
}

#define LITERAL(text) bytes_of("" text "", sizeof(text) - 1)

static struct sample join(struct sample left, struct sample right) {
    struct sample sample = {malloc(left.size + right.size), left.size + right.size};
    memcpy(sample.data, left.data, left.size);
    memcpy(sample.data + left.size, right.data, right.size);
    free(left.data);
    free(right.data);
    return sample;
}

/* After the first two bytes: a comment that must not survive. */
static struct sample with_comment(struct sample picture) {
    static const uint8_t comment[] = "\xff\xe1\x00\x1a" "Exif GPS 55.75 37.62 <b>";
    struct sample sample = {malloc(picture.size + 28), picture.size + 28};
    memcpy(sample.data, picture.data, 2);
    memset(sample.data + 2, ' ', 28);
    memcpy(sample.data + 2, comment, sizeof comment - 1);
    memcpy(sample.data + 30, picture.data + 2, picture.size - 2);
    free(picture.data);
    return sample;
}

/* After the first two bytes: the camera lay on its side (EXIF's number 6). */
static struct sample lying(struct sample picture) {
    static const uint8_t exif[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                   0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
    struct sample sample = {malloc(picture.size + sizeof exif), picture.size + sizeof exif};
    memcpy(sample.data, picture.data, 2);
    memcpy(sample.data + 2, exif, sizeof exif);
    memcpy(sample.data + 2 + sizeof exif, picture.data + 2, picture.size - 2);
    free(picture.data);
    return sample;
}

/* A PNG that says that it is so large: the first of its numbers stand at 16 and 20, their checksum is not looked at
 * before. */
static struct sample flood(void) {
    struct sample sample = png();
    static const uint8_t ihdr[] = {0x00, 0x00, 0xEA, 0x60, 0x00, 0x00, 0xEA, 0x60}; /* 60 000 × 60 000 */
    memcpy(sample.data + 16, ihdr, sizeof ihdr);
    return sample;
}

static struct sample cut(struct sample sample) {
    sample.size /= 2;
    return sample;
}

#define PDF "%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"

static enum picture_verdict clean(struct arena *arena, struct sample sample, struct picture *picture) {
    char path[] = "/tmp/picture_test.XXXXXX";
    int file = mkstemp(path);
    assert_int_equal(write(file, sample.data, sample.size), sample.size);
    close(file);
    enum picture_verdict verdict = picture_clean(arena, path, picture);
    unlink(path);
    free(sample.data);
    return verdict;
}

static bool says(const struct picture *picture, const char *what) {
    return memmem(picture->bytes.data, picture->bytes.size, what, strlen(what)) != NULL;
}

static void test_uploads(void **state) {
    (void)state;
    struct {
        const char *name;
        struct sample sample;
        enum picture_verdict verdict;
        enum picture_kind kind;
    } cases[] = {
        {"a photo", jpeg(64, 48), PICTURE_GOOD, PICTURE_JPEG},
        {"a photo with its place", with_comment(jpeg(64, 48)), PICTURE_GOOD, PICTURE_JPEG},
        {"a photo, and a page behind it", join(jpeg(64, 48), LITERAL("<html><script>alert(1)</script>")), PICTURE_GOOD,
         PICTURE_JPEG},
        {"a photo, and an archive behind it", join(jpeg(64, 48), LITERAL("PK\x03\x04")), PICTURE_GOOD, PICTURE_JPEG},
        {"a large photo", jpeg(5000, 4000), PICTURE_GOOD, PICTURE_JPEG},
        {"a drawing", png(), PICTURE_GOOD, PICTURE_PNG},
        {"a drawing, and a page behind it", join(png(), LITERAL("<html>")), PICTURE_GOOD, PICTURE_PNG},
        {"a WebP", webp(), PICTURE_GOOD, PICTURE_JPEG},
        {"a document", LITERAL(PDF), PICTURE_GOOD, PICTURE_PDF},
        {"a flood of pixels", flood(), PICTURE_BROKEN, 0}, /* its checksum is wrong: found before its size */
        {"a broken photo", cut(jpeg(64, 48)), PICTURE_BROKEN, 0},
        {"a broken drawing", cut(png()), PICTURE_BROKEN, 0},
        {"a broken WebP", cut(webp()), PICTURE_BROKEN, 0},
        {"nothing", LITERAL(""), PICTURE_WRONG_TYPE, 0},
        {"three bytes", LITERAL("\xff\xd8\xff"), PICTURE_BROKEN, 0},
        {"a GIF", LITERAL("GIF89a\x01\x00\x01\x00"), PICTURE_WRONG_TYPE, 0},
        {"an SVG", LITERAL("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), PICTURE_WRONG_TYPE, 0},
        {"a page", LITERAL("<!doctype html>"), PICTURE_WRONG_TYPE, 0},
        {"a document behind something", join(LITERAL("MZ"), LITERAL(PDF)), PICTURE_WRONG_TYPE, 0},
        {"a document that ends in an archive", join(LITERAL(PDF), LITERAL("PK\x05\x06")), PICTURE_WRONG_TYPE, 0},
        {"a document that acts", LITERAL("%PDF-1.4 /JavaScript (x) startxref %%EOF"), PICTURE_WRONG_TYPE, 0},
        {"half a document", LITERAL("%PDF-1.4 startxref"), PICTURE_BROKEN, 0},
        {"too many bytes", (struct sample){calloc(1, (size_t)PICTURE_FILE_MAX + 1), (size_t)PICTURE_FILE_MAX + 1},
         PICTURE_TOO_LARGE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new((size_t)256 << 20);
        struct picture picture = {0};
        enum picture_verdict verdict = clean(arena, cases[i].sample, &picture);
        if (verdict != cases[i].verdict) fail_msg("%s: %d, not %d", cases[i].name, verdict, cases[i].verdict);
        if (verdict == PICTURE_GOOD) {
            assert_int_equal(picture.kind, cases[i].kind);
            assert_false(says(&picture, "GPS") || says(&picture, "<html") || says(&picture, "PK\x03\x04"));
        }
        arena_free(arena);
    }
}

/* A header with a right checksum and too many pixels: refused by its size, before any memory is taken. */
static void test_flood(void **state) {
    (void)state;
    struct sample sample = flood();
    uint32_t sum = 0xffffffffu;
    for (size_t i = 12; i < 29; i++) {
        sum ^= sample.data[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320u : 0);
    }
    for (int i = 0; i < 4; i++) sample.data[29 + i] = (uint8_t)(~sum >> (24 - 8 * i));
    struct arena *arena = arena_new((size_t)16 << 20);
    struct picture picture;
    assert_int_equal(clean(arena, sample, &picture), PICTURE_TOO_LARGE);
    arena_free(arena);
}

/* Large ones are made smaller first: they stand upright, too. */
static void test_upright(void **state) {
    (void)state;
    static const int sides[][4] = {{64, 48, 48, 64}, {5000, 4000, 2000, 2500}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct arena *arena = arena_new((size_t)256 << 20);
        struct picture picture;
        int width = 0, height = 0, sampling = 0, colours = 0;
        assert_int_equal(clean(arena, lying(jpeg(sides[i][0], sides[i][1])), &picture), PICTURE_GOOD);
        tjhandle decoder = tjInitDecompress();
        assert_int_equal(tjDecompressHeader3(decoder, (const unsigned char *)picture.bytes.data, picture.bytes.size,
                                             &width, &height, &sampling, &colours), 0);
        tjDestroy(decoder);
        assert_int_equal(width, sides[i][2]);
        assert_int_equal(height, sides[i][3]);
        arena_free(arena);
    }
}

/* What a decoder that was taken over would try. */
static int ended_by(int act) {
    pid_t child = fork();
    if (child == 0) {
        cage_limits();
        if (!cage_close(CAGE_KILLS)) _exit(1);
        if (act == 0) (void)open("/etc/passwd", O_RDONLY);
        if (act == 1) (void)socket(AF_INET, SOCK_STREAM, 0);
        if (act == 2) (void)fork();
        if (act == 3) (void)kill(getppid(), 0);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void test_cage(void **state) {
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
    for (int act = 0; act <= 3; act++) assert_int_equal(ended_by(act), SIGSYS);
    assert_int_equal(ended_by(4), 0);
#else
    (void)ended_by;
#endif
}

/* ---- codes ---- */

#define SCALE 4
#define QUIET 4 /* modules of white around a code */

/* Black on what is transparent, with so many bytes a pixel. */
static struct sample drawn(const char *text, uint32_t format) {
    QRcode *code = QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
    assert_non_null(code);
    size_t side = (size_t)(code->width + 2 * QUIET) * SCALE, bytes = PNG_IMAGE_PIXEL_SIZE(format);
    png_image image = {.version = PNG_IMAGE_VERSION, .width = (png_uint_32)side, .height = (png_uint_32)side,
                       .format = format};
    uint8_t *pixels = calloc(side * side, bytes);
    if (bytes == 3) memset(pixels, 255, side * side * bytes);
    for (size_t at = 0; at < side * side; at++) {
        size_t x = at % side / SCALE, y = at / side / SCALE, width = (size_t)code->width;
        bool inside = x >= QUIET && y >= QUIET && x < width + QUIET && y < width + QUIET;
        if (!inside || (code->data[(y - QUIET) * width + x - QUIET] & 1) == 0) continue;
        memset(pixels + at * bytes, 0, bytes);
        if (bytes == 4) pixels[at * bytes + 3] = 255;
    }
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    struct sample sample = {malloc(size), 0};
    assert_true(png_image_write_to_memory(&image, sample.data, &size, 0, pixels, 0, NULL));
    sample.size = size;
    free(pixels);
    QRcode_free(code);
    return sample;
}

/* Bytes come as they are in the code: of an old code page, too. */
static void test_codes(void **state) {
    (void)state;
    struct {
        const char *name;
        struct sample sample;
        enum picture_verdict verdict;
        const char *said;
    } cases[] = {
        {"UTF-8", drawn("ST00012|Name=Три кита", PNG_FORMAT_RGB), PICTURE_GOOD, "ST00012|Name=Три кита"},
        {"windows-1251", drawn("ST00011|Name=\xd2\xf0\xe8|x=\xb9", PNG_FORMAT_RGB), PICTURE_GOOD,
         "ST00011|Name=\xd2\xf0\xe8|x=\xb9"},
        {"KOI8-R, nothing behind it", drawn("ST00013|Name=\xf4\xd2\xc9", PNG_FORMAT_RGBA), PICTURE_GOOD,
         "ST00013|Name=\xf4\xd2\xc9"},
        {"half of one", cut(drawn("ST00012|", PNG_FORMAT_RGB)), PICTURE_BROKEN, NULL},
        {"a photo of something else", jpeg(640, 480), PICTURE_BROKEN, NULL},
        {"a document", LITERAL(PDF), PICTURE_WRONG_TYPE, NULL},
        {"nothing", LITERAL(""), PICTURE_WRONG_TYPE, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        char path[] = "/tmp/picture_test.XXXXXX";
        int file = mkstemp(path);
        struct text said = TEXT_NONE;
        assert_int_equal(write(file, cases[i].sample.data, cases[i].sample.size), cases[i].sample.size);
        close(file);
        enum picture_verdict verdict = picture_code(arena, path, &said);
        if (verdict != cases[i].verdict) fail_msg("%s: %d, not %d", cases[i].name, verdict, cases[i].verdict);
        if (verdict == PICTURE_GOOD && !text_is(said, cases[i].said)) fail_msg("%s: %s", cases[i].name, said.data);
        unlink(path);
        free(cases[i].sample.data);
        arena_free(arena);
    }
}

/* Two halves of 8 × 4, red over blue: fitted, the bands above and below are nothing. */
static struct sample flag(void) {
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 8, .height = 4, .format = PNG_FORMAT_RGB};
    uint8_t pixels[8 * 4 * 3] = {0};
    for (size_t i = 0; i < 8 * 4; i++) pixels[3 * i + (i < 16 ? 0 : 2)] = 255;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    struct sample sample = {malloc(size), 0};
    assert_true(png_image_write_to_memory(&image, sample.data, &size, 0, pixels, 0, NULL));
    sample.size = size;
    return sample;
}

static enum picture_verdict logo_of(struct arena *arena, struct sample sample, struct text *logo) {
    char path[] = "/tmp/picture_test.XXXXXX";
    int file = mkstemp(path);
    assert_int_equal(write(file, sample.data, sample.size), sample.size);
    close(file);
    enum picture_verdict verdict = picture_logo(arena, path, logo);
    unlink(path);
    free(sample.data);
    return verdict;
}

static void test_logos(void **state) {
    (void)state;
    struct {
        const char *name;
        struct sample sample;
        enum picture_verdict verdict;
    } cases[] = {
        {"a drawing", png(), PICTURE_GOOD},          {"a photo", jpeg(1600, 1200), PICTURE_GOOD},
        {"a WebP", webp(), PICTURE_GOOD},            {"one row", jpeg(3000, 1), PICTURE_GOOD},
        {"a document", LITERAL(PDF), PICTURE_WRONG_TYPE},
        {"a flood of pixels", flood(), PICTURE_BROKEN}, {"a broken photo", cut(jpeg(64, 48)), PICTURE_BROKEN},
        {"an SVG", LITERAL("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), PICTURE_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct text logo = TEXT_NONE;
        int width = 0, height = 0;
        enum picture_verdict verdict = logo_of(arena, cases[i].sample, &logo);
        if (verdict != cases[i].verdict) fail_msg("%s: %d, not %d", cases[i].name, verdict, cases[i].verdict);
        if (verdict == PICTURE_GOOD) {
            assert_true(WebPGetInfo((const uint8_t *)logo.data, logo.size, &width, &height));
            assert_true(width == PICTURE_LOGO_SIDE && height == PICTURE_LOGO_SIDE && logo.size < 6000);
        }
        arena_free(arena);
    }
}

static void test_logo_fits(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct text logo = TEXT_NONE;
    int width, height;
    assert_int_equal(logo_of(arena, flag(), &logo), PICTURE_GOOD);
    uint8_t *pixels = WebPDecodeRGBA((const uint8_t *)logo.data, logo.size, &width, &height);
    static const struct {
        int y;
        uint8_t red, blue, alpha;
    } rows[] = {{0, 0, 0, 0}, {23, 0, 0, 0}, {24, 255, 0, 255}, {47, 255, 0, 255}, {48, 0, 255, 255},
                {71, 0, 255, 255}, {72, 0, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint8_t *pixel = pixels + 4 * (rows[i].y * PICTURE_LOGO_SIDE + 50);
        assert_int_equal(pixel[3], rows[i].alpha);
        if (pixel[3] > 0) assert_true(pixel[0] == rows[i].red && pixel[2] == rows[i].blue);
    }
    WebPFree(pixels);
    arena_free(arena);
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "picture") == 0) return picture_child();
    if (count == 2 && strcmp(arguments[1], "picture-code") == 0) return picture_code_child();
    if (count == 2 && strcmp(arguments[1], "picture-logo") == 0) return picture_logo_child();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes),     cmocka_unit_test(test_logos),
                                       cmocka_unit_test(test_logo_fits), cmocka_unit_test(test_uploads),
                                       cmocka_unit_test(test_flood), cmocka_unit_test(test_upright),
                                       cmocka_unit_test(test_cage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
