"""text.py: lengths, first lines, banned words."""

import ast
import fnmatch
import os
import re

from rules.tree import Problem, closing, line_of

LINE_MAX, SCRIPT_LINE_MAX, FUNCTION_MAX, FILE_WARNED, FILE_MAX = 120, 140, 70, 500, 1000
WRITTEN = (".c", ".h", ".py", ".mjs", ".js", ".css", ".html", ".sh", "meson.build")


def check_lengths(tree):
    for path in tree.files:
        if not path.endswith(WRITTEN) and not is_script(tree, path):
            continue
        lines, most = tree.text(path).split("\n"), line_max(path)
        for number, line in enumerate(lines, 1):
            if len(line) > most:
                yield Problem(path, number, "length", "%d columns, at most %d" % (len(line), most))
            if "\t" in line and not path.endswith(".sh"):
                yield Problem(path, number, "length", "a tab; indent by blanks")
            if line.endswith((" ", "\r")):
                yield Problem(path, number, "length", "blanks at the end of the line")
        if len(lines) - 1 > FILE_MAX:
            yield Problem(path, 1, "length", "%d lines, at most %d: divide it by idea" % (len(lines) - 1, FILE_MAX))
        elif len(lines) - 1 > FILE_WARNED:
            yield Problem(path, 1, "length", "%d lines; %d is enough" % (len(lines) - 1, FILE_WARNED), warning=True)
        yield from check_functions(tree, path)


def line_max(path):
    """Blanks are content in HTML, so its lines are as long as they must be."""
    if path.endswith(".html"):
        return 1000
    return SCRIPT_LINE_MAX if path.endswith((".mjs", ".js")) else LINE_MAX


def is_script(tree, path):
    return "." not in os.path.basename(path) and tree.text(path).startswith("#!")


# ---- functions ----

def check_functions(tree, path):
    if path.endswith(".c"):
        found = c_functions(tree.code(path))
    elif path.endswith(".py"):
        found = python_functions(tree.text(path))
    else:
        return
    for name, line, length in found:
        if length > FUNCTION_MAX:
            yield Problem(path, line, "length", "%s() has %d lines, at most %d" % (name, length, FUNCTION_MAX))


def c_functions(code):
    """(name, first line, lines) of each function's definition: a brace at the outermost level after a ')'."""
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
    position, head = 0, 0
    while True:
        match = re.compile(r"[{;}]").search(code, position)
        if not match:
            return
        if match.group(0) != "{":
            position = head = match.end()
            continue
        end = closing(code, match.start())
        before = code[head:match.start()]
        name = re.search(r"(\w+)\s*\(", before)
        if name and before.rstrip().endswith(")") and "=" not in before:
            first = head + len(before) - len(before.lstrip())
            yield name.group(1), line_of(code, first), code.count("\n", first, end) + 1
            head = end + 1
        position = end + 1


def python_functions(text):
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        yield "syntax error: " + str(error.msg), error.lineno or 1, FUNCTION_MAX + 1
        return
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def check_openings(tree):
    """Each file says first what it is."""
    for path in tree.having(".c", ".h"):
        if not tree.text(path).startswith("/*"):
            yield Problem(path, 1, "opening", "a file opens with a comment that says what it is")
    for path in tree.having(".py", ".mjs", ".js"):
        text = re.sub(r"^#![^\n]*\n", "", tree.text(path))
        if not text.startswith(('"""', "//", "/*", "#", "'''")):
            yield Problem(path, 1, "opening", "a file opens with a comment that says what it is")


# ---- banned ----

def read_banned(root):
    """Rows of tools/banned.txt: call|word, name, the patterns where it is allowed, why."""
    rows = []
    with open(os.path.join(root, "tools/banned.txt"), encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line and not line.startswith("#"):
                kind, name, rest = line.split(None, 2)
                found = re.match(r"except=(\S+)\s+", rest)
                where = found.group(1).split(",") if found else []
                rows.append((kind, name, where, rest[found.end():] if found else rest))
    return rows


def check_banned(tree, banned_root):
    for kind, name, where, why in read_banned(banned_root):
        pattern = re.compile(r"(?<![\w.>])%s%s" % (re.escape(name), r"\s*\(" if kind == "call" else r"\b"))
        for path in tree.having(".c", ".h"):
            if any(fnmatch.fnmatch(path, allowed) for allowed in where):
                continue
            for match in pattern.finditer(tree.code(path)):
                yield Problem(path, line_of(tree.code(path), match.start()), "banned", "%s: %s" % (name, why))
