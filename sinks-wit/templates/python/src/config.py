"""The configuration: its JSON Schema is written once, and the reader below goes by it, so that the two cannot disagree."""

import json
import re
from typing import Any

from wit_world.imports.types import ConfigIssue

# What a destination of this type is configured with: forms, checks and documentation come from it.
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "{{title}}",
    "description": "Posts each message to an event collector.",
    "type": "object",
    "required": ["url"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "title": "URL",
            "description": "Where events go: absolute, https (plain http to this machine alone), without user name, password or fragment.",
            "type": "string",
            "maxLength": 2048,
            "pattern": r"^(https://[^\s/?#@]+|http://(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?)([/?][^\s#]*)?$",
            "examples": ["https://collector.example.com/events"],
        },
        "source": {
            "title": "Source",
            "description": "What the collector is told that events come from.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "default": "ampline",
        },
        "credential": {
            "title": "Credential",
            "description": "Name of the credential that authorises requests. The operator binds it to the destination; the sink never sees it.",
            "type": "string",
            "minLength": 1,
        },
        "timeoutMs": {
            "title": "Time-out",
            "description": "Milliseconds that the collector has for its answer.",
            "type": "integer",
            "minimum": 1000,
            "maximum": 60000,
            "default": 10000,
        },
    },
}


def faults(text: str) -> list[ConfigIssue]:
    """Every fault of a configuration, each with its place (a JSON Pointer) and a remedy."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        return [issue("", f"is not JSON: {error}")]
    return list(faults_of(SCHEMA, config, ""))


def read(text: str) -> dict[str, Any]:
    """A configuration without faults, with the defaults where it says nothing."""
    defaults = {name: member["default"] for name, member in SCHEMA["properties"].items() if "default" in member}
    return defaults | json.loads(text)


def faults_of(schema: dict[str, Any], value: Any, pointer: str):
    """Knows the keywords that the schema above uses; give it those that you add."""
    kind, words = KINDS[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        yield issue(pointer, f"must be {words}")
    elif kind is dict:
        yield from members_faults(schema, value, pointer)
    elif kind is list:
        for at, item in enumerate(value):
            yield from faults_of(schema["items"], item, f"{pointer}/{at}")
    elif fault := value_fault(schema, value):
        yield issue(pointer, fault)


def members_faults(schema: dict[str, Any], value: dict[str, Any], pointer: str):
    known = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield issue(f"{pointer}/{name}", "is missing")
    for name, member in value.items():
        place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in known:
            yield from faults_of(known[name], member, place)
        else:
            yield issue(place, f"is not known: there are {', '.join(known)}")


def value_fault(schema: dict[str, Any], value: Any) -> str | None:
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}"
    if isinstance(value, str):
        least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
        if len(value) < least:
            return "must not be empty" if least == 1 else f"must have at least {least} characters"
        if len(value) > most:
            return f"must have at most {most} characters"
        if "pattern" in schema and not re.search(schema["pattern"].removesuffix("$") + r"\Z", value):
            return f"must look like {schema.get('examples', [schema['pattern']])[0]}"
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"must be from {schema.get('minimum')} to {schema.get('maximum')}"
    return None


KINDS: dict[str, tuple[type, str]] = {
    "object": (dict, "an object"),
    "array": (list, "a list"),
    "string": (str, "a text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}


def issue(pointer: str, message: str) -> ConfigIssue:
    return ConfigIssue(pointer, message, fatal=True)
