#!/usr/bin/env python3
"""answers.py OUTDIR ROOT: makes C of src/openapi/answers.json, what tests have seen operations answer: a row for each
operation and status, with the content type, the JSON schema and the same flat, for people. answers.json is written by
test/support/answers.mjs, never by hand."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from c_text import c_string

HEADER = """/* answers.h: made by tools/answers.py of src/openapi/answers.json: what operations were seen to answer. */
#pragma once

#include <stddef.h>

struct answer_member {
    const char *path, *type; /* "days[].operations[].sum", "money" */
    int optional;
};

struct answer_seen {
    const char *operation;    /* "get_operations"; in order of them */
    int status;
    const char *content_type; /* NULL: no body */
    const char *schema;       /* as JSON; NULL: no JSON */
    const struct answer_member *members;
    size_t member_count;
};

extern const struct answer_seen answers_seen[];
extern const size_t answers_seen_count;
"""


def operation_name(method_and_path):
    """As src/openapi/operation.c makes it."""
    return re.sub("[^a-z0-9]+", "_", method_and_path.lower()).strip("_")


def word(schema):
    if "$ref" in schema:
        return schema["$ref"].split("/")[-1].lower()
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    return schema.get("format") or (kinds if isinstance(kinds, str) else " | ".join(kinds))


def is_money(schema):
    return set(schema.get("properties", {})) == {"amount", "currency"}


def members(schema, path="", optional=False):
    """Every member below, as (path, type, optional)."""
    rows = []
    if "items" in schema:
        inner = schema["items"]
        if "properties" not in inner or is_money(inner):
            return [(path, ("money" if is_money(inner) else word(inner)) + "[]", optional)]
        return [(path, "array", optional)] + members(inner, path + "[]")
    if "properties" not in schema:
        return [(path, word(schema), optional)] if path else []
    if is_money(schema):
        return [(path, "money", optional)]
    if path and not path.endswith("[]"):
        rows.append((path, "object", optional))
    for name, inner in schema["properties"].items():
        below = path + "." + name if path else name
        rows += members(inner, below, name not in schema.get("required", []))
    return rows


def main():
    out, root = sys.argv[1:3]
    with open(os.path.join(root, "src/openapi/answers.json"), encoding="utf-8") as file:
        seen = json.load(file)
    lines, rows = ['/* answers.c: made by tools/answers.py. */', '#include "answers.h"', ""], []
    for operation in sorted(seen, key=operation_name):
        name = operation_name(operation)
        for status, answer in sorted(seen[operation].items()):
            schema, flat = answer.get("schema"), []
            if schema is not None:
                flat = members(schema)
            table = "NULL"
            if flat:
                table = "members_%d" % len(rows)
                lines.append("static const struct answer_member %s[] = {" % table)
                lines += ["    {%s, %s, %d}," % (c_string(path), c_string(kind), optional)
                          for path, kind, optional in flat]
                lines.append("};")
            kind = answer.get("type")
            compact = json.dumps(schema, ensure_ascii=False, separators=(",", ":")) if schema is not None else None
            rows.append("    {%s, %s, %s, %s, %s, %d}," % (
                c_string(name), status, c_string(kind) if kind else "NULL", c_string(compact) if compact else "NULL",
                table, len(flat)))
    lines += ["", "const struct answer_seen answers_seen[] = {"] + rows
    lines += ["    {NULL, 0, NULL, NULL, NULL, 0},", "};", "const size_t answers_seen_count = %d;" % len(rows), ""]
    for name, text in (("answers.h", HEADER), ("answers.c", "\n".join(lines))):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
