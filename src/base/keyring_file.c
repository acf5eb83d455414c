/* keyring_file.c: the key file's form: read strictly, made once, changed whole; see keyring.h. */
#include "base/keyring_internal.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "kabinet keys 1"
#define FILE_MAX 2048
#define HEX_SIZE ((size_t)2 * KEY_SIZE)

struct content {
    char bytes[FILE_MAX];
    size_t size;
};

/* ---- reading ---- */

static bool read_hex(struct text hex, unsigned char key[KEY_SIZE]) {
    size_t decoded = 0;
    return hex.size == HEX_SIZE && sodium_hex2bin(key, KEY_SIZE, hex.data, hex.size, NULL, &decoded, NULL) == 0 &&
           decoded == KEY_SIZE;
}

/* "generation 2 2026-11-28T19:00:00Z 8899…" */
static bool read_generation(struct text line, struct key_file *file) {
    struct text rest, word = text_split(line, ' ', &rest);
    int64_t number;
    if (!text_is(word, "generation") || file->count == KEYRING_GENERATIONS) return false;
    struct generation *generation = &file->generations[file->count];
    if (!text_to_int(text_split(rest, ' ', &rest), &number) || number < 1 || number > KEYRING_NUMBER_MAX) return false;
    if (file->count > 0 && number <= generation[-1].number) return false;
    if (!moment_parse(text_split(rest, ' ', &rest), &generation->from)) return false;
    generation->number = (int)number;
    return read_hex(rest, file->keys[file->count++]);
}

static const char *parse(struct text whole, struct key_file *file) {
    unsigned char old[KEY_SIZE];
    struct text rest, line = text_split(whole, '\n', &rest);
    file->count = 0;
    if (read_hex(line, old) && rest.size == 0) {
        sodium_memzero(old, sizeof old);
        return "the key file holds 64 hex digits alone, the form from before there were generations: this program "
               "cannot use it";
    }
    if (!text_is(line, FORMAT)) return "the key file must begin with the line \"" FORMAT "\"";
    line = text_split(rest, '\n', &rest);
    if (!text_starts(line, "root ") || !read_hex(text_slice(line, 5, line.size), file->root))
        return "the key file's second line must be \"root\" and 64 hex digits";
    while (rest.size > 0) {
        line = text_split(rest, '\n', &rest);
        if (!read_generation(line, file))
            return "after its root the key file must hold lines of \"generation\", its number (rising, at most 255), "
                   "the moment it may be used from, and 64 hex digits";
    }
    return file->count > 0 ? NULL : "the key file must hold a generation";
}

static void mark_of(const struct stat *status, struct file_mark *mark) {
    memset(mark, 0, sizeof *mark); /* compared with memcmp */
    mark->device = status->st_dev;
    mark->inode = status->st_ino;
    mark->size = status->st_size;
    mark->changed = status->st_ctim;
}

bool key_file_marked(const char *path, struct file_mark *mark) {
    struct stat status;
    if (stat(path, &status) != 0) return false;
    mark_of(&status, mark);
    return true;
}

/* NULL or what is wrong with the open file. */
static const char *read_open(int descriptor, struct key_file *file, struct file_mark *mark) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return "the key file is not a file";
    if ((status.st_mode & 077) != 0) return "the key file may be read by others: its mode must be 0600";
    struct content content;
    ssize_t size = read(descriptor, content.bytes, sizeof content.bytes);
    const char *problem = "the key file cannot be read, or is too large";
    if (size >= 0 && (size_t)size < sizeof content.bytes)
        problem = parse((struct text){content.bytes, (size_t)size}, file);
    sodium_memzero(&content, sizeof content);
    mark_of(&status, mark);
    return problem;
}

/* ---- writing ---- */

static const char cannot_write[] = "the key file cannot be written";

static void add_line(struct content *content, const char *words, const unsigned char key[KEY_SIZE]) {
    char hex[HEX_SIZE + 1];
    sodium_bin2hex(hex, sizeof hex, key, KEY_SIZE);
    int size = snprintf(content->bytes + content->size, sizeof content->bytes - content->size, "%s %s\n", words, hex);
    check(size > 0 && (size_t)size < sizeof content->bytes - content->size);
    content->size += (size_t)size;
    sodium_memzero(hex, sizeof hex);
}

static void write_content(const struct key_file *file, struct content *content) {
    content->size = (size_t)snprintf(content->bytes, sizeof content->bytes, FORMAT "\n");
    add_line(content, "root", file->root);
    for (size_t i = 0; i < file->count; i++) {
        char words[80];
        struct civil at = civil_at(file->generations[i].from, zone_utc());
        snprintf(words, sizeof words, "generation %d %04d-%02d-%02dT%02d:%02d:%02d.%06dZ", file->generations[i].number,
                 at.date.year, at.date.month, at.date.day, at.hour, at.minute, at.second, at.microsecond);
        add_line(content, words, file->keys[i]);
    }
}

