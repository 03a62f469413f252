"""A CVE as a value, and the ``[[cve]]`` table of a catalogue file: what is known of the hole, whatever fixes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from hotfix_check.frozen import Frozen
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import shown

_ID = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}", re.ASCII)
_SCORE = re.compile(r"10\.0|[0-9]\.[0-9]", re.ASCII)
CVSS_VERSIONS = ("2.0", "3.0", "3.1", "4.0")
RANSOMWARE = ("yes", "unknown")


class Cve(Frozen):
    """What is known of one CVE. Which package fixes it is said by the package.

    ``cvss`` is the base score, 0.0 to 10.0, by ``cvss_version``; None where no source gives one. ``needs`` says what
    must be so beside the files. ``known_exploited`` is the day when CISA listed it, ``due`` the day by which its
    catalogue asks for the fix. ``without_fix`` are the ids of products that it is in and no catalogued update mends.
    """

    id: str
    impact: str | None
    cvss: float | None
    cvss_version: str | None
    published: date | None
    needs: str | None
    known_exploited: date | None
    due: date | None
    ransomware: bool
    without_fix: tuple[str, ...]
    sources: tuple[str, ...]


def read_cve(table: Fields) -> Cve:
    """One CVE. Raises CatalogueError."""
    score = table.text("cvss")
    if score is not None and not _SCORE.fullmatch(score):
        raise table.fault("cvss", f"a score of 0.0 to 10.0 with one decimal, as text, expected, found {shown(score)}")
    version = table.choice("cvss_version", CVSS_VERSIONS)
    if (score is None) != (version is None):
        raise table.fault("cvss_version", "a score needs the version of CVSS, and the reverse")
    exploited, due = table.day("known_exploited"), table.day("due")
    if due is not None and (exploited is None or due < exploited):
        raise table.fault("due", "a day after known_exploited expected")
    cve = Cve(
        id=cve_id(table, "id", table.need("id", table.text("id"))),
        impact=table.text("impact"),
        cvss=None if score is None else float(score),
        cvss_version=version,
        published=table.day("published"),
        needs=table.text("needs"),
        known_exploited=exploited,
        due=due,
        ransomware=table.choice("ransomware", RANSOMWARE) == "yes",
        without_fix=table.texts("without_fix") or (),
        sources=table.need("sources", table.texts("sources")),
    )
    table.finish()
    return cve


def cve_id(table: Fields, field: str, text: str) -> str:
    """The number of a CVE. Raises CatalogueError."""
    if not _ID.fullmatch(text):
        raise table.fault(field, f"a number such as CVE-2021-26855 expected, found {shown(text)}")
    return text


def is_cve(text: str) -> bool:
    """Whether a name is the number of a CVE, whatever its capitals."""
    return _ID.fullmatch(text.strip().upper()) is not None


def most_urgent_first(cves: Mapping[str, Cve], ids: Mapping[str, object]) -> list[str]:
    """The ids by what is known to be exploited, then by score, then by number; what is not known comes last."""

    def rank(key: str) -> tuple[bool, float, str]:
        known = cves.get(key)
        exploited = known is not None and known.known_exploited is not None
        return not exploited, -(known.cvss or 0.0) if known else 0.0, key

    return sorted(ids, key=rank)
