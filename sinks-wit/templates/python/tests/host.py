"""A host for unit tests: the contract's imports are answered by a script. Whatever is not scripted is content."""

from collections.abc import Callable
from unittest.mock import patch

from componentize_py_types import Ok, Result
from wit_world.imports.http import Request, Response
from wit_world.imports.types import (
    Envelope,
    Failure,
    Part,
    Part_Bytes,
    Part_Message,
    Payload,
    Payload_Bytes,
    Payload_Message,
    Payload_Parts,
)

NOW_MS = 1_760_410_739_000


class Host:
    """Use it as a context: `with Host() as host: …`."""

    def __init__(self, http: Callable[[Request], Result[Response, Failure]] | None = None) -> None:
        self.http = http or (lambda request: answer(200, b"{}"))
        self.messages: list[bytes] = []
        self.requests: list[Request] = []

    def __enter__(self) -> "Host":
        imports = "wit_world.imports"
        self.patches = [
            patch(f"{imports}.http.send", self.send),
            patch(f"{imports}.clock.now", lambda: NOW_MS),
            patch(f"{imports}.messages.body", lambda index: self.messages[index]),
        ]
        for one in self.patches:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.patches:
            one.stop()

    def send(self, requests: list[Request]) -> list[Result[Response, Failure]]:
        self.requests += requests
        return [self.http(request) for request in requests]

    def envelope(self, id: str, message: bytes = b"{}") -> Envelope:
        """An envelope, and its message at the next place."""
        self.messages.append(message)
        return Envelope(id, "group-1", None, NOW_MS, len(message), 1, 1)

    def bytes(self, body: Payload | Part) -> bytes:
        """What a body would be."""
        match body:
            case Payload_Parts(parts):
                return b"".join(self.bytes(part) for part in parts)
            case Payload_Message(place) | Part_Message(place):
                return self.messages[place]
            case Payload_Bytes(value) | Part_Bytes(value):
                return value
        return b""


def answer(status: int, body: bytes = b"", headers: list[tuple[str, str]] | None = None) -> Ok[Response]:
    """An answer of the other side."""
    return Ok(Response(status, headers or [], body, truncated=False))
