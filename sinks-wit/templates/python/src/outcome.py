"""What an answer means for the envelope that was sent."""

import math
import re
from datetime import datetime, timezone

# `strptime` imports it when it is first called, and there are no files then: what is imported here is in the component.
import _strptime  # noqa: F401

from wit_world.exports.sink import Outcome, Outcome_Delivered, Outcome_Failed
from wit_world.imports import clock
from wit_world.imports.http import Response
from wit_world.imports.types import Failure, FailureClass

DAY_MS = 86_400_000


def outcome(response: Response) -> Outcome:
    """The outcome of an envelope whose request was answered so."""
    status = response.status
    said = " ".join(f"HTTP {status} {response.body[:200].decode(errors='replace')}".split())
    # With 409 the collector, which knows events by their ids, says that it has this one: from an attempt whose answer was lost.
    if 200 <= status < 300 or status == 409:
        return Outcome_Delivered(said)
    wait_ms = retry_after_ms(response)
    if status == 429 or (status == 503 and wait_ms is not None):
        return failed(FailureClass.THROTTLED, status, said, retry_after=wait_ms)
    # This one will never be taken; others may be.
    if status in (400, 413, 422):
        return failed(FailureClass.REJECTED, status, said)
    # Nothing will be taken until a person acts: the destination stops, and its backlog is kept.
    if status in (401, 403, 410):
        return failed(FailureClass.BLOCKED, status, said)
    return failed(FailureClass.TRANSIENT, status, said, maybe_applied=status in (500, 502, 504))


def failed(kind: FailureClass, status: int, said: str, retry_after: int | None = None, maybe_applied: bool = False) -> Outcome:
    return Outcome_Failed(Failure(kind, f"http.{status}", said, retry_after, maybe_applied, extras=[]))


def retry_after_ms(response: Response) -> int | None:
    """Milliseconds that the other side asked to be left alone, a day at most; nothing where it did not ask."""
    values = [value.strip() for name, value in response.headers if name.lower() == "retry-after"]
    if not values:
        return None
    if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", values[0], re.ASCII):
        wait_ms = math.ceil(float(values[0]) * 1000)
    else:
        try:
            at = datetime.strptime(values[0], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        wait_ms = int(at.timestamp() * 1000) - clock.now()
    return min(max(wait_ms, 0), DAY_MS)
