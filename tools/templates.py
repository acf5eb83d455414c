#!/usr/bin/env python3
"""templates.py OUTDIR ROOT [NAME FOLDER]: makes C out of the pages (.html): templates.h and templates.c, a
`const struct template template_wallet_home` for src/products/wallet/templates/home.html. The language is told in
web/README.md. Layouts and partials are put in place, strings without arguments are written into the page for each
language, what is known is decided: what remains are copies of constants and lookups. Fails with file and line.

With NAME and FOLDER: the pages of that folder alone, as NAME.h and NAME.c (tests)."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import assets
import messages
from c_text import c_string
from html_state import Place, Walker, value_context
from messages import Wrong
from template_parser import parse_template

DEPTH_MAX = 16


def escape(text):
    for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, name)
    return text


class Tree:
    """All templates, strings, icons and assets that a page may name."""

    def __init__(self, root, folder=None, name=None):
        self.root = root
        self.strings = messages.read_all(root)
        self.templates = {}       # "wallet/home", "layouts/cabinet", "partials/field"
        if folder:
            self.read_folder(os.path.abspath(folder), name)
        else:
            for top in ("src", "sandbox"):
                for path, folders, _ in os.walk(os.path.join(root, top)):
                    folders.sort()
                    if "templates" in folders:
                        self.read_folder(os.path.join(path, "templates"), os.path.basename(path))
        for kind in ("layouts", "partials"):
            self.read_folder(os.path.join(root, "web", kind), kind)
        self.sprite = ""
        sprite = os.path.join(root, "web", "icons.svg")
        if os.path.exists(sprite):
            with open(sprite, encoding="utf-8") as file:
                self.sprite = file.read()

    def read_folder(self, top, prefix):
        for path, folders, files in os.walk(top):
            folders.sort()
            for file in sorted(files):
                if not file.endswith(".html"):
                    continue
                full = os.path.join(path, file)
                name = prefix + "/" + os.path.relpath(full, top)[:-5].replace(os.sep, "/")
                shown = os.path.relpath(full, self.root).replace(os.sep, "/")
                if name in self.templates:
                    raise Wrong("%s: %s is in %s already" % (shown, name, self.templates[name].path))
                with open(full, encoding="utf-8") as source:
                    self.templates[name] = parse_template(name, shown, source.read())

    def partial(self, name, user):
        own = user.name.rsplit("/", 1)[0] + "/" + name
        return self.templates.get(own) or self.templates.get("partials/" + name)

    def pages(self):
        return [t for t in self.templates.values() if t.page is not None and not t.name.startswith("partials/")]

    def folders(self):
        return {t.name.split("/")[0] for t in self.templates.values()} - {"layouts", "partials"}


class Names:
    """What the names mean at a point of a template: a partial's arguments, then the scopes."""

    def __init__(self, template, arguments=None, scope="NULL", only=None, item=None):
        self.template = template
        self.arguments = arguments or {}   # name → ("node", C), ("text", text), ("string", key), ("absent",)
        self.scope = scope                 # C: the items of the loops around, innermost first
        self.only = only                   # C: the only node where names are looked for
        self.item = item                   # C: {{this}}

    def inside(self, item, scope):
        return Names(self.template, self.arguments, scope, None if self.only is None else self.only, item)


