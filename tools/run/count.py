#!/usr/bin/env python3
"""count.py meson|tap|unittest|why LOG: prints "passed failed skipped" of a test run. meson's log holds one JSON
object a line, with what the test printed: a cmocka program counts as many tests as it says, another as one. why: a TAP
log's failed tests instead, each with the first lines of its reason."""

import json
import re
import sys


def of_cmocka(result):
    text = result.get("stdout", "") + result.get("stderr", "")
    passed = sum(int(n) for n in re.findall(r"^\[\s+PASSED\s+\] (\d+) test", text, re.M))
    failed = sum(int(n) for n in re.findall(r"^\[\s+FAILED\s+\] (\d+) test", text, re.M))
    skipped = sum(int(n) for n in re.findall(r"^\[\s+SKIPPED\s+\] (\d+) test", text, re.M))
    if result["result"] == "SKIP":
        return 0, 0, 1
    if result["result"] != "OK":
        return passed, max(failed, 1), skipped
    return (passed, 0, skipped) if passed or skipped else (1, 0, 0)


def of_meson(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        counts = [of_cmocka(json.loads(line)) for line in file if line.strip()]
    return [sum(column) for column in zip(*counts)] or [0, 0, 0]


def of_tap(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()

    def last(word):
        found = re.findall(r"^# %s (\d+)$" % word, text, re.M)
        return int(found[-1]) if found else 0

    return [last("pass"), last("fail") + last("cancelled"), last("skipped") + last("todo")]


def of_unittest(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    ran = re.search(r"^Ran (\d+) test", text, re.M)
    verdict = re.findall(r"(failures|errors|skipped)=(\d+)", text.strip().split("\n")[-1])
    counts = {word: int(count) for word, count in verdict}
    failed, skipped = counts.get("failures", 0) + counts.get("errors", 0), counts.get("skipped", 0)
    return [max(int(ran.group(1)) - failed - skipped, 0) if ran else 0, failed if ran else 1, skipped]


ERROR = r"^ *error: (?:[|>]-\n)?((?:(?! *(?:code|name|stack|expected):).*\n){1,4})"


def why(path):
    """A suite whose tests failed is no reason; they are."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    failed = re.finditer(r"^( *)not ok \d+ - (.*)\n\1  ---\n((?:\1  .*\n)*?)\1  \.\.\.$", text, re.M)
    for name, about in ((found[2], found[3]) for found in failed):
        if "failureType: 'subtestsFailed'" not in about:
            where = re.search(r"^ *location: '(.*)'$", about, re.M)
            error = re.search(ERROR, about, re.M)
            reason = " / ".join(line.strip() for line in (error[1] if error else "").splitlines())
            yield f"{name.replace(chr(92), '')} ({where[1].rpartition('/')[2] if where else '?'}): {reason[:400]}"


def main():
    kind, path = sys.argv[1:3]
    if kind == "why":
        for line in why(path):
            print(line)
        return
    try:
        print(*{"meson": of_meson, "tap": of_tap, "unittest": of_unittest}[kind](path))
    except FileNotFoundError:
        print("0 1 0")


if __name__ == "__main__":
    main()
