/* postgres_value.c: the binary forms of values: bigint, text, bytea, arrays of them, and numeric where a sum of bigints
 * gives one (PostgreSQL's src/backend/utils/adt: array_recv, numeric_send). */
#include "base/check.h"
#include "store/postgres.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* ---- out ---- */

static Oid oid_of(enum value_type type) {
    switch (type) {
    case VALUE_INT: return OID_INT8;
    case VALUE_TEXT: return OID_TEXT;
    case VALUE_BYTES: return OID_BYTES;
    case VALUE_NULL: break;
    }
    return 0;
}

void pg_parameters_plain(struct pg_parameters *parameters, const struct value *values, size_t count) {
    check(count <= PG_PARAMETERS_MAX);
    parameters->count = count;
    for (size_t i = 0; i < count; i++) {
        parameters->types[i] = oid_of(values[i].type);
        parameters->formats[i] = 1;
        parameters->data[i] = values[i].text.data;
        parameters->sizes[i] = (int)values[i].text.size;
        check(values[i].text.size <= INT32_MAX);
        if (values[i].type == VALUE_NULL) parameters->data[i] = NULL;
        if (values[i].type != VALUE_INT) continue;
        parameters->integers[i] = htobe64((uint64_t)values[i].integer);
        parameters->data[i] = (const char *)&parameters->integers[i];
        parameters->sizes[i] = 8;
    }
}

static bool scratch_reserve(struct pg *pg, size_t size) {
    if (size <= pg->scratch_room) return true;
    char *grown = realloc(pg->scratch, size * 2);
    if (grown == NULL) return false;
    pg->scratch = grown;
    pg->scratch_room = size * 2;
    return true;
}

static char *put_int32(char *out, uint32_t number) {
    uint32_t big = htobe32(number);
    memcpy(out, &big, 4);
    return out + 4;
}

static bool value_null(const struct value *value) {
    return value->type == VALUE_NULL || (value->type != VALUE_INT && value->text.data == NULL);
}

static char *put_value(char *out, const struct value *value) {
    if (value_null(value)) return put_int32(out, UINT32_MAX);
    if (value->type == VALUE_INT) {
        uint64_t big = htobe64((uint64_t)value->integer);
        out = put_int32(out, 8);
        memcpy(out, &big, 8);
        return out + 8;
    }
    out = put_int32(out, (uint32_t)value->text.size);
    if (value->text.size > 0) memcpy(out, value->text.data, value->text.size);
    return out + value->text.size;
}

#define ARRAY_HEAD 20

static char *put_array_head(char *out, bool nulls, enum pg_oid type, size_t count) {
    out = put_int32(out, 1); /* dimensions */
    out = put_int32(out, nulls);
    out = put_int32(out, (uint32_t)type);
    out = put_int32(out, (uint32_t)count);
    return put_int32(out, 1); /* the first index */
}

static size_t value_size(const struct value *value) {
    if (value_null(value)) return 4;
    return value->type == VALUE_INT ? 12 : 4 + value->text.size;
}

bool pg_parameters_rows(struct pg *pg, struct pg_parameters *parameters, const enum value_type *types, size_t columns,
                        const struct value *values, size_t rows) {
    static const Oid arrays[] = {
        [VALUE_INT] = OID_INT8_ARRAY, [VALUE_TEXT] = OID_TEXT_ARRAY, [VALUE_BYTES] = OID_BYTES_ARRAY};
    check(columns <= PG_PARAMETERS_MAX);
    size_t size = columns * ARRAY_HEAD;
    for (size_t i = 0; i < rows * columns; i++) size += value_size(&values[i]);
    if (size > INT32_MAX / 2 || !scratch_reserve(pg, size)) return false;
    char *out = pg->scratch;
    parameters->count = columns;
    for (size_t column = 0; column < columns; column++) {
        bool nulls = false;
        for (size_t row = 0; row < rows; row++) nulls = nulls || value_null(&values[row * columns + column]);
        char *start = out;
        out = put_array_head(out, nulls, (enum pg_oid)oid_of(types[column]), rows);
        for (size_t row = 0; row < rows; row++) out = put_value(out, &values[row * columns + column]);
        parameters->types[column] = arrays[types[column]];
        parameters->data[column] = start;
        parameters->sizes[column] = (int)(out - start);
        parameters->formats[column] = 1;
    }
    return true;
}