class Writer:
    """Writes the function of one page."""

    def __init__(self, tree):
        self.tree, self.place = tree, Place()
        self.lines, self.indent, self.count, self.depth = [], 1, 0, 0
        self.pending = ["" for _ in messages.LANGUAGES]
        self.found = [{}]         # of each C block around: lookup → the variable that holds its result

    # ---- output ----

    def line(self, text):
        self.flush()
        self.lines.append("    " * self.indent + text)

    def flush(self):
        if not any(self.pending):
            return
        pending, self.pending = self.pending, ["" for _ in messages.LANGUAGES]
        if len(set(pending)) == 1:
            self.line("draw_literal(d, %s, %d);" % (c_string(pending[0]), len(pending[0].encode())))
            return
        self.count += 1
        rows = ", ".join("{%s, %d}" % (c_string(text), len(text.encode())) for text in pending)
        self.line("static const struct text words_%d[] = {%s};" % (self.count, rows))
        self.line("draw_words(d, words_%d);" % self.count)

    def add(self, *texts):
        for number in range(len(self.pending)):
            self.pending[number] += texts[number if len(texts) > 1 else 0]

    def asset(self, name):
        self.line("draw_literal(d, %s, sizeof %s - 1);" % (assets.macro(name), assets.macro(name)))

    def enter(self):
        self.indent += 1
        self.found.append({})

    def leave(self):
        self.flush()
        self.indent -= 1
        self.found.pop()

    def once(self, expression):
        """A lookup is done once in its block: documents do not change while they are drawn."""
        for block in self.found:
            if expression in block:
                return block[expression]
        self.count += 1
        name = "node_%d" % self.count
        self.lines.append("    " * self.indent + "const struct node *const %s = %s;" % (name, expression))
        self.lines.append("    " * self.indent + "(void)%s;" % name)
        self.found[-1][expression] = name
        return name

    def wrote_value(self):
        self.place.after_newline = False
        if self.place.mode == "value" and self.place.address is not None:
            self.place.address += "?"

    # ---- names ----

    def lookup(self, path, names):
        """An argument as Names keeps it; nodes as C expressions that may be NULL."""
        first, *rest = path.rstrip("?").split(".")
        if first == "page" and rest[:1] == ["form"] and len(rest) > 1:
            found = ("node", self.once("draw_form_field(d, %s)" % c_string(rest[1])))
            rest = rest[2:]
        elif first in ("page", "document"):
            found = ("node", "d->" + first)
        elif first == "this":
            if not names.item:
                raise Wrong("{{this}} outside {{#each}}")
            found = ("node", names.item)
        elif first in names.arguments:
            found = names.arguments[first]
        elif names.only is not None:
            if names.scope != "NULL":
                call = "draw_find_only(%s, %s, %s)" % (names.scope, names.only, c_string(first))
            else:
                call = "draw_member(%s, %s)" % (names.only, c_string(first))
            found = ("node", self.once(call))
        else:
            found = ("node", self.once("draw_find(d, %s, %s)" % (names.scope, c_string(first))))
        if rest and found[0] != "node":
            if found[0] == "absent":
                return found
            raise Wrong("“%s” is a text here: it has no “%s”" % (first, rest[0]))
        for name in rest:
            found = ("node", self.once("draw_member(%s, %s)" % (found[1], c_string(name))))
        return found

    def given(self, expression, names):
        """The value of name=expression."""
        if expression.startswith('"'):
            return ("text", expression[1:-1])
        if expression.startswith("t:"):
            self.message(expression[2:], {})
            return ("string", expression[2:])
        found = self.lookup(expression, names)
        if found[0] == "absent" and not expression.endswith("?"):
            return found
        return found

    def needed(self, found, path, names, line):
        """C of a node that must be there, unless its name ends in '?'."""
        if found[0] == "text":
            return "&(const struct node){.kind = NODE_TEXT, .text = {%s, %d}}" % (
                c_string(found[1]), len(found[1].encode()))
        if found[0] == "string":
            return "draw_string_node(d, %s)" % messages.symbol(found[1])
        if found[0] == "absent":
            if path.endswith("?"):
                return "NULL"
            raise Wrong("“%s” is optional here and not given: {{%s?}} or {{#if %s}}" % (path, path, path))
        if path.endswith("?"):
            return found[1]
        where = c_string(names.template.path)
        return "draw_needed(%s, %s, %s, %d)" % (found[1], c_string("value " + path), where, line)

    def message(self, key, arguments):
        if key not in self.tree.strings:
            raise Wrong("there is no string “%s”" % key)
        languages = self.tree.strings[key]
        wanted = set()
        for message in languages.values():
            wanted |= set(message.arguments())
        for name in sorted(wanted - set(arguments)):
            raise Wrong("the string “%s” needs the argument %s=…" % (key, name))
        for name in sorted(set(arguments) - wanted):
            raise Wrong("the string “%s” has no argument {%s}" % (key, name))
        return languages

    # ---- nodes ----

    def walk(self, nodes, names):
        for node in nodes:
            try:
                getattr(self, "do_" + node.kind)(node, names)
            except Wrong as wrong:
                where = "%s:%d" % (names.template.path, node.line)
                placed = getattr(wrong, "placed", False)
                if placed and node.kind != "partial":
                    raise
                wrong = Wrong("%s\n    used by %s" % (wrong, where) if placed else "%s: %s" % (where, wrong))
                wrong.placed = True
                raise wrong from None

    def do_literal(self, node, names):
        walker = Walker(self.place)
        try:
            self.add(walker.literal(node.text))
        except Wrong as wrong:
            wrong = Wrong("%s:%d: %s" % (names.template.path, node.line + walker.lines_before, wrong))
            wrong.placed = True
            raise wrong from None

    def do_value(self, node, names):
        kind, people = value_context(self.place)
        found = self.lookup(node.path, names)
        if found[0] in ("text", "string") and not node.raw:
            self.constant(found, kind)
            return
        if node.raw and (self.place.mode != "text" or kind != "TEXT"):
            raise Wrong("{{unescaped_html}} only in text")
        value = self.needed(found, node.path, names, node.line)
        if value == "NULL":
            return
        if node.raw:
            self.line("draw_unescaped(d, %s);" % value)
        else:
            style = "STYLE_" + (node.style.upper() if node.style else "PEOPLE" if people else "PLAIN")
            self.line("draw_value(d, %s, PLACE_%s, %s);" % (value, kind, style))
        self.wrote_value()

    def constant(self, found, kind):
        if found[0] == "string":
            if kind != "TEXT":
                raise Wrong("a string inside an address")
            texts = [self.tree.strings[found[1]][language].plain() for language in messages.LANGUAGES]
            if None in texts: # another for another kind of company
                self.line("draw_string(d, %s, NULL, 0);" % messages.symbol(found[1]))
            else:
                self.add(*[escape(text) for text in texts])
        elif kind == "TEXT":
            self.add(escape(found[1]))
        elif kind == "URL":
            Walker(self.place.copy()).literal(found[1])
            self.add(escape(found[1]))
        else:
            raise Wrong("a \"literal\" in the middle of an address: write it into the address")
        self.wrote_value()

    def do_string(self, node, names):
        kind, _ = value_context(self.place)
        if kind != "TEXT":
            raise Wrong("a string inside an address")
        self.put_string(node.key, node.arguments, names, node.line)

    def put_string(self, key, arguments, names, line):
        languages = self.message(key, arguments)
        texts = [languages[language].plain() for language in messages.LANGUAGES]
        if None not in texts:
            self.add(*[escape(text) for text in texts])
        elif not arguments:
            self.line("draw_string(d, %s, NULL, 0);" % messages.symbol(key))
        else:
            rows = []
            for name, expression in arguments.items():
                value = self.needed(self.given(expression, names), expression.rstrip("?"), names, line)
                rows.append("{%s, %s}" % (c_string(name), value))
            self.line("draw_string(d, %s, (const struct string_argument[]){%s}, %d);" % (
                messages.symbol(key), ", ".join(rows), len(rows)))
        self.wrote_value()

    def do_if(self, node, names):
        found = self.lookup(node.path, names)
        known = None
        if found[0] == "absent":
            known = False
        elif found[0] == "text":
            known = bool(found[1]) if node.literal is None else found[1] == node.literal
        elif found[0] == "string":
            known = True
        self.place.settle()
        if known is not None:
            self.walk(node.then if known != node.negative else node.other, names)
            return
        test = "doc_truth(%s)" % found[1]
        if node.literal is not None:
            test = "draw_is(%s, %s)" % (found[1], c_string(node.literal))
        self.line("if (%s%s) {" % ("!" if node.negative else "", test))
        start = self.place.copy()
        ends = []
        for number, branch in enumerate((node.then, node.other)):
            self.place = start.copy()
            if number and branch:
                self.line("} else {")
            self.enter()
            self.walk(branch, names)
            self.place.settle()
            self.leave()
            ends.append(self.place)
        self.line("}")
        if not ends[0].same(ends[1]):
            raise Wrong("{{#%s}}: one way ends in %s, the other in %s"
                        % (node.word, ends[0].describe(), ends[1].describe()))
        self.place = ends[0].joined(ends[1])

    def do_each(self, node, names):
        found = self.lookup(node.path, names)
        self.place.settle()
        if found[0] == "absent":
            self.walk(node.other, names)
            return
        if found[0] != "node":
            raise Wrong("{{#each %s}}: that is a text" % node.path)
        self.count += 1
        number = self.count
        value = self.needed(found, node.path, names, node.line)
        self.line("const struct node *list_%d = draw_list(%s);" % (number, value))
        self.line("for (const struct node *item_%d = list_%d; item_%d; item_%d = item_%d->next) {" % ((number,) * 5))
        start = self.place.copy()
        self.enter()
        self.line("const struct draw_scope scope_%d = {item_%d, %s};" % (number, number, names.scope))
        self.line("(void)scope_%d;" % number)
        self.place.after_newline = False
        self.walk(node.then, names.inside("item_%d" % number, "&scope_%d" % number))
        self.place.settle()
        self.leave()
        self.line("}")
        if not self.place.same(start):
            raise Wrong("{{#each}} begins in %s and ends in %s" % (start.describe(), self.place.describe()))
        place = start.joined(self.place)
        if node.other:
            self.line("if (!list_%d) {" % number)
            self.place = start.copy()
            self.enter()
            self.walk(node.other, names)
            self.leave()
            self.line("}")
            if not self.place.same(start):
                raise Wrong("{{else}} of {{#each}} ends in %s" % self.place.describe())
            place = place.joined(self.place)
        self.place = place

    def do_partial(self, node, names):
        partial = self.tree.partial(node.name, names.template)
        if partial is None or partial.page is not None:
            raise Wrong("there is no partial “%s”, neither in this folder nor in web/partials" % node.name)
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise Wrong("the partial “%s” is inside itself" % node.name)
        arguments = {}
        for name, expression in node.arguments.items():
            if name not in partial.arguments:
                raise Wrong("the partial “%s” takes no argument “%s”" % (node.name, name))
            arguments[name] = self.given(expression, names)
        for name, default in partial.arguments.items():
            if name in arguments:
                continue
            if default is None:
                raise Wrong("the partial “%s” needs the argument %s=…" % (node.name, name))
            arguments[name] = ("text", default[1:-1]) if default else ("absent",)
        inner = Names(partial, arguments, names.scope, names.only, names.item)
        if node.scope:
            self.count += 1
            value = self.needed(self.lookup(node.scope, names), node.scope, names, node.line)
            place = "in_%d" % self.count # line() counts on when it writes words before
            self.line("const struct node *%s = %s;" % (place, value))
            inner = Names(partial, arguments, "NULL", place, None)
        self.walk(partial.nodes, inner)
        self.depth -= 1

    def do_icon(self, node, names):
        if self.place.mode != "text":
            raise Wrong("{{icon}} only in text")
        found = self.given(node.name, names)
        self.add('<svg class="icon" aria-hidden="true" focusable="false"><use href="')
        self.asset("icons.svg")
        self.add("#")
        if found[0] == "text":
            if 'id="%s"' % found[1] not in self.tree.sprite:
                raise Wrong("web/icons.svg has no icon “%s” (tools/icons.py adds one)" % found[1])
            self.add(found[1])
        else:
            value = self.needed(found, node.name, names, node.line)
            self.line("draw_value(d, %s, PLACE_URL_PART, STYLE_PLAIN);" % value)
        self.add('"/></svg>')
        self.place.after_newline = False

    def do_asset(self, node, names):
        name = node.name
        if not os.path.exists(os.path.join(self.tree.root, "web", name)):
            raise Wrong("there is no file web/%s" % name)
        if self.place.mode != "value" or self.place.address:
            raise Wrong("{{asset}} only as a whole attribute")
        self.asset(name)
        self.wrote_value()

    def do_special(self, node, names):
        if node.word == "page_language":
            value_context(self.place)
            self.add(*messages.LANGUAGES)
            self.wrote_value()
            return
        if not names.template.name.startswith("layouts/"):
            raise Wrong("{{%s}} only in layouts" % node.word)
        page, page_names = self.page, Names(self.page)
        if node.word == "page_content":
            self.walk(page.nodes, page_names)
        elif node.word == "page_scripts":
            for script in (page.page.get("script") or "").strip('"').split(","):
                if script:
                    self.add('<script src="')
                    if not os.path.exists(os.path.join(self.tree.root, "web", "scripts", script)):
                        raise Wrong("%s: there is no file web/scripts/%s" % (page.path, script))
                    self.asset("scripts/" + script)
                    self.add('" defer></script>')
        else:
            value_context(self.place)
            title = page.page.get("title")
            if not title:
                raise Wrong("%s: {{page}} needs title=… for this layout" % page.path)
            arguments = {name: text for name, text in page.page.items() if name not in ("layout", "title", "script")}
            self.put_string(title, arguments, page_names, page.page_line)

    def write(self, page):
        self.page = page
        layout = page.page.get("layout", "none")
        if layout == "none":
            self.walk(page.nodes, Names(page))
        else:
            outer = self.tree.templates.get("layouts/" + layout)
            if outer is None:
                raise Wrong("%s:%d: there is no layout “%s” in web/layouts" % (page.path, page.page_line, layout))
            self.walk(outer.nodes, Names(outer, only="d->page"))
        if self.place.mode != "text":
            raise Wrong("%s: the page ends inside %s" % (page.path, self.place.describe()))
        self.flush()
        return self.lines


