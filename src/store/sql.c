/* sql.c: the store's tokens in SQL text, and what a statement writes. See sql.h. */
#include "store/sql.h"

#include "base/check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- words ---- */

enum token_kind { TOKEN_END, TOKEN_BLANK, TOKEN_WORD, TOKEN_PARAMETER, TOKEN_OTHER };

struct token {
    enum token_kind kind; /* blanks are white space and comments */
    const char *start;
    size_t size;
};

static bool word_char(char byte) {
    return isalnum((unsigned char)byte) || byte == '_';
}

static size_t quoted_size(const char *sql, char quote) {
    size_t size = 1;
    while (sql[size] != '\0' && sql[size] != quote) size++;
    return sql[size] == '\0' ? size : size + 1;
}

static size_t blank_size(const char *sql) {
    size_t size = 0;
    for (;;) {
        if (isspace((unsigned char)sql[size])) {
            size++;
        } else if (sql[size] == '-' && sql[size + 1] == '-') {
            while (sql[size] != '\0' && sql[size] != '\n') size++;
        } else if (sql[size] == '/' && sql[size + 1] == '*') {
            const char *end = strstr(sql + size + 2, "*/");
            size = end == NULL ? strlen(sql) : (size_t)(end - sql) + 2;
        } else {
            return size;
        }
    }
}

static struct token token_at(const char *sql) {
    if (*sql == '\0') return (struct token){TOKEN_END, sql, 0};
    size_t size = blank_size(sql);
    if (size > 0) return (struct token){TOKEN_BLANK, sql, size};
    if (*sql == '\'' || *sql == '"') return (struct token){TOKEN_OTHER, sql, quoted_size(sql, *sql)};
    if (*sql == '$' && isdigit((unsigned char)sql[1])) {
        size = 2;
        while (isdigit((unsigned char)sql[size])) size++;
        return (struct token){TOKEN_PARAMETER, sql, size};
    }
    while (word_char(sql[size])) size++;
    if (size > 0) return (struct token){TOKEN_WORD, sql, size};
    return (struct token){TOKEN_OTHER, sql, 1};
}

static struct token token_after(struct token token) {
    return token_at(token.start + token.size);
}

/* The next one that is not blank. */
static struct token token_solid(struct token token) {
    do token = token_after(token);
    while (token.kind == TOKEN_BLANK);
    return token;
}

static bool token_is(struct token token, const char *text) {
    return token.size == strlen(text) && strncmp(token.start, text, token.size) == 0;
}

static bool token_is_word(struct token token, const char *word) { /* in any case */
    return token.kind == TOKEN_WORD && token.size == strlen(word) && strncasecmp(token.start, word, token.size) == 0;
}

/* ---- rewriting ---- */

static const char *array_type(enum value_type type) {
    switch (type) {
    case VALUE_INT: return "bigint[]";
    case VALUE_TEXT: return "text[]";
    case VALUE_BYTES: return "bytea[]";
    case VALUE_NULL: break;
    }
    check_failed("a column of tx_insert_many has no type", __FILE__, __LINE__);
}

/* At VALUES: writes what stands for "VALUES ($1, …, $n)" and gives its last token. */
static struct token write_unnest(FILE *out, struct token token, const enum value_type *types, size_t columns) {
    fputs("SELECT * FROM unnest(", out);
    token = token_solid(token);
    check(token_is(token, "("));
    for (size_t column = 0; column < columns; column++) {
        token = token_solid(token);
        check(token.kind == TOKEN_PARAMETER && strtoul(token.start + 1, NULL, 10) == column + 1);
        fprintf(out, "%s$%zu::%s", column == 0 ? "" : ", ", column + 1, array_type(types[column]));
        token = token_solid(token);
        check(token_is(token, column + 1 == columns ? ")" : ","));
    }
    fputs(")", out);
    return token;
}

/* At ROWKEY: the column type, or the constraint up to its closing parenthesis. Gives its last token. */
static struct token write_rowkey(FILE *out, struct token token, enum dialect dialect) {
    struct token following = token_solid(token);
    if (!token_is(following, "(")) {
        fputs(dialect == DIALECT_SQLITE ? "INTEGER PRIMARY KEY" : "BIGINT NOT NULL", out);
        return token;
    }
    if (dialect == DIALECT_POSTGRES) {
        fputs("PRIMARY KEY", out);
        return token;
    }
    while (!token_is(following, ")")) {
        check(following.kind != TOKEN_END);
        following = token_solid(following);
    }
    return following;
}

static bool rowkey_constraint(struct token token) {
    return token_is(token, "ROWKEY") && token_is(token_solid(token), "(");
}

static const char *plain_word(struct token token, enum dialect dialect) {
    static const struct {
        const char *word, *text[2];
    } words[] = {
        {"BYTES", {"BLOB", "BYTEA"}},
        {"BYTEWISE", {"", "COLLATE \"C\""}},
        {"CLUSTERED", {"WITHOUT ROWID", ""}},
        {"FOR_UPDATE", {"", "FOR UPDATE"}},
        {"FOR_UPDATE_NOW", {"", "FOR UPDATE NOWAIT"}},
    };
    if (token.kind != TOKEN_WORD) return NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (token_is(token, words[i].word)) return words[i].text[dialect];
    }
    return NULL;
}

