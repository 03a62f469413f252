"""Where strangers' bytes come in: each entrance takes bytes and raises nothing but the expected errors.

What is read is also used: an article is written down as a draft, an inventory is judged, a result is rendered.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from drafts.reading import draft_to_toml, parse_article, read_package
from targets import ASKED, SP4_BIN, folder

from hotfix_check.assess import Assessor, Question
from hotfix_check.catalogue import Catalogue, load_catalogue
from hotfix_check.catalogue.check import check_catalogue
from hotfix_check.catalogue.index import open_index
from hotfix_check.catalogue.load import parse_catalogue
from hotfix_check.catalogue.seal import sealed
from hotfix_check.catalogue.update import Importance
from hotfix_check.compare import compare, judged_side, saved_side
from hotfix_check.configuration import parse_configuration
from hotfix_check.drafts.article.text import decode_article
from hotfix_check.drafts.draft import draft_to_dict
from hotfix_check.drafts.package import is_package
from hotfix_check.errors import (
    ArticleError,
    CatalogueError,
    HotfixCheckError,
    OutputError,
    PackageError,
    PolicyError,
    SavedInputError,
    TargetError,
    UsageError,
)
from hotfix_check.fleet.expected import read_expected
from hotfix_check.fleet.journal import Journal
from hotfix_check.inventory.files import Collected, Inventory
from hotfix_check.inventory.hive import HiveError, read_hive
from hotfix_check.inventory.listings.read import read_listing
from hotfix_check.inventory.open_file import bytes_as_file
from hotfix_check.inventory.saved import inventory_to_json, parse_saved
from hotfix_check.inventory.target import read_target
from hotfix_check.judging.reading import asked_by
from hotfix_check.manifest import differences, manifest_to_json, parse_manifest
from hotfix_check.pe import PeError, read_pe
from hotfix_check.policy import apply_waivers, long_waivers, parse_baseline, parse_waivers
from hotfix_check.report.csv import render_csv
from hotfix_check.report.document import RunDocument, result_digest, result_of, to_json
from hotfix_check.report.html import render_html
from hotfix_check.report.identified import identity_document, render_identity
from hotfix_check.report.markdown import render_markdown
from hotfix_check.report.plan import plan_document, render_plan
from hotfix_check.report.result import result_document
from hotfix_check.report.table import render_table
from hotfix_check.report.text import visible
from hotfix_check.saved_result import checked_result
from hotfix_check.untrusted.json import parse_json

# For one input of at most 16 KiB, under the fuzzer's instrumentation: seconds of processor time, and MB by which it may
# raise the memory of the process. A program is read for its version alone.
BOUNDS = {"pe": (1.0, 64)}
OTHERWISE = (5.0, 256)
LONGEST_LINE = 2000  # characters of an error
JOURNAL_QUESTION, JOURNAL_BYTES = "0" * 64, b"an inventory"

_ROOT = Path(__file__).parent.parent.parent
_CATALOGUE = load_catalogue([_ROOT / "samples" / "example" / "catalogue"])
_SERVER = folder(*SP4_BIN)
_ASSESSOR = Assessor(_CATALOGUE)
_ASSESSMENT = _ASSESSOR.assess(_SERVER, Question())
_DAY = date(2026, 11, 21)


Made = TypeVar("Made")


def _told(error: HotfixCheckError) -> None:
    """An expected error is one line for people (a catalogue's: one for each fault), and not a long one."""
    lines = error.lines
    assert len(lines) == 1 or isinstance(error, CatalogueError), lines
    _lines_for_people(*lines)


def _lines_for_people(*lines: str) -> None:
    for line in lines:
        assert line.strip() and line.isprintable() and len(line) <= LONGEST_LINE, line


def _quoting(inventory: Inventory) -> None:
    """What is said of files may quote them, on one line, and not a long one."""
    _lines_for_people(*(bad.reason for bad in inventory.unreadable))
    _lines_for_people(*(note for file in inventory.files for note in file.notes))
    _lines_for_people(*(inventory.registry.notes if inventory.registry else ()))


@contextmanager
def _on_disk(data: bytes, name: str) -> Iterator[Path]:
    """The bytes as a file, for what is opened by its path."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, name)
        path.write_bytes(data)
        yield path


def _judged(inventory: Inventory, catalogue: Catalogue) -> None:
    """The whole way of ``scan``, ``plan`` and ``identify``; the result must be one that ``convert`` reads."""
    assessor = Assessor(catalogue)
    assessment, next_steps = assessor.judge(inventory, Question())
    document = result_document([assessment], catalogue, RunDocument())
    again = result_of(checked_result(parse_json(to_json(document).encode(), "again", "a saved result"), "again"))
    assert again == document
    render_table(document, width=80, everything=True).encode("utf-8", "backslashreplace")
    render_identity(identity_document(inventory, assessor), width=80)
    plans = [
        (installation, steps.plan(steps.of_weight(tuple(Importance))))
        for installation, steps in zip(assessment.installations, next_steps, strict=True)
    ]
    render_plan(plan_document(plans, assessment, catalogue.products), width=80)
    side = judged_side(inventory, assessment, catalogue)
    compare(side, side)


def _made(make: Callable[[], Made], *refusals: type[HotfixCheckError]) -> Made | None:
    """What is made; None where it is refused with one of these errors."""
    try:
        return make()
    except refusals as error:
        _told(error)
        return None


def enter_pe(data: bytes) -> None:
    """The version resource of a file, with and without its exports."""
    for export in (None, "GetOutlookVersion"):
        try:
            read_pe(lambda offset, size: data[offset : offset + size], len(data), export=export)
        except PeError as error:
            assert str(error)


def enter_article(data: bytes) -> None:
    """An article in text or HTML, or a CSV file list, to a draft that is itself TOML and JSON."""
    try:
        text = decode_article(data)
        for source in ("fuzz.txt", "fuzz.csv"):
            draft = parse_article(text, source=source)
            tomllib.loads(draft_to_toml(draft))
            draft_to_dict(draft)
    except ArticleError as error:
        _told(error)


def enter_catalogue(data: bytes, name: str = "fuzz.toml") -> None:
    """A catalogue file; a server is judged by it, and what ``catalogue check`` says of it is gathered."""
    catalogue = _made(lambda: parse_catalogue([(name, data)], sha256="0" * 64), CatalogueError)
    if catalogue is not None:
        check_catalogue(catalogue)
        _judged(_SERVER, catalogue)


def enter_lines(data: bytes) -> None:
    """The same of a catalogue in JSON, an update a line."""
    enter_catalogue(data, "fuzz.jsonl")


def enter_index(data: bytes) -> None:
    """A catalogue as a SQLite file, sealed as it is; a server is judged by all of it, and by what it calls for."""
    with _on_disk(sealed(data), "fuzz.sqlite") as path:
        try:
            index = open_index(path)
            catalogue = index.catalogue()
            part = index.catalogue(index.products_of("KB818861"), frozenset({"mapi32.dll"}))
        except CatalogueError as error:
            _told(CatalogueError(*map(visible, error.lines)))  # SQLite's own words may quote what is damaged
            return
    check_catalogue(catalogue)
    for one in (catalogue, part):
        _judged(_SERVER, one)


def enter_listing(data: bytes) -> None:
    """What another tool wrote of a server's files; they are judged."""
    asked = asked_by(_CATALOGUE.outline(), hashes=True)
    inventories = _made(
        lambda: read_listing(bytes_as_file(data, "fuzz.txt", "fuzz.txt"), asked), TargetError, SavedInputError
    )
    for inventory in (inventories or ())[:3]:
        _quoting(inventory)
        _lines_for_people(inventory.target)
        collected = inventory.collected or Collected(host=None, at=None, by="fuzz")
        saved = parse_saved(parse_json(inventory_to_json(inventory, collected).encode(), "again", "it"), "again")
        assert (saved.files, saved.reported, saved.claimed) == (
            inventory.files,
            inventory.reported,
            inventory.claimed,
        )
        _judged(inventory, _CATALOGUE)


def enter_package(data: bytes) -> None:
    """A hotfix package, to a draft that is itself TOML and JSON."""
    with _on_disk(data, "Exchange5.5-KB818861-x86-ENU.exe") as path:
        is_package(path)
        draft = _made(lambda: read_package(path), PackageError)
    if draft is not None:
        tomllib.loads(draft_to_toml(draft))
        draft_to_dict(draft)


def enter_inventory(data: bytes) -> None:
    """A saved inventory; it is saved again, and judged."""
    inventory = _made(
        lambda: parse_saved(parse_json(data, "fuzz.json", "a saved inventory"), "fuzz.json"), SavedInputError
    )
    if inventory is None:
        return
    assert inventory.collected is not None
    again = inventory_to_json(inventory, inventory.collected).encode()
    assert parse_saved(parse_json(again, "again", "a saved inventory"), "again").files == inventory.files
    _judged(inventory, _CATALOGUE)


def enter_result(data: bytes) -> None:
    """A saved result; it is rendered in every format, and compared."""
    document: Any = _made(
        lambda: checked_result(parse_json(data, "fuzz.json", "a saved result"), "fuzz.json"), SavedInputError
    )
    if document is None:
        return
    result = result_of(document)
    for text in (
        render_table(result, width=80, everything=True),
        render_csv(result),
        render_markdown(result),
        render_html(result),
        to_json(result),
        result_digest(result),
    ):
        text.encode()
    try:
        compare(saved_side(document, "fuzz.json"), saved_side(document, "fuzz.json"))
    except HotfixCheckError as error:
        _told(error)


def enter_baseline(data: bytes) -> None:
    """A baseline."""
    _made(lambda: parse_baseline(data, "fuzz.toml", _CATALOGUE), PolicyError)


def enter_configuration(data: bytes) -> None:
    """A configuration file; what it gives is typed beside a folder."""
    configuration = _made(lambda: parse_configuration(data, "fuzz.toml"), PolicyError)
    if configuration is not None:
        assert all(configuration.typed(option, Path("folder")) for option in configuration.options)


def enter_waivers(data: bytes) -> None:
    """A waiver file; it is held against findings."""
    waivers = _made(lambda: parse_waivers(data, "fuzz.toml", _CATALOGUE), PolicyError)
    if waivers is not None:
        _lines_for_people(*long_waivers(waivers, _DAY))
        apply_waivers([_ASSESSMENT], waivers, _DAY)


def enter_manifest(data: bytes) -> None:
    """A manifest; it is written again, and held against itself."""
    manifest = _made(lambda: parse_manifest(parse_json(data, "fuzz.json", "a manifest"), "fuzz.json"), SavedInputError)
    if manifest is None:
        return
    parse_manifest(parse_json(manifest_to_json(manifest).encode(), "again", "a manifest"), "again")
    for target in manifest.targets:
        assert differences(target, target) == []


def enter_hive(data: bytes) -> None:
    """A registry hive; a server is judged beside it, and its records are saved and read back."""
    try:
        records = read_hive(
            "SOFTWARE", len(data), lambda offset, size: data[offset : offset + size], None, ASKED.registry
        )
    except HiveError as error:
        _told(error)
        return
    inventory = replace(_SERVER, registry=records)
    _quoting(inventory)
    saved = inventory_to_json(inventory, Collected(host=None, at=None, by="fuzz")).encode()
    assert parse_saved(parse_json(saved, "again", "a saved inventory"), "again").registry == records
    _judged(inventory, _CATALOGUE)


def enter_archive(data: bytes) -> None:
    """An archive, told by its first bytes; all programs in it are read, and those that are evidence judged."""
    with _on_disk(data, "fuzz.bin") as path:
        asked = replace(asked_by(_CATALOGUE.outline(), hashes=True), every_pe=True)
        inventory = _made(lambda: read_target(path, asked), TargetError)
    if inventory is not None:
        _quoting(inventory)
        _judged(inventory, _CATALOGUE)


def enter_expected(data: bytes) -> None:
    """A list of the hosts that should report."""
    with _on_disk(data, "hosts.txt") as path:
        group = "dag" if b"dag" in data.replace(b"\0", b"") else None
        expected = _made(lambda: read_expected(path, group), UsageError)
    if expected is not None:
        assert all(expected.find(host) is not None for host in expected.groups)


def enter_journal(data: bytes) -> None:
    """The journal of a fleet; it is read, asked and appended to."""
    with _on_disk(data, "fleet.journal") as path:
        try:
            with Journal(path, JOURNAL_QUESTION, ["inbox"]) as journal:
                journal.meet("inbox/EX2.json")
                known = journal.find(JOURNAL_BYTES, "inbox/EX1.json")
                for rows in (known or (), *journal.gone()):
                    journal.add(rows)
        except OutputError as error:
            _told(error)


ENTRANCES: dict[str, Callable[[bytes], None]] = {
    "pe": enter_pe,
    "article": enter_article,
    "catalogue": enter_catalogue,
    "lines": enter_lines,
    "index": enter_index,
    "listing": enter_listing,
    "pasted": enter_listing,
    "package": enter_package,
    "inventory": enter_inventory,
    "result": enter_result,
    "baseline": enter_baseline,
    "configuration": enter_configuration,
    "waivers": enter_waivers,
    "manifest": enter_manifest,
    "hive": enter_hive,
    "archive": enter_archive,
    "expected": enter_expected,
    "journal": enter_journal,
}
