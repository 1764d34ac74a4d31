"""What a cluster's answer means: its status, and what it says of each document."""

import json
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


# The cluster has a newer state of the document: what we want.
NEWER = "version_conflict_engine_exception"
# Later may do.
BUSY = ("es_rejected_execution_exception", "circuit_breaking_exception", "rejected_execution_exception")
NOT_NOW = ("cluster_block_exception", "unavailable_shards_exception", "process_cluster_event_timeout_exception")


def outcome(response: Response) -> Outcome:
    """The outcome of an envelope whose documents were sent together and answered so."""
    status = response.status
    said = " ".join(f"HTTP {status} {response.body[:200].decode(errors='replace')}".split())
    if 200 <= status < 300:
        return of_documents(response, said)
    wait_ms = retry_after_ms(response)
    if status == 429 or (status == 503 and wait_ms is not None):
        return failed(FailureClass.THROTTLED, f"http.{status}", said, retry_after=wait_ms)
    if status in (400, 413, 422):
        return failed(FailureClass.REJECTED, f"http.{status}", said)
    # Nothing will be taken until a person acts: the destination stops, and its backlog is kept.
    if status in (401, 403, 404, 410):
        return failed(FailureClass.BLOCKED, f"http.{status}", said)
    return failed(FailureClass.TRANSIENT, f"http.{status}", said, maybe_applied=status in (500, 502, 504))


def of_documents(response: Response, said: str) -> Outcome:
    """The cluster says 200 although single documents failed. All are sent again: what it has already stays as it is."""
    try:
        answer = json.loads(response.body)
        if not answer["errors"]:
            return Outcome_Delivered(said)
        errors = [result["error"] for item in answer.get("items", []) for result in item.values() if "error" in result]
        faults = [(str(error["type"]), str(error.get("reason", ""))) for error in errors]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return failed(FailureClass.TRANSIENT, "search.answer", f"the answer is not that of _bulk: {said}", maybe_applied=True)
    faults = [fault for fault in faults if fault[0] != NEWER]
    if not faults:
        return Outcome_Delivered(said)
    for kinds, kind in ((BUSY, FailureClass.THROTTLED), (NOT_NOW, FailureClass.TRANSIENT), (("index_not_found_exception",), FailureClass.BLOCKED)):
        if found := [fault for fault in faults if fault[0] in kinds]:
            return failed(kind, f"search.{found[0][0]}", found[0][1], maybe_applied=True)
    return failed(FailureClass.REJECTED, f"search.{faults[0][0]}", faults[0][1])


def failed(kind: FailureClass, code: str, message: str, retry_after: int | None = None, maybe_applied: bool = False) -> Outcome:
    return Outcome_Failed(Failure(kind, code, message, retry_after, maybe_applied, extras=[]))


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
