/* lender_test.c: what is said to a lender, and what of his answers is believed. */
#include "adapters/lender/lender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new(4 * 1024 * 1024);
    return arena == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void says_what_is_known(void **state) {
    (void)state;
    const struct lender_fact facts[] = {
        {"id", TEXT("17")}, {"inn", TEXT_NONE}, {"surname", TEXT("О\"Нил")}};
    assert_true(text_is(lender_write(arena, facts, 3), "{\"id\":\"17\",\"surname\":\"О\\\"Нил\"}"));
}

/* Computed by openssl dgst -sha256 -hmac. */
static void signs_it(void **state) {
    (void)state;
    const struct lender_service service = {.client = "us", .key = TEXT("0123456789abcdef0123456789abcdef")};
    struct text header =
        lender_authorization(arena, &service, LENDER_STATUS, 1700000000 * (moment)SECOND, TEXT("{}"));
    assert_true(text_is(header, "HMAC-SHA256 us:1700000000:"
                                "be1a27f0ed0c896dc177f6360398a5a10e4cd04ce1e8b6be9d7f53440d7487a3"));
}

static void nobody_is_asked_without_a_key(void **state) {
    (void)state;
    const struct lender_service service = {.url = "http://127.0.0.1:1", .client = "us", .timeout_ms = 1000};
    assert_true(lender_ask(arena, &service, LENDER_STATUS, TEXT("{}"), 0).data == NULL);
}

#define DUE "{\"date\":\"2026-12-06\",\"sum\":\"1056.00\"}"
#define FROM_TO(from, psk, schedule)                                                                                   \
    "\"sum\":\"1000.00\",\"term\":\"7\",\"from\":\"" from "\",\"total\":\"1056.00\","                                  \
    "\"psk\":\"" psk "\",\"schedule\":[" schedule "]"
#define TERMS FROM_TO("2026-11-29", "292.000", DUE)

