/* acquirer_cases.h: what the tests of the acquirer's interface stand on: an adapter whose bank is not there. */
#pragma once

#include "adapters/acquirer/acquirer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static struct acquirer *acquirer;
static char key_file[] = "/tmp/acquirer_test_XXXXXX";

static int set_up(void **state) {
    (void)state;
    struct text problem = TEXT_NONE;
    arena = arena_new(1 << 20);
    int file = mkstemp(key_file);
    if (file < 0 || write(file, "0123456789abcdef0123456789abcdef\n", 33) != 33 || close(file) != 0) return 1;
    const struct acquirer_options options = {
        .url = "http://127.0.0.1:1/acquirer", .merchant = "kabinet", .secret_file = key_file};
    acquirer = acquirer_open(arena, &options, &problem);
    return acquirer == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return unlink(key_file);
}
