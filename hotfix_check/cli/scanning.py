"""scan: read targets, judge them, report."""

from __future__ import annotations

import getpass
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check import __version__
from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.catalogue import Catalogue, parse_kb
from hotfix_check.cli.catalogues import chosen_catalogue
from hotfix_check.cli.formats import check_outputs, deliver
from hotfix_check.cli.progress import counting
from hotfix_check.cli.usage import UsageError, known
from hotfix_check.inventory import Inventory, looks_saved, read_saved, read_target
from hotfix_check.report import RunInfo, Scope, result_document
from hotfix_check.report.outcome import exit_code
from hotfix_check.report.text import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """The options of ``scan`` as typed."""

    targets: tuple[Path, ...]
    outputs: tuple[Path, ...]
    form: str
    catalogues: tuple[Path, ...]
    products: tuple[str, ...]
    kbs: tuple[str, ...]
    assume: tuple[str, ...]
    complete: bool
    cross_check: bool
    fail_on: str
    exit_zero: bool
    everything: bool
    hashes: bool
    run_info: bool
    colour: str
    quiet: bool
    verbose: bool


def run_scan(options: ScanOptions) -> int:
    """Judge the targets, write the reports, return the exit code."""
    started = datetime.now(UTC)
    check_outputs(options.form, options.colour, options.outputs, inputs=options.targets, manifest=True)
    fail_on = frozenset(_verdict(word) for word in options.fail_on.split(",") if word.strip())
    catalogue = chosen_catalogue(options.catalogues)
    question = _question(options, catalogue)
    if not options.quiet:
        print(
            f"hotfix-check {__version__}, catalogue {catalogue.version}: {len(catalogue.updates)} updates of "
            f"{len(catalogue.products)} products",
            file=sys.stderr,
        )
    assessor = Assessor(catalogue)
    assessments: list[Assessment] = []
    for target in options.targets:
        inventory = _read(target, assessor, options)
        if options.verbose:
            _tell(inventory)
        assessments.append(assessor.assess(inventory, question))
    run = RunInfo()
    if options.run_info:
        run = RunInfo(
            started=started,
            finished=datetime.now(UTC),
            host=platform.node() or None,
            user=_user(),
            arguments=tuple(sys.argv[1:]),
            as_of=started.date(),
        )
    scope = Scope(
        products=tuple(sorted(question.products)) if question.products is not None else None,
        kbs=tuple(sorted(question.kbs)) if question.kbs is not None else None,
    )
    document = result_document(assessments, catalogue, run, scope, fail_on)
    deliver(document, options.form, options.outputs, everything=options.everything, colour=options.colour)
    return exit_code(assessments, fail_on, exit_zero=options.exit_zero)


def _read(target: Path, assessor: Assessor, options: ScanOptions) -> Inventory:
    if target.is_file() and looks_saved(target):
        return read_saved(target)
    with counting(f"Reading {visible(target.name)}", quiet=options.quiet) as count:
        return read_target(
            target,
            wanted=assessor.all_names.__contains__,
            hashes=options.hashes,
            cross_check=options.cross_check,
            on_file=count,
        )


def _question(options: ScanOptions, catalogue: Catalogue) -> Question:
    products = {product.id: product for product in catalogue.products}
    for product_id in options.products:
        known("--product", product_id, tuple(products))
    kbs: set[int] = set()
    for text in options.kbs:
        try:
            kb = parse_kb(text)
        except ValueError as error:
            raise UsageError(f"--kb: {error}") from error
        if not any(update.kb == kb for update in catalogue.updates):
            raise UsageError(f"--kb: KB{kb} is not in the catalogue (hotfix-check catalogue list shows what is)")
        kbs.add(kb)
    assumed: list[tuple[str, str]] = []
    for text in options.assume:
        product_id, _, level = text.partition("=")
        known("--assume", product_id, tuple(products))
        names = {one.name.casefold(): one.name for one in products[product_id].levels}
        known(f"--assume {product_id}=", level.casefold(), tuple(names))
        assumed.append((product_id, names[level.casefold()]))
    return Question(
        kbs=frozenset(kbs) or None,
        products=frozenset(options.products) or None,
        assume=tuple(assumed),
        complete=options.complete,
    )


def _verdict(word: str) -> Verdict:
    known("--fail-on", word.strip(), tuple(Verdict))
    return Verdict(word.strip())


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def _tell(inventory: Inventory) -> None:
    for file in inventory.files:
        print(visible(f"read {file.path}: {file.version or 'no version resource'}"), file=sys.stderr)
    for bad in inventory.unreadable:
        print(visible(f"not read {bad.path}: {bad.reason}"), file=sys.stderr)
