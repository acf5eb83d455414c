"""messages.py: reads the strings of every feature (strings/ru.txt, strings/en.txt: `key = ICU message`) and takes the
messages apart. Used by strings.py, which makes C tables of them, and by templates.py, which puts those without
arguments straight into pages. Knows the part of ICU's MessageFormat that the product uses:

    text, {name}, {name, style}, {name, plural, =0 {…} one {…} few {…} other {…}}, {name, selectordinal, …},
    {name, select, card {…} other {…}}, # inside a plural, 'quoted {braces}', '' for an apostrophe

Styles: short (a whole sum without kopecks), plain (as in JSON), signed, day, date, time."""

import os
import re

LANGUAGES = ["ru", "en"]
STYLES = ["short", "plain", "signed", "day", "date", "time"]
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")

# The categories that ICU's rules (CLDR) tell apart for whole numbers, and `other`, which fractions need.
CATEGORIES = {
    ("ru", "plural"): ["one", "few", "many", "other"],
    ("en", "plural"): ["one", "other"],
    ("ru", "selectordinal"): ["other"],
    ("en", "selectordinal"): ["one", "two", "few", "other"],
}


class Wrong(Exception):
    """What is wrong and where, for the person who wrote it."""


class Text:
    def __init__(self, text):
        self.text = text


class Value:
    """{name} or {name, style}; name None: the # of the plural around it."""

    def __init__(self, name, style=None):
        self.name, self.style = name, style


class Choice:
    """{name, plural|selectordinal|select, key {message} …}"""

    def __init__(self, name, kind, cases):
        self.name, self.kind, self.cases = name, kind, cases


class Message:
    """account: its parts where money lies on an account (src/http/words), None where they are the same."""

    def __init__(self, key, language, parts, where, account=None):
        self.key, self.language, self.parts, self.where, self.account = key, language, parts, where, account

    def plain(self):
        """Its text when it has no arguments and is the same for every company, else None."""
        if self.account is None and all(isinstance(part, Text) for part in self.parts):
            return "".join(part.text for part in self.parts)
        return None

    def arguments(self):
        """name → "value", "plural", … (what the argument must be)."""
        found = {}
        collect(self.parts, found, self.where)
        return found


def collect(parts, found, where):
    for part in parts:
        if isinstance(part, Value) and part.name:
            found.setdefault(part.name, "value")
        if isinstance(part, Choice):
            kind = "select" if part.kind == "select" else "number"
            if found.get(part.name, kind) not in (kind, "value"):
                raise Wrong("%s: {%s} is both a number and a selection" % (where, part.name))
            found[part.name] = kind
            for _, inner in part.cases:
                collect(inner, found, where)


class Reader:
    def __init__(self, text, language, where):
        self.text, self.language, self.where, self.at = text, language, where, 0

    def fail(self, problem):
        raise Wrong("%s: %s" % (self.where, problem))

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else ""

    def blanks(self):
        while self.peek() and self.peek() in " \t\n":
            self.at += 1

    def word(self, what):
        self.blanks()
        start = self.at
        while self.peek() and self.peek() not in " \t\n,{}":
            self.at += 1
        if start == self.at:
            self.fail("%s is missing in an argument" % what)
        return self.text[start:self.at]

    def expect(self, char):
        self.blanks()
        if self.peek() != char:
            self.fail("“%s” is expected before “%s”" % (char, self.text[self.at:self.at + 12] or "the end"))
        self.at += 1

    def parts(self, inside, in_plural):
        parts, text = [], []

        def flush():
            if text:
                parts.append(Text("".join(text)))
                text.clear()

        while True:
            char = self.peek()
            if not char:
                if inside:
                    self.fail("a “{” is never closed")
                break
            if char == "}":
                if not inside:
                    self.fail("a “}” closes nothing")
                break
            self.at += 1
            if char == "'":
                text.append(self.quoted(in_plural))
            elif char == "{":
                flush()
                parts.append(self.argument())
            elif char == "#" and in_plural:
                flush()
                parts.append(Value(None))
            else:
                text.append(char)
        flush()
        return parts

    def quoted(self, in_plural):
        """An apostrophe has been read: '' is one, '{…' begins a quotation, any other stands for itself."""
        if self.peek() == "'":
            self.at += 1
            return "'"
        if self.peek() not in ("{", "}") and not (in_plural and self.peek() == "#"):
            return "'"
        found = []
        while True:
            char = self.peek()
            if not char:
                self.fail("an apostrophe before “{” begins a quotation that never ends")
            self.at += 1
            if char != "'":
                found.append(char)
            elif self.peek() == "'":
                self.at += 1
                found.append("'")
            else:
                return "".join(found)

    def argument(self):
        name = self.word("the name")
        if not NAME.match(name):
            self.fail("“%s” is no name of an argument: small Latin letters, digits and _" % name)
        self.blanks()
        if self.peek() == "}":
            self.at += 1
            return Value(name)
        self.expect(",")
        kind = self.word("the kind")
        if kind in STYLES:
            self.expect("}")
            return Value(name, kind)
        if kind not in ("plural", "selectordinal", "select"):
            self.fail("“%s” is no kind of argument: plural, selectordinal, select, %s" % (kind, ", ".join(STYLES)))
        self.expect(",")
        return Choice(name, kind, self.cases(name, kind))

    def cases(self, name, kind):
        cases = []
        while True:
            self.blanks()
            if self.peek() == "}":
                self.at += 1
                break
            key = self.word("the case")
            if any(key == known for known, _ in cases):
                self.fail("{%s} has the case “%s” twice" % (name, key))
            self.expect("{")
            cases.append((key, self.parts(True, kind != "select")))
            self.expect("}")
        self.check_cases(name, kind, [key for key, _ in cases])
        return cases

    def check_cases(self, name, kind, keys):
        if kind == "select":
            if "other" not in keys:
                self.fail("{%s} lacks the case “other”" % name)
            return
        known = CATEGORIES[self.language, kind]
        for category in known:
            if category not in keys:
                self.fail("{%s} lacks the plural “%s”, which %s needs" % (name, category, self.language))
        for key in keys:
            if key not in known and not re.match(r"=[0-9]{1,9}\Z", key):
                self.fail("{%s} has the plural “%s”, which %s does not know" % (name, key, self.language))


