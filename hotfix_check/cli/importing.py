"""catalogue import: article files in, drafts out, or merged into a folder of catalogue files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, cast, get_args

from hotfix_check.catalogue import parse_kb
from hotfix_check.cli.ending import complain
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.merging import merge_drafts
from hotfix_check.cli.output import counting, for_machines, standard_output
from hotfix_check.drafts.article.parse import parse_article
from hotfix_check.drafts.article.text import MAX_ARTICLE_BYTES, decode_article
from hotfix_check.drafts.blocks import draft_to_toml
from hotfix_check.drafts.cve import cve_draft_to_dict, cve_draft_to_toml, looks_like_cves, read_cves
from hotfix_check.drafts.draft import DraftUpdate, draft_to_dict
from hotfix_check.drafts.package import is_package, read_package
from hotfix_check.drafts.vocabulary import ProductNames
from hotfix_check.errors import ArticleError, HotfixCheckError, UsageError
from hotfix_check.judging.catalogues import open_catalogue
from hotfix_check.judging.question import known
from hotfix_check.pe.bytes import PeError, open_regular
from hotfix_check.processes import Work, shared_out
from hotfix_check.untrusted.mail import saved_page
from hotfix_check.untrusted.patterns import fitting, is_pattern
from hotfix_check.writing import replaced

if TYPE_CHECKING:
    from hotfix_check.cli.catalogue_app import ImportOptions

Format = Literal["toml", "json", "jsonl"]
Made = Literal["toml", "json", "jsonl", "draft"]
"""What is made of an article: text in a format, or the draft as it is."""
_FEW = 200
"""So many articles are read faster here than worker processes have started."""


class Imported(NamedTuple):
    """One article after import: its draft as text, or itself where it is to be merged; or why it could not be read."""

    source: str
    text: str = ""
    draft: DraftUpdate | None = None
    error: str | None = None


def import_articles(options: ImportOptions) -> int:
    """Read articles from files, folders, globs or stdin (``-``) and print their drafts in input order, or merge them.

    An article that cannot be read is one line on stderr, and the run goes on. Returns 0, or 2 when an input could not
    be read or merged. Raises CatalogueError, OutputError when the output cannot be written, UsageError.
    """
    into, output, quiet = options.into, options.output, options.quiet
    known("--format", options.form, get_args(Format))
    if options.replace and into is None:
        raise UsageError("--replace: needs --into")
    if options.accept_doubts and into is None:
        raise UsageError("--accept-doubts: needs --into")
    if into is not None and output is not None:
        raise UsageError("--into: the drafts go into the folder's files: leave --output out")
    if into is not None and not into.is_dir():
        raise UsageError(f"--into: {into} is not a folder of catalogue files")
    form, catalogues = cast("Format", options.form), tuple(options.catalogue or ())
    kb = None if options.kb is None else _number(options.kb)
    sources, missing = expand_paths(options.articles)
    complain(missing)
    failed = bool(missing)
    if kb is not None and len(sources) > 1:
        raise UsageError(f"--kb: numbers one article, but {len(sources)} were given")
    if output is not None:
        not_evidence(output, [Path(source) for source in sources if source != "-"])
    with counting("Reading articles", quiet=quiet) as count:

        def read(made: Made) -> Iterator[Imported]:
            """Those that could be read; of the others it is told why."""
            nonlocal failed
            for result in _import_all(sources, catalogues, kb=kb, made=made, jobs=options.jobs):
                if count is not None:
                    count()
                if result.error is None:
                    yield result
                else:
                    complain([f"{result.source}: {result.error}"])
                    failed = True

        if into is None:
            _write(read(form), form, output)
            return 2 if failed else 0
        drafts = [(one.source, one.draft) for one in read("draft") if one.draft is not None]
    names = _names_of(catalogues)
    merged = merge_drafts(
        drafts, names, into, take_new=options.replace, accept_doubts=options.accept_doubts, quiet=quiet
    )
    return 0 if merged and not failed else 2


def _number(text: str) -> int:
    try:
        return parse_kb(text)
    except ValueError as error:
        raise UsageError(f"--kb: {error}") from None


def _write(results: Iterable[Imported], format: Format, output: Path | None) -> None:
    """Write the drafts as they come."""
    if output is None:
        for_machines()
    with standard_output() if output is None else replaced(output) as stream:
        wrote = 0
        for result in results:
            if format == "json":
                stream.write("[\n" if not wrote else ",\n")
            stream.write(result.text)
            wrote += 1
        if format == "json":
            stream.write("\n]\n" if wrote else "[]\n")


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


def _import_one(source: str, names: ProductNames, kb: int | None, made: Made) -> Imported:
    try:
        if source != "-" and is_package(Path(source)):
            draft = read_package(Path(source), names, kb=kb)
        else:
            data = _read(source)
            if looks_like_cves(data):
                return _import_cves(data, source, names, made)
            text = decode_article(data)
            text = saved_page(text) or text
            draft = parse_article(text, names, source="stdin" if source == "-" else source, kb=kb)
        if made == "draft":
            return Imported(source, draft=draft)
        return Imported(source, text=_rendered(draft, names, made))
    except OSError as error:
        return Imported(source, error=error.strerror or str(error))
    except HotfixCheckError as error:
        return Imported(source, error=str(error))


def _import_cves(data: bytes, source: str, names: ProductNames, made: Made) -> Imported:
    if made == "draft":
        raise ArticleError("a CVE is not an update: leave --into out and put the printed draft into a catalogue file")
    if len(data) > MAX_ARTICLE_BYTES:
        raise ArticleError(f"more than {MAX_ARTICLE_BYTES} bytes, not a CVE record or CSAF document")
    drafts = read_cves(data, source, names.products)
    if made == "toml":
        return Imported(source, text="\n".join(map(cve_draft_to_toml, drafts)) + "\n")
    tables = [json.dumps(cve_draft_to_dict(draft), indent=2 if made == "json" else None) for draft in drafts]
    return Imported(source, text=",\n".join(tables) if made == "json" else "".join(f"{table}\n" for table in tables))


def _rendered(draft: DraftUpdate, names: ProductNames, form: Made) -> str:
    if form == "toml":
        return draft_to_toml(draft, names, names.products) + "\n"
    return json.dumps(draft_to_dict(draft)) + "\n" if form == "jsonl" else json.dumps(draft_to_dict(draft), indent=2)


def _import_all(
    sources: Sequence[str], catalogues: tuple[Path, ...], *, kb: int | None, made: Made, jobs: int
) -> Iterator[Imported]:
    """Results in input order; with several jobs, in worker processes, those that are early waiting for their turn."""
    alone = 1 if "-" in sources else jobs  # standard input is this process's own
    work = Work(partial(_importing, catalogues, kb, made), _lost)
    early: dict[int, Imported] = {}
    turn = 0
    for number, result in shared_out(enumerate(sources), work, alone, few=_FEW):
        early[number] = result
        while turn in early:
            yield early.pop(turn)
            turn += 1


def _importing(
    catalogues: tuple[Path, ...], kb: int | None, made: Made
) -> Callable[[tuple[int, str]], tuple[int, Imported]]:
    names = _names_of(catalogues)
    return lambda numbered: (numbered[0], _import_one(numbered[1], names, kb, made))


def _names_of(catalogues: Sequence[Path]) -> ProductNames:
    return ProductNames(open_catalogue(catalogues).products)


def _lost(numbered: tuple[int, str]) -> tuple[int, Imported]:
    number, source = numbered
    return number, Imported(source, error="two processes died while reading it")
