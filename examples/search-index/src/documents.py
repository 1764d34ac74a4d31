"""Records as documents: the lines of a `_bulk` request."""

import json
from typing import Any

from wit_world.imports.messages import Entry


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
