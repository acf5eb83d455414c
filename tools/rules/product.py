"""product.py: routes, templates and strings."""

import os
import re

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
            if "form_hidden" not in match.group(1):
                yield Problem(path, line_of(text, match.start()), "template", "a POST form without {{> form_hidden}}")


# ---- strings ----

def read_strings(text):
    """{key: (line, message)} of a strings file; a line that goes on is indented."""
    found, key = {}, None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t" and key:
            found[key] = (found[key][0], found[key][1] + " " + line.strip())
            continue
        key, _, message = line.partition("=")
        key = key.strip()
        found[key] = (number, message.strip())
    return found


def arguments(message):
    """Names of a message's arguments, also those inside plural branches; not the branches' words."""
    return set(re.findall(r"\{\s*(\w+)\s*(?:\}|,)", message))


def check_strings(tree):
    folders = sorted({os.path.dirname(f) for f in tree.having(".txt", under="src/")
                      if os.path.basename(os.path.dirname(f)) == "strings"})
    used = used_keys(tree)
    for folder in folders:
        languages = {}
        for tag in ("ru", "en"):
            path = "%s/%s.txt" % (folder, tag)
            if path not in tree.files:
                yield Problem(folder, 1, "strings", "no %s.txt" % tag)
            languages[tag] = read_strings(tree.text(path)) if path in tree.files else {}
        for tag, other in (("ru", "en"), ("en", "ru")):
            for key, (line, message) in languages[tag].items():
                path = "%s/%s.txt" % (folder, tag)
                if key not in languages[other]:
                    yield Problem(path, line, "strings", "%s has no %s text" % (key, other))
                elif tag == "ru" and arguments(message) != arguments(languages[other][key][1]):
                    yield Problem(path, line, "strings", "%s: other arguments in %s" % (key, other))
                if not message:
                    yield Problem(path, line, "strings", "%s is empty" % key)
                if tag == "ru" and not used(key):
                    yield Problem(path, line, "strings", "nothing uses %s" % key)


def used_keys(tree):
    """A test whether a key is used: in a template by its name, in C by its enumerator."""
    words = set()
    for path in tree.having(".html", ".js", ".mjs", ".py", ".webmanifest"):
        words.update(re.findall(r"[\w]+(?:\.[\w]+)+", tree.text(path)))
    symbols = set()
    for path in tree.having(".c", ".h"):
        symbols.update(re.findall(r"\bS_(\w+)\b", tree.code(path)))
        symbols.update(re.findall(r"##|S_##(\w+)", tree.code(path)))
    return lambda key: key in words or key.replace(".", "_").replace("-", "_") in symbols
