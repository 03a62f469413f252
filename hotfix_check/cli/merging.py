"""catalogue import --into: drafts merged into a folder of catalogue files, which loads before and after."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hotfix_check.catalogue import load
from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.check import check_catalogue
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Update
from hotfix_check.catalogue.update_table import read_update, update_id
from hotfix_check.cli.ending import complain
from hotfix_check.drafts.blocks import update_blocks
from hotfix_check.drafts.draft import DraftUpdate
from hotfix_check.drafts.merge import ProductText, product_text
from hotfix_check.drafts.vocabulary import ProductNames
from hotfix_check.errors import CatalogueError, HotfixCheckError
from hotfix_check.frozen import dataclass, replace
from hotfix_check.report.text import visible
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.toml import parse_toml
from hotfix_check.writing import replaced

_MOST_NAMED = 3


def merge_drafts(
    drafts: Sequence[tuple[str, DraftUpdate]],
    names: ProductNames,
    folder: Path,
    *,
    take_new: bool,
    accept_doubts: bool,
    quiet: bool,
) -> bool:
    """Merge each draft into its products' files, all of them or none; whether every one could be.

    A draft that the catalogue would refuse, or that a person has to look at first, is a line on stderr, and the
    others are merged. All files are written at the end, once the whole folder is known to load: those or none.
    Raises CatalogueError when the folder does not load as it is or was changed meanwhile, OutputError.
    """
    with _alone(folder):
        merging = _Merging(folder)
        before = check_catalogue(merging.catalogue)
        told: list[str] = []
        failed = False
        for source, draft in drafts:
            try:
                files = merging.put(draft, names, take_new=take_new, accept_doubts=accept_doubts)
                others = ", ".join(row.name for row in draft.files if row.product is None)
                left = f"; left out, of no product of the catalogue: {others}" if others else ""
                told.append(f"{source}: merged into {', '.join(files)}{left}")
            except HotfixCheckError as error:
                complain([f"{source}: {error.lines[0]}", *error.lines[1:]])
                failed = True
        faults = [fault for fault in check_catalogue(merging.load()) if fault not in before] if told else []
        merging.write()
    if not quiet:
        for line in (*told, *(f"catalogue check says now: {fault}" for fault in faults)):
            print(visible(line), file=sys.stderr)
    return not failed


@dataclass(frozen=True, slots=True)
class _File:
    """A catalogue file: its bytes as they were read, and its text with what was merged so far, once that is needed."""

    before: bytes
    text: ProductText | None = None

    @property
    def after(self) -> bytes:
        return self.before if self.text is None else self.text.text.encode()


class _Merging:
    """The files of one folder while drafts are merged into them, in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        contents, faults = load.read_files([folder]), list[str]()
        self._files = {Path(path): _File(data) for path, data in contents}
        documents = load.parse_files(contents, faults)
        if faults:
            raise CatalogueError(*faults)
        own = {document.product_id for document in documents if document.product is not None}
        borrowed = any(document.product_id not in {None, *own} for document in documents)
        # A folder that adds to the tool's own products is used beside them: --catalogue default --catalogue FOLDER.
        self._beside = load.read_files([load.default_folder()]) if borrowed else []
        self.catalogue = self.load()
        """As it is before anything is merged."""
        self._products: Mapping[str, Product] = {product.id: product for product in self.catalogue.products}
        self._places = {update.id: None for update in self.catalogue.updates} | {
            update_id(table, document.product_id or ""): Path(document.where)
            for document in documents
            for table in document.updates
        }

    def load(self) -> Catalogue:
        """The catalogue as it would be with what was merged. Raises CatalogueError."""
        faults: list[str] = []
        contents = [*self._beside, *((str(path), file.after) for path, file in self._files.items())]
        documents = load.parse_files(contents, faults)
        return load.read_parsed(documents, faults, sha256=load.digest_of(contents))

    def put(self, draft: DraftUpdate, names: ProductNames, *, take_new: bool, accept_doubts: bool) -> list[str]:
        """Merge one draft; the names of its files. Raises CatalogueError, and nothing of the draft is merged then."""
        if draft.kb is None:
            raise CatalogueError("the draft has no KB number: give it with --kb")
        if not accept_doubts:
            _without_doubts(draft)
        merged = dict(self._files)
        places = dict(self._places)
        placed = []
        blocks = update_blocks(draft, names, self._products)
        if len(blocks) > 1:
            blocks.pop(None, None)
        for product_id, block in blocks.items():
            place, update = self._place(product_id, block)
            if not accept_doubts:
                _without_doubles(update)
            there = merged[place]
            text = there.text or product_text(there.before.decode(), str(place))
            merged[place] = replace(there, text=text.put(block, take_new=take_new))
            places[update.id] = place
            placed.append(place.name)
        self._files, self._places = merged, places
        return placed

    def _place(self, product_id: str | None, block: str) -> tuple[Path, Update]:
        """The file that a block belongs to, and its update. Raises CatalogueError for what does not load."""
        if product_id is None:
            raise CatalogueError("no product of the catalogue fits its name or its rows: nothing was merged")
        place = self._folder / f"{product_id}.toml"
        if place not in self._files or product_id not in self._products:
            raise CatalogueError(f"{place}: there is no file for this product: add one, or copy the tool's own there")
        (table,) = parse_toml(block.encode(), "the draft", "a draft", CatalogueError)["update"]
        fields = Fields(table, f"{place}: KB{table.get('kb')}", CatalogueError)
        update = read_update(fields, self._products[product_id])
        if update.id in self._places and self._places[update.id] != place:
            raise CatalogueError(
                f"{place}: {update.id} is in {self._places[update.id] or load.default_folder()} already"
            )
        return place, update

    def write(self) -> None:
        """Every file that was merged into, or none when one of them has no room on the disk, or is no longer what was
        read. Raises OutputError or CatalogueError."""
        changed = {path: file for path, file in self._files.items() if file.after != file.before}
        with contextlib.ExitStack() as written:
            for path, file in changed.items():
                stream = written.enter_context(replaced(path))
                stream.write(file.text.proved() if file.text else "")
                stream.flush()
                os.fsync(stream.fileno())  # a full disk is told here, before the first of them takes its place
            for path, file in changed.items():
                if read_bounded(path, load.MAX_FILE_BYTES, "a catalogue file", CatalogueError) != file.before:
                    raise CatalogueError(f"{path}: changed by something else meanwhile: nothing was merged, try again")


