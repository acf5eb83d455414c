"""count_test.py: what tools/run/count.py reads out of a test run's log: how many, and why those that failed did."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "run"))
import count

TAP = r"""TAP version 13
# Subtest: outer
    # Subtest: well
    ok 1 - well
      ---
      duration_ms: 1
      ...
    # Subtest: bad \# hash
    not ok 2 - bad \# hash
      ---
      duration_ms: 1
      location: '/tree/test/one.test.mjs:2:46'
      failureType: 'testCodeFailure'
      error: |-
        one is two
        more
      code: 'ERR_ASSERTION'
      ...
    1..2
not ok 1 - outer
  ---
  location: '/tree/test/one.test.mjs:2:1'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  code: 'ERR_TEST_FAILURE'
  ...
# Subtest: late
not ok 2 - late
  ---
  location: '/tree/test/one.test.mjs:3:1'
  failureType: 'testTimeoutFailure'
  error: 'test timed out after 50ms'
  code: 'ERR_TEST_FAILURE'
  ...
not ok 3 - long
  ---
  duration_ms: 1
  location: '/tree/test/one.test.mjs:4:1'
  failureType: 'testCodeFailure'
  error: |-
    page.goto: Timeout 30000ms exceeded.
    Call log:
      - navigating
      - waiting
      - once more
  code: 'ERR_TEST_FAILURE'
  ...
1..2
# tests 3
# pass 1
# fail 1
# cancelled 1
# skipped 0
# todo 0
"""


class Count(unittest.TestCase):
    def setUp(self):
        with tempfile.NamedTemporaryFile("w", suffix=".tap", delete=False) as file:
            file.write(TAP)
        self.path = file.name
        self.addCleanup(os.unlink, self.path)

    def test_a_cancelled_test_counts_as_failed(self):
        self.assertEqual(count.of_tap(self.path), [1, 2, 0])

    def test_each_failed_test_is_named_with_its_reason_a_suite_is_not(self):
        self.assertEqual(list(count.why(self.path)), [
            "bad # hash (one.test.mjs:2:46): one is two / more",
            "late (one.test.mjs:3:1): 'test timed out after 50ms'",
            "long (one.test.mjs:4:1): page.goto: Timeout 30000ms exceeded. / Call log: / - navigating / - waiting",
        ])


if __name__ == "__main__":
    unittest.main()
