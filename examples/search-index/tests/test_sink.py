"""What goes into the index, and what answers mean."""

import json
import unittest

from wit_world.exports.sink import Outcome_Delivered
from wit_world.imports.types import FailureClass

import config
from documents import DEPTH_MAX, document, parsed
from sink import Sink
from tests.host import NOW_MS, Host, answer

CONFIG = '{"url": "https://search.example.com", "index": "contacts", "fields": {"name": "properties.name"}}'
ADA = b'{"result": [{"fields": {"id": 1, "properties": {"name": "Ada"}}}, {"fields": {"id": 2, "deleted": true}}]}'


def items(*kinds: str) -> bytes:
    errors = [{"index": {"error": {"type": kind, "reason": "said so"}}} for kind in kinds]
    return json.dumps({"errors": bool(kinds), "items": errors}).encode()


class SinkTest(unittest.TestCase):
    def setUp(self) -> None:
        self.sink = Sink()
        self.sink.open(CONFIG)

    def test_records_are_documents(self) -> None:
        with Host(lambda _: answer(200, items())) as host:
            [outcome] = self.sink.deliver([host.envelope("e1", ADA)])
            sent = [json.loads(line) for line in host.bytes(host.requests[0].body).splitlines()]
        self.assertIsInstance(outcome, Outcome_Delivered)
        version = {"_index": "contacts", "version": NOW_MS, "version_type": "external_gte"}
        self.assertEqual(sent, [{"index": {"_id": "1", **version}}, {"name": "Ada"}, {"delete": {"_id": "2", **version}}])

    def test_an_answer_decides(self) -> None:
        for status, body, expected in [
            (200, items(), None),
            (200, items("version_conflict_engine_exception"), None),
            (200, items("es_rejected_execution_exception", "mapper_parsing_exception"), FailureClass.THROTTLED),
            (200, items("mapper_parsing_exception"), FailureClass.REJECTED),
            (200, items("index_not_found_exception"), FailureClass.BLOCKED),
            (200, b"{}", FailureClass.TRANSIENT),
            (200, b"<html>", FailureClass.TRANSIENT),
            (401, b"", FailureClass.BLOCKED),
            (429, b"", FailureClass.THROTTLED),
            (502, b"", FailureClass.TRANSIENT),
        ]:
            with Host(lambda _: answer(status, body)) as host:
                [outcome] = self.sink.deliver([host.envelope("e1", ADA)])
            found = None if isinstance(outcome, Outcome_Delivered) else outcome.value.class_
            self.assertEqual(found, expected, (status, body))

    def test_what_is_no_message_fails_alone(self) -> None:
        with Host(lambda _: answer(200, items())) as host:
            batch = [host.envelope("e1", b"\xff"), host.envelope("e2", ADA), host.envelope("e3", b"7"), host.envelope("e4", b'{"result": []}')]
            outcomes = self.sink.deliver(batch)
            self.assertEqual(len(host.requests), 1)
        self.assertEqual([isinstance(outcome, Outcome_Delivered) for outcome in outcomes], [False, True, False, True])

    def test_values_that_lie_too_deep_are_not_read(self) -> None:
        deep = lambda count: b'{"a[": "]", "b": ' + b"[" * count + b"]" * count + b"}"
        self.assertEqual(parsed(deep(DEPTH_MAX - 1))["a["], "]")
        for text in [deep(DEPTH_MAX + 1), deep(10_000), b"[" * 10_000]:
            self.assertRaises(ValueError, parsed, text)

    def test_fields_choose_and_rename(self) -> None:
        record = {"a": {"b": 1}, "c": None}
        self.assertEqual(document({}, record), record)
        self.assertEqual(document({"x": "a.b", "y": "c", "z": "a.b.c"}, record), {"x": 1})

    def test_every_fault_of_a_configuration_has_its_place(self) -> None:
        found = config.faults('{"url": "https://x/y", "index": "Contacts", "fields": {"a": 1}, "other": 2}')
        self.assertEqual([fault.pointer for fault in found], ["/url", "/index", "/fields/a", "/other"])


if __name__ == "__main__":
    unittest.main()
