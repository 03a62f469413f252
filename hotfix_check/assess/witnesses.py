"""What the other program files of an installation say of the updates that its marker shows, in verdict and words."""

from __future__ import annotations

from collections.abc import Iterator

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.answer import Answer
from hotfix_check.assess.census import Census, Counted, Standing, Witness
from hotfix_check.assess.finding import MET, Confidence, JudgedRow, RowState, Verdict
from hotfix_check.assess.packages import Judgement
from hotfix_check.catalogue.product import Product, headline_version
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Kind, Update
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import name_of
from hotfix_check.version import FileVersion

_FIRMEST_LAST = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


class Said(Frozen):
    """What is added to a marker's answer; a verdict or confidence of None leaves that as it is."""

    verdict: Verdict | None = None
    confidence: Confidence | None = None
    reasons: tuple[str, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()


def with_said(answer: Answer, said: Said | None) -> Answer:
    """The same answer with what is added to it; never firmer than it was."""
    if said is None:
        return answer
    return answer._replace(
        verdict=said.verdict or answer.verdict,
        confidence=min(said.confidence or answer.confidence, answer.confidence, key=_FIRMEST_LAST.index),
        reasons=(*answer.reasons, *said.reasons),
        anomalies=(*answer.anomalies, *said.anomalies),
    )


class Witnesses:
    """The census of an installation of a product whose updates each have a build of their own (2007 and later)."""

    def __init__(self, product: Product, census: Census, line: int, relations: Supersedence) -> None:
        self.product = product
        self.census = census
        self.line = line
        self.relations = relations
        marker = census.marker
        self.marker = "" if marker is None else marker.path.rpartition("/")[2]
        self._neighbours = self._of_other_lines()
        self._newest = census.newest_of_line(line)
        self._known: dict[tuple[FileVersion, str | None, Kind], Said] = {}

    def of(self, judgement: Judgement) -> Said | None:
        """What they say of an update whose rows are all met; None where they are not asked."""
        row = self._marker_row(judgement)
        if row is None or row.state not in MET or row.row.version is None or judgement.table.line != self.line:
            return None
        if (
            judgement.table.package is not None
            and judgement.table.package.whole_table
            and len(self._judged(judgement)) > 1
        ):
            return self._neighbours  # its own rows decided
        update = judgement.table.update
        key = row.row.version, update.repeats, update.kind
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._of_build(row.row.version, update)
        return known

    def _of_build(self, build: FileVersion, update: Update) -> Said:
        """The same of an update that the marker shows by this build."""
        own = headline_version(self.product.levels[self.line])
        before = self._before(update, build, own)
        witness = self.census.witness(
            self.line,
            before,
            own,
            hotfix=update.kind is Kind.HOTFIX,
            own_third_part=self.product.build_per_level,
        )
        return self._with_neighbours(self._said(witness, before, own))

    def of_level(self) -> Said | None:
        """What they say of the marker's level itself, where it has no update of the line that they would speak of."""
        build = None if self.census.marker is None else self.census.marker.version
        shipped = self.relations.shipped(self.product.id, self.line, self.marker)
        if build is None or any(one.version <= build for one in shipped):
            return None
        return self._neighbours

    def newer_beside_old(self, judgement: Judgement) -> str | None:
        """Of an update that the marker does not have: the newest other file, where that is at its build or later."""
        row, newest = self._marker_row(judgement), self._newest
        if row is None or newest is None or row.row.version is None or judgement.table.line != self.line:
            return None
        if row.state is not RowState.OLDER or newest.build < row.row.version:
            return None
        marker = self.census.marker
        older = "" if marker is None else f", while {self.marker} is {marker.version}"
        return f"{newest.name} is {newest.build}{older}"

    def interim(self) -> Iterator[Anomaly]:
        """That files are newer than the marker, where no update in the catalogue lies between: an interim one."""
        marker, newest = self.census.marker, self._newest
        if marker is None or marker.version is None or newest is None or newest.build <= marker.version:
            return
        shipped = self.relations.shipped(self.product.id, self.line, self.marker)
        if any(marker.version < one.version <= newest.build for one in shipped):
            return
        yield Anomaly(
            AnomalyCode.UNKNOWN_BUILD,
            f"{newest.name} is {newest.build}, later than {self.marker} {marker.version}, and no update in the "
            "catalogue lies between",
        )

    def _marker_row(self, judgement: Judgement) -> JudgedRow | None:
        marker = self.census.marker
        if marker is None:
            return None
        name = name_of(marker.path)
        return next((row for row in judgement.rows if row.row.name.lower() == name), None)

    def _judged(self, judgement: Judgement) -> list[JudgedRow]:
        return [row for row in judgement.rows if row.required and row.copies]

    def _before(self, update: Update, build: FileVersion, own: FileVersion) -> FileVersion:
        """The build of the update before this one in the line; of a re-release, of the one before what it repeats."""
        again = self._repeated(update)
        builds = {
            shipped.version
            for shipped in self.relations.shipped(self.product.id, self.line, self.marker)
            if shipped.version < build and shipped.update.id not in again
        }
        return max((own, *builds))

    def _repeated(self, update: Update) -> set[str]:
        found: set[str] = set()
        while update.repeats is not None and update.repeats not in found:
            found.add(update.repeats)
            update = self.relations.updates.get(update.repeats, update)
        return found

    def _said(self, witness: Witness, before: FileVersion, own: FileVersion) -> Said:
        newest, stranger = witness.newest, witness.stranger
        beside = f"{witness.unread} shows no build of the product"
        if newest is not None:
            beside = f"{newest.name} beside {self.marker} is {newest.build}"
        elif witness.unread is None and stranger is not None:
            beside = f"{stranger.name} is another product's {stranger.build}"
        half = (Anomaly(AnomalyCode.HALF_INSTALLED, beside),)
        match witness.standing:
            case Standing.CORROBORATED:
                return Said(reasons=(f"{_files(witness)} are newer than {before}",))
            case Standing.THIN:
                said = f"only {_files(witness)} are newer than {before}"
                thin = Anomaly(AnomalyCode.THINLY_CORROBORATED, said)
                return Said(confidence=Confidence.LOW, reasons=(said,), anomalies=(thin,))
            case Standing.ALONE:
                said = f"it rests on {self.marker} alone: no other program file of the product was collected beside it"
                return Said(confidence=Confidence.MEDIUM, reasons=(said,))
            case Standing.CONTRADICTED:
                said = f"none of the {witness.of} other program files beside {self.marker} is newer than {own}"
                return Said(verdict=Verdict.PARTIAL, reasons=(said,), anomalies=half)
            case Standing.DOUBTFUL:
                if newest is None:
                    said = f"beside {self.marker} {beside}, and nothing else bears witness to it"
                else:
                    said = (
                        f"no other file that was collected is newer than {before} (newest: {newest.build}): "
                        "supply the rest of its folder"
                    )
                return Said(
                    verdict=Verdict.UNDETERMINED,
                    confidence=Confidence.LOW,
                    reasons=(said,),
                    anomalies=half,
                )

    def _with_neighbours(self, said: Said) -> Said:
        beside = self._neighbours
        if beside is None:
            return said
        confidence = Confidence.LOW if said.confidence is Confidence.LOW else Confidence.MEDIUM
        return Said(
            verdict=said.verdict,
            confidence=confidence,
            reasons=said.reasons,
            anomalies=(*said.anomalies, *beside.anomalies),
        )

    def _of_other_lines(self) -> Said | None:
        older, newer = self.census.neighbours(self.line)
        anomalies = [
            Anomaly(code, f"{_named(files)}, beside {self.marker}")
            for code, files in ((AnomalyCode.OLDER_NEIGHBOUR, older), (AnomalyCode.NEWER_NEIGHBOUR, newer))
            if files
        ]
        return Said(confidence=Confidence.MEDIUM, anomalies=tuple(anomalies)) if anomalies else None


def _files(witness: Witness) -> str:
    return f"{witness.newer} of {witness.of} other program files"


def _named(files: list[Counted]) -> str:
    first = min(files, key=lambda one: (one.build, one.name))
    others = sum(one.files for one in files) - 1
    more = f" and {others} more" if others else ""
    return f"{first.name} {first.build}{more}"
