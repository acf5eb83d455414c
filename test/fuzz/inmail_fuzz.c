/* inmail_fuzz.c: letters of strangers: whatever comes, what is read is bounded, valid UTF-8 without control bytes. */
#include "adapters/inmail/inmail.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(struct text text) {
    check(text.size <= INMAIL_HEADER_MAX * 2 + 8 && text_valid_utf8(text) && text_find(text, '\n') < 0);
}

static void read_one(void *data) {
    const struct text *bytes = data;
    struct arena *arena = arena_new((size_t)64 << 20);
    struct inmail mail;
    if (inmail_read(arena, *bytes, &mail)) {
        const struct text headers[] = {mail.from, mail.name, mail.subject, mail.message_id,
                                       mail.references, mail.date, mail.authentication};
        for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) check_header(headers[i]);
        check(mail.from.size > 2 && mail.from.size <= 260 && text_find(mail.from, '@') > 0);
        check(mail.words.size <= INMAIL_WORDS_MAX + 4 && text_valid_utf8(mail.words) && mail.count <= INMAIL_FILES);
        for (size_t i = 0; i < mail.count; i++) {
            check(mail.files[i].bytes.size <= INMAIL_FILE_MAX);
            check_header(mail.files[i].name);
        }
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    if (!started) inmail_start();
    started = true;
    struct text bytes = {(const char *)data, size};
    read_one(&bytes);
    return 0;
}
