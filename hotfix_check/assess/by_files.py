"""The verdict on an update by its files on the target, and by what its level includes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from hotfix_check.assess.alike import Alike
from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, is_told
from hotfix_check.assess.answer import Answer, make_answer
from hotfix_check.assess.by_level import ByLevel
from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import MET, Confidence, JudgedRow, RowState, Verdict
from hotfix_check.assess.packages import Judgement
from hotfix_check.assess.row_words import from_text, row_anomalies, row_sentences
from hotfix_check.assess.witnesses import Witnesses, with_said

_INCLUDED_HOW = {
    "stated": "by the catalogue",
    "dates": "released after it",
    "builds": "its own files are as new",
    "chain": "through one that replaces it",
}
# What is wrong with a copy over which nothing is claimed: neither a level nor another update.
SPEAKS_AGAINST = (RowState.UNREADABLE, RowState.NOT_CONTAINED, RowState.FOREIGN, RowState.OTHER_PRODUCT)


class ByFiles:
    """What the files of one target say of its product's updates, each by itself."""

    def __init__(
        self,
        evidence: ProductEvidence,
        by_level: ByLevel,
        witnesses: Witnesses | None,
        *,
        on_target: bool,
        alike: Alike | None = None,
    ) -> None:
        self.evidence = evidence
        self.product = evidence.product
        self.by_level = by_level
        self.witnesses = witnesses
        self.on_target = on_target
        self.broken = evidence.files.inventory.broken_archive
        self._alike = alike
        self._seen: dict[tuple[str, ...], str] = {}

    def answer(self, judgement: Judgement) -> Answer:
        """The answer by the rows that were judged; without its grounds where alike targets share it."""
        if self._alike is None:
            return self._by_rows(judgement)
        beside = self.on_target, self._witness(judgement), self.broken
        return self._alike.answer(judgement, beside, self._by_rows)

    def _witness(self, judgement: Judgement) -> Hashable:
        """What the other files of the installation decide of an update."""
        if self.witnesses is None:
            return None
        said = self.witnesses.of(judgement)
        verdict = None if said is None else said.verdict
        return verdict, self.witnesses.newer_beside_old(judgement) is not None

    def _by_rows(self, judgement: Judgement) -> Answer:
        rows = [row for row in judgement.rows if row.required]
        states = {row.state for row in rows}
        anomalies = row_anomalies(judgement.rows)
        if RowState.OLDER in states or (RowState.ABSENT in states and self.on_target):
            return self._lacking(judgement, rows, anomalies)
        if rows and states <= MET:
            return self._witnessed(judgement, self._all_met(judgement, rows, anomalies))
        if judgement.table.included and self.on_target and not self.speaks_against(judgement):
            return self._included(judgement, anomalies)
        reasons = row_sentences(rows)
        if self.broken is not None and RowState.NOT_COLLECTED in states:
            reasons.append(f"{self.broken} could not be read to its end, and what was not seen may lie there")
        if not self.on_target:
            reasons.append(f"nothing of {self.product.name} was recognised")
        elif not rows:
            reasons = ["no-file-table: the catalogue knows no file of this update whose version could show it"]
        return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, *reasons, anomalies=anomalies)

    def speaks_against(self, judgement: Judgement) -> bool:
        """Whether nothing may be claimed over what was found of an update's files, or may lie unread in an archive."""
        against = (*SPEAKS_AGAINST, RowState.NOT_COLLECTED) if self.broken is not None else SPEAKS_AGAINST
        return any(row.state in against for row in judgement.rows if row.required)

    def _lacking(self, judgement: Judgement, rows: Sequence[JudgedRow], anomalies: list[Anomaly]) -> Answer:
        """The answer where a file is older than the update's, or is not where it belongs."""
        table = judgement.table
        removed = [row for row in rows if row.state is RowState.ABSENT and self.on_target]
        against = [row for row in rows if row.state is RowState.OLDER] + removed
        reasons = row_sentences(rows)
        if table.included:
            said = f"{self._name(table.at)} should include this update, yet an older file is there"
            anomalies.append(Anomaly(AnomalyCode.REGRESSED, said))
        anomalies.extend(Anomaly(AnomalyCode.FILE_REMOVED, row.row.name) for row in removed)
        beside = any(row.met_beside for row in against) or any(
            row.state in MET and (table.included or not row.of_level) for row in rows
        )
        if not beside and self.witnesses and (newer := self.witnesses.newer_beside_old(judgement)):
            beside = True
            reasons.append(newer)
            anomalies.append(Anomaly(AnomalyCode.HALF_INSTALLED, newer))
        verdict = Verdict.PARTIAL if beside else Verdict.MISSING
        firm = Confidence.HIGH if _sure(rows) else Confidence.MEDIUM
        return make_answer(judgement, verdict, firm, *reasons, anomalies=anomalies)

    def _witnessed(self, judgement: Judgement, answer: Answer) -> Answer:
        """The answer of a marker, with what the other files of the installation say of it."""
        return answer if self.witnesses is None else with_said(answer, self.witnesses.of(judgement))

    def _all_met(self, judgement: Judgement, rows: Sequence[JudgedRow], anomalies: list[Anomaly]) -> Answer:
        """The answer where every file is the update's or later."""
        table = judgement.table
        limits_only = table.package is not None and table.package.limits_only
        if limits_only and not table.included:
            said = "it has more files than those that scanners check, and no source lists them"
            reasons = (*row_sentences(rows), said)
            return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, *reasons, anomalies=anomalies)
        if not table.included and is_of_level(judgement):
            at = table.at
            reasons = (*row_sentences(rows), f"{self._name(at)} itself has these files at these builds or later")
            by = self.by_level.bringing(at)
            return make_answer(
                judgement, Verdict.SUPERSEDED, Confidence.MEDIUM, *reasons, anomalies=anomalies, satisfied_by=by
            )
        exact = [row for row in rows if row.state is RowState.EXACT and not row.of_level]
        if exact and not limits_only:
            sized = all(row.row.size is not None and _seen_itself(row) for row in exact)
            same_size = not is_told(anomalies, AnomalyCode.SIZE_DIFFERS)
            firm = Confidence.HIGH if _sure(rows) and sized and same_size else Confidence.MEDIUM
            return make_answer(judgement, Verdict.INSTALLED, firm, *row_sentences(rows), anomalies=anomalies)
        if table.included:
            return self._included(judgement, anomalies)
        return make_answer(judgement, Verdict.SUPERSEDED, Confidence.MEDIUM, *row_sentences(rows), anomalies=anomalies)

    def _included(self, judgement: Judgement, anomalies: list[Anomaly]) -> Answer:
        table = judgement.table
        reasons, all_seen = self.stood_for(judgement)
        firm = Confidence.HIGH if table.included == "stated" and all_seen else Confidence.MEDIUM
        how = _INCLUDED_HOW[table.included or "stated"]
        said = f"{self._name(table.at)} includes this update ({how})"
        by = self.by_level.bringing(table.at)
        return make_answer(judgement, Verdict.SUPERSEDED, firm, *reasons, said, anomalies=anomalies, satisfied_by=by)

    def stood_for(self, judgement: Judgement) -> tuple[list[str], bool]:
        """What was found of the files of an update that a level or another update brings; whether none is amiss.

        One that was not seen in a folder that is there may have been removed; of a folder not supplied nobody knows.
        """
        amiss, others = [], []
        for row in judgement.rows:
            if not row.required:
                continue
            if row.state is RowState.NOT_COLLECTED and (where := self._where_seen(row.roles)):
                amiss.append(f"{row.row.name} was not seen {where}")
            else:
                others.append(row)
        return [*row_sentences(others), *amiss], not amiss

    def _where_seen(self, roles: tuple[str, ...]) -> str:
        """Which folders of these roles, or of any, are there, in words; empty where none is."""
        words = self._seen.get(roles)
        if words is None:
            every = roles or tuple(folder.role for folder in self.product.folders)
            there = [role for role in every if self.evidence.places.seen(role)]
            words = f"in {' and '.join(there)}, which is there" if roles else "in the folders that are there"
            self._seen[roles] = words = words if there else ""
        return words

    def _name(self, index: int) -> str:
        return self.product.levels[index].name


def has_older(judgement: Judgement) -> bool:
    return any(row.state is RowState.OLDER and row.required for row in judgement.rows)


def _sure(rows: Sequence[JudgedRow]) -> bool:
    """Whether no row gives a number that rests on a single source."""
    return all(row.row.sure for row in rows)


def is_of_level(judgement: Judgement) -> bool:
    """Whether the target's level itself has all that is required."""
    rows = [row for row in judgement.rows if row.required]
    return bool(rows) and all(row.of_level for row in rows)


def _seen_itself(row: JudgedRow) -> bool:
    """Whether the file's own version block and size decided, not what a listing leaves of them."""
    exact = [copy for copy in row.copies if copy.state is RowState.EXACT]
    return all(copy.file.size is not None and not from_text(copy) for copy in exact)
