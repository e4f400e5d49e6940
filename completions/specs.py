# SPDX-License-Identifier: Apache-2.0
"""What a value may begin with or be, for the completions of all shells.

Which options there are is told by the programs (COMMANDS.json, from manual/describe.cpp); what their values look like
is in the programs' parsers only, so that it is said here once more. tests/manual asks the programs whether they
take what is said here.
"""
import json

# Options whose value is one of a few words.
WORDS = {
    "fail-on": ["failed", "rejected", "never"],
    "log-level": ["error", "warning", "notice", "info", "debug"],
    "log-format": ["text", "json"],
    "report": ["text", "json"],
    "request": ["id", "json", "raw"],
    "stdin": ["none", "body"],
    "status": ["failed", "rejected", "waiting", "booked"],
    "format": ["csv", "json"],
}

# Options whose value is a spec: whole ones, and beginnings with what follows them.
SPECS = {
    "source": (["sequence", "lines:-", "lines0:-"], {"spool:": "directory", "lines:": "file", "lines0:": "file",
                                              "exec:": "command", "nats://": "", "table:": ""}),
    "process": (["invoice", "none"], {"simulate:": "", "exec:": "command", "each:": "command"}),
    "ledger": (["none"], {"sqlite:": "file", "postgresql:": ""}),
}

# What may follow such a beginning where neither a path nor a command may. tests/manual gives it to the programs.
ARGUMENTS = {"simulate:": "1s", "nats://": "host/STREAM/NAME", "table:": "NAME", "postgresql:": "//127.0.0.1/invoices"}

# What the other values are, by what --help calls them. Anything else is the user's to type.
KINDS = {"DIR": "directory", "FILE": "file"}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def options_of(command):
    return [option for group in command["groups"] for option in group["options"]]


def commands_of(command):
    """The commands of a program that has some."""
    return command.get("commands", [])


def programs_of(command):
    """The program that each command stands for, if the commands are programs."""
    return {each["name"]: each["program"] for each in commands_of(command) if "program" in each}


def kind_of(option):
    """directory, file, pipeline, or empty."""
    return "pipeline" if option["name"] == "name" else KINDS.get(option["argument"], "")
