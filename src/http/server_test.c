/* server_test.c: the server over real sockets: the table of requests, how bytes may come, bodies, files, TLS. For many
 * connections, bad ones and streams see server_load_test.c. */
#include "http/http_client.h"

#include "generated/assets.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

/* ---- the table ---- */

static bool case_holds(const struct server *server, const struct http_case *row) {
    int fd = dial(server);
    forget(&answer);
    tell(fd, row->message, row->size > 0 ? row->size : strlen(row->message));
    bool no_body = strncmp(row->message, "HEAD ", 5) == 0;
    bool good = receive(fd, &answer, no_body) && answer.status == row->status;
    good = good && (row->has == NULL || memmem(answer.bytes, answer.size, row->has, strlen(row->has)) != NULL);
    good = good && (row->lacks == NULL || memmem(answer.bytes, answer.size, row->lacks, strlen(row->lacks)) == NULL);
    if (!good)
        printf("%s: not as expected:\n%.*s\n", row->title, (int)(answer.size < 2000 ? answer.size : 2000),
               answer.bytes);
    if (good && row->closes) {
        good = has_closed(fd);
        if (!good) printf("%s: is not closed\n", row->title);
    } else if (good && !no_body) {
        good = ask(fd, GET("/hello/next") "\r\n") == 200;
        if (!good) printf("%s: takes no further request\n", row->title);
    }
    close(fd);
    return good;
}

static void answers_the_table(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int wrong = 0;
    for (size_t i = 0; i < HTTP_CASES; i++) wrong += !case_holds(server, &http_cases[i]);
    server_stop(server, SECOND);
    assert_int_equal(wrong, 0);
}

/* Whatever the pieces in which the bytes come. */
static void reads_byte_by_byte(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static const char message[] = POST("/people", URLENCODED, "6") "\r\nname=x";
    int fd = dial(server);
    for (size_t i = 0; i + 1 < sizeof message; i++) tell(fd, message + i, 1);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 200);
    close(fd);
    server_stop(server, SECOND);
}

/* Several requests in one packet: answered in order, each once, also when each is answered by another thread. */
static void answers_pipelined_requests_in_order(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    TELL(fd, GET("/hello/1") "\r\n" GET("/later") "\r\n" POST("/people", URLENCODED, "6") "\r\nname=x" GET(
                 "/later") "\r\n" GET("/hello/2") "\r\n");
    static const char *const wanted[] = {"\"param\":\"1\"", "/later", "\"name\":\"x\"", "/later", "\"param\":\"2\""};
    forget(&answer);
    for (size_t i = 0; i < 5; i++) {
        assert_true(receive(fd, &answer, false));
        assert_int_equal(answer.status, 200);
        const char *found = strstr(answer.bytes, wanted[i]);
        assert_non_null(found);
        assert_true(found < answer.bytes + answer.head + body_size(&answer, false));
    }
    close(fd);
    server_stop(server, SECOND);
}

static void waits_for_expect(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    TELL(fd, POST("/people", URLENCODED, "6") "Expect: 100-continue\r\n\r\n");
    forget(&answer);
    assert_true(receive(fd, &answer, true));
    assert_int_equal(answer.status, 100);
    TELL(fd, "name=x");
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 200);
    assert_int_equal(ask(fd, POST("/nowhere", URLENCODED, "6") "Expect: 100-continue\r\n\r\n"), 404);
    close(fd);
    server_stop(server, SECOND);
}

static void listens_on_both_families(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.address = "::";
    struct server *server = start(&options);
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/hello/x") "\r\n"), 200);
    assert_non_null(strstr(answer.bytes, "\"address\":\"127.0.0.1\"")); /* not ::ffff:127.0.0.1 */
    close(fd);
    server_stop(server, SECOND);
}

/* Some clients close their side as soon as they have asked. What is answered at once reaches them; one that is answered
 * later counts as gone, for libmicrohttpd reads before it writes. Neither may harm us. */
