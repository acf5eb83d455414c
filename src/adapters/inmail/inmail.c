/* inmail.c: see inmail.h. GMime decodes: transfer encodings, charsets, encoded words, addresses. */
#include "adapters/inmail/inmail.h"

#include <gmime/gmime.h>
#include <libxml/parser.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 12
#define PARTS_MAX 100

void inmail_start(void) {
    g_mime_init();
    xmlInitParser();
}

/* ---- texts ---- */

/* Valid UTF-8 without control bytes; what cannot be read becomes '?'. */
static struct text cleaned(struct arena *arena, struct text text, size_t most, bool lines, bool *cut) {
    struct buffer out = buffer_new(arena, (text.size < most ? text.size : most) + 8);
    size_t at = 0;
    for (; at < text.size && out.size < most;) {
        size_t step = text_utf8_step((struct text){text.data + at, text.size - at});
        unsigned char byte = (unsigned char)text.data[at];
        bool control = step == 2 && byte == 0xC2 && (unsigned char)text.data[at + 1] < 0xA0; /* U+0080 … U+009F */
        if (step == 0 || control) {
            buffer_add_char(&out, '?');
            at += step == 0 ? 1 : step;
        } else if (step > 1) {
            buffer_add(&out, text.data + at, step);
            at += step;
        } else {
            bool kept = byte >= ' ' && byte != 0x7F;
            if (kept || (lines && byte == '\n')) buffer_add_char(&out, (char)byte);
            else if (byte == '\t' || (!lines && byte == '\n')) buffer_add_char(&out, ' ');
            at++;
        }
    }
    if (cut != NULL) *cut = at < text.size;
    struct text clean = text_trim(buffer_text(&out));
    return text_valid_utf8(clean) ? clean : TEXT("");
}

static struct text header(struct arena *arena, GMimeObject *object, const char *name) {
    const char *value = g_mime_object_get_header(object, name);
    return value != NULL ? cleaned(arena, text_from(value), INMAIL_HEADER_MAX, false, NULL) : TEXT_NONE;
}

/* ---- the headers ---- */

static bool says(struct text value, const char *word) {
    return value.size >= strlen(word) && strncasecmp(value.data, word, strlen(word)) == 0;
}

/* RFC 3834 and what mail programs did before it. */
static bool by_machine(struct arena *arena, GMimeObject *message) {
    struct text submitted = header(arena, message, "Auto-Submitted"), precedence = header(arena, message, "Precedence");
    if (submitted.size > 0 && !says(submitted, "no")) return true;
    if (says(precedence, "bulk") || says(precedence, "junk") || says(precedence, "list") ||
        says(precedence, "auto_reply"))
        return true;
    static const char *const marks[] = {"X-Autoreply",    "X-Autorespond", "X-Auto-Response-Suppress",
                                        "List-Id",        "List-Unsubscribe", "X-Loop",
                                        "X-Failed-Recipients"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (header(arena, message, marks[i]).size > 0) return true;
    return false;
}

static bool read_sender(struct arena *arena, GMimeMessage *message, struct inmail *mail) {
    InternetAddressList *list = g_mime_message_get_from(message);
    InternetAddress *first = list != NULL && internet_address_list_length(list) > 0
                                 ? internet_address_list_get_address(list, 0)
                                 : NULL;
    if (first == NULL || !INTERNET_ADDRESS_IS_MAILBOX(first)) return false;
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first));
    const char *name = internet_address_get_name(first);
    mail->from = text_lower_ascii(arena, cleaned(arena, text_from(address), 254, false, NULL));
    mail->name = cleaned(arena, text_from(name), 100, false, NULL);
    return mail->from.size > 0 && text_find(mail->from, '@') > 0;
}

static void read_headers(struct arena *arena, GMimeMessage *message, struct inmail *mail) {
    GMimeObject *object = GMIME_OBJECT(message);
    mail->subject = cleaned(arena, text_from(g_mime_message_get_subject(message)), 300, false, NULL);
    mail->message_id = header(arena, object, "Message-ID");
    struct text answers = header(arena, object, "In-Reply-To"), before = header(arena, object, "References");
    mail->references = text_format(arena, "%.*s %.*s", TEXT_ARG(answers), TEXT_ARG(before));
    mail->date = header(arena, object, "Date");
    mail->authentication = header(arena, object, "Authentication-Results");
    mail->automatic = by_machine(arena, object);
}

