/* caged.c: a letter read in a cage: both ends of the pipe between the child, which reads it, and who wants it read.
 * What comes through is a row of numbers and texts with their sizes; the parent believes none of it. */
#include "adapters/inmail/inmail.h"

#include "base/cage.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHILD_ARENA ((size_t)256 << 20)
#define NO_TEXT UINT64_MAX /* in place of a size */
#define SAID_MAX (INMAIL_FILES * (INMAIL_FILE_MAX + INMAIL_HEADER_MAX) + INMAIL_WORDS_MAX + 16 * INMAIL_HEADER_MAX)
#define COUNT_MAX 1000000

/* The headers in the order in which they go. */
#define TEXTS 7
static void texts_of(struct inmail *mail, struct text *texts[TEXTS]) {
    struct text *const all[TEXTS] = {&mail->from,       &mail->name, &mail->subject,       &mail->message_id,
                                     &mail->references, &mail->date, &mail->authentication};
    memcpy(texts, all, sizeof all);
}

/* ---- the child ---- */

/* glibc reads a charset's table from a file when it is first asked for: those that letters come in are asked for before
 * the cage closes, and kept. A letter in another is read as if it named none. */
static void load_charsets(void) {
    static const char *const names[] = {
        "windows-1251", "koi8-r",     "koi8-u",     "iso-8859-5",  "ibm866",       "maccyrillic",  "iso-8859-1",
        "iso-8859-2",   "iso-8859-3", "iso-8859-4", "iso-8859-7",  "iso-8859-8",   "iso-8859-9",   "iso-8859-13",
        "iso-8859-15",  "iso-8859-6", "windows-1250", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
        "windows-1256", "windows-1257", "windows-1258", "utf-16",  "utf-32",       "utf-7",        "gb2312",
        "gbk",          "gb18030",    "big5",       "euc-jp",      "shift_jis",    "iso-2022-jp",  "euc-kr",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) (void)iconv_open("UTF-8", names[i]);
}

static bool say_number(uint64_t number) {
    return cage_say(&number, sizeof number);
}

static bool say_text(struct text text) {
    if (text.data == NULL) return say_number(NO_TEXT);
    return say_number(text.size) && cage_say(text.data, text.size);
}

static bool say(struct inmail *mail) {
    struct text *texts[TEXTS];
    texts_of(mail, texts);
    bool good = true;
    for (size_t i = 0; i < TEXTS; i++) good = good && say_text(*texts[i]);
    good = good && say_text(mail->words) && say_number(mail->automatic) && say_number(mail->cut) &&
           say_number(mail->left_out) && say_number(mail->count);
    for (size_t i = 0; i < mail->count; i++)
        good = good && say_text(mail->files[i].name) && say_text(mail->files[i].bytes);
    return good;
}

static bool read_all(struct buffer *letter) {
    char piece[65536];
    ssize_t got;
    while (letter->size <= INMAIL_MAX && (got = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        buffer_add(letter, piece, (size_t)got);
    return letter->size <= INMAIL_MAX;
}

int inmail_child(void) {
    inmail_start();
    load_charsets();
    cage_limits();
    struct arena *arena = arena_new(CHILD_ARENA);
    if (arena == NULL || !cage_close(CAGE_DENIES)) _exit(INMAIL_FAILED);
    struct buffer letter = buffer_new(arena, 65536);
    struct inmail mail;
    if (!read_all(&letter) || !inmail_read(arena, buffer_text(&letter), &mail)) _exit(INMAIL_NO_LETTER);
    _exit(say(&mail) ? INMAIL_GOOD : INMAIL_FAILED);
}

/* ---- the parent ---- */

static bool take_number(struct text *rest, uint64_t most, uint64_t *number) {
    if (rest->size < sizeof *number) return false;
    memcpy(number, rest->data, sizeof *number);
    *rest = text_slice(*rest, sizeof *number, rest->size);
    return *number <= most;
}

/* Stays where it is, in what was said. */
static bool take_bytes(struct text *rest, size_t most, struct text *text) {
    uint64_t size = 0;
    *text = TEXT_NONE;
    if (!take_number(rest, UINT64_MAX, &size)) return false;
    if (size == NO_TEXT) return true;
    if (size > most || size > rest->size) return false;
    *text = (struct text){rest->data, (size_t)size};
    *rest = text_slice(*rest, (size_t)size, rest->size);
    return true;
}

/* Valid UTF-8 without control bytes, as inmail.c makes it; a copy, which ends in NUL. */
static bool take_text(struct arena *arena, struct text *rest, size_t most, bool lines, struct text *text) {
    if (!take_bytes(rest, most, text) || !text_valid_utf8(*text)) return false;
    for (size_t i = 0; i < text->size; i++) {
        unsigned char byte = (unsigned char)text->data[i];
        if ((byte < ' ' && !(lines && byte == '\n')) || byte == 0x7F) return false;
    }
    if (text->data != NULL) *text = text_copy(arena, *text);
    return true;
}

static bool understand(struct arena *arena, struct text rest, struct inmail *mail) {
    struct text *texts[TEXTS];
    uint64_t automatic = 0, cut = 0, left_out = 0, count = 0;
    *mail = (struct inmail){0};
    texts_of(mail, texts);
    for (size_t i = 0; i < TEXTS; i++)
        if (!take_text(arena, &rest, INMAIL_HEADER_MAX * 2 + 8, false, texts[i])) return false;
    if (!take_text(arena, &rest, INMAIL_WORDS_MAX + 8, true, &mail->words) || !take_number(&rest, 1, &automatic) ||
        !take_number(&rest, 1, &cut) || !take_number(&rest, COUNT_MAX, &left_out) ||
        !take_number(&rest, INMAIL_FILES, &count))
        return false;
    mail->automatic = automatic != 0;
    mail->cut = cut != 0;
    mail->left_out = (size_t)left_out;
    for (; mail->count < count; mail->count++) {
        struct inmail_file *file = &mail->files[mail->count];
        if (!take_text(arena, &rest, INMAIL_HEADER_MAX, false, &file->name) ||
            !take_bytes(&rest, INMAIL_FILE_MAX, &file->bytes))
            return false;
    }
    return rest.size == 0 && text_find(mail->from, '@') > 0;
}

enum inmail_verdict inmail_caged(struct arena *arena, int file, struct inmail *mail) {
    struct buffer said = buffer_new(arena, 65536);
    int status = INMAIL_FAILED;
    switch (cage_run("letter", file, INMAIL_PATIENCE, SAID_MAX, &said, &status)) {
    case CAGED_ENDED: break;
    case CAGED_DIED:
    case CAGED_LARGE: return INMAIL_NO_LETTER;
    case CAGED_SLOW: /* the processor's time is limited: this machine is busy */
    case CAGED_FAILED: return INMAIL_FAILED;
    }
    if (status == INMAIL_FAILED) return INMAIL_FAILED;
    return status == INMAIL_GOOD && understand(arena, buffer_text(&said), mail) ? INMAIL_GOOD : INMAIL_NO_LETTER;
}
