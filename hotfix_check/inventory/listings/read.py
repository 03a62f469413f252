"""A listing to an Inventory: no folder of it is whole, since a listing does not say what it left out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from hotfix_check.errors import TargetError
from hotfix_check.inventory.files import Collected, InstalledFile, Inventory, TargetKind, UnreadableFile, by_path
from hotfix_check.inventory.listings.clixml import clixml_rows
from hotfix_check.inventory.listings.exiftool import exiftool_file
from hotfix_check.inventory.listings.filever import filever_files
from hotfix_check.inventory.listings.listed import ListedFile, each_once, taken
from hotfix_check.inventory.listings.osquery import osquery_file
from hotfix_check.inventory.listings.powershell import lowered, powershell_file
from hotfix_check.inventory.listings.recognise import Form, decoded, form_of
from hotfix_check.inventory.listings.sigcheck import sigcheck_file
from hotfix_check.inventory.listings.tables import rows_of
from hotfix_check.inventory.listings.velociraptor import velociraptor_file
from hotfix_check.inventory.open_file import HEAD_BYTES, OpenFile
from hotfix_check.untrusted.json import parse_json

MAX_BYTES = 128 * 1024 * 1024
MAX_FILES = 1_000_000

_JSON_FORMS: dict[Form, Callable[[Mapping[str, object]], ListedFile | None]] = {
    Form.POWERSHELL_JSON: lambda row: powershell_file(lowered(row)),
    Form.OSQUERY: osquery_file,
    Form.VELOCIRAPTOR: velociraptor_file,
    Form.EXIFTOOL: exiftool_file,
}


def read_listing(file: OpenFile, *, wanted: Container[str], plain: Container[str] = frozenset()) -> Inventory:
    """The files of a listing that have a version, or are evidence (``wanted``; ``plain`` have no version resource).

    Raises TargetError, or SavedInputError for what is no JSON, with the place.
    """
    where = file.where
    data = file.whole(MAX_BYTES, "a listing of files", TargetError)
    form = form_of(decoded(data[:HEAD_BYTES]))
    if form is None:
        raise TargetError(f"{where}: no listing of files that is known")
    host = None
    if form is Form.CLIXML:
        rows, host = clixml_rows(data, where)
        listed = _each(rows, powershell_file)
    elif form in _JSON_FORMS:
        listed = _each(_json_rows(data, where), _JSON_FORMS[form])
    elif form is Form.FILEVER:
        listed = filever_files(decoded(data))
    else:
        take = sigcheck_file if form is Form.SIGCHECK else powershell_file
        listed = _each(rows_of(decoded(data), where), take)
    found: list[InstalledFile | UnreadableFile] = []
    seen = 0
    for told in listed:
        seen += 1
        if seen > MAX_FILES:
            raise TargetError(f"{where}: more than {MAX_FILES} files are listed")
        one = taken(told, str(form), wanted, plain)
        if one is not None:
            found.append(one)
    once = sorted(each_once(found), key=by_path)
    files = tuple(one for one in once if isinstance(one, InstalledFile))
    return Inventory(
        target=where,
        kind=TargetKind.LISTING,
        root=(),
        folders=(),
        files=files,
        unreadable=tuple(one for one in once if isinstance(one, UnreadableFile)),
        files_seen=seen,
        files_read=len(files),
        lone_file=seen == 1,
        collected=None if host is None else Collected(host=host, at=None, by=str(form)),
    )


def _each(
    rows: Iterable[Mapping[str, object]], take: Callable[[Mapping[str, object]], ListedFile | None]
) -> Iterator[ListedFile]:
    for row in rows:
        file = take(row)
        if file is not None:
            yield file


def _json_rows(data: bytes, where: str) -> Iterator[dict[str, object]]:
    """The objects of one JSON text, or of one a line (JSONL)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as fault:
            raise TargetError(f"{where}: not UTF-16 text ({fault.reason})") from None
    lines = data.splitlines() if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else []
    if len(lines) > 1 and all(line[:1] in (b"{", b"", b"\xef") for line in lines):
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from _objects(parse_json(line, f"{where}: line {number}", "a listing of files"))
        return
    yield from _objects(parse_json(data, where, "a listing of files"))


def _objects(document: object) -> Iterator[dict[str, object]]:
    """A list's objects, one object, or those that Windows PowerShell wraps as {"value": [...], "Count": 2}."""
    if isinstance(document, dict) and isinstance(document.get("value"), list) and "Count" in document:
        document = document["value"]
    for one in document if isinstance(document, list) else [document]:
        if isinstance(one, dict):
            yield one
