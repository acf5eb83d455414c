/* log.c: builds each line in place and writes it with one write(2), so that lines of several threads and processes
 * do not mix, and logging works when memory is short. */
#include "base/log.h"

#include "base/world.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 4096 /* at most PIPE_BUF, so that a pipe takes a line whole */
#define TAIL ",\"cut\":true}\n"

struct line {
    char data[LINE_SIZE];
    size_t size;
    bool cut; /* something did not fit */
};

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static _Atomic int lowest_level = LOG_INFO;

void log_set_level(enum log_level level) { atomic_store(&lowest_level, (int)level); }

bool log_shows(enum log_level level) {
    return (int)level >= atomic_load_explicit(&lowest_level, memory_order_relaxed);
}

bool log_level_from(struct text name, enum log_level *level) {
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
        if (!text_is(name, level_names[i])) continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

/* All or nothing, leaving room for the line's end. */
static bool add(struct line *line, const char *data, size_t size) {
    if (line->cut || size > sizeof line->data - sizeof TAIL - line->size) {
        line->cut = true;
        return false;
    }
    memcpy(line->data + line->size, data, size);
    line->size += size;
    return true;
}

static void add_text(struct line *line, const char *text) { add(line, text, strlen(text)); }

static void add_number(struct line *line, int64_t number, int width) {
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    for (; rest > 0 || width > 0; width--) {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (number < 0) digits[--at] = '-';
    add(line, digits + at, sizeof digits - at);
}

/* One code point, escaped for JSON; what is not UTF-8 becomes U+FFFD. Gives the bytes taken from the text. */
static size_t add_escaped(struct line *line, struct text text) {
    static const char hex[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)text.data[0];
    if (byte == '"' || byte == '\\') {
        const char pair[] = {'\\', (char)byte};
        add(line, pair, sizeof pair);
        return 1;
    }
    if (byte < 0x20 || byte == 0x7F) {
        const char escape[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        add(line, escape, sizeof escape);
        return 1;
    }
    size_t step = text_utf8_step(text);
    if (step == 0) {
        add_text(line, "\\ufffd");
        return 1;
    }
    add(line, text.data, step);
    return step;
}

static void add_string(struct line *line, struct text text) {
    add_text(line, "\"");
    for (size_t at = 0; at < text.size && !line->cut;) at += add_escaped(line, text_slice(text, at, text.size));
    add_text(line, "\"");
}

static void add_moment(struct line *line, moment at) {
    struct civil civil = civil_at(at, zone_utc());
    const struct {
        int number, width;
        const char *after;
    } parts[] = {
        {civil.date.year, 4, "-"}, {civil.date.month, 2, "-"}, {civil.date.day, 2, "T"},    {civil.hour, 2, ":"},
        {civil.minute, 2, ":"},    {civil.second, 2, "."},     {civil.microsecond, 6, "Z"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        add_number(line, parts[i].number, parts[i].width);
        add_text(line, parts[i].after);
    }
}

/* A field whole, or, when it does not fit, not at all. */
static void add_field(struct line *line, const struct log_field *field) {
    size_t before = line->size;
    add_text(line, ",");
    add_string(line, text_from(field->name));
    add_text(line, ":");
    if (field->text.data != NULL) {
        add_string(line, field->text);
    } else {
        add_number(line, field->number, 1);
    }
    if (line->cut) line->size = before;
}

void log_fields(enum log_level level, struct text request_id, const char *event, const struct log_field *fields,
                size_t count) {
    if ((int)level < atomic_load_explicit(&lowest_level, memory_order_relaxed)) return;
    struct line line;
    line.size = 0;
    line.cut = false;
    add_text(&line, "{\"at\":\"");
    add_moment(&line, world_wall_clock());
    add_text(&line, "\",\"level\":\"");
    add_text(&line, level_names[level]);
    add_text(&line, "\"");
    add_field(&line, &(struct log_field){.name = "event", .text = text_from(event)});
    if (request_id.data != NULL) add_field(&line, &(struct log_field){.name = "request", .text = request_id});
    for (size_t i = 0; i < count && !line.cut; i++) add_field(&line, &fields[i]);
    const char *tail = line.cut ? TAIL : "}\n";
    memcpy(line.data + line.size, tail, strlen(tail)); /* add() kept room for it */
    ssize_t written = write(STDERR_FILENO, line.data, line.size + strlen(tail));
    (void)written; /* there is nowhere to tell that the log is gone */
}
