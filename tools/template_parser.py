"""template_parser.py: takes one template (.html) apart into a tree. What the tags mean is in web/README.md; what they
become, in templates.py."""

import re

from messages import STYLES, Wrong

TAG = re.compile(r"\{\{!--.*?--\}\}|\{\{(.*?)\}\}", re.S)
ALONE = re.compile(r"\s*(?:[#/>!]|else\s*\Z|page\s|partial(?:\s|\Z))")
PATH = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*\??\Z")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
WORD = re.compile(r'\s*(?:([a-z][a-z0-9_]*\??)\s*=\s*)?("[^"]*"|[^\s"=]+)')


class Node:
    """kind: literal, value, string, if, each, partial, icon, asset, special; the rest depends on it."""

    def __init__(self, kind, line, **fields):
        self.kind, self.line = kind, line
        self.__dict__.update(fields)


class Template:
    def __init__(self, name, path):
        self.name, self.path = name, path
        self.page = None          # of a page: {"layout": …, "title": …, "script": …}
        self.arguments = {}       # of a partial: name → None (needed), "" (optional) or its default
        self.nodes = []


def split_words(text, where):
    """`a b=c d="e f"` → [(None, "a"), ("b", "c"), ("d", '"e f"')]"""
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = WORD.match(text, at)
        if not match:
            raise Wrong("%s: cannot be understood: “%s”" % (where, text[at:at + 20]))
        found.append((match.group(1), match.group(2)))
        at = match.end()
    return found


