"""A sink in Python that uses its standard library as any program does, to show what of the machine it sees: nothing. Where its configuration
has a `url`, each message goes there, and what it sees in a header."""

import json
import os
import random
import socket
import sys
import time

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.exports import sink
from wit_world.imports import http
from wit_world.imports.types import Failure, FailureClass, Payload_Message

# One instance serves one destination: what `open` took in.
opened = {}


class Sink(exports.Sink):
    def describe(self):
        return sink.Descriptor(
            name="python",
            version="1.0.0",
            config_schema='{"type": "object", "properties": {"url": {"type": "string"}}}',
            max_batch_envelopes=100,
            max_batch_bytes=1 << 20,
            max_message_bytes=0,
            ordered=False,
            extras=[],
        )

    def validate(self, config):
        return []

    def open(self, config):
        opened.update(json.loads(config))

    def probe(self):
        return None

    def deliver(self, batch):
        print("written by print")
        print("written to standard error", file=sys.stderr)
        if "url" not in opened:
            return [sink.Outcome_Delivered(seen()) for _ in batch]
        return [settled(answer) for answer in http.send([request(place) for place in range(len(batch))])]


def request(place):
    headers = [("content-type", "application/json"), ("x-seen", seen())]
    return http.Request("POST", opened["url"], headers, Payload_Message(place), None, None, 10_000)


def settled(answer):
    match answer:
        case Ok(value) if value.status < 300:
            return sink.Outcome_Delivered(f"HTTP {value.status}")
        case Ok(value):
            return sink.Outcome_Failed(Failure(FailureClass.TRANSIENT, f"http.{value.status}", "no", None, False, []))
        case Err(value):
            return sink.Outcome_Failed(value)


def seen():
    """What of the machine a sink sees."""
    return "; ".join(
        [
            f"{len(os.environ)} variables",
            attempt("file", lambda: open("/etc/passwd").read()),
            attempt("socket", lambda: socket.create_connection(("127.0.0.1", 9))),
            f"random {random.SystemRandom().random() != random.SystemRandom().random()}",
            f"time {time.time() > 1_700_000_000}",
        ]
    )


def attempt(name, act):
    try:
        act()
        return f"{name} there"
    except Exception:
        return f"{name} refused"
