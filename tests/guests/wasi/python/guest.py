"""A sink in Python that uses its standard library as any program does, to show what of the machine it sees: nothing."""

import os
import random
import socket
import sys
import time

from wit_world import exports
from wit_world.exports import sink


class Sink(exports.Sink):
    def describe(self):
        return sink.Descriptor(
            name="python",
            version="1.0.0",
            config_schema='{"type": "object"}',
            max_batch_envelopes=100,
            max_batch_bytes=1 << 20,
            max_message_bytes=0,
            ordered=False,
            extras=[],
        )

    def validate(self, config):
        return []

    def open(self, config):
        return None

    def probe(self):
        return None

    def deliver(self, batch):
        print("written by print")
        print("written to standard error", file=sys.stderr)
        return [sink.Outcome_Delivered(seen()) for _ in batch]


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
