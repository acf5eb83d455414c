/* shaped_test.c: what is drawn glyph by glyph is what pango draws by itself, to the pixel (some of IF 4): figures on
 * one line and on several, texts that come again, letters that no font has. */
#include "operations/shaped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SIDE 300

static const struct shape_style left = {80, 8, PANGO_ALIGN_LEFT, false, true},
                                right = {82, 8, PANGO_ALIGN_RIGHT, false, true},
                                words = {120, 8, PANGO_ALIGN_LEFT, false, false},
                                bold = {80, 8, PANGO_ALIGN_LEFT, true, false};

static const struct {
    const struct shape_style *style;
    const char *text;
} cases[] = {
    {&left, "29.11.2026 20:12"}, {&left, "29.11.2026"},        {&right, "−1 234 567,89 ₽"},
    {&right, "0,00 ₽"},          {&right, "₽1,234.56"},        {&right, "−999 999 999 999 999,99 ₽"},
    {&right, "12 34"},           {&left, "1234567890123456789012345678901234567890"},
    {&left, ""},                 {&words, ""},                 {&words, "Перевод, Анна К.\nЗа обед; AV To"},
    {&words, "Перевод, +7 916 ***-**-01 и ещё много слов в строку"},
    {&bold, "Дата и время"},     {&words, "日本 🎁 \xf3\xb0\x80\x80"},
};

static cairo_surface_t *sheet(cairo_t **cairo) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, SIDE, SIDE);
    *cairo = cairo_create(surface);
    return surface;
}

/* As it was before there was a shaper. */
static double by_pango(cairo_t *cairo, const struct shape_style *style, const char *text) {
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    PangoFontDescription *font = pango_font_description_from_string("DejaVu Sans");
    int height;
    pango_font_description_set_size(font, (int)(style->points * PANGO_SCALE));
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, (int)(style->width * PANGO_SCALE));
    pango_layout_set_alignment(layout, style->align);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_size(layout, NULL, &height);
    cairo_move_to(cairo, 20, 30);
    pango_cairo_show_layout(cairo, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
    return (double)height / PANGO_SCALE;
}

static void draws_as_pango(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) { /* again: what is known by then, too */
        size_t at = i % (sizeof cases / sizeof *cases);
        cairo_t *one, *other;
        cairo_surface_t *ours = sheet(&one), *pangos = sheet(&other);
        struct shaper *shaper = shaper_open(arena, one);
        for (int twice = 0; twice < 2; twice++) {
            const struct shaped *shaped = shaper_shape(shaper, 1, cases[at].style, text_from(cases[at].text));
            double height = shaped_height(shaped), expected = by_pango(other, cases[at].style, cases[at].text);
            if (height != expected) fail_msg("%s: %f high, not %f", cases[at].text, height, expected);
            shaper_put(shaper, shaped, 20, 30);
            shaper_flush(shaper);
        }
        cairo_surface_flush(ours);
        cairo_surface_flush(pangos);
        size_t size = (size_t)cairo_image_surface_get_stride(ours) * SIDE;
        if (memcmp(cairo_image_surface_get_data(ours), cairo_image_surface_get_data(pangos), size) != 0)
            fail_msg("%s: drawn in another way", cases[at].text);
        shaper_close(shaper);
        cairo_destroy(one);
        cairo_destroy(other);
        cairo_surface_destroy(ours);
        cairo_surface_destroy(pangos);
    }
    arena_free(arena);
}

/* Four at once, of one page, more glyphs than a batch has. */
static void holds_a_row(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)64 << 20);
    cairo_t *cairo;
    cairo_surface_t *surface = sheet(&cairo);
    struct shaper *shaper = shaper_open(arena, cairo);
    for (int row = 0; row < 100; row++) {
        const struct shaped *cells[SHAPER_PLACES];
        for (size_t i = 0; i < SHAPER_PLACES; i++)
            cells[i] = shaper_shape(shaper, i, i % 2 == 0 ? &left : &words, text_format(arena, "%d.%zu 12:34", row, i));
        for (size_t i = 0; i < SHAPER_PLACES; i++) assert_true(shaped_height(cells[i]) > 5);
        for (size_t i = 0; i < SHAPER_PLACES; i++) shaper_put(shaper, cells[i], 10, 10 + row);
    }
    shaper_flush(shaper);
    assert_int_equal(cairo_status(cairo), CAIRO_STATUS_SUCCESS);
    shaper_close(shaper);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(draws_as_pango), cmocka_unit_test(holds_a_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
