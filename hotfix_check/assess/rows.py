"""One row of a file table against the copies on the target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.evidence import ProductEvidence, SeenCopy
from hotfix_check.assess.finding import MET, Copy, JudgedRow, RowState
from hotfix_check.assess.identity import in_range
from hotfix_check.assess.tables import AtOrAbove, Table, TableFile, judged_row
from hotfix_check.catalogue.update import FileRow, row_day
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, UnreadableFile
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

_ABSENT = RowState.ABSENT
_LINK_MARGIN = timedelta(days=2)
_SAME_TIME = timedelta(minutes=2)  # tables give minutes, FAT stores every other second
_WIDEST_OFFSET = timedelta(hours=14)


def judge_table(table: Table, evidence: ProductEvidence) -> tuple[JudgedRow, ...]:
    """Judge every file of a table by the copies of it on the target."""
    named, whole = evidence.files.by_name, evidence.places.any_whole
    return tuple(
        [
            judge_file(file, evidence, table.at_or_above) if whole or file.name in named else file.missing
            for file in table.files
        ]
    )


def judge_file(of: TableFile, evidence: ProductEvidence, at_or_above: AtOrAbove) -> JudgedRow:
    """Judge one file of a table, of which the target may have no copy."""
    if of.name in evidence.files.by_name:
        return _judge_copies(of, evidence, at_or_above)
    absent = of.missing.state is RowState.NOT_COLLECTED and evidence.is_absent(of.roles, of.every_role)
    return replace(of.missing, state=_ABSENT) if absent else of.missing


def _judge_copies(of: TableFile, evidence: ProductEvidence, at_or_above: AtOrAbove) -> JudgedRow:
    copies = tuple([_judge_copy(seen, of, evidence, at_or_above) for seen in evidence.seen(of.name, of.roles)])
    row, roles, note = of.rows[0], of.roles, None
    if of.missing.state is RowState.NOT_CHECKABLE:
        return replace(of.missing, copies=copies)
    states = [copy.state for copy in copies]
    if not copies:
        states = [_ABSENT if evidence.is_absent(roles, of.every_role) else RowState.NOT_COLLECTED]
        note = _elsewhere(of, evidence)
    elif of.every_role:
        empty = [role for role in roles if role not in {copy.role for copy in copies}]
        if any(evidence.places.whole(role) for role in empty):
            states.append(_ABSENT)
            note = f"{row.name} is not in {' and '.join(empty)}, where Setup puts a copy"
        elif empty and any(copy.role for copy in copies):
            there = any(map(evidence.places.seen, empty))
            why = "holds none that was collected" if there else "was not collected"
            note = f"only one copy was judged: {' and '.join(empty)} {why}"
    worst = states[0] if len(states) == 1 else min(states, key=_WORST_FIRST.index)
    for copy in copies:
        if copy.state is worst and copy.row is not None:
            row = copy.row
            break
    if of.if_collected and worst in (_ABSENT, RowState.NOT_COLLECTED):
        # Most servers have a part of the files: an Edge Transport server, or the management tools alone.
        row = replace(row, companion=True)
    return judged_row(
        row,
        roles,
        worst,
        copies=copies,
        met_beside=not MET.isdisjoint(states),
        note=note,
        own=of.own,
        own_later=of.own_later,
    )


def _elsewhere(of: TableFile, evidence: ProductEvidence) -> str:
    """Why a file that is there is not judged."""
    where = " and ".join(of.roles)
    note = f"a copy elsewhere is not judged: {evidence.product.name} has {of.rows[0].name} in {where}"
    return f"{note}, which was not examined" if any(map(evidence.places.unseen, of.roles)) else note


def _judge_copy(seen: SeenCopy, of: TableFile, evidence: ProductEvidence, at_or_above: AtOrAbove) -> Copy:
    file, rows = seen.file, of.rows

    def undecided(state: RowState, *anomalies: Anomaly) -> Copy:
        return Copy(file=file, role=seen.role, state=state, anomalies=anomalies)

    if of.missing.state is RowState.NOT_CHECKABLE:
        return undecided(RowState.NOT_CHECKABLE, *_size_anomaly(rows[0], file.size, None))
    if isinstance(file, UnreadableFile):
        return undecided(RowState.UNREADABLE)
    if file.version is None:
        return undecided(RowState.UNREADABLE, Anomaly(AnomalyCode.NO_VERSION))
    if (of.own_ranges or not seen.own) and not any(
        seen.own if row.range is None else in_range(row.range, file) for row in rows
    ):
        return undecided(RowState.OTHER_PRODUCT if seen.others else RowState.FOREIGN)
    row = _alternative(of, file)
    if row is None or row.version is None:
        return undecided(RowState.OTHER_PLATFORM)
    if file.machine is None and _differs_by_platform(rows, file.version):
        return undecided(RowState.OTHER_PLATFORM)
    state, *others = [
        RowState.OLDER if version < row.version else at_or_above(row, version) for version in seen.versions
    ]
    if others:
        two_lines = row.range is None and not seen.one_line
        if two_lines or len({one in MET for one in (state, *others)}) > 1:
            return undecided(RowState.UNREADABLE, _two_versions(file, "level" if two_lines else "row"))
    odd = seen.odd
    if state is RowState.EXACT:
        odd = (*odd, *_size_anomaly(row, file.size, file), *_time_anomalies(row, file))
    return Copy(file=file, role=seen.role, state=state, row=row, anomalies=odd)


def _two_versions(file: InstalledFile, of: str) -> Anomaly:
    both = f"the version block says {file.version}, the text {file.version_string!r}"
    why = "they belong to two levels" if of == "level" else "only one of them meets the row"
    return Anomaly(AnomalyCode.SUSPECT, f"{both}, and {why}")


def _alternative(of: TableFile, file: InstalledFile) -> FileRow | None:
    """The row for the file's platform; among several, the one for its language, or for none in particular."""
    machine, fitting = file.machine, of.rows
    if machine is not None:
        fitting = tuple([row for row, one in zip(of.rows, of.platforms, strict=True) if one in (None, machine)])
    if len(fitting) < 2:
        return fitting[0] if fitting else None
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
