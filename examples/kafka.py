#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Kafka topic as a source (python3-confluent-kafka). Tried with librdkafka's mock cluster, not with a broker.

    KAFKA=host:9092 supervisor --consumers 4 --source 'exec:kafka.py orders' --origin orders

Guarantees: an offset is committed only when the ledger has everything before it in its partition; what comes again after a crash or
a rebalance is recognised. The position is partition * 2^48 + offset, the id is topic/partition/offset. Another group.id reads
all of the topic again, and that is recognised as well.
"""
import base64, collections, json, os, select, sys
import confluent_kafka as kafka

topic, held, rest, parted = sys.argv[1], collections.defaultdict(dict), b"", 1 << 48
consumer = kafka.Consumer({"bootstrap.servers": os.environ["KAFKA"], "group.id": os.environ.get("KAFKA_GROUP", "invoice-pipeline"),
                           "enable.auto.commit": False, "auto.offset.reset": "earliest"})
forget = lambda consumer, parts: [held.pop(part.partition, None) for part in parts]
consumer.subscribe([topic], on_revoke=forget, on_lost=forget)
while True:
    out = []
    for message in consumer.consume(500, 0.1) if sum(map(len, held.values())) < 20000 else []:
        if message.error(): continue  # it is tried again
        partition, offset = message.partition(), message.offset()
        held[partition][offset] = False
        out.append(json.dumps({"position": partition * parted + offset, "id": f"{topic}/{partition}/{offset}",
                               "body_base64": base64.b64encode(message.value() or b"").decode()}) + "\n")
    print("".join(out) or ("" if any(held.values()) else "\n"), end="", flush=True)
    if not select.select([0], [], [], 0)[0]: continue
    data = os.read(0, 1 << 20)
    if not data: break
    *lines, rest = (rest + data).split(b"\n")
    for partition, offset in (divmod(int(line.split(b"\t")[0]), parted) for line in lines):
        if offset in held[partition]: held[partition][offset] = True
    for partition, offsets in held.items():
        last = None
        while offsets and next(iter(offsets.values())): last = next(iter(offsets)); del offsets[last]
        if last is not None: consumer.commit(offsets=[kafka.TopicPartition(topic, partition, last + 1)], asynchronous=True)
consumer.close()
