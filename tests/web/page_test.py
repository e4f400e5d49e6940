#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The observer's page in a real browser: an operator finds what failed and why, and keeps the place while it refreshes.

    page_test.py BUILD-TREE SOURCE-TREE [PICTURES]

With PICTURES, a folder, leaves a picture there of each width and theme. With axe.min.js of axe-core in $AXE_CORE, checks the page with
it as well; Debian has no package of it.
"""
import os
import pathlib
import sys
import time
import unittest

PICTURES = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None
SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(SOURCE / "tests" / "monitoring"))
sys.path.insert(0, str(SOURCE / "tests" / "web"))
from browser import Browser, find_programs  # noqa: E402
from pipeline import Pipeline, eventually  # noqa: E402

AXE = os.environ.get("AXE_CORE", "")
# Fails with another word for each of three kinds of id, one of them with an id that a page must not obey.
PROGRAM = """#!/bin/sh
case $1 in
  *-x*) echo "supplier of $1 is unknown" >&2; exit 3 ;;
  *script*) echo "odd <b>name</b>" >&2; exit 4 ;;
  *-later*) exit 75 ;;
esac
"""
ODD = "<script>alert(1)</script>'$(id)"
GROUP = "#group-list button"
ROW = "#row-list button"

# The elements that something in them makes wider than their box, or that are wider than the window. A table that is too wide
# scrolls in a box of its own.
OVERFLOWS = """
  const wrong = [];
  for (const each of document.querySelectorAll("body *")) {
    if (each.closest("svg, .scroll, .said, .skip")) continue;
    const box = each.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = `${each.tagName}#${each.id}.${each.className}: ${each.textContent.slice(0, 40)}`;
    if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline") wrong.push(`${name} overflows`);
    if (box.right > document.documentElement.clientWidth + 1 || box.left < -1) wrong.push(`${name} leaves the window`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is wider than the window");
  return wrong;
"""


def count(selector, wanted):
    return f"document.querySelectorAll({selector!r}).length === {wanted}"


@unittest.skipUnless(find_programs(), "there are no chromium and chromedriver here")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pipeline = Pipeline(BUILD)
        cls.addClassCleanup(cls.pipeline.__exit__)
        folder = cls.pipeline.folder
        program = folder / "work.sh"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        # More failed ones than fit on a page.
        ids = [f"INV-{i:03}" for i in range(50)] + [f"INV-x{i:03}" for i in range(70)] + [ODD, "INV-later"]
        (folder / "ids.txt").write_text("\n".join(ids) + "\n")
        cls.pipeline.start("--source", f"lines:{folder}/ids.txt", "--process", f"each:{program} {{}}", "--max-attempts", "1",
                           "--hold-after", "0", "--item-timeout", "7s")
        cls.pipeline.observe()
        eventually(lambda: cls.pipeline.scrape().value("stored_invoices_total") >= len(ids), "all invoices are stored")
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.view(1280)
        self.browser.open("about:blank")
        self.browser.open(self.pipeline.url)
        self.until(count(GROUP, 3), "the groups are there")
        self.until("document.querySelector('#chart-rate path') !== null", "a curve is drawn")

    def tearDown(self):
        self.assertEqual([each for each in self.browser.complaints() if "favicon" not in each and "404" not in each], [])

    def until(self, script, what):
        return self.browser.until(script, what)

    def text(self, selector):
        return self.browser.run("return document.querySelector(args[0]).textContent", selector)

    def test_a_failed_invoice_is_found_by_its_reason_in_two_clicks(self):
        self.assertIn("supplier of {} is unknown", self.text("#group-list li:first-child"))
        self.browser.click("#group-list li:first-child button")
        self.until(count(ROW, 50), "a page of its invoices is there")
        self.browser.click("#row-list li:nth-child(2) button")
        self.until("document.querySelectorAll('#invoice-body .command').length > 0", "the invoice is there")
        shown = self.text("#invoice-title").split()[-1]
        self.assertIn(f"supplier of {shown} is unknown", self.text(".why"))
        self.assertEqual(self.text(".command.first code"), f"clerk retry --ledger sqlite:{self.pipeline.folder}/ledger.db {shown}")

    def test_an_invoice_is_found_by_its_id_with_the_keyboard_alone(self):
        self.browser.keys("/", *"INV-x007", "Enter")
        self.until("document.querySelector('.why')?.textContent.includes('INV-x007')", "the invoice is there")

    def test_a_name_that_is_a_page_of_its_own_stays_text(self):
        self.browser.run("actions['show-invoice']({ id: args[0] })", ODD)
        self.until("document.querySelector('.why')?.textContent.includes('<b>name</b>')", "the invoice is there")
        self.assertTrue(self.browser.run("return document.querySelectorAll('#invoice b, #invoice script').length === 0"))
        self.assertIn("'\\''", self.text(".command.first code"))

    def test_an_unknown_id_is_told_so(self):
        self.browser.click("#search-id")
        self.browser.keys(*"nothing", "Enter")
        self.until("document.querySelector('#invoice-body').textContent.includes('does not know it')", "that is said")

    def test_what_is_selected_stays_while_the_page_refreshes(self):
        self.browser.click("#group-list li:first-child button")
        self.until(count(ROW, 50), "a page of its invoices is there")
        self.browser.click("#row-list li:nth-child(3) button")
        self.until("document.querySelectorAll('#invoice-body .command').length > 0", "the invoice is there")
        self.browser.click("#search-id")
        self.browser.keys(*"half an i")
        before = self.browser.run("""
            document.querySelector("#row-list").scrollTop = 200;
            scrollTo(0, 150);
            const row = document.querySelector("#row-list li:nth-child(3) button");
            row.focus({ preventScroll: true });
            getSelection().selectAllChildren(document.querySelector(".why"));
            window.kept = [row, document.querySelector("#invoice-body .command code")];
            window.looks = 0;
            const real = window.fetch;
            window.fetch = (...all) => { window.looks += String(all[0]).includes("/ledger/group.json"); return real(...all); };
            return [getSelection().toString(), location.hash, scrollY];""")
        self.until("window.looks >= 2", "the ledger was asked again, twice")
        self.until("window.kept[0].isConnected", "the row is still the same element")
        after = self.browser.run("return [getSelection().toString(), location.hash, scrollY]")
        self.assertEqual(before, after)
        self.assertTrue(self.browser.run("""
            return document.activeElement === window.kept[0] && window.kept[1].isConnected &&
                document.querySelector("#row-list").scrollTop === 200 &&
                document.querySelector("#search-id").value === "half an i" &&
                document.querySelector("#row-list [aria-current]") === window.kept[0] &&
                document.querySelectorAll("#group-list [aria-current]").length === 1"""))
        # The address has it: another window shows the same.
        self.browser.run("location.reload()")
        self.until("document.querySelectorAll('#invoice-body .command').length > 0 && " + count(ROW, 50), "all is there again")
        self.browser.keys("Escape")
        self.assertTrue(self.browser.run("return document.querySelector('#invoice').hidden"))
        self.browser.keys("Escape")
        self.assertTrue(self.browser.run("return document.querySelector('#rows').hidden"))

    def test_pages_are_turned_and_arrows_go_from_one_to_the_next(self):
        self.browser.click("#group-list li:first-child button")
        self.until(count(ROW, 50), "the first page is there")
        self.browser.click("[data-do='rows-on']")
        self.until(count(ROW, 20), "the second page is there")
        self.browser.click("[data-do='rows-back']")
        self.until(count(ROW, 50), "the first page is there again")
        self.browser.run("document.querySelector('#row-list button').focus()")
        self.browser.keys("Down")
        self.assertTrue(self.browser.run("return document.activeElement === document.querySelector('#row-list li:nth-child(2) button')"))

    def test_charts_have_values_at_their_axes_limits_and_a_cursor(self):
        texts = "[...document.querySelectorAll(`#${args[0]} text`)].map((each) => each.textContent).join(' | ')"
        self.assertIn("timeout 7", self.browser.run(f"return {texts}", "chart-work"))
        self.assertIn("capacity of the ring 16,384", self.browser.run(f"return {texts}", "chart-flight"))
        self.assertIn("now", self.browser.run(f"return {texts}", "chart-rate"))
        self.until("document.querySelectorAll('#chart-day rect').length > 0", "the day is drawn")
        self.browser.run("document.querySelector('#chart-rate').focus()")
        self.browser.keys("Left")
        self.until("document.querySelector('#read-rate').textContent.includes('stored')", "the values under the cursor are said")
        self.assertEqual(self.browser.run("return document.querySelectorAll('#chart-rate .cursor').length"), 1)

    def test_nothing_overflows_in_any_width_and_theme(self):
        for step in ("", "group", "invoice"):
            if step == "group":
                self.browser.click("#group-list li:first-child button")
                self.until(count(ROW, 50), "a page of its invoices is there")
            if step == "invoice":
                self.browser.click("#row-list li:nth-child(2) button")
                self.until("document.querySelectorAll('#invoice-body .command').length > 0", "the invoice is there")
            for width in (390, 768, 1280, 2560):
                for dark in (False, True):
                    self.browser.view(width, dark=dark)
                    with self.subTest(step=step, width=width, dark=dark):
                        self.assertEqual(self.browser.run(OVERFLOWS), [])
                        scheme = self.browser.run("return getComputedStyle(document.body).backgroundColor")
                        self.assertEqual(scheme, "rgb(20, 23, 27)" if dark else "rgb(246, 247, 249)")
                    if PICTURES:
                        self.browser.picture(PICTURES / f"page-{step or 'start'}-{width}{'-dark' if dark else ''}.png")
            self.browser.view(1280)

    @unittest.skipUnless(AXE and pathlib.Path(AXE).is_file(), "there is no axe-core here: $AXE_CORE names its axe.min.js")
    def test_axe_finds_nothing(self):
        self.browser.click("#group-list li:first-child button")
        self.until(count(ROW, 50), "a page of its invoices is there")
        self.browser.click("#row-list li:nth-child(2) button")
        self.until("document.querySelectorAll('#invoice-body .command').length > 0", "the invoice is there")
        library = pathlib.Path(AXE).read_text(encoding="utf-8")
        for width in (390, 1280):
            for dark in (False, True):
                self.browser.view(width, dark=dark)
                # By the protocol, which the page's policy does not bind.
                self.browser.cdp("Runtime.evaluate", expression=library)
                found = self.browser.run("""
                    const found = await axe.run(document, { resultTypes: ["violations"] });
                    return found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html} ${node.failureSummary}`));""")
                with self.subTest(width=width, dark=dark):
                    self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
