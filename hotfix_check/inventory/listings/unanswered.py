"""Hosts that a console's text names and that gave no answer: a machine that was off is not one that is in order.

Ansible and psexec write a line a host; PowerShell writes an error that names the one it could not reach, or on which
the command failed. A scanner's report names machines that nobody takes for servers: its hosts are not among these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.listings.console import HOST_NAME, console_rows
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.rows import facts_of

_ASKED = re.compile(
    rf"^[ \t]{{0,8}}(?:\\\\{HOST_NAME}:[ \t]*$"  # psexec
    rf"|{HOST_NAME} \| (?:CHANGED|SUCCESS|FAILED|UNREACHABLE)\b"  # Ansible
    rf"|\+ CategoryInfo[ \t]{{1,20}}: OpenError: \({HOST_NAME}:String\) \[\], PSRemotingTransportException"
    rf"|\+ PSComputerName[ \t]{{1,20}}: {HOST_NAME}[ \t]*$"
    rf"|(?:OpenError: )?\[{HOST_NAME}\] [^\n]{{1,200}}?(?<![\w.-])\5(?![\w-]))",  # in any language
    re.ASCII | re.MULTILINE,
)


def with_unanswered(text: str) -> Iterator[Said]:
    """What the rows of a console say, and behind that each host that was asked and of which they say nothing."""
    answered: set[str] = set()
    for said in facts_of(console_rows(text)):
        if said.host is not None:
            answered |= _called(said.host)
        yield said
    for match in _ASKED.finditer(text):
        host = next(filter(None, match.groups()))
        if answered.isdisjoint(_called(host)):
            answered |= _called(host)
            yield Said(None, "a console", host)


def _called(host: str) -> set[str]:
    """A host by its name as written, and by the name without its domain; an address has none."""
    whole = host.casefold()
    return {whole} if whole.replace(".", "").isdigit() else {whole, whole.partition(".")[0]}
