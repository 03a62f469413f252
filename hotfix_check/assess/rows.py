"""One row of a file table against the copies on the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, found_by_reading
from hotfix_check.assess.evidence import ProductEvidence, TargetFile
from hotfix_check.assess.finding import MET, Copy, JudgedRow, RowState
from hotfix_check.assess.identity import counts_for_row, readings, text_differs
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import FileRow, Package, row_day
from hotfix_check.frozen import replace
from hotfix_check.inventory import InstalledFile, UnreadableFile
from hotfix_check.version import FileVersion

# Worst first: what speaks against the update, what says nothing, what speaks for it.
_WORST_FIRST = (
    RowState.OLDER,
    RowState.ABSENT,
    RowState.UNREADABLE,
    RowState.NOT_CONTAINED,
    RowState.OTHER_LINE,
    RowState.OTHER_PLATFORM,
    RowState.OTHER_PRODUCT,
    RowState.FOREIGN,
    RowState.LATER,
    RowState.EXACT,
    RowState.NOT_COLLECTED,
    RowState.NOT_CHECKABLE,
)

_LINK_MARGIN = timedelta(days=2)
_SAME_TIME = timedelta(minutes=2)  # tables give minutes, FAT stores every other second
_WIDEST_OFFSET = timedelta(hours=14)

AtOrAbove = Callable[[FileRow, InstalledFile], RowState]
"""What a file at or above a row's version is: LATER where the line or level carries the fix, else why not."""


def judge_rows(package: Package, evidence: ProductEvidence, at_or_above: AtOrAbove) -> tuple[JudgedRow, ...]:
    """Judge every file of a package; rows of one file that differ only in platform or language are one."""
    alternatives: dict[tuple[str, tuple[str, ...]], list[FileRow]] = defaultdict(list)
    for row in package.rows:
        alternatives[(row.name.lower(), row.roles)].append(row)
    judged = tuple(_judge_file(rows, evidence, at_or_above) for rows in alternatives.values())
    return tuple(_where_collected(row, package, evidence.product) for row in judged)


def _where_collected(judged: JudgedRow, package: Package, product: Product) -> JudgedRow:
    """A row of a whole table asks for no file that was not collected, but for the marker.

    Most servers have a part of the files: an Edge Transport server, or the management tools alone.
    """
    if judged.state not in (RowState.ABSENT, RowState.NOT_COLLECTED):
        return judged
    known = product.files.get(judged.row.name.lower())
    marker = known is not None and known.marker
    if not (judged.row.where_collected or (package.whole_table and not marker)):
        return judged
    return replace(judged, row=replace(judged.row, companion=True))


def _judge_file(rows: Sequence[FileRow], evidence: ProductEvidence, at_or_above: AtOrAbove) -> JudgedRow:
    name = rows[0].name
    roles = evidence.roles_of(name, rows[0].roles)
    known = evidence.product.files.get(name.lower())
    every_role = known is not None and known.every_role and not rows[0].roles
    if name.lower() not in evidence.files.by_name:  # most rows of a catalogue
        checkable = any(row.version is not None for row in rows)
        state = _not_there(roles, evidence, every_role) if checkable else RowState.NOT_CHECKABLE
        return JudgedRow(row=rows[0], roles=roles, state=state, copies=())
    copies = tuple(_judge_copy(file, rows, evidence, at_or_above) for file in evidence.judged(name, roles))
    if all(row.version is None for row in rows):
        return JudgedRow(row=rows[0], roles=roles, state=RowState.NOT_CHECKABLE, copies=copies)
    note = None
    states = [copy.state for copy in copies]
    if not copies:
        states = [_not_there(roles, evidence, every_role)]
        note = f"a copy elsewhere is not judged: {evidence.product.name} has {name} in {' and '.join(roles)}"
        if any(map(evidence.places.unseen, roles)):
            note += ", which was not examined"
    elif every_role:
        empty = [role for role in roles if role not in {copy.role for copy in copies}]
        if any(evidence.places.whole(role) for role in empty):
            states.append(RowState.ABSENT)
            note = f"{name} is not in {' and '.join(empty)}, where Setup puts a copy"
        elif empty and any(copy.role for copy in copies):
            note = f"only one copy was judged: {' and '.join(empty)} was not collected"
    worst = min(states, key=_WORST_FIRST.index)
    return JudgedRow(
        row=next((copy.row for copy in copies if copy.state is worst and copy.row is not None), rows[0]),
        roles=roles,
        state=worst,
        copies=copies,
        met_beside=any(state in MET for state in states),
        note=note,
    )


