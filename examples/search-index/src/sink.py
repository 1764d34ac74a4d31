"""Keeps an index of Elasticsearch or OpenSearch as the provider has the records."""

import json

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.exports.sink import Descriptor, Outcome, Outcome_Delivered, Outcome_Failed
from wit_world.imports import http, messages
from wit_world.imports.types import ConfigIssue, Envelope, Failure, FailureClass, Payload, Payload_Bytes, Payload_Empty

import config
from documents import lines, parsed
from outcome import failed, outcome

# One instance serves one destination: what `open` took in.
opened: dict = {}


class Sink(exports.Sink):
    def describe(self) -> Descriptor:
        return Descriptor(
            name="search-index",
            version="0.1.0",
            config_schema=json.dumps(config.SCHEMA),
            # Bodies come into the sandbox, which has 64 MiB.
            max_batch_envelopes=50,
            max_batch_bytes=2 << 20,
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
        """Whether the index is there, and we may see it."""
        [answer] = http.send([request("HEAD", f"/{opened['index']}", Payload_Empty())])
        if isinstance(answer, Err):
            raise answer
        if isinstance(known := outcome(answer.value), Outcome_Failed) and answer.value.status >= 300:
            raise Err(known.value)

    def deliver(self, batch: list[Envelope]) -> list[Outcome]:
        """One request for each envelope, so that each has an answer of its own; all are in flight together."""
        bodies = [body(place) for place in range(len(batch))]
        # Only what failed comes back: the host keeps 16 KiB of an answer.
        bulk = "/_bulk?filter_path=errors,items.*.error.type,items.*.error.reason"
        answers = iter(http.send([request("POST", bulk, Payload_Bytes(body)) for body in bodies if body]))
        return [settled(body, answers) for body in bodies]


def settled(body: bytes | None, answers) -> Outcome:
    if body is None:
        return failed(FailureClass.REJECTED, "message.json", "the message is no JSON object")
    if not body:
        return Outcome_Delivered("no records")
    answer = next(answers)
    return outcome(answer.value) if isinstance(answer, Ok) else Outcome_Failed(answer.value)


def body(place: int) -> bytes | None:
    """The lines for a message; none where there is nothing to read in it."""
    try:
        return lines(opened["index"], opened["fields"], parsed(messages.body(place)), messages.records(place))
    except (ValueError, AttributeError, TypeError):
        return None


def request(method: str, path: str, body: Payload) -> http.Request:
    return http.Request(
        method=method,
        url=opened["url"] + path,
        headers=[("content-type", "application/x-ndjson")],
        body=body,
        credential=opened.get("credential"),
        webhook_id=None,
        timeout=opened["timeoutMs"],
    )
