"""Judgements in brief, shared by targets that are alike: a fleet asks the same of many servers, and counts the answers.

What decides of a file is where its copies lie, whose they are, and of which version, platform and language; of an
update, what its rows come to by that, whatever the versions. Each is judged once, by the rules that are for any target,
and kept without what is told of the evidence: sizes, times, reasons, how firm a verdict is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import attrgetter

from hotfix_check.assess.anomaly import AnomalyCode
from hotfix_check.assess.answer import Answer
from hotfix_check.assess.evidence import ProductEvidence, SeenCopy
from hotfix_check.assess.finding import Confidence, Copy, JudgedRow
from hotfix_check.assess.packages import Judgement
from hotfix_check.assess.rows import judge_file
from hotfix_check.assess.tables import Place, Table, TableFile
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, TargetFile, UnreadableFile

_REMEMBERED = 200_000  # rows and answers: a catalogue has some 5,000 tables, a file some ten builds


class Alike:
    """What the tables of a catalogue came to on targets, by what decides it.

    Tables, their files and judgements are known by their ids: a catalogue keeps the ones, and what is known the others.
    """

    def __init__(self) -> None:
        self.judgements: dict[tuple[int, tuple[int, ...]], Judgement] = {}
        """By a table, and the numbers of what is seen of its files."""
        self._sights: dict[Hashable, int] = {}
        self._rows: dict[tuple[int, int], JudgedRow] = {}
        self._distinct: dict[Hashable, list[JudgedRow]] = {}
        self._judged: dict[tuple[int, ...], Judgement] = {}
        self._answers: dict[Hashable, Answer] = {}

    def of_another(self) -> Alike:
        """The same for another target; a new one where too much is known by now."""
        return Alike() if len(self.judgements) + len(self._rows) > _REMEMBERED else self

    def sight(self, copies: tuple[SeenCopy, ...], beside: Hashable) -> int:
        """The number of what is seen of a file on a target, from 1 on; ``beside`` is what decides of its folders."""
        return self._sights.setdefault((tuple(map(deciding_facts, copies)), beside), len(self._sights) + 1)

    def judgement(self, table: Table, sights: tuple[int, ...], evidence: ProductEvidence) -> Judgement:
        """A table where this is seen of its files; one judgement of all that differ in nothing that decides."""
        rows = [
            self._row(file, table, sight, evidence) if sight else file.missing
            for file, sight in zip(table.files, sights, strict=True)
        ]
        made = Judgement(table, tuple(rows))
        known = self.judgements[id(table), sights] = self._judged.setdefault((id(table), *map(id, rows)), made)
        return known

    def answer(self, judgement: Judgement, beside: Hashable, judge: Callable[[Judgement], Answer]) -> Answer:
        """The answer by a judgement of this; ``beside`` is what else decides of it."""
        key = id(judgement), beside
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = _without_grounds(judge(judgement))
        return known

    def _row(self, file: TableFile, table: Table, sight: int, evidence: ProductEvidence) -> JudgedRow:
        known = self._rows.get((id(file), sight))
        if known is None:
            known = self._rows[id(file), sight] = self._only(file, judge_file(file, evidence, table.at_or_above))
        return known

    def _only(self, file: TableFile, row: JudgedRow) -> JudgedRow:
        """The one row of all that decide the same: without a note, and of its copies with what they are to it."""
        copies = tuple([(one.file.path, one.role, one.state) for one in row.copies])
        same = self._distinct.setdefault((id(file), row.state, copies), [])
        facts = _facts(row)
        for known in same:
            if _facts(known) == facts:
                return known
        kept = [Copy(file=_place(one.file), role=one.role, state=one.state, row=one.row) for one in row.copies]
        same.append(replace(row, copies=tuple(kept), note=None))
        return same[-1]


class AlikeTables:
    """The tables of a product on one target, each judged as it is on all that are alike in it."""

    def __init__(self, alike: Alike, evidence: ProductEvidence) -> None:
        self._alike = alike
        self._evidence = evidence
        self._sights = _Sights(alike, evidence)

    def judge(self, table: Table) -> Judgement:
        """Every file of a table."""
        sights = tuple(map(self._sights.__getitem__, table.places))
        return self._alike.judgements.get((id(table), sights)) or self._alike.judgement(table, sights, self._evidence)


class _Sights(dict[Place, int]):
    """The numbers of what is seen of files on a target; 0 where there is none, and no folder is there whole."""

    def __init__(self, alike: Alike, evidence: ProductEvidence) -> None:
        super().__init__()
        self._alike = alike
        self._evidence = evidence

    def __missing__(self, place: Place) -> int:
        name, roles = place
        files, places = self._evidence.files, self._evidence.places
        number = 0
        if name in files.by_name or places.any_whole:
            beside = tuple(filter(places.whole, roles)), files.inventory.lone_file
            number = self._alike.sight(self._evidence.seen(name, roles), beside)
        self[place] = number
        return number


OF_A_COPY = ("role", "versions", "own", "others", "one_line")
OF_A_FILE = ("path", "machine", "languages", "company_name", "stub")
"""The fields of a ``SeenCopy`` and of its file that decide what a row of a table is."""
_of_a_copy, _of_a_file = attrgetter(*OF_A_COPY), attrgetter(*OF_A_FILE)


def deciding_facts(copy: SeenCopy) -> Hashable:
    """All that a row can depend on of a copy."""
    file = copy.file
    of_file = file.path if isinstance(file, UnreadableFile) else _of_a_file(file)
    return _of_a_copy(copy), of_file


def _facts(row: JudgedRow) -> tuple[object, ...]:
    """All of a row that decides but for its state and where its copies lie."""
    return row.row, row.required, row.roles, row.met_beside, row.of_level, [copy.row for copy in row.copies]


def _place(file: TargetFile) -> TargetFile:
    """A file as far as it is told in brief: where it lies."""
    if isinstance(file, UnreadableFile):
        return UnreadableFile(path=file.path, reason="")
    return InstalledFile(path=file.path, size=None)


def _without_grounds(answer: Answer) -> Answer:
    """The verdict, with the one anomaly that bears on others."""
    half = tuple(one for one in answer.anomalies if one.code is AnomalyCode.HALF_INSTALLED)
    return answer._replace(confidence=Confidence.LOW, reasons=(), anomalies=half, satisfied_by=())
