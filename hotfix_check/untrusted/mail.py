"""The text of a saved mail, and of a page that a browser saved as one (MHTML), whose parts are encoded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_ENCODED = re.compile(
    r"^Content-Transfer-Encoding:[ \t]{0,9}(?:quoted-printable|base64)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_PAGE = re.compile(r"^Content-Type:[ \t]{0,9}text/html\b", re.IGNORECASE | re.MULTILINE)
_MAIL_HEADER = re.compile(r"\s{0,9}[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")


def is_encoded_mail(text: str) -> bool:
    """Whether a text begins with a mail's headers, and a part of it is encoded."""
    return _MAIL_HEADER.match(text) is not None and _ENCODED.search(text) is not None


def mail_text(text: str) -> str:
    """Headers, which name servers too, and text of a mail: of parts that say the same in two ways the plain one.

    The mail as it is where it is nested too deep to be one.
    """
    start = text.lstrip()
    parts = _texts_of(start)
    if parts is None:
        return text
    plain = [part for part in parts if part.get_content_subtype() != "html"] or parts
    return "\n\n".join([start.partition("\n\n")[0], *map(_decoded, plain)])


def saved_page(text: str) -> str | None:
    """The page that a browser saved as a mail with its pictures (MHTML); None for any other text."""
    if _MAIL_HEADER.match(text) is None or _PAGE.search(text) is None:
        return None
    pages = [part for part in _texts_of(text.lstrip()) or () if part.get_content_subtype() == "html"]
    return _decoded(pages[0]) if pages else None


def _texts_of(mail: str) -> list[Message] | None:
    """The parts of a mail that are text; None where it is nested too deep to be one."""
    import email  # which takes longer than all of a scan's reading, and few texts are mails

    try:
        return [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
    except RecursionError:
        return None


def _decoded(part: Message) -> str:
    payload = part.get_payload()
    if not _ENCODED.match(f"Content-Transfer-Encoding: {part.get('Content-Transfer-Encoding', '')}"):
        return payload if isinstance(payload, str) else ""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8")).replace("\r\n", "\n")
    except (LookupError, ValueError):
        return data.decode("cp1252", "replace").replace("\r\n", "\n")
