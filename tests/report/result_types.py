"""The typed result of the public API, from the types of the result document; run as a program it writes the module."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from hotfix_check.report import document
from hotfix_check.report.document import ResultDocument

MODULE = Path(__file__).resolve().parents[2] / "hotfix_check" / "result.py"
HEAD = '''"""The typed result of a scan: the JSON's keys as attributes; made by tests/report/result_types.py."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hotfix_check.assess.finding import Verdict
from hotfix_check.frozen import dataclass
from hotfix_check.report.document import ResultDocument, to_json

Made = TypeVar("Made")
'''
TAIL = '''

@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The whole result of a scan; ``document`` is the JSON that it was made from."""

{fields}
    document: ResultDocument

    def to_json(self) -> str:
        """The JSON result, as ``scan -f json`` prints it."""
        return to_json(self.document)


def result_of(document: ResultDocument) -> Result:
    """The typed result of a document that follows the schema."""
    values: Mapping[str, Any] = document
    hints = _hints(Result).items()
    given = {{name: _made(hint, values[name]) for name, hint in hints if name != "document"}}
    return Result(document=document, **given)


def _made(hint: Any, value: Any) -> Any:
    """A value of JSON as its type wants it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _made(next(one for one in args if one is not type(None)), value)
    if origin is tuple:
        return tuple(_made(args[0], one) for one in value)
    if origin is Mapping:
        return dict(zip(value, map(partial(_made, args[1]), value.values()), strict=True))
    if is_dataclass(hint) and isinstance(hint, type):
        return _from(hint, value)
    return Verdict(value) if hint is Verdict else value


def _from(made: type[Made], value: Mapping[str, Any]) -> Made:
    keys = {{key.replace("-", "_"): key for key in value}}
    kind: Any = made
    return made(**{{name: _made(hint, value[keys[name]]) for name, hint in _hints(kind).items()}})


@cache
def _hints(made: Any) -> dict[str, Any]:
    hints = get_type_hints(made)
    return {{field.name: hints[field.name] for field in fields(made)}}
'''


def module() -> str:
    """The source of the module."""
    classes: dict[str, str] = {}
    _class(ResultDocument, classes)
    last = classes.pop("Result")
    lines = last.split('"""\n', 1)[1].strip("\n")
    body = "".join(f"\n\n@dataclass(frozen=True, slots=True, kw_only=True)\n{text}" for text in classes.values())
    return HEAD + body + TAIL.format(fields="\n" + lines)


def _class(hint: Any, classes: dict[str, str]) -> str:
    name = str(hint.__name__).removesuffix("Document")
    if name not in classes:
        lines = []
        for key, inner in get_type_hints(hint, include_extras=True).items():
            lines.append(f"    {key.replace('-', '_')}: {_type(inner, classes)}")
        about = hint.__doc__ or ""
        if not about or about.startswith("dict()"):
            about = "How many findings have each verdict."
        classes[name] = f'class {name}:\n    """{about}"""\n\n' + "\n".join(lines) + "\n"
    return name


def _type(hint: Any, classes: dict[str, str]) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        return _class(hint, classes)
    if origin is Annotated:
        if hint == document.VerdictWord:
            return "Verdict"
        return _type(args[0], classes)
    if origin is Literal:
        return "str"
    if origin is list:
        return f"tuple[{_type(args[0], classes)}, ...]"
    if origin is dict:
        return f"Mapping[str, {_type(args[1], classes)}]"
    if origin in (Union, types.UnionType):
        return " | ".join(_type(one, classes) for one in args)
    return "None" if hint is type(None) else str(hint.__name__)


if __name__ == "__main__":
    MODULE.write_text(module())
