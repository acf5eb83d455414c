#!/usr/bin/env python3
"""generate.py OUTDIR SCRIPT ROOT [MORE…]: runs a generator (templates.py, strings.py, …) into an empty folder and
moves into OUTDIR only what has changed, so that nothing is compiled again because of an edit that changed nothing."""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile


def main():
    out, script, root = sys.argv[1:4]
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as fresh:
        status = subprocess.run([sys.executable, "-B", script, fresh, root] + sys.argv[4:]).returncode
        if status:
            sys.exit(status)
        for name in sorted(os.listdir(fresh)):
            made, kept = os.path.join(fresh, name), os.path.join(out, name)
            if not os.path.exists(kept) or not filecmp.cmp(made, kept, shallow=False):
                shutil.move(made, kept)


if __name__ == "__main__":
    main()
