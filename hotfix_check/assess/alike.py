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
from hotfix_check.assess.tables import Table, TableFile
from hotfix_check.frozen import replace
from hotfix_check.inventory import InstalledFile, UnreadableFile

_REMEMBERED = 200_000  # rows and answers: a catalogue has some 5,000 tables, a file some ten builds


class Alike:
    """What the tables of a catalogue came to on targets, by what decides it.

    A table and its files are known by their ids, since a catalogue keeps them; rows by theirs, since answers hold them.
    """

    def __init__(self) -> None:
        self._sights: dict[Hashable, int] = {}
        self.rows: dict[tuple[int, int], JudgedRow] = {}
        """By a file of a table, and the number of what is seen of it."""
        self._distinct: dict[tuple[int, JudgedRow], JudgedRow] = {}
        self._answers: dict[Hashable, Answer] = {}

    def of_another(self) -> Alike:
        """The same for another target; a new one where too much is known by now."""
        return Alike() if len(self.rows) + len(self._answers) > _REMEMBERED else self

    def sight(self, copies: tuple[SeenCopy, ...], beside: Hashable) -> int:
        """The number of what is seen of a file on a target; ``beside`` is what decides of its folders."""
        return self._sights.setdefault((tuple(map(deciding_facts, copies)), beside), len(self._sights) + 1)

    def learn(self, file: TableFile, sight: int, row: JudgedRow) -> JudgedRow:
        """What a file of a table is wherever this is seen of it."""
        bare = _bare(row)
        known = self.rows[id(file), sight] = self._distinct.setdefault((id(file), bare), bare)
        return known

    def answer(self, judgement: Judgement, beside: Hashable, judge: Callable[[Judgement], Answer]) -> Answer:
        """The answer by the rows of a table; ``beside`` is what decides of it but for the table and them."""
        key = id(judgement.table), tuple(map(id, judgement.rows)), beside
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = _without_grounds(judge(judgement))
        return known


class AlikeRows:
    """The rows of a product's tables on one target, each as it is on all that are alike in it."""

    def __init__(self, alike: Alike, evidence: ProductEvidence) -> None:
        self._alike = alike
        self._evidence = evidence
        self._sights: dict[tuple[str, tuple[str, ...]], int] = {}

    def judge(self, table: Table) -> tuple[JudgedRow, ...]:
        """Every file of a table; what the target has no copy of is as it is on any, unless a folder is there whole."""
        evidence, known = self._evidence, self._alike.rows
        named, whole = evidence.files.by_name, evidence.places.any_whole
        rows = []
        for file in table.files:  # of 5.5 some 2,000 on each server, each known in two look-ups
            row: JudgedRow | None = file.missing
            if whole or file.name in named:
                sight = self._sights.get((file.name, file.roles)) or self._sight(file)
                row = known.get((id(file), sight))
            if row is None:
                row = self._alike.learn(file, sight, judge_file(file, evidence, table.at_or_above))
            rows.append(row)
        return tuple(rows)

    def _sight(self, file: TableFile) -> int:
        """The number of what is seen of a file, for any row of its name and roles."""
        evidence = self._evidence
        whole = tuple(filter(evidence.places.whole, file.roles))
        copies = evidence.seen(file.name, file.roles)
        number = self._alike.sight(copies, (whole, evidence.files.inventory.lone_file))
        self._sights[file.name, file.roles] = number
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


def _bare(row: JudgedRow) -> JudgedRow:
    """A row with where its copies lie and what they are to it, without what else only this target's are."""
    copies = tuple([Copy(file=_place(one.file), role=one.role, state=one.state, row=one.row) for one in row.copies])
    return replace(row, copies=copies, note=None)


def _place(file: InstalledFile | UnreadableFile) -> InstalledFile | UnreadableFile:
    if isinstance(file, UnreadableFile):
        return UnreadableFile(path=file.path, reason="")
    return InstalledFile(path=file.path, size=None)


def _without_grounds(answer: Answer) -> Answer:
    """The verdict, with the one anomaly that bears on others."""
    half = tuple(one for one in answer.anomalies if one.code is AnomalyCode.HALF_INSTALLED)
    return replace(answer, confidence=Confidence.LOW, reasons=(), anomalies=half, satisfied_by=())
