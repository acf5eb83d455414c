/* template_test.c: generated pages (test_pages/) with friendly and hostile values, in both languages. */
#include "generated/test_pages.h"
#include "http/draw.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define NBSP "\u00A0"

static struct arena *arena;
static struct locale locale;
static struct node *document, *page;

static int begin(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    const struct zone *zone = zone_named("Europe/Moscow");
    moment now = moment_of((struct civil){.date = {2026, 11, 5}, .hour = 12}, zone);
    locale = (struct locale){LANGUAGE_RU, zone, now};
    document = doc_new(arena);
    page = doc_new(arena);
    return arena == NULL;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *draw(const struct template *template) {
    struct drawing drawing = {.arena = arena, .locale = &locale, .document = document, .page = page};
    return text_copy(arena, template_draw(template, &drawing)).data;
}

static void escaping(void **state) {
    (void)state;
    doc_text(document, "value", TEXT("<b a=\"1\" c='2'>&amp;</b>"));
#define ESCAPED "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;"
    assert_string_equal(draw(&template_test_pages_escape),
                        "<p title=\"" ESCAPED "\" data-x='" ESCAPED "'>" ESCAPED "</p>\n"
                        "<a href=\"#\">a</a>"
                        "<a href=\"/x/%3Cb%20a%3D%221%22%20c%3D%272%27%3E%26amp%3B%3C%2Fb%3E?q="
                        "%3Cb%20a%3D%221%22%20c%3D%272%27%3E%26amp%3B%3C%2Fb%3E\">b</a>\n"
                        "<textarea>\n" ESCAPED "</textarea>"
                        "<i title=\"&lt;lit&amp;eral&gt;\">" ESCAPED "|&lt;lit&amp;eral&gt;||no c|&lt;default&gt;</i>");
}

static void addresses(void **state) {
    (void)state;
    static const struct {
        const char *value;
        bool safe;
    } table[] = {
        {"/home", true}, {"#top", true}, {"?page=2", true}, {"home", true}, {"a/b:c", true}, {"", true},
        {"https://x.ru/", true}, {"HTTP://x.ru", true}, {"?a:b", true}, {"/a:b", true},
        {"javascript:alert(1)", false}, {"JaVaScRiPt:alert(1)", false}, {" javascript:x", false},
        {"java\tscript:x", false}, {"\x01javascript:x", false}, {"data:text/html,x", false}, {"vbscript:x", false},
        {"//evil.ru", false}, {"/\\evil.ru", false}, {"\\\\evil.ru", false}, {":", false}, {"httpx:", false},
        {"http\n://x", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        document = doc_new(arena);
        doc_text(document, "value", text_from(table[i].value));
        const char *drawn = strstr(draw(&template_test_pages_escape), "<a href=\"");
        bool refused = strncmp(drawn, "<a href=\"#\">", 12) == 0;
        if (refused == table[i].safe) print_error("%s\n", table[i].value);
        assert_int_equal(refused, !table[i].safe);
    }
}

static void add_kinds(void) {
    doc_money(document, "sum", rub(150000));
    doc_moment(document, "at", locale.now);
    doc_date(document, "born", (struct date){2025, 1, 2});
    doc_int(document, "count", 1234);
    doc_id(document, "id", 1234);
    doc_bool(document, "yes", true);
    doc_null(document, "nothing");
    doc_text(doc_object(doc_object(document, "deep"), "inner"), "text", TEXT("t"));
}

static void kinds(void **state) {
    (void)state;
    add_kinds();
    assert_string_equal(draw(&template_test_pages_kinds),
                        "1" NBSP "500,00" NBSP "₽|1" NBSP "500" NBSP "₽|+1" NBSP "500,00" NBSP "₽|1500.00|"
                        "<b title=\"1" NBSP "500,00" NBSP "₽\" data-sum=\"1500.00\"></b>\n"
                        "сегодня, 12:00|Сегодня|5 ноября 2026|12:00|"
                        "<time datetime=\"2026-11-05T09:00:00.000Z\"></time>\n"
                        "2 января 2025|2 января 2025|2025-01-02\n"
                        "1" NBSP "234|1234|true|||t||");
}

static void add_blocks(bool flag) {
    doc_text(document, "outer", TEXT("o"));
    doc_bool(document, "flag", flag);
    doc_text(document, "kind", flag ? TEXT("card") : TEXT("cards"));
    struct node *to = doc_object(doc_object(page, "form"), "to");
    doc_text(to, "value", TEXT("v"));
}

static void blocks(void **state) {
    (void)state;
    add_blocks(true);
    struct node *list = doc_array(document, "list");
    struct node *first = doc_add_object(list), *second = doc_add_object(list);
    doc_text(first, "name", TEXT("1"));
    doc_array(first, "tags");
    doc_text(second, "name", TEXT("2"));
    doc_text(second, "outer", TEXT("own"));
    struct node *tags = doc_array(second, "tags");
    doc_add_text(tags, TEXT("x"));
    doc_add_text(tags, TEXT("y"));
    assert_string_equal(draw(&template_test_pages_blocks),
                        "[1:o,none][2:own,x2,y2]\nyescard\n<input checked class=\"a b\">\n"
                        "<em>L v </em><em>N  </em>");
}

static void blocks_otherwise(void **state) {
    (void)state;
    add_blocks(false);
    doc_array(document, "list");
    assert_string_equal(draw(&template_test_pages_blocks),
                        "empty\nno!other\n<input class=\"a\">\n<em>L v </em><em>N  </em>");
}

static void words(void **state) {
    (void)state;
    doc_int(document, "status", 404);
    doc_text(document, "markup", TEXT("<hr>"));
    doc_text(document, "icon", TEXT("\"><script>"));
    locale.language = LANGUAGE_EN;
    const char *drawn = draw(&template_test_pages_words);
    const char *wanted = "<p title=\"Skip to content\">There is no such page Skip to content <hr>en</p>";
    assert_memory_equal(drawn, wanted, strlen(wanted));
    assert_non_null(strstr(drawn, "icons.svg#home\"/></svg>"));
    assert_non_null(strstr(drawn, "#%22%3E%3Cscript%3E\""));
    assert_non_null(strstr(drawn, "href=\"/assets/"));
    locale.language = LANGUAGE_RU;
    assert_non_null(strstr(draw(&template_test_pages_words), "Такой страницы нет К содержанию <hr>ru"));
}

static void add_page(void) {
    static const char *const names[] = {"csrf", "key", "request_id", "path", "company"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) doc_text(page, names[i], text_from(names[i]));
    doc_bool(page, "signed_in", true);
    struct node *other = doc_object(page, "other_language");
    doc_text(other, "tag", TEXT("en"));
    doc_text(other, "href", TEXT("/language/en?next=/"));
    struct node *item = doc_add_object(doc_array(page, "menu"));
    doc_text(item, "title", TEXT("<Home>"));
    doc_text(item, "path", TEXT("/"));
    doc_text(item, "icon", TEXT("home"));
    doc_bool(item, "current", true);
    struct node *error = doc_add_object(doc_array(page, "errors"));
    doc_text(error, "field", TEXT("to"));
    doc_text(error, "text", TEXT("wrong"));
    doc_bool(page, "error_title", true);
}

/* The layout reads page.* alone: what a document happens to call the same does not get into it. */
static void layout(void **state) {
    (void)state;
    add_page();
    doc_int(document, "status", 404);
    doc_text(document, "heading", TEXT("H & M"));
    doc_text(document, "company", TEXT("impostor"));
    const char *drawn = draw(&template_test_pages_framed);
    assert_non_null(strstr(drawn, "<title>Ошибка: Такой страницы нет · company</title>"));
    assert_non_null(strstr(drawn, "<h1>H &amp; M</h1>"));
    assert_non_null(strstr(drawn, "<a href=\"/\" aria-current=\"page\">"));
    assert_non_null(strstr(drawn, "<span>&lt;Home&gt;</span>"));
    assert_non_null(strstr(drawn, "<a href=\"#f-to\">wrong</a>"));
    assert_non_null(strstr(drawn, "name=\"_csrf\" value=\"csrf\""));
    assert_null(strstr(drawn, "impostor"));
}

static void draw_needs(void) {
    draw(&template_test_pages_needs);
}

/* What the check says on standard error; empty when nothing failed. */
static struct text complaint(void (*act)(void)) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        signal(SIGABRT, SIG_DFL);
        act();
        _exit(0);
    }
    close(ends[1]);
    char *said = arena_alloc(arena, 4096);
    ssize_t size = read(ends[0], said, 4095);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && size > 0 ? (struct text){said, (size_t)size} : TEXT_NONE;
}

static void absent_value(void **state) {
    (void)state;
    doc_object(document, "deep");
    struct text said = complaint(draw_needs);
    assert_non_null(said.data);
    assert_non_null(strstr(said.data, "value deep.absent"));
    assert_non_null(strstr(said.data, "src/http/test_pages/needs.html"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(escaping, begin, end),
        cmocka_unit_test_setup_teardown(addresses, begin, end),
        cmocka_unit_test_setup_teardown(kinds, begin, end),
        cmocka_unit_test_setup_teardown(blocks, begin, end),
        cmocka_unit_test_setup_teardown(blocks_otherwise, begin, end),
        cmocka_unit_test_setup_teardown(words, begin, end),
        cmocka_unit_test_setup_teardown(layout, begin, end),
        cmocka_unit_test_setup_teardown(absent_value, begin, end),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
