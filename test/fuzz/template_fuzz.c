/* template_fuzz.c: hostile values through generated pages (src/http/test_pages) and through JSON and back. The markup
 * of the page must come out the same whatever the values are: as many tags and quotes as with harmless ones. */
#include "base/check.h"
#include "generated/test_pages.h"
#include "http/draw.h"

#include <jansson.h>
#include <string.h>

struct shape {
    size_t tags, ends, quotes, apostrophes;
};

static struct arena *arena;

static struct shape shape_of(struct text page) {
    struct shape shape = {0};
    for (size_t i = 0; i < page.size; i++) {
        shape.tags += page.data[i] == '<';
        shape.ends += page.data[i] == '>';
        shape.quotes += page.data[i] == '"';
        shape.apostrophes += page.data[i] == '\'';
    }
    return shape;
}

static struct text draw(struct text value, const struct template *template) {
    static const char *const names[] = {"csrf", "key", "path", "company"};
    struct locale locale = {LANGUAGE_EN, zone_utc(), 0};
    struct node *document = doc_new(arena), *page = doc_new(arena);
    doc_text(document, "value", value);
    doc_int(document, "status", 404);
    doc_text(document, "heading", value);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) doc_text(page, names[i], value);
    struct node *other = doc_object(page, "other_language");
    doc_text(other, "tag", value);
    doc_text(other, "href", value);
    struct node *item = doc_add_object(doc_array(page, "menu"));
    doc_text(item, "title", value);
    doc_text(item, "path", value);
    doc_text(item, "icon", value);
    struct node *error = doc_add_object(doc_array(page, "errors"));
    doc_text(error, "field", TEXT("f"));
    doc_text(error, "text", value);
    struct drawing drawing = {.arena = arena, .locale = &locale, .document = document, .page = page};
    struct text drawn = template_draw(template, &drawing);

    struct buffer json = buffer_new(arena, 64);
    doc_write_json(document, &json);
    struct text written = buffer_text(&json);
    json_t *read = json_loadb(written.data, written.size, JSON_ALLOW_NUL, NULL);
    check(read != NULL);
    json_t *member = json_object_get(read, "value");
    bool same = json_string_length(member) == value.size &&
                memcmp(json_string_value(member), value.data, value.size) == 0;
    check(same || !text_valid_utf8(value));
    json_decref(read);
    return drawn;
}

/* What follows href=" must not run scripts. */
static void check_addresses(struct text page) {
    for (size_t i = 0; i + 6 < page.size; i++) {
        if (memcmp(page.data + i, "href=\"", 6) != 0) continue;
        struct text address = text_slice(page, i + 6, 11);
        struct text lower = text_lower_ascii(arena, address);
        check(!text_starts(lower, "javascript:") && !text_starts(lower, "data:") && !text_starts(lower, "//"));
        check(address.size == 0 || (unsigned char)address.data[0] > ' ');
    }
}

static void run(void *data) {
    static const struct template *const templates[] = {&template_test_pages_escape, &template_test_pages_framed};
    const struct text *value = data;
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        struct text hostile = draw(*value, templates[i]);
        struct shape wanted = shape_of(draw(TEXT("x"), templates[i])), found = shape_of(hostile);
        check(memcmp(&wanted, &found, sizeof wanted) == 0);
        check_addresses(hostile);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (arena == NULL) arena = arena_new(4 << 20);
    struct text value = {(const char *)data, size};
    if (size == 0) return 0; /* an empty company is another page */
    arena_guard(arena, run, &value);
    arena_clear(arena);
    return 0;
}
