/* inmail_test.c: hostile letters (some of SU 2): each is read or refused, and what reads them can do no harm. The test
 * is its own child: started as `letter` it is the real one. */
#include "adapters/inmail/inmail.h"
#include "base/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM ((size_t)256 << 20)
#define HEAD "From: Ivan <ivan@example.ru>\nMessage-ID: <1@example.ru>\n"

static enum inmail_verdict take(struct arena *arena, struct text letter, struct inmail *mail) {
    int file = memfd_create("letter", MFD_CLOEXEC);
    assert_int_equal(write(file, letter.data, letter.size), letter.size);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    enum inmail_verdict verdict = inmail_caged(arena, file, mail);
    close(file);
    return verdict;
}

static enum inmail_verdict take_literal(struct arena *arena, const char *letter, struct inmail *mail) {
    return take(arena, text_from(letter), mail);
}

static void good_letters(void **state) {
    (void)state;
    static const struct {
        const char *name, *letter, *words;
        size_t files, left_out;
    } rows[] = {
        {"plain", HEAD "Subject: hi\n\nhello\n", "hello", 0, 0},
        {"windows-1251", HEAD "Content-Type: text/plain; charset=windows-1251\n\n\xcf\xf0\xe8\xe2\xe5\xf2\n", "Привет",
         0, 0},
        {"koi8-r", HEAD "Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет", 0, 0},
        {"big5", HEAD "Content-Type: text/plain; charset=big5\n\n\xa4\xa4\xa4\xe5\n", "中文", 0, 0},
        {"html", HEAD "Content-Type: text/html; charset=utf-8\n\n<p>one<script>x</script><p>two", "one\ntwo", 0, 0},
        {"a file",
         HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\nContent-Type: image/png; name=a.png\n"
              "Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\niVBORw0K\n--b--\n",
         "see", 1, 0},
        /* its charset is nobody's, or no charset at all: read as well as it can be */
        {"an unknown charset", HEAD "Content-Type: text/plain; charset=x-klingon\n\nhello\n", "hello", 0, 0},
        {"a charset with a path", HEAD "Content-Type: text/plain; charset=\"../../tmp/evil.so\"\n\nhello\n", "hello", 0,
         0},
        {"a rare charset", HEAD "Content-Type: text/plain; charset=ebcdic-int\n\nhello\n", NULL, 0, 0},
        {"bytes of no charset", HEAD "Content-Type: text/plain; charset=utf-8\n\n\xff\xfe\xfd ok\n", NULL, 0, 0},
        {"an entity", HEAD "Content-Type: text/html\n\n<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>a&e;b",
         NULL, 0, 0},
        {"an outer body",
         HEAD "Content-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\n\n"
              "Content-Type: text/plain\n\n", NULL, 1, 0}, /* what stands in the letter, not what it names */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(ROOM);
        struct inmail mail;
        enum inmail_verdict verdict = take_literal(arena, rows[i].letter, &mail);
        if (verdict != INMAIL_GOOD) fail_msg("%s: %d", rows[i].name, verdict);
        assert_true(text_is(mail.from, "ivan@example.ru"));
        if (rows[i].words != NULL && !text_is(mail.words, rows[i].words))
            fail_msg("%s: \"%.*s\"", rows[i].name, TEXT_ARG(mail.words));
        assert_true(memmem(mail.words.data, mail.words.size, "root:", 5) == NULL);
        if (mail.count != rows[i].files || mail.left_out != rows[i].left_out)
            fail_msg("%s: %zu files, %zu left out", rows[i].name, mail.count, mail.left_out);
        arena_free(arena);
    }
}

/* ---- floods ---- */

