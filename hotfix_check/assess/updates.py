"""One update on one target: the verdict, the first that fits, and its grounds."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.alike import Alike, AlikeTables
from hotfix_check.assess.anomaly import AnomalyCode, is_told
from hotfix_check.assess.answer import Answer, make_answer
from hotfix_check.assess.by_files import SPEAKS_AGAINST, ByFiles, has_older, is_of_level
from hotfix_check.assess.by_level import ByLevel
from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import (
    PASSED,
    Basis,
    Certainty,
    Confidence,
    JudgedRow,
    ProductLevel,
    RowState,
    SatisfiedBy,
    Verdict,
)
from hotfix_check.assess.levels import interval_words
from hotfix_check.assess.packages import Judgement, table_for
from hotfix_check.assess.prerequisites import Prerequisites
from hotfix_check.assess.rows import judge_table
from hotfix_check.assess.tables import Tables
from hotfix_check.assess.witnesses import Witnesses, with_said
from hotfix_check.catalogue.update import Kind, Update, required_rows
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.version import FileVersion


class ProductUpdates:
    """The verdicts on one product's updates on one target, each found once.

    An update is first judged by itself; only then by what others that contain it are by themselves. So no answer
    depends on the order in which they are asked for, and none leads back to itself. With ``alike`` they are in brief:
    verdicts and the states of rows, without the grounds that are told.
    """

    def __init__(
        self,
        evidence: ProductEvidence,
        level: ProductLevel | None,
        tables: Tables,
        absent_because: str | None,
        witnesses: Witnesses | None = None,
        alike: Alike | None = None,
    ) -> None:
        self.evidence = evidence
        self.product = evidence.product
        self.level = level or _unknown_level(evidence)
        self.on_target = level is not None
        self.tables = tables
        self.relations = tables.relations
        self.absent_because = absent_because
        self.alike = alike
        self._alike_tables = None if alike is None else AlikeTables(alike, evidence)
        self.by_level = ByLevel(self.product, self.level, tables.relations)
        self.by_files = ByFiles(evidence, self.by_level, witnesses, on_target=self.on_target, alike=alike)
        self.prerequisites = Prerequisites(self.product, self.level, self.verdict_of)
        mixed = is_told(self.level.anomalies, AnomalyCode.MIXED_LEVEL)
        self._disagree = is_told(self.level.anomalies, AnomalyCode.MARKERS_DISAGREE)
        self._outnumbered = mixed and not self._disagree
        self._alone: dict[str, Answer] = {}
        self._answers: dict[str, Answer] = {}

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

    def _judgement(self, update: Update, level: ProductLevel) -> Judgement:
        table = table_for(update, level, self.evidence, self.tables)
        if self._alike_tables is not None:
            return self._alike_tables.judge(table)
        return Judgement(table, judge_table(table, self.evidence))

    def _judge(self, update: Update) -> Answer:
        judgement = self._judgement(update, self.level)
        without = self.absent_because or self._component_not_there(update)
        if without is not None:
            return make_answer(judgement, Verdict.NOT_APPLICABLE, Confidence.HIGH, without)
        if update.level is not None:
            return self._beside_level(self.by_level.answer(update.level, judgement))
        table = judgement.table
        own, low, high = table.line or 0, self.level.low, self.level.high
        if table.sibling is not None and (low < own or not has_older(judgement)):
            reason = f"{table.sibling.name}, released the same day, is the update for {self._name(table.at)}"
            if is_told(self.level.anomalies, AnomalyCode.MIXED_LEVEL) and low <= own <= high:
                known = f"the level is only known as {interval_words(self.product, low, high)}"
                return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, reason, known)
            return make_answer(judgement, Verdict.NOT_APPLICABLE, Confidence.MEDIUM, reason)
        if update.kind is Kind.UPDATE_ROLLUP and self._of_an_earlier_series(judgement) and not has_older(judgement):
            reason = f"a rollup for {self._name(own)} alone: {self._name(table.at)} has a series of its own"
            return make_answer(judgement, Verdict.NOT_APPLICABLE, Confidence.MEDIUM, reason)
        return self._on_every_line(update, self.by_files.answer(judgement))

    def _beside_level(self, answer: Answer) -> Answer:
        """The same; of the level that is there with what lies beside its marker, where no update of it tells that."""
        witnesses = self.by_files.witnesses
        if witnesses is None or answer.verdict is not Verdict.INSTALLED:
            return answer
        return with_said(answer, witnesses.of_level())

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
            there = self.by_files.answer(self._judgement(update, pinned))
            if there.verdict not in PASSED:
                who = "the markers disagree" if self._disagree else "most files are of another level than the marker"
                said = f"{who}, and on {self._name(line)} it is {there.verdict}"
            elif self._outnumbered and there.judgement.table.included is None:
                said = f"most files are of another level than the marker, and {self._name(line)} does not include it"
            else:
                continue
            return answer._replace(
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

    def _with_others(self, update: Update, alone: Answer) -> Answer:
        """The same answer, settled or explained by the updates that contain this one or ship its later builds."""
        judgement = alone.judgement
        if alone.verdict is Verdict.UNDETERMINED and update.level is None and self.on_target:
            unsafe = any(row.state in SPEAKS_AGAINST for row in judgement.rows) or (
                self.by_files.speaks_against(judgement)
            )
            holders = [one for one in self.relations.containers(update) if self._alone_passed(one)]
            doubtful = is_told(alone.anomalies, AnomalyCode.HALF_INSTALLED)
            if holders and not unsafe and not doubtful:
                return self._contained(alone, holders)
        if alone.verdict is not Verdict.SUPERSEDED or judgement.table.included or is_of_level(judgement):
            return alone
        if update.kind is Kind.UPDATE_ROLLUP and not self.product.build_per_update:
            return self._later_than_a_rollup(update, alone)
        if update.level is None and self.alike is None:
            by = self._explain_later(update, judgement)
            unknown = by[0].id is None
            return make_answer(
                judgement,
                Verdict.SUPERSEDED,
                Confidence.HIGH if by[0].certainty == "contains" else Confidence.MEDIUM,
                *alone.reasons,
                *(("a later build; no catalogued update ships it",) if unknown else ()),
                anomalies=alone.anomalies,
                satisfied_by=by,
            )
        return alone

    def _contained(self, alone: Answer, holders: Sequence[Update]) -> Answer:
        """An update that nothing shows by itself, where others are there that contain it."""
        if self.alike is not None:
            return alone._replace(verdict=Verdict.SUPERSEDED)
        names = " and ".join(one.name for one in holders)
        reasons, all_seen = self.by_files.stood_for(alone.judgement)
        return make_answer(
            alone.judgement,
            Verdict.SUPERSEDED,
            Confidence.HIGH if all_seen else Confidence.MEDIUM,
            *reasons,
            f"contained in {names}, which is there",
            anomalies=alone.anomalies,
            satisfied_by=tuple(SatisfiedBy(id=one.id, certainty="contains") for one in holders),
        )

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
            return alone._replace(confidence=Confidence.HIGH, satisfied_by=by)
        said = "consistent with it, but a rollup is claimed only by its own builds or a later rollup's"
        return alone._replace(verdict=Verdict.UNDETERMINED, confidence=Confidence.LOW, reasons=(*alone.reasons, said))

    def _explain_later(self, update: Update, judgement: Judgement) -> tuple[SatisfiedBy, ...]:
        """What ships the later builds: catalogued updates of exactly these builds, rollups that contain the update."""
        later = [row for row in judgement.rows if row.required and row.state is RowState.LATER]
        versions = {row.row.name.lower(): _lowest_later(row) for row in later}
        found: dict[str, Certainty] = {}
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

    def _name(self, index: int) -> str:
        return self.product.levels[index].name


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
