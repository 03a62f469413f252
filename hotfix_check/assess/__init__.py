"""An inventory held against a catalogue: pure, the same answer for the same values, in any order."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from hotfix_check.assess.absence import absent_because
from hotfix_check.assess.alike import Alike
from hotfix_check.assess.census import Census, take_census
from hotfix_check.assess.client_files import client_libraries, only_client_files, weight_for
from hotfix_check.assess.evidence import ProductEvidence, TargetFiles
from hotfix_check.assess.exposures import exposures, weighed_by_cve
from hotfix_check.assess.finding import (
    Assessment,
    Basis,
    BuildCount,
    Exposure,
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
from hotfix_check.assess.folder_roles import Places, backup_paths
from hotfix_check.assess.identity import Identities, in_range, readings, with_suspects_unreadable
from hotfix_check.assess.installation_answers import (
    InstallationAnswer,
    is_beyond,
    product_levels,
    stray_copies,
    where_they_count,
)
from hotfix_check.assess.installations import FileSet, file_sets, is_shadow
from hotfix_check.assess.instances import with_instances
from hotfix_check.assess.next_steps import NextSteps
from hotfix_check.assess.planned_state import Terms
from hotfix_check.assess.product_level import level_on, unread_marker, with_neighbours
from hotfix_check.assess.registry import records_of, with_recorded_folder, with_recorded_level, with_records
from hotfix_check.assess.reported import reports_of, with_claims, with_reports
from hotfix_check.assess.roots import unlisted_roots
from hotfix_check.assess.support import end_of_support
from hotfix_check.assess.tables import Tables
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.assess.witnesses import Witnesses
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.outline import deciding_names, row_names
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Importance, Kind, Update, cves_of
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, Inventory, folder_of, name_of
from hotfix_check.version import FileVersion

__all__ = ["Assessment", "Assessor", "Finding", "Question", "Verdict", "assess"]

_OF_SERVERS = (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE, Kind.UPDATE_ROLLUP)
_NOTHING = FileVersion(0, 0, 0, 0)
_WORST_FIRST = tuple(Verdict)
_WEIGHTIEST_FIRST = tuple(Importance)


def assess(inventory: Inventory, catalogue: Catalogue, question: Question) -> Assessment:
    """Judge every update that the question covers on one target."""
    return Assessor(catalogue).assess(inventory, question)


class Assessor:
    """A catalogue made ready to judge many targets.

    ``identities`` is what is known already of whose files are, by the catalogue's own products.
    """

    def __init__(self, catalogue: Catalogue, identities: Identities | None = None) -> None:
        self.catalogue = catalogue
        self.relations = Supersedence(catalogue)
        self._updates: dict[str, list[Update]] = {product.id: [] for product in catalogue.products}
        for update in catalogue.updates:
            self._updates[update.product].append(update)
        self._positions = {update.id: at for at, update in enumerate(sorted(catalogue.updates, key=self._place))}
        self._tables = {product.id: Tables(product, self.relations) for product in catalogue.products}
        self._fixed_by = {update.id: cves for update in catalogue.updates if (cves := cves_of(update))}
        self.outline = catalogue.outline()
        self.all_names = self.outline.all_names
        self._identities = identities or Identities(catalogue.products)
        self._alike = Alike()

    def _place(self, update: Update) -> tuple[str, int, int, str]:
        """Where an update stands among those of the same verdict and weight."""
        product = self.relations.products[update.product]
        level = product.level_index(update.level) if update.level else 0
        return update.product, level, update.kb or 0, update.id

    def assess(self, inventory: Inventory, question: Question) -> Assessment:
        """Judge one target: each installation for itself, then what was asked of products that are not there."""
        return self._judge(inventory, question, None)[0]

    def judge_in_brief(self, inventory: Inventory, question: Question) -> tuple[Assessment, tuple[NextSteps, ...]]:
        """The same as ``judge`` for who only counts: what targets are alike in is judged once.

        Verdicts, prerequisites, the states of rows and the installations with their next steps are as ever, without
        their census. A finding has no grounds, which differ from one target to another: reasons, anomalies, what
        satisfies it or would settle it, records, advice; nor how firm it is.
        """
        self._alike = self._alike.of_another()
        return self._judge(inventory, question, self._alike)

    def judge(self, inventory: Inventory, question: Question) -> tuple[Assessment, tuple[NextSteps, ...]]:
        """Judge one target; beside the answer what can be planned for each of its installations, in their order."""
        return self._judge(inventory, question, None)

    def _judge(
        self, inventory: Inventory, question: Question, alike: Alike | None
    ) -> tuple[Assessment, tuple[NextSteps, ...]]:
        identities = self._identities.of_another()
        inventory = replace(inventory, backups=self.outline.backups)
        inventory = with_suspects_unreadable(inventory, identities, self.all_names)
        products = [with_instances(one, inventory) for one in self.catalogue.products]
        divided = file_sets(inventory, products, self.all_names, identities)
        asked = [one for one in products if question.products is None or one.id in question.products]
        judged: list[InstallationAnswer] = []
        silent = []
        for file_set in divided.sets:
            found = list(self._judge_set(file_set, asked, identities, question, alike))
            judged.extend(found)
            if not (found or file_set.snapshot):
                silent.append(file_set)
        judged = where_they_count(judged)
        there = {one.installation.product for one in judged}
        clients = tuple(client_libraries(inventory, self.catalogue.products, there))
        stray = {*divided.stray} - {one.path for one in clients}
        files = TargetFiles(
            _without(inventory, stray) if stray else inventory, identities, self.all_names, lone=divided.lone
        )
        findings = [finding for one in judged for finding in one.findings]
        for product in asked:
            if product.id not in there:
                findings.extend(self._not_there(product, files, question, alike))
        assessment = Assessment(
            target=inventory.target,
            kind=str(inventory.kind),
            collected=inventory.collected,
            files_seen=inventory.files_seen,
            files_read=inventory.files_read,
            products=tuple(product_levels(asked, judged)),
            findings=tuple(sorted(findings, key=self._worst_first)),
            advisories=tuple(
                sorted(
                    (held for one in judged for held in one.advisories), key=lambda held: (held.advisory.id, held.path)
                )
            ),
            unreadable=inventory.unreadable,
            unreadable_evidence=inventory.broken_off
            or inventory.has_unread_archive
            or _unread_evidence(findings, judged, question)
            or any(self._unread_in(one, asked, identities, question) for one in silent)
            or self._is_unlisted(inventory, asked, judged, question),
            foreign=tuple(sorted((*self._foreign(files), *clients), key=lambda one: one.path)),
            backups=backup_paths(inventory, self.all_names),
            registry=inventory.registry,
            installations=tuple(one.installation for one in judged),
            stray=tuple(stray_copies(inventory, stray, identities)),
            claimed=inventory.claimed,
            asked_cves=question.cves,
            beyond_catalogue=question.kbs is None and any(is_beyond(one.installation) for one in judged),
        )
        return assessment, tuple(one.steps for one in judged)

    def _judge_set(
        self,
        file_set: FileSet,
        asked: Sequence[Product],
        identities: Identities,
        question: Question,
        alike: Alike | None,
    ) -> Iterator[InstallationAnswer]:
        """What the files of one set show of each product that they can be of."""
        files = TargetFiles(file_set.inventory, identities, self.all_names, lone=file_set.lone)
        found: list[InstallationAnswer] = []
        for product in file_set.products:
            if product not in asked:
                continue
            places = Places(
                file_set.inventory,
                product,
                complete=question.complete,
                roles=file_set.roles,
                loose=file_set.loose,
            )
            evidence = ProductEvidence(product, files, places)
            one = self._judge_product(evidence, file_set, identities, question, alike)
            if one is not None:
                found.append(one)
        served = [one for one in found if one.installation.level.server]
        yield from served or found

    def _unread_in(
        self, file_set: FileSet, asked: Sequence[Product], identities: Identities, question: Question
    ) -> bool:
        """Whether files that show no product are of one all the same: what an asked update is judged by is not read.

        Of two servers the damaged one is not in order because the other one is.
        """
        unread = TargetFiles(file_set.inventory, identities, self.all_names).unread_names - self.outline.plain_names
        folders = {folder_of(file.path) for file in file_set.inventory.unreadable if not file.is_folder}
        in_role = not folders.isdisjoint(file_set.roles)  # any program there bears witness to what a marker shows
        return any(
            (in_role and product.build_per_update)
            or not unread.isdisjoint(deciding_names(update) if update.level is None else product.server_files)
            for product in (file_set.products if unread or in_role else ())
            if product in asked
            for update in self._updates[product.id]
            if question.asks_for(update)
        )

    def _is_unlisted(
        self, inventory: Inventory, asked: Sequence[Product], judged: Sequence[InstallationAnswer], question: Question
    ) -> bool:
        """Whether beside what was judged the folder of another installation is there and could not be listed."""
        known = {one.installation.root for one in judged}
        return bool(known) and any(
            not (root in known or is_shadow(root))
            for product in asked
            if any(map(question.asks_for, self._updates[product.id]))
            for root in unlisted_roots(inventory, product)
        )

    def _judge_product(
        self,
        evidence: ProductEvidence,
        file_set: FileSet,
        identities: Identities,
        question: Question,
        alike: Alike | None,
    ) -> InstallationAnswer | None:
        """What the files of one set show of one product; None where they do not bring it."""
        product, inventory = evidence.product, file_set.inventory
        counting = evidence.counting(self.outline.names[product.id])
        own = [file for file in counting if name_of(file.path) in product.server_files]
        marker = max(own, key=lambda file: (file.version or _NOTHING, file.path), default=None)
        tables, beside = self._tables[product.id], self._beside(product)
        census = take_census(inventory, evidence.places, product, marker, identities, beside, tables.line_of)
        if not counting and not product.product_names:
            census = replace(census, others=())
        newest = self.outline.newest_builds[product.id]
        if counting and not own and only_client_files(product, counting, file_set, newest):
            return None
        declared = dict(question.assume).get(product.id)
        level = level_on(evidence, declared, census if product.build_per_update else None, self.outline, self.relations)
        if level is None:
            return None
        level, witnesses = self._borne_out(level, product, census)
        judge = ProductUpdates(evidence, level, tables, None, witnesses, alike)
        findings = list(self._findings(judge, question, file_set.root))
        recorded = with_recorded_level(level, product, inventory.registry)
        recorded = with_recorded_folder(recorded, product, inventory.registry, file_set.full)
        programs = (file for file in inventory.files if identities.is_program_of(file, product))
        ended = end_of_support(product, level, programs, question, file_set.root, loose=file_set.loose)
        holes = exposures(findings, self._fixed_by, recorded, product, self.catalogue.cves, question)
        findings = weighed_by_cve(findings, holes, question)
        steps = self._next_steps(judge, level, findings, question, self._left_open(holes, product))
        if alike is None:
            findings = steps.with_advice()
        return InstallationAnswer(
            installation=Installation(
                root=file_set.root,
                product=product.id,
                level=recorded,
                build=None if marker is None else marker.version,
                census=_counts(census) if alike is None else (),
                snapshot=file_set.snapshot,
                next_steps=steps.headline(question.cves).steps,
                exposures=holes,
            ),
            findings=tuple(findings),
            steps=steps,
            advisories=(*self._advisories(evidence, file_set.root), *([] if ended is None else [ended])),
            unread_marker=unread_marker(evidence),
        )

    def _borne_out(
        self, level: ProductLevel, product: Product, census: Census
    ) -> tuple[ProductLevel, Witnesses | None]:
        """The level that a marker shows, by the files beside it too, and what these say of updates; else as it is."""
        if not product.build_per_update or census.marker is None or census.marker.version is None:
            return level, None
        line = product.line_of(census.marker.version) if level.low != level.high else level.low
        level = with_neighbours(level, product, census, line)
        witnesses = Witnesses(product, census, line, self.relations)
        return replace(level, anomalies=(*level.anomalies, *witnesses.interim())), witnesses

    def _beside(self, product: Product) -> list[Product]:
        """The other products that setup puts below the same root."""
        return [one for one in self.catalogue.products if one.id != product.id and set(one.roots) & set(product.roots)]

    def _not_there(
        self, product: Product, files: TargetFiles, question: Question, alike: Alike | None
    ) -> Iterable[Finding]:
        """The findings on a product that was not recognised: where it is asked for, or a file of it is unreadable."""
        asked = question.kbs is not None or question.importance or files.inventory.claimed
        if not (asked or files.unread_names):
            return ()
        places = Places(files.inventory, product, complete=question.complete)
        evidence = ProductEvidence(product, files, places)
        absent = absent_because(evidence, complete=question.complete)
        judge = ProductUpdates(evidence, None, self._tables[product.id], absent, alike=alike)
        return self._findings(judge, question, None)

    def _worst_first(self, finding: Finding) -> tuple[int, int, int]:
        worst = _WORST_FIRST.index(finding.verdict)
        if finding.importance is Importance.FORBIDDEN:
            worst = -1 if finding.verdict in (Verdict.INSTALLED, Verdict.PARTIAL) else len(_WORST_FIRST)
        return worst, _WEIGHTIEST_FIRST.index(finding.importance), self._positions[finding.update.id]

    def _next_steps(
        self,
        judge: ProductUpdates,
        level: ProductLevel,
        findings: list[Finding],
        question: Question,
        left_open: Mapping[str, tuple[str, str]],
    ) -> NextSteps:
        """What to install, by the catalogue's word and the baseline's on what each update weighs, whatever is asked."""
        product, lone = judge.product, judge.evidence.files.lone_name

        def raised(before: ProductUpdates, versions: Mapping[str, FileVersion], brought: str) -> ProductUpdates:
            evidence = before.evidence.with_files(before.evidence.files.raised(versions))
            after = level_on(evidence, brought, None, self.outline, self.relations)
            return ProductUpdates(evidence, after, before.tables, None, alike=before.alike)

        terms = Terms(
            importance=lambda update: _weight(update, product, lone, question),
            in_scope=lambda update: _in_scope(update, level, lone, product),
            as_of=question.as_of,
        )
        return NextSteps(judge, findings, terms, raised, left_open)

    def _left_open(self, holes: Iterable[Exposure], product: Product) -> dict[str, tuple[str, str]]:
        """The CVEs that an update leaves open which is there: its id, and that of the lowest level to go to."""
        found: dict[str, tuple[str, str]] = {}
        for one in holes:
            level = self.relations.bringing(product.id, one.from_level) if one.from_level else None
            if level is not None and one.fixed_by is not None:
                found[one.cve] = one.fixed_by, level.id
        return found

    def _findings(self, judge: ProductUpdates, question: Question, root: str | None) -> Iterable[Finding]:
        product, files = judge.product, judge.evidence.files
        level, absent = judge.level if judge.on_target else None, judge.absent_because
        inventory = files.inventory
        reports = reports_of(product, inventory.reported)
        claims = inventory.claimed
        claimed = frozenset(one.kb for one in claims if not inventory.files)
        records = records_of(product, files.inventory.registry, self._updates[product.id])
        lone = files.lone_name
        blind = files.unread_names - self.outline.plain_names
        for update in self._updates[product.id]:
            if not question.asks_for(update):
                continue
            importance = _weight(update, product, lone, question)
            if question.kbs is not None:
                importance = Importance.OPTIONAL if update.id in question.by_cve else Importance.REQUIRED
            if (
                question.kbs is not None
                or update.id in question.importance
                or (level is None and update.kb in claimed)
                or (level is None and absent is None and blind and blind & _telling_names(update, product, lone))
                or (level is not None and _in_scope(update, level, lone, product))
            ):
                finding = make_finding(judge, update, importance, question.as_of, root)
                if judge.alike is None:
                    finding = with_claims(with_reports(with_records(finding, records), product, reports), claims)
                yield finding

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

    def _advisories(self, evidence: ProductEvidence, root: str | None) -> Iterable[HeldAdvisory]:
        for advisory in self.catalogue.advisories:
            if advisory.product != evidence.product.id:
                continue
            for file in evidence.counting([advisory.file]):
                if any(advisory.first <= version <= advisory.last for version in readings(file)):
                    yield HeldAdvisory(advisory=advisory, path=file.path, version=str(file.version), installation=root)


def _without(inventory: Inventory, paths: Container[str]) -> Inventory:
    """The same target without the files of these paths."""
    return replace(
        inventory,
        files=tuple(file for file in inventory.files if file.path not in paths),
        unreadable=tuple(file for file in inventory.unreadable if file.path not in paths),
    )


def _unread_evidence(findings: Sequence[Finding], judged: Sequence[InstallationAnswer], question: Question) -> bool:
    """Whether a file that could not be read may decide something that was asked.

    A marker may speak against a level, whatever is asked beside it.
    """
    about_levels = question.kbs is None or any(finding.update.level is not None for finding in findings)
    if about_levels and any(one.unread_marker for one in judged):
        return True
    return any(copy.state is RowState.UNREADABLE for finding in findings for row in finding.rows for copy in row.copies)


def _weight(update: Update, product: Product, lone: str | None, question: Question) -> Importance:
    """What an update weighs: by the baseline's word, else the catalogue's."""
    said = question.importance.get(update.id)
    return weight_for(product, update, lone) if said is None else said


def _counts(census: Census) -> tuple[BuildCount, ...]:
    return tuple(BuildCount(build=build, files=files) for build, files in census.builds)


def _in_scope(update: Update, level: ProductLevel, lone: str | None, product: Product) -> bool:
    """Levels and rollups are asked of servers; of a lone file, what it decides.

    Where only a marker could show a product's updates and it was not collected, those of the line of its files are
    asked too, so that the marker is named as what would settle them.
    """
    unmarked = product.build_per_update and level.basis is Basis.INFERRED and lone not in product.files
    of_line = unmarked and any(package.line == level.low for package in update.packages)
    if update.kind in _OF_SERVERS and not level.server:
        return of_line and update.kind is Kind.UPDATE_ROLLUP
    if lone is None or lone in deciding_names(update) or (update.level is not None and product.is_marker(lone)):
        return True
    return of_line


def _telling_names(update: Update, product: Product, lone: str | None) -> set[str]:
    """The files of an update that may show it on a target of another product, where they cannot be read.

    A whole table names files that many products have (Mad.exe): beside others only its marker speaks for it.
    """
    if lone is not None or not any(package.whole_table for package in update.packages):
        return row_names(update)
    return {name for name in row_names(update) if product.is_marker(name)}
