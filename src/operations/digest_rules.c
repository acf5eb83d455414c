/* digest_rules.c: see digest_rules.h. Times are steps back from the next newer entry; steps, the rest of the ids, sums
 * and classes stand in columns of as few bytes as the largest needs, some nine in all for an entry, and are read in a
 * nanosecond or two each. */
#include "operations/digest_rules.h"

#include "base/check.h"

#include <endian.h>
#include <string.h>

#define VERSION 1
#define ID_REST 22 /* bits of an id behind its milliseconds (base/world.h) */
#define SLACK 8 /* bytes behind the last number, so that eight may be read of any */

uint32_t digest_class_of(struct digest *digest, int kind, struct text category) {
    for (size_t i = 0; i < digest->class_count; i++)
        if (digest->classes[i].kind == kind && text_equal(digest->classes[i].category, category)) return (uint32_t)i;
    check(digest->class_count < DIGEST_ENTRIES && category.size <= DIGEST_CATEGORY);
    digest->classes[digest->class_count] = (struct digest_class){kind, category};
    return (uint32_t)digest->class_count++;
}

/* ---- what stands beside ---- */

static uint64_t bit_of(uint64_t number) {
    return UINT64_C(1) << (number * UINT64_C(0x9E3779B97F4A7C15) >> 58);
}

uint64_t digest_kind_bit(int kind) { return bit_of((uint64_t)(uint32_t)kind); }

uint64_t digest_category_bit(struct text category) {
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < category.size; i++)
        hash = (hash ^ (unsigned char)category.data[i]) * UINT64_C(1099511628211);
    return bit_of(hash);
}

struct digest_extent digest_extent_of(const struct digest *digest) {
    struct digest_extent extent = {.low = INT64_MAX};
    for (size_t i = 0; i < digest->count; i++) {
        int64_t amount = digest->entries[i].amount, sum = amount < 0 ? -amount : amount;
        if (sum < extent.low) extent.low = sum;
        if (sum > extent.high) extent.high = sum;
    }
    for (size_t i = 0; i < digest->class_count; i++) {
        extent.kinds |= digest_kind_bit(digest->classes[i].kind);
        extent.categories |= digest_category_bit(digest->classes[i].category);
    }
    return extent;
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

/* Ids begin with milliseconds: how many before the next newer one, and the rest of the id. */
static uint64_t time_of(int64_t id) { return (uint64_t)id >> ID_REST; }
static uint64_t rest_of(int64_t id) { return (uint64_t)id & ((UINT64_C(1) << ID_REST) - 1); }

static uint64_t step_of(const struct digest *digest, size_t at) {
    return at == 0 ? 0 : time_of(digest->entries[at - 1].id) - time_of(digest->entries[at].id);
}

static void put_entries(struct buffer *out, const struct digest *digest) {
    uint64_t steps = 0, rests = 0, sums = 0;
    for (size_t i = 0; i < digest->count; i++) {
        steps |= step_of(digest, i);
        rests |= rest_of(digest->entries[i].id);
        sums |= folded(digest->entries[i].amount);
    }
    unsigned step_width = width_of(steps), rest_width = width_of(rests), sum_width = width_of(sums);
    put(out, digest->count);
    put(out, digest->count > 0 ? time_of(digest->entries[0].id) : 0);
    put(out, step_width);
    put(out, rest_width);
    put(out, sum_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, step_of(digest, i), step_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, rest_of(digest->entries[i].id), rest_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, folded(digest->entries[i].amount), sum_width);
    for (size_t i = 0; i < digest->count; i++) put_fixed(out, digest->entries[i].class, 1);
    put_fixed(out, 0, SLACK);
}

struct text digest_write(struct arena *arena, const struct digest *digest) {
    struct buffer out = buffer_new(arena, 4096);
    put(&out, VERSION);
    put(&out, digest->class_count);
    for (size_t i = 0; i < digest->class_count; i++) {
        put(&out, folded(digest->classes[i].kind));
        put(&out, digest->classes[i].category.size);
        buffer_add_text(&out, digest->classes[i].category);
    }
    put_entries(&out, digest);
    return buffer_text(&out);
}

struct text digest_write_payees(struct arena *arena, const struct digest *digest) {
    struct buffer out = buffer_new(arena, DIGEST_ENTRIES * 8 + 1);
    for (size_t i = 0; i < digest->count; i++) put_fixed(&out, (uint64_t)digest->payees[i], 8);
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
    uint64_t time = take(&reading), steps = take(&reading), rests = take(&reading), sums = take(&reading);
    if (!reading.good || count > DIGEST_ENTRIES || steps - 1 >= 8 || rests - 1 >= 8 || sums - 1 >= 8) return false;
    if ((size_t)(reading.end - reading.at) != count * (steps + rests + sums + 1) + SLACK) return false;
    const unsigned char *step = reading.at, *rest = step + count * steps, *sum = rest + count * rests;
    const unsigned char *class = sum + count * sums;
    uint64_t step_mask = mask_of(steps), rest_mask = mask_of(rests), sum_mask = mask_of(sums);
    bool good = true;
    for (size_t i = 0; i < count; i++, step += steps, rest += rests, sum += sums) {
        time -= fixed(step, step_mask);
        digest->entries[i] = (struct digest_entry){
            .id = (int64_t)(time << ID_REST | fixed(rest, rest_mask)),
            .amount = unfolded(fixed(sum, sum_mask)),
            .class = class[i],
        };
        good = good && class[i] < digest->class_count;
    }
    return good;
}

bool digest_read_payees(struct text bytes, struct digest *digest) {
    if (bytes.size != digest->count * 8) return false;
    for (size_t i = 0; i < digest->count; i++)
        digest->payees[i] = (int64_t)fixed((const unsigned char *)bytes.data + i * 8, UINT64_MAX);
    return true;
}
