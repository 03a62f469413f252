"""What the judging commands share: which catalogue, which question, which policy, which targets."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hotfix_check import __version__
from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.next_steps import NextSteps
from hotfix_check.assess.scope import scope_of
from hotfix_check.assess.support import unsupported
from hotfix_check.catalogue import Catalogue, Update, parse_kb
from hotfix_check.catalogue.cve import is_cve
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.catalogue.names import UpdateNames
from hotfix_check.catalogue.outline import Outline
from hotfix_check.catalogue.update import Importance, cves_of
from hotfix_check.cli.catalogues import open_catalogue
from hotfix_check.cli.progress import counting
from hotfix_check.errors import UsageError
from hotfix_check.frozen import dataclass
from hotfix_check.inventory import Asked, Inventory, Target, TargetKind, opened_target, with_hive
from hotfix_check.report.text import visible
from hotfix_check.untrusted.shown import path_text

if TYPE_CHECKING:
    from hotfix_check.policy import Baseline

_LISTED = "hotfix-check catalogue list shows what is"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """Options as typed that decide what is asked."""

    catalogues: tuple[Path, ...] = ()
    products: tuple[str, ...] = ()
    kbs: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    baseline: Path | None = None
    as_of: str | None = None
    complete: bool = False
    cross_check: bool = False
    follow_links: bool = False
    hive: Path | None = None
    hashes: bool = True
    quiet: bool = False
    verbose: bool = False


class Judge:
    """A catalogue and a question, ready to be put to these targets. Raises HotfixCheckError when it cannot be asked.

    With ``lazily`` the updates are loaded once ``prepare`` is told the targets, and only those that these call for.
    ``day`` is the one that the end of support is told by, where it is another than that of the options or today.
    """

    def __init__(
        self, options: JudgeOptions, targets: Sequence[Path], *, lazily: bool = False, day: date | None = None
    ) -> None:
        self.options = options
        self.as_of = read_day("--as-of", options.as_of)
        opened = open_catalogue(options.catalogues, targets)
        self._index = opened if isinstance(opened, CatalogueIndex) else None
        self._asked_products: frozenset[str] = frozenset()
        self._asked_cves = frozenset(text.strip().upper() for text in options.cves)
        if self._index is None or not lazily or options.baseline is not None or self.as_of is not None:
            whole = opened if isinstance(opened, Catalogue) else opened.catalogue()
            self._index = None
        else:
            self._asked_products = frozenset().union(*map(self._index.products_of, (*options.kbs, *options.cves)))
            whole = self._index.catalogue(self._asked_products, cves=self._asked_cves)
        self.catalogue = whole
        self.baseline: Baseline | None = None
        if options.baseline is not None:
            from hotfix_check.policy import load_baseline

            self.baseline = load_baseline(options.baseline, whole)
        if self.as_of is not None:
            from hotfix_check.policy import published

            self.catalogue = published(whole, self.as_of)
        importance = {} if self.baseline is None else self.baseline.importance
        self.question = replace(
            _question(options, self.catalogue, importance, self.as_of),
            unsupported=unsupported(self.catalogue.products, day or self.day),
            accepted=frozenset() if self.baseline is None else self.baseline.accepted,
        )
        self.outline = self.catalogue.outline()
        self.assessor = Assessor(self.catalogue)
        if not options.quiet:
            print(
                f"hotfix-check {__version__}, catalogue {whole.version}: {self.outline.updates} updates of "
                f"{len(whole.products)} products" + (f", as of {self.as_of}" if self.as_of else ""),
                file=sys.stderr,
            )

    def prepare(self, inventories: Sequence[Inventory]) -> None:
        """Load the updates that judging these targets can depend on; they are to be judged together."""
        if self._index is None:
            return
        scope = scope_of(inventories, self.catalogue.products, self.outline)
        names = None if self.options.kbs or self.options.cves else scope.names
        claimed = {one.kb for inventory in inventories for one in inventory.claimed}
        products = scope.products.union(self._asked_products, *(self._index.products_of(f"KB{kb}") for kb in claimed))
        self.catalogue = self._index.catalogue(products, names, self._asked_cves)
        self.assessor = Assessor(self.catalogue)

    def whole_catalogue(self) -> Catalogue:
        """The catalogue with all its updates."""
        return self.catalogue if self._index is None else self._index.catalogue()

    @property
    def day(self) -> date:
        """The day that waivers and ages are counted on: as asked, else today in UTC."""
        return self.as_of or datetime.now(UTC).date()

    def read(self, path: Path, *, every_pe: bool = False) -> tuple[Inventory, ...]:
        """What a path leads to, a host each; with ``every_pe`` also programs that the catalogue does not name."""
        with opened_target(path) as target:
            return self.read_open(target, every_pe=every_pe)

    def read_open(self, target: Target, *, every_pe: bool = False) -> tuple[Inventory, ...]:
        """The same of a target that is open."""
        return read_for(self.outline, target, self.options, every_pe=every_pe)

    def assess(self, inventory: Inventory) -> Assessment:
        """The answer for one target, of those that were prepared for."""
        return self.judge(inventory)[0]

    def judge(self, inventory: Inventory) -> tuple[Assessment, tuple[NextSteps, ...]]:
        """The same, and beside it what can be planned for each of its installations, in their order."""
        assessment, next_steps = self.assessor.judge(inventory, self.question)
        there = {level.product for level in assessment.products}
        for product_id, level in self.question.assume:
            if product_id not in there and not self.options.quiet:
                warn(f"--assume {product_id}={level}: that product was not recognised in {inventory.target}")
        return assessment, next_steps


def read_for(outline: Outline, target: Target, options: JudgeOptions, *, every_pe: bool) -> tuple[Inventory, ...]:
    """The inventories of a path, with the registry hive that was named: a host each."""
    asked = Asked(
        wanted=outline.all_names,
        plain=outline.plain_names,
        every_pe=every_pe,
        hashes=options.hashes,
        cross_check=options.cross_check,
        follow_links=options.follow_links,
        programs=outline.programs,
    )
    with counting(f"Reading {visible(target.path.name)}", quiet=options.quiet) as count:
        inventories = target.read(asked, count)
    if options.verbose:
        for inventory in inventories:
            _tell(inventory)
    if options.hive is None:
        return inventories
    if any(inventory.kind is TargetKind.INVENTORY for inventory in inventories):
        raise UsageError(f"--hive: {target.path} is a saved inventory, which holds its own records")
    if len(inventories) > 1:
        raise UsageError(f"--hive: {target.path} tells of {len(inventories)} hosts, and a hive belongs to one")
    return tuple(with_hive(inventory, options.hive, hashes=options.hashes) for inventory in inventories)


def find_updates(catalogue: Catalogue, name: str) -> list[Update]:
    """The updates of a KB number, an alias (MS06-019) or an id. Raises UsageError when there is none."""
    try:
        found = UpdateNames(catalogue.updates).find(name)
    except ValueError:
        if is_cve(name):
            raise UsageError(_unfixed(catalogue, name.strip().upper())) from None
        raise UsageError(f"{name!r} is not a KB number, and no id or other name in the catalogue: {_LISTED}") from None
    if not found:
        raise UsageError(f"KB{parse_kb(name)} is not in the catalogue: {_LISTED}")
    return found


def _unfixed(catalogue: Catalogue, cve: str) -> str:
    known = catalogue.cves.get(cve)
    if known is None:
        return f"{cve} is not in the catalogue"
    return f"no update in the catalogue fixes {cve}" + (f": {known.needs}" if known.needs else "")


def warn(text: str) -> None:
    """A line on stderr that changes nothing else."""
    print(f"hotfix-check: warning: {visible(text)}", file=sys.stderr)


def warn_of_clock(today: date, catalogue: Catalogue) -> None:
    """A warning when the clock is behind the catalogue's own day, by more than time zones explain."""
    if today < date.fromisoformat(catalogue.version) - timedelta(days=1):
        warn(
            f"the clock says {today}, and the catalogue is of {catalogue.version}: ages and the last days of waivers "
            "are counted by a clock that cannot be right; --as-of names another day"
        )


