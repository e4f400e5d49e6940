#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills in a unit.

    unit.py COMMANDS.json COMMON SANDBOX UNIT.in NAME=VALUE... >UNIT

@NAME@ becomes VALUE, @COMMON@ the file COMMON, which the services of pipelines share, and @SANDBOX@ the file SANDBOX, which
all services share. There is one number for how long a
stop takes: the default of --drain-timeout, which the programs declare (COMMANDS.json). From it come @DRAIN_TIMEOUT@ and, with
what ends after a drain, @STOP_TIMEOUT@, both in seconds.
"""
import json
import re
import sys

SECONDS = {"s": 1, "min": 60, "h": 3600}
AFTER_THE_DRAIN = 15


def drain_timeout(commands):
    options = [option for group in commands["supervisor"]["groups"] for option in group["options"]]
    text = next(option["default"] for option in options if option["name"] == "drain-timeout")
    number, unit = re.fullmatch(r"(\d+)(s|min|h)", text).groups()
    return int(number) * SECONDS[unit]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(commands_file, common_file, sandbox_file, unit_file, *values):
    drain = drain_timeout(json.loads(read(commands_file)))
    known = {"COMMON": read(common_file).rstrip("\n"), "SANDBOX": read(sandbox_file).rstrip("\n"),
             **dict(value.split("=", 1) for value in values),
             "DRAIN_TIMEOUT": str(drain), "STOP_TIMEOUT": str(drain + AFTER_THE_DRAIN)}
    text = read(unit_file)
    while re.search(r"@[A-Z_]+@", text):  # what is put in may have names too
        text = re.sub(r"@([A-Z_]+)@", lambda name: known[name[1]], text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
