"""tree.py: the files that tidy looks at, read once, and C text with its comments and strings blanked out."""

import os
import re
import subprocess

SKIPPED = {".git", "build", "node_modules", "__pycache__", "data"}


class Problem:
    """What a rule found. Warnings are told and do not fail."""

    def __init__(self, path, line, rule, message, warning=False):
        self.path, self.line, self.rule, self.message, self.warning = path, line, rule, message, warning

    def __str__(self):
        kind = "warning" if self.warning else self.rule
        return "%s:%d: %s: %s" % (self.path, self.line, kind, self.message)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = sorted(self._listed())
        self._texts, self._codes = {}, {}

    def _listed(self):
        """What git knows or would add; in a tree without git everything."""
        if os.path.exists(os.path.join(self.root, ".git")):
            out = subprocess.run(["git", "-C", self.root, "ls-files", "-z", "-c", "-o", "--exclude-standard"],
                                 capture_output=True, check=True).stdout.decode()
            names = [name for name in out.split("\0") if name]
            return [name for name in set(names) if os.path.isfile(os.path.join(self.root, name))]
        found = []
        for path, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in SKIPPED and not f.startswith("build-")]
            found += [os.path.relpath(os.path.join(path, f), self.root).replace(os.sep, "/") for f in files]
        return found

    def having(self, *endings, under=""):
        return [f for f in self.files if f.endswith(endings) and f.startswith(under)]

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def code(self, path):
        """C text whose comments and literals' insides are blanks, every line and column where it was."""
        if path not in self._codes:
            self._codes[path] = blanked(self.text(path))
        return self._codes[path]


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blanked(text):
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[0]
        return re.sub(r"[^\n]", " ", token)

    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def literal_runs(text, code):
    """Adjacent string literals joined as the compiler does: (position of the first, position after the last, value)."""
    runs, position = [], 0
    while True:
        start = code.find('"', position)
        if start < 0:
            return runs
        line_start = code.rfind("\n", 0, start) + 1
        parts, end = [], start
        while True:
            match = LITERAL.match(text, end)
            if not match:
                break
            parts.append(re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(0)), match.group(1)))
            end = match.end()
            following = re.match(r"\s*", code[end:]).end() + end
            if following >= len(code) or code[following] != '"':
                break
            end = following
        position = max(end, start + 1)
        if parts and not code[line_start:start].lstrip().startswith("#include"):
            runs.append((start, end, "".join(parts)))


def closing(code, opening):
    """Position of the bracket that closes the one at `opening`, or the text's end."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth, open_bracket, close_bracket = 0, code[opening], pairs[code[opening]]
    for position in range(opening, len(code)):
        if code[position] == open_bracket:
            depth += 1
        elif code[position] == close_bracket:
            depth -= 1
            if depth == 0:
                return position
    return len(code)


def split_commas(text):
    """Parts between the commas outside any brackets."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts
