"""One update on one target: the verdict, the first that fits, and all that stands beside it."""

from __future__ import annotations

from datetime import date

from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import (
    MET,
    Basis,
    Confidence,
    Finding,
    JudgedRow,
    PrerequisiteState,
    ProductLevel,
    RowState,
    SatisfiedBy,
    Settle,
    Verdict,
)
from hotfix_check.assess.levels import interval_words
from hotfix_check.assess.packages import Judgement, judge_packages
from hotfix_check.assess.prerequisites import assess_prerequisites
from hotfix_check.assess.supersedence import Supersedence, required_rows
from hotfix_check.catalogue.update import Importance, Update
from hotfix_check.inventory import InstalledFile
from hotfix_check.version import FileVersion

_PASSED = (Verdict.INSTALLED, Verdict.SUPERSEDED)


class ProductUpdates:
    """The verdicts on one product's updates on one target; those that others depend on are found once."""

    def __init__(
        self,
        evidence: ProductEvidence,
        level: ProductLevel | None,
        relations: Supersedence,
        absent_because: str | None,
        as_of: date | None = None,
    ) -> None:
        self.evidence = evidence
        self.product = evidence.product
        self.level = level or ProductLevel(
            product=self.product.id,
            low=0,
            high=len(self.product.levels) - 1,
            basis=Basis.NONE,
            votes=(),
            anomalies=(),
            server=False,
        )
        self.on_target = level is not None
        self.relations = relations
        self.absent_because = absent_because
        self.as_of = as_of
        self._answers: dict[str, _Answer] = {}
        self._asking: set[str] = set()

    def finding(self, update: Update, importance: Importance) -> Finding:
        """The finding for one update of the product."""
        answer = self._answer(update)
        judgement = answer.judgement
        prerequisites: tuple[PrerequisiteState, ...] = ()
        stated = False
        if judgement.package is not None:
            prerequisites = assess_prerequisites(judgement.package, self.product, self.level, self.verdict_of)
            stated = judgement.package.prerequisites_stated
        unmet = [group.requires for group in prerequisites if group.state == "unmet"]
        blocked = bool(unmet) and answer.verdict in (Verdict.MISSING, Verdict.PARTIAL)
        anomalies = list(answer.anomalies)
        if unmet and answer.verdict in _PASSED and any(row.state in MET for row in judgement.rows):
            anomalies.append(f"prerequisite-absent: it needs {' and '.join(unmet)}, which is not there")
        if self.as_of is not None and update.released is None:
            built = f"its files are of {update.built}" if update.built else "none of its dates is known"
            anomalies.append(f"undated: {built}, so whether it was available on {self.as_of} is not known")
        return Finding(
            update=update,
            importance=importance,
            verdict=answer.verdict,
            confidence=answer.confidence,
            line=None if judgement.line is None else self.product.levels[judgement.line].name,
            package=judgement.package,
            reasons=tuple(answer.reasons),
            satisfied_by=answer.satisfied_by,
            superseded_by=self.relations.superseded_by(update, judgement.package),
            anomalies=tuple(anomalies),
            prerequisites=prerequisites,
            prerequisites_stated=stated,
            blocked=blocked,
            rows=judgement.rows,
            settle_with=self._settle_with(answer, prerequisites),
        )

    def verdict_of(self, update_id: str) -> Verdict | None:
        """The verdict on another update of the product; None when it is not catalogued, or asks for itself."""
        update = self.relations.updates.get(update_id)
        if update is None or update.product != self.product.id or update_id in self._asking:
            return None
        return self._answer(update).verdict

    def _answer(self, update: Update) -> _Answer:
        known = self._answers.get(update.id)
        if known is None:
            self._asking.add(update.id)
            known = self._answers[update.id] = self._judge(update)
            self._asking.discard(update.id)
        return known

    def _judge(self, update: Update) -> _Answer:
        judgement = judge_packages(update, self.level, self.evidence, self.relations)
        if self.absent_because is not None:
            return _Answer(judgement, Verdict.NOT_APPLICABLE, Confidence.HIGH, [self.absent_because])
        without = self._component_not_there(update)
        if without is not None:
            return _Answer(judgement, Verdict.NOT_APPLICABLE, Confidence.HIGH, [without])
        if update.level is not None:
            return self._by_level(update, update.level, judgement)
        if judgement.sibling is not None and not any(row.state is RowState.OLDER for row in judgement.rows):
            level = self._level_name(judgement.at)
            reason = f"{judgement.sibling.name}, released the same day, is the update for {level}"
            return _Answer(judgement, Verdict.NOT_APPLICABLE, Confidence.MEDIUM, [reason])
        return self._by_files(update, judgement)

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

    def _by_level(self, update: Update, name: str, judgement: Judgement) -> _Answer:
        index = self.product.level_index(name)
        level = self.level
        firm = Confidence.HIGH if level.basis is Basis.MARKERS else Confidence.MEDIUM
        words = interval_words(self.product, level.low, level.high)
        reasons = [f"the level is {words}, by {level.basis}"]
        if level.high < index:
            return _Answer(judgement, Verdict.MISSING, firm, reasons)
        if level.low > index:
            later = self.relations.bringing(self.product.id, self._level_name(level.low))
            by = (SatisfiedBy(id=later.id, certainty="contains"),) if later else ()
            return _Answer(judgement, Verdict.SUPERSEDED, firm, reasons, satisfied_by=by)
        if level.low == level.high == index:
            return _Answer(judgement, Verdict.INSTALLED, firm, reasons)
        undecided = "nothing collected shows the level" if words == "nothing" else f"the level is only known as {words}"
        return _Answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, [undecided])

    def _by_files(self, update: Update, judgement: Judgement) -> _Answer:
        rows = [row for row in judgement.rows if row.required]
        against = [row for row in rows if row.state is RowState.OLDER or self._removed(row)]
        met = [row for row in rows if row.state in MET]
        anomalies = _row_anomalies(judgement.rows)
        sure = all(row.row.sure for row in rows)
        firm = Confidence.HIGH if sure else Confidence.MEDIUM
        reasons = [sentence for row in rows if (sentence := row_sentence(row))]
        if against:
            if judgement.included:
                level = self._level_name(judgement.at)
                anomalies.append(f"regressed: {level} should include this update, yet an older file is there")
            anomalies.extend(f"file-removed: {row.row.name}" for row in against if row.state is RowState.ABSENT)
            beside = met or any(row.met_beside for row in against)
            return _Answer(
                judgement, Verdict.PARTIAL if beside else Verdict.MISSING, firm, reasons, anomalies=anomalies
            )
        if rows and len(met) == len(rows):
            return self._all_met(update, judgement, reasons, anomalies, sure=sure)
        return self._not_decided_by_files(update, judgement, rows, reasons, anomalies)

    def _all_met(
        self, update: Update, judgement: Judgement, reasons: list[str], anomalies: list[str], *, sure: bool
    ) -> _Answer:
        exact = [row for row in judgement.rows if row.required and row.state is RowState.EXACT]
        if exact:
            sized = all(row.row.size is not None for row in exact)
            same_size = not any("size-differs" in text for text in anomalies)
            firm = Confidence.HIGH if sure and sized and same_size else Confidence.MEDIUM
            return _Answer(judgement, Verdict.INSTALLED, firm, reasons, anomalies=anomalies)
        if judgement.included:
            by: tuple[SatisfiedBy, ...] = self._by_level_id(judgement.at)
            firm = Confidence.HIGH if judgement.included == "stated" else Confidence.MEDIUM
            reasons = [*reasons, self._inclusion_sentence(judgement)]
        else:
            by = self._explain_later(update, judgement)
            firm = Confidence.HIGH if by[0].certainty == "contains" else Confidence.MEDIUM
            if by[0].id is None:
                reasons = [*reasons, "a later build; no catalogued update ships it"]
        return _Answer(judgement, Verdict.SUPERSEDED, firm, reasons, anomalies=anomalies, satisfied_by=by)

    def _not_decided_by_files(
        self, update: Update, judgement: Judgement, rows: list[JudgedRow], reasons: list[str], anomalies: list[str]
    ) -> _Answer:
        unsafe = any(row.state in (RowState.UNREADABLE, RowState.NOT_CONTAINED) for row in rows)
        if self.on_target and not unsafe:
            if judgement.included:
                firm = Confidence.HIGH if judgement.included == "stated" else Confidence.MEDIUM
                return _Answer(
                    judgement,
                    Verdict.SUPERSEDED,
                    firm,
                    [*reasons, self._inclusion_sentence(judgement)],
                    anomalies=anomalies,
                    satisfied_by=self._by_level_id(judgement.at),
                )
            holders = [one for one in self.relations.containers(update) if self.verdict_of(one.id) in _PASSED]
            if holders:
                by = tuple(SatisfiedBy(id=one.id, certainty="contains") for one in holders)
                names = " and ".join(one.name for one in holders)
                said = [*reasons, f"contained in {names}, which is there"]
                return _Answer(
                    judgement, Verdict.SUPERSEDED, Confidence.HIGH, said, anomalies=anomalies, satisfied_by=by
                )
        if not self.on_target:
            reasons = [*reasons, f"nothing of {self.product.name} was recognised"]
        elif not rows:
            reasons = ["no-file-table: the catalogue has no file of this update that a version could show"]
        return _Answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, reasons, anomalies=anomalies)

    def _removed(self, row: JudgedRow) -> bool:
        return row.state is RowState.ABSENT and self.on_target

    def _by_level_id(self, index: int) -> tuple[SatisfiedBy, ...]:
        update = self.relations.bringing(self.product.id, self._level_name(index))
        return (SatisfiedBy(id=update.id, certainty="contains"),) if update else ()

    def _inclusion_sentence(self, judgement: Judgement) -> str:
        level = self._level_name(judgement.at)
        how = {
            "stated": "by the catalogue",
            "dates": "released after it",
            "builds": "its own files are at least as new",
        }[judgement.included or "stated"]
        return f"{level} includes this update ({how})"

    def _explain_later(self, update: Update, judgement: Judgement) -> tuple[SatisfiedBy, ...]:
        """What ships the later builds: catalogued updates of exactly these builds, rollups that contain the update."""
        versions = {
            row.row.name.lower(): min(
                copy.file.version
                for copy in row.copies
                if isinstance(copy.file, InstalledFile) and copy.file.version is not None and copy.state in MET
            )
            for row in judgement.rows
            if row.required
        }
        found: dict[str, str] = {}
        judged = judgement.package
        for name, version in versions.items():
            for build in self.relations.shipped(self.product.id, judgement.at, name):
                if build.version == version and judged and self.relations.covers(build.package, judged):
                    there = self.verdict_of(build.update.id) is Verdict.INSTALLED
                    found[build.update.id] = "contains" if there else "consistent-with"
        for holder in self.relations.containers(update):
            verdict = self.verdict_of(holder.id)
            if verdict in _PASSED:
                found[holder.id] = "contains"
            elif verdict not in (Verdict.MISSING, Verdict.PARTIAL) and _reaches(holder, max(versions.values())):
                found.setdefault(holder.id, "consistent-with")
        if not found:
            return (SatisfiedBy(id=None, certainty="unknown-build"),)
        ordered = sorted(found.items(), key=lambda item: (item[1] != "contains", item[0]))
        return tuple(SatisfiedBy(id=key, certainty=certainty) for key, certainty in ordered)

    def _settle_with(self, answer: _Answer, prerequisites: tuple[PrerequisiteState, ...]) -> tuple[Settle, ...]:
        asked: list[Settle] = []
        if answer.verdict is Verdict.UNDETERMINED:
            for row in answer.judgement.rows:
                if row.required and row.state in (RowState.NOT_COLLECTED, RowState.UNREADABLE):
                    why = "not collected" if row.state is RowState.NOT_COLLECTED else "the copy cannot be read"
                    role = row.roles[0] if len(row.roles) == 1 else None
                    asked.append(Settle(file=row.row.name, role=role, why=why))
        needs_level = any(group.state == "unknown" or group.basis == Basis.INFERRED for group in prerequisites) or (
            answer.judgement.package is None and answer.verdict is Verdict.UNDETERMINED
        )
        if needs_level and self.on_target and not self.level.exact:
            marker = self._telling_marker()
            if marker is not None:
                asked.append(marker)
        return tuple(asked)

    def _telling_marker(self) -> Settle | None:
        """A marker that was not collected and has its own version at the most levels, so that it tells them apart."""
        collected = {vote.file.lower() for vote in self.level.votes}
        best = max(
            (file for file in self.product.files.values() if file.marker and file.name.lower() not in collected),
            key=lambda file: (
                file.name.lower() in self.product.server_files,
                len(set(file.versions.values())),
                file.name,
            ),
            default=None,
        )
        if best is None:
            return None
        role = best.roles[0] if len(best.roles) == 1 else None
        return Settle(file=best.name, role=role, why="its version shows the service level")

    def _level_name(self, index: int) -> str:
        return self.product.levels[index].name