static void bears_half_closed_connections(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static const char *const messages[] = {GET("/later") "\r\n", POST("/later", URLENCODED, "6") "\r\nname=x",
                                           GET("/") "\r\n"};
    for (size_t i = 0; i < 30; i++) {
        int fd = dial(server);
        tell(fd, messages[i % 3], strlen(messages[i % 3]));
        shutdown(fd, SHUT_WR);
        forget(&answer);
        bool answered = receive(fd, &answer, false);
        if (i % 3 == 2) assert_true(answered);
        if (answered) assert_int_equal(answer.status, 200);
        close(fd);
    }
    server_stop(server, SECOND);
}

/* A refused body is read all the same, so that whoever sends a large photo hears the refusal and may go on. */
static void reads_refused_bodies(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    static char body[20000000];
    memset(body, 'x', sizeof body);
    TELL(fd, POST("/people", URLENCODED, "20000000") "\r\n");
    tell(fd, body, sizeof body);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 413);
    assert_int_equal(ask(fd, GET("/") "\r\n"), 200);
    close(fd);
    server_stop(server, SECOND);
}

static void serves_assets(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    const struct asset *asset = NULL;
    for (size_t i = 0; i < asset_count; i++)
        if (assets[i].gzip != NULL) asset = &assets[i];
    assert_non_null(asset);
    char message[512];
    int fd = dial(server);
    snprintf(message, sizeof message, GET("/assets/%s/%s") "\r\n", asset->hash, asset->path);
    assert_int_equal(ask(fd, message), 200);
    assert_int_equal(body_size(&answer, false), asset->size);
    assert_memory_equal(answer.bytes + answer.head, asset->data, asset->size);
    assert_non_null(strstr(answer.bytes, "Cache-Control: public, max-age=31536000, immutable\r\n"));
    assert_non_null(strstr(answer.bytes, "Vary: Accept-Encoding\r\n"));
    assert_null(strstr(answer.bytes, "no-store"));
    snprintf(message, sizeof message, GET("/assets/%s/%s") "Accept-Encoding: br, gzip\r\n\r\n", asset->hash,
             asset->path);
    assert_int_equal(ask(fd, message), 200);
    assert_non_null(strstr(answer.bytes, "Content-Encoding: gzip\r\n"));
    assert_int_equal(body_size(&answer, false), asset->gzip_size);
    snprintf(message, sizeof message, GET("/assets/%s/%s") "If-None-Match: \"x\", W/\"%s\"\r\n\r\n", asset->hash,
             asset->path, asset->hash);
    assert_int_equal(ask(fd, message), 304);
    snprintf(message, sizeof message, GET("/assets/0000000000000000/%s") "\r\n", asset->path);
    assert_int_equal(ask(fd, message), 404);
    snprintf(message, sizeof message, POST("/assets/%s/%s", URLENCODED, "1") "\r\nx", asset->hash, asset->path);
    assert_int_equal(ask(fd, message), 405);
    assert_int_equal(ask(fd, GET("/assets//style.css") "\r\n"), 404);
    close(fd);
    server_stop(server, SECOND);
}

static void streams_a_long_file(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/export") "\r\n"), 200);
    size_t digits = 0;
    for (size_t i = answer.head; i < answer.size; i++) digits += answer.bytes[i] == '9';
    assert_true(digits >= 30 * 1000); /* chunk sizes may have some */
    assert_int_equal(ask(fd, GET("/export") "\r\n"), 200);
    close(fd);
    fd = dial(server); /* and one who does not wait for it */
    TELL(fd, GET("/export") "\r\n");
    close(fd);
    server_stop(server, SECOND);
}

static void unlinks_uploads(void **state) {
    (void)state;
    struct server_options options = default_options();
    char directory[] = "/tmp/kabinet-spool-XXXXXX";
    assert_non_null(mkdtemp(directory));
    options.spool_directory = directory;
    struct server *server = start(&options);
    static const char part[] = "--xx\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n12345";
    for (int i = 0; i < 10; i++) {
        int fd = dial(server);
        TELL(fd, POST("/upload", "multipart/form-data; boundary=xx", "200") "\r\n");
        tell(fd, part, sizeof part - 1);
        if (i % 2 == 0) { /* cut in the middle of the file */
            usleep(20000);
            close(fd);
            continue;
        }
        static char filler[200];
        size_t rest = 200 - (sizeof part - 1) - 10;
        memset(filler, 'y', sizeof filler);
        tell(fd, filler, rest);
        TELL(fd, "\r\n--xx--\r\n");
        forget(&answer);
        assert_true(receive(fd, &answer, false));
        assert_int_equal(answer.status, 200);
        close(fd);
    }
    server_stop(server, SECOND);
    assert_int_equal(rmdir(directory), 0); /* empty */
}

