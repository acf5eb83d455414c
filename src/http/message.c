/* message.c: strings by key with their arguments. Texts and values cost no ICU call; plurals ask its rules. */
#include "http/message.h"

#include "base/check.h"
#include "http/locale_data.h"

#include <string.h>

/* The number that a plural is about: of a sum, its decimal value. */
static int64_t number_of(const struct node *node, int *scale) {
    check(node->kind == NODE_INT || node->kind == NODE_MONEY);
    *scale = node->kind == NODE_MONEY ? currency_decimals(node->currency) : 0;
    return node->number;
}

static bool is_exactly(const char *key, int64_t number, int scale) {
    if (key[0] != '=') return false;
    int64_t wanted = 0;
    check(text_to_int(text_from(key + 1), &wanted));
    for (int i = 0; i < scale; i++) wanted *= 10;
    return wanted == number;
}

static const struct message *case_named(const struct message_part *part, const char *key) {
    for (size_t i = 0; i < part->case_count; i++) {
        if (strcmp(part->cases[i].key, key) == 0) return &part->cases[i].message;
    }
    return NULL;
}

static const struct message *choose_plural(const struct message_part *part, const struct locale *locale,
                                           const struct node *value) {
    int scale;
    int64_t number = number_of(value, &scale);
    for (size_t i = 0; i < part->case_count; i++) {
        if (is_exactly(part->cases[i].key, number, scale)) return &part->cases[i].message;
    }
    const char *category = locale_plural(locale->language, part->kind == MESSAGE_ORDINAL, number, scale);
    const struct message *found = case_named(part, category);
    return found != NULL ? found : case_named(part, "other");
}

static const struct message *choose(const struct message_part *part, const struct locale *locale,
                                    const struct node *value, struct arena *arena) {
    if (part->kind != MESSAGE_SELECT) return choose_plural(part, locale, value);
    struct buffer key = buffer_new(arena, 32);
    locale_value(&key, locale, value, STYLE_PLAIN);
    buffer_add_char(&key, 0);
    const struct message *found = case_named(part, key.data);
    return found != NULL ? found : case_named(part, "other");
}

static const struct node *argument(const struct string_argument *arguments, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(arguments[i].name, name) == 0) return arguments[i].value;
    }
    return NULL;
}

static void absent(struct buffer *out, const char *name) {
#ifdef NDEBUG
    buffer_add_char(out, '{');
    buffer_add_text(out, text_from(name));
    buffer_add_char(out, '}');
#else
    (void)out;
    check(name == NULL && "an argument of a string is missing");
#endif
}

/* number: the value of the plural around, for its '#'. */
static void write_parts(struct buffer *out, const struct locale *locale, const struct message *message,
                        const struct string_argument *arguments, size_t count, const struct node *number) {
    for (size_t i = 0; i < message->count; i++) {
        const struct message_part *part = &message->parts[i];
        if (part->kind == MESSAGE_TEXT) {
            buffer_add_text(out, part->text);
            continue;
        }
        const struct node *value = part->kind == MESSAGE_NUMBER ? number : argument(arguments, count, part->name);
        if (value == NULL) {
            absent(out, part->name);
        } else if (part->kind == MESSAGE_VALUE || part->kind == MESSAGE_NUMBER) {
            locale_value(out, locale, value, part->style);
        } else {
            const struct message *chosen = choose(part, locale, value, out->arena);
            write_parts(out, locale, chosen, arguments, count, part->kind == MESSAGE_SELECT ? number : value);
        }
    }
}

void message_write(struct buffer *out, const struct locale *locale, const struct message *message,
                   const struct string_argument *arguments, size_t count) {
    write_parts(out, locale, message, arguments, count, NULL);
}

static enum money_words money_words = WORDS_WALLET;

void locale_words(enum money_words words) {
    money_words = words;
}

const struct message_row *message_row(string_id id) {
    int group = id >> MESSAGE_GROUP_BITS, place = id & ((1 << MESSAGE_GROUP_BITS) - 1);
    if (group <= 0 || group >= message_group_count || place >= message_groups[group].count) return NULL;
    return &message_groups[group].rows[place];
}

struct text string_get(struct arena *arena, const struct locale *locale, string_id id,
                       const struct string_argument *arguments, size_t count) {
    const struct message_row *row = message_row(id);
    check((row != NULL || id == S_none) && (unsigned)locale->language < LANGUAGE_COUNT);
    if (row == NULL) return TEXT("");
    bool other = money_words == WORDS_ACCOUNT && row->account != NULL;
    const struct message *message = other ? &row->account[locale->language] : &row->languages[locale->language];
    if (message->count == 0) return TEXT("");
    if (message->count == 1 && message->parts[0].kind == MESSAGE_TEXT) return message->parts[0].text;
    struct buffer out = buffer_new(arena, 128);
    message_write(&out, locale, message, arguments, count);
    return buffer_text(&out);
}
