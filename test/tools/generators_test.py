"""generators_test.py: what tools/strings.py and tools/templates.py make and, mostly, what they refuse, with the
file and line they name. `python3 -m unittest discover -s test/tools -p '*_test.py'`"""

import os
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
import strings as strings_tool
import templates as templates_tool

TOOLS = {"strings.py": strings_tool, "templates.py": templates_tool}


SCRATCH = tempfile.TemporaryDirectory()


def tearDownModule():
    SCRATCH.cleanup()


class Tree:
    """A source tree of a few files."""

    def __init__(self, files):
        self.root = tempfile.mkdtemp(dir=SCRATCH.name)
        self.out = os.path.join(self.root, "out")
        os.mkdir(self.out)
        for path, text in files.items():
            full = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, tool):
        """As from the command line: what it exits with, which is what it says when something is wrong."""
        with mock.patch.object(sys, "argv", [tool, self.out, self.root]):
            try:
                TOOLS[tool].main()
            except SystemExit as end:
                return types.SimpleNamespace(returncode=1, stderr=str(end.code))
        return types.SimpleNamespace(returncode=0, stderr="")

    def made(self, name):
        with open(os.path.join(self.out, name), encoding="utf-8") as file:
            return file.read()


def strings(russian, english=None):
    files = {"src/products/shop/strings/ru.txt": russian}
    if english is not None:
        files["src/products/shop/strings/en.txt"] = english
    return files


class Strings(unittest.TestCase):
    def refuses(self, files, *said):
        done = Tree(files).run("strings.py")
        self.assertNotEqual(done.returncode, 0)
        for words in said:
            self.assertIn(words, done.stderr)

    def test_makes_tables(self):
        tree = Tree(strings("# c\nshop.a = Да\n"
                            "shop.n_1.x = {n, plural, =0 {'{нет}'} one {# раз} few {#} many {#} other {#}}\n",
                            "shop.a = It's\nshop.n_1.x = {n, plural,\n  one {# time, {who}}\n other {#}} {who}\n"))
        done = tree.run("strings.py")
        self.assertIn("the argument {who} is missing here", done.stderr)
        tree = Tree(strings("shop.a = Да {who}\nshop.b = x\\ny\n", "shop.a = It's {who, short}\nshop.b = z\n  w\n"))
        self.assertEqual(tree.run("strings.py").returncode, 0)
        self.assertIn("S_shop_a = 1 << 12,\n    S_shop_b,", tree.made("strings_shop.h"))
        self.assertIn('"generated/strings_shop.h"', tree.made("strings.h"))
        source = tree.made("strings.c")
        for part in ('{"It\'s ", 5}', "STYLE_SHORT", '{"x\\ny", 3}', '{"z w", 3}'):
            self.assertIn(part, source)

    def test_language_missing(self):
        self.refuses(strings("shop.a = x\n"), "src/products/shop/strings/en.txt: missing")
        self.refuses(strings("shop.a = x\nshop.b = y\n", "shop.a = x\n"),
                     "strings/ru.txt:2", "shop.b", "strings/en.txt")
        german = {"src/products/shop/strings/de.txt": ""}
        self.refuses(dict(strings("shop.a = x\n", "shop.a = x\n"), **german), "de.txt")

    def test_keys(self):
        self.refuses(strings("\nother.a = x\n", "shop.a = x\n"), "ru.txt:2", "must begin with “shop.”")
        self.refuses(strings("shop = x\n", ""), "ru.txt:1", "no key")
        self.refuses(strings("shop.A = x\n", ""), "ru.txt:1", "no key")
        self.refuses(strings("shop.a\n", ""), "ru.txt:1", "key = message")
        self.refuses(strings("shop.a =\n", ""), "ru.txt:1", "empty")
        self.refuses(strings("shop.a = x\nshop.a = y\n", ""), "ru.txt:2", "ru.txt:1")
        both = "shop.a.b = x\nshop.a_b = y\n"
        self.refuses(strings(both, both), "one name in C")
        self.refuses(strings(" x\n", ""), "ru.txt:1")

    def test_arguments(self):
        self.refuses(strings("shop.a = {x}\n", "shop.a = {y}\n"), "en.txt:1", "{x} is missing here, ru has it")
        self.refuses(strings("shop.a = {x, select, other {}}\n",
                             "shop.a = {x, plural, one {} other {}}\n"), "en.txt:1", "{x}")
        for wrong in ("{", "}", "{}", "{x", "{X}", "{x, money}", "{x, plural}", "'{x", "{x, plural, one {a}"):
            self.refuses(strings("shop.a = %s\n" % wrong, "shop.a = x\n"), "ru.txt:1: shop.a")

    def test_plurals(self):
        english = "shop.a = {n, plural, one {a} other {b}}\n"
        self.refuses(strings("shop.a = {n, plural, one {a} few {b} other {c}}\n", english), "ru.txt:1", "“many”", "ru")
        self.refuses(strings("shop.a = {n, plural, one {a} few {b} many {c}}\n", english), "ru.txt:1", "“other”")
        russian = "shop.a = {n, plural, one {a} few {b} many {c} other {d}}\n"
        self.refuses(strings(russian, "shop.a = {n, plural, other {b}}\n"), "en.txt:1", "“one”")
        self.refuses(strings(russian, "shop.a = {n, plural, one {a} few {b} other {c}}\n"), "en.txt:1", "“few”")
        self.refuses(strings(russian, "shop.a = {n, plural, one {a} one {b} other {c}}\n"), "en.txt:1", "twice")
        self.refuses(strings("shop.a = {n, select, x {a}}\n", english), "ru.txt:1", "“other”")


    def test_words(self):
        files = strings("shop.a = Кошелёк и кошельки\nshop.b = Да\n", "shop.a = Your wallet\nshop.b = Yes\n")
        for language, words in (("ru", "# c\nкошелёк = счёт\nкошельки = счета\n"), ("en", "wallet = account\n")):
            files["src/http/words/%s.txt" % language] = words
        tree = Tree(files)
        self.assertEqual(tree.run("strings.py").returncode, 0)
        source = tree.made("strings.c")
        for said in ("Кошелёк и кошельки", "Счёт и счета", "Your wallet", "Your account"):
            self.assertIn(said, source)
        self.assertRegex(source, r'(?m)^ +\{"shop.b", .*, NULL\},$')