class Parser:
    def __init__(self, name, path, source):
        self.template = Template(name, path)
        self.source = source
        self.stack = []           # of (node, list that is being filled)
        self.nodes = self.template.nodes

    def where(self, line):
        return "%s:%d" % (self.template.path, line)

    def parse(self):
        text_from = 0
        for match in TAG.finditer(self.source):
            start, end = match.span()
            tag = match.group(1)
            if tag is None or ALONE.match(tag):
                start, end = self.alone(start, end)
            self.literal(self.source[text_from:max(start, text_from)], self.line_at(text_from))
            text_from = end
            if tag is not None:
                self.tag(tag.strip(), self.line_at(match.start()))
        self.literal(self.source[text_from:].rstrip("\n"), self.line_at(text_from))
        if self.stack:
            node = self.stack[-1][0]
            raise Wrong("%s: {{#%s}} is never closed" % (self.where(node.line), node.word))
        return self.template

    def line_at(self, offset):
        return self.source.count("\n", 0, offset) + 1

    def alone(self, start, end):
        """A block's tag alone on its line takes the line with it."""
        left = self.source.rfind("\n", 0, start) + 1
        right = self.source.find("\n", end)
        right = len(self.source) if right < 0 else right
        if self.source[left:start].strip() or self.source[end:right].strip():
            return start, end
        return left, min(right + 1, len(self.source))

    def literal(self, text, line):
        if "{{" in text:
            line += text.count("\n", 0, text.index("{{"))
            raise Wrong("%s: a “{{” is never closed" % self.where(line))
        if text:
            self.nodes.append(Node("literal", line, text=text))

    def tag(self, tag, line):
        where = self.where(line)
        if tag.startswith("!"):
            return
        if tag.startswith("#"):
            return self.open(tag[1:].strip(), line)
        if tag.startswith("/"):
            return self.close(tag[1:].strip(), line)
        if tag == "else":
            return self.otherwise(line)
        if tag.startswith(">"):
            return self.partial(tag[1:].strip(), line)
        word, _, rest = tag.partition(" ")
        rest = rest.strip()
        if word in ("page", "partial") and (rest or word == "partial"):
            return self.head(word, rest, line)
        if word == "t":
            words = split_words(rest, where)
            if not words or words[0][0]:
                raise Wrong("%s: {{t}} needs a key" % where)
            arguments = self.named(words[1:], where)
            self.nodes.append(Node("string", line, key=words[0][1], arguments=arguments))
        elif word == "icon" and rest:
            self.nodes.append(Node(word, line, name=self.expression(rest, where)))
        elif word == "asset" and re.match(r'"?[A-Za-z0-9_./-]+"?\Z', rest):
            self.nodes.append(Node(word, line, name=rest.strip('"')))
        elif word == "unescaped_html":
            self.nodes.append(Node("value", line, path=self.path(rest, where), style=None, raw=True))
        elif word in ("page_title", "page_content", "page_scripts", "page_language"):
            self.nodes.append(Node("special", line, word=word))
        elif word in STYLES and rest:
            self.nodes.append(Node("value", line, path=self.path(rest, where), style=word, raw=False))
        else:
            self.nodes.append(Node("value", line, path=self.path(tag, where), style=None, raw=False))

    def path(self, text, where):
        if not PATH.match(text):
            raise Wrong("%s: “{{%s}}” cannot be understood" % (where, text))
        return text

    def expression(self, text, where):
        """A name, a "literal" or t:key, as written; checked."""
        if text.startswith('"') and text.endswith('"') and len(text) >= 2:
            return text
        if text.startswith("t:"):
            return text
        return self.path(text, where)

    def named(self, words, where):
        found = {}
        for name, text in words:
            if not name or name.endswith("?"):
                raise Wrong("%s: “%s”: name=value is expected" % (where, text))
            if name in found:
                raise Wrong("%s: “%s” is given twice" % (where, name))
            found[name] = self.expression(text, where)
        return found

    def head(self, word, rest, line):
        where = self.where(line)
        if self.template.page is not None or self.template.arguments or any(
                node.kind != "literal" or node.text.strip() for node in self.nodes):
            raise Wrong("%s: {{%s}} must be the first thing of the file" % (where, word))
        self.nodes.clear()
        words = split_words(rest, where)
        if word == "page":
            self.template.page = {name: text for name, text in words}
            self.template.page_line = line
            known = {"layout", "title", "script"}
            for name in self.template.page:
                if name not in known and not self.template.page.get("title"):
                    raise Wrong("%s: {{page}} knows layout, title, script and the title's arguments" % where)
            return
        for name, text in words:
            if name:
                if not (text.startswith('"') and text.endswith('"')):
                    raise Wrong("%s: the default of “%s” must be a \"literal\"" % (where, name))
                self.template.arguments[name] = text
            elif text.endswith("?"):
                self.template.arguments[text[:-1]] = ""
            elif NAME.match(text):
                self.template.arguments[text] = None
            else:
                raise Wrong("%s: “%s” is no name of an argument" % (where, text))

    def open(self, tag, line):
        where = self.where(line)
        word, _, rest = tag.partition(" ")
        rest = rest.strip()
        if word in ("if", "unless"):
            path, equals, literal = (part.strip() for part in rest.partition("="))
            if equals and not re.match(r'"[^"]*"\Z', literal):
                raise Wrong("%s: {{#%s name=\"literal\"}} is expected" % (where, word))
            node = Node("if", line, word=word, path=self.path(path, where).rstrip("?"), literal=literal[1:-1] if equals
                        else None, negative=word == "unless", then=[], other=[])
        elif word == "each":
            node = Node("each", line, word=word, path=self.path(rest, where), then=[], other=[])
        else:
            raise Wrong("%s: {{#%s}} is no block: if, unless, each" % (where, word))
        self.nodes.append(node)
        self.stack.append((node, self.nodes))
        self.nodes = node.then

    def otherwise(self, line):
        if not self.stack or self.nodes is self.stack[-1][0].other:
            raise Wrong("%s: {{else}} without a block" % self.where(line))
        self.nodes = self.stack[-1][0].other

    def close(self, word, line):
        if not self.stack:
            raise Wrong("%s: {{/%s}} closes nothing" % (self.where(line), word))
        node, outer = self.stack.pop()
        if word != node.word:
            raise Wrong("%s: {{/%s}} closes the {{#%s}} of line %d" % (self.where(line), word, node.word, node.line))
        self.nodes = outer

    def partial(self, rest, line):
        words = split_words(rest, self.where(line))
        if not words or words[0][0]:
            raise Wrong("%s: {{>}} needs a partial's name" % self.where(line))
        arguments = self.named(words[1:], self.where(line))
        scope = arguments.pop("in", None)
        if scope and (scope.startswith('"') or scope.startswith("t:")):
            raise Wrong("%s: in= takes a name" % self.where(line))
        self.nodes.append(Node("partial", line, name=words[0][1], scope=scope, arguments=arguments))


def parse_template(name, path, source):
    return Parser(name, path, source).parse()
