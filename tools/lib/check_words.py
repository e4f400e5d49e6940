#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps constructions that are hard to read out of the comments of the shipped C++ code.

    tools/lib/check_words.py

Each entry of HARD is a pattern, searched in the text of comments, and its plain form. Prints `FILE:LINE: ...` for each
hit; the exit status is 1 if there is one.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("common", "producer", "consumer", "supervisor", "observer", "clerk", "front")

# Subject first, then verb, then object; the actor before the act; one idea a sentence.
HARD = [
    (r"(^|[.:] )Whoever ", "name the actor: 'The next owner ...'"),
    (r"(^|[.:] )Who ", "name the actor: 'A caller that ...'"),
    (r"(^|[.:] )Whose ", "name the thing first"),
    (r"(^|[.:] )Of ", "name the thing first: 'The name of ...'"),
    (r"(^|[.:] )What ", "name the noun: 'The part that ...'"),
    (r"\bwhoever\b", "name the actor: 'the next owner', 'readers'"),
    (r"\bwhatever it was\b", "name the cases"),
    (r"\bTo be (called|asked|given|used)\b", "imperative: 'Call it ...'"),
    (r"\b(is|are) to be\b", "'must be', 'should be'"),
    (r"\bmends?\b", "'repairs', 'fixes', 'retries'"),
    (r"\bmade to be\b", "say who makes it, and what for"),
    (r"\bhad not come to it\b", "'may not have reached it'"),
    (r"\bin his hand\b", "'holds'"),
    (r"\b(he|his|him)\b", "a process is 'it'"),
    (r"\bnone of ours\b", "'not ours'"),
    (r"\bnot to blame\b", "'do not charge ...'"),
    (r"\bis void\b", "'invalidates'"),
    (r"\bgets? on\b", "'makes progress'"),
    (r"\bone that is no\b", "'one that is not a'"),
    (r"\bthat it means\b", "'that it refers to'"),
]


def comments(path):
    """(line number, text) of each comment, a block of lines joined: a sentence may go over several."""
    block, first = [], 0
    for number, line in enumerate(path.read_text().splitlines() + [""], 1):
        match = re.match(r"\s*//\s?(.*)$", line)
        if match:
            first = first or number
            block.append(match.group(1).strip())
            continue
        if block:
            yield first, " ".join(block)
            block, first = [], 0
        trailing = re.search(r'^[^"]*?(?:"[^"]*"[^"]*?)*\s//\s(.*)$', line)
        if trailing:
            yield number, trailing.group(1)


def main():
    hits = 0
    for program in PROGRAMS:
        for path in sorted((ROOT / program).rglob("*.[ch]pp")):
            for number, text in comments(path):
                for pattern, plain in HARD:
                    match = re.search(pattern, text)
                    if match:
                        hits += 1
                        print(f"{path.relative_to(ROOT)}:{number}: '{match.group(0).strip(' .:')}' is hard to read: {plain}")
    print(f"{len(HARD)} constructions, {hits} found")
    sys.exit(1 if hits else 0)


if __name__ == "__main__":
    main()