static void reads_terms(void **state) {
    (void)state;
    struct lender_terms terms;
    assert_true(lender_terms_read(arena, TEXT("{" TERMS "}"), &terms));
    assert_true(terms.sum == 100000 && terms.term == 7 && terms.total == 105600 && terms.psk == 292000);
    assert_true(terms.dues == 1 && terms.schedule[0].sum == 105600 && terms.schedule[0].date.day == 6);
    static const char *const wrong[] = {
        "",
        "[]",
        "{" TERMS "}{" TERMS "}",
        "{" TERMS,
        "{" FROM_TO("2026-11-29", "292", DUE) "}",
        "{" FROM_TO("2026-11-31", "292.000", DUE) "}",
        "{" FROM_TO("2026-11-29", "292.000", "") "}",
        "{" FROM_TO("2026-11-29", "292.000", "{\"date\":\"2026-12-06\",\"sum\":1056}") "}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (lender_terms_read(arena, text_from(wrong[i]), &terms)) fail_msg("%s", wrong[i]);
    assert_false(lender_terms_read(arena, TEXT_NONE, &terms));
}

#define OFFER(number)                                                                                                  \
    "\"offered\",\"number\":\"" number "\",\"contract\":\"Текст\",\"until\":\"1700000000\""
#define ABOUT "{\"id\":\"17\",\"status\":"

static void believes_decisions_about_the_id(void **state) {
    (void)state;
    static const struct {
        const char *body;
        enum lender_status status;
    } cases[] = {
        {ABOUT "\"deciding\"}", LENDER_DECIDING},
        {ABOUT "\"unknown\"}", LENDER_UNKNOWN},
        {ABOUT "\"refused\",\"reasons\":[\"Мало\",7,\"Поздно\"]}", LENDER_REFUSED},
        {ABOUT "\"refused\"}", LENDER_REFUSED},
        {ABOUT OFFER("A-1") "," TERMS "}", LENDER_OFFERED},
        {ABOUT "\"offered\",\"number\":\"A-1\",\"until\":\"1700000000\"," TERMS "}", LENDER_NONSENSE},
        {ABOUT "\"offered\",\"number\":\"A-1\",\"contract\":\"Текст\",\"until\":\"1700000000\"}", LENDER_NONSENSE},
        {ABOUT "\"signed\",\"money_at\":\"1700000000\"}", LENDER_SIGNED},
        {ABOUT "\"signed\"}", LENDER_NONSENSE},
        {ABOUT "\"issued\",\"sum\":\"10.00\",\"reference\":\"R\"}", LENDER_ISSUED},
        {ABOUT "\"issued\"}", LENDER_NONSENSE},
        {ABOUT "\"of its own\"}", LENDER_NONSENSE},
        {"{\"id\":\"18\",\"status\":\"deciding\"}", LENDER_NONSENSE},
        {"{\"id\":17,\"status\":\"deciding\"}", LENDER_NONSENSE},
        {"<html>", LENDER_NONSENSE},
        {"", LENDER_NONSENSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lender_decision decision;
        lender_decision_read(arena, 17, text_from(cases[i].body), &decision);
        if (decision.status != cases[i].status) fail_msg("%s: %d", cases[i].body, decision.status);
        if (i == 2) assert_true(text_is(decision.reasons, "Мало\nПоздно"));
    }
}

#define FIGURES(state, owed, more)                                                                                     \
    "{\"id\":\"17\",\"state\":\"" state "\",\"today\":\"2026-11-29\",\"owed\":\"" owed "\","                        \
    "\"principal\":\"10.00\",\"interest\":\"1.00\",\"penalty\":\"0.50\",\"schedule\":[]" more "}"

static void believes_figures_that_add_up(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool good;
    } cases[] = {
        {FIGURES("open", "11.50", ",\"overdue\":\"0.00\""), true},
        {FIGURES("open", "11.50", ",\"overdue\":\"11.50\",\"overdue_since\":\"2026-11-01\""), true},
        {FIGURES("open", "11.50", ",\"overdue\":\"11.51\""), false},
        {FIGURES("open", "11.51", ",\"overdue\":\"0.00\""), false},
        {FIGURES("closed", "11.50", ",\"overdue\":\"0.00\""), false},
        {FIGURES("paid", "11.50", ",\"overdue\":\"0.00\""), false},
        {FIGURES("open", "11.50", ""), false},
    };
    struct lender_figures figures;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (lender_figures_read(arena, 17, text_from(cases[i].body), &figures) != cases[i].good)
            fail_msg("%s", cases[i].body);
    assert_false(lender_figures_read(arena, 18, text_from(cases[0].body), &figures));
    assert_true(lender_figures_read(arena, 17,
                                    TEXT("{\"id\":\"17\",\"state\":\"closed\",\"today\":\"2026-11-29\","
                                         "\"owed\":\"0.00\","
                                         "\"principal\":\"0.00\",\"interest\":\"0.00\",\"penalty\":\"0.00\","
                                         "\"overdue\":\"0.00\",\"certificate\":\"S-1\",\"schedule\":["
                                         "{\"date\":\"2026-12-06\",\"sum\":\"1.00\",\"paid\":\"true\"}]}"),
                                    &figures));
    assert_true(figures.closed && text_is(figures.certificate, "S-1") && figures.schedule[0].paid);
}

static void believes_repayments_of_the_sum(void **state) {
    (void)state;
    static const struct {
        const char *body;
        enum lender_repaid status;
    } cases[] = {
        {ABOUT "\"taken\",\"sum\":\"5.00\",\"reference\":\"R\"}", LENDER_TAKEN},
        {ABOUT "\"taken\",\"sum\":\"5.01\"}", LENDER_REPAID_NONSENSE},
        {ABOUT "\"taken\"}", LENDER_REPAID_NONSENSE},
        {ABOUT "\"processing\",\"sum\":\"5.00\"}", LENDER_REPAID_PROCESSING},
        {ABOUT "\"declined\",\"sum\":\"5.00\",\"reason\":\"closed\"}", LENDER_DECLINED},
        {ABOUT "\"unknown\"}", LENDER_REPAID_UNKNOWN},
        {ABOUT "\"so\",\"sum\":\"5.00\"}", LENDER_REPAID_NONSENSE},
        {"{\"id\":\"16\",\"sum\":\"5.00\",\"status\":\"taken\"}", LENDER_REPAID_NONSENSE},
        {"null", LENDER_REPAID_NONSENSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lender_repayment repayment;
        lender_repayment_read(arena, 17, 500, text_from(cases[i].body), &repayment);
        if (repayment.status != cases[i].status) fail_msg("%s: %d", cases[i].body, repayment.status);
    }
}

#define LINE(number, kind)                                                                                             \
    "{\"number\":" #number ",\"kind\":\"" kind "\",\"id\":\"5\",\"sum\":\"1.00\",\"made\":\"1700000000\"}"

static void passes_over_no_entry(void **state) {
    (void)state;
    static const struct {
        const char *body;
        int count;
    } cases[] = {
        {"{\"entries\":[]}", 0},
        {"{\"entries\":[" LINE(8, "issued") "," LINE(9, "repaid") "]}", 2},
        {"{\"entries\":[" LINE(8, "issued") "," LINE(9, "returned") "]}", 2},
        {"{\"entries\":[" LINE(8, "issued") "," LINE(8, "repaid") "]}", -1},
        {"{\"entries\":[" LINE(7, "issued") "]}", -1},
        {"{\"entries\":[" LINE(8, "lent") "]}", -1},
        {"{}", -1},
        {"", -1},
    };
    struct lender_entry entries[LENDER_ENTRIES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lender_statement_read(arena, 7, text_from(cases[i].body), entries), cases[i].count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_known),
        cmocka_unit_test(signs_it),
        cmocka_unit_test(nobody_is_asked_without_a_key),
        cmocka_unit_test(reads_terms),
        cmocka_unit_test(believes_decisions_about_the_id),
        cmocka_unit_test(believes_figures_that_add_up),
        cmocka_unit_test(believes_repayments_of_the_sum),
        cmocka_unit_test(passes_over_no_entry),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
