/* digest_rules.c: see digest_rules.h. Ids are steps back from the newest; steps, sums and classes stand in columns of
 * as few bytes as the largest needs, some ten in all for an entry, and are read in a nanosecond or two each. */
#include "operations/digest_rules.h"

#include "base/check.h"

#include <endian.h>
#include <string.h>

#define VERSION 1
#define SLACK 8 /* bytes behind the last number, so that eight may be read of any */

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

/* Bytes in which each of the column's numbers has room. */
static unsigned width_of(uint64_t most) {
    unsigned width = 1;
    while (width < 8 && most >> 8 * width != 0) width++;
    return width;
}

static void put_fixed(struct buffer *out, uint64_t number, unsigned width) {
    for (unsigned i = 0; i < width; i++) buffer_add_char(out, (char)(number >> 8 * i));
}

static uint64_t step_of(const struct digest *digest, size_t at) {
    return (uint64_t)(digest->entries[0].id - digest->entries[at].id);
}

static void put_entries(struct buffer *out, const struct digest *digest) {
    uint64_t steps = 0, sums = 0;
    for (size_t i = 0; i < digest->count; i++) {
        steps |= step_of(digest, i);
        sums |= folded(digest->entries[i].amount);
    }
    unsigned step_width = width_of(steps), sum_width = width_of(sums);
    put(out, digest->count);
    put(out, digest->count > 0 ? (uint64_t)digest->entries[0].id : 0);
    put(out, step_width);
    put(out, sum_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, step_of(digest, i), step_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, folded(digest->entries[i].amount), sum_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, digest->entries[i].class, 1);
    put_fixed(out, 0, SLACK);
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
    put_entries(&out, digest);
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

/* A number of `width` bytes; eight may be read. */
static inline uint64_t fixed(const unsigned char *at, uint64_t mask) {
    uint64_t number;
    memcpy(&number, at, sizeof number);
    return le64toh(number) & mask;
}

static uint64_t mask_of(uint64_t width) {
    return width >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * width) - 1;
}

bool digest_read(struct text bytes, struct digest *digest) {
    struct reading reading = {(const unsigned char *)bytes.data, (const unsigned char *)bytes.data + bytes.size, true};
    if (take(&reading) != VERSION) return false;
    take_classes(&reading, digest);
    if (!reading.good) return false;
    size_t count = digest->count = take(&reading);
    uint64_t newest = take(&reading), steps = take(&reading), sums = take(&reading);
    if (!reading.good || count > DIGEST_ENTRIES || steps < 1 || steps > 8 || sums < 1 || sums > 8) return false;
    if ((size_t)(reading.end - reading.at) != count * (steps + sums + 1) + SLACK) return false;
    const unsigned char *step = reading.at, *sum = step + count * steps, *class = sum + count * sums;
    uint64_t step_mask = mask_of(steps), sum_mask = mask_of(sums);
    for (size_t i = 0; i < count; i++, step += steps, sum += sums) {
        digest->entries[i].id = (int64_t)(newest - fixed(step, step_mask));
        digest->entries[i].amount = unfolded(fixed(sum, sum_mask));
        digest->entries[i].class = class[i];
        if (class[i] >= digest->class_count) return false;
    }
    return true;
}
