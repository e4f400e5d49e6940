#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The zsh completion of one program.

    zsh.py COMMANDS.json PROGRAM >_PROGRAM
"""
import sys

import specs

ACTIONS = {"directory": "_files -/", "file": "_files", "command": "_command_names -e"}


def quoted(text):
    """In single quotes, with what _arguments would take for its own syntax escaped."""
    for special in "\\[]:":
        text = text.replace(special, "\\" + special)
    return "'" + text.replace("'", "'\\''") + "'"


def function_of(name):
    """A function that completes a spec: beginnings first, then what follows them."""
    whole, begun = specs.SPECS[name]
    lines = []
    for beginning, kind in begun.items():
        if kind:
            lines.append(f"    if compset -P {beginning}; then {ACTIONS[kind]}; return; fi")
    lines.append(f"    compadd -- {' '.join(whole)}")
    lines.append(f"    compadd -S '' -- {' '.join(begun)}")
    body = "\n".join(lines)
    return f"_invoice_pipeline_{name}() {{\n{body}\n}}\n\n"


def action_of(option):
    name = option["name"]
    if name in specs.WORDS:
        return "(" + " ".join(specs.WORDS[name]) + ")"
    if name in specs.SPECS:
        return f"_invoice_pipeline_{name}"
    if specs.kind_of(option) == "pipeline":
        return "_invoice_pipeline_names"
    return ACTIONS.get(specs.kind_of(option), " ")


def argument_of(option, letter=None):
    """What _arguments is told of the option, or of one of its short forms."""
    text = f"-{letter}" if letter else f"--{option['name']}"
    if option["argument"]:
        text += "+" if letter else "="
    help_text = option["help"]
    spec = quoted(text)[:-1] + "[" + quoted(help_text)[1:-1] + "]"
    if option["argument"]:
        spec += ":" + quoted(option["argument"])[1:-1] + ":" + action_of(option)
    return "    " + spec + "'"


def main(path, program):
    command = specs.load(path)[program]
    options = specs.options_of(command)
    sys.stdout.write(f"#compdef {program}\n# SPDX-License-Identifier: Apache-2.0\n# Made from what it declares.\n\n")
    for option in options:
        if option["name"] in specs.SPECS:
            sys.stdout.write(function_of(option["name"]))
    if any(specs.kind_of(option) == "pipeline" for option in options):
        sys.stdout.write("_invoice_pipeline_names() {\n    compadd -- {/dev/shm,/run/invoice-pipeline*}/*.ring(N:t:r)\n}\n\n")
    for word, name in specs.programs_of(command).items():
        sys.stdout.write(f"if (( CURRENT > 2 )) && [[ $words[2] == {word} ]]; then\n"
                         f"    words[1,2]=({name}); (( CURRENT-- )); _normal; return\nfi\n")
    arguments = [argument_of(option) for option in options]
    arguments += [argument_of(option, letter) for option in options for letter in option["letters"]]
    if specs.commands_of(command):
        arguments.append(f"    '1:command:({' '.join(each['name'] for each in specs.commands_of(command))})'")
        if not specs.programs_of(command):
            arguments.append("    '*:id: '")
    sys.stdout.write("_arguments -S \\\n" + " \\\n".join(arguments))
    sys.stdout.write(" \\\n    '*:::command: _normal'\n" if "COMMAND" in command["usage"] else "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
