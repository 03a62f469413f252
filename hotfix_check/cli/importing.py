"""catalogue import: article files in, drafts out, or merged into a folder of catalogue files."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from hotfix_check.catalogue.load import MAX_FILE_BYTES
from hotfix_check.cli.ending import complain
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.judging import known, read_kb
from hotfix_check.cli.output import replaced, standard_output
from hotfix_check.drafts.article.draft import draft_to_dict
from hotfix_check.drafts.article.merge import merge_update
from hotfix_check.drafts.article.parse import parse_article, parse_file_list_csv
from hotfix_check.drafts.article.text import MAX_ARTICLE_BYTES, decode_article
from hotfix_check.drafts.article.toml_draft import draft_to_toml, toml_blocks
from hotfix_check.drafts.package import is_package, read_package
from hotfix_check.errors import ArticleError, CatalogueError, HotfixCheckError, OutputError, UsageError, WorkerError
from hotfix_check.fleet.workers import Workers
from hotfix_check.pe.bytes import PeError, open_regular
from hotfix_check.report.text import visible
from hotfix_check.untrusted.bounded import read_bounded

Format = Literal["toml", "json", "jsonl"]
_CHUNK = 32
_AHEAD = 4
"""Chunks under way for each worker: enough to keep it busy, few enough to keep memory flat."""


class Imported(NamedTuple):
    """One article after import: its rendering and its blocks by product, or why it could not be read."""

    source: str
    text: str
    blocks: tuple[tuple[str | None, str], ...]
    rows: int
    error: str | None


def run_import(
    paths: Sequence[str],
    *,
    kb: str | None,
    form: str,
    output: Path | None,
    jobs: int,
    into: Path | None,
    replace: bool,
    quiet: bool,
) -> int:
    """``import_articles`` with the options as typed."""
    known("--format", form, get_args(Format))
    if replace and into is None:
        raise UsageError("--replace: it says what --into does with a KB that is already there")
    if into is not None and output is not None:
        raise UsageError("--into: the drafts go into the folder's files, so there is nothing to write to --output")
    if into is not None and not into.is_dir():
        raise UsageError(f"--into: {into} is no folder of catalogue files")
    return import_articles(
        paths,
        kb=None if kb is None else _number(kb),
        format=cast("Format", form),
        output=output,
        jobs=jobs,
        into=into,
        replace=replace,
        quiet=quiet,
    )


def _number(text: str) -> int:
    try:
        return read_kb(text)
    except UsageError as error:
        raise UsageError(f"--kb: {error}") from None


def import_articles(
    paths: Sequence[str],
    *,
    kb: int | None = None,
    format: Format = "toml",
    output: Path | None = None,
    jobs: int = 1,
    into: Path | None = None,
    replace: bool = False,
    quiet: bool = False,
) -> int:
    """Read articles from files, folders, globs or stdin (``-``) and print their drafts in input order.

    ``kb`` names the number of the only article given. ``into`` merges the drafts into the product files of a folder
    instead of printing them. An article that cannot be read is one line on stderr, and the run goes on. Returns 0, or 2
    when an input could not be read or merged. Raises OutputError when the output cannot be
    written, UsageError when ``kb`` is given for several.
    """
    sources, missing = expand_paths(paths)
    complain(missing)
    failed = bool(missing)
    if kb is not None and len(sources) > 1:
        raise UsageError(f"--kb: it is the number of one article, but {len(sources)} were given")
    results = _import_all(sources, kb=kb, format=format, jobs=jobs)
    if not quiet and sys.stderr.isatty():
        results = _with_progress(results, len(sources))
    if into is not None:
        return 2 if _merge_all(results, into, replace=replace, quiet=quiet) or failed else 0
    if output is not None:
        not_evidence(output, [Path(source) for source in sources if source != "-"])
    with standard_output() if output is None else replaced(output) as stream:
        wrote = 0
        for result in results:
            if result.error is not None:
                complain([f"{result.source}: {result.error}"])
                failed = True
                continue
            if format == "json":
                stream.write(("[\n" if not wrote else ",\n") + result.text)
            else:
                stream.write(result.text)
            wrote += 1
        if format == "json":
            stream.write("\n]\n" if wrote else "[]\n")
    return 2 if failed else 0


def expand_paths(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files that the arguments name, each once, and a line for each argument that names none."""
    found: dict[str, None] = {}
    missing: list[str] = []
    for path in paths:
        if path == "-":
            found[path] = None
        elif Path(path).is_dir():
            inside = sorted(
                str(file) for file in Path(path).rglob("*") if file.is_file() and not file.name.startswith(".")
            )
            found.update(dict.fromkeys(inside))
            if not inside:
                missing.append(f"{path}: no files in this folder")
        elif Path(path).exists() or not glob.has_magic(path):
            found[path] = None
        else:
            # Path.glob takes no absolute patterns.
            matched = sorted(file for file in glob.glob(path, recursive=True) if Path(file).is_file())  # noqa: PTH207
            found.update(dict.fromkeys(matched))
            if not matched:
                missing.append(f"{path}: no file matches")
    return list(found), missing


