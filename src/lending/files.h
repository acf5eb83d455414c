/* files.h: what the operator gives to whoever lends as files that are read once, when the server starts: his own lines
 * of the law (law_rules.h), working days (work_calendar.h). The only place in this folder that reads anything. */
#pragma once

#include "lending/law_rules.h"
#include "lending/work_calendar.h"

struct law_file {
    struct law_line *lines; /* in the arena, as what they borrow is */
    size_t count;
};

/* TEXT_NONE: there is no such file, it is not to be read, or it is larger than a megabyte. */
struct text lending_file(struct arena *arena, const char *path);
/* Remarks begin with #; path "": no file, no lines. False with *problem, which says the line: "file, line 3: …". */
bool law_file_read(struct arena *arena, const char *path, struct law_file *law, struct text *problem);
/* The same; path "": *calendar NULL. */
bool calendar_file_read(struct arena *arena, const char *path, struct work_calendar **calendar, struct text *problem);
