#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which number of consumers bench/scaling chooses, and why, of figures that are made up."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from lib import scaling  # pylint: disable=wrong-import-position
from lib.scaling import Point


def points(*rates, processors=lambda consumers: 0.1, busy=1.0, storing=0.0, held_back=1.0):
    return [Point(n, rate, 1.0, 2.0, processors(n), busy, storing, held_back) for n, rate in enumerate(rates, 1)]


class ScalingTest(unittest.TestCase):
    def test_the_fewest_that_do_nearly_the_most_are_chosen(self):
        self.assertEqual(scaling.knee(points(100, 190, 280, 285, 290)).consumers, 3)
        self.assertEqual(scaling.knee(points(100, 100, 100)).consumers, 1)
        self.assertEqual(scaling.knee(points(100, 200, 300)).consumers, 3)

    def test_it_says_that_the_source_gives_no_more(self):
        said = scaling.advice(points(100, 180, 200, 201, busy=0.7, held_back=0.0), 4)
        self.assertEqual(said, "Choose --consumers 3: 200/s are 100% of the most, 201/s with 4; the source gives no "
                               "more: the producer waited 0% of its time for consumers.")

    def test_it_says_that_the_processors_are_busy(self):
        self.assertIn("all 2 processors are busy", scaling.advice(points(100, 200, 201, processors=lambda n: min(n, 2)), 2))

    def test_it_says_that_the_ledger_is_slow(self):
        self.assertIn("the ledger is what is waited for: 80%", scaling.advice(points(100, 101, storing=0.8), 4))

    def test_it_says_that_more_may_do_more(self):
        self.assertIn("measure with more of them", scaling.advice(points(100, 200, 300), 16))

    def test_a_point_is_the_median_of_its_rounds(self):
        answers = [{"rate": rate, "durable_p50_ms": 1, "durable_p99_ms": 2, "processors": 1, "busy": 1, "storing": 0,
                    "held_back": 0} for rate in (5, 100, 7)]
        self.assertEqual(scaling.point(3, answers).rate, 7)


if __name__ == "__main__":
    unittest.main()
