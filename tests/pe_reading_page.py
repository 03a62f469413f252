"""Makes docs/pe-reading.md of the tables in pe_cases.py and version_string_cases.py.

PYTHONPATH=samples:tests python tests/pe_reading_page.py
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pe_cases import NOT_FILES, SECTIONS, PeCase
from version_string_cases import STRINGS

PAGE = Path(__file__).parent.parent / "docs" / "pe-reading.md"
_INTRODUCTION = """\
# How odd files are read

Every row is a test: a file made for it, read by hotfix-check, and by Windows' own functions (`GetFileVersionInfo` and
`VerQueryValue`) as Wine implements them. `tests/pe_reading_page.py` makes this page of the tests' tables, and a test
compares it with them.

- **damaged** means that the file begins as a Windows program and breaks off or contradicts itself before its version
  is found. Such a file is never said to have no version.
- **no version resource** means that Windows would find none; **no fixed version**, that there is one without a valid
  `VS_FIXEDFILEINFO`.
- **an exception** means that the functions end the program which calls them.
- A version is judged by its fixed part alone. At most 1 MiB of a file is read, at most 64 KiB of it a version resource.
"""


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION]
    for title, cases in SECTIONS.items():
        rows = [(case.words, case.windows, _ours(case), case.why) for case in cases]
        parts.append(f"## {title}\n\n" + _table(("file", "Windows", "hotfix-check", "why"), rows))
    texts = [(case.words, _text(case.windows), _text(case.ours), case.why) for case in STRINGS]
    parts.append("## The string FileVersion\n\n" + _table(("string", "Windows", "hotfix-check", "why"), texts))
    others = [(case.words, case.ours, case.why) for case in NOT_FILES]
    parts.append("## What is not a file\n\n" + _table(("in the folder", "hotfix-check", "why"), others))
    return "\n".join(parts)


def _ours(case: PeCase) -> str:
    return case.ours + "".join(f"; noted `{note}`" for note in case.notes if note != "no-fixed-version")


def _text(text: str | None) -> str:
    if text is None:
        return "not found"
    shown = text if len(text) <= 40 else text[:10] + "..."
    return f"`{shown.encode('unicode_escape').decode()}`" if shown else "empty"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
