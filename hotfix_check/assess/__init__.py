"""An inventory held against a catalogue: pure, the same answer for the same values, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hotfix_check.assess.evidence import ProductEvidence, TargetFile, TargetFiles
from hotfix_check.assess.finding import (
    Assessment,
    Basis,
    Finding,
    Foreign,
    HeldAdvisory,
    Installation,
    ProductLevel,
    Question,
    RowState,
    Verdict,
)
from hotfix_check.assess.findings import make_finding
from hotfix_check.assess.identity import identify, in_range, readings, with_suspects_unreadable
from hotfix_check.assess.levels import assess_level, vote_of
from hotfix_check.assess.next_steps import NextSteps, Terms
from hotfix_check.assess.places import Places, backup_paths, names_by_folder
from hotfix_check.assess.recorded import records_of, with_recorded_level, with_records
from hotfix_check.assess.reported import as_declared, reported_level, reports_of, with_claims, with_reports
from hotfix_check.assess.support import end_of_support
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.outline import row_names
from hotfix_check.catalogue.product import headline_version
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Importance, Kind, Update
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile, name_of
from hotfix_check.version import FileVersion

__all__ = ["Assessment", "Assessor", "Finding", "Question", "Verdict", "assess"]

_OF_SERVERS = (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE, Kind.UPDATE_ROLLUP)
_WORST_FIRST = tuple(Verdict)
_WEIGHTIEST_FIRST = tuple(Importance)


def assess(inventory: Inventory, catalogue: Catalogue, question: Question) -> Assessment:
    """Judge every update that the question covers on one target."""
    return Assessor(catalogue).assess(inventory, question)


class Assessor:
    """A catalogue made ready to judge many targets."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.relations = Supersedence(catalogue)
        self._updates: dict[str, list[Update]] = {product.id: [] for product in catalogue.products}
        for update in catalogue.updates:
            self._updates[update.product].append(update)
        self.outline = catalogue.outline()
        self.all_names = self.outline.all_names

    def assess(self, inventory: Inventory, question: Question) -> Assessment:
        """Judge one target."""
        return self.judge(inventory, question)[0]

    def judge(self, inventory: Inventory, question: Question) -> tuple[Assessment, tuple[NextSteps, ...]]:
        """Judge one target; beside the answer what can be planned for each of its installations, in their order."""
        inventory = with_suspects_unreadable(inventory, self.catalogue.products, self.all_names)
        files = TargetFiles(inventory, self.catalogue.products, self.all_names)
        levels: list[ProductLevel] = []
        installations: list[Installation] = []
        next_steps: list[NextSteps] = []
        findings: list[Finding] = []
        advisories: list[HeldAdvisory] = []
        unread_markers = False
        names = names_by_folder(inventory)
        for product in self.catalogue.products:
            if question.products is not None and product.id not in question.products:
                continue
            evidence = ProductEvidence(product, files, Places(inventory, names, product, complete=question.complete))
            level = self._level(evidence, dict(question.assume).get(product.id))
            if level is not None:
                levels.append(with_recorded_level(level, product, inventory.registry))
                advisories.extend(self._advisories(evidence))
                ended = end_of_support(product, level, question, None)
                advisories.extend([] if ended is None else [ended])
                unread_markers = unread_markers or _unread_marker(evidence)
            judge = self._updates_of(evidence, level, question)
            found = list(self._findings(judge, level, question))
            if level is not None:
                steps = self._next_steps(judge, level, found, question)
                found = steps.with_advice()
                next_steps.append(steps)
                installations.append(
                    Installation(root=None, product=product.id, level=levels[-1], next_steps=steps.headline().steps)
                )
            findings.extend(found)
        unread_rows = any(
            copy.state is RowState.UNREADABLE for finding in findings for row in finding.rows for copy in row.copies
        )
        assessment = Assessment(
            target=inventory.target,
            kind=str(inventory.kind),
            collected=inventory.collected,
            files_seen=inventory.files_seen,
            files_read=inventory.files_read,
            products=tuple(levels),
            findings=tuple(sorted(findings, key=self._worst_first)),
            advisories=tuple(sorted(advisories, key=lambda held: (held.advisory.id, held.path))),
            unreadable=inventory.unreadable,
            unreadable_evidence=unread_rows or (unread_markers and question.kbs is None) or inventory.broken_off,
            foreign=self._foreign(files),
            backups=backup_paths(inventory, self.all_names),
            registry=inventory.registry,
            installations=tuple(installations),
        )
        return assessment, tuple(next_steps)

    def _worst_first(self, finding: Finding) -> tuple[int, int, str, int, int, str]:
        update = finding.update
        level = self.catalogue.product(update.product).level_index(update.level) if update.level else 0
        weight = _WEIGHTIEST_FIRST.index(finding.importance)
        worst = _WORST_FIRST.index(finding.verdict)
        if finding.importance is Importance.FORBIDDEN:
            worst = -1 if finding.verdict in (Verdict.INSTALLED, Verdict.PARTIAL) else len(_WORST_FIRST)
        return worst, weight, update.product, level, update.kb or 0, update.id

    def _level(self, evidence: ProductEvidence, declared: str | None) -> ProductLevel | None:
        product = evidence.product
        counting = evidence.counting(self.outline.names[product.id])
        if not counting:
            level = reported_level(product, reports_of(product, evidence.files.inventory.reported))
            return level if level is None or declared is None else as_declared(level, product.level_index(declared))
        markers = [file for file in counting if _is_marker(product, name_of(file.path))]
        newest = self.outline.newest_builds[product.id]
        level = assess_level(product, counting, markers, declared, newest)
        return replace(level, anomalies=(*level.anomalies, *self._unknown_builds(product, markers)))

    def _unknown_builds(self, product: Product, markers: Iterable[InstalledFile]) -> Iterable[str]:
        """Builds that no level and no update has, where one file carries the product's build (ExSetup.exe).

        Elsewhere an unknown later build is usual: fixes were handed out one by one, and most have no catalogued row.
        """
        if len(product.server_files) != 1:
            return
        headlines = {headline_version(level) for level in product.levels}
        for file in markers:
            name = name_of(file.path)
            if file.version is None or name not in product.server_files or file.version in headlines:
                continue
            if not self.relations.knows_build(product.id, name, file.version):
                shown = file.path.rpartition("/")[2]
                yield f"unknown-build: {shown} {file.version} is no build that the catalogue has of {product.name}"

    def _updates_of(self, evidence: ProductEvidence, level: ProductLevel | None, question: Question) -> ProductUpdates:
        absent = None if level is not None else self._absent_because(evidence, question)
        return ProductUpdates(evidence, level, self.relations, absent)

    def _next_steps(
        self, judge: ProductUpdates, level: ProductLevel, findings: list[Finding], question: Question
    ) -> NextSteps:
        """What to install, by the catalogue's word and the baseline's on what each update weighs, whatever is asked."""
        product, lone = judge.product, judge.evidence.files.lone_name
        declared = dict(question.assume).get(product.id)

        def raised(before: ProductUpdates, versions: Mapping[str, FileVersion], brought: str) -> ProductUpdates:
            evidence = replace(before.evidence, files=before.evidence.files.raised(versions))
            after = self._level(evidence, brought if level.basis is Basis.DECLARED else declared)
            return ProductUpdates(evidence, after, self.relations, None)

        terms = Terms(
            importance=lambda update: question.importance.get(update.id, update.importance),
            in_scope=lambda update: _in_scope(update, level, lone, product),
            as_of=question.as_of,
        )
        return NextSteps(judge, findings, terms, raised)

    def _findings(self, judge: ProductUpdates, level: ProductLevel | None, question: Question) -> Iterable[Finding]:
        evidence, absent = judge.evidence, judge.absent_because
        product, files = evidence.product, evidence.files
        inventory = files.inventory
        reports = reports_of(product, inventory.reported)
        claimed = frozenset(one.kb for one in inventory.claimed if not inventory.files)
        records = records_of(product, files.inventory.registry, self._updates[product.id])
        lone = files.lone_name
        blind = {
            name for name, copies in files.by_name.items() if any(map(_version_unread, copies))
        } - self.outline.plain_names
        for update in self._updates[product.id]:
            named = question.kbs is None or update.kb in question.kbs or update.id in question.ids
            if not named:
                continue
            importance = question.importance.get(update.id, update.importance)
            if question.kbs is not None:
                importance = Importance.REQUIRED
            if (
                question.kbs is not None
                or update.id in question.importance
                or (level is None and update.kb in claimed)
                or (level is None and absent is None and blind and blind & row_names(update))
                or (level is not None and _in_scope(update, level, lone, product))
            ):
                finding = with_records(make_finding(judge, update, importance, question.as_of), records)
                yield with_claims(with_reports(finding, product, reports), inventory.claimed)

    def _absent_because(self, evidence: ProductEvidence, question: Question) -> str | None:
        """Positive evidence that a product is not on the target: its server's files are another product's."""
        files = evidence.files
        if files.inventory.lone_file:
            return None
        product = evidence.product
        for name in sorted(product.server_files):
            for file in files.by_name.get(name, ()):
                owners = files.identity(file).products if isinstance(file, InstalledFile) else frozenset()
                if (
                    owners
                    and product.id not in owners
                    and not self._outnumbered(file, owners, product, files.inventory)
                ):
                    return f"{file.path.rpartition('/')[2]} there is {', '.join(sorted(owners))}, not {product.name}"
        seen_all = not any(file.is_folder for file in files.inventory.unreadable)
        if question.complete and seen_all and not any(map(_version_unread, files)):
            return f"the target was collected whole and holds no file of {product.name}"
        return None

    def _outnumbered(self, file: TargetFile, owners: frozenset[str], product: Product, inventory: Inventory) -> bool:
        """Whether more of the files beside one are a product's own than its owners': it may be out of place."""
        beside = [
            identify(one, self.catalogue.products).products
            for one in inventory.files
            if one.path.rpartition("/")[0] == file.path.rpartition("/")[0]
        ]
        return sum(product.id in one for one in beside) > sum(bool(one & owners) for one in beside)

    def _foreign(self, files: TargetFiles) -> tuple[Foreign, ...]:
        """Files with catalogued names that count for no product, nor for a row that names a range of its own."""
        found = []
        for file in files:
            if not isinstance(file, InstalledFile):
                continue
            reason = files.identity(file).foreign
            own = any(in_range(one, file) for one in self.outline.own_ranges.get(name_of(file.path), ()))
            if reason is not None and not own:
                found.append(
                    Foreign(path=file.path, version=None if file.version is None else str(file.version), reason=reason)
                )
        return tuple(sorted(found, key=lambda one: one.path))

    def _advisories(self, evidence: ProductEvidence) -> Iterable[HeldAdvisory]:
        for advisory in self.catalogue.advisories:
            if advisory.product != evidence.product.id:
                continue
            for file in evidence.counting([advisory.file]):
                if any(advisory.first <= version <= advisory.last for version in readings(file)):
                    yield HeldAdvisory(advisory=advisory, path=file.path, version=str(file.version))


def _in_scope(update: Update, level: ProductLevel, lone: str | None, product: Product) -> bool:
    """Levels and rollups are asked of servers; of a lone file, only what names it, or the level that it shows."""
    if update.kind in _OF_SERVERS and not level.server:
        return False
    return lone is None or lone in row_names(update) or (update.level is not None and _is_marker(product, lone))


def _is_marker(product: Product, name: str) -> bool:
    known = product.files.get(name)
    return known is not None and known.marker


def _version_unread(file: InstalledFile | UnreadableFile) -> bool:
    return isinstance(file, UnreadableFile) or file.version is None


def _unread_marker(evidence: ProductEvidence) -> bool:
    """Whether a judged copy of a marker file of the product cannot be read, or says two things."""
    return any(
        _version_unread(file) or (isinstance(file, InstalledFile) and vote_of(evidence.product, file) is None)
        for known in evidence.product.files.values()
        if known.marker
        for file in evidence.judged(known.name, known.roles)
    )
