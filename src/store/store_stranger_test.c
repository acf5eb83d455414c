/* store_stranger_test.c: an operator's sqlite3 beside the running server: whoever comes sees that the database is in
 * use, however often readers were opened. Else SQLite's last one to leave, which that sqlite3 believes to be, takes the
 * WAL away, and with it what was told as done. */
#include "store/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct migration migrations[] = {
    {"stranger", 1, "CREATE TABLE item ( -- distributed by id\n    id BIGINT NOT NULL PRIMARY KEY\n) CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id) VALUES ($1)");

static enum command_outcome add(struct tx *tx, void *data) {
    (void)data;
    tx_run(tx, &item_add, VALUES(V_INT(1)));
    return COMMAND_KEEP;
}

/* Could another process have the database for itself? SQLite's SHARED_FIRST and SHARED_SIZE (its os.h). */
static bool looks_abandoned(const char *path) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
        int file = open(path, O_RDWR | O_CLOEXEC);
        bool asked = file >= 0 && fcntl(file, F_GETLK, &lock) == 0;
        _exit(!asked ? 2 : lock.l_type == F_UNLCK);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
    return WEXITSTATUS(status) == 1;
}

static void in_use(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    assert_int_equal(store_fixture_write(&fixture, add, NULL), STORE_DURABLE);
    for (int i = 0; i < 2; i++) { /* with a reader, and when it has gone again */
        struct reader *reader = reader_new(fixture.store);
        assert_non_null(reader);
        assert_false(looks_abandoned(fixture.where));
        reader_free(reader);
        assert_false(looks_abandoned(fixture.where));
    }
    store_fixture_close(&fixture);
    assert_true(looks_abandoned(fixture.where));
    store_fixture_free(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_use)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
