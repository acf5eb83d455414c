/* message.h: a string with arguments as tools/strings.py takes it apart at build time. Private to http and to the
 * generated strings.c; everyone else uses string_get (http/locale.h). */
#pragma once

#include "http/locale.h"

enum message_kind {
    MESSAGE_TEXT,
    MESSAGE_VALUE,   /* {name} or {name, style} */
    MESSAGE_NUMBER,  /* # inside a plural */
    MESSAGE_PLURAL,  /* {name, plural, …} */
    MESSAGE_ORDINAL, /* {name, selectordinal, …} */
    MESSAGE_SELECT,  /* {name, select, …} */
};

struct message_part;

struct message {
    const struct message_part *parts;
    size_t count;
};

struct message_case {
    const char *key; /* "one", "=0", "card" */
    struct message message;
};

struct message_part {
    enum message_kind kind;
    enum value_style style;
    const char *name;
    struct text text;
    const struct message_case *cases; /* "other" is always among them */
    size_t case_count;
};

struct message_row {
    const char *key;
    struct message languages[LANGUAGE_COUNT];
    const struct message *account; /* the same by languages where money lies on an account; NULL: no other words */
};

/* A string_id is its feature's number here, then its own there: tools/strings.py. */
#define MESSAGE_GROUP_BITS 12
struct message_group {
    const struct message_row *rows;
    int count;
};
extern const struct message_group message_groups[]; /* the first is empty: S_none */
extern const int message_group_count;
/* NULL: S_none, and what is no string's. */
const struct message_row *message_row(string_id id);

/* Writes the message with its arguments. */
void message_write(struct buffer *out, const struct locale *locale, const struct message *message,
                   const struct string_argument *arguments, size_t count);