/* ---- the parts ---- */

struct reading {
    struct arena *arena;
    struct inmail *mail;
    struct text plain, html;
    size_t parts;
};

static struct text decoded(struct arena *arena, GMimePart *part, size_t most) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = g_mime_stream_mem_new();
    struct text bytes = TEXT_NONE;
    if (content != NULL && g_mime_data_wrapper_write_to_stream(content, stream) >= 0) {
        GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
        if (array != NULL && array->len > 0 && array->len <= most)
            bytes = text_copy(arena, (struct text){(const char *)array->data, array->len});
    }
    g_object_unref(stream);
    return bytes;
}

static void keep_file(struct reading *reading, GMimePart *part) {
    struct inmail *mail = reading->mail;
    struct text bytes = mail->count < INMAIL_FILES ? decoded(reading->arena, part, INMAIL_FILE_MAX) : TEXT_NONE;
    if (bytes.size == 0) {
        mail->left_out++;
        return;
    }
    const char *name = g_mime_part_get_filename(part);
    struct text shown = cleaned(reading->arena, text_from(name), 80, false, NULL);
    mail->files[mail->count++] = (struct inmail_file){shown.size > 0 ? shown : TEXT("file"), bytes};
}

/* The first text that is not attached is what the letter says. */
static bool is_words(struct reading *reading, GMimePart *part, const char *subtype, struct text *place) {
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const char *disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
    bool attached = disposition != NULL && strcasecmp(disposition, "attachment") == 0;
    if (attached || place->data != NULL || !GMIME_IS_TEXT_PART(part) ||
        !g_mime_content_type_is_type(type, "text", subtype))
        return false;
    char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    *place = text != NULL ? text_copy(reading->arena, text_from(text)) : TEXT("");
    g_free(text);
    return true;
}

static void read_part(struct reading *reading, GMimeObject *object, int depth) {
    if (object == NULL || ++reading->parts > PARTS_MAX) return;
    if (GMIME_IS_MULTIPART(object)) {
        GMimeMultipart *multipart = GMIME_MULTIPART(object);
        int count = g_mime_multipart_get_count(multipart);
        for (int i = 0; i < count && depth < DEPTH_MAX; i++)
            read_part(reading, g_mime_multipart_get_part(multipart, i), depth + 1);
        return;
    }
    if (!GMIME_IS_PART(object)) { /* another letter inside this one, or a piece of one */
        reading->mail->left_out++;
        return;
    }
    GMimePart *part = GMIME_PART(object);
    if (is_words(reading, part, "plain", &reading->plain) || is_words(reading, part, "html", &reading->html)) return;
    keep_file(reading, part);
}

static void read_words(struct reading *reading) {
    struct text words = text_trim(reading->plain);
    if (words.size == 0 && reading->html.size > 0) words = inmail_html_words(reading->arena, reading->html);
    reading->mail->words = cleaned(reading->arena, words, INMAIL_WORDS_MAX, true, &reading->mail->cut);
}

bool inmail_read(struct arena *arena, struct text bytes, struct inmail *mail) {
    static const char *fallback[] = {"utf-8", "windows-1251", "iso-8859-1", NULL};
    *mail = (struct inmail){0};
    if (bytes.size == 0 || bytes.size > INMAIL_MAX) return false;
    GMimeParserOptions *options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, fallback);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.data, bytes.size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, options);
    bool good = message != NULL && read_sender(arena, message, mail);
    if (good) {
        struct reading reading = {.arena = arena, .mail = mail};
        read_headers(arena, message, mail);
        read_part(&reading, g_mime_message_get_mime_part(message), 0);
        read_words(&reading);
    }
    if (message != NULL) g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    g_mime_parser_options_free(options);
    return good;
}
