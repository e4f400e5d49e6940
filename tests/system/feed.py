#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A source's program for tests, with its state in a folder: whatever is killed, it gives again what has no receipt.

    feed.py DIR [WINDOW]

It gives the positions 1, 2, 3 ..., whose ids are the numbers, at most WINDOW (1000) without a receipt, until DIR/stop
exists. DIR/given: how far it may have come, written before it gives more. DIR/receipts: what it has read.
"""
import os
import random
import select
import sys


def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        return [line[:-1] for line in file if line.endswith("\n")]


def main():
    folder = sys.argv[1]
    window = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    append = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    given = os.open(folder + "/given", append, 0o600)
    receipts = os.open(folder + "/receipts", append, 0o600)
    high = max([int(line) for line in lines_of(folder + "/given")], default=0)
    done = {int(line.split("\t")[0]) for line in lines_of(folder + "/receipts")}
    again = [number for number in range(1, high + 1) if number not in done]
    random.shuffle(again)
    os.write(1, "".join(f"{number}\t{number}\n" for number in again).encode())
    waiting = set(again)
    rest = b""
    said_nothing = False
    while True:
        stop = os.path.exists(folder + "/stop")
        if not stop and len(waiting) <= window - 100:
            os.write(given, f"{high + 100}\n".encode())
            fresh = range(high + 1, high + 101)
            high += 100
            waiting.update(fresh)
            os.write(1, "".join(f"{number}\t{number}\n" for number in fresh).encode())
            said_nothing = False
        elif stop and not said_nothing:
            os.write(1, b"\n")
            said_nothing = True
        if not select.select([0], [], [], 0.01)[0]:
            continue
        data = os.read(0, 1 << 16)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        os.write(receipts, b"".join(line + b"\n" for line in lines))
        waiting.difference_update(int(line.split(b"\t")[0]) for line in lines)


main()
