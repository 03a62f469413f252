"""Which tool wrote a text, by how it begins and never by its name: the one list of listings.

A form is a line here and a module with two functions: whether a text is of it, by its beginning, and what it says.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator

from hotfix_check.frozen import dataclass
from hotfix_check.inventory.listings.clixml import clixml, is_clixml
from hotfix_check.inventory.listings.console import console_rows
from hotfix_check.inventory.listings.crash_reports import crash_report, is_crash_report
from hotfix_check.inventory.listings.exchange_servers import alone, is_alone
from hotfix_check.inventory.listings.filever import filever_files, is_filever_line
from hotfix_check.inventory.listings.json_rows import is_json_listing, json_listing
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.msinfo import is_msinfo, msinfo
from hotfix_check.inventory.listings.reg_export import is_reg_export, reg_export
from hotfix_check.inventory.listings.rows import facts_of, kind_of_rows
from hotfix_check.inventory.listings.tables import is_table, table
from hotfix_check.inventory.listings.update_lists import (
    health_report,
    is_health_report,
    is_kb_list,
    is_systeminfo,
    kb_list,
    systeminfo,
)
from hotfix_check.inventory.listings.web_and_mail import headers, is_headers
from hotfix_check.inventory.open_file import OpenFile

_FIRST_LINES = 200
Reads = Callable[[bytes, str, str], Iterable[Said]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of listing. ``reads`` takes its bytes, its text and what it is called in errors."""

    recognises: Callable[[str], bool]
    reads: Reads


def _of_text(reads: Callable[[str, str], Iterable[Said]]) -> Reads:
    return lambda data, text, where: reads(text, where)


def _is_filever(head: str) -> bool:
    return any(map(is_filever_line, head.splitlines()[:_FIRST_LINES]))


def _filever(text: str, where: str) -> Iterator[Said]:
    for file in filever_files(text):
        yield Said(file, "filever")


def _is_console(head: str) -> bool:
    return kind_of_rows(console_rows(head)) is not None


def _console(text: str, where: str) -> Iterator[Said]:
    yield from facts_of(console_rows(text))


WHOLE = (
    Form(is_clixml, clixml),
    Form(is_msinfo, msinfo),
    Form(is_json_listing, json_listing),
    Form(is_reg_export, _of_text(reg_export)),
    Form(_is_filever, _of_text(_filever)),
    Form(is_table, table),
    Form(is_kb_list, _of_text(kb_list)),
)
"""A text is of the first of these that recognises it, and of no other."""

PASTED = (
    Form(_is_console, _of_text(_console)),
    Form(is_headers, _of_text(headers)),
    Form(is_crash_report, _of_text(crash_report)),
    Form(is_systeminfo, _of_text(systeminfo)),
    Form(is_health_report, _of_text(health_report)),
)
"""What people paste one below the other: a text is of all of these that recognise it."""


ALONE = (Form(is_alone, _of_text(alone)),)
"""What is read where nothing else is: a build that stands alone."""


def is_listing(file: OpenFile) -> bool:
    """Whether a file begins as a known listing does."""
    head = text_head(file)
    return head is not None and bool(forms_of(head))


def forms_of(head: str) -> tuple[Form, ...]:
    """The forms of a listing that begins like this; none for what is no listing."""
    whole = next((form for form in WHOLE if form.recognises(head)), None)
    if whole is not None:
        return (whole,)
    if head.lstrip("\ufeff \t\r\n").startswith(("{", "[{")):
        return ()
    return tuple(form for form in PASTED if form.recognises(head)) or tuple(
        form for form in ALONE if form.recognises(head)
    )


def is_other_text(file: OpenFile) -> bool:
    """Whether a file is text, which no program is."""
    head = text_head(file)
    return (
        head is not None and bool(head.strip()) and all(one.isprintable() or one in "\t\r\n\f" for one in head[:4096])
    )


def decoded(data: bytes) -> str:
    """The text of a listing: UTF-16 where it looks so, else UTF-8; bytes of another code page become ``\\xff``."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    elif len(data) >= 4 and data[0] and data[2] and not any(data[1:64:2]):  # sigcheck in a pipe: no byte order mark
        text = data.decode("utf-16-le", "replace")
    else:
        text = data.decode("utf-8-sig", "backslashreplace")
    return text.replace("\r\r\n", "\n")  # as wmic ends its lines in a pipe


def text_head(file: OpenFile) -> str | None:
    """How a file begins, as text; None when it is none."""
    if file.head.startswith((b"MZ", b"PK\x03\x04", b"\x1f\x8b")):
        return None
    text = decoded(file.head)
    return None if "\0" in text[:4096] else text
