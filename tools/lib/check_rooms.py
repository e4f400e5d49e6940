#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rooms: the folders of the shipped code, what each may use, and how large they are.

    tools/lib/check_rooms.py

ROOMS is the plan. A file may include headers of its own room and of the rooms that the table gives to it. An include
that the plan does not allow is either a mistake or a change of the plan, which then belongs in the same commit. Each
meson.build must name the same rooms as the table. The code and its tests define no type twice. Prints each problem on
a line of its own, then the figures; the exit status is 1 if there is a problem.
"""
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each room with the rooms it may use. The lowest layer comes first, so a room uses only rooms listed before it.
ROOMS = {
    "common/base": "",
    "common/memory": "common/base",
    "common/text": "common/base",
    "common/spec/address": "common/base",
    "common/spec": "common/base common/spec/address",
    "common/cli": "common/base common/spec",
    "common/os": "common/base common/cli",
    "common/outside": "common/base common/text common/spec common/os",
    "common/shm": "common/base",
    "common/core/bytes": "common/base common/shm",
    "common/core": "common/base common/os common/shm common/core/bytes",
    "common/core/pace": "common/base common/shm common/core",
    "common/core/terms": "common/core",
    "common/core/segments": "common/base common/os common/shm common/core common/core/terms",
    "common/options": "common/base common/spec common/cli common/shm common/core",
    "common/ledger": "common/base common/spec common/os common/shm common/core common/core/terms common/core/segments",
    "common/ledger/work": "",
    "common/ledger/summary": "common/ledger",
    "common/ledger/seal": "common/base",
    "common/ledger/rows": "common/base common/core common/core/terms common/ledger common/ledger/seal",
    "common/ledger/sqlite/engine": "common/base common/ledger/seal",
    "common/ledger/sqlite/ids": "common/base common/memory common/ledger/sqlite/engine",
    "common/ledger/sqlite/seal": "common/base common/ledger common/ledger/seal common/ledger/sqlite/engine "
                                 "common/ledger/sqlite/ids",
    "common/ledger/sqlite/rows": "common/base common/spec common/core common/core/terms common/ledger common/ledger/seal "
                                 "common/ledger/rows common/ledger/sqlite/engine common/ledger/sqlite/ids "
                                 "common/ledger/sqlite/seal",
    "common/ledger/sqlite/turn": "common/base",
    "common/ledger/sqlite": "common/base common/os common/core common/ledger common/ledger/rows common/ledger/sqlite/engine "
                            "common/ledger/sqlite/ids common/ledger/sqlite/seal common/ledger/sqlite/rows "
                            "common/ledger/sqlite/turn",
    "common/ledger/sqlite/summary": "common/base common/ledger/summary common/ledger/sqlite common/ledger/sqlite/engine",
    "common/ledger/sqlite/people": "common/base common/ledger common/ledger/sqlite/engine common/ledger/sqlite/ids "
                                   "common/ledger/sqlite/seal common/ledger/sqlite/turn common/ledger/sqlite",
    "common/ledger/postgresql/engine": "common/base",
    "common/ledger/postgresql/schema": "common/base common/core/terms common/ledger common/ledger/postgresql/engine",
    "common/ledger/postgresql/seal": "common/base common/ledger common/ledger/seal common/ledger/postgresql/engine "
                                     "common/ledger/postgresql/schema",
    "common/ledger/postgresql/rows": "common/base common/core common/ledger common/ledger/seal common/ledger/rows "
                                     "common/ledger/postgresql/engine common/ledger/postgresql/schema",
    "common/ledger/postgresql/work": "common/base common/spec common/spec/address common/core common/ledger "
                                     "common/ledger/work common/ledger/postgresql/engine",
    "common/ledger/postgresql": "common/base common/os common/ledger common/ledger/seal common/ledger/rows "
                                "common/ledger/postgresql/engine common/ledger/postgresql/schema "
                                "common/ledger/postgresql/seal common/ledger/postgresql/rows common/ledger/postgresql/work",
    "common/ledger/postgresql/people": "common/base common/ledger common/ledger/summary common/ledger/seal "
                                       "common/ledger/postgresql/engine common/ledger/postgresql/schema "
                                       "common/ledger/postgresql/seal",
    "common/ledger/open": "common/base common/spec common/spec/address common/ledger common/ledger/work "
                          "common/ledger/summary common/ledger/sqlite "
                          "common/ledger/sqlite/summary common/ledger/sqlite/people "
                          "common/ledger/postgresql common/ledger/postgresql/work common/ledger/postgresql/people",

    "producer/sources/list": "common/base common/os common/core",
    "producer/sources": "common/base common/spec common/spec/address common/os common/core common/options common/ledger "
                        "common/ledger/work producer/sources/list",
    "producer/sources/spool": "common/base common/os common/core producer/sources",
    "producer/sources/program": "common/base common/text common/spec common/os common/outside common/core common/ledger "
                                "producer/sources",
    "producer/sources/nats": "common/base common/spec common/spec/address common/cli common/core common/ledger "
                             "producer/sources",
    "producer/sources/table": "common/base common/spec common/core common/ledger common/ledger/work producer/sources",
    "producer/again": "common/base common/shm common/core common/core/pace common/ledger producer/sources",
    "producer": "common/base common/memory common/spec common/os common/core common/core/pace common/core/segments common/options "
                "common/ledger/open producer/sources producer/sources/spool producer/sources/program producer/sources/nats "
                "producer/sources/table producer/again",

    "consumer/work": "common/base common/spec common/os common/core common/core/pace",
    "consumer/admission": "common/base common/core/bytes common/core common/ledger consumer/work",
    "consumer/protocol": "common/base common/text common/spec common/core common/core/terms common/options consumer/work",
    "consumer/outside": "common/base common/text common/spec common/os common/outside common/core consumer/work "
                        "consumer/protocol",
    "consumer/xml": "common/base common/text consumer/work",
    "consumer/invoice/model": "common/text consumer/work",
    "consumer/invoice/syntax": "common/text common/core/terms consumer/work consumer/xml consumer/invoice/model",
    "consumer/invoice": "common/base common/text common/os common/core common/core/terms consumer/work "
                        "consumer/invoice/model consumer/invoice/syntax",
    "consumer": "common/base common/memory common/text common/spec common/os common/core common/core/pace common/core/segments common/options "
                "common/ledger "
                "common/ledger/open consumer/work consumer/admission consumer/protocol consumer/outside consumer/invoice",

    "supervisor/options": "common/base common/spec common/cli common/core common/options",
    "supervisor/children": "common/base common/memory common/os common/core common/options supervisor/options",
    "supervisor/scaling": "common/base common/core common/core/segments supervisor/options supervisor/children",
    "supervisor/watch": "common/base common/os common/core common/core/pace",
    "supervisor/systemd": "common/base common/core supervisor/children supervisor/watch",
    "supervisor/report": "common/base common/spec common/core common/options common/ledger/summary common/ledger/open "
                         "supervisor/options",
    "supervisor/preflight": "common/base common/spec common/os common/shm common/core common/core/segments "
                            "common/ledger common/ledger/open common/options supervisor/options supervisor/children",
    "supervisor": "common/base common/os common/shm common/core common/core/segments common/ledger common/ledger/open "
                  "supervisor/options supervisor/children supervisor/scaling supervisor/watch supervisor/systemd "
                  "supervisor/report supervisor/preflight",

    "observer/options": "common/base common/spec common/cli common/shm common/options",
    "observer/see": "common/base common/spec common/os common/shm common/core common/core/segments",
    "observer/judge": "common/base common/shm common/core common/core/segments observer/see",
    "observer/audit": "common/base common/spec common/core/segments common/ledger common/ledger/open observer/options observer/see",
    "observer/hosts": "common/base common/spec common/core/segments common/ledger common/ledger/open observer/options "
                      "observer/judge",
    "observer/rows": "common/base common/spec common/core/pace common/ledger common/ledger/open",
    "observer/show": "common/base observer/options observer/see observer/judge",
    "observer/screen": "common/base observer/options observer/see observer/judge observer/rows observer/show",
    "observer/web": "common/base common/cli common/spec common/ledger observer/options observer/see observer/judge observer/rows "
                    "observer/show",
    "observer": "common/base common/os common/core/segments observer/options observer/see observer/judge observer/audit observer/hosts observer/show observer/screen "
                "observer/web",

    "clerk/options": "common/base common/spec common/cli common/shm common/options common/ledger",
    "clerk/talk": "common/base",
    "clerk/place": "common/base common/spec common/shm common/core/segments common/ledger clerk/options",
    "clerk/rows": "common/base common/spec common/ledger common/ledger/open clerk/options clerk/talk clerk/place",
    "clerk/leftovers": "common/base common/spec common/os common/shm common/core common/core/segments clerk/options "
                       "clerk/talk clerk/place",
    "front": "common/base common/spec common/cli common/os",
    "clerk": "common/base common/os clerk/options clerk/rows clerk/leftovers",
}
ROOMS = {room: uses.split() for room, uses in ROOMS.items()}
SHIPPED = sorted({room.split("/")[0] for room in ROOMS})

MOST_FILES = 25  # of C++ in one folder, without those below it
MOST_LINES = 300


def variable(room):
    """The room's name in the meson.build files."""
    return room.replace("/", "_")


