"""The commands that make what can be read, and which of them a text that could not be read comes closest to."""

from __future__ import annotations

COMMANDS = (
    ("PowerShell", "Get-Command ExSetup.exe | % FileVersionInfo | Format-List",
     "exsetup|version|.exe|.dll|powershell|fileversion|filename"),
    ("Get-ExchangeServer", "Get-ExchangeServer | Format-List Name,AdminDisplayVersion",
     "exchange|build|edition|mailbox|role|server"),
    ("wmic", "wmic datafile where name='C:\\\\...\\\\ExSetup.exe' get Name,Version /format:list",
     "wmic|node|name|version|path"),
    ("Get-HotFix", "Get-HotFix | Format-Table", "kb|hotfix|update|installed|patch"),
    ("headers of Outlook on the web", "curl -kI https://SERVER/owa/", "http|owa|header|cookie|iis"),
    ("a registry export", "reg export HKLM\\SOFTWARE\\Microsoft\\Updates updates.reg", "hkey|registry|reg_"),
    ("sigcheck", "sigcheck -a -c FOLDER", "verified|publisher|signed|sigcheck"),
    ("filever", "filever /v /s FOLDER", "w32i|shp|dir |<dir>|filever"),
    ("osquery", "osqueryi --json \"select * from file where path like '...'\"", "osquery|select|columns"),
    ("exiftool", "exiftool -json -n -r FOLDER", "exif|sourcefile|exiftool"),
)  # fmt: skip
"""What each form is called, the command that makes one, and words, parted by bars, by which a text resembles it."""


def closest(head: str) -> str:
    """The three forms that a text resembles most, each with its command."""
    low = head.lower()
    ranked = sorted(COMMANDS, key=lambda one: -sum(word in low for word in one[2].split("|")))
    return "; ".join(f"{name}: {command}" for name, command, _ in ranked[:3])
