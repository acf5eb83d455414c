/* digest_rules.c: see digest_rules.h. Numbers are written seven bits a byte, ids as steps back from the newest; so an
 * entry takes some ten bytes. */
#include "operations/digest_rules.h"

#include "base/check.h"

#include <string.h>

#define VERSION 1

uint32_t digest_class_of(struct digest *digest, const struct digest_class *class) {
    for (size_t i = 0; i < digest->class_count; i++) {
        const struct digest_class *known = &digest->classes[i];
        if (known->payee == class->payee && known->kind == class->kind && text_equal(known->category, class->category))
            return (uint32_t)i;
    }
    check(digest->class_count < DIGEST_ENTRIES && class->category.size <= DIGEST_CATEGORY);
    digest->classes[digest->class_count] = *class;
    return (uint32_t)digest->class_count++;
}

/* ---- written ---- */

static void put(struct buffer *out, uint64_t number) {
    for (; number >= 128; number >>= 7) buffer_add_char(out, (char)(128 | (number & 127)));
    buffer_add_char(out, (char)number);
}

/* Small numbers of either sign stay small. */
static uint64_t folded(int64_t number) {
    return number < 0 ? ~((uint64_t)number << 1) : (uint64_t)number << 1;
}

static int64_t unfolded(uint64_t number) {
    return (int64_t)(number & 1 ? ~(number >> 1) : number >> 1);
}

struct text digest_write(struct arena *arena, const struct digest *digest) {
    struct buffer out = buffer_new(arena, 4096);
    put(&out, VERSION);
    put(&out, digest->class_count);
    for (size_t i = 0; i < digest->class_count; i++) {
        const struct digest_class *class = &digest->classes[i];
        put(&out, folded(class->kind));
        put(&out, class->category.size);
        buffer_add_text(&out, class->category);
        put(&out, folded(class->payee));
    }
    put(&out, digest->count);
    for (size_t i = 0; i < digest->count; i++) {
        const struct digest_entry *entry = &digest->entries[i];
        put(&out, (uint64_t)(i == 0 ? entry->id : digest->entries[i - 1].id - entry->id));
        put(&out, folded(entry->amount));
        put(&out, entry->class);
    }
    return buffer_text(&out);
}

/* ---- read ---- */

struct reading {
    const unsigned char *at, *end;
    bool good;
};

static inline uint64_t take(struct reading *reading) {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && reading->at < reading->end; shift += 7) {
        unsigned char byte = *reading->at++;
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return number;
    }
    reading->good = false;
    return 0;
}

static void take_classes(struct reading *reading, struct digest *digest) {
    digest->class_count = take(reading);
    if (digest->class_count > DIGEST_ENTRIES) reading->good = false;
    for (size_t i = 0; reading->good && i < digest->class_count; i++) {
        struct digest_class *class = &digest->classes[i];
        class->kind = (int)unfolded(take(reading));
        size_t size = take(reading);
        if (size > DIGEST_CATEGORY || size > (size_t)(reading->end - reading->at)) {
            reading->good = false;
            return;
        }
        class->category = (struct text){(const char *)reading->at, size};
        reading->at += size;
        class->payee = unfolded(take(reading));
    }
}

bool digest_read(struct text bytes, struct digest *digest) {
    struct reading reading = {(const unsigned char *)bytes.data, (const unsigned char *)bytes.data + bytes.size, true};
    int64_t id = 0;
    if (take(&reading) != VERSION) return false;
    take_classes(&reading, digest);
    digest->count = reading.good ? take(&reading) : 0;
    if (digest->count > DIGEST_ENTRIES) return false;
    for (size_t i = 0; reading.good && i < digest->count; i++) {
        struct digest_entry *entry = &digest->entries[i];
        uint64_t step = take(&reading);
        id = i == 0 ? (int64_t)step : (int64_t)((uint64_t)id - step);
        entry->id = id;
        entry->amount = unfolded(take(&reading));
        entry->class = (uint32_t)take(&reading);
        if (entry->class >= digest->class_count) reading.good = false;
    }
    return reading.good && reading.at == reading.end;
}
