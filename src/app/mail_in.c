/* mail_in.c: `kabinet mail-in`: a letter on standard input, handed over by the mail server's pipe, is brought to the
 * running server. This is a short process of the mail server's user that has neither database nor keys; the letter is
 * read in a child of it, in a cage (adapters/inmail).
 * Only when the server has it on disk does this end with 0; whatever is our own fault asks the mail server to come
 * again, so that no letter is lost (sysexits.h). */
#include "app/app.h"

#include "adapters/inmail/inmail.h"
#include "app/local.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#define FIELDS_MAX 32
#define SECRET_MAX 256

static bool put(int file, const char *bytes, size_t size) {
    for (ssize_t done; size > 0; bytes += done, size -= (size_t)done)
        if ((done = write(file, bytes, size)) < 0) return false;
    return true;
}

/* Into memory that looks like a file; -1 when that cannot be. *large: it is larger than a letter may be. */
static int keep_letter(bool *large) {
    char piece[65536];
    size_t size = 0;
    int file = memfd_create("letter", MFD_CLOEXEC);
    bool good = file >= 0;
    for (ssize_t got = 1; good && got != 0;) {
        got = read(STDIN_FILENO, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        good = got >= 0;
        size += good ? (size_t)got : 0;
        *large = size > INMAIL_MAX; /* the rest is read to its end all the same */
        if (good && !*large) good = put(file, piece, (size_t)got);
    }
    if (good && lseek(file, 0, SEEK_SET) == 0) return file;
    if (file >= 0) close(file);
    return -1;
}

static bool read_secret(struct arena *arena, const char *path, struct text *secret) {
    char bytes[SECRET_MAX];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (file >= 0) close(file);
    if (size <= 0) return false;
    *secret = text_trim(text_copy(arena, (struct text){bytes, (size_t)size}));
    return secret->size > 0;
}

static int outcome(long status) {
    if (status == 200) return EX_OK;
    if (status == 413 || status == 422) return EX_DATAERR; /* this letter will never be taken */
    fprintf(stderr, "kabinet mail-in: the server %s (%ld); come again\n",
            status == 0 ? "was not reached" : "did not take it", status);
    return EX_TEMPFAIL;
}

static int bring(struct arena *arena, const struct support_door *door, struct text base, struct text secret,
                 const struct inmail *mail, struct text sender, struct text recipient) {
    static const char *const names[INMAIL_FILES] = {"file1", "file2", "file3", "file4", "file5"};
    struct text left_out = text_format(arena, "%zu", mail->left_out + (mail->cut ? 1 : 0));
    struct local_field fields[FIELDS_MAX] = {
        {"key", secret, TEXT_NONE},
        {"sender", sender, TEXT_NONE},
        {"recipient", recipient, TEXT_NONE},
        {"from", mail->from, TEXT_NONE},
        {"name", mail->name, TEXT_NONE},
        {"subject", mail->subject, TEXT_NONE},
        {"message_id", mail->message_id, TEXT_NONE},
        {"references", mail->references, TEXT_NONE},
        {"date", mail->date, TEXT_NONE},
        {"auth", mail->authentication, TEXT_NONE},
        {"automatic", mail->automatic ? TEXT("on") : TEXT_NONE, TEXT_NONE},
        {"text", mail->words, TEXT_NONE},
        {"left_out", left_out, TEXT_NONE},
    };
    size_t count = 13;
    for (size_t i = 0; i < mail->count; i++)
        fields[count++] = (struct local_field){names[i], mail->files[i].bytes, mail->files[i].name};
    struct text server = door->server[0] != '\0' ? text_from(door->server) : base;
    return outcome(local_post(arena, server, "/gateway/mail", fields, count));
}

static int bring_read(struct arena *arena, const struct support_door *door, struct config *config, struct text secret,
                      const struct inmail *mail, int count, char **arguments) {
    struct text sender = count > 1 ? text_from(arguments[1]) : mail->from;
    struct text recipient = text_from(count > 2 ? arguments[2] : "");
    if (text_is(sender, "MAILER-DAEMON") || text_is(sender, "<>")) sender = TEXT("");
    return bring(arena, door, local_base(arena, config_base(config)), secret, mail, sender, recipient);
}

static int take(struct arena *arena, int count, char **arguments) {
    struct text secret;
    bool large = false;
    struct inmail mail;
    struct config *config = app_config(arena, 1, arguments);
    if (config == NULL) return EX_TEMPFAIL;
    struct support_door door = support_door(config);
    if (door.address[0] == '\0' || !read_secret(arena, door.secret_file, &secret)) {
        fprintf(stderr, "kabinet mail-in: support.mail.address and .secret_file must be set and the file readable\n");
        return EX_TEMPFAIL;
    }
    int letter = keep_letter(&large);
    if (letter < 0) return EX_TEMPFAIL;
    enum inmail_verdict verdict = large ? INMAIL_NO_LETTER : inmail_caged(arena, letter, &mail);
    close(letter);
    switch (verdict) {
    case INMAIL_GOOD: return bring_read(arena, &door, config, secret, &mail, count, arguments);
    case INMAIL_FAILED: fprintf(stderr, "kabinet mail-in: the letter cannot be read now; come again\n"); break;
    case INMAIL_NO_LETTER:
        if (large) fprintf(stderr, "the letter is larger than %zu bytes\n", INMAIL_MAX);
        else fprintf(stderr, "this is no letter: it names no sender, or cannot be read\n");
        return EX_DATAERR;
    }
    return EX_TEMPFAIL;
}

int app_mail_in(int count, char **arguments) {
    if (count < 1 || count > 3) {
        fprintf(stderr, "usage: kabinet mail-in CONFIG [SENDER [RECIPIENT]] < letter\n");
        return EX_TEMPFAIL;
    }
    struct arena *arena = arena_new((size_t)512 << 20);
    int status = arena != NULL ? take(arena, count, arguments) : EX_TEMPFAIL;
    if (arena != NULL) arena_free(arena);
    return status;
}
