"""look.py: the look of C: what clang-format says of spacing and indentation, without its opinion on where lines are
broken (tables read best as they were laid out); braces; comments that fit."""

import difflib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from rules.tree import Problem, blanked

WIDTH = 120


def squeezed(line):
    return re.sub(r"\s+", "", line)


def indentation(line):
    return line[:len(line) - len(line.lstrip(" "))]


def gaps(line):
    """The line with every gap one blank wide: columns of tables and comments may be pushed as one likes."""
    return re.sub(r" +", " ", re.sub(r"\s*(/\*|\\$)", r" \1", line.strip()))


def free_lines(text):
    """Numbers (from 0) of the lines inside brackets or an initialiser: their indentation follows from how lines are
    broken."""
    free, stack, line, code = set(), [], 0, blanked(text)
    for position, char in enumerate(code):
        if char == "\n":
            line += 1
            if any(stack):
                free.add(line)
        elif char in "([":
            stack.append(True)
        elif char == "{":
            before = code[:position].rstrip(" \n")[-1:] if position else ""
            close = before == ")" and code[position - 1] == ")"
            stack.append(bool(before) and (before in "=,{(" or close) and not (before == "{" and not any(stack)))
        elif char in ")]}" and stack:
            stack.pop()
    return free


def joined_braces(text):
    """A function's brace stands on the line of its name."""
    return re.sub(r"(?m)^([^#\n][^\n]*\))\n\{", r"\1 {", text)


def mended(text, formatted):
    """`text` with clang-format's spacing wherever both break lines alike."""
    ours, theirs = text.split("\n"), formatted.split("\n")
    matcher = difflib.SequenceMatcher(None, [squeezed(line) for line in ours], [squeezed(line) for line in theirs],
                                      autojunk=False)
    result, changed, free = list(ours), [], free_lines(text)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            number = block.a + offset
            mine, clang = ours[number], theirs[block.b + offset]
            if not mine.strip() or number in free or wrapped(ours, number) or mine.lstrip().startswith(("*", "/*")):
                clang = indentation(mine) + clang.lstrip(" ")
            if indentation(mine) != indentation(clang) or gaps(mine) != gaps(clang):
                result[number] = clang if mine.strip() else ""
                changed.append(number + 1)
    return "\n".join(result), changed


def wrapped(lines, number):
    """Whether the line goes on from one that was broken."""
    previous = re.sub(r"\s*/\*.*\*/\s*$", "", lines[number - 1]).rstrip() if number else ""
    return bool(previous) and not previous.endswith((";", "{", "}", ":", "*/", "\\", ")")) and previous[:1] != "#"


# Words of C++ that are names in C: clang-format lays out what follows them as C++.
KEYWORDS = ("template", "class", "new", "delete", "this", "operator", "private", "public", "export", "namespace")


BATCH = 60  # files to a process, which costs more than a file does


def masked(text):
    for word in KEYWORDS:
        text = re.sub(r"\b%s\b" % word, word[:-1] + "Q", text)
    return text


def unmasked(text):
    for word in KEYWORDS:
        text = re.sub(r"\b%sQ\b" % word[:-1], word, text)
    return text