def _without_doubts(draft: DraftUpdate) -> None:
    """Raises CatalogueError when a row, or the whole draft, is one that a person has to look at first."""
    doubtful = [row for row in draft.files if row.doubt and not row.package]
    if doubtful:
        named = [f"{row.name} ({row.doubt})" for row in doubtful[:_MOST_NAMED]]
        more = [f"{len(doubtful) - _MOST_NAMED} more"] if len(doubtful) > _MOST_NAMED else []
        raise CatalogueError(f"rows of low confidence: {', '.join([*named, *more])}; --accept-doubts takes them")
    if all(row.package for row in draft.files):
        raise CatalogueError("no file table was found in it, so nothing to judge by; --accept-doubts takes it as it is")


def _without_doubles(update: Update) -> None:
    """Raises CatalogueError when a package has a file twice, and nothing tells which of the rows is meant."""
    for package in update.packages:
        keys = Counter((row.name.lower(), row.platform, row.language) for row in package.rows)
        twice = [row.name for row in package.rows if keys[row.name.lower(), row.platform, row.language] > 1]
        if twice:
            raise CatalogueError(
                f"{twice[0]} is in it {twice.count(twice[0])} times, and nothing distinguishes the rows; "
                "--accept-doubts takes them"
            )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While another import merges into the folder, wait: both read its files, change them and write them.

    Where the system cannot lock a folder (Windows, some network drives), ``write`` tells what it would undo.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