class Words:
    """src/http/words: what the word for a wallet becomes where money lies on an account, by the setting `words`."""

    def __init__(self, path):
        self.pairs = {}
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    before, after = line.strip().split(" = ")
                    self.pairs[before] = after
        self.pattern = re.compile(r"(?<!\w)(%s)(?!\w)" % "|".join(map(re.escape, self.pairs)), re.IGNORECASE)

    @staticmethod
    def of(root, language):
        path = os.path.join(root, "src", "http", "words", language + ".txt")
        return Words(path) if os.path.exists(path) else None

    def put(self, found):
        word = found.group(0)
        after = self.pairs[word[0].lower() + word[1:]]
        return after[0].upper() + after[1:] if word[0].isupper() else after

    def change(self, text):
        return self.pattern.sub(self.put, text)


def parse_message(key, language, text, where, words=None):
    where_key = "%s: %s" % (where, key)
    changed = words.change(text) if words else text
    account = Reader(changed, language, where_key).parts(False, False) if changed != text else None
    return Message(key, language, Reader(text, language, where_key).parts(False, False), where, account)


def read_file(path, shown, language, prefix, words=None):
    """key → Message. A line that begins with blanks goes on with the one before it; \\n is a new line."""
    entries = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where = "%s:%d" % (shown, number)
            line = line.rstrip("\r\n")
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if line[0] in " \t":
                if not entries:
                    raise Wrong("%s: nothing goes before this line that it could go on with" % where)
                entries[-1][1] += " " + line.strip()
                continue
            key, equals, text = line.partition("=")
            if not equals:
                raise Wrong("%s: “key = message” is expected" % where)
            entries.append([key.strip(), text.strip(), where])
    found = {}
    for key, text, where in entries:
        if not KEY.match(key):
            raise Wrong("%s: “%s” is no key: feature.page.name in small Latin letters, digits and _" % (where, key))
        if not key.startswith(prefix + "."):
            raise Wrong("%s: the key “%s” must begin with “%s.”" % (where, key, prefix))
        if key in found:
            raise Wrong("%s: the key “%s” is in %s already" % (where, key, found[key].where))
        if not text:
            raise Wrong("%s: the message of “%s” is empty" % (where, key))
        found[key] = parse_message(key, language, text.replace("\\n", "\n"), where, words)
    return found


def folders_with_strings(root):
    for top in ("src", "sandbox"):
        for path, folders, _ in os.walk(os.path.join(root, top)):
            folders.sort()
            if "strings" in folders:
                yield path


def symbol(key):
    return "S_" + key.replace(".", "_")


def agree(first, second):
    """Both languages of one message must take the same arguments."""
    left, right = first.arguments(), second.arguments()
    for name in sorted(set(left) | set(right)):
        for has, lacks in ((left, (right, second)), (right, (left, first))):
            if name in has and name not in lacks[0]:
                raise Wrong("%s: %s: the argument {%s} is missing here, %s has it" % (
                    lacks[1].where, first.key, name, (first if has is left else second).language))
        pair = {left[name], right[name]} - {"value"}
        if len(pair) > 1:
            raise Wrong("%s: %s: {%s} is a number in one language and a selection in the other" % (
                second.where, first.key, name))


def read_all(root):
    """key → {language: Message}, keys in order; raises Wrong with file:line."""
    found = {}
    words = {language: Words.of(root, language) for language in LANGUAGES}
    for folder in folders_with_strings(root):
        prefix, strings = os.path.basename(folder), os.path.join(folder, "strings")
        for file in sorted(os.listdir(strings)):
            if file.endswith(".txt") and file[:-4] not in LANGUAGES:
                raise Wrong("%s: no such language; known: %s" % (
                    os.path.relpath(os.path.join(strings, file), root), ", ".join(LANGUAGES)))
        for language in LANGUAGES:
            path = os.path.join(strings, language + ".txt")
            shown = os.path.relpath(path, root).replace(os.sep, "/")
            if not os.path.exists(path):
                raise Wrong("%s: missing: every language of a feature has its file" % shown)
            for key, message in read_file(path, shown, language, prefix, words[language]).items():
                if language in found.setdefault(key, {}):
                    raise Wrong("%s: the key “%s” is in %s already" % (message.where, key, found[key][language].where))
                found[key][language] = message
    check_all(found)
    return dict(sorted(found.items()))


def check_all(found):
    symbols = {}
    for key, languages in found.items():
        first = next(iter(languages.values()))
        for language in LANGUAGES:
            if language not in languages:
                raise Wrong("%s: %s: is missing in strings/%s.txt beside it" % (first.where, key, language))
            agree(first, languages[language])
        if symbols.setdefault(symbol(key), key) != key:
            raise Wrong("%s: the keys “%s” and “%s” would have one name in C"
                        % (first.where, key, symbols[symbol(key)]))
