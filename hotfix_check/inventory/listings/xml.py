"""XML that a tool wrote, read element by element: no document type, so that no entity is ever declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from hotfix_check.errors import TargetError
from hotfix_check.untrusted.shown import one_line

_PIECE = 1 << 16  # bytes parsed at once


def begins_with(head: str, element: str) -> bool:
    """Whether a text is XML that begins with an element, or has it soon after."""
    start = head.lstrip("\ufeff \t\r\n")
    return start.startswith("<") and re.search(rf"<{element}\b", start[:2000]) is not None


def elements(document: str, where: str, tool: str) -> Iterator[tuple[str, dict[str, str] | None, str]]:
    """Each element where it begins, with its attributes, and where it ends, with the text since the tag before that.

    Raises TargetError with the line of what is no XML, or declares a document type.
    """
    found: list[tuple[str, dict[str, str] | None, str]] = []
    text: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        text.clear()
        found.append((element, attributes, ""))

    def end(element: str) -> None:
        found.append((element, None, "".join(text)))
        text.clear()

    def refuse(*_: object) -> None:
        raise TargetError(f"{where}: a document type is declared in it, which {tool} never does")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text.append, refuse
    data = document.lstrip().encode()
    for at in range(0, max(len(data), 1), _PIECE):
        fault = None
        try:
            parser.Parse(data[at : at + _PIECE], at + _PIECE >= len(data))
        except expat.ExpatError as error:
            fault = TargetError(f"{where}: not XML: {one_line(str(error), 200)}")
        yield from found
        found.clear()
        if fault is not None:
            raise fault