def _read(source: str) -> bytes:
    """The bytes of one article, at most one more than the limit."""
    if source == "-":
        if sys.stdin is None:
            raise ArticleError("standard input is closed")
        return sys.stdin.buffer.read(MAX_ARTICLE_BYTES + 1)
    try:
        fd, _ = open_regular(source, follow=True)
    except PeError:
        raise ArticleError("a pipe or device, not an article ('-' reads standard input)") from None
    with os.fdopen(fd, "rb") as file:
        return file.read(MAX_ARTICLE_BYTES + 1)


def _import_one(source: str, kb: int | None, format: Format) -> Imported:
    try:
        if source != "-" and is_package(Path(source)):
            draft = read_package(Path(source), kb=kb)
        else:
            text = decode_article(_read(source))
            parse = parse_file_list_csv if source.lower().endswith(".csv") else parse_article
            draft = parse(text, source="stdin" if source == "-" else source, kb=kb)
    except OSError as error:
        return Imported(source, "", (), 0, error.strerror or str(error))
    except HotfixCheckError as error:
        return Imported(source, "", (), 0, str(error))
    if format == "toml":
        rendered = draft_to_toml(draft) + "\n"
    elif format == "jsonl":
        rendered = json.dumps(draft_to_dict(draft)) + "\n"
    else:
        rendered = json.dumps(draft_to_dict(draft), indent=2)
    return Imported(source, rendered, tuple(toml_blocks(draft).items()), len(draft.files), None)


def _import_many(format: Format, kb: int | None) -> Callable[[Sequence[str]], list[Imported]]:
    return lambda sources: [_import_one(source, kb, format) for source in sources]


def _import_all(sources: Sequence[str], *, kb: int | None, format: Format, jobs: int) -> Iterator[Imported]:
    """Results in input order; with several jobs, chunks go to worker processes, a bounded number ahead."""
    if jobs <= 1 or len(sources) <= _CHUNK or "-" in sources:
        for source in sources:
            yield _import_one(source, kb, format)
        return
    chunks = (sources[at : at + _CHUNK] for at in range(0, len(sources), _CHUNK))
    with Workers(jobs, partial(_import_many, format), kb) as workers:
        for task in workers.done(chunks, jobs * _AHEAD, ordered=True):
            if task.died:
                raise WorkerError("--jobs: a process that was started for it died: run it again with --jobs 1")
            yield from task.result or ()


def _with_progress(results: Iterable[Imported], total: int) -> Iterator[Imported]:
    shown = 0.0
    rows = 0
    for number, result in enumerate(results, 1):
        rows += result.rows
        now = time.monotonic()
        if now - shown > 0.2 or number == total:
            shown = now
            print(f"\r{number} of {total} articles, {rows} file rows", end="", file=sys.stderr, flush=True)
        yield result
    if total:
        print(file=sys.stderr)


def _merge_all(results: Iterable[Imported], into: Path, *, replace: bool, quiet: bool) -> bool:
    """Merge each draft into its products' files, all of them or none; whether any could not be."""
    failed = False
    for result in results:
        try:
            if result.error is not None:
                raise ArticleError(result.error)
            with _alone(into):
                merged = [_merged(product, block, into, replace=replace) for product, block in result.blocks]
                _write_all(merged)
        except OutputError:
            raise
        except HotfixCheckError as error:
            complain([f"{result.source}: {error}"])
            failed = True
            continue
        if not quiet:
            files = ", ".join(one.file.name for one in merged)
            print(visible(f"{result.source}: merged into {files}"), file=sys.stderr)
    return failed


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While another import merges into the folder, wait: both read a file, change it and write it.

    Where the system cannot lock a folder (Windows, some network drives), ``_write_all`` tells what it would undo.
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


def _write_all(merged: Sequence[_Merged]) -> None:
    """Every file, or none when one of them has no room on the disk, or is no longer what was read."""
    with contextlib.ExitStack() as written:
        for one in merged:
            stream = written.enter_context(replaced(one.file))
            stream.write(one.after)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk is told here, before the first of them takes its place
        for one in merged:
            if _text_of(one.file) != one.before:
                raise CatalogueError(f"{one.file}: changed by somebody else meanwhile; nothing was merged, try again")


class _Merged(NamedTuple):
    """A product's file, its text as it was read, and with the block in it."""

    file: Path
    before: str
    after: str


def _merged(product: str | None, block: str, into: Path, *, replace: bool) -> _Merged:
    if product is None:
        raise CatalogueError("it names no product of the catalogue, or its rows fit none: nothing was merged")
    file = into / f"{product}.toml"
    if not file.exists():
        raise CatalogueError(f"{file}: there is no file for this product")
    before = _text_of(file)
    return _Merged(file, before, merge_update(before, block, replace=replace, name=str(file)))


def _text_of(file: Path) -> str:
    try:
        return read_bounded(file, MAX_FILE_BYTES, "a catalogue file", CatalogueError).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: {error}") from None
