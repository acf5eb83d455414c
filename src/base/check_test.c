/* check_test.c: a failed check says where and aborts; so does running out of memory outside any guard. */
#include "base/arena.h"
#include "base/check.h"
#include "base/money.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void nothing(void) { check(1 + 1 == 2); }

static void untrue(void) { check(1 + 1 == 3); }

static void out_of_memory(void) { arena_alloc(arena_new(4096), 8192); }

static void two_currencies(void) {
    struct money sum;
    (void)money_add(rub(1), (struct money){1, CURRENCY_USD}, &sum);
}

static void no_denominator(void) { (void)money_share(1, 1, 0); }

/* What a child process that acts so says on standard error, and whether it was aborted. */
static bool aborts(void (*act)(void), char *said, size_t size) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], said, size - 1);
    said[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void failed_checks_abort(void **state) {
    (void)state;
    static const struct {
        void (*act)(void);
        const char *says; /* NULL: nothing, and it goes on */
    } rows[] = {
        {nothing, NULL},
        {untrue, "check failed: 1 + 1 == 3 at "},
        {out_of_memory, "outside any guard"},
        {two_currencies, "left.currency == right.currency"},
        {no_denominator, "denominator > 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[1024];
        assert_int_equal(aborts(rows[i].act, said, sizeof said), rows[i].says != NULL);
        if (rows[i].says != NULL) assert_non_null(strstr(said, rows[i].says));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(failed_checks_abort)};
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
