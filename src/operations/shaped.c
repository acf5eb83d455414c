/* shaped.c: see shaped.h. A text is one of three: known from before (a table without chains: the next that falls there
 * takes its place), made of figures, or laid out by pango; what is longer than its room, or wants a box for a letter
 * that no font has, is drawn by pango itself. */
#include "operations/shaped.h"

#include "base/check.h"

#include <stddef.h>
#include <string.h>

#define GLYPHS_MAX 96 /* of a text that is copied */
#define KEY_MAX 256    /* its bytes */
#define KNOWN 64       /* texts remembered: a power of two */
#define SIGNS 48       /* different ones in figures */
#define FONTS 16       /* by weight, and for letters that the first has not; of more pango draws itself */
#define BATCH 512

_Static_assert(GLYPHS_MAX <= BATCH, "a text fits a batch");

struct batch {
    cairo_scaled_font_t *font; /* NULL: none yet; held until the end */
    size_t count;
    cairo_glyph_t glyphs[BATCH];
};

struct placed {
    struct batch *batch; /* whose font it is of */
    cairo_glyph_t glyph; /* from the text's left upper corner */
};

struct shaped {
    double height;
    /* When it is not glyphs: */
    bool by_pango;
    struct shape_style style;
    struct text text;
    size_t count;
    struct placed glyphs[GLYPHS_MAX]; /* the last: no more than there are is copied */
};

struct known {
    struct shape_style style;
    size_t size;
    char key[KEY_MAX];
    struct shaped shaped;
};

/* One sign of figures by itself. */
struct sign {
    uint32_t letter; /* its bytes; 0: none */
    double points;
    bool bold, plain; /* plain: a glyph or a blank; else whatever has it is laid out as a whole */
    size_t count;     /* of glyphs: 1, or 0 */
    struct placed placed;
    double width, height;
};

struct shaper {
    cairo_t *cairo;
    PangoLayout *layout;
    PangoFontDescription *font;
    struct shaped places[SHAPER_PLACES];
    struct known known[KNOWN];
    struct sign signs[SIGNS];
    struct batch batches[FONTS];
};

struct shaper *shaper_open(struct arena *arena, cairo_t *cairo) {
    struct shaper *shaper = arena_new_of(arena, struct shaper);
    shaper->cairo = cairo;
    shaper->layout = pango_cairo_create_layout(cairo);
    pango_layout_set_wrap(shaper->layout, PANGO_WRAP_WORD_CHAR);
    shaper->font = pango_font_description_from_string("DejaVu Sans");
    return shaper;
}

void shaper_close(struct shaper *shaper) {
    g_object_unref(shaper->layout);
    pango_font_description_free(shaper->font);
    for (size_t i = 0; i < FONTS; i++)
        if (shaper->batches[i].font != NULL) cairo_scaled_font_destroy(shaper->batches[i].font);
}

/* ---- laying out ---- */

static void lay(struct shaper *shaper, const struct shape_style *style, struct text text) {
    pango_font_description_set_size(shaper->font, (int)(style->points * PANGO_SCALE));
    pango_font_description_set_weight(shaper->font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(shaper->layout, shaper->font);
    pango_layout_set_width(shaper->layout, (int)(style->width * PANGO_SCALE));
    pango_layout_set_alignment(shaper->layout, style->align);
    pango_layout_set_text(shaper->layout, text.data != NULL ? text.data : "", (int)text.size);
}

static struct batch *batch_of(struct shaper *shaper, cairo_scaled_font_t *font) {
    for (size_t i = 0; i < FONTS && font != NULL; i++) {
        struct batch *batch = &shaper->batches[i];
        if (batch->font == NULL) batch->font = cairo_scaled_font_reference(font);
        if (batch->font == font) return batch;
    }
    return NULL;
}

/* A run's glyphs from (x, y) on, in pango's units. False when it has what only pango draws, or too many. */
static bool add_run(struct shaper *shaper, struct shaped *shaped, const PangoLayoutRun *run, int x, int y) {
    PangoFont *font = run->item->analysis.font;
    struct batch *batch = batch_of(shaper, pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)));
    for (int i = 0; i < run->glyphs->num_glyphs; i++) {
        const PangoGlyphInfo *info = &run->glyphs->glyphs[i];
        if ((info->glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 || batch == NULL) return false;
        if (info->glyph != PANGO_GLYPH_EMPTY) {
            if (shaped->count == GLYPHS_MAX) return false;
            shaped->glyphs[shaped->count++] = (struct placed){
                batch, {info->glyph, (double)(x + info->geometry.x_offset) / PANGO_SCALE,
                       (double)(y + info->geometry.y_offset) / PANGO_SCALE}};
        }
        x += info->geometry.width;
    }
    return true;
}

