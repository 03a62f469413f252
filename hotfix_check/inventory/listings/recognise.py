"""Which tool wrote a text, by how it begins and never by its name: the one list of listings.

A form is a line here and a module with two functions: whether a text is of it, by its beginning, and what it says.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable

from hotfix_check.frozen import dataclass
from hotfix_check.inventory.listings import (
    ansible,
    clixml,
    crash_reports,
    exchange_servers,
    filever,
    json_rows,
    lines,
    msinfo,
    reg_export,
    tables,
    unanswered,
    update_lists,
    web_and_mail,
)
from hotfix_check.inventory.listings.console import console_rows
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.rows import kind_of_rows
from hotfix_check.inventory.listings.wrapping import dedented, document_within, without_prompts, without_wrapping
from hotfix_check.inventory.listings.xml import begins_with
from hotfix_check.inventory.open_file import OpenFile

_SAVED = re.compile(rb'(?:\xef\xbb\xbf)?\s{0,8}(?:\[\s{0,8})?\{\s{0,8}"schema"\s{0,8}:\s{0,8}"hotfix-check/')
_NARROW_END = re.compile(rb"\n\0([\t\r\n\x20-\x7e]{8,100000}\n)\Z")
Reads = Callable[[str, str], Iterable[Said]]
Step = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of listing. ``reads`` takes its text and what it is called in errors."""

    recognises: Callable[[str], object]
    reads: Reads


def _document(recognises: Callable[[str], object], reads: Reads) -> Form:
    """A form that is JSON or XML as a whole: what stands before and behind that is no part of it."""
    return Form(recognises, lambda text, where: reads(document_within(text) or text, where))


def _without_prompts(recognises: Callable[[str], object], reads: Reads) -> Form:
    """A form that nothing stands beside but the commands that were typed."""
    return Form(lambda head: recognises(without_prompts(head)), lambda text, where: reads(without_prompts(text), where))


DOCUMENTS = (
    _document(lambda head: begins_with(head, "Objs"), clixml.clixml),
    _document(msinfo.is_msinfo, msinfo.msinfo),
    _document(json_rows.is_json_listing, json_rows.json_listing),
)
"""What may also lie in a text, as a document of its own."""

WHOLE = (
    *DOCUMENTS,
    Form(ansible.is_ansible, ansible.ansible),
    Form(reg_export.is_reg_export, reg_export.reg_export),
    Form(filever.is_filever, filever.filever),
    Form(tables.header_of, tables.table),
    _without_prompts(update_lists.is_kb_list, update_lists.kb_list),
)
"""A text is of the first of these that recognises it, and of no other."""

PASTED = (
    Form(lambda head: kind_of_rows(console_rows(head)), lambda text, where: unanswered.with_unanswered(text)),
    Form(web_and_mail.is_headers, web_and_mail.headers),
    Form(crash_reports.is_crash_report, crash_reports.crash_report),
    Form(update_lists.NUMBERED.search, update_lists.systeminfo),
    Form(update_lists.HEALTH_REPORT.search, update_lists.health_report),
)
"""What people paste one below the other: a text is of all of these that recognise it."""


ALONE = (Form(lines.is_lines, lines.lines), _without_prompts(exchange_servers.is_alone, exchange_servers.alone))
"""What is read where nothing else is: paths with a version, a build that stands alone."""


def is_listing(file: OpenFile) -> bool:
    """Whether a file begins as a known listing does; what the tool itself saved is none, and not looked through."""
    if _SAVED.match(file.head):
        return False
    head = text_head(file)
    return head is not None and bool(recognised(head)[0])


def recognised(head: str) -> tuple[tuple[Form, ...], Step]:
    """The forms of a text that begins like this, and what takes away from all of it what was around the beginning.

    Without a form it is no listing.
    """
    unwrapped = without_wrapping(head)
    text = unwrapped(head)
    if forms := _forms_of(text):
        return forms, unwrapped
    return _forms_of(dedented(text)), lambda text: dedented(unwrapped(text))


def _forms_of(head: str) -> tuple[Form, ...]:
    for form in WHOLE:
        if form.recognises(head):
            return (form,)
    within = document_within(head)
    for form in DOCUMENTS:
        if within is not None and form.recognises(within):
            return (form,)
    if head.lstrip().startswith(("{", "[{")):
        return () if "hotfix-check/" in head else tuple(form for form in PASTED[1:2] if form.recognises(head))
    return tuple(form for form in PASTED if form.recognises(head)) or tuple(
        form for form in ALONE if form.recognises(head)
    )


def other_text(file: OpenFile) -> str | None:
    """How a file begins that is text, which no program is; None for what is none, or has nothing in it."""
    head = text_head(file)
    is_text = head and head.strip() and all(one.isprintable() or one in "\t\r\n\f" for one in head[:4096])
    return head if is_text else None


def decoded(data: bytes) -> str:
    """The text of a listing: UTF-16 where it looks so, else UTF-8; bytes that are neither are those of Windows-1252.

    Lines of bytes that were appended to UTF-16 (>> of cmd below > of PowerShell), or the other way round, are read too.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    at = 0 if marked else data.rfind(b"\n", 0, max(data.find(b"\0"), 0)) + 1
    if at and _order_of_wide(data[at:]) == "utf-16-le":
        return decoded(data[:at]) + decoded(data[at:])
    if (marked or _order_of_wide(data) is not None) and (narrow := _NARROW_END.search(data)) is not None:
        return decoded(data[: narrow.start(1)]) + decoded(narrow[1])
    if marked:
        text = data.decode("utf-16", "replace")
    elif (order := _order_of_wide(data)) is not None:  # sigcheck in a pipe: no byte order mark
        text = data.decode(order, "replace")
    else:
        text = data.decode("utf-8-sig", _OTHER_BYTES)
    return text.replace("\r\r\n", "\n")  # as wmic ends its lines in a pipe


def _order_of_wide(data: bytes) -> str | None:
    """Whether text is UTF-16 without a mark: every character of ASCII has a byte that is 0, on the same side."""
    first, second = data[:2048:2], data[1:2048:2]
    for order, zeros, others in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if len(data) >= 4 and zeros.count(0) * 2 > len(zeros) and 0 not in others:
            return order
    return None


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "backslashreplace"), error.end


_OTHER_BYTES = "hotfix_check.windows_1252"
codecs.register_error(_OTHER_BYTES, _as_windows_1252)


def text_head(file: OpenFile) -> str | None:
    """How a file begins, as text; None when it is none."""
    if file.head.startswith((b"MZ", b"PK\x03\x04", b"\x1f\x8b")):
        return None
    text = decoded(file.head)
    return None if "\0" in text[:4096] else text
