#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A RabbitMQ quorum queue as a source (python3-pika). Its messages need a message_id, which is the invoice's id.

    rabbitmqctl set_policy orders '^orders$' '{"delivery-limit": -1}' --apply-to quorum_queues    # from RabbitMQ 4 on
    AMQP_URL=amqp://... supervisor --consumers 4 --source 'exec:rabbitmq.py orders' --origin orders

Guarantees: a message is acknowledged only when the ledger has it, whatever its outcome; what is not acknowledged is delivered
again, and recognised. The position is a hash of message_id (63 bits): no other name of a message survives a redelivery, so
two messages with one message_id are one invoice. The queue must be a quorum queue: others may lose what was published.
"""
import base64, hashlib, json, os, select, sys
import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.basic_qos(prefetch_count=2000)
tags, out, rest = {}, [], b""


def take(channel, method, properties, body):
    id = properties.message_id or hashlib.sha256(body).hexdigest()
    position = int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big") >> 1
    tags.setdefault(position, []).append(method.delivery_tag)
    out.append(json.dumps({"position": position, "id": id, "body_base64": base64.b64encode(body).decode()}) + "\n")


channel.basic_consume(sys.argv[1], take)
while True:
    connection.process_data_events(time_limit=0.1)
    print("".join(out) or ("" if tags else "\n"), end="", flush=True)
    out.clear()
    if select.select([0], [], [], 0)[0]:
        data = os.read(0, 1 << 20)
        if not data: break  # what is not acknowledged is delivered again
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            for tag in tags.pop(int(line.split(b"\t")[0]), []): channel.basic_ack(tag)