/* So that the new name outlives a power cut. */
static bool sync_folder(const char *path) {
    char folder[4096];
    size_t size = strlen(path);
    if (size >= sizeof folder) return false;
    memcpy(folder, path, size + 1);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        memcpy(folder, ".", 2);
    } else {
        slash[slash == folder] = '\0';
    }
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return false;
    bool synced = fsync(directory) == 0;
    close(directory);
    return synced;
}

/* Writes beside the path, then gives it the name: a crash leaves a whole key file, the old or the new. fresh: only
 * where there is none, so that of two processes that start at once one's keys win for both. NULL or what is wrong. */
static const char *write_file(const char *path, const struct key_file *file, bool fresh) {
    char beside[4096], tag_hex[17];
    unsigned char tag[8];
    struct content content;
    randombytes_buf(tag, sizeof tag); /* the name's only, so it need not be the world's */
    sodium_bin2hex(tag_hex, sizeof tag_hex, tag, sizeof tag);
    int length = snprintf(beside, sizeof beside, "%s.%s", path, tag_hex);
    if (length < 0 || (size_t)length >= sizeof beside) return "the key file's path is too long";
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return "the key file cannot be made";
    write_content(file, &content);
    bool written = write(descriptor, content.bytes, content.size) == (ssize_t)content.size && fsync(descriptor) == 0;
    sodium_memzero(&content, sizeof content);
    if (close(descriptor) != 0) written = false;
    if (written && fresh) written = link(beside, path) == 0 || errno == EEXIST;
    if (written && !fresh) written = rename(beside, path) == 0;
    unlink(beside);
    if (!written) return cannot_write;
    return sync_folder(path) ? NULL : "the key file's folder cannot be synced";
}

static const char *create_file(const char *path, struct world *world) {
    struct key_file file = {.count = 1, .generations = {{.number = 1, .from = world_now(world)}}};
    world_random(world, file.root, sizeof file.root);
    world_random(world, file.keys[0], KEY_SIZE);
    const char *problem = write_file(path, &file, true);
    sodium_memzero(&file, sizeof file);
    return problem;
}

static int open_file(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

const char *key_file_read(const char *path, bool create, struct world *world, struct key_file *file,
                          struct file_mark *mark) {
    int descriptor = open_file(path);
    if (descriptor < 0 && errno == ENOENT && create) {
        const char *problem = create_file(path, world);
        if (problem != NULL) return problem;
        descriptor = open_file(path);
    }
    if (descriptor < 0) return errno == ENOENT ? "there is no key file" : "the key file cannot be opened";
    const char *problem = read_open(descriptor, file, mark);
    close(descriptor);
    return problem;
}

/* ---- the operator's changes ---- */

/* Held from reading to writing: two who change it at once do so one after the other. -1 with *problem. */
static int lock_file(const char *path, struct key_file *file, const char **problem) {
    struct file_mark opened, named;
    int descriptor = open_file(path);
    if (descriptor < 0) {
        *problem = errno == ENOENT ? "there is no key file" : "the key file cannot be opened";
        return -1;
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) *problem = "somebody else is changing the key file";
    else *problem = read_open(descriptor, file, &opened);
    if (*problem == NULL && (!key_file_marked(path, &named) || named.inode != opened.inode))
        *problem = "somebody else has just changed the key file";
    if (*problem == NULL) return descriptor;
    close(descriptor);
    return -1;
}

static bool rewrite(int descriptor, const char *path, struct key_file *file, const char **problem) {
    if (*problem == NULL) *problem = write_file(path, file, false);
    sodium_memzero(file, sizeof *file);
    close(descriptor);
    return *problem == NULL;
}

bool keyring_file_rotate(const char *path, struct world *world, moment from, int *added, const char **problem) {
    struct key_file file;
    check(sodium_init() >= 0);
    int descriptor = lock_file(path, &file, problem);
    if (descriptor < 0) return false;
    int newest = file.generations[file.count - 1].number;
    if (file.count > 1) *problem = "the former rotation is not finished: the key file holds several generations";
    else if (newest == KEYRING_NUMBER_MAX) *problem = "there have been 255 generations, and there can be no more";
    else {
        *added = newest + 1;
        file.generations[file.count] = (struct generation){*added, from};
        world_random(world, file.keys[file.count++], KEY_SIZE);
    }
    return rewrite(descriptor, path, &file, problem);
}

bool keyring_file_drop(const char *path, const char **problem) {
    struct key_file file;
    check(sodium_init() >= 0);
    int descriptor = lock_file(path, &file, problem);
    if (descriptor < 0) return false;
    size_t last = file.count - 1;
    file.generations[0] = file.generations[last];
    memcpy(file.keys[0], file.keys[last], KEY_SIZE);
    file.count = 1;
    return rewrite(descriptor, path, &file, problem);
}