/* "= $1" → "= ANY($1)", once. */
static bool write_any(FILE *out, struct token before, struct token token) {
    if (token.kind != TOKEN_PARAMETER || !token_is(token, "$1") || !token_is(before, "=")) return false;
    fputs("ANY($1)", out);
    return true;
}

static void write_sql(FILE *out, const char *sql, enum dialect dialect, enum form form, const enum value_type *types,
                      size_t columns) {
    bool changed = form == FORM_PLAIN;
    struct token before = {TOKEN_END, sql, 0};
    for (struct token token = token_at(sql); token.kind != TOKEN_END; token = token_after(token)) {
        const char *word = plain_word(token, dialect);
        if (word != NULL) {
            fputs(word, out);
        } else if (token_is(token, "ROWKEY")) {
            token = write_rowkey(out, token, dialect);
        } else if (dialect == DIALECT_SQLITE && token_is(token, ",") && rowkey_constraint(token_solid(token))) {
            continue; /* nothing stands for the constraint, so nor for its comma */
        } else if (form == FORM_ROWS && token_is_word(token, "VALUES")) {
            token = write_unnest(out, token, types, columns);
            changed = true;
        } else if (form == FORM_IDS && write_any(out, before, token)) {
            changed = true;
        } else if (dialect == DIALECT_SQLITE && token.kind == TOKEN_PARAMETER) {
            fprintf(out, "?%.*s", (int)token.size - 1, token.start + 1); /* $n are names there, ?n are numbers */
        } else {
            fwrite(token.start, 1, token.size, out);
        }
        if (token.kind != TOKEN_BLANK) before = token;
    }
    check(changed);
}

char *sql_rewrite(const char *sql, enum dialect dialect, enum form form, const enum value_type *types, size_t columns) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return NULL;
    write_sql(out, sql, dialect, form, types, columns);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed) return text;
    free(text);
    return NULL;
}

size_t sql_parameters(const char *sql) {
    size_t largest = 0;
    for (struct token token = token_at(sql); token.kind != TOKEN_END; token = token_after(token)) {
        if (token.kind != TOKEN_PARAMETER) continue;
        size_t number = strtoul(token.start + 1, NULL, 10);
        if (number > largest) largest = number;
    }
    return largest;
}

/* ---- who writes what ---- */

static const char *const ledger_tables[] = {"account",   "entry",           "hold", "waypoint", "reversal",
                                            "watermark", "account_unheaded"};

bool sql_ledger_table(const char *table) {
    for (size_t i = 0; i < sizeof ledger_tables / sizeof ledger_tables[0]; i++) {
        if (strcasecmp(table, ledger_tables[i]) == 0) return true;
    }
    return false;
}

static const char *ledger_table(struct token token) {
    if (token.size > 2 && *token.start == '"') token = (struct token){TOKEN_WORD, token.start + 1, token.size - 2};
    for (size_t i = 0; i < sizeof ledger_tables / sizeof ledger_tables[0]; i++) {
        if (token_is_word(token, ledger_tables[i])) return ledger_tables[i];
    }
    return NULL;
}

/* The table that is written by what starts here, or a token that names none. */
static struct token written(struct token before, struct token token) {
    struct token target = token_solid(token);
    if (token_is_word(token, "INSERT") || token_is_word(token, "REPLACE") || token_is_word(token, "MERGE")) {
        if (token_is_word(target, "OR")) target = token_solid(token_solid(target));
        if (!token_is_word(target, "INTO")) return (struct token){0};
        target = token_solid(target);
    } else if (token_is_word(token, "DELETE")) {
        if (!token_is_word(target, "FROM")) return (struct token){0};
        target = token_solid(target);
    } else if (!token_is_word(token, "UPDATE") || token_is_word(before, "FOR")) {
        return (struct token){0};
    } else if (token_is_word(target, "OR")) {
        target = token_solid(token_solid(target));
    }
    if (token_is_word(target, "ONLY")) target = token_solid(target);
    struct token dot = token_solid(target);
    return token_is(dot, ".") ? token_solid(dot) : target;
}

const char *sql_ledger_write(const char *sql) {
    struct token before = {TOKEN_END, sql, 0};
    for (struct token token = token_at(sql); token.kind != TOKEN_END; token = token_after(token)) {
        if (token.kind == TOKEN_BLANK) continue;
        struct token target = written(before, token);
        const char *table = target.start == NULL ? NULL : ledger_table(target);
        if (table != NULL) return table;
        before = token;
    }
    return NULL;
}

bool sql_ledger_file(const char *file) {
    return strncmp(file, "ledger/", 7) == 0 || strstr(file, "/ledger/") != NULL;
}
