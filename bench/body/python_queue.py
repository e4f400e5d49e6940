#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bodies through multiprocessing.Queue, between two processes.

Fair: a body travels as bytes, the cheapest thing to pickle, and as many bytes may wait as in the pipeline's byte area.
The receiver compares each body with the one that it expects, which reads every byte as fast as Python can.
"""
import argparse
import json
import multiprocessing
import resource
import time

BACKLOG_BYTES = 16 << 20


def parse_arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--body-bytes", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=1, choices=(1,))
    parser.add_argument("--milliseconds", type=int, default=400)
    return parser.parse_args()


def stamp(body, number):
    body[:8] = body[-8:] = number.to_bytes(8, "little")


def consume(queue, ready, results, body_bytes):
    expected = bytearray(b"-" * body_bytes)
    count = wrong = 0
    ready.release()
    while (body := queue.get()) is not None:
        count += 1
        stamp(expected, count)
        wrong += body != expected
    results.put((count, wrong, time.monotonic()))


def main():
    arguments = parse_arguments()
    queue = multiprocessing.Queue(max(2, BACKLOG_BYTES // arguments.body_bytes))
    results = multiprocessing.Queue()
    ready = multiprocessing.Semaphore(0)
    consumer = multiprocessing.Process(target=consume, args=(queue, ready, results, arguments.body_bytes))
    consumer.start()
    ready.acquire()
    body = bytearray(b"-" * arguments.body_bytes)
    began = time.monotonic()
    until = began + arguments.milliseconds / 1000
    number = 0
    while time.monotonic() < until:
        number += 1
        stamp(body, number)
        queue.put(bytes(body))
    queue.put(None)
    count, wrong, ended = results.get()
    consumer.join()
    seconds = ended - began
    whole = count == number and wrong == 0
    processor = sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
    print(
        json.dumps(
            {
                "peer": "body_python",
                "body_bytes": arguments.body_bytes,
                "whole": whole,
                "items": count,
                "seconds": round(seconds, 6),
                "rate": round(count / seconds, 1),
                "cpu_ns_per_item": round(processor * 1e9 / max(count, 1), 1),
            }
        )
    )
    raise SystemExit(0 if whole else 1)


if __name__ == "__main__":
    main()
