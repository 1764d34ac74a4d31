"""What the sink sends, and what answers mean."""

import unittest

from componentize_py_types import Err
from wit_world.exports.sink import Outcome, Outcome_Delivered
from wit_world.imports.types import FailureClass

import config
from sink import Sink
from tests.host import Host, answer

CONFIG = '{"url": "https://collector.example.com/events", "credential": "collector"}'


class SinkTest(unittest.TestCase):
    def setUp(self) -> None:
        self.sink = Sink()
        self.sink.open(CONFIG)

    def outcome(self, *told, **more) -> Outcome:
        with Host(lambda _: answer(*told, **more)) as host:
            [outcome] = self.sink.deliver([host.envelope("e1")])
        return outcome

    def test_each_message_is_one_request(self) -> None:
        with Host() as host:
            outcomes = self.sink.deliver([host.envelope("e1", b'{"a":1}'), host.envelope("e2")])
            body = host.bytes(host.requests[0].body)
        self.assertEqual(len(outcomes), 2)
        self.assertEqual(body, b'{"event": "e1", "group": "group-1", "source": "ampline", "message": {"a":1}}')
        self.assertEqual(host.requests[0].headers, [("content-type", "application/json"), ("idempotency-key", "e1")])
        self.assertEqual((host.requests[0].credential, host.requests[0].timeout), ("collector", 10_000))

    def test_an_answer_decides(self) -> None:
        for status in (200, 202, 204, 409):
            self.assertIsInstance(self.outcome(status), Outcome_Delivered, status)
        for status, kind in {
            422: FailureClass.REJECTED,
            401: FailureClass.BLOCKED,
            410: FailureClass.BLOCKED,
            429: FailureClass.THROTTLED,
            500: FailureClass.TRANSIENT,
        }.items():
            self.assertEqual(self.outcome(status).value.class_, kind, status)

    def test_a_wait_is_seconds_or_a_date_and_a_day_at_most(self) -> None:
        rows = {"7": 7000, "1.5": 1500, "Tue, 14 Oct 2025 02:59:09 GMT": 10_000, "999999": 86_400_000, "soon": None}
        for value, wait_ms in rows.items():
            outcome = self.outcome(429, headers=[("Retry-After", value)])
            self.assertEqual(outcome.value.retry_after, wait_ms, value)

    def test_every_fault_of_a_configuration_has_its_place(self) -> None:
        found = config.faults('{"url": "http://x", "source": "", "timeoutMs": true, "retries": 3}')
        self.assertEqual([fault.pointer for fault in found], ["/url", "/source", "/timeoutMs", "/retries"])
        self.assertIn("is not JSON", config.faults("[")[0].message)
        with self.assertRaises(Err) as raised:
            self.sink.open("{}")
        self.assertEqual(raised.exception.value.class_, FailureClass.BLOCKED)

    def test_plain_http_goes_to_this_machine_alone(self) -> None:
        rows = {"http://127.0.0.1:8080/in": 0, "http://[::1]": 0, "http://127.0.0.1.example.com": 1, "http://localhost@example.com": 1}
        for url, count in rows.items():
            self.assertEqual(len(config.faults(f'{{"url": "{url}"}}')), count, url)


if __name__ == "__main__":
    unittest.main()