static void many_parts(struct buffer *out) {
    buffer_add_literal(out, HEAD "Content-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < 100000; i++) buffer_add_literal(out, "--b\n\nx\n");
    buffer_add_literal(out, "--b--\n");
}

static void deep(struct buffer *out) {
    buffer_add_literal(out, HEAD);
    for (int i = 0; i < 50000; i++)
        buffer_format(out, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buffer_add_literal(out, "\nend\n");
}

static void huge_header(struct buffer *out) {
    buffer_add_literal(out, HEAD "Subject: ");
    for (int i = 0; i < 20 << 20; i++) buffer_add_char(out, 'x');
    buffer_add_literal(out, "\n\nhello\n");
}

static void many_headers(struct buffer *out) {
    buffer_add_literal(out, HEAD);
    for (int i = 0; i < 500000; i++) buffer_format(out, "X-%d: y\n", i);
    buffer_add_literal(out, "\nhello\n");
}

static void deep_html(struct buffer *out) {
    buffer_add_literal(out, HEAD "Content-Type: text/html\n\n");
    for (int i = 0; i < 1000000; i++) buffer_add_literal(out, "<div>");
}

static void too_long(struct buffer *out) {
    buffer_add_literal(out, HEAD "\n");
    for (int i = 0; out->size <= INMAIL_MAX; i++) buffer_format(out, "line %d of a letter that does not end\n", i);
}

/* Each ends in time, read within its bounds or refused; the next letter is read as ever. */
static void floods(void **state) {
    (void)state;
    static void (*const makes[])(struct buffer *) = {many_parts, deep, huge_header, many_headers, deep_html, too_long};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct arena *letter = arena_new(ROOM), *arena = arena_new(ROOM);
        struct buffer out = buffer_new(letter, 1 << 20);
        struct inmail mail;
        makes[i](&out);
        enum inmail_verdict verdict = take(arena, buffer_text(&out), &mail);
        if (verdict == INMAIL_FAILED) fail_msg("flood %zu was not ended", i);
        if (verdict == INMAIL_GOOD) {
            assert_true(mail.words.size <= INMAIL_WORDS_MAX + 8 && mail.subject.size <= INMAIL_HEADER_MAX);
            assert_true(mail.count <= INMAIL_FILES);
        }
        arena_clear(arena);
        assert_int_equal(take_literal(arena, HEAD "\nhello\n", &mail), INMAIL_GOOD);
        arena_free(arena);
        arena_free(letter);
    }
}

static void no_letters(void **state) {
    (void)state;
    static const char *const rows[] = {"", "hello", "Subject: x\n\nno sender\n", "From: nobody\n\nx\n",
                                       "From: \n\n\x01"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(ROOM);
        struct inmail mail;
        if (take_literal(arena, rows[i], &mail) != INMAIL_NO_LETTER) fail_msg("\"%s\" was read", rows[i]);
        arena_free(arena);
    }
}

/* ---- the cage ---- */

/* What a library that was taken over would try: its exit status, or minus the signal that ended it. */
static int trying(int act) {
    pid_t child = fork();
    if (child == 0) {
        cage_limits();
        if (!cage_close(CAGE_DENIES)) _exit(1);
        if (act == 0) _exit(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 2);
        if (act == 1) _exit(access("/etc/passwd", R_OK) < 0 && errno == EACCES ? 0 : 2);
        if (act == 2) (void)socket(AF_INET, SOCK_STREAM, 0);
        if (act == 3) (void)fork();
        if (act == 4) (void)kill(getppid(), 0);
        if (act == 5) (void)execl("/bin/true", "true", NULL);
        if (act == 6) (void)unlink("/nothing");
        if (act == 7) (void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void the_cage(void **state) {
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
    assert_int_equal(trying(0), 0);
    assert_int_equal(trying(1), 0);
    for (int act = 2; act <= 7; act++) assert_int_equal(trying(act), -SIGSYS);
#else
    (void)trying;
#endif
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "letter") == 0) return inmail_child();
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_letters), cmocka_unit_test(floods),
                                       cmocka_unit_test(no_letters), cmocka_unit_test(the_cage)};
    return cmocka_run_group_tests_name("inmail", tests, NULL, NULL);
}
