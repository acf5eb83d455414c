/* store_disk_test.c: SQLite on a disk that fails: the n-th write, fsync or read, once and for ever. What was answered
 * as durable is there, what was answered as unavailable is not, also after a crash at that very moment; and when the
 * disk is well again, so is the store. */
#include "store/sqlite.h"
#include "store/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a disk that fails on demand: a VFS around SQLite's own ---- */

/* Only checkpoints write the database's own file, all else goes to the WAL. */
enum fault_kind { FAULT_WRITE, FAULT_CHECKPOINT, FAULT_SYNC, FAULT_READ, FAULT_TRUNCATE };

static struct {
    _Atomic int kind, code, after; /* `after` more pass */
    _Atomic bool armed, for_ever, met;
} fault;

static void fault_arm(enum fault_kind kind, int code, int after, bool for_ever) {
    atomic_store(&fault.kind, kind);
    atomic_store(&fault.code, code);
    atomic_store(&fault.after, after);
    atomic_store(&fault.for_ever, for_ever);
    atomic_store(&fault.met, false);
    atomic_store(&fault.armed, true);
}

static bool fault_disarm(void) {
    atomic_store(&fault.armed, false);
    return atomic_load(&fault.met);
}

static int fault_now(enum fault_kind kind) {
    if (!atomic_load(&fault.armed) || atomic_load(&fault.kind) != (int)kind) return SQLITE_OK;
    int left = atomic_fetch_sub(&fault.after, 1);
    if (left > 0 || (left < 0 && !atomic_load(&fault.for_ever))) return SQLITE_OK;
    atomic_store(&fault.met, true);
    return atomic_load(&fault.code);
}

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
    bool database;
};

static sqlite3_file *real_of(sqlite3_file *file) {
    return ((struct faulty_file *)file)->real;
}

#define PASS(name, parameters, arguments)                                                                              \
    static int faulty_##name parameters {                                                                              \
        return real_of(file)->pMethods->x##name arguments;                                                             \
    }
#define FAIL_OR_PASS(name, fault_name, parameters, arguments)                                                          \
    static int faulty_##name parameters {                                                                              \
        int code = fault_now(fault_name);                                                                              \
        return code != SQLITE_OK ? code : real_of(file)->pMethods->x##name arguments;                                  \
    }

FAIL_OR_PASS(Read, FAULT_READ, (sqlite3_file * file, void *to, int size, sqlite3_int64 at),
             (real_of(file), to, size, at))
FAIL_OR_PASS(Truncate, FAULT_TRUNCATE, (sqlite3_file * file, sqlite3_int64 size), (real_of(file), size))
FAIL_OR_PASS(Sync, FAULT_SYNC, (sqlite3_file * file, int flags), (real_of(file), flags))
PASS(FileSize, (sqlite3_file * file, sqlite3_int64 *size), (real_of(file), size))
PASS(Lock, (sqlite3_file * file, int level), (real_of(file), level))
PASS(Unlock, (sqlite3_file * file, int level), (real_of(file), level))
PASS(CheckReservedLock, (sqlite3_file * file, int *out), (real_of(file), out))
PASS(FileControl, (sqlite3_file * file, int what, void *data), (real_of(file), what, data))
PASS(SectorSize, (sqlite3_file * file), (real_of(file)))
PASS(DeviceCharacteristics, (sqlite3_file * file), (real_of(file)))
PASS(ShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **out),
     (real_of(file), page, size, extend, out))
PASS(ShmLock, (sqlite3_file * file, int offset, int count, int flags), (real_of(file), offset, count, flags))
PASS(ShmUnmap, (sqlite3_file * file, int remove), (real_of(file), remove))

static int faulty_Write(sqlite3_file *file, const void *from, int size, sqlite3_int64 at) {
    int code = fault_now(FAULT_WRITE);
    if (code == SQLITE_OK && ((struct faulty_file *)file)->database) code = fault_now(FAULT_CHECKPOINT);
    return code != SQLITE_OK ? code : real_of(file)->pMethods->xWrite(real_of(file), from, size, at);
}