/* ---- TLS ---- */

#define RUN(...) assert_int_equal(run_program((const char *const[]){__VA_ARGS__, NULL}), 0)

extern char **environ;

static int run_program(const char *const *arguments) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void speaks_tls(void **state) {
    (void)state;
    char directory[] = "/tmp/kabinet-tls-XXXXXX", key[64], certificate[64], url[64], out[64];
    assert_non_null(mkdtemp(directory));
    snprintf(key, sizeof key, "%s/key.pem", directory);
    snprintf(certificate, sizeof certificate, "%s/certificate.pem", directory);
    snprintf(out, sizeof out, "%s/out", directory);
    RUN("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate);
    struct server_options options = default_options();
    options.certificate_file = certificate;
    options.key_file = key;
    struct server *server = start(&options);
    snprintf(url, sizeof url, "https://localhost:%d/later", server_port(server));
    RUN("curl", "-sSf4", "-i", "--noproxy", "*", "--cacert", certificate, "-o", out, url);
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    forget(&answer);
    answer.size = fread(answer.bytes, 1, sizeof answer.bytes - 1, file);
    answer.bytes[answer.size] = '\0';
    fclose(file);
    assert_non_null(strstr(answer.bytes, "Strict-Transport-Security: max-age=31536000"));
    assert_non_null(strstr(answer.bytes, "\"secure\":true"));
    assert_int_not_equal(
        run_program((const char *const[]){"curl", "-sf4", "--noproxy", "*", "--tls-max", "1.1", "--ciphers",
                                          "DEFAULT@SECLEVEL=0", "--cacert", certificate, url, NULL}),
        0);
    snprintf(url, sizeof url, "http://localhost:%d/", server_port(server));
    assert_int_not_equal(run_program((const char *const[]){"curl", "-sf4", "--noproxy", "*", url, NULL}), 0);
    server_stop(server, SECOND);
    options.key_file = certificate; /* no key in it */
    struct text problem = TEXT_NONE;
    assert_null(server_start(&options, arena, &problem));
    assert_non_null(problem.data);
    unlink(key);
    unlink(certificate);
    unlink(out);
    rmdir(directory);
}

static void names_what_is_wrong(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct text problem = TEXT_NONE;
    options.address = "not an address";
    assert_null(server_start(&options, arena, &problem));
    assert_true(text_starts(problem, "not an address: "));
    options = default_options();
    struct server *server = start(&options);
    options.port = server_port(server);
    assert_null(server_start(&options, arena, &problem)); /* taken */
    assert_true(text_starts(problem, "127.0.0.1:"));
    options.threads = 2;
    assert_null(server_start(&options, arena, &problem)); /* nor is it shared by mistake */
    server_stop(server, SECOND);
    options = default_options();
    options.certificate_file = "/nowhere.pem";
    options.key_file = "/nowhere.pem";
    assert_null(server_start(&options, arena, &problem));
    assert_true(text_starts(problem, "/nowhere.pem: "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_the_table),
        cmocka_unit_test(reads_byte_by_byte),
        cmocka_unit_test(answers_pipelined_requests_in_order),
        cmocka_unit_test(waits_for_expect),
        cmocka_unit_test(listens_on_both_families),
        cmocka_unit_test(bears_half_closed_connections),
        cmocka_unit_test(reads_refused_bodies),
        cmocka_unit_test(serves_assets),
        cmocka_unit_test(streams_a_long_file),
        cmocka_unit_test(unlinks_uploads),
        cmocka_unit_test(speaks_tls),
        cmocka_unit_test(names_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
