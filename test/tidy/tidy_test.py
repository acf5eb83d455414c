"""tidy_test.py: small trees that break one house rule each, and are caught; what looks like a breach and is none; and
what ./run format makes of lines that are too long."""

import os
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import tidy
from rules import css, look

PLURAL_RU = "a.b = {n, plural, one {# а} few {# б} many {# в} other {# г}}"
TABLE = '/* s.c */\nconst char *s = "CREATE TABLE %s\\n"\n    "    %s\\n"\n    ");";\n'
PAGE = '<form method="post" action="/x">%s<button>x</button></form>'


def found(files, rule):
    """The messages of one rule on a tree made of {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return [problem.path + ": " + problem.message for problem in tidy.problems(root, [rule])]


class TidyTest(unittest.TestCase):
    def caught(self, rule, files, *parts):
        """Exactly one breach, and its message holds the parts."""
        messages = found(files, rule)
        self.assertEqual(1, len(messages), messages)
        for part in parts:
            self.assertIn(part, messages[0])

    def well(self, rule, files):
        self.assertEqual([], found(files, rule))

    def include(self, path, header, *others):
        files = {path: '#include "%s"\n' % header}
        files.update({other: "" for other in others})
        return files

    def test_include_table(self):
        for path, header in [
            ("src/base/a.c", "store/store.h"),
            ("src/http/a.c", "store/store.h"),
            ("src/ledger/a.c", "http/request.h"),
            ("src/engine/a.c", "identity/identity.h"),
            ("src/products/wallet/a.c", "products/cards/cards.h"),
            ("src/adapters/acquirer/a.c", "store/store.h"),
            ("src/identity/a.c", "products/wallet/wallet.h"),
            ("sandbox/a.c", "ledger/ledger.h"),
            ("src/base/a_test.c", "ledger/ledger.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.caught("include", self.include(path, header, "src/" + header), path, "may not use")

    def test_include_allowed(self):
        for path, header in [
            ("src/store/a.c", "base/text.h"),
            ("src/products/wallet/a.c", "identity/identity.h"),
            ("src/products/wallet/a.c", "products/wallet/wallet.h"),
            ("src/products/wallet/a.c", "generated/strings.h"),
            ("src/app/main.c", "products/wallet/wallet.h"),
            ("test/simulation/a_test.c", "products/wallet/wallet.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.well("include", self.include(path, header, "src/" + header))

    def test_include_by_name(self):
        self.caught("include", self.include("src/base/a.c", "text.h", "src/base/text.h"), "from src/")
        self.caught("include", self.include("src/base/a.c", "../base/text.h", "src/base/text.h"), "no way up")
        self.caught("include", self.include("src/base/a.c", "base/gone.h"), "is not there")
        self.caught("include", {"src/products/wallet/a.c": "#include <sqlite3.h>\n"}, "belongs to store")

    SEAL = 'void secret_seal(int keyring, const char *purpose, int id);\n'

    def sealing(self, source):
        look = "void secret_lookup(int keyring, const char *purpose);\n"
        return {"src/base/secret.h": "/* s. */\n" + self.SEAL + look,
                "src/x/x.c": "/* x. */\n" + source}

    def test_sealed(self):
        self.caught("sealed", self.sealing('void f(void) { secret_seal(1, "x.name", 2); }\n'), "x.name", ".sealed list")
        wrapped = ('static int box(int id, const char *purpose) {\n    secret_seal(1, purpose, id);\n}\n'
                   'void f(void) { box(7, "x.name"); }\n')
        self.caught("sealed", self.sealing(wrapped), "x.name", ".sealed list")
        self.caught("sealed", self.sealing('#define P "x.name"\nvoid f(void) { secret_seal(1, P, 2); }\n'), "x.name")
        self.caught("sealed", self.sealing('void f(void) { secret_lookup(1, "phone"); }\n'), "phone", ".lookups")
        listed = 'const struct sealed s[] = {\n    {SEALED("x", "name", "x.name", "id", "i", "id")},\n};\n'
        self.well("sealed", self.sealing(listed + 'void f(void) { secret_seal(1, "x.name", 2); }\n'))
        self.well("sealed", self.sealing(listed + wrapped))
        self.caught("sealed", self.sealing(listed), "nothing seals", "x.name")
        hashed = 'const struct lookup l[] = {\n    {LOOKUP_OWNER("x", "hash", "phone", "customer")},\n};\n'
        self.well("sealed", self.sealing(hashed + 'void f(void) { secret_lookup(1, "phone"); }\n'))
        both = 'void f(void) { secret_seal(1, "phone", 2); secret_lookup(1, "phone"); }\n'
        self.caught("sealed", self.sealing(hashed + both), ".sealed list")

    def test_sealed_in_a_cookie(self):
        files = self.sealing('void f(void) { secret_seal(1, "x.cookie", 2); }\n'
                             'void g(void) { secret_open_carried(1, "x.cookie"); }\n')
        files["src/base/secret.h"] += "void secret_open_carried(int keyring, const char *purpose);\n"
        self.well("sealed", files)

    def test_include_circle(self):
        self.caught("include", {
            "src/identity/identity.h": '#include "messaging/messaging.h"\n',
            "src/messaging/messaging.h": '#include "identity/identity.h"\n',
        }, "use each other")

    def test_lengths(self):
        body = "    x();\n" * 69
        self.well("length", {"src/base/a.c": "/* a */\nvoid f(void) {\n" + body[:-9] + "}\n"})
        self.caught("length", {"src/base/a.c": "/* a */\nvoid f(void) {\n" + body + "}\n"}, "f() has 71 lines")
        self.caught("length", {"src/base/a.c": "void f(void)\n{\n    if (x) {\n" + body + "    }\n}\n"}, "f() has 74")
        self.caught("length", {"src/base/a.h": "/* " + "x" * 120 + " */\n"}, "126 columns")
        self.well("length", {"src/base/a.h": "/* " + "ж" * 114 + " */\n"})
        self.caught("length", {"src/base/a.h": "int a;\n" * 1001}, "1001 lines, at most 1000")
        self.caught("length", {"src/base/a.h": "int a;\n" * 501}, "501 lines")
        self.caught("length", {"src/base/a.h": "\tint a;\n"}, "tab")
        self.caught("length", {"tools/a.py": "def f():\n" + "    x = 1\n" * 71}, "f() has 72 lines")

    def test_tables_are_not_functions(self):
        rows = "    {MAKE(1), 2},\n" * 100
        self.well("length", {"src/base/a.c": "static const struct row rows[] = {\n" + rows + "};\n"})

    def test_banned(self):
        for code, word in [
            ("strcpy(a, b);", "strcpy"),
            ("if (sprintf (a, b)) return;", "sprintf"),
            ("x = time(NULL);", "time"),
            ("system(a);", "system"),
            ("double rate;", "double"),
            ("return (float)a;", "float"),
        ]:
            with self.subTest(code=code):
                self.caught("banned", {"src/base/a.c": code + "\n"}, word)
        for code in ("text_strcpy(a);", '"strcpy(a, b)";', "/* double */", "log->time(x);", "world.random(x);",
                     "time_t t;"):
            with self.subTest(code=code):
                self.well("banned", {"src/base/a.c": code + "\n"})
        self.well("banned", {"src/base/world.c": "x = time(NULL);\n"})

    def test_opening(self):
        self.caught("opening", {"src/base/a.c": "int a;\n"}, "opens with a comment")
        self.well("opening", {"src/base/a.c": "/* a.c: one. */\nint a;\n"})

    def test_dead(self):
        self.caught("dead", {"src/base/a.h": ""}, "nobody includes")
        self.caught("dead", {"test/other/a.c": ""}, "build does not find")
        self.caught("dead", {"web/scripts/busy.js": ""}, "nothing names it")
        self.caught("dead", {"web/partials/field.html": ""}, "uses it")
        self.caught("dead", {"web/layouts/cabinet.html": ""}, "uses it")
        self.caught("dead", {"tools/old.py": ""}, "nothing runs or imports")
        self.caught("dead", {"test/interface/helper.mjs": ""}, "nothing imports")
        self.caught("dead", {"src/products/wallet/templates/home.html": "", "src/app/main.c": "template_wallet_homes"},
                    "home.html")

    def test_alive(self):
        self.well("dead", {
            "src/base/a.h": "", "src/base/a.c": '#include "base/a.h"\ntemplate_wallet_home\n', "src/base/a_test.c": "",
            "src/products/wallet/templates/home.html": '{{page layout=cabinet title=x}}{{> field in=a}}',
            "web/layouts/cabinet.html": '<script src="/busy.js"></script>', "web/partials/field.html": "",
            "web/scripts/busy.js": "",
            "test/interface/a.test.mjs": 'import "./helper.mjs"', "test/interface/helper.mjs": "",
        })

    def table(self, head, body):
        return {"src/store/s.c": TABLE % (head, body)}

    def test_tables(self):
        self.well("table", self.table("a ( -- distributed by owner", "owner BIGINT, id ROWKEY, ROWKEY(owner, id)"))
        self.well("table", self.table("a ( -- distributed by id", "id BIGINT PRIMARY KEY, name TEXT NOT NULL"))
        self.well("table", self.table("a ( -- reference", "code BIGINT PRIMARY KEY"))
        self.well("table", self.table("a ( -- distributed by b", "b BIGINT, CHECK (b > 0 AND b < 9), UNIQUE (b)"))
        for head, body, part in [
            ("a (", "id BIGINT", "what it is distributed by"),
            ("a ( -- distributed by owner", "id BIGINT", "no column owner"),
            ("a ( -- distributed by owner", "owner BIGINT, id BIGINT PRIMARY KEY", "leaves out"),
            ("a ( -- distributed by owner", "owner BIGINT, id BIGINT, UNIQUE (id)", "leaves out"),
            ("a ( -- distributed by owner", "owner BIGINT, id ROWKEY, ROWKEY(id)", "leaves out"),
            ("a ( -- distributed by owner", "owner BIGINT, id ROWKEY", "no ROWKEY("),
            ("a ( -- distributed by owner", "owner INTEGER", "INTEGER"),
        ]:
            with self.subTest(head=head, body=body):
                self.caught("table", self.table(head, body), part)

    def test_unique_index(self):
        create = "CREATE TABLE a ( -- distributed by owner\\n owner BIGINT, b TEXT);\\n"
        self.caught("table", {"src/store/s.c": 'x = "%sCREATE UNIQUE INDEX i ON a (b);";' % create}, "unique index")
        self.well("table", {"src/store/s.c": 'x = "%sCREATE UNIQUE INDEX i ON a (owner, b);";' % create})

    def test_statements(self):
        self.well("statement", {"src/ledger/a.c": 'STATEMENT(one, "SELECT 1 "\n    "FROM a");\n'})
        self.well("statement", {"src/ledger/a.c": '{"ledger", 2, "UPDATE a SET b = 1"},\n'})
        self.caught("statement", {"src/ledger/a.c": 'x = text_format(arena, "SELECT %s", a);\n'}, "outside STATEMENT")
        self.caught("statement", {"src/ledger/a.c": "static struct statement x = {sql, 0};\n"}, "STATEMENT(name")

    def route(self, row):
        rows = "    {%s},\n    {.path = NULL},\n" % row
        return {"src/identity/a.c": "static const struct route routes[] = {\n%s};\n" % rows}

    def test_routes(self):
        stages = '{{STAGE_READ, a}, {STAGE_WRITE, b}}'
        self.well("route", self.route('METHOD_POST, "/x", WHO_ANYONE, 0, %s, .audit = "x", .summary = "x"' % stages))
        self.well("route", self.route('METHOD_GET, "/x", WHO_ANYONE, 0, {{STAGE_READ, a}}, .summary = "x"'))
        self.caught("route", self.route('METHOD_POST, "/x", WHO_ANYONE, 0, %s, .summary = "x"' % stages), "no .audit")
        self.caught("route", self.route('METHOD_GET, "/x", WHO_ANYONE, 0, {{STAGE_READ, a}}'), "no .summary")

    def test_templates(self):
        self.well("template", {"web/a.html": '<script src="/a.js" defer></script>' + PAGE % "{{> form_hidden}}"})
        for page, part in [
            ("<script>x()</script>", "script"), ("<style>x</style>", "style"), ('<p style="x">', "style"),
            ('<p onclick="x">', "handler"), ('<a href="javascript:x">', "javascript"), (PAGE % "", "form_hidden"),
        ]:
            with self.subTest(page=page):
                self.caught("template", {"web/a.html": page}, part)

    def strings(self, ru, en, page="{{t a.b}}"):
        return {"src/a/strings/ru.txt": ru, "src/a/strings/en.txt": en, "src/a/templates/p.html": page}

    def test_strings(self):
        self.well("strings", self.strings("# один\na.b = Да {sum}\n", "a.b = Yes {sum}\n"))
        self.well("strings", self.strings(PLURAL_RU, "a.b = {n, plural, one {#} other {#}}"))
        self.well("strings", {**self.strings("a.b = Да", "a.b = Yes", ""), "src/a/a.c": "refuse(S_a_b);"})
        self.caught("strings", self.strings("a.b = Да\na.c = Нет", "a.b = Yes", "{{t a.b}}{{t a.c}}"),
                    "a.c: is missing in strings/en.txt")
        self.caught("strings", self.strings("a.b = Да", "a.b = Yes\na.c = No"), "a.c: is missing in strings/ru.txt")
        self.caught("strings", self.strings("a.b = Да", "a.b = Yes", "{{t a.c}}"), "nothing uses a.b")
        self.caught("strings", self.strings("a.b = {sum}", "a.b = {total}"), "the argument {sum} is missing")
        self.caught("strings", self.strings("a.b =", "a.b = Yes"), "empty")
        self.caught("strings", {"src/a/strings/ru.txt": "", "web/a.html": ""}, "en.txt", "missing")

    def test_look(self):
        with open(os.path.join(ROOT, ".clang-format"), encoding="utf-8") as file:
            look = file.read()

        def tree(code):
            return {".clang-format": look, "src/base/a.c": "/* a */\n" + code}

        for code in [
            "static int f(int a) {\n    return a;\n}\n",
            "static int f(int a) { return a; }\n",
            "static const struct row rows[] = {\n    {1,   2}, {33,  4},\n    {555, 6},\n};\n",
            "struct a {\n    int b;       /* c */\n    char *d;     /* e */\n};\n",
            "void f(struct template *template);\n",
        ]:
            with self.subTest(code=code):
                self.well("look", tree(code))
        for code in [
            "static int f(int a) {\n  return a;\n}\n",
            "static int f(int a) {\n    if(a) return a;\n    return 0;\n}\n",
            "static int f(int a)\n{\n    return a;\n}\n",
            "char* f(void);\n",
        ]:
            with self.subTest(code=code):
                self.caught("look", tree(code))

    def test_mending(self):
        def mended(code):
            return look.laid_out(ROOT, "src/base/a.c", code)

        word = "long_enough_name"
        row = "    {%s},\n" % ", ".join([word] * 8)
        table = "static const struct row rows[] = {\n" + row + "};\n"
        broken = "    {%s,\n     %s},\n" % (", ".join([word] * 6), ", ".join([word] * 2))
        self.assertEqual(table.replace(row, broken), mended(table))
        comment = "/* " + " ".join(["word"] * 30) + " */\n"
        self.assertLess(max(map(len, mended(comment).split("\n"))), 121)
        self.assertEqual(comment.split(), [w for w in mended(comment).split() if w != "*"])
        behind = "    int a; /* " + "word " * 24 + "*/\n"
        self.assertRegex(mended("struct a {\n" + behind + "};\n"), r"\n    /\* word .*\n.*\*/\n    int a;\n")
        for code in (table, comment, "struct a {\n" + behind + "};\n"):
            self.assertEqual(mended(code), mended(mended(code)))

    def test_stylesheets(self):
        rule = ".a { %s }" % " ".join("color-%d: rgb(1, 2, 3);" % n for n in range(8))
        lines = css.laid_out(rule).split("\n")
        self.assertEqual([".a {", "}"], [lines[0], lines[-1]])
        self.assertLess(max(map(len, lines)), 121)
        self.assertEqual(rule.split(), " ".join(lines).split())
        self.assertEqual(".a { color: red; }", css.laid_out(".a { color: red; }"))


if __name__ == "__main__":
    unittest.main()