def symbol(template):
    return "template_" + template.name.replace("/", "_").replace("-", "_")


# {file name: its text}: a file for each folder's pages, since one of all would be compiled anew after each edit.
def generate(tree, name):
    pages = sorted(tree.pages(), key=lambda page: page.name)
    header = ["/* %s.h: made by tools/templates.py from the pages. */" % name, "#pragma once", "",
              '#include "http/template.h"', ""]
    header += ["extern const struct template %s; /* %s */" % (symbol(page), page.path) for page in pages]
    header += ["", "extern const struct template *const all_%s[]; /* NULL-ended */" % name, ""]
    listed = ['#include "generated/%s.h"' % name, "", "const struct template *const all_%s[] = {" % name]
    listed += ["    &%s," % symbol(page) for page in pages] + ["    NULL,", "};", ""]
    files = {name + ".h": header, name + ".c": listed}
    for folder in sorted(tree.folders()):
        source = ["/* Made by tools/templates.py from the pages of %s. */" % folder, '#include "generated/%s.h"' % name,
                  '#include "generated/assets.h"', '#include "generated/strings.h"', '#include "http/draw.h"', ""]
        for page in pages:
            if page.name.split("/")[0] == folder:
                source.append("static void draw_%s(struct drawing *d) {" % symbol(page))
                source += Writer(tree).write(page)
                row = "const struct template %s = {%s, draw_%s};" % (symbol(page), c_string(page.name), symbol(page))
                source += ["}", row, ""]
        files["%s_%s.c" % (name, folder)] = source
    return {file: "\n".join(lines) for file, lines in files.items()}


def main():
    out, root = sys.argv[1], os.path.abspath(sys.argv[2])
    name, folder = (sys.argv[3], sys.argv[4]) if len(sys.argv) > 4 else ("templates", None)
    try:
        files = generate(Tree(root, folder, name), name)
    except Wrong as wrong:
        sys.exit("templates.py: %s" % wrong)
    for file_name, text in files.items():
        with open(os.path.join(out, file_name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
