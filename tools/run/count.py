#!/usr/bin/env python3
"""count.py meson LOG | tap LOG: prints "passed failed skipped" of a test run. meson's log holds one JSON object a
line, with what the test printed: a cmocka program counts as many tests as it says, another as one."""

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


def main():
    kind, path = sys.argv[1:3]
    try:
        print(*(of_meson(path) if kind == "meson" else of_tap(path)))
    except FileNotFoundError:
        print("0 1 0")


if __name__ == "__main__":
    main()
