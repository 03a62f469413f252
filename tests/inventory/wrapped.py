"""What mails, forums, editors and sessions make of a text: each must say the same as the text itself."""

from __future__ import annotations

import html
from collections.abc import Callable

_TRANSCRIPT = """**********************
Windows PowerShell transcript start
Start time: 20240312094212
Username: CONTOSO\\admin
RunAs User: CONTOSO\\admin
Configuration Name:
Machine: MGMT1 (Microsoft Windows NT 10.0.17763.0)
Host Application: C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe
Process ID: 4711
PSVersion: 5.1.17763.5458
BuildVersion: 10.0.17763.5458
**********************
Transcript started, output file is C:\\Users\\admin\\x.txt
"""
_GERMAN = """**********************
Start der Windows PowerShell-Aufzeichnung
Startzeit: 20240312094212
Benutzername: CONTOSO\\admin
Computer: MGMT1 (Microsoft Windows NT 10.0.17763.0)
PSVersion: 5.1.17763.5458
**********************
Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist "C:\\Users\\admin\\x.txt".
"""
_END = """**********************
Windows PowerShell transcript end
End time: 20240312094312
**********************
"""
_SOURCE = {"HTML"}
"""Its source has lines that are none: nobody quotes that."""
PROSE = {"the version alone, without the command", "a number alone", "numbers alone", "its words alone"}
"""Samples that are known only by standing alone, which they do not where there is prose around them."""


def _each(text: str, before: str, after: str = "") -> str:
    return "".join(f"{before}{line}{after}\n" for line in text.splitlines())


WRAPPINGS: list[tuple[str, Callable[[str], str | bytes], set[str]]] = [
    ("CR LF", lambda text: text.replace("\r", "").replace("\n", "\r\n"), set()),
    ("UTF-8 with a mark", lambda text: "\ufeff" + text, set()),
    ("UTF-16", lambda text: ("\ufeff" + text).encode("utf-16-le"), set()),
    ("UTF-16 without a mark", lambda text: text.encode("utf-16-le"), set()),
    ("UTF-16, big end first", lambda text: ("\ufeff" + text).encode("utf-16-be"), set()),
    ("Windows-1252", lambda text: text.encode("cp1252", "replace"), {"Japanese", "Chinese"}),
    ("the colours of a terminal", lambda text: _each(text, "\x1b[32;1m", "\x1b[0m"), set()),
    ("quoted", lambda text: _each(text, "> "), _SOURCE),
    ("quoted without a blank", lambda text: _each(text, ">"), _SOURCE),
    ("quoted twice", lambda text: _each(text, "> > "), _SOURCE),
    ("a fence", lambda text: f"Hello,\n\nthis is what I get:\n\n```\n{text}\n```\n\nThanks, Bob\n", PROSE),
    ("a fence with its language", lambda text: f"```powershell\n{text}\n```\n", set()),
    ("indented as code", lambda text: f"Hi, see:\n\n{_each(text, '    ')}\nRegards\n", PROSE | {"quoted in a mail"}),
    ("escaped for HTML", lambda text: html.escape(text), {"HTML"}),
    ("a page", lambda text: f"<html><body><pre>{html.escape(text)}</pre></body></html>\n", {"HTML"}),
    ("a prompt behind it", lambda text: text.rstrip("\n") + "\n\n\nPS C:\\Users\\admin> ", set()),
    ("a prompt of cmd behind it", lambda text: text.rstrip("\n") + "\n\nC:\\Users\\admin>", set()),
    ("a command before it", lambda text: "PS C:\\Users\\admin> .\\x.ps1\n" + text, set()),
    ("prose around it", lambda text: f"Hello all,\nthis is what the first says:\n\n{text}\nThank you\n", PROSE),
    (
        "a transcript",
        lambda text: f"{_TRANSCRIPT}PS C:\\> .\\x.ps1\n{text.rstrip()}\nPS C:\\> Stop-Transcript\n{_END}",
        set(),
    ),
    ("a transcript in German", lambda text: f"{_GERMAN}PS C:\\> .\\x.ps1\n{text.rstrip()}\n{_END}", set()),
    ("blanks of a page", lambda text: text.replace("  ", "\u00a0 "), set()),
    ("blanks at the ends", lambda text: _each(text, "", "   "), set()),
    ("an empty line below each", lambda text: _each(text, "", "\n"), set()),
]
"""What is done to it, how, and the samples (by their form, or by what is special of them) that it makes unreadable."""