static bool take_glyphs(struct shaper *shaper, struct shaped *shaped) {
    PangoLayoutIter *each = pango_layout_get_iter(shaper->layout);
    bool good = true;
    do {
        const PangoLayoutRun *run = pango_layout_iter_get_run_readonly(each);
        PangoRectangle extents;
        if (run == NULL) continue; /* a line's end */
        pango_layout_iter_get_run_extents(each, NULL, &extents);
        good = add_run(shaper, shaped, run, extents.x, pango_layout_iter_get_baseline(each));
    } while (good && pango_layout_iter_next_run(each));
    pango_layout_iter_free(each);
    return good;
}

static void shape_whole(struct shaper *shaper, const struct shape_style *style, struct text text,
                        struct shaped *shaped) {
    int height;
    lay(shaper, style, text);
    pango_layout_get_size(shaper->layout, NULL, &height);
    shaped->count = 0;
    shaped->height = (double)height / PANGO_SCALE;
    shaped->by_pango = !take_glyphs(shaper, shaped);
    shaped->style = *style;
    shaped->text = text;
}

/* ---- figures ---- */

static const struct sign *sign_of(struct shaper *shaper, const struct shape_style *style, struct text letter) {
    uint32_t bytes = 0;
    memcpy(&bytes, letter.data, letter.size);
    for (size_t i = 0; i < SIGNS; i++) {
        struct sign *sign = &shaper->signs[i];
        if (sign->letter == bytes && sign->points == style->points && sign->bold == style->bold) return sign;
        if (sign->letter != 0) continue;
        struct shaped alone;
        struct shape_style loose = *style;
        int width;
        loose.align = PANGO_ALIGN_LEFT;
        shape_whole(shaper, &loose, letter, &alone);
        pango_layout_get_size(shaper->layout, &width, NULL);
        *sign = (struct sign){bytes, style->points, style->bold, !alone.by_pango && alone.count <= 1, alone.count,
                              alone.glyphs[0], (double)width / PANGO_SCALE, alone.height};
        return sign;
    }
    return NULL;
}

/* A line of figures that is being put together: its glyphs from `first` on. */
struct line {
    size_t first;
    double x, y, height;
};

static bool add_signs(struct shaper *shaper, const struct shape_style *style, struct text word, struct shaped *shaped,
                      struct line *line) {
    for (size_t at = 0; at < word.size;) {
        size_t size = text_utf8_step(text_slice(word, at, word.size));
        if (size == 0 || shaped->count == GLYPHS_MAX) return false;
        const struct sign *sign = sign_of(shaper, style, text_slice(word, at, size));
        if (sign == NULL || !sign->plain) return false;
        shaped->glyphs[shaped->count] = sign->placed;
        shaped->glyphs[shaped->count].glyph.x += line->x;
        shaped->glyphs[shaped->count].glyph.y += line->y;
        shaped->count += sign->count;
        if (sign->height > line->height) line->height = sign->height;
        line->x += sign->width;
        at += size;
    }
    return true;
}

static void end_line(const struct shape_style *style, struct shaped *shaped, const struct line *line, double width) {
    double left = style->align == PANGO_ALIGN_RIGHT ? style->width - width : 0;
    for (size_t i = line->first; i < shaped->count; i++) shaped->glyphs[i].glyph.x += left;
}

