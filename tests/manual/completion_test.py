#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The completions, as each shell gives them.

    completion_test.py BUILD-TREE SOURCE-TREE
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(SOURCE / "completions"))
import specs  # noqa: E402  (found by the path above)

COMMANDS = specs.load(BUILD / "manual" / "commands.json")


def in_bash(line, directory="/"):
    """What bash offers at the end of the line, as whole words."""
    program = line.split()[0]
    script = ('source "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _invoice_pipeline_for_%s; '
              'printf "%%s\\n" "${COMPREPLY[@]}"' % program)
    done = subprocess.run(["bash", "-u", "-c", script, "bash", BUILD / "completions" / "supervisor", line],
                          check=True, capture_output=True, text=True, cwd=directory)
    assert not done.stderr, done.stderr
    # bash puts the answers after what it regards as earlier words.
    word = line[line.rfind(" ") + 1:]
    kept = word[:max(word.rfind("="), word.rfind(":")) + 1]
    return [kept + answer for answer in done.stdout.splitlines() if answer]


def in_fish(line):
    script = 'source $argv[1]; complete -C $argv[2]'
    program = line.split()[0]
    done = subprocess.run(["fish", "--no-config", "-c", script, BUILD / "completions" / f"{program}.fish", line],
                          check=True, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return [answer.split("\t")[0] for answer in done.stdout.splitlines()]


class Values(unittest.TestCase):
    def test_the_programs_take_every_value_that_is_offered(self):
        # What was given is read before what is missing is noticed.
        missing = {"supervisor": "--consumers is missing", "clerk": "a command is missing"}
        whole = [(name, word) for name, words in specs.WORDS.items() for word in words]
        whole += [(name, word) for name, (words, _) in specs.SPECS.items() for word in words]
        whole += [(name, word + specs.ARGUMENTS.get(word, "/x"))
                  for name, (_, begun) in specs.SPECS.items() for word in begun]
        for name, value in whole:
            with self.subTest(f"--{name} {value}"):
                program = next(program for program in missing
                               if name in [option["name"] for option in specs.options_of(COMMANDS[program])])
                done = subprocess.run([BUILD / program / program, f"--{name}={value}"], capture_output=True, text=True,
                                      check=False)
                self.assertEqual(done.returncode, 64)
                self.assertIn(missing[program], done.stderr)


class Bash(unittest.TestCase):
    def test_every_option_of_every_program_is_offered(self):
        for program, command in COMMANDS.items():
            with self.subTest(program):
                names = [f"--{option['name']} " for option in specs.options_of(command)]
                self.assertEqual(sorted(in_bash(f"{program} --")), sorted(names))

    def test_words_are_offered_in_both_ways_of_writing(self):
        self.assertEqual(in_bash("supervisor --log-level n"), ["notice "])
        self.assertEqual(in_bash("supervisor --once --log-level=n"), ["--log-level=notice "])
        self.assertEqual(sorted(in_bash("supervisor --ledger ")), ["none ", "postgresql:", "sqlite:"])

    def test_commands_are_offered(self):
        names = [command["name"] for command in specs.commands_of(COMMANDS["clerk"])]
        self.assertEqual(in_bash("clerk re"), ["retry "])
        self.assertEqual([word.strip() for word in in_bash("clerk ") if not word.startswith("-")], names)
        self.assertEqual(in_bash("clerk list --status f"), ["failed "])

    def test_behind_a_command_of_the_front_door_comes_what_its_program_takes(self):
        self.assertEqual(in_bash("invoice-pipeline to"), ["top "])
        self.assertEqual(in_bash("invoice-pipeline run --log-level n"), ["notice "])
        self.assertEqual(in_bash("invoice-pipeline run --ru"), ["--runtime-dir "])
        self.assertEqual(in_bash("invoice-pipeline audit --ru"), ["--runtime-dir "])
        self.assertEqual(in_bash("invoice-pipeline failed --since 1h --st"), ["--status ", "--state-dir "])

    def test_a_number_is_the_users_to_type(self):
        self.assertEqual(in_bash("supervisor --consumers "), [])

    def test_after_a_beginning_come_paths(self):
        with tempfile.TemporaryDirectory() as directory:
            os.mkdir(os.path.join(directory, "spool one"))
            pathlib.Path(directory, "spam.txt").touch()
            self.assertEqual(in_bash(f"supervisor --source spool:{directory}/sp"), [f"spool:{directory}/spool one/"])
            self.assertEqual(in_bash(f"supervisor --source=spool:{directory}/sp"),
                             [f"--source=spool:{directory}/spool one/"])
            self.assertEqual(sorted(in_bash("supervisor --source lines:sp", directory)),
                             ["lines:spam.txt ", "lines:spool one/"])
            self.assertEqual(in_bash("supervisor --state-dir sp", directory), ["spool one/"])


@unittest.skipUnless(shutil.which("fish"), "fish is not here")
class Fish(unittest.TestCase):
    def test_every_option_of_every_program_is_offered(self):
        for program, command in COMMANDS.items():
            with self.subTest(program):
                names = ["--" + option["name"] for option in specs.options_of(command)]
                self.assertEqual(sorted(in_fish(f"{program} --")), sorted(names))

    def test_short_forms_are_offered(self):
        self.assertLessEqual({"-j", "-P", "-h", "-V"}, set(in_fish("supervisor -")))

    def test_words_are_offered(self):
        self.assertEqual(in_fish("supervisor --log-level n"), ["notice"])
        self.assertEqual(sorted(in_fish("supervisor --ledger ")), ["none", "postgresql:", "sqlite:"])
        self.assertEqual(in_fish("clerk re"), ["retry"])
        self.assertEqual(in_fish("invoice-pipeline run --log-level n"), ["notice"])


@unittest.skipUnless(shutil.which("zsh"), "zsh is not here")
class Zsh(unittest.TestCase):
    # Completion in zsh happens in its line editor only: _arguments is replaced by what shows its arguments.
    def test_every_option_of_every_program_is_declared(self):
        for program, command in COMMANDS.items():
            with self.subTest(program):
                script = '_arguments() { print -rl -- "$@" }; source "$1"'
                done = subprocess.run(["zsh", "-f", "-c", script, "zsh", BUILD / "completions" / f"_{program}"],
                                      check=True, capture_output=True, text=True)
                self.assertEqual(done.stderr, "")
                declared = [line.split("[")[0].rstrip("=") for line in done.stdout.splitlines() if line.startswith("--")]
                self.assertEqual(declared, ["--" + option["name"] for option in specs.options_of(command)])
                short = [line.split("[")[0].rstrip("+") for line in done.stdout.splitlines() if re.match("-[^-]", line)]
                self.assertEqual(short[1:],  # after -S, which is for _arguments itself
                                 ["-" + letter for option in specs.options_of(command) for letter in option["letters"]])


    def test_behind_a_command_of_the_front_door_comes_what_its_program_takes(self):
        for word, program in specs.programs_of(COMMANDS["invoice-pipeline"]).items():
            script = ('_normal() { print -rl -- $CURRENT "${words[@]}" }; _arguments() { print none }; '
                      'f() { source "$1" }; words=(invoice-pipeline %s --na); CURRENT=3; f "$1"' % word)
            done = subprocess.run(["zsh", "-f", "-c", script, "zsh", BUILD / "completions" / "_invoice-pipeline"],
                                  check=True, capture_output=True, text=True)
            self.assertEqual(done.stdout.split(), ["2", program, "--na"])


if __name__ == "__main__":
    unittest.main()
