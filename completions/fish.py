#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fish completion of one program.

    fish.py COMMANDS.json PROGRAM >PROGRAM.fish
"""
import sys

import specs

PIPELINES = "(find /dev/shm /run -maxdepth 2 -name '*.ring' 2>/dev/null | string replace -rf '^.*/(.*)\\.ring$' '$1')"

def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def values_of(option):
    """The options of `complete` that say what the value may be."""
    name = option["name"]
    if not option["argument"]:
        return ""
    if name in specs.WORDS:
        return " -x -a " + quoted(" ".join(specs.WORDS[name]))
    if name in specs.SPECS:
        whole, begun = specs.SPECS[name]
        return " -x -a " + quoted(" ".join(whole + list(begun)))
    kind = specs.kind_of(option)
    if kind == "pipeline":
        return " -x -a " + quoted(PIPELINES)
    if kind == "directory":
        return " -x -a '(__fish_complete_directories)'"
    return " -r -F" if kind == "file" else " -x"


def main(path, program):
    command = specs.load(path)[program]
    print("# SPDX-License-Identifier: Apache-2.0\n# Made from what the program declares.")
    if "COMMAND" not in command["usage"]:
        print(f"complete -c {program} -f")
    for each in specs.commands_of(command):
        print(f"complete -c {program} -n __fish_use_subcommand -a {each['name']} -d {quoted(each['help'])}")
    for word, name in specs.programs_of(command).items():
        for option in specs.options_of(specs.load(path)[name]):
            print(f"complete -c {program} -n '__fish_seen_subcommand_from {word}' -l {option['name']}{values_of(option)}"
                  f" -d {quoted(option['help'])}")
    for option in specs.options_of(command):
        letters = "".join(f" -s {letter}" for letter in option["letters"])
        print(f"complete -c {program} -l {option['name']}{letters}{values_of(option)} -d {quoted(option['help'])}")


if __name__ == "__main__":
    main(*sys.argv[1:])
