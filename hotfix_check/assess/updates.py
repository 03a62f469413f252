"""One update on one target: the verdict, the first that fits, and its grounds."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, is_told
from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import (
    MET,
    PASSED,
    Basis,
    Confidence,
    JudgedRow,
    ProductLevel,
    RowState,
    SatisfiedBy,
    Verdict,
)
from hotfix_check.assess.levels import interval_words
from hotfix_check.assess.packages import Judgement, judge_packages
from hotfix_check.assess.prerequisites import Prerequisites
from hotfix_check.assess.row_words import from_text, row_anomalies, row_sentences
from hotfix_check.assess.tables import Tables
from hotfix_check.assess.witnesses import Witnesses
from hotfix_check.catalogue.update import Kind, Update, required_rows
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import InstalledFile
from hotfix_check.version import FileVersion

_FIRMEST_LAST = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_INCLUDED_HOW = {
    "stated": "by the catalogue",
    "dates": "released after it",
    "builds": "its own files are as new",
    "chain": "through one that replaces it",
}
# What is wrong with a copy over which nothing is claimed: neither a level nor another update.
_SPEAKS_AGAINST = (RowState.UNREADABLE, RowState.NOT_CONTAINED, RowState.FOREIGN, RowState.OTHER_PRODUCT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A verdict with its grounds, before prerequisites and advice."""

    judgement: Judgement
    verdict: Verdict
    confidence: Confidence
    reasons: tuple[str, ...]
    anomalies: tuple[Anomaly, ...] = ()
    satisfied_by: tuple[SatisfiedBy, ...] = ()


class ProductUpdates:
    """The verdicts on one product's updates on one target, each found once.

    An update is first judged by itself; only then by what others that contain it are by themselves. So no answer
    depends on the order in which they are asked for, and none leads back to itself.
    """

    def __init__(
        self,
        evidence: ProductEvidence,
        level: ProductLevel | None,
        tables: Tables,
        absent_because: str | None,
        witnesses: Witnesses | None = None,
    ) -> None:
        self.witnesses = witnesses
        self.evidence = evidence
        self.product = evidence.product
        self.level = level or _unknown_level(evidence)
        self.on_target = level is not None
        self.tables = tables
        self.relations = tables.relations
        self.absent_because = absent_because
        self.prerequisites = Prerequisites(self.product, self.level, self.verdict_of)
        mixed = is_told(self.level.anomalies, AnomalyCode.MIXED_LEVEL)
        self._disagree = is_told(self.level.anomalies, AnomalyCode.MARKERS_DISAGREE)
        self._outnumbered = mixed and not self._disagree
        self._alone: dict[str, Answer] = {}
        self._answers: dict[str, Answer] = {}
        self._levels: dict[int, tuple[SatisfiedBy, ...]] = {}
        self._seen: dict[tuple[str, ...], str] = {}

    def answer(self, update: Update) -> Answer:
        """The verdict on an update of the product."""
        known = self._answers.get(update.id)
        if known is None:
            known = self._answers[update.id] = self._with_others(update, self._by_itself(update))
        return known

    def verdict_of(self, update_id: str) -> Verdict | None:
        """The verdict on another update of the product; None when it is not catalogued."""
        update = self.relations.updates.get(update_id)
        if update is None or update.product != self.product.id:
            return None
        return self.answer(update).verdict

    def _by_itself(self, update: Update) -> Answer:
        known = self._alone.get(update.id)
        if known is None:
            known = self._alone[update.id] = self._judge(update)
        return known

    def _alone_passed(self, update: Update) -> bool:
        """Whether an update is there by its own files; a rollup by its own builds only, not by a later file."""
        if update.product != self.product.id:
            return False
        verdict = self._by_itself(update).verdict
        return verdict is Verdict.INSTALLED or (verdict in PASSED and update.kind is not Kind.UPDATE_ROLLUP)

    def _judge(self, update: Update) -> Answer:
        judgement = judge_packages(update, self.level, self.evidence, self.tables)
        without = self.absent_because or self._component_not_there(update)
        if without is not None:
            return _answer(judgement, Verdict.NOT_APPLICABLE, Confidence.HIGH, without)
        if update.level is not None:
            return self._by_level(update.level, judgement)
        table = judgement.table
        own, low, high = table.line or 0, self.level.low, self.level.high
        if table.sibling is not None and (low < own or not _has_older(judgement)):
            reason = f"{table.sibling.name}, released the same day, is the update for {self._name(table.at)}"
            if is_told(self.level.anomalies, AnomalyCode.MIXED_LEVEL) and low <= own <= high:
                known = f"the level is only known as {interval_words(self.product, low, high)}"
                return _answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, reason, known)
            return _answer(judgement, Verdict.NOT_APPLICABLE, Confidence.MEDIUM, reason)
        if update.kind is Kind.UPDATE_ROLLUP and self._of_an_earlier_series(judgement) and not _has_older(judgement):
            reason = f"a rollup for {self._name(own)} alone: {self._name(table.at)} has a series of its own"
            return _answer(judgement, Verdict.NOT_APPLICABLE, Confidence.MEDIUM, reason)
        return self._on_every_line(update, self._by_files(judgement))

    def _on_every_line(self, update: Update, answer: Answer) -> Answer:
        """The same, unless the level is mixed and the update is not there on a line that some of the files speak of.

        Where markers disagree, an older copy of a file can be exactly what the update has for an earlier line, and an
        older marker can bring in a level that has less of the update's files than the one that is there. Where most
        files are of another line than the marker, they may lack what the marker's level includes; packages are those
        of the marker's line.
        """
        included = answer.judgement.table.included is not None
        if answer.verdict not in PASSED or not (self._disagree or (self._outnumbered and included)):
            return answer
        for line in sorted(set(range(self.level.low, self.level.high + 1)) - {answer.judgement.table.at}):
            pinned = replace(self.level, low=line, high=line)
            there = self._by_files(judge_packages(update, pinned, self.evidence, self.tables))
            if there.verdict not in PASSED:
                who = "the markers disagree" if self._disagree else "most files are of another level than the marker"
                said = f"{who}, and on {self._name(line)} it is {there.verdict}"
            elif self._outnumbered and there.judgement.table.included is None:
                said = f"most files are of another level than the marker, and {self._name(line)} does not include it"
            else:
                continue
            return replace(
                answer,
                verdict=Verdict.UNDETERMINED,
                confidence=Confidence.LOW,
                reasons=(*answer.reasons, ": ".join((said, *there.reasons[:1]))),
                satisfied_by=(),
            )
        return answer

    def _of_an_earlier_series(self, judgement: Judgement) -> bool:
        """Whether a rollup is for a level below the target's that does not include it.

        The series of rollups of one service pack is independent of that of another, and is not for it (KB953469).
        """
        table = judgement.table
        line = table.line
        return line is not None and line < table.at and table.included is None and self.level.exact

    def _component_not_there(self, update: Update) -> str | None:
        component = self.product.components.get(update.component or "")
        if component is None or not self.on_target:
            return None
        for marker in component.markers:
            roles = self.evidence.roles_of(marker)
            if not roles or self.evidence.files.by_name.get(marker.lower()):
                return None
            if not all(self.evidence.places.whole(role) for role in roles):
                return None
        markers = " and ".join(component.markers)
        return f"{component.name} is not installed: {markers} is absent from folders collected whole"

    def _by_level(self, name: str, judgement: Judgement) -> Answer:
        index, level = self.product.level_index(name), self.level
        firm = Confidence.HIGH if level.basis is Basis.MARKERS else Confidence.MEDIUM
        words = interval_words(self.product, level.low, level.high)
        how = "inferred from the builds of its files" if level.basis is Basis.INFERRED else f"by {level.basis}"
        if level.basis is Basis.RECORDED:
            return self._by_report(index, judgement, words)
        low, high = self.product.home_of(level.low), self.product.home_of(level.high)
        if high < index:
            return _answer(judgement, Verdict.MISSING, firm, f"the level is {words}, {how}")
        if low > index:
            by = self._level_id(low)
            return _answer(judgement, Verdict.SUPERSEDED, firm, f"the level is {words}, {how}", satisfied_by=by)
        if level.exact and level.basis is not Basis.INFERRED:
            return _answer(judgement, Verdict.INSTALLED, firm, f"the level is {words}, {how}")
        known = f"the level is only known as {words}, {how}"
        if level.exact:
            known = f"the level is {words}, {how}, and no marker file shows that it is there whole"
        if words == "nothing":
            known = "nothing collected shows the level"
        elif level.beyond:
            known = f"its build is newer than every level in the catalogue, {words} among them"
        return _answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, known)

    def _by_report(self, index: int, judgement: Judgement, words: str) -> Answer:
        """A level that was reported is there, as far as it goes; whether a later one is, no report says for sure."""
        level, said = self.level, f"the level was reported as {words}, and no file was collected"
        if level.low > index:
            by = self._level_id(level.low)
            return _answer(judgement, Verdict.SUPERSEDED, Confidence.LOW, said, satisfied_by=by)
        if level.low == level.high == index:
            return _answer(judgement, Verdict.INSTALLED, Confidence.LOW, said)
        return _answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, said)

    def _by_files(self, judgement: Judgement) -> Answer:
        rows = [row for row in judgement.rows if row.required]
        states = {row.state for row in rows}
        anomalies = row_anomalies(judgement.rows)
        if RowState.OLDER in states or (RowState.ABSENT in states and self.on_target):
            return self._lacking(judgement, rows, anomalies)
        if rows and states <= MET:
            return self._witnessed(judgement, self._all_met(judgement, rows, anomalies))
        if judgement.table.included and self.on_target and states.isdisjoint(_SPEAKS_AGAINST):
            return self._included(judgement, anomalies)
        reasons = row_sentences(rows)
        if not self.on_target:
            reasons.append(f"nothing of {self.product.name} was recognised")
        elif not rows:
            reasons = ["no-file-table: the catalogue knows no file of this update whose version could show it"]
        return _answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, *reasons, anomalies=anomalies)

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
        return _answer(judgement, verdict, firm, *reasons, anomalies=anomalies)

    def _witnessed(self, judgement: Judgement, answer: Answer) -> Answer:
        """The answer of a marker, with what the other files of the installation say of it."""
        said = None if self.witnesses is None else self.witnesses.of(judgement)
        if said is None:
            return answer
        return replace(
            answer,
            verdict=said.verdict or answer.verdict,
            confidence=min(said.confidence or answer.confidence, answer.confidence, key=_FIRMEST_LAST.index),
            reasons=(*answer.reasons, *said.reasons),
            anomalies=(*answer.anomalies, *said.anomalies),
        )

    def _all_met(self, judgement: Judgement, rows: Sequence[JudgedRow], anomalies: list[Anomaly]) -> Answer:
        """The answer where every file is the update's or later."""
        table = judgement.table
        limits_only = table.package is not None and table.package.limits_only
        if limits_only and not table.included:
            said = "it has more files than those that scanners check, and no source lists them"
            reasons = (*row_sentences(rows), said)
            return _answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, *reasons, anomalies=anomalies)
        if not table.included and _of_level(judgement):
            at = table.at
            reasons = (*row_sentences(rows), f"{self._name(at)} itself has these files at these builds or later")
            by = self._level_id(at)
            return _answer(
                judgement, Verdict.SUPERSEDED, Confidence.MEDIUM, *reasons, anomalies=anomalies, satisfied_by=by
            )
        exact = [row for row in rows if row.state is RowState.EXACT and not row.of_level]
        if exact and not limits_only:
            sized = all(row.row.size is not None and _seen_itself(row) for row in exact)
            same_size = not is_told(anomalies, AnomalyCode.SIZE_DIFFERS)
            firm = Confidence.HIGH if _sure(rows) and sized and same_size else Confidence.MEDIUM
            return _answer(judgement, Verdict.INSTALLED, firm, *row_sentences(rows), anomalies=anomalies)
        if table.included:
            return self._included(judgement, anomalies)
        return _answer(judgement, Verdict.SUPERSEDED, Confidence.MEDIUM, *row_sentences(rows), anomalies=anomalies)

    def _included(self, judgement: Judgement, anomalies: list[Anomaly]) -> Answer:
        table = judgement.table
        reasons, all_seen = self._stood_for(judgement)
        firm = Confidence.HIGH if table.included == "stated" and all_seen else Confidence.MEDIUM
        how = _INCLUDED_HOW[table.included or "stated"]
        said = f"{self._name(table.at)} includes this update ({how})"
        by = self._level_id(table.at)
        return _answer(judgement, Verdict.SUPERSEDED, firm, *reasons, said, anomalies=anomalies, satisfied_by=by)

    def _stood_for(self, judgement: Judgement) -> tuple[list[str], bool]:
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

    def _with_others(self, update: Update, alone: Answer) -> Answer:
        """The same answer, settled or explained by the updates that contain this one or ship its later builds."""
        judgement = alone.judgement
        if alone.verdict is Verdict.UNDETERMINED and update.level is None and self.on_target:
            unsafe = any(row.state in _SPEAKS_AGAINST for row in judgement.rows)
            holders = [one for one in self.relations.containers(update) if self._alone_passed(one)]
            doubtful = is_told(alone.anomalies, AnomalyCode.HALF_INSTALLED)
            if holders and not unsafe and not doubtful:
                names = " and ".join(one.name for one in holders)
                reasons, all_seen = self._stood_for(judgement)
                return _answer(
                    judgement,
                    Verdict.SUPERSEDED,
                    Confidence.HIGH if all_seen else Confidence.MEDIUM,
                    *reasons,
                    f"contained in {names}, which is there",
                    anomalies=alone.anomalies,
                    satisfied_by=tuple(SatisfiedBy(id=one.id, certainty="contains") for one in holders),
                )
        if alone.verdict is not Verdict.SUPERSEDED or judgement.table.included or _of_level(judgement):
            return alone
        if update.kind is Kind.UPDATE_ROLLUP and not self.product.build_per_update:
            return self._later_than_a_rollup(update, alone)
        if update.level is None:
            by = self._explain_later(update, judgement)
            unknown = by[0].id is None
            return _answer(
                judgement,
                Verdict.SUPERSEDED,
                Confidence.HIGH if by[0].certainty == "contains" else Confidence.MEDIUM,
                *alone.reasons,
                *(("a later build; no catalogued update ships it",) if unknown else ()),
                anomalies=alone.anomalies,
                satisfied_by=by,
            )
        return alone

    def _later_than_a_rollup(self, update: Update, alone: Answer) -> Answer:
        """A rollup whose marker is of a later build: it is there when a rollup that replaces it is, else not claimed.

        A rollup's rows are markers, not its whole table: a single later file brings that file's fixes and no others.
        """
        rollups = [
            one
            for key in alone.judgement.table.superseded_by
            if (one := self.relations.updates[key]).kind is Kind.UPDATE_ROLLUP
            and self._by_itself(one).verdict is Verdict.INSTALLED
        ]
        if rollups:
            by = tuple(SatisfiedBy(id=one.id, certainty="contains") for one in rollups)
            return replace(alone, confidence=Confidence.HIGH, satisfied_by=by)
        said = "consistent with it, but a rollup is claimed only by its own builds or a later rollup's"
        return replace(alone, verdict=Verdict.UNDETERMINED, confidence=Confidence.LOW, reasons=(*alone.reasons, said))

    def _explain_later(self, update: Update, judgement: Judgement) -> tuple[SatisfiedBy, ...]:
        """What ships the later builds: catalogued updates of exactly these builds, rollups that contain the update."""
        later = [row for row in judgement.rows if row.required and row.state is RowState.LATER]
        versions = {row.row.name.lower(): _lowest_later(row) for row in later}
        found: dict[str, str] = {}
        for name, version in versions.items():
            for build in self.relations.shipped(self.product.id, judgement.table.at, name):
                if build.version == version and self.relations.replaces(build, update, judgement.table.line):
                    there = self._by_itself(build.update).verdict is Verdict.INSTALLED
                    found[build.update.id] = "contains" if there else "consistent-with"
        for holder in self.relations.containers(update):
            if holder.product != self.product.id:
                continue
            verdict = self._by_itself(holder).verdict
            if self._alone_passed(holder):
                found[holder.id] = "contains"
            elif verdict not in (Verdict.MISSING, Verdict.PARTIAL) and _reaches(holder, max(versions.values())):
                found.setdefault(holder.id, "consistent-with")
        if not found:
            return (SatisfiedBy(id=None, certainty="unknown-build"),)
        ordered = sorted(found.items(), key=lambda item: (item[1] != "contains", item[0]))
        return tuple(SatisfiedBy(id=key, certainty=certainty) for key, certainty in ordered)

    def _level_id(self, index: int) -> tuple[SatisfiedBy, ...]:
        known = self._levels.get(index)
        if known is None:
            update = self.relations.bringing(self.product.id, self._name(index))
            known = (SatisfiedBy(id=update.id, certainty="contains"),) if update else ()
            self._levels[index] = known
        return known

    def _name(self, index: int) -> str:
        return self.product.levels[index].name


