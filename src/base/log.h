/* log.h: structured log, one JSON object per line on stderr, with the request's id where there is one.
 *
 * Only the outermost layers log (app, engine, http's server, dispatchers); inner ones return what went wrong. Never
 * log secrets or personal data: ids, not numbers or names. */
#pragma once

#include "base/text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log_field {
    const char *name;
    struct text text; /* used when text.data is not NULL */
    int64_t number;
};

#define LOG_TEXT(field, value) ((struct log_field){.name = (field), .text = (value)})
#define LOG_NUMBER(field, value) ((struct log_field){.name = (field), .number = (value)})

void log_set_level(enum log_level level);
bool log_shows(enum log_level level); /* before computing what would not be shown */
bool log_level_from(struct text name, enum log_level *level);

/* log_event(LOG_INFO, request_id, "http.answered", LOG_NUMBER("status", 200)); at least one field. */
#define log_event(level, request_id, event, ...)                                                                       \
    log_fields((level), (request_id), (event), (const struct log_field[]){__VA_ARGS__},                                \
               sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
void log_fields(enum log_level level, struct text request_id, const char *event, const struct log_field *fields,
                size_t count);
