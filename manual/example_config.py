#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example configuration: every setting, with what --help says of it, as a comment.

    example_config.py COMMANDS.json >invoice-pipeline.conf
"""
import json
import sys
import textwrap

HEAD = """\
# What the pipeline does: invoice-pipeline.conf(5). A line is NAME = VALUE; each setting is shown with its default.
# After a change: systemctl reload invoice-pipeline (the log names what only a restart can change; nothing is lost).
"""
NOT_IN_A_FILE = {"check", "config", "help", "print-config", "version"}
# What has to be chosen, and what is a fair choice.
CHOSEN = {"consumers": "4"}


def is_value(text):
    """False for a default that is described and not written out."""
    return text and not any(mark in text for mark in (" ", "$", "STATE"))


def setting(option):
    name, default = option["name"], option["default"]
    comment = option["help"]
    if default and not is_value(default):
        comment += f" (default {default})"
    lines = textwrap.wrap(comment, 108, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    if name in CHOSEN:
        lines.append(f"{name} = {CHOSEN[name]}")
    elif not option["argument"]:
        lines.append(f"#{name} = false")
    else:
        lines.append(f"#{name} = {default if is_value(default) else option['argument']}")
    return "\n".join(lines) + "\n"


def main(path):
    with open(path, encoding="utf-8") as file:
        command = json.load(file)["supervisor"]
    sys.stdout.write(HEAD)
    for group in command["groups"]:
        settings = [setting(option) for option in group["options"] if option["name"] not in NOT_IN_A_FILE]
        if settings:
            sys.stdout.write(f"\n# ---- {group['title']} ----\n\n" + "\n".join(settings))


if __name__ == "__main__":
    main(sys.argv[1])
