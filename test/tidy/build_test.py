"""build_test.py: what the build finds by itself, the list of features, the static files, and how tests are counted."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, "tools")

FEATURE = '/* feature.c */\n%sconst struct feature %s_feature = {.name = "%s"%s};\n'


def run(script, *arguments):
    command = [sys.executable, "-B", os.path.join(TOOLS, script), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


class BuildTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = os.path.join(self.folder.name, "tree")
        self.out = os.path.join(self.folder.name, "out")
        os.makedirs(self.root)
        os.makedirs(self.out)

    def write(self, path, text=""):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def made(self, name):
        with open(os.path.join(self.out, name), encoding="utf-8") as file:
            return file.read()

    def test_sources_by_convention(self):
        for path in ("src/base/a.c", "src/base/a_test.c", "src/products/wallet/b.c", "src/products/wallet/b_test.c",
                     "src/app/main.c", "src/app/serve.c", "sandbox/main.c", "sandbox/bank.c",
                     "test/simulation/c_test.c", "test/fuzz/d_fuzz.c", "bench/e.c", "test/golden/main.c",
                     "test/support/f.c"):
            self.write(path)
        answer = run("sources.py", self.root)
        self.assertEqual(0, answer.returncode, answer.stderr)
        lines = answer.stdout.split("\n")
        for line in (
            "library|src/base|base|a.c",
            "test|src/base|a_test|a_test.c|base",
            "library|src/products/wallet|products_wallet|b.c",
            "test|src/products/wallet|b_test|b_test.c|all",
            "library|src/app|app|serve.c",
            "program|kabinet|src/app/main.c|all",
            "program|kabinet-sandbox|sandbox/main.c|sandbox,base",
            "program|kabinet-golden|test/golden/main.c|all",
            "test|test/simulation|c_test|c_test.c|all",
            "fuzz|test/fuzz|d_fuzz|d_fuzz.c|all",
            "bench|bench|e|e.c|all",
            "library|test/support|test_support|f.c",
        ):
            self.assertIn(line, lines)

    def test_two_tests_of_one_name(self):
        self.write("src/base/a_test.c")
        self.write("src/store/a_test.c")
        answer = run("sources.py", self.root)
        self.assertNotEqual(0, answer.returncode)
        self.assertIn("two tests are called a_test", answer.stderr)

    def feature(self, name, needs=(), table=False):
        named = ", ".join('"%s"' % need for need in needs) + ", NULL"
        if table:
            text = FEATURE % ("static const char *const needs[] = {%s};\n" % named, name, name, ", .needs = needs")
        else:
            text = FEATURE % ("", name, name, ", .needs = (const char *const[]){%s}" % named if needs else "")
        self.write("src/products/%s/feature.c" % name, text)

    def test_features_after_what_they_need(self):
        self.feature("cards", ["wallet"], table=True)
        self.feature("identity")
        self.feature("wallet", ["identity"])
        answer = run("features.py", self.out, self.root)
        self.assertEqual(0, answer.returncode, answer.stderr)
        listed = self.made("features.c").split("all_features[] = {")[1]
        self.assertLess(listed.index("identity"), listed.index("wallet"))
        self.assertLess(listed.index("wallet"), listed.index("cards"))

    def test_features_refused(self):
        self.feature("cards", ["gone"])
        self.assertIn("gone", run("features.py", self.out, self.root).stderr)
        self.feature("cards", ["wallet"])
        self.feature("wallet", ["cards"])
        self.assertIn("circle", run("features.py", self.out, self.root).stderr)

    def test_assets(self):
        self.write("web/style.css", "body { color: red; }\n" * 50)
        self.write("web/scripts/a.js", "x")
        self.assertEqual(0, run("assets.py", self.out, self.root).returncode)
        made = self.made("assets.c")
        self.assertIn('{"style.css", "text/css; charset=utf-8", "', made)
        self.assertIn(", 1050, gzip_", made)
        row = '{"scripts/a.js", "text/javascript; charset=utf-8", "2d711642b726b044", data_1, 1, NULL, 0}'
        self.assertIn(row, made)

    def test_generate_keeps_what_is_the_same(self):
        self.write("web/style.css", "a")
        script = os.path.join(TOOLS, "assets.py")
        run("generate.py", self.out, script, self.root)
        for name in ("assets.c", "assets.h"):
            os.utime(os.path.join(self.out, name), (1, 1))
        run("generate.py", self.out, script, self.root)
        for name in ("assets.c", "assets.h"):
            self.assertEqual(1, os.stat(os.path.join(self.out, name)).st_mtime)
        self.write("web/style.css", "b")
        run("generate.py", self.out, script, self.root)
        for name in ("assets.c", "assets.h"):  # the header names each asset's address, which its bytes decide
            self.assertNotEqual(1, os.stat(os.path.join(self.out, name)).st_mtime)

    def test_counting(self):
        log = os.path.join(self.out, "log")
        for text, counted in [
            ({"result": "OK", "stdout": "[  PASSED  ] 3 test(s).\n"}, "3 0 0"),
            ({"result": "OK", "stdout": ""}, "1 0 0"),
            ({"result": "FAIL", "stdout": "[  PASSED  ] 3 test(s).\n[  FAILED  ] 2 test(s), listed below:\n"}, "3 2 0"),
            ({"result": "FAIL", "stdout": "Segmentation fault"}, "0 1 0"),
            ({"result": "TIMEOUT"}, "0 1 0"),
            ({"result": "SKIP"}, "0 0 1"),
        ]:
            with open(log, "w", encoding="utf-8") as file:
                file.write(json.dumps(text) + "\n")
            self.assertEqual(counted, run("run/count.py", "meson", log).stdout.strip(), text)
        with open(log, "w", encoding="utf-8") as file:
            file.write("# pass 4\n# fail 1\n# cancelled 1\n# skipped 2\n# todo 0\n")
        self.assertEqual("4 2 2", run("run/count.py", "tap", log).stdout.strip())
        with open(log, "w", encoding="utf-8") as file:
            file.write("Ran 9 tests in 1s\n\nFAILED (failures=1, errors=2, skipped=1)\n")
        self.assertEqual("5 3 1", run("run/count.py", "unittest", log).stdout.strip())
        self.assertEqual("0 1 0", run("run/count.py", "tap", log + ".gone").stdout.strip())


if __name__ == "__main__":
    unittest.main()
