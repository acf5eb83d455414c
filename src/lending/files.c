/* files.c: see files.h. */
#include "lending/files.h"

#include "base/arena.h"

#include <stdio.h>

#define FILE_MOST ((size_t)1 << 20)
#define LAW_LINES 200

struct text lending_file(struct arena *arena, const char *path) {
    FILE *file = path[0] != '\0' ? fopen(path, "rbe") : NULL;
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, FILE_MOST + 1);
    size_t size = fread(bytes, 1, FILE_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    bytes[size] = '\0'; /* a line of the law borrows its source up to here */
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

static bool unreadable(struct arena *arena, const char *path, struct text *problem) {
    *problem = text_format(arena, "%s: there is no such file, or it is not to be read", path);
    return false;
}

bool law_file_read(struct arena *arena, const char *path, struct law_file *law, struct text *problem) {
    *law = (struct law_file){.count = 0};
    if (path[0] == '\0') return true;
    struct text rest = lending_file(arena, path);
    if (rest.data == NULL) return unreadable(arena, path, problem);
    law->lines = arena_array(arena, struct law_line, LAW_LINES);
    for (int number = 1; rest.size > 0; number++) {
        struct text line = text_trim(text_split(rest, '\n', &rest));
        if (line.size == 0 || line.data[0] == '#') continue;
        if (law->count == LAW_LINES)
            *problem = text_format(arena, "%s, line %d: there are more than %d lines", path, number, LAW_LINES);
        else if (!law_parse(text_copy(arena, line), &law->lines[law->count++]))
            *problem = text_format(arena,
                                   "%s, line %d: must be a day, what the law calls it here, a number and where it is "
                                   "written: 2026-04-01 instalment-months 6 283-FZ",
                                   path, number);
        if (problem->size > 0) return false;
    }
    return true;
}

bool calendar_file_read(struct arena *arena, const char *path, struct work_calendar **calendar, struct text *problem) {
    int line = 0;
    *calendar = NULL;
    if (path[0] == '\0') return true;
    struct text file = lending_file(arena, path);
    if (file.data == NULL) return unreadable(arena, path, problem);
    *calendar = arena_new_of(arena, struct work_calendar);
    if (work_calendar_read(file, *calendar, &line)) return true;
    *problem = text_format(arena, "%s, line %d: must be a day or days, and off or work: 2026-11-04 off", path, line);
    return false;
}