class _Answer:
    """A verdict with its grounds, before prerequisites."""

    def __init__(
        self,
        judgement: Judgement,
        verdict: Verdict,
        confidence: Confidence,
        reasons: list[str],
        *,
        anomalies: list[str] | None = None,
        satisfied_by: tuple[SatisfiedBy, ...] = (),
    ) -> None:
        self.judgement = judgement
        self.verdict = verdict
        self.confidence = confidence
        self.reasons = reasons
        self.anomalies = anomalies or []
        self.satisfied_by = satisfied_by


def _reaches(holder: Update, version: FileVersion) -> bool:
    """Whether a later build is at or past the builds of an update that contains this one."""
    builds = [row.version for package in holder.packages for row in required_rows(package) if row.version]
    return bool(builds) and version[:3] >= min(builds)[:3]


def row_sentence(row: JudgedRow) -> str:
    """What was found against one row, in words: "Mapi32.dll is 5.5.2653.12, needs 5.5.2657.50 or later"."""
    name, needs = row.row.name, f"needs {row.row.version} or later"
    worst = next((copy for copy in row.copies if copy.state is row.state), None)
    found = worst.file.version if worst is not None and isinstance(worst.file, InstalledFile) else None
    place = f" in {worst.role}" if worst is not None and worst.role and len(row.roles) > 1 else ""
    match row.state:
        case RowState.EXACT:
            text = f"{name}{place} is {found}, as in the table"
        case RowState.LATER | RowState.OLDER:
            text = f"{name}{place} is {found}, {needs}"
        case RowState.ABSENT:
            text = f"{name} is absent from {' and '.join(row.roles)}, collected whole; {needs}"
        case RowState.NOT_COLLECTED:
            text = f"{name} was not supplied"
        case RowState.UNREADABLE:
            why = getattr(worst.file, "reason", None) if worst is not None else None
            text = f"{name} cannot be read: {why or 'no version resource'}"
        case RowState.FOREIGN:
            text = f"{name} is {found}, somebody else's file"
        case RowState.OTHER_PRODUCT:
            text = f"{name} is {found}, another product's file"
        case RowState.OTHER_PLATFORM:
            machine = worst.file.machine if worst is not None and isinstance(worst.file, InstalledFile) else None
            text = f"{name} is built for {machine}, the update has no file for that"
        case RowState.OTHER_LINE:
            text = f"{name} is {found}, of another line than {row.row.version}; nothing says whether that has the fix"
        case RowState.NOT_CONTAINED:
            text = f"{name} is {found}, the build of an update that carries only its own month's fixes; {needs}"
        case RowState.NOT_CHECKABLE:
            return ""
    return f"{text} ({row.note})" if row.note else text


def _row_anomalies(rows: tuple[JudgedRow, ...]) -> list[str]:
    """The anomalies of the copies, and copies that differ from one another."""
    found: list[str] = []
    for row in rows:
        versions = {
            str(copy.file.version)
            for copy in row.copies
            if isinstance(copy.file, InstalledFile) and copy.file.version is not None
        }
        if len(versions) > 1:
            found.append(f"copies-differ: {row.row.name} is {' and '.join(sorted(versions))}")
        found.extend(dict.fromkeys(f"{row.row.name}: {text}" for copy in row.copies for text in copy.anomalies))
    return found
