#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""multiprocessing.Queue: what a Python programmer finds first for this.

Fair: the ids travel as bytes (the cheapest thing to pickle), in lists if a batch is asked for; the queue is bounded
as all others are. The check is the number alone, which Python can afford.
"""
import argparse
import json
import multiprocessing
import resource
import time

QUEUE_ITEMS = 16_384


def parse_arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--consumers", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--id-bytes", type=int, default=36)
    parser.add_argument("--milliseconds", type=int, default=400)
    return parser.parse_args()


def consume(queue, ready, results, one_by_one, id_bytes):
    count = total = wrong = 0
    ready.release()
    while True:
        got = queue.get()
        if got is None:
            break
        for item in (got,) if one_by_one else got:
            number = int(item)
            count += 1
            total += number
            wrong += len(item) != id_bytes
    results.put((count, total, wrong, time.monotonic()))


def main():
    arguments = parse_arguments()
    queue = multiprocessing.Queue(max(1, QUEUE_ITEMS // arguments.batch))
    results = multiprocessing.Queue()
    ready = multiprocessing.Semaphore(0)
    one_by_one = arguments.batch == 1
    consumers = [
        multiprocessing.Process(target=consume, args=(queue, ready, results, one_by_one, arguments.id_bytes))
        for _ in range(arguments.consumers)
    ]
    for consumer in consumers:
        consumer.start()
    for _ in consumers:
        ready.acquire()
    began = time.monotonic()
    until = began + arguments.milliseconds / 1000
    number = 0
    while time.monotonic() < until:
        items = [b"%0*d" % (arguments.id_bytes, number + i) for i in range(1, 65)]
        for first in range(0, 64, arguments.batch):
            queue.put(items[first] if one_by_one else items[first : first + arguments.batch])
        number += 64
    for _ in consumers:
        queue.put(None)
    counts, totals, wrongs, ends = zip(*(results.get() for _ in consumers))
    for consumer in consumers:
        consumer.join()
    count, total, seconds = sum(counts), sum(totals), max(ends) - began
    whole = count == number and total == number * (number + 1) // 2 and sum(wrongs) == 0
    processor = sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
    print(
        json.dumps(
            {
                "peer": "python_queue",
                "consumers": arguments.consumers,
                "batch": arguments.batch,
                "id_bytes": arguments.id_bytes,
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