/* The scratch up to `end` is the one parameter. */
static void parameters_array(const struct pg *pg, struct pg_parameters *parameters, Oid type, const char *end) {
    parameters->count = 1;
    parameters->types[0] = type;
    parameters->data[0] = pg->scratch;
    parameters->sizes[0] = (int)(end - pg->scratch);
    parameters->formats[0] = 1;
}

bool pg_parameters_ids(struct pg *pg, struct pg_parameters *parameters, const int64_t *ids, size_t count) {
    if (count > INT32_MAX / 32 || !scratch_reserve(pg, ARRAY_HEAD + count * 12)) return false;
    char *out = put_array_head(pg->scratch, false, OID_INT8, count);
    for (size_t i = 0; i < count; i++) out = put_value(out, &V_INT(ids[i]));
    parameters_array(pg, parameters, OID_INT8_ARRAY, out);
    return true;
}

bool pg_parameters_keys(struct pg *pg, struct pg_parameters *parameters, const struct text *keys, size_t count) {
    size_t size = ARRAY_HEAD;
    for (size_t i = 0; i < count; i++) size += 4 + keys[i].size;
    if (size > INT32_MAX / 2 || !scratch_reserve(pg, size)) return false;
    char *out = put_array_head(pg->scratch, false, OID_BYTES, count);
    for (size_t i = 0; i < count; i++) out = put_value(out, &V_BYTES(keys[i].data, keys[i].size));
    parameters_array(pg, parameters, OID_BYTES_ARRAY, out);
    return true;
}

/* ---- in ---- */

static uint16_t get_int16(const char *in) {
    uint16_t big;
    memcpy(&big, in, 2);
    return be16toh(big);
}

/* SUM(bigint) is numeric: digits of base 10000, `weight` says which power the first has. Whole numbers only. */
static int64_t numeric_integer(const char *in) {
    int digits = get_int16(in), weight = (int16_t)get_int16(in + 2);
    bool negative = get_int16(in + 4) == 0x4000;
    check(negative || get_int16(in + 4) == 0); /* not NaN nor infinite */
    check(digits <= weight + 1);               /* no fraction */
    int64_t number = 0;
    for (int i = 0; i <= weight; i++) {
        int64_t digit = i < digits ? get_int16(in + 8 + 2 * i) : 0;
        bool fits = !__builtin_mul_overflow(number, 10000, &number) &&
                    !__builtin_add_overflow(number, negative ? -digit : digit, &number);
        check(fits);
    }
    return number;
}

int64_t pg_integer(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return 0;
    const char *in = PQgetvalue(result, row, column);
    uint64_t big;
    uint32_t small;
    switch (PQftype(result, column)) {
    case OID_INT8: memcpy(&big, in, 8); return (int64_t)be64toh(big);
    case OID_INT4: memcpy(&small, in, 4); return (int32_t)be32toh(small);
    case OID_INT2: return (int16_t)get_int16(in);
    case OID_BOOL: return *in != 0;
    case OID_NUMERIC: return numeric_integer(in);
    default: break;
    }
    check_failed("row_int of a column that holds no integers", __FILE__, __LINE__);
}

struct text pg_text(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return TEXT_NONE;
    Oid type = PQftype(result, column);
    check(type == OID_TEXT || type == OID_BYTES || type == OID_VARCHAR || type == OID_NAME || type == OID_UNKNOWN);
    return (struct text){PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)};
}