static void faulty_ShmBarrier(sqlite3_file *file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int faulty_Close(sqlite3_file *file) {
    return real_of(file)->pMethods == NULL ? SQLITE_OK : real_of(file)->pMethods->xClose(real_of(file));
}

static const sqlite3_io_methods faulty_methods = {
    .iVersion = 2, .xClose = faulty_Close, .xRead = faulty_Read, .xWrite = faulty_Write, .xTruncate = faulty_Truncate,
    .xSync = faulty_Sync, .xFileSize = faulty_FileSize, .xLock = faulty_Lock, .xUnlock = faulty_Unlock,
    .xCheckReservedLock = faulty_CheckReservedLock, .xFileControl = faulty_FileControl,
    .xSectorSize = faulty_SectorSize, .xDeviceCharacteristics = faulty_DeviceCharacteristics, .xShmMap = faulty_ShmMap,
    .xShmLock = faulty_ShmLock, .xShmBarrier = faulty_ShmBarrier, .xShmUnmap = faulty_ShmUnmap,
};

static sqlite3_vfs *real_vfs;

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags) {
    (void)vfs;
    struct faulty_file *own = (struct faulty_file *)file;
    own->real = (sqlite3_file *)(void *)(own + 1);
    own->real->pMethods = NULL;
    own->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    int code = real_vfs->xOpen(real_vfs, name, own->real, flags, ret_flags);
    own->base.pMethods = code == SQLITE_OK ? &faulty_methods : NULL;
    return code;
}

static void faulty_install(void) {
    static sqlite3_vfs faulty;
    real_vfs = sqlite3_vfs_find(NULL);
    faulty = *real_vfs;
    faulty.zName = "faulty";
    faulty.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    faulty.xOpen = faulty_open;
    faulty.pNext = NULL;
    sqlite3_vfs_register(&faulty, 1);
}

/* ---- what is stored ---- */

static const struct migration migrations[] = {
    {"disk", 1,
     "CREATE TABLE item ( -- distributed by id\n"
     "    id BIGINT NOT NULL PRIMARY KEY, word TEXT NOT NULL\n"
     ") CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id, word) VALUES ($1, $2)");
STATEMENT(item_get, "SELECT word FROM item WHERE id = $1");

#define COMMANDS 6

struct adding {
    struct command command;
    int64_t id;
    int answers;
};

static enum command_outcome adding_run(struct command *command, struct tx *tx) {
    struct adding *adding = (struct adding *)command;
    char word[3000];
    memset(word, 'a', sizeof word);
    tx_run(tx, &item_add, VALUES(V_INT(adding->id), V_TEXT(((struct text){word, sizeof word}))));
    return COMMAND_KEEP;
}

static void adding_done(struct command *command, enum store_status status) {
    (void)status;
    ((struct adding *)command)->answers++;
}

static void submit(struct store_fixture *fixture, struct adding *adding, int64_t id) {
    *adding = (struct adding){.command = {.run = adding_run, .done = adding_done}, .id = id};
    assert_true(store_submit(fixture->store, &adding->command));
}

static void read_there(struct tx *tx, void *data) {
    int64_t *id = data;
    bool there = rows_next(tx_query(tx, &item_get, VALUES(V_INT(*id))));
    *id = there ? 1 : 0;
}

static bool item_there(struct store_fixture *fixture, int64_t id) {
    assert_true(store_fixture_read(fixture, read_there, &id));
    return id == 1;
}

/* ---- a crash at this moment ---- */

static void copy_file(const char *from, const char *to) {
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(in >= 0 && out >= 0);
    ssize_t size;
    while ((size = read(in, bytes, sizeof bytes)) > 0) assert_int_equal(write(out, bytes, (size_t)size), size);
    close(in);
    close(out);
}

/* The files as they stand, opened as after a crash. */
static void after_crash(struct store_fixture *fixture, const struct adding *adding, size_t count) {
    struct store_fixture copy;
    char from[sizeof fixture->where + 4], to[sizeof fixture->where + 4];
    assert_true(store_fixture_new(&copy, STORE_SQLITE));
    copy_file(fixture->where, copy.where);
    snprintf(from, sizeof from, "%s-wal", fixture->where);
    snprintf(to, sizeof to, "%s-wal", copy.where);
    copy_file(from, to);
    store_fixture_open(&copy, migrations, 1, NULL);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(item_there(&copy, adding[i].id), adding[i].command.status == STORE_DURABLE);
    }
    store_fixture_free(&copy);
}

/* One group under a fault; true when the fault was met. */
static bool group_under_fault(struct store_fixture *fixture, enum fault_kind kind, int code, int after, bool for_ever,
                              int64_t first_id) {
    struct adding adding[COMMANDS], more;
    for (int64_t i = 0; i < COMMANDS; i++) submit(fixture, &adding[i], first_id + i);
    fault_arm(kind, code, after, for_ever);
    store_step(fixture->store);
    bool met = fault_disarm();
    after_crash(fixture, adding, COMMANDS);
    submit(fixture, &more, first_id + COMMANDS);
    store_step(fixture->store);
    assert_int_equal(more.command.status, STORE_DURABLE); /* all is well again */
    for (int i = 0; i < COMMANDS; i++) {
        assert_int_equal(adding[i].answers, 1);
        assert_int_equal(item_there(fixture, adding[i].id), adding[i].command.status == STORE_DURABLE);
        if (!met || !for_ever) assert_int_equal(adding[i].command.status, STORE_DURABLE); /* once: tried again */
    }
    after_crash(fixture, &more, 1);
    return met;
}

