"""Records as documents: the lines of a `_bulk` request."""

import json
import re
from typing import Any

from wit_world.imports.messages import Entry

# Values much deeper than this are nobody's record, and the parser calls itself for each level: a few thousand end the component.
DEPTH_MAX = 100
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def parsed(text: bytes) -> Any:
    """The value of a JSON text. A ValueError where it is none, or lists and objects lie in each other too deep."""
    brackets = STRING.sub(b"", text).translate(None, NO_BRACKET)
    for _ in range(DEPTH_MAX):
        # Each turn takes the innermost level away, or a list and the object around it.
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise ValueError(f"lists and objects lie in each other more than {DEPTH_MAX} deep, or do not end")
    return json.loads(text)


def lines(index: str, fields: dict[str, str], message: Any, entries: list[Entry]) -> bytes:
    """Each record upserts or deletes the document of its id. Of two states the one that the provider changed later stays."""
    made = []
    for result, entry in zip(message.get("result") or [], entries):
        kind = "delete" if entry.deleted else "index"
        version = {"version": entry.modified_at, "version_type": "external_gte"}
        made.append({kind: {"_index": index, "_id": entry.id, **version}})
        if not entry.deleted:
            made.append(document(fields, {**(result.get("fields") or {}), **(result.get("mappedFields") or {})}))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in made).encode(errors="replace")


def document(fields: dict[str, str], record: dict[str, Any]) -> dict[str, Any]:
    """The record as it is; or what `fields` names of it."""
    if not fields:
        return record
    found = {name: found_at(record, path.split(".")) for name, path in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def found_at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
