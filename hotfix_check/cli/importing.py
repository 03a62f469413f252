"""catalogue import: article files in, drafts out, or merged into a folder of catalogue files."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from hotfix_check.catalogue.load import default_folder, parse_documents, read_files, read_products
from hotfix_check.catalogue.product import Product
from hotfix_check.cli.ending import complain
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.judging import known, read_kb
from hotfix_check.cli.merging import merge_drafts
from hotfix_check.cli.output import for_machines, replaced, standard_output
from hotfix_check.drafts.article.parse import parse_article, parse_file_list_csv
from hotfix_check.drafts.article.text import MAX_ARTICLE_BYTES, decode_article
from hotfix_check.drafts.blocks import draft_to_toml
from hotfix_check.drafts.draft import DraftUpdate, draft_to_dict
from hotfix_check.drafts.package import is_package, read_package
from hotfix_check.errors import ArticleError, CatalogueError, HotfixCheckError, UsageError, WorkerError
from hotfix_check.fleet.workers import Workers
from hotfix_check.pe.bytes import PeError, open_regular
from hotfix_check.untrusted.patterns import fitting, is_pattern

Format = Literal["toml", "json", "jsonl"]
Made = Literal["toml", "json", "jsonl", "draft"]
"""What is made of an article: text in a format, or the draft as it is."""
_CHUNK = 32
_AHEAD = 4
"""Chunks under way for each worker: enough to keep it busy, few enough to keep memory flat."""


class Imported(NamedTuple):
    """One article after import: its draft as text, or itself where it is to be merged; or why it could not be read."""

    source: str
    text: str = ""
    draft: DraftUpdate | None = None
    rows: int = 0
    error: str | None = None


def run_import(
    paths: Sequence[str],
    *,
    kb: str | None,
    form: str,
    output: Path | None,
    jobs: int,
    into: Path | None,
    replace: bool,
    accept_doubts: bool,
    quiet: bool,
) -> int:
    """``import_articles`` with the options as typed."""
    known("--format", form, get_args(Format))
    if replace and into is None:
        raise UsageError("--replace: it says what --into does with a KB that is already there")
    if accept_doubts and into is None:
        raise UsageError("--accept-doubts: it says what --into does with rows of low confidence")
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
        accept_doubts=accept_doubts,
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
    accept_doubts: bool = False,
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
    results = _import_all(sources, kb=kb, made="draft" if into is not None else format, jobs=jobs)
    if not quiet and sys.stderr.isatty():
        results = _with_progress(results, len(sources))
    if into is not None:
        drafts = []
        for result in results:
            if result.draft is not None:
                drafts.append((result.source, result.draft))
            else:
                complain([f"{result.source}: {result.error}"])
                failed = True
        merged = merge_drafts(drafts, into, take_new=replace, accept_doubts=accept_doubts, quiet=quiet)
        return 0 if merged and not failed else 2
    if output is not None:
        not_evidence(output, [Path(source) for source in sources if source != "-"])
    if output is None:
        for_machines()
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
        elif Path(path).exists() or not is_pattern(path):
            found[path] = None
        else:
            matched = sorted(file for file in fitting(path) if Path(file).is_file())
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


def _import_one(source: str, kb: int | None, made: Made) -> Imported:
    try:
        if source != "-" and is_package(Path(source)):
            draft = read_package(Path(source), kb=kb)
        else:
            text = decode_article(_read(source))
            parse = parse_file_list_csv if source.lower().endswith(".csv") else parse_article
            draft = parse(text, source="stdin" if source == "-" else source, kb=kb)
        if made == "draft":
            return Imported(source, draft=draft, rows=len(draft.files))
        return Imported(source, text=_rendered(draft, made), rows=len(draft.files))
    except OSError as error:
        return Imported(source, error=error.strerror or str(error))
    except HotfixCheckError as error:
        return Imported(source, error=str(error))


def _rendered(draft: DraftUpdate, form: Made) -> str:
    if form == "toml":
        return draft_to_toml(draft, _own_products()) + "\n"
    return json.dumps(draft_to_dict(draft)) + "\n" if form == "jsonl" else json.dumps(draft_to_dict(draft), indent=2)


@cache
def _own_products() -> dict[str, Product]:
    """The products of the tool's own catalogue, for their levels and folders."""
    faults: list[str] = []
    products = read_products(parse_documents(read_files([default_folder()]), faults), faults)
    if faults:
        raise CatalogueError(*faults)
    return {product.id: product for product in products}


def _import_many(made: Made, kb: int | None) -> Callable[[Sequence[str]], list[Imported]]:
    return lambda sources: [_import_one(source, kb, made) for source in sources]


def _import_all(sources: Sequence[str], *, kb: int | None, made: Made, jobs: int) -> Iterator[Imported]:
    """Results in input order; with several jobs, chunks go to worker processes, a bounded number ahead."""
    if jobs <= 1 or len(sources) <= _CHUNK or "-" in sources:
        for source in sources:
            yield _import_one(source, kb, made)
        return
    chunks = (sources[at : at + _CHUNK] for at in range(0, len(sources), _CHUNK))
    with Workers(jobs, partial(_import_many, made), kb) as workers:
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
