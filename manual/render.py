#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills in what a manual page says of a program's command line; the rest of the page is passed through.

    render.py VERSION COMMANDS.json PAGE.scd.in >PAGE.scd

A page is scdoc(5). Lines of it that stand for something the programs declare (COMMANDS.json, from describe.cpp):

    @synopsis PROGRAM    how it is called
    @options PROGRAM     every option, in the groups of --help
    @settings PROGRAM    every option that may stand in a configuration file
    @commands PROGRAM    every command, in the order of --help
"""
import json
import re
import sys

NOT_IN_A_FILE = {"check", "config", "help", "print-config", "version"}


def escaped(text):
    """Text in which nothing is markup."""
    return re.sub(r"([\\*_#`<>\[\]{}~|.-])", r"\\\1", text)


def said(option):
    """The paragraph of an option: what --help says."""
    text = escaped(option["help"]) + "."
    if option["required"]:
        text += " It must be given."
    elif option["default"]:
        text += " Default: " + escaped(option["default"]) + "."
    return f"\t{text}\n"


def as_option(option):
    argument = f" _{escaped(option['argument'])}_" if option["argument"] else ""
    return f"*--{escaped(option['name'])}*{argument}\n{said(option)}"


def as_setting(option):
    value = f"_{escaped(option['argument'])}_" if option["argument"] else "*true*|*false*"
    return f"*{escaped(option['name'])}* = {value}\n{said(option)}"


def as_command(command):
    argument = f" _{escaped(command['argument'])}_" if command["argument"] else ""
    return f"*{command['name']}*{argument}\n\t{escaped(command['help'])}.\n"


def synopsis(program, command):
    return f"*{program}* {escaped(command['usage'])}\n"


def groups(command, write, left_out=frozenset()):
    parts = []
    for group in command["groups"]:
        parts.append(f"## {group['title']}\n")  # no markup is known in it
        parts += [write(option) for option in group["options"] if option["name"] not in left_out]
    return "\n".join(parts)


def render(line, version, commands):
    if not line.startswith("@"):
        return line.replace("VERSION", version) if line.endswith('VERSION"\n') else line
    directive, program = line[1:].split()
    command = commands[program]
    if directive == "synopsis":
        return synopsis(program, command)
    if directive == "options":
        return groups(command, as_option)
    if directive == "settings":
        return groups(command, as_setting, NOT_IN_A_FILE)
    if directive == "commands":
        return "\n".join(map(as_command, command["commands"]))
    sys.exit(f"render.py: '@{directive}': synopsis, options, settings or commands is known")


def main(version, commands_file, page):
    with open(commands_file, encoding="utf-8") as file:
        commands = json.load(file)
    with open(page, encoding="utf-8") as file:
        for line in file:
            sys.stdout.write(render(line, version, commands))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
