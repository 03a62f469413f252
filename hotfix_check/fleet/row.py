"""What a fleet keeps of one host: a small row, written as JSON and read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hotfix_check.assess import Verdict
from hotfix_check.errors import SavedInputError
from hotfix_check.fleet.standing import HostInstallation, read_installations
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.saved import SUFFIXES
from hotfix_check.report.names import level_text
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import path_text, shown
from hotfix_check.untrusted.windows_paths import ON_WINDOWS

VERDICTS = tuple(map(str, Verdict))
MARKS = ("failing", "blocked", "waived")
KINDS = ("inventory", "result", "damaged")
OUTCOMES = ("findings", "incomplete", "nothing-recognised", "clean", "damaged")
"""Worst first. Damaged is one that could not be judged."""
ANY_REPORT = "hotfix-check/fleet/"
_ESCAPE = "(?:x[89a-f][0-9a-f]|ud[89a-f][0-9a-f]{2})"
_DOUBLED = re.compile(rf"(?<!\\)\\+(?={_ESCAPE}|[\ud800-\udfff])")
# On Windows a backslash is always a separator, and next to nothing is escaped.
_SEPARATOR = re.compile(r"[/\\]" if ON_WINDOWS else rf"/|\\(?!\\{{0,512}}{_ESCAPE})")


class HostProduct(NamedTuple):
    """A product on a host with its service level, as the result document has it."""

    id: str
    level: str | None
    at_least: str | None
    at_most: str | None
    basis: str

    @property
    def words(self) -> str:
        """``CU23``, ``SP3 to SP4``, ``at least SP4`` or ``unknown``."""
        return level_text(self.level, self.at_least, self.at_most, self.basis) or "unknown"


class HostRow(Frozen):
    """All that a fleet keeps of one host.

    ``source`` is where it was read, as text, ``sha256`` that of the bytes there, ``target`` which one of a result with
    several. ``host`` is the name in the inventory, else of the file; ``named`` whether it was in the inventory, so that
    rows of one name are of one host. ``at`` is when the evidence was collected (a result's, when its run ended).
    ``findings`` are update ids by verdict, and those that are failing (they give exit code 1), blocked and waived;
    ``installations`` say how each copy of a product stands;
    ``waivers`` the ids of waivers that spoke of this host, expired ones too; ``reason`` why it is damaged.
    """

    source: str
    sha256: str
    target: int
    kind: str
    host: str
    named: bool
    at: str | None
    catalogue: str
    catalogue_sha256: str | None
    outcome: str
    products: tuple[HostProduct, ...]
    findings: Mapping[str, tuple[str, ...]]
    installations: tuple[HostInstallation, ...]
    advisories: tuple[str, ...]
    waivers: tuple[str, ...]
    reason: str | None = None

    def table(self) -> dict[str, Any]:
        """The row as a table of JSON."""
        return {
            **{name: getattr(self, name) for name in _TEXTS},
            "target": self.target,
            "named": self.named,
            "products": [list(product) for product in self.products],
            "findings": {key: list(ids) for key, ids in self.findings.items() if ids},
            "installations": [one.table() for one in self.installations],
            "advisories": list(self.advisories),
            "waivers": list(self.waivers),
        }


_TEXTS = ("source", "sha256", "kind", "host", "at", "catalogue", "catalogue_sha256", "outcome", "reason")


def read_row(table: object, where: str) -> HostRow:
    """The row that ``table`` made. Raises SavedInputError."""
    top = Fields(table, where, SavedInputError)
    findings = top.need("findings", top.inner("findings"))
    installations = top.need("installations", top.items("installations", dict, "a list of tables"))
    products = []
    for one in top.items("products", list, "a list of lists") or ():
        if len(one) != len(HostProduct._fields) or not all(text is None or isinstance(text, str) for text in one):
            raise top.fault("products", f"five texts expected, found {shown(one)}")
        products.append(HostProduct(*one))
    row = HostRow(
        source=top.need("source", top.text("source")),
        sha256=top.need("sha256", top.text("sha256")),
        target=top.need("target", top.integer("target", 1, 2**31)),
        kind=top.need("kind", top.choice("kind", KINDS)),
        host=top.need("host", top.get("host", str, "text")),
        named=top.need("named", top.get("named", bool, "true or false")),
        at=top.text("at"),
        catalogue=top.need("catalogue", top.get("catalogue", str, "text")),
        catalogue_sha256=top.text("catalogue_sha256"),
        outcome=top.need("outcome", top.choice("outcome", OUTCOMES)),
        products=tuple(products),
        findings={key: findings.texts(key) or () for key in (*VERDICTS, *MARKS)},
        installations=read_installations(installations, f"{where}, "),
        advisories=top.texts("advisories") or (),
        waivers=top.texts("waivers") or (),
        reason=top.text("reason"),
    )
    findings.finish()
    top.finish()
    return row


def damaged(source: str, reason: str, sha256: str = "-") -> HostRow:
    """The row of what could not be judged; without a sum when not even its bytes could be read."""
    return HostRow(
        source=source,
        sha256=sha256,
        target=1,
        kind="damaged",
        host=name_of_source(source),
        named=False,
        at=None,
        catalogue="",
        catalogue_sha256=None,
        outcome="damaged",
        products=(),
        findings={},
        installations=(),
        advisories=(),
        waivers=(),
        reason=reason or "no reason given",
    )


def name_of_source(source: str) -> str:
    """What a host is called whose inventory names none: the file name without .json or .json.gz."""
    name = parts_of(source)[-1]
    for suffix in reversed(SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] or name
    return name


def label_of(place: str) -> str:
    """A path or URL as text that can be written: bytes that are not UTF-8 become ``\\xff``.

    A backslash of the name itself, where it would be taken for such an escape or stands before one, becomes two.
    """
    return path_text(place if ON_WINDOWS else _DOUBLED.sub(lambda found: found[0] * 2, place))


def parts_of(label: str) -> list[str]:
    """The parts of a path or URL of any system; the backslash of an escape parts nothing."""
    return _SEPARATOR.split(label)