def _has_older(judgement: Judgement) -> bool:
    return any(row.state is RowState.OLDER and row.required for row in judgement.rows)


def _sure(rows: Sequence[JudgedRow]) -> bool:
    """Whether no row gives a number that rests on a single source."""
    return all(row.row.sure for row in rows)


def _of_level(judgement: Judgement) -> bool:
    """Whether the target's level itself has all that is required."""
    rows = [row for row in judgement.rows if row.required]
    return bool(rows) and all(row.of_level for row in rows)


def _seen_itself(row: JudgedRow) -> bool:
    """Whether the file's own version block and size decided, not what a listing leaves of them."""
    exact = [copy for copy in row.copies if copy.state is RowState.EXACT]
    return all(copy.file.size is not None and not from_text(copy) for copy in exact)


def _answer(
    judgement: Judgement,
    verdict: Verdict,
    confidence: Confidence,
    *reasons: str,
    anomalies: Sequence[Anomaly] = (),
    satisfied_by: tuple[SatisfiedBy, ...] = (),
) -> Answer:
    return Answer(
        judgement=judgement,
        verdict=verdict,
        confidence=confidence,
        reasons=reasons,
        anomalies=tuple(anomalies),
        satisfied_by=satisfied_by,
    )


def _unknown_level(evidence: ProductEvidence) -> ProductLevel:
    return ProductLevel(
        product=evidence.product.id,
        low=0,
        high=len(evidence.product.levels) - 1,
        basis=Basis.NONE,
        votes=(),
        anomalies=(),
        server=False,
    )


def _lowest_later(row: JudgedRow) -> FileVersion:
    """The lowest of the copies that are later than the row; each of them has to be explained."""
    return min(
        copy.file.version
        for copy in row.copies
        if isinstance(copy.file, InstalledFile) and copy.file.version is not None and copy.state is RowState.LATER
    )


def _reaches(holder: Update, version: FileVersion) -> bool:
    """Whether a later build is at or past the builds of an update that contains this one."""
    builds = [row.version for package in holder.packages for row in required_rows(package) if row.version]
    return bool(builds) and version[:3] >= min(builds)[:3]
