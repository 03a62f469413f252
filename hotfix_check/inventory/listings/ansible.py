r"""What Ansible prints of each host in JSON: what a module found of a file, or the lines that a command wrote.

    mbx1 | SUCCESS => {"win_file_version": {"path": "C:\\...\\ExSetup.exe", "file_version": "15.01.2507.061", ...}}
    ok: [mbx1] => {"setup.stdout_lines": ["FileVersion    FileName", "-----------    --------", ...]}
    fatal: [mbx2]: UNREACHABLE! => {"changed": false, "msg": "..."}

What a command wrote as text (``mbx1 | CHANGED | rc=0 >>``) is a console's.
https://docs.ansible.com/ansible/latest/collections/community/windows/win_file_version_module.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory.listings.console import HOST_NAME, console_rows
from hotfix_check.inventory.listings.json_rows import WHAT, inside
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.rows import facts_of
from hotfix_check.untrusted.json import parse_json

_ANSWER = re.compile(
    rf"^[ \t]{{0,8}}(?:{HOST_NAME} \| [A-Z]{{2,20}}!?|[a-z]{{2,20}}: \[{HOST_NAME}\][^\n{{]{{0,400}}?) => (?=\{{)",
    re.ASCII | re.MULTILINE,
)


def is_ansible(head: str) -> bool:
    """Whether a text that begins like this tells something of a host in JSON."""
    try:
        return any(said.what is not None for said in ansible(head, ""))
    except SavedInputError:
        return False


def ansible(text: str, where: str) -> Iterator[Said]:
    """What the answers say, each of its host; one that says nothing, or that breaks off, names its host all the same.

    Raises SavedInputError for an answer that is no JSON to rely on, with the host.
    """
    for host, answer in _answers(text):
        silent = True
        document = None if answer is None else parse_json(answer.encode(), f"{where}: {host}", WHAT)
        for said in _said(document):
            silent = False
            yield Said(said.what, said.source, said.host or host)
        if silent:
            yield Said(None, "Ansible", host)


def _answers(text: str) -> Iterator[tuple[str, str | None]]:
    """Each host with its answer; None for one that breaks off."""
    decoder = json.JSONDecoder()
    for match in _ANSWER.finditer(text):
        try:
            _, end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            answer = None
        else:
            answer = text[match.end() : end]
        yield next(filter(None, match.groups())), answer


def _said(document: object) -> Iterator[Said]:
    if isinstance(document, dict):
        yield from inside(document)
        for lines in _printed(document):
            yield from facts_of(console_rows(lines))


def _printed(document: dict[str, Any]) -> Iterator[str]:
    """What a command wrote: as one text, else as its lines."""
    for name, value in document.items():
        if isinstance(value, str) and "\n" in value:
            yield value
        elif isinstance(value, list) and name.removesuffix("_lines") not in document.keys() - {name}:
            yield "\n".join(line for line in value if isinstance(line, str))
        elif isinstance(value, dict):
            yield from _printed(value)