/* The word goes on with a line of its own: moved there from where it was put, `from` its first glyph and place. */
static void break_line(const struct shape_style *style, struct shaped *shaped, struct line *line, size_t from,
                       double from_x, double width) {
    size_t count = shaped->count;
    shaped->count = from;
    end_line(style, shaped, line, width);
    shaped->count = count;
    for (size_t i = from; i < count; i++) {
        shaped->glyphs[i].glyph.x -= from_x;
        shaped->glyphs[i].glyph.y += line->height;
    }
    *line = (struct line){from, line->x - from_x, line->y + line->height, line->height};
}

/* Broken at blanks where the column is too narrow. False where a sign is unknown, or a word wider than the column. */
static bool shape_figures(struct shaper *shaper, const struct shape_style *style, struct text text,
                          struct shaped *shaped) {
    struct line line = {0};
    double width = 0; /* of the line without the blank at its end */
    struct text rest = text;
    shaped->count = 0;
    shaped->by_pango = false;
    while (rest.size > 0) {
        struct text word = text_split(rest, ' ', &rest);
        size_t from = shaped->count;
        double from_x = line.x;
        if (!add_signs(shaper, style, word, shaped, &line)) return false;
        if (line.x > style->width && from_x > 0) break_line(style, shaped, &line, from, from_x, width);
        width = line.x;
        if (width > style->width) return false;
        if (rest.size > 0 && !add_signs(shaper, style, TEXT(" "), shaped, &line)) return false;
    }
    end_line(style, shaped, &line, width);
    shaped->height = line.y + line.height;
    return shaped->count > 0;
}

/* ---- what was there before ---- */

static struct known *known_of(struct shaper *shaper, struct text text) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < text.size; i++) hash = (hash ^ (uint8_t)text.data[i]) * 16777619u;
    return &shaper->known[hash % KNOWN];
}

static bool same_style(const struct shape_style *one, const struct shape_style *other) {
    return one->width == other->width && one->points == other->points && one->align == other->align &&
           one->bold == other->bold;
}

const struct shaped *shaper_shape(struct shaper *shaper, size_t place, const struct shape_style *style,
                                  struct text text) {
    check(place < SHAPER_PLACES);
    struct shaped *shaped = &shaper->places[place];
    if (style->figures && shape_figures(shaper, style, text, shaped)) return shaped;
    struct known *known = known_of(shaper, text);
    bool there = known->size == text.size && text.size > 0 && memcmp(known->key, text.data, text.size) == 0 &&
                 same_style(&known->style, style);
    if (there) {
        memcpy(shaped, &known->shaped, offsetof(struct shaped, glyphs) + known->shaped.count * sizeof(struct placed));
        return shaped;
    }
    shape_whole(shaper, style, text, shaped);
    if (shaped->by_pango || text.size == 0 || text.size > KEY_MAX) return shaped;
    known->style = *style;
    known->size = text.size;
    memcpy(known->key, text.data, text.size);
    known->shaped = *shaped;
    return shaped;
}

double shaped_height(const struct shaped *shaped) {
    return shaped->height;
}

/* ---- drawing ---- */

static void draw_batch(struct shaper *shaper, struct batch *batch) {
    if (batch->count == 0) return;
    cairo_set_scaled_font(shaper->cairo, batch->font);
    cairo_show_glyphs(shaper->cairo, batch->glyphs, (int)batch->count);
    batch->count = 0;
}

void shaper_flush(struct shaper *shaper) {
    for (size_t i = 0; i < FONTS; i++) draw_batch(shaper, &shaper->batches[i]);
}

void shaper_put(struct shaper *shaper, const struct shaped *shaped, double x, double y) {
    if (shaped->by_pango) {
        lay(shaper, &shaped->style, shaped->text);
        cairo_move_to(shaper->cairo, x, y);
        pango_cairo_show_layout(shaper->cairo, shaper->layout);
        return;
    }
    for (size_t i = 0; i < FONTS; i++) /* no text is torn apart: who reads the file takes it for two words */
        if (shaper->batches[i].count + shaped->count > BATCH) draw_batch(shaper, &shaper->batches[i]);
    for (size_t i = 0; i < shaped->count; i++) {
        const struct placed *placed = &shaped->glyphs[i];
        struct batch *batch = placed->batch;
        batch->glyphs[batch->count] = placed->glyph;
        batch->glyphs[batch->count].x += x;
        batch->glyphs[batch->count++].y += y;
    }
}
