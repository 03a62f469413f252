"""What was found, in words: one clause for each row, the anomalies of its copies."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, is_told
from hotfix_check.assess.finding import Copy, JudgedRow, RowState
from hotfix_check.inventory.files import InstalledFile, UnreadableFile

_DECISIVE = frozenset({RowState.OLDER, RowState.ABSENT, RowState.UNREADABLE})


def row_sentences(rows: Sequence[JudgedRow]) -> list[str]:
    """What was found against the rows, what decides first; files that were not supplied in one clause."""
    said: list[str] = []
    behind: list[str] = []
    names: list[str] = []
    for row in rows:
        if row.state is RowState.NOT_COLLECTED and not row.note:
            names.append(row.row.name)
        elif sentence := row_sentence(row):
            (said if row.state in _DECISIVE else behind).append(sentence)
    said += behind
    if len(names) > 1:
        said.append(f"{', '.join(names[:-1])} and {names[-1]} were not supplied")
    elif names:
        said.append(f"{names[0]} was not supplied")
    return said


def row_sentence(row: JudgedRow) -> str:
    """What was found against one row: "Mapi32.dll is 5.5.2653.12, needs 5.5.2657.50 or later"."""
    worst = next((copy for copy in row.copies if copy.state is row.state), None)
    text = _clause(row, worst)
    return f"{text} ({row.note})" if row.note and text else text


def _clause(row: JudgedRow, worst: Copy | None) -> str:  # noqa: C901  (a case for each state)
    name, version = row.row.name, row.row.version
    found = worst.file if worst is not None and isinstance(worst.file, InstalledFile) else None
    place = f" in {worst.role}" if worst is not None and worst.role and len(row.roles) > 1 else ""
    given = found.version if found else None
    match row.state:
        case RowState.EXACT:
            return f"{name}{place} is {given}, as in the table"
        case RowState.LATER:
            return f"{name}{place} is {given}, later than the table's {version}"
        case RowState.OLDER:
            return f"{name}{place} is {given}, needs {version} or later"
        case RowState.ABSENT:
            return f"{name} is absent from {' and '.join(row.roles)}, collected whole; needs {version} or later"
        case RowState.NOT_COLLECTED:
            return f"{name} was not supplied"
        case RowState.UNREADABLE:
            return f"{name} cannot be read: {_why_unreadable(worst)}"
        case RowState.FOREIGN:
            return f"{name} is {given}, a foreign file"
        case RowState.OTHER_PRODUCT:
            return f"{name} is {given}, another product's file"
        case RowState.OTHER_PLATFORM:
            if found is not None and found.machine is None:
                return f"{name} is {given} for an unknown platform, and the table differs by platform"
            return (
                f"{name} is built for {found.machine if found else 'another platform'}, which no file of the update is"
            )
        case RowState.OTHER_LINE:
            return f"{name} is {given}, from another line than {version}; nothing says whether it has the fix"
        case RowState.NOT_CONTAINED:
            return (
                f"{name} is {given}, from an update that carries only its own month's fixes; needs {version} or later"
            )
        case RowState.NOT_CHECKABLE:
            return ""


def _why_unreadable(copy: Copy | None) -> str:
    if copy is not None and isinstance(copy.file, UnreadableFile):
        return copy.file.reason
    suspect = next((one for one in (copy.anomalies if copy else ()) if one.code is AnomalyCode.SUSPECT), None)
    return suspect or str(AnomalyCode.NO_VERSION)


def from_text(copy: Copy) -> bool:
    """Whether a copy's version is the text that a listing gives."""
    return is_told(copy.anomalies, AnomalyCode.VERSION_FROM_TEXT)


def row_anomalies(rows: Sequence[JudgedRow]) -> list[Anomaly]:
    """The anomalies of the copies, and copies that differ from one another; not what holds for a whole listing."""
    found: list[Anomaly] = []
    for row in rows:
        if not row.copies:
            continue
        versions = {
            copy.file.version
            for copy in row.copies
            if isinstance(copy.file, InstalledFile) and copy.file.version is not None
        }
        if len(versions) > 1:
            said = f"{row.row.name} is {' and '.join(map(str, sorted(versions)))}"
            found.append(Anomaly(AnomalyCode.COPIES_DIFFER, said))
        odd = (one for copy in row.copies for one in copy.anomalies if one.code is not AnomalyCode.VERSION_FROM_TEXT)
        found.extend(dict.fromkeys(one.of(row.row.name) for one in odd))
    return found