def _judge_copy(file: TargetFile, rows: Sequence[FileRow], evidence: ProductEvidence, at_or_above: AtOrAbove) -> Copy:
    role = evidence.places.role(file.path)

    def undecided(state: RowState, *anomalies: Anomaly) -> Copy:
        return Copy(file=file, role=role, state=state, anomalies=anomalies)

    if all(row.version is None for row in rows):
        return undecided(RowState.NOT_CHECKABLE, *_size_anomaly(rows[0], file.size, None))
    if isinstance(file, UnreadableFile):
        return undecided(RowState.UNREADABLE)
    if file.version is None:
        return undecided(RowState.UNREADABLE, Anomaly(AnomalyCode.NO_VERSION))
    identity = evidence.files.identity(file)
    if not any(counts_for_row(file, identity, row, evidence.product.id) for row in rows):
        return undecided(RowState.OTHER_PRODUCT if identity.products else RowState.FOREIGN)
    row = _alternative(rows, file, evidence.product.platform)
    if row is None or row.version is None:
        return undecided(RowState.OTHER_PLATFORM)
    if file.machine is None and _differs_by_platform(rows, file.version):
        return undecided(RowState.OTHER_PLATFORM)
    states = [
        _state(file if version == file.version else replace(file, version=version), row, at_or_above)
        for version in readings(file)
    ]
    state = states[0]
    lines = {evidence.product.line_of(version) for version in readings(file)} if row.range is None else {0}
    if len({one in MET for one in states}) > 1 or len(lines) > 1:
        return undecided(RowState.UNREADABLE, _two_versions(file, "level" if len(lines) > 1 else "row"))
    anomalies = [*_version_string_anomaly(file.version, file.version_string), *found_by_reading(file.notes)]
    if state is RowState.EXACT:
        anomalies.extend(_size_anomaly(row, file.size, file))
        anomalies.extend(_time_anomalies(row, file))
    return Copy(file=file, role=role, state=state, row=row, anomalies=tuple(anomalies))


def _state(file: InstalledFile, row: FileRow, at_or_above: AtOrAbove) -> RowState:
    assert file.version is not None and row.version is not None  # noqa: S101  (asked by the caller)
    if file.version < row.version:
        return RowState.OLDER
    return at_or_above(row, file)


def _two_versions(file: InstalledFile, of: str) -> Anomaly:
    both = f"the version block says {file.version}, the text {file.version_string!r}"
    why = "they belong to two levels" if of == "level" else "only one of them meets the row"
    return Anomaly(AnomalyCode.SUSPECT, f"{both}, and {why}")


def _alternative(rows: Sequence[FileRow], file: InstalledFile, default_platform: str | None) -> FileRow | None:
    """The row for the file's platform; among several, the one for its language, or for none in particular."""
    fitting = [
        row
        for row in rows
        if file.machine is None
        or (row.platform or default_platform) is None
        or (row.platform or default_platform) == file.machine
    ]
    if not fitting:
        return None
    languages = {language_code(language) for language in file.languages}
    return min(
        fitting,
        key=lambda row: (
            row.version is None,
            0 if row.language in languages else 1 if row.language is None else 2,
            row.version or FileVersion(0, 0, 0, 0),
        ),
    )


def _differs_by_platform(rows: Sequence[FileRow], version: FileVersion) -> bool:
    """Whether the version has the fix on one platform of the table and not on another."""
    met = {row.platform: version >= row.version for row in rows if row.version is not None}
    return len(set(met.values())) > 1


def language_code(language: int) -> str:
    """A Windows language number as rows write it: 0409."""
    return f"{language:04x}"


def _not_there(roles: tuple[str, ...], evidence: ProductEvidence, every_role: bool) -> RowState:
    if not roles or evidence.files.inventory.lone_file:
        return RowState.NOT_COLLECTED
    whole = [evidence.places.whole(role) for role in roles]
    return RowState.ABSENT if (any(whole) if every_role else all(whole)) else RowState.NOT_COLLECTED


def _size_anomaly(row: FileRow, size: int | None, file: InstalledFile | None) -> tuple[Anomaly, ...]:
    if row.size is None or size is None or row.size == size:
        return ()
    english = file is None or not file.languages or any(language & 0x3FF == 9 for language in file.languages)
    why = "altered or re-released" if english else "another language than the English table"
    return (Anomaly(AnomalyCode.SIZE_DIFFERS, f"{size} bytes, the table says {row.size} ({why})"),)


def _time_anomalies(row: FileRow, file: InstalledFile) -> tuple[Anomaly, ...]:
    """What the file's times say against the table's UTC time; times corroborate and never decide.

    A file time off by whole quarters of an hour is local time, or went through a FAT disk or ZIP archive. The linker's
    time is inside the file, so it survives copying, and cannot be after the day that the table gives.
    """
    if row.timestamp is None:
        return ()
    day = row_day(row)
    found = []
    if file.linked and day is not None:
        linked = datetime.fromtimestamp(file.linked, UTC)
        if linked - _LINK_MARGIN - timedelta(days=1) > datetime.combine(day, time(), UTC):
            said = f"linked on {linked.date()}, after the table's {day}"
            found.append(Anomaly(AnomalyCode.LINKED_LATER, said))
    if isinstance(row.timestamp, datetime) and file.modified is not None:
        off = file.modified - row.timestamp
        quarters = round(off / timedelta(minutes=15))
        near = abs(off - quarters * timedelta(minutes=15)) <= _SAME_TIME
        if quarters and near and abs(off) <= _WIDEST_OFFSET:
            hours = quarters / 4
            said = f"the file time is {hours:+g} h from the table's UTC time, as a time zone would make it"
            found.append(Anomaly(AnomalyCode.TIME_OFFSET, said))
    return tuple(found)


def _version_string_anomaly(version: FileVersion, text: str | None) -> tuple[Anomaly, ...]:
    """The string FileVersion is kept beside the fixed one; only other numbers are a difference, not spelling."""
    if not text_differs(version, text):
        return ()
    said = f"FileVersion says {text!r}, the fixed version is {version}"
    return (Anomaly(AnomalyCode.STRING_VERSION_DIFFERS, said),)
