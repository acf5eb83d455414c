"""sql.py: tables that can be distributed, and statements that are literals."""

import re

from rules.tree import Problem, closing, line_of, literal_runs, split_commas

TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s*\(", re.I)
UNIQUE_INDEX = re.compile(r"CREATE UNIQUE INDEX (?:IF NOT EXISTS )?\w+\s+ON\s+(\w+)\s*\(([^)]*)\)", re.I)
COMMENT = re.compile(r"--\s*(distributed by (\w+)|reference)\b")
TYPES = {"BIGINT", "TEXT", "BYTES", "ROWKEY"}
STATEMENT = re.compile(r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH)\s")
PLACE = re.compile(r"(STATEMENT\s*\(\s*\w+\s*,|STATEMENT_OF\s*\(|\.sql\s*=|,\s*\d+\s*,)$")


def sources_of_sql(tree):
    return [f for f in tree.having(".c", ".h", under="src/") if not f.endswith("_test.c")]


def check_tables(tree):
    keys = {}
    for path in sources_of_sql(tree):
        for start, _, sql in literal_runs(tree.text(path), tree.code(path)):
            line = line_of(tree.text(path), start)
            for match in TABLE.finditer(sql):
                yield from check_table(path, line, sql, match, keys)
    for path in sources_of_sql(tree):
        for start, _, sql in literal_runs(tree.text(path), tree.code(path)):
            for match in UNIQUE_INDEX.finditer(sql):
                key = keys.get(match.group(1))
                if key and key not in names_in(match.group(2)):
                    yield Problem(path, line_of(tree.text(path), start), "sql",
                                  "a unique index of %s leaves out its distribution key %s" % (match.group(1), key))


def names_in(text):
    return re.findall(r"\w+", text)


def check_table(path, line, sql, match, keys):
    name = match.group(1)
    end = closing(sql, match.end() - 1)
    first_line = sql[match.start():].split("\n")[0]
    comment = COMMENT.search(first_line)
    if not comment:
        yield Problem(path, line, "sql", "table %s does not say on its first line what it is distributed by "
                      "(-- distributed by customer, or -- reference)" % name)
        return
    key = comment.group(2)
    keys[name] = key
    body = re.sub(r"--[^\n]*", "", sql[match.end():end])
    columns, uniques = {}, []
    for part in split_commas(body):
        yield from read_part(path, line, name, part.strip(), columns, uniques)
    if key is None:
        return
    if key not in columns:
        yield Problem(path, line, "sql", "table %s has no column %s to be distributed by" % (name, key))
    for what, names in uniques:
        if key not in names:
            yield Problem(path, line, "sql", "%s of table %s leaves out its distribution key %s" % (what, name, key))
    rowkeys = [column for column, kind in columns.items() if kind == "ROWKEY"]
    if rowkeys and not any(what.startswith("ROWKEY") for what, _ in uniques):
        yield Problem(path, line, "sql", "table %s has a ROWKEY column and no ROWKEY(…) constraint" % name)


def read_part(path, line, table, part, columns, uniques):
    """One column or constraint between the commas of CREATE TABLE."""
    constraint = re.match(r"(?:CONSTRAINT \w+ )?(PRIMARY KEY|UNIQUE|ROWKEY)\s*\(([^)]*)\)", part, re.I)
    if constraint:
        uniques.append((constraint.group(1).upper(), names_in(constraint.group(2))))
        return
    if re.match(r"(CHECK|FOREIGN|CONSTRAINT)\b", part, re.I) or not part:
        return
    words = part.split()
    kind = words[1].upper() if len(words) > 1 else ""
    columns[words[0]] = kind
    if kind not in TYPES:
        yield Problem(path, line, "sql", "column %s.%s is %s; take BIGINT, TEXT, BYTES or ROWKEY"
                      % (table, words[0], kind or "of no type"))
    if re.search(r"\b(PRIMARY KEY|UNIQUE)\b", part, re.I):
        uniques.append(("the key " + words[0], [words[0]]))


def check_statements(tree):
    """SQL stands only in STATEMENT(name, "…"), or in a migration: never built, never handed on as text."""
    for path in sources_of_sql(tree):
        if path.startswith("src/store/"):
            continue
        text, code = tree.text(path), tree.code(path)
        for match in re.finditer(r"\bstruct statement \w+\s*=", code):
            yield Problem(path, line_of(code, match.start()), "sql", "make statements with STATEMENT(name, \"…\")")
        for start, _, value in literal_runs(text, code):
            before = code[:start].rstrip()
            if STATEMENT.match(value) and not PLACE.search(before):
                yield Problem(path, line_of(text, start), "sql", "SQL outside STATEMENT(name, \"…\")")
