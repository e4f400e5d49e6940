#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether what is said of the programs' options elsewhere is what --help says: manual pages, with the examples that each
must have, and example configuration.

    manual_test.py BUILD-TREE
"""
import functools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
PROGRAMS = ("supervisor", "producer", "consumer", "observer", "clerk")
FRONT = "invoice-pipeline"
OTHER_PAGES = ("invoice-pipeline.1", "invoice-pipeline.conf.5", "invoice-pipeline.7")
OPTION = re.compile(r"^  --(\S+)(?: (\S+))?\s+(.*)$")
SETTING_LINE = re.compile(r"[a-z-]+ = ")
NOT_IN_A_FILE = {"check", "config", "help", "print-config", "version"}
SCREEN_COLUMNS = 80
SCREEN_LINES = 68


def help_of(program):
    return subprocess.run([BUILD / program / program, "--help"], check=True, capture_output=True, text=True).stdout


def options_in_help(program):
    """{name: (argument, text)}; the text has the default and "(required)" at its end."""
    options, name = {}, None
    for line in help_of(program).splitlines():
        begun = OPTION.match(line)
        if begun:
            name = begun[1]
            options[name] = (begun[2] or "", begun[3])
        elif name and line.startswith(" " * 20):
            options[name] = (options[name][0], options[name][1] + " " + line.strip())
        else:
            name = None
    return options


def plain(roff):
    return re.sub(r"\\f[BIR]", "", roff).replace("\\&", "").replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")


def options_on_page(page, heading, begin):
    """The same from a manual page's section; `begin` matches the line that names an option."""
    options, name, inside = {}, None, False
    for line in (BUILD / "manual" / page).read_text(encoding="utf-8").splitlines():
        if line.startswith(".SH "):
            inside = line == f".SH {heading}"
        if not inside or line.startswith("."):
            continue
        begun = begin.match(plain(line))
        if line.startswith("\\fB") and begun:
            name = begun[1]
            options[name] = (begun[2] or "", "")
        elif name:
            options[name] = (options[name][0], (options[name][1] + " " + plain(line)).strip())
    return options


def examples_on_page(page):
    """The indented blocks of its section EXAMPLES, each a list of lines; a line that goes on behind a backslash is one."""
    blocks, is_examples, is_block = [], False, False
    for line in (BUILD / "manual" / page).read_text(encoding="utf-8").splitlines():
        if line.startswith(".SH "):
            is_examples = line == ".SH EXAMPLES"
        elif not is_examples:
            continue
        elif line.startswith(".RS"):
            is_block = True
            blocks.append("")
        elif line.startswith(".RE"):
            is_block = False
        elif is_block and not line.startswith("."):
            blocks[-1] += plain(line) + "\n"
    return [block.replace("\\\n", " ").splitlines() for block in blocks]


@functools.cache
def commands_of_the_front():
    """{command: the program that it stands for}, as the front's --help has them."""
    text = subprocess.run([BUILD / "front" / FRONT, "--help"], check=True, capture_output=True, text=True).stdout
    return dict(re.findall(rf"^  (\S+)\s+({'|'.join(PROGRAMS)})\b", text, re.M))


def options_given(command_line):
    """[(program, option)] for the options that a command line gives to the programs; what comes after -- is another's."""
    given, front = [], commands_of_the_front()
    for call in re.split(r"[|;&()]", command_line):
        words, program = call.split(" -- ")[0].split(), None
        for word, following in zip(words, [*words[1:], ""]):
            if word in PROGRAMS:
                program = word
            elif word == FRONT and following in front:
                program = front[following]
            elif program and word.startswith("--"):
                given.append((program, word[2:].split("=")[0]))
    return given


def as_on_page(text):
    """What --help says, in the page's words."""
    required = text.endswith("(required)")
    text = text.removesuffix("(required)").rstrip()
    default = re.search(r"\(default (.*)\)$", text)
    if default:
        return f"{text[:default.start()].rstrip()}. Default: {default[1]}."
    return text + "." + (" It must be given." if required else "")


