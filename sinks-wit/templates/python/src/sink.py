"""{{title}}: posts each message to an event collector, wrapped with its event id."""

import json

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.exports.sink import Descriptor, Outcome, Outcome_Failed
from wit_world.imports import http
from wit_world.imports.types import (
    ConfigIssue,
    Envelope,
    Failure,
    FailureClass,
    Part_Bytes,
    Part_Message,
    Payload,
    Payload_Empty,
    Payload_Parts,
)

import config
from outcome import outcome

# One instance serves one destination: what `open` took in.
opened: dict = {}


class Sink(exports.Sink):
    """What the contract has a sink export; `stubs/wit_world` is the contract."""

    def describe(self) -> Descriptor:
        return Descriptor(
            name="{{name}}",
            version="0.1.0",
            config_schema=json.dumps(config.SCHEMA),
            max_batch_envelopes=100,
            max_batch_bytes=4 << 20,
            max_message_bytes=0,
            ordered=False,
            extras=[],
        )

    def validate(self, config_text: str) -> list[ConfigIssue]:
        return config.faults(config_text)

    def open(self, config_text: str) -> None:
        if found := config.faults(config_text):
            message = "; ".join(f"{fault.pointer}: {fault.message}" for fault in found)
            raise Err(Failure(FailureClass.BLOCKED, "config.invalid", message, None, False, []))
        opened.clear()
        opened.update(config.read(config_text))

    def probe(self) -> None:
        """"Test connection": any answer shows that the collector can be reached, and a HEAD leaves nothing there."""
        [answer] = http.send([request("HEAD", Payload_Empty())])
        if isinstance(answer, Err):
            raise answer

    def deliver(self, batch: list[Envelope]) -> list[Outcome]:
        """One outcome for each envelope, in order."""
        requests = [request("POST", wrapped(envelope, place), envelope.id) for place, envelope in enumerate(batch)]
        return [outcome(answer.value) if isinstance(answer, Ok) else Outcome_Failed(answer.value) for answer in http.send(requests)]


def request(method: str, body: Payload, key: str | None = None) -> http.Request:
    headers = [("content-type", "application/json")] + ([("idempotency-key", key)] if key else [])
    return http.Request(
        method=method,
        url=opened["url"],
        headers=headers,
        body=body,
        credential=opened.get("credential"),
        webhook_id=None,
        timeout=opened["timeoutMs"],
    )


def wrapped(envelope: Envelope, place: int) -> Payload:
    """`{"event": …, "source": …, "message": …}`. The host puts the message in: it never enters the sandbox."""
    head = json.dumps({"event": envelope.id, "group": envelope.group, "source": opened["source"]})[:-1]
    return Payload_Parts([Part_Bytes(f'{head}, "message": '.encode()), Part_Message(place), Part_Bytes(b"}")])
