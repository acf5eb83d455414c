#!/usr/bin/env python3
"""tidy.py [ROOT] [RULE…]: the house rules as a test. Prints what breaks them as path:line: rule: what, and ends
non-zero when anything does. Warnings and the list of the contract's rows that no test names are told only.

--format lays out the C files and stylesheets given (all when none is), as the rule `look` wants."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rules import css, look, product, sealed, sql, structure, text
from rules.tree import Tree

RULES = {
    "include": structure.check_includes,
    "dead": structure.check_dead,
    "length": text.check_lengths,
    "opening": text.check_openings,
    "banned": lambda tree: text.check_banned(tree, os.path.dirname(HERE)),
    "look": look.check_look,
    "table": sql.check_tables,
    "statement": sql.check_statements,
    "sealed": sealed.check_sealed,
    "route": product.check_routes,
    "template": product.check_templates,
    "strings": product.check_strings,
}

ROW = re.compile(r"\b(?:ID|MS|SU|BO|LE|WA|BK|IN|LO|TE|IF|OP)-\d+\b")
TEST = re.compile(r"(^|/)tests?/|_test\.c$|\.test\.mjs$")


def problems(root, wanted=()):
    tree = Tree(root)
    for name, rule in RULES.items():
        if not wanted or name in wanted:
            yield from rule(tree)


def tell_contract(root):
    """Which rows of the contract no test names yet, where the contract is at hand."""
    contract = os.path.join(root, "../shared/requirements.md")
    if not os.path.exists(contract):
        return
    with open(contract, encoding="utf-8") as file:
        rows = [row for line in file for row in ROW.findall(line[:12]) if line.startswith("| ")]
    tree, named = Tree(root), set()
    for path in tree.files:
        if TEST.search(path):
            named.update(ROW.findall(tree.text(path)))
    missing = [row for row in rows if row not in named]
    print("contract: %d of %d rows are named by a test; not yet: %s"
          % (len(rows) - len(missing), len(rows), " ".join(missing) or "none"))


def format_files(root, paths):
    tree = Tree(root)
    for path in paths or tree.having(".c", ".h", ".css"):
        if path.endswith(".css"):
            laid_out = css.laid_out(tree.text(path))
        else:
            laid_out = look.laid_out(root, path, tree.text(path))
        if laid_out != tree.text(path):
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(laid_out)
            print("laid out", path)


def main(arguments):
    if arguments[:1] == ["--format"]:
        return format_files(os.path.dirname(HERE), arguments[1:])
    root = os.path.dirname(HERE)
    if arguments and os.path.isdir(arguments[0]):
        root = os.path.abspath(arguments.pop(0))
    unknown = [name for name in arguments if name not in RULES]
    if unknown:
        sys.exit("tidy: no rule %s; there are %s" % (unknown[0], " ".join(RULES)))
    found = list(problems(root, arguments))
    failures = [problem for problem in found if not problem.warning]
    for problem in sorted(found, key=lambda p: (not p.warning, p.path, p.line)):
        print(problem)
    tell_contract(root)
    warnings = len(found) - len(failures)
    print("tidy: %d files, %d problems, %d warnings" % (len(Tree(root).files), len(failures), warnings))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