def clang_formatted(root, texts):
    """path → layout, of path → text."""
    with tempfile.TemporaryDirectory() as copy, ThreadPoolExecutor() as pool:
        shutil.copy(os.path.join(root, ".clang-format"), copy)
        for path, text in texts.items():
            os.makedirs(os.path.join(copy, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(copy, path), "w", encoding="utf-8") as file:
                file.write(masked(text))
        paths = list(texts)
        batches = [paths[at:at + BATCH] for at in range(0, len(paths), BATCH)]
        for _ in pool.map(lambda batch: subprocess.run(["clang-format", "-i"] + batch, cwd=copy, check=True), batches):
            pass
        layouts = {}
        for path in paths:
            with open(os.path.join(copy, path), encoding="utf-8") as file:
                layouts[path] = unmasked(file.read())
        return layouts


class Seen:
    """What was found well before need not be looked at again: build/look.seen, a digest a line."""

    def __init__(self, root):
        self.path, self.known, self.well = os.path.join(root, "build", "look.seen"), set(), []
        with open(os.path.join(root, ".clang-format"), "rb") as style, open(__file__, "rb") as rule:
            self.rules = style.read() + rule.read()
        if os.path.exists(self.path):
            with open(self.path, encoding="ascii") as file:
                self.known = set(file.read().split())

    def digest(self, text):
        return hashlib.sha256(self.rules + text.encode()).hexdigest()

    def keep(self, texts):
        """All that is well now."""
        if os.path.isdir(os.path.dirname(self.path)):
            with open(self.path, "w", encoding="ascii") as file:
                file.write("\n".join(sorted(map(self.digest, texts))))


def look_of(path, text, formatted):
    for match in re.finditer(r"(?m)^\{", text):
        if re.search(r"\)\n\Z", text[:match.start()]):
            yield Problem(path, text.count("\n", 0, match.start()) + 1, "look", "a brace on a line of its own")
    _, changed = mended(text, formatted)
    for line in changed[:5]:
        yield Problem(path, line, "look", "spacing differs from clang-format's; ./run format mends it")


def check_look(tree):
    if not shutil.which("clang-format"):
        yield Problem(".clang-format", 1, "look", "clang-format is not installed: not checked", warning=True)
        return
    texts, seen = {path: tree.text(path) for path in tree.having(".c", ".h")}, Seen(tree.root)
    doubtful = {path: text for path, text in texts.items() if seen.digest(text) not in seen.known}
    for path, formatted in clang_formatted(tree.root, doubtful).items():
        wrong = list(look_of(path, texts[path], formatted))
        if wrong:
            del texts[path]
        yield from wrong
    seen.keep(texts.values())


# ---- mending ----

def laid_out(root, path, text):
    text = filled_rows(fitted_comments(joined_braces(text)))
    text = broken_again(text, clang_formatted(root, {path: text})[path])
    return mended(text, clang_formatted(root, {path: text})[path])[0]


def filled_rows(text):
    """Rows of tables that are too long go on in the next line, below what follows their bracket."""
    lines, code, free, result = text.split("\n"), blanked(text).split("\n"), free_lines(text), []
    for number, line in enumerate(lines):
        row = number in free or re.match(r" *\} \w+\[\] = \{\{|.*= \{\{", line)
        while row and len(line) > WIDTH:
            broken = break_at_comma(line, code[number])
            if broken is None:
                break
            at, indent = broken
            result.append(line[:at].rstrip())
            line = " " * indent + line[at:].lstrip()
            code[number] = " " * indent + code[number][at:].lstrip()
        result.append(line)
    return "\n".join(result)


def break_at_comma(line, code):
    """Where to cut: behind the last comma that fits, in as few brackets as may be; and how far to indent the rest."""
    opened, cuts = [], []
    for position, char in enumerate(code[:WIDTH]):
        if char in "([{":
            opened.append(position)
        elif char in ")]}" and opened:
            opened.pop()
        elif char == "," and code[position + 1:position + 2] == " ":
            indent = opened[-1] + 1 if opened else len(indentation(line))
            cuts.append((len(opened), position + 1, indent))
    late = [cut for cut in cuts if cut[1] > WIDTH // 2]
    if not late:
        return None
    least = min(late)[0]
    _, at, indent = max(cut for cut in late if cut[0] == least)
    return at, indent


def same_words(ours, theirs):
    """Whether both say the same; a literal may have been cut in two."""
    return squeezed("".join(ours)).replace('""', "") == squeezed("".join(theirs)).replace('""', "")


def broken_again(text, formatted):
    """clang-format's line breaks where a line of ours is too long."""
    ours, theirs = text.split("\n"), formatted.split("\n")
    matcher = difflib.SequenceMatcher(None, [squeezed(line) for line in ours], [squeezed(line) for line in theirs],
                                      autojunk=False)
    result = []
    for kind, start, end, their_start, their_end in matcher.get_opcodes():
        mine, clang = ours[start:end], theirs[their_start:their_end]
        too_long = any(len(line) > WIDTH for line in mine)
        better = clang if kind != "equal" and too_long and same_words(mine, clang) else mine
        result += better
    return "\n".join(result)


def fitted_comments(text):
    """Comments broken again where a line of them is too long; one behind code goes before it."""
    lines, result, number = text.split("\n"), [], 0
    while number < len(lines):
        line = lines[number]
        behind = re.match(r"^( *)(\S.*?)\s*(/\*[^*]*\*/)\s*$", line)
        if len(line) <= WIDTH:
            result.append(line)
        elif re.match(r"^ *(/\*+|\*) +\S", line) and not re.search(r"\S {2,}\S", line[3:]):
            result += refilled(lines, number)
            while number + 1 < len(lines) and goes_on(lines, number):
                number += 1
        elif behind and not line.startswith("#"):
            result += refilled([behind.group(1) + behind.group(3)], 0) + [behind.group(1) + behind.group(2)]
        else:
            result.append(line)
        number += 1
    return "\n".join(result)


def goes_on(lines, number):
    """Whether the paragraph of a comment goes on in the next line."""
    if lines[number].rstrip().endswith("*/"):
        return False
    following = re.match(r"^ *\* (\S.*)$", lines[number + 1])
    return bool(following) and not re.search(r"^(- |/)|\S {2}", following.group(1))


def refilled(lines, number):
    """The paragraph from this line on, with lines that fit."""
    first = lines[number]
    opening = re.match(r"^( *)(/\*+|\*)( +)", first)
    indent, mark = opening.group(1), opening.group(2)
    margin = indent + (" * " if mark != "*" else "* ")
    words = first[opening.end():].split()
    while number + 1 < len(lines) and goes_on(lines, number):
        number += 1
        words += lines[number].strip()[2:].split()
    if words[-1:] == ["*/"] and len(words) > 1:
        words[-2:] = [words[-2] + " */"]
    result, line = [], first[:opening.end()].rstrip()
    hang = opening.group(3)[1:] if mark == "*" else ""
    line += opening.group(3)[:-1]
    for word in words:
        if len(line) + 1 + len(word) > WIDTH:
            result.append(line)
            line = margin.rstrip() + hang
        line += " " + word
    return result + [line]
