"""An inventory held against a catalogue: pure, the same answer for the same values, in any order."""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.assess.evidence import ProductEvidence, TargetFiles
from hotfix_check.assess.finding import (
    Assessment,
    Finding,
    Foreign,
    HeldAdvisory,
    ProductLevel,
    Question,
    RowState,
    Verdict,
)
from hotfix_check.assess.levels import assess_level
from hotfix_check.assess.places import Places, backup_paths
from hotfix_check.assess.supersedence import Supersedence
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.update import Importance, Kind, Update
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile, name_of

__all__ = ["Assessment", "Finding", "Question", "Verdict", "assess", "catalogued_names"]

_BY_LEVEL = (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE, Kind.UPDATE_ROLLUP)
_WORST_FIRST = tuple(Verdict)
_WEIGHTIEST_FIRST = tuple(Importance)


def assess(inventory: Inventory, catalogue: Catalogue, question: Question) -> Assessment:
    """Judge every update that the question covers on one target."""
    return Assessor(catalogue).assess(inventory, question)


def catalogued_names(catalogue: Catalogue) -> frozenset[str]:
    """The lower-case names of all files that the catalogue knows: only these can be evidence."""
    return frozenset().union(*_names_by_product(catalogue).values())


class Assessor:
    """A catalogue made ready to judge many targets."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.relations = Supersedence(catalogue)
        self.names = _names_by_product(catalogue)
        self.all_names = frozenset().union(*self.names.values())

    def assess(self, inventory: Inventory, question: Question) -> Assessment:
        """Judge one target."""
        files = TargetFiles(inventory, self.catalogue.products, self.all_names)
        levels: list[ProductLevel] = []
        findings: list[Finding] = []
        advisories: list[HeldAdvisory] = []
        blind = {name for name, copies in files.by_name.items() if any(_version_unread(copy) for copy in copies)}
        for product in self.catalogue.products:
            if question.products is not None and product.id not in question.products:
                continue
            evidence = ProductEvidence(product, files, Places(inventory, product, complete=question.complete))
            level = self._level(evidence, dict(question.assume).get(product.id))
            if level is not None:
                levels.append(level)
                advisories.extend(self._advisories(evidence))
            findings.extend(self._findings(evidence, level, question, blind))
        judged_unread = any(
            copy.state is RowState.UNREADABLE for finding in findings for row in finding.rows for copy in row.copies
        )
        markers = {name for level in levels for name in self.catalogue.product(level.product).files}
        findings.sort(key=_worst_first)
        return Assessment(
            target=inventory.target,
            kind=str(inventory.kind),
            collected=inventory.collected,
            files_seen=inventory.files_seen,
            files_read=inventory.files_read,
            products=tuple(levels),
            findings=tuple(findings),
            advisories=tuple(sorted(advisories, key=lambda held: (held.advisory.id, held.path))),
            unreadable=inventory.unreadable,
            unreadable_evidence=judged_unread or bool(blind & markers),
            foreign=_foreign(files),
            backups=backup_paths(inventory, self.all_names),
        )

    def _level(self, evidence: ProductEvidence, declared: str | None) -> ProductLevel | None:
        product = evidence.product
        counting = evidence.counting(self.names[product.id])
        if not counting:
            return None
        markers = [file for file in counting if _is_marker(product, name_of(file.path))]
        return assess_level(product, counting, markers, declared)

    def _findings(
        self, evidence: ProductEvidence, level: ProductLevel | None, question: Question, blind: set[str]
    ) -> Iterable[Finding]:
        product = evidence.product
        absent = None if level is not None else self._absent_because(evidence, question)
        judge = ProductUpdates(evidence, level, self.relations, absent, question.as_of)
        lone = next(iter(evidence.files.by_name), "") if evidence.files.inventory.lone_file else None
        for update in self.catalogue.updates:
            if update.product != product.id or (question.kbs is not None and update.kb not in question.kbs):
                continue
            importance = question.importance.get(update.id, update.importance)
            if question.kbs is not None:
                importance = Importance.REQUIRED
            if question.kbs is not None or update.id in question.importance:
                yield judge.finding(update, importance)
            elif level is None:
                if absent is None and blind & _row_names(update):
                    yield judge.finding(update, importance)
            elif _in_scope(update, level, lone, product):
                yield judge.finding(update, importance)

    def _absent_because(self, evidence: ProductEvidence, question: Question) -> str | None:
        """Positive evidence that a product is not on the target: its server's files are another product's."""
        if evidence.files.inventory.lone_file:
            return None
        product = evidence.product
        for name in sorted(product.server_files):
            for file in evidence.files.by_name.get(name, ()):
                owners = evidence.files.identity(file).products if isinstance(file, InstalledFile) else frozenset()
                if owners and product.id not in owners:
                    return f"{file.path.rpartition('/')[2]} there is {', '.join(sorted(owners))}, not {product.name}"
        if question.complete and not any(isinstance(file, UnreadableFile) for file in evidence.files):
            return f"the target was collected whole and holds no file of {product.name}"
        return None

    def _advisories(self, evidence: ProductEvidence) -> Iterable[HeldAdvisory]:
        for advisory in self.catalogue.advisories:
            if advisory.product != evidence.product.id:
                continue
            for file in evidence.counting([advisory.file]):
                if file.version is not None and advisory.first <= file.version <= advisory.last:
                    yield HeldAdvisory(advisory=advisory, path=file.path, version=str(file.version))


def _names_by_product(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for product in catalogue.products:
        names[product.id] = set(product.files) | set(product.server_files)
        names[product.id].update(name for folder in product.folders for name in folder.core)
        names[product.id].update(
            marker.lower() for component in product.components.values() for marker in component.markers
        )
    for update in catalogue.updates:
        names[update.product].update(_row_names(update))
    for advisory in catalogue.advisories:
        names[advisory.product].add(advisory.file.lower())
    return {product: frozenset(found) for product, found in names.items()}


def _worst_first(finding: Finding) -> tuple[int, int, str, int, str]:
    update = finding.update
    weight = _WEIGHTIEST_FIRST.index(finding.importance)
    return _WORST_FIRST.index(finding.verdict), weight, update.product, update.kb or 0, update.id


def _row_names(update: Update) -> set[str]:
    return {row.name.lower() for package in update.packages for row in package.rows}


def _in_scope(update: Update, level: ProductLevel, lone: str | None, product: Product) -> bool:
    """Levels and rollups are asked of servers; of a lone file, only what names it, or the level that it shows."""
    if update.kind in _BY_LEVEL and not level.server:
        return False
    return lone is None or lone in _row_names(update) or (update.level is not None and _is_marker(product, lone))


def _is_marker(product: Product, name: str) -> bool:
    known = product.files.get(name)
    return known is not None and known.marker


def _version_unread(file: InstalledFile | UnreadableFile) -> bool:
    return isinstance(file, UnreadableFile) or file.version is None


def _foreign(files: TargetFiles) -> tuple[Foreign, ...]:
    found = [
        Foreign(path=file.path, version=None if file.version is None else str(file.version), reason=reason)
        for file in files
        if isinstance(file, InstalledFile) and (reason := files.identity(file).foreign) is not None
    ]
    return tuple(sorted(found, key=lambda one: one.path))
