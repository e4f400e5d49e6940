#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at programs for what makes damaged memory harder to use: are they hardened as meson.build says?

    tools/lib/check_hardening.py [--without checked-functions] [--without control-flow] PROGRAM...

--without names a property that the build cannot have: checked functions (_FORTIFY_SOURCE) need an optimizing compiler,
control-flow enforcement a compiler that has it (it is asked for on x86-64 alone). Prints `PROGRAM: ...` for each property that
is missing; the exit status is 1 if there is one. Needs readelf.
"""
import argparse
import pathlib
import re
import subprocess
import sys


def read(program):
    """The parts of readelf's report, by name."""
    def report(*options):
        return subprocess.run(["readelf", "--wide", *options, program], check=True, capture_output=True, text=True,
                              env={"LC_ALL": "C"}).stdout
    return {"header": report("--file-header"), "segments": report("--program-headers"), "dynamic": report("--dynamic"),
            "sections": report("--section-headers"), "symbols": report("--dyn-syms"),
            "bytes": pathlib.Path(program).read_bytes()}


def flags(dynamic, name):
    found = re.search(rf"\({name}\)\s+(?:Flags:\s*)?(.*)", dynamic)
    return found.group(1).split() if found else []


def is_position_independent(elf):
    return re.search(r"Type:\s+DYN", elf["header"]) and "PIE" in flags(elf["dynamic"], "FLAGS_1")


def has_control_flow(elf):
    """Its functions begin with endbr64. The mark of the whole program says less: the C library's start files often lack it."""
    if "X86-64" not in elf["header"]:
        return True
    text = re.search(r"\s\.text\s+PROGBITS\s+[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)", elf["sections"])
    offset, size = (int(number, 16) for number in text.groups())
    return elf["bytes"][offset:offset + size].count(b"\xf3\x0f\x1e\xfa") > 100


def has_plain_stack(elf):
    found = re.search(r"GNU_STACK\s+(?:0x\S+\s+){5}(\S+)", elf["segments"])
    return found and "E" not in found.group(1)


PROPERTIES = {
    "position-independent": ("is at a fixed address (-fPIE, -pie)", is_position_independent),
    "relro": ("keeps its tables of addresses writable (-z relro)", lambda elf: "GNU_RELRO" in elf["segments"]),
    "bind-now": ("resolves functions when they are called (-z now)",
                 lambda elf: "NOW" in flags(elf["dynamic"], "FLAGS_1")),
    "stack": ("has an executable stack (-z noexecstack)", has_plain_stack),
    "stack-protector": ("has no stack protector (-fstack-protector-strong)",
                        lambda elf: re.search(r"UND __stack_chk_(fail|guard)\b", elf["symbols"])),
    "checked-functions": ("calls no checked function (-D_FORTIFY_SOURCE=2)",
                          lambda elf: re.search(r"UND __\w+_chk\b", elf["symbols"])),
    "control-flow": ("has no control-flow enforcement (-fcf-protection=full)", has_control_flow),
    "text": ("has code that the loader writes into (TEXTREL)", lambda elf: "TEXTREL" not in elf["dynamic"]),
    "library-path": ("brings a path for libraries (RPATH, RUNPATH)",
                     lambda elf: not re.search(r"\((RPATH|RUNPATH)\)", elf["dynamic"])),
}


def main():
    parser = argparse.ArgumentParser(description="Are the programs hardened?")
    parser.add_argument("--without", action="append", default=[], choices=list(PROPERTIES))
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    arguments = parser.parse_args()
    expected = {name: each for name, each in PROPERTIES.items() if name not in arguments.without}
    missing = 0
    for program in arguments.programs:
        elf = read(program)
        for fault, holds in expected.values():
            if not holds(elf):
                missing += 1
                print(f"{program}: {fault}")
    print(f"{len(arguments.programs)} programs, {len(expected)} properties, {missing} missing")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
