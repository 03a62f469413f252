"""A saved result, read back strictly: what a renderer will use has the type that the schema says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from hotfix_check.errors import SavedInputError
from hotfix_check.untrusted.json import not_read_here, read_json
from hotfix_check.untrusted.shown import clipped, shown
from hotfix_check.version import FileVersion

SCHEMA = "hotfix-check/result/1"
ANY_SCHEMA = "hotfix-check/result/"
MAX_BYTES = 256 * 1024 * 1024
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def read_result(path: Path) -> dict[str, Any]:
    """The result document of a file. Raises SavedInputError with the place of the first fault."""
    return checked_result(read_json(path, MAX_BYTES, "a saved result"), str(path))


def checked_result(document: object, where: str) -> dict[str, Any]:
    """The result document of parsed JSON. Raises SavedInputError with the place of the first fault."""
    if not isinstance(document, dict):
        raise SavedInputError(f"{where}: not a saved result: an object expected")
    if "schema" not in document:
        raise SavedInputError(f"{where}: schema: missing; {SCHEMA} expected")
    if document["schema"] != SCHEMA:
        raise SavedInputError(f"{where}: schema: {not_read_here(document['schema'], SCHEMA)}")
    fault = first_fault(document, packaged_schema("result-1.json"))
    fault = fault or _fault_in_meaning(document)
    if fault is not None:
        raise SavedInputError(f"{where}: {fault}")
    return document


def _fault_in_meaning(document: dict[str, Any]) -> str | None:
    """The first day or version that only looks like one, and the first ladder on which nothing is installed."""
    readings: list[tuple[str, Callable[[str], object], str | None]] = [
        ("run, as_of", date.fromisoformat, document["run"]["as_of"])
    ]
    for number, target in enumerate(document["targets"], 1):
        where = f"targets {number}"
        for index, one in enumerate(target["installations"], 1):
            days = [one["build_released"], one["support"]["ends"], one["support"]["extended_until"]]
            days += (step["released"] for step in one["next_steps"])
            days += (cve[key] for cve in one["exposures"] for key in ("known_exploited", "due"))
            readings.extend((f"{where}, installations {index}", date.fromisoformat, day) for day in days)
        for index, finding in enumerate(target["findings"], 1):
            place = f"{where}, findings {index}"
            readings.append((f"{place}, released", date.fromisoformat, finding["released"]))
            stamps = (file["expected"]["timestamp"] for file in finding["files"])
            readings.extend((f"{place}, files", datetime.fromisoformat, stamp) for stamp in stamps)
        for index, ladder in enumerate(target["ladders"], 1):
            place = f"{where}, ladders {index}"
            if not ladder["installed"]:
                return f"{place}, installed: at least one file expected"
            readings.extend(
                (f"{place}, {key}", FileVersion.parse, one["version"])
                for key in ("rungs", "installed")
                for one in ladder[key]
            )
    for place, read, text in readings:
        try:
            if text is not None:
                read(text)
        except ValueError as error:
            return f"{place}: {shown(text)}: {error}"
    return None


def packaged_schema(name: str) -> dict[str, Any]:
    """One of the schemas that come with the package."""
    text = resources.files("hotfix_check").joinpath("schemas", name).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def first_fault(value: object, schema: Mapping[str, Any], where: str = "") -> str | None:
    """The first place where a value does not follow a schema, in words; None when it does.

    Knows the keywords that the packaged schemas use: type, enum, const, pattern, minimum, required, properties,
    additionalProperties, items and oneOf. Unknown keys pass: a later release may add some.
    """
    place = where or "the document"
    if "oneOf" in schema:
        faults = [first_fault(value, branch, where) for branch in schema["oneOf"]]
        return None if None in faults else faults[-1]
    kinds = schema.get("type")
    names = [kinds] if isinstance(kinds, str) else kinds or []
    if names and not any(_is(value, name) for name in names):
        return f"{place}: {' or '.join(names)} expected, found {shown(value)}"
    if "const" in schema and value != schema["const"]:
        return f"{place}: {schema['const']!r} expected, found {shown(value)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{place}: {shown(value)} is not one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{place}: {shown(value)} does not look like {schema['pattern']}"
    if isinstance(value, int) and "minimum" in schema and value < schema["minimum"]:
        return f"{place}: {shown(value)} is less than {schema['minimum']}"
    if isinstance(value, dict):
        return _fault_within(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value, 1):
            fault = first_fault(item, schema["items"], f"{where} {number}".strip())
            if fault is not None:
                return fault
    return None


def _fault_within(value: dict[str, Any], schema: Mapping[str, Any], where: str) -> str | None:
    missing = [key for key in schema.get("required", ()) if key not in value]
    if missing:
        return f"{where or 'the document'}: {missing[0]} is missing"
    known = schema.get("properties", {})
    for key, item in value.items():
        branch = known.get(key, schema.get("additionalProperties", {}))
        fault = first_fault(item, branch, f"{where}, {clipped(key)}" if where else clipped(key))
        if fault is not None:
            return fault
    return None


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))
