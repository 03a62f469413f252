"""Who publishes a document: a name, and an address that is theirs."""

from __future__ import annotations

import re

from hotfix_check.errors import UsageError
from hotfix_check.frozen import dataclass
from hotfix_check.untrusted.shown import is_hidden, shown

_LONGEST = 500  # characters
# The scheme, a host, and what RFC 3986 lets stand behind it.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?([/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher as CSAF names one: ``namespace`` is a URL under the publisher's control."""

    name: str
    namespace: str


def parse_publisher(text: str) -> Publisher:
    """NAME=URI, such as ``Example Corp=https://example.com``. Raises UsageError."""
    name, _, namespace = (part.strip() for part in text.partition("="))
    if not name or not namespace or len(text) > _LONGEST or any(map(is_hidden, name)):
        raise UsageError(f"--publisher: {shown(text)}: NAME=URI expected, such as 'Example Corp=https://example.com'")
    if not _ADDRESS.fullmatch(namespace):
        raise UsageError(f"--publisher: {shown(namespace)} is not a web address such as https://example.com")
    return Publisher(name, namespace)