class Templates(unittest.TestCase):
    def tree(self, page, **more):
        files = {
            "src/products/shop/strings/ru.txt": "shop.title = Лавка\nshop.n = {n} шт. {at, day}\n",
            "src/products/shop/strings/en.txt": "shop.title = Shop\nshop.n = {n} pcs {at, day}\n",
            "src/products/shop/templates/home.html": page,
            "web/layouts/plain.html": "<title>{{page_title}}</title>{{page_content}}\n",
            "web/partials/word.html": '{{partial text more? kind="k"}}\n<b class="{{kind}}">{{text}}{{more?}}</b>\n',
            "web/style.css": "",
            "web/icons.svg": '<svg><symbol id="home"/></svg>',
        }
        files.update({"web/partials/%s.html" % name: text for name, text in more.items()})
        return Tree(files)

    def refuses(self, page, *said, **more):
        done = self.tree("{{page layout=none}}\n" + page, **more).run("templates.py")
        self.assertNotEqual(done.returncode, 0, page)
        for words in said:
            self.assertIn(words, done.stderr)

    def makes(self, page, **more):
        tree = self.tree(page, **more)
        done = tree.run("templates.py")
        self.assertEqual(done.returncode, 0, done.stderr)
        return tree.made("templates_shop.c")

    def test_makes_a_page(self):
        source = self.makes('{{page layout=plain title=shop.title}}\n<p>\n   {{t shop.title}}</p>{{> word text="a<b"}}'
                            '<a href="{{asset style.css}}">{{icon "home"}}</a>')
        self.assertIn("template_shop_home", source)
        self.assertIn("<title>Лавка</title><p>\\nЛавка</p><b class=\\\"k\\\">a&lt;b</b>", source)
        self.assertIn('draw_literal(d, ASSET_style_css, sizeof ASSET_style_css - 1)', source)

    def test_unknown_names(self):
        here = "src/products/shop/templates/home.html:3"
        self.refuses("\n{{> nothing}}", here, "no partial “nothing”")
        self.refuses("\n{{t shop.nothing}}", here, "no string “shop.nothing”")
        self.refuses("\n{{t shop.n n=x}}", here, "at=")
        self.refuses("\n{{t shop.title n=x}}", here, "no argument {n}")
        self.refuses('\n{{icon "nothing"}}', here, "no icon “nothing”")
        self.refuses('\n<a href="{{asset nothing.css}}">', here, "web/nothing.css")
        self.refuses('\n{{> word text="x" txet="y"}}', here, "takes no argument “txet”")
        self.refuses("\n{{> word}}", here, "text=")
        self.refuses("\n{{> own}}", "web/partials/own.html:2", "inside itself", own="{{partial}}\n{{> own}}")
        self.refuses("\n{{this}}", here, "{{#each}}")
        self.refuses("\n{{a b}}", here, "cannot be understood")
        self.refuses("\n{{> say}}", "web/partials/say.html:2", "not given", say="{{partial a?}}\n{{a}}")

    def test_layouts(self):
        done = self.tree("{{page layout=nothing title=shop.title}}").run("templates.py")
        self.assertIn("home.html:1: there is no layout “nothing”", done.stderr)
        done = self.tree("{{page layout=plain}}").run("templates.py")
        self.assertIn("needs title=", done.stderr)
        self.refuses("{{page_content}}", "only in layouts")
        self.refuses("x{{page layout=none}}", "first thing")

    def test_blocks(self):
        here = "src/products/shop/templates/home.html:"
        self.refuses("\n{{#if a}}", here + "3", "never closed")
        self.refuses("{{#if a}}\n{{/each}}", here + "3", "closes the {{#if}} of line 2")
        self.refuses("{{/if}}", here + "2", "closes nothing")
        self.refuses("{{else}}", here + "2", "without a block")
        self.refuses("{{#if a}}{{else}}{{else}}{{/if}}", here + "2")
        self.refuses("{{#wile a}}{{/wile}}", here + "2", "no block")
        self.refuses("{{#if a}}<b {{/if}}", here + "2", "one way ends in")
        self.refuses('{{#each a}}<b title="{{/each}}', here + "2", "begins in")
        self.refuses("{{name", here + "2", "never closed")
        self.refuses("<b", "ends inside")

    def test_places(self):
        for page in ("<b title={{a}}>", "<b title=x{{a}}>", "<b {{a}}>", "<{{a}}>", "<b {{a}}=x>",
                     '<script src="/x">{{a}}</script>', "<style>{{a}}</style>", '<b style="{{a}}">',
                     '<b onclick="{{a}}">', '<b ONCLICK="x">', '<b style="x">',
                     "<script>1</script>", "<style></style>", '<a href="javascript:{{a}}">', '<a href="data:x">',
                     '<iframe srcdoc="{{a}}">', '<img srcset="{{a}}">', "<!-- {{a}} -->",
                     '<a href="{{#if a}}/{{/if}}{{b}}">',
                     '<a href="{{t shop.title}}">', '<b title="{{unescaped_html a}}">', '<b title="{{icon "home"}}">',
                     "a < b"):
            self.refuses(page, "src/products/shop/templates/home.html:")
        for page in ('<b title="{{a}}" {{#if a}}hidden{{/if}}>', "<b title='{{a}}'>", '<a href="/a/{{b}}?c={{d}}">',
                     '<a href="tel:{{a}}">', '<a href="{{a}}">', "<title>{{a}}</title>", '<b title="{{t shop.title}}">',
                     "<textarea>{{a}}</textarea>", '<a href="{{#if a}}{{b}}{{else}}/c{{/if}}">',
                     "<input disabled>{{a}}"):
            self.makes("{{page layout=none}}\n" + page)


if __name__ == "__main__":
    unittest.main()
