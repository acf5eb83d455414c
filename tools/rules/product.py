"""product.py: routes, templates and strings."""

import re

import messages
from rules.tree import Problem, closing, line_of

ROUTES = re.compile(r"\bstruct route \w+\[\]\s*=\s*\{")


def check_routes(tree):
    """Each route that writes has a name in the command log; each one a line for OpenAPI."""
    for path in tree.having(".c", under="src/"):
        if path.endswith("_test.c"):
            continue
        text, code = tree.text(path), tree.code(path)
        for match in ROUTES.finditer(code):
            end = closing(code, match.end() - 1)
            for start, stop in rows(code, match.end(), end):
                row, shown = code[start:stop], text[start:stop]
                address = re.search(r'"(/[^"]*)"', shown)
                if not address:
                    continue
                line = line_of(text, start)
                if re.search(r"\bSTAGE_WRITE\b|\bWRITE\s*\(", row) and ".audit" not in row:
                    yield Problem(path, line, "route", "%s writes and has no .audit name" % address.group(1))
                if ".summary" not in row:
                    yield Problem(path, line, "route", "%s has no .summary" % address.group(1))


def rows(code, start, end):
    position = start
    while True:
        opening = code.find("{", position, end)
        if opening < 0:
            return
        stop = closing(code, opening)
        yield opening, stop + 1
        position = stop + 1


# ---- templates ----

INLINE = [
    (re.compile(r"<script(?![^>]*\bsrc=)", re.I), "a script in the page: the policy forbids it, take web/scripts"),
    (re.compile(r"<style\b", re.I), "a style in the page: the policy forbids it, take web/style.css"),
    (re.compile(r"\sstyle\s*=", re.I), "a style attribute: the policy forbids it"),
    (re.compile(r"<[^>]*\son\w+\s*=", re.I), "a handler attribute: the policy forbids it"),
    (re.compile(r"javascript:", re.I), "a javascript: address"),
]


def check_templates(tree):
    for path in tree.having(".html"):
        if not path.startswith(("src/", "web/")):
            continue
        text = tree.text(path)
        for pattern, message in INLINE:
            for match in pattern.finditer(text):
                yield Problem(path, line_of(text, match.start()), "template", message)
        for match in re.finditer(r"<form\b[^>]*method=\"?post[^>]*>(.*?)</form>", text, re.I | re.S):
            if "form_hidden" not in match.group(1) and '"_csrf"' not in match.group(1):
                yield Problem(path, line_of(text, match.start()), "template", "a POST form without {{> form_hidden}}")


# ---- strings ----

def check_strings(tree):
    """The build's own reader says what is wrong with them (a language or an argument missing); here: what nobody
    uses."""
    try:
        found = messages.read_all(tree.root)
    except messages.Wrong as wrong:
        path, line, message = re.match(r"([^:]+):(?:(\d+):)? ?(.*)", str(wrong), re.S).groups()
        yield Problem(path, int(line or 1), "strings", message)
        return
    used = used_keys(tree)
    for key, languages in found.items():
        if not used(key):
            path, line = languages["ru"].where.rsplit(":", 1)
            yield Problem(path, int(line), "strings", "nothing uses " + key)


def used_keys(tree):
    """A test whether a key is used: in a template or script by its name, in C by its enumerator."""
    words, symbols = set(), set()
    for path in tree.having(".html", ".js", ".py"):
        words.update(re.findall(r"\w+(?:\.\w+)+", tree.text(path)))
    for path in tree.having(".c", ".h"):
        symbols.update(re.findall(r"\bS_\w+", tree.code(path)))
    return lambda key: key in words or messages.symbol(key) in symbols