def find_cycle():
    """Rooms of which each may use the next one, beginning and ending with the same room; None if there is no cycle."""
    done = set()

    def visit(room, path):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return None
        for used in ROOMS.get(room, []):
            cycle = visit(used, path + [room])
            if cycle:
                return cycle
        done.add(room)
        return None

    for room in ROOMS:
        cycle = visit(room, [])
        if cycle:
            return cycle
    return None


def check_plan():
    cycle = find_cycle()
    if cycle:
        yield "rooms use each other in a circle: " + " -> ".join(cycle)
    order = list(ROOMS)
    for room, uses in ROOMS.items():
        for used in uses:
            if used not in ROOMS:
                yield f"{room} may use {used}, which is no room"
            elif order.index(used) > order.index(room):
                yield f"{room} may use {used}, which comes after it in the table"


def check_includes(files):
    for file in files:
        room = str(file.parent)
        if room not in ROOMS:
            yield f"{file}: {room} is no room"
            continue
        for number, line in enumerate((ROOT / file).read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            used = found[1].rpartition("/")[0]
            if used != room and used not in ROOMS[room]:
                yield f'{file}:{number}: {room} may not use {used or found[1]}: #include "{found[1]}"'


def check_builds():
    names = {variable(room): room for room in ROOMS}
    for room, uses in ROOMS.items():
        path = ROOT / room / "meson.build"
        found = path.is_file() and re.search(rf"^{variable(room)}_uses = \[(.*?)\]", path.read_text(), re.M | re.S)
        if not found:
            yield f"{room}/meson.build: has no {variable(room)}_uses, the list of what the room may use"
            continue
        named = {names[word] for word in re.findall(r"\w+", found[1]) if word in names}
        for used in sorted(named - set(uses)):
            yield f"{room}/meson.build: {room} may not use {used}"
        for used in sorted(set(uses) - named):
            yield f"{room}/meson.build: {variable(used)} is missing in {variable(room)}_uses"


def check_sizes(folders, lines):
    for folder, count in folders.items():
        if count > MOST_FILES:
            yield f"{folder}: {count} C++ files: at most {MOST_FILES}; make rooms of it"
    for file, count in lines.items():
        if count > MOST_LINES:
            yield f"{file}: {count} lines: at most {MOST_LINES}; split it"


def types_of(text):
    """The qualified names of the types that a file defines for the whole program."""
    spaces = []
    for line in text.splitlines():
        if opened := re.match(r"(?:inline )?namespace ?([\w:]*) ?\{$", line):
            spaces.append(opened[1])
        elif re.match(r"\}\s*// namespace", line):
            spaces.pop()
        elif "" not in spaces and (found := re.match(
                r"(?:template.*> )?(?:struct|class|enum class|enum|union)(?: \[\[.*?\]\]| alignas\([^)]*\)+)* (\w+)"
                r"(?: final)?(?: : .*)?(?:\s*\{.*)?$", line)):
            yield "::".join([*spaces, found[1]])


def check_types(files):
    """One name has one definition: two would be undefined behaviour in a program that is linked of both."""
    first = {}
    for file in files:
        for name in types_of((ROOT / file).read_text()):
            if first.setdefault(name, file) != file:
                yield (f"{file}: {first[name]} defines {name}, too: rename one of them; "
                       "no linker refuses two, and the program may mix them")


def main():
    files = sorted(path.relative_to(ROOT) for top in SHIPPED for path in (ROOT / top).rglob("*")
                   if re.search(r"\.[ch]pp(\.in)?$", path.name))
    lines = {file: len((ROOT / file).read_text().splitlines()) for file in files}
    folders = {}
    for file in files:
        folders[str(file.parent)] = folders.get(str(file.parent), 0) + 1

    tests = sorted(path.relative_to(ROOT) for top in ("tests", "bench") for path in (ROOT / top).rglob("*.[ch]pp"))
    wrong = [*check_plan(), *check_includes(files), *check_builds(), *check_sizes(folders, lines),
             *check_types(files + tests)]
    for line in wrong:
        print(line)
    largest, longest = max(folders, key=folders.get), max(lines, key=lines.get)
    print(f"{len(ROOMS)} rooms, {len(files)} files, median {statistics.median_low(lines.values())} lines; "
          f"largest file {longest} ({lines[longest]} lines), largest folder {largest} ({folders[largest]} files)")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
