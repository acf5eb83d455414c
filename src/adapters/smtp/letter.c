/* letter.c: a letter's text: headers (RFC 5322, RFC 2047) and its body in base64 (RFC 2045), alone or as the first of
 * two parts (RFC 2046 §5.1.3). */
#include "adapters/smtp/smtp.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#define WORD_BYTES 42 /* of an encoded word: 56 characters and 12 around them, below the 75 allowed */
#define LINE_BYTES 57 /* of a body line: 76 characters */
#define BOUNDARY "=_kabinet_part" /* whatever the parts are: base64 has no '_' */

static bool address_byte(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", byte) != NULL);
}

/* Dots neither first, last nor together. */
static bool dotted(struct text part) {
    if (part.size == 0 || part.data[0] == '.' || part.data[part.size - 1] == '.') return false;
    for (size_t i = 0; i < part.size; i++) {
        if (!address_byte((unsigned char)part.data[i])) return false;
        if (i > 0 && part.data[i] == '.' && part.data[i - 1] == '.') return false;
    }
    return true;
}

bool smtp_address_valid(struct text address) {
    struct text domain, local = text_split(address, '@', &domain);
    if (address.size > 254 || local.size > 64 || !dotted(local) || !dotted(domain)) return false;
    for (size_t i = 0; i < domain.size; i++) {
        char byte = domain.data[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!letter && !(byte >= '0' && byte <= '9') && byte != '-' && byte != '.') return false;
    }
    return text_find(domain, '.') > 0;
}

static void add_base64(struct buffer *out, struct text bytes) {
    unsigned char encoded[4 * ((LINE_BYTES + 2) / 3) + 1];
    int size = EVP_EncodeBlock(encoded, (const unsigned char *)bytes.data, (int)bytes.size);
    buffer_add(out, encoded, (size_t)size);
}

/* As many whole code points as fit. */
static size_t word_size(struct text rest) {
    size_t size = 0;
    while (size < rest.size) {
        size_t step = text_utf8_step(text_slice(rest, size, rest.size));
        if (step == 0) step = 1;
        if (size + step > WORD_BYTES) break;
        size += step;
    }
    return size;
}

struct text smtp_header_text(struct arena *arena, struct text value) {
    bool plain = value.size <= 60;
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte < ' ' || byte >= 0x7F || byte == '=') plain = false;
    }
    if (plain) return value;
    struct buffer out = buffer_new(arena, 2 * value.size + 64);
    for (size_t at = 0; at < value.size;) {
        struct text rest = text_slice(value, at, value.size);
        size_t size = word_size(rest);
        if (at > 0) buffer_add_literal(&out, "\r\n ");
        buffer_add_literal(&out, "=?UTF-8?B?");
        add_base64(&out, text_slice(rest, 0, size));
        buffer_add_literal(&out, "?=");
        at += size;
    }
    return buffer_text(&out);
}

static void add_date(struct buffer *out, moment at) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at / SECOND);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    buffer_format(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
                  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Lines of text end in CR LF also inside the encoding (RFC 2045 §6.8). */
static struct text with_line_ends(struct arena *arena, struct text text) {
    struct buffer out = buffer_new(arena, text.size + text.size / 16 + 16);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n' && (i == 0 || text.data[i - 1] != '\r')) buffer_add_char(&out, '\r');
        buffer_add_char(&out, text.data[i]);
    }
    buffer_add_literal(&out, "\r\n");
    return buffer_text(&out);
}

static void add_lines(struct buffer *out, struct text bytes) {
    for (size_t at = 0; at < bytes.size; at += LINE_BYTES) {
        add_base64(out, text_slice(bytes, at, LINE_BYTES));
        buffer_add_literal(out, "\r\n");
    }
}

static void add_words(struct buffer *out, struct arena *arena, struct text text) {
    buffer_add_literal(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    add_lines(out, with_line_ends(arena, text));
}

/* What stands between quotes in a header. */
static bool plain_name(const char *name) {
    for (; *name != '\0'; name++)
        if (*name < ' ' || *name > '~' || *name == '"' || *name == '\\') return false;
    return true;
}

static void add_parts(struct buffer *out, struct arena *arena, const struct smtp_letter *letter) {
    const struct smtp_file *file = &letter->file;
    check(plain_name(file->name));
    buffer_add_literal(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n");
    add_words(out, arena, letter->text);
    buffer_format(out,
                  "--" BOUNDARY "\r\nContent-Type: %s; name=\"%s\"\r\n"
                  "Content-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                  file->content_type, file->name, file->name);
    add_lines(out, file->bytes);
    buffer_add_literal(out, "--" BOUNDARY "--\r\n");
}

struct text smtp_letter_text(struct arena *arena, const char *from, const char *from_name,
                             const struct smtp_letter *letter) {
    struct buffer out = buffer_new(arena, 2 * letter->text.size + letter->file.bytes.size / 2 * 3 + 2048);
    struct text name = smtp_header_text(arena, text_from(from_name)),
                subject = smtp_header_text(arena, letter->subject);
    bool quoted = text_equal(name, text_from(from_name));
    if (quoted) buffer_format(&out, "From: <%s>\r\n", from); /* a name in ASCII may hold what a phrase may not */
    else buffer_format(&out, "From: %.*s <%s>\r\n", TEXT_ARG(name), from);
    buffer_format(&out, "To: <%.*s>\r\nSubject: %.*s\r\n", TEXT_ARG(letter->to), TEXT_ARG(subject));
    add_date(&out, letter->at);
    if (letter->message_id.size > 0) buffer_format(&out, "Message-ID: %.*s\r\n", TEXT_ARG(letter->message_id));
    else buffer_format(&out, "Message-ID: <%lld.kabinet%s>\r\n", (long long)letter->id, strchr(from, '@'));
    if (letter->reply_to.size > 0) buffer_format(&out, "Reply-To: <%.*s>\r\n", TEXT_ARG(letter->reply_to));
    if (letter->answers.size > 0)
        buffer_format(&out, "In-Reply-To: %.*s\r\nReferences: %.*s\r\n", TEXT_ARG(letter->answers),
                      TEXT_ARG(letter->answers));
    if (letter->unsubscribe.size > 0)
        buffer_format(&out, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                      TEXT_ARG(letter->unsubscribe));
    if (!letter->by_person) buffer_add_literal(&out, "Auto-Submitted: auto-generated\r\n");
    buffer_add_literal(&out, "MIME-Version: 1.0\r\n");
    if (letter->file.name != NULL) add_parts(&out, arena, letter);
    else add_words(&out, arena, letter->text);
    return buffer_text(&out);
}