static void nth_fails(void **state) {
    (void)state;
    static const struct {
        enum fault_kind kind;
        int code;
    } kinds[] = {{FAULT_WRITE, SQLITE_FULL}, {FAULT_WRITE, SQLITE_IOERR_WRITE}, {FAULT_SYNC, SQLITE_IOERR_FSYNC}};
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    store_fixture_open(&fixture, migrations, 1, &(struct store_options){.manual = true});
    store_fixture_start(&fixture);
    int64_t id = 1;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            int after = 0;
            while (group_under_fault(&fixture, kinds[i].kind, kinds[i].code, after, for_ever == 1, id)) {
                id += 100;
                after++;
            }
            assert_true(after >= (kinds[i].kind == FAULT_SYNC ? 1 : 3));
            id += 100;
        }
    }
    store_fixture_free(&fixture);
}

/* ---- with the writer's own thread ---- */

static void full_disk_and_back(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    struct adding adding = {.command = {.run = adding_run}, .id = 1};
    assert_int_equal(store_run(fixture.store, &adding.command), STORE_DURABLE);
    fault_arm(FAULT_WRITE, SQLITE_FULL, 0, true);
    for (adding.id = 2; adding.id < 20; adding.id++) {
        assert_int_equal(store_run(fixture.store, &adding.command), STORE_UNAVAILABLE);
        assert_true(item_there(&fixture, 1)); /* reading goes on */
    }
    assert_int_equal(store_figures(fixture.store).failures, 18);
    fault_disarm();
    assert_int_equal(store_run(fixture.store, &adding.command), STORE_DURABLE);
    assert_true(item_there(&fixture, 20));
    assert_false(item_there(&fixture, 2));
    store_fixture_free(&fixture);
}

static void a_failed_read_is_told(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    struct adding adding = {.command = {.run = adding_run}, .id = 1};
    assert_int_equal(store_run(fixture.store, &adding.command), STORE_DURABLE);
    int failed = 0;
    for (int after = 0;; after++) {
        struct reader *reader = reader_new(fixture.store);
        fault_arm(FAULT_READ, SQLITE_IOERR_READ, after, false);
        struct tx *tx = reader_begin(reader);
        bool there = tx != NULL && rows_next(tx_query(tx, &item_get, VALUES(V_INT(1))));
        bool well = tx != NULL && reader_end(reader, tx);
        bool met = fault_disarm();
        assert_int_equal(well, !met);
        assert_true(there || !well);
        failed += !well;
        tx = reader_begin(reader); /* the same reader, the disk well again */
        assert_true(rows_next(tx_query(tx, &item_get, VALUES(V_INT(1)))));
        assert_true(reader_end(reader, tx));
        reader_free(reader);
        if (!met) break;
    }
    assert_true(failed > 0);
    store_fixture_free(&fixture);
}

/* A long WAL is moved into the database between groups; a failing disk there hurts nobody. */
static void checkpoints_happen(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    int usual = sqlite_checkpoint_pages;
    sqlite_checkpoint_pages = 4000;
    store_fixture_open(&fixture, migrations, 1, &(struct store_options){.manual = true});
    store_fixture_start(&fixture);
    static struct adding adding[200];
    int64_t id = 1;
    int failed = 0;
    for (int round = 0; round < 120; round++) {
        for (int i = 0; i < 200; i++) submit(&fixture, &adding[i], id++);
        if (round < 50) fault_arm(FAULT_CHECKPOINT, SQLITE_FULL, 100, true);
        store_step(fixture.store);
        failed += fault_disarm();
        for (int i = 0; i < 200; i++) assert_int_equal(adding[i].command.status, STORE_DURABLE);
    }
    assert_true(failed > 0);
    struct store_figures figures = store_figures(fixture.store);
    assert_in_range(figures.checkpoints, 2, 30);
    char wal[sizeof fixture.where + 4];
    snprintf(wal, sizeof wal, "%s-wal", fixture.where);
    int file = open(wal, O_RDONLY);
    assert_true(lseek(file, 0, SEEK_END) < (off_t)64 * 1024 * 1024); /* of 100 MB written it began anew */
    close(file);
    store_fixture_close(&fixture);
    assert_int_equal(access(wal, F_OK), 0);
    file = open(wal, O_RDONLY);
    assert_int_equal(lseek(file, 0, SEEK_END), 0); /* all moved at the end */
    close(file);
    sqlite_checkpoint_pages = usual;
    store_fixture_free(&fixture);
}

int main(void) {
    faulty_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nth_fails), cmocka_unit_test(full_disk_and_back), cmocka_unit_test(a_failed_read_is_told),
        cmocka_unit_test(checkpoints_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
