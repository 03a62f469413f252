"""XML that a tool wrote, read element by element: no document type, so that no entity is ever declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from hotfix_check.errors import TargetError
from hotfix_check.untrusted.shown import one_line


def begins_with(head: str, element: str) -> bool:
    """Whether a text is XML that begins with an element, or has it soon after."""
    start = head.lstrip("\ufeff \t\r\n")
    return start.startswith("<") and re.search(rf"<{element}\b", start[:2000]) is not None


def read_xml(
    document: str,
    where: str,
    tool: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> None:
    """Call back for each element and each piece of text. Raises TargetError with the line of what is no XML."""

    def refuse(*_: object) -> None:
        raise TargetError(f"{where}: a document type is declared in it, which {tool} never does")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(document.lstrip().encode(), True)
    except expat.ExpatError as error:
        raise TargetError(f"{where}: not XML: {one_line(str(error), 200)}") from None