def this_host() -> str | None:
    """The name of the machine that the tool runs on."""
    return path_text(platform.node()) or None


def known(option: str, value: str, allowed: Iterable[str]) -> None:
    """Raises UsageError when an option's value is not one of the allowed words."""
    words = tuple(allowed)
    if value not in words:
        raise UsageError(f"{option}: {value!r} is none of {', '.join(words)}")


def verdicts(option: str, text: str | None) -> frozenset[Verdict]:
    """A comma-separated list of verdicts."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    for word in words:
        known(option, word, tuple(Verdict))
    return frozenset(Verdict(word) for word in words)


def read_kb(text: str) -> int:
    """A KB number as typed."""
    try:
        return parse_kb(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _question(
    options: JudgeOptions, catalogue: Catalogue, importance: Mapping[str, Importance], as_of: date | None
) -> Question:
    products = {product.id: product for product in catalogue.products}
    for product_id in options.products:
        known("--product", product_id, products)
    asked: list[Update] = []
    for text in options.kbs:
        found = _asked(catalogue, text, as_of)
        if options.products and not any(update.product in options.products for update in found):
            raise UsageError(f"--kb: {text} is no update of {' or '.join(options.products)}")
        asked += found
    cves, behind = _asked_cves(options, catalogue, as_of)
    assumed: list[tuple[str, str]] = []
    for text in options.assume:
        product_id, _, level = text.partition("=")
        known("--assume", product_id, products)
        names = {one.name.casefold(): one.name for one in products[product_id].levels}
        if level.casefold() not in names:
            raise UsageError(f"--assume: {level!r} is no level of {product_id} ({', '.join(names.values())})")
        if product_id in dict(assumed):
            raise UsageError(f"--assume: {product_id} is given twice")
        assumed.append((product_id, names[level.casefold()]))
    return Question(
        kbs=frozenset(update.kb for update in asked if update.kb is not None) if asked or cves else None,
        ids=frozenset(update.id for update in asked if update.kb is None) | behind,
        cves=cves,
        by_cve=behind - {update.id for update in asked},
        products=frozenset(options.products) or None,
        assume=tuple(assumed),
        importance=dict(importance),
        complete=options.complete,
        as_of=as_of,
    )


def _asked_cves(
    options: JudgeOptions, catalogue: Catalogue, as_of: date | None
) -> tuple[frozenset[str], frozenset[str]]:
    """The CVEs asked for, and the ids of the updates behind them: none where no update fixes one."""
    cves = frozenset(text.strip().upper() for text in options.cves)
    when = f" as of {as_of}" if as_of else ""
    for text, cve in ((text, text.strip().upper()) for text in options.cves):
        if not is_cve(text):
            raise UsageError(f"--cve: {text!r} is not the number of a CVE, such as CVE-2021-26855")
        if cve not in catalogue.cves and not any(cve in cves_of(update) for update in catalogue.updates):
            raise UsageError(
                f"--cve: {cve} is not in the catalogue{when}: hotfix-check catalogue show CVE tells what is"
            )
    return cves, frozenset(update.id for update in catalogue.updates if cves & cves_of(update))


def read_day(option: str, text: str | None) -> date | None:
    """A day as typed."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is not a day: 2003-10-01 is how one is written") from None


def _asked(catalogue: Catalogue, text: str, as_of: date | None) -> list[Update]:
    try:
        return find_updates(catalogue, text)
    except UsageError as error:
        when = f" as of {as_of}" if as_of else ""
        raise UsageError(f"--kb: {str(error).replace('in the catalogue', f'in the catalogue{when}')}") from None


def _tell(inventory: Inventory) -> None:
    for file in inventory.files:
        print(visible(f"read {file.path}: {file.version or 'no version resource'}"), file=sys.stderr)
    for bad in inventory.unreadable:
        print(visible(f"not read {bad.path}: {bad.reason}"), file=sys.stderr)
