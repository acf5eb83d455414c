/* main.c: kabinet-golden FILE compares our rules with published numbers. FILE is tab-separated, its first line names
 * the columns (kind, input, expected, source, evidence, …). Each row whose kind has code here is computed and compared;
 * kinds without code are listed as not covered and never count as passed.
 *
 * Nothing here knows any row: a kind reads its input by its form, calls the product's own function, and compares what
 * came out with what is expected. */

#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)64 << 20)
#define KINDS_MAX 500 /* without code, listed one by one */

/* ---- the file ---- */

struct columns {
    size_t kind, input, expected, source; /* which column each is in */
};

struct uncovered {
    struct text kind; /* in the file's own text */
    size_t rows;
};

struct tally {
    size_t passed, failed;
    struct uncovered uncovered[KINDS_MAX];
    size_t uncovered_count;
};

static struct text column(struct text line, size_t wanted) {
    struct text part = TEXT_NONE;
    for (size_t i = 0; i <= wanted && line.data != NULL; i++) {
        part = text_split(line, '\t', &line);
        if (i < wanted) part = TEXT_NONE;
    }
    return part;
}

/* Columns as the first line names them; as they usually are when it names none and is itself a row. */
static bool read_columns(struct text line, struct columns *columns) {
    static const char *const names[] = {"kind", "input", "expected", "source"};
    size_t *const places[] = {&columns->kind, &columns->input, &columns->expected, &columns->source};
    for (size_t name = 0; name < sizeof names / sizeof *names; name++) {
        *places[name] = SIZE_MAX;
        struct text rest = line;
        for (size_t i = 0; rest.data != NULL; i++) {
            if (text_is(text_trim(text_split(rest, '\t', &rest)), names[name])) *places[name] = i;
        }
    }
    bool named = columns->kind != SIZE_MAX && columns->input != SIZE_MAX && columns->expected != SIZE_MAX;
    if (!named) *columns = (struct columns){0, 1, 2, 3};
    return named;
}

static const struct kind *kind_named(struct text name) {
    static const struct kind *const tables[] = {identifier_kinds, credit_kinds, outside_kinds};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        for (const struct kind *kind = tables[i]; kind->name != NULL; kind++)
            if (text_is(name, kind->name)) return kind;
    }
    return NULL;
}

static void count_uncovered(struct tally *tally, struct text kind) {
    size_t i = 0;
    while (i < tally->uncovered_count && !text_equal(tally->uncovered[i].kind, kind)) i++;
    if (i == KINDS_MAX) return;
    if (i == tally->uncovered_count) tally->uncovered[tally->uncovered_count++] = (struct uncovered){kind, 0};
    tally->uncovered[i].rows++;
}

static void run_row(struct arena *arena, struct row row, struct tally *tally) {
    const struct kind *kind = kind_named(row.kind);
    if (kind == NULL) {
        count_uncovered(tally, row.kind);
        return;
    }
    struct verdict verdict = {false, TEXT("no input or nothing expected: a column is missing")};
    if (row.input.size > 0 && row.expected.size > 0) verdict = kind->run(arena, row);
    *(verdict.right ? &tally->passed : &tally->failed) += 1;
    if (verdict.right) {
        printf("ok      %s  %.*s\n", kind->name, TEXT_ARG(row.input));
    } else {
        printf("FAILED  %s  %.*s\n        got      %.*s\n        expected %.*s\n        source   %.*s\n", kind->name,
               TEXT_ARG(row.input), TEXT_ARG(verdict.got), TEXT_ARG(row.expected), TEXT_ARG(row.source));
    }
}

struct run {
    struct arena *arena;
    struct text file;
    struct tally *tally;
    bool tabbed; /* there was a row at least, of three columns or more */
};

static void run_file(void *data) {
    struct run *run = data;
    struct text rest = run->file;
    struct columns columns;
    if (read_columns(text_split(rest, '\n', &rest), &columns)) {
        run->tabbed = true;
    } else {
        rest = run->file;
    }
    while (rest.data != NULL) {
        struct text line = text_split(rest, '\n', &rest);
        if (text_ends(line, "\r")) line.size--;
        if (text_trim(line).size == 0 || text_starts(line, "#")) continue;
        if (column(line, 2).data != NULL) run->tabbed = true;
        struct row row = {
            .kind = text_trim(column(line, columns.kind)),
            .input = text_trim(column(line, columns.input)),
            .expected = text_trim(column(line, columns.expected)),
            .source = columns.source == SIZE_MAX ? TEXT_NONE : text_trim(column(line, columns.source)),
        };
        run_row(run->arena, row, run->tally);
        arena_clear(run->arena);
    }
}

/* The whole file in memory of its own; TEXT_NONE when it cannot be read. */
static struct text read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return TEXT_NONE;
    char *data = malloc(FILE_MAX);
    size_t size = data == NULL ? 0 : fread(data, 1, FILE_MAX, file);
    bool whole = data != NULL && !ferror(file) && feof(file);
    fclose(file);
    if (whole) return (struct text){data, size};
    free(data);
    return TEXT_NONE;
}

static int report(const struct run *run) {
    if (!run->tabbed) {
        fprintf(stderr, "kabinet-golden: not a table of tab-separated kind, input, expected, …\n");
        return 2;
    }
    const struct tally *tally = run->tally;
    for (size_t i = 0; i < tally->uncovered_count; i++) {
        printf("not covered  %.*s (rows: %zu)\n", TEXT_ARG(tally->uncovered[i].kind), tally->uncovered[i].rows);
    }
    printf("%zu passed, %zu failed\n", tally->passed, tally->failed);
    return tally->failed == 0 ? 0 : 1;
}

int main(int count, char **words) {
    static struct tally tally;
    if (count != 2) {
        fprintf(stderr, "usage: kabinet-golden FILE\n");
        return 2;
    }
    int status = 2;
    struct run run = {arena_new((size_t)16 << 20), read_file(words[1]), &tally, false};
    if (run.arena == NULL || run.file.data == NULL) {
        fprintf(stderr, "kabinet-golden: %s cannot be read\n", words[1]);
    } else if (!arena_guard(run.arena, run_file, &run)) {
        fprintf(stderr, "kabinet-golden: out of memory\n");
    } else {
        status = report(&run);
    }
    arena_free(run.arena);
    free((char *)(uintptr_t)run.file.data);
    return status;
}
