/* form.h: what a request may carry, as a table: fields with types, ranges and messages. One table checks the page's
 * form (urlencoded or multipart), the JSON body, and the query of a GET. Unknown fields are refused in JSON (422),
 * so no body can set what the form does not name. */
#pragma once

#include "base/phone.h"
#include "http/locale.h"

enum field_type {
    FIELD_TEXT,   /* min..max code points, valid UTF-8, trimmed */
    FIELD_SECRET, /* as text, but not trimmed, never echoed or logged */
    FIELD_CODE,   /* digits, blanks ignored, min..max of them */
    FIELD_PHONE,  /* any way of typing; a mobile number in the end */
    FIELD_MONEY,  /* roubles; min..max minor units, without bounds anything above 0; JSON: a string (money_parse) */
    FIELD_INT,
    FIELD_DATE,   /* 2026-11-03, in page forms also 3.11.2026; min..max days since 1970 */
    FIELD_ID,     /* as a string in JSON */
    FIELD_BOOL,   /* a checkbox: "on", "true", "1"; JSON true/false */
    FIELD_CHOICE, /* one of choices; number is its index */
    FIELD_FILE,   /* multipart only; max bytes */
};

struct field {
    const char *name;
    enum field_type type;
    bool required;
    int64_t min, max; /* both 0: no bound but the type's own (text: 4096 code points) */
    const char *const *choices; /* NULL-ended */
    string_id missing; /* what to say when it is absent; 0: a general sentence */
    string_id invalid; /* … when it is malformed or out of range; 0: a general sentence by type */
};

struct form {
    const struct field *fields;
    size_t count;
    bool rest; /* names beyond these are the handler's to judge (request.h: rest_text): known only when it runs */
};

#define FORM(name, ...)                                                                                                \
    static const struct field name##_fields[] = {__VA_ARGS__};                                                         \
    static const struct form name = {name##_fields, sizeof name##_fields / sizeof *name##_fields, false}

/* … and others that its handler knows: a payment provider's own fields. */
#define FORM_REST(name, ...)                                                                                           \
    static const struct field name##_fields[] = {__VA_ARGS__};                                                         \
    static const struct form name = {name##_fields, sizeof name##_fields / sizeof *name##_fields, true}

struct upload {
    struct text file_name, content_type; /* as claimed: trust neither */
    const char *path;                    /* a spooled temporary file, deleted with the request */
    int64_t size;
};

enum field_fault {
    FAULT_NONE, FAULT_MISSING, FAULT_MALFORMED, FAULT_TOO_SMALL, FAULT_TOO_LARGE, FAULT_UNKNOWN, FAULT_REFUSED
};

struct field_value {
    bool given;
    struct text typed;  /* what was sent, for showing it again (never for FIELD_SECRET) */
    struct text text;   /* TEXT, SECRET, CODE (digits), PHONE (E.164) */
    int64_t number;     /* INT, ID, BOOL, CHOICE, MONEY (minor units), DATE (days) */
    const struct upload *upload;
    enum field_fault fault;
    string_id message;  /* of the fault */
    struct text words;  /* instead of it, already in the person's language: for messages with arguments */
};

/* Raw name/value pairs as they came; made by the body parsers, checked by form_check. */
struct raw_field {
    struct text name, value;
    bool is_string;     /* JSON: was a string; page forms: always true */
    bool is_null;
    bool bad_type;      /* JSON: object or array where a scalar belongs */
    const struct upload *upload;
    struct raw_field *next;
};

/* Parsers: false on malformed input (400), duplicates of a name, more than 160 fields, nesting. */
bool form_parse_urlencoded(struct arena *arena, struct text body, struct raw_field **fields);
bool form_parse_json(struct arena *arena, struct text body, struct raw_field **fields); /* one flat object */

/* Checks raw fields against the form; values has form->count places. Names beginning with '_' (_csrf, _key) are the
 * router's and skipped. typed: sums as people type them (page forms). True when there is no fault. */
bool form_check(struct arena *arena, const struct form *form, const struct raw_field *raw, bool typed, bool strict,
                struct field_value *values);

/* The first raw field that the form does not name, or NULL: what a strict check refuses besides faults of fields. */
const struct raw_field *form_unknown(const struct form *form, const struct raw_field *raw);