class Manual(unittest.TestCase):
    maxDiff = None

    def test_help_fits_a_screen(self):
        for program in PROGRAMS:
            with self.subTest(program):
                lines = help_of(program).splitlines()
                self.assertLessEqual(len(lines), SCREEN_LINES)
                self.assertLessEqual(max(map(len, lines)), SCREEN_COLUMNS)

    def test_every_page_has_the_options_of_its_program_and_no_others(self):
        if not (BUILD / "manual" / "supervisor.1").exists():
            self.skipTest("scdoc is not here, so that no manual page was made")
        for program in PROGRAMS:
            with self.subTest(program):
                on_page = options_on_page(program + ".1", "OPTIONS", re.compile(r"--([a-z-]+)(?: (\S+))?$"))
                in_help = {name: (argument, as_on_page(text)) for name, (argument, text) in options_in_help(program).items()}
                self.assertGreaterEqual(len(in_help), 5)
                self.assertEqual(on_page, in_help)

    def test_the_configuration_page_has_every_setting(self):
        if not (BUILD / "manual" / "supervisor.1").exists():
            self.skipTest("scdoc is not here, so that no manual page was made")
        on_page = options_on_page("invoice-pipeline.conf.5", "SETTINGS", re.compile(r"([a-z-]+) = (\S+)$"))
        in_help = {name: (argument or "true|false", as_on_page(text))
                   for name, (argument, text) in options_in_help("supervisor").items()
                   if name not in NOT_IN_A_FILE}
        self.assertEqual(on_page, in_help)

    def test_every_page_has_examples_with_options_of_the_programs_only(self):
        if not (BUILD / "manual" / "supervisor.1").exists():
            self.skipTest("scdoc is not here, so that no manual page was made")
        pages = {page.name for page in (BUILD / "manual").glob("*.[1-9]")}
        self.assertLessEqual({*(program + ".1" for program in PROGRAMS), *OTHER_PAGES}, pages)
        in_help = {program: options_in_help(program) for program in PROGRAMS}
        for page in sorted(pages):
            with self.subTest(page):
                examples = examples_on_page(page)
                self.assertTrue(examples and all(examples), "no section EXAMPLES, or one without an example")
                for line in (line for example in examples for line in example):
                    for program, option in options_given(line):
                        self.assertIn(option, in_help[program], f"{program}: {line}")

    def test_options_in_a_command_line_are_found(self):
        self.assertEqual(options_given('test "$(observer --once | jq --raw)" && clerk list --limit=3'),
                         [("observer", "once"), ("clerk", "limit")])
        self.assertEqual(options_given("sudo -u invoice-pipeline invoice-pipeline failed --since 1h"), [("clerk", "since")])
        self.assertEqual(options_given("invoice-pipeline run --once -- ls --all"), [("supervisor", "once")])


class ExampleConfiguration(unittest.TestCase):
    SETTING = re.compile(r"^#?([a-z-]+) = (.*)$", re.M)

    def setUp(self):
        self.text = (BUILD / "manual" / "invoice-pipeline.conf").read_text(encoding="utf-8")

    def refusal(self, text):
        """What a supervisor says of a configuration; it ends before it starts, because the name is no name."""
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([BUILD / "supervisor" / "supervisor", "--config", file.name, "--name", "/"],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 78 if "--config" in done.stderr else 64, done.stderr)
        return done.stderr

    def test_it_names_every_setting_once(self):
        names = [name for name, _ in self.SETTING.findall(self.text)]
        self.assertEqual(sorted(names), sorted(options_in_help("supervisor").keys() - NOT_IN_A_FILE))

    def test_it_is_accepted_as_it_is(self):
        self.assertIn("--name '/'", self.refusal(self.text))

    def test_every_default_that_it_shows_is_accepted(self):
        shown = [(name, value) for name, value in self.SETTING.findall(self.text) if not value[0].isupper()]
        self.assertGreater(len(shown), 10)
        for name, value in shown:
            with self.subTest(name):
                self.assertIn("--name '/'", self.refusal(f"{name} = {value}\n"))

    def test_the_examples_on_its_page_are_accepted(self):
        if not (BUILD / "manual" / "supervisor.1").exists():
            self.skipTest("scdoc is not here, so that no manual page was made")
        files = ["\n".join(example) + "\n" for example in examples_on_page("invoice-pipeline.conf.5")
                 if SETTING_LINE.match(example[0])]
        self.assertGreater(len(files), 1)
        for text in files:
            with self.subTest(text):
                self.assertIn("--name '/'", self.refusal(text))

    def test_it_can_be_refused(self):
        self.assertIn("ring-capacity", self.refusal(self.text.replace("#ring-capacity = ", "ring-capacity = x")))


if __name__ == "__main__":
    unittest.main()
