"""The JSON Schema of a frozen class; run as a program it writes the packaged schemas from the types anew."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import EnumType
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hotfix_check.report.document import Result, key_of, types_of
from hotfix_check.report.key_types import AtLeast, Matches, OneOf

SCHEMAS = Path(__file__).resolve().parents[2] / "hotfix_check" / "schemas"
NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
HEAD = {
    "result-1.json": (
        Result,
        "hotfix-check result 1",
        "Keys are always present; later releases may add keys, never change or remove one.",
    ),
}


def packaged(name: str) -> dict[str, Any]:
    """The schema as the types say it must be."""
    document, title, description = HEAD[name]
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "title": title, "description": description, **schema_of(document)}


def schema_of(hint: Any) -> dict[str, Any]:
    """The schema of a type: a frozen class, a tuple, a mapping, a word, a number, or one of these or null."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = {key_of(name): inner for name, inner in types_of(hint).items()}
        return {
            "type": "object",
            "required": list(hints),
            "properties": {key: schema_of(inner) for key, inner in hints.items()},
        }
    if isinstance(hint, EnumType):
        return {"enum": list(map(str, hint))}
    if origin is Annotated:
        return _narrowed(schema_of(args[0]), args[1:])
    if origin is Literal:
        return {"const": args[0]} if len(args) == 1 else {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": schema_of(args[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": schema_of(args[1])}
    if origin in (Union, types.UnionType):
        return _one_of([schema_of(one) for one in args])
    return {"type": NAMES[hint]}


def _narrowed(schema: dict[str, Any], bounds: tuple[Any, ...]) -> dict[str, Any]:
    for bound in bounds:
        match bound:
            case Matches(pattern):
                schema = {**schema, "pattern": pattern}
            case AtLeast(number):
                schema = {**schema, "minimum": number}
            case OneOf(words):
                schema = {"enum": list(words)}
    return schema


def _one_of(branches: list[dict[str, Any]]) -> dict[str, Any]:
    """Scalars become one list of types, as does an array or null; an object or null a choice, null first."""
    if any("properties" in one for one in branches):
        return {"oneOf": branches[::-1]}
    merged = {key: value for one in branches for key, value in one.items() if key != "type"}
    return {"type": [one["type"] for one in branches], **merged}


if __name__ == "__main__":
    for each in HEAD:
        (SCHEMAS / each).write_text(json.dumps(packaged(each), indent=1) + "\n")
