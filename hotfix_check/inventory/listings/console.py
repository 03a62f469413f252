"""What a console shows, pasted or saved: tables, lists of ``Name : value``, and ``Name=value`` of wmic and osquery.

PowerShell draws a table with dashes below its headings; text stands left and numbers right, and what does not fit is
cut with three dots or goes on in the next line below its column. Format-List parts objects by an empty line and goes on
below the value. wmic draws a table without dashes and ends its lines in CR CR LF. Property names are English in
every language. Where a forum took the runs of blanks away, the cells of a row are its words.

The command that was typed is often there too, and it may name the file whose path was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hotfix_check.inventory.listings.listed import HOSTS, SYSTEM_VERSION, bare, is_host
from hotfix_check.inventory.listings.wrapping import PROMPT

NAMED = "the command names"
"""The column in which a row tells of the file that the command above it names."""
ON_HOST = "on the host"
"""The column for the host of a row that has none of its own: a prompt, a command, or a heading above names it."""

_LONGEST_LINE = 4000
_MOST_COLUMNS = 40
_DASHES = re.compile(r"[ \t]*-{2,}(?:[ \t]+-+)*[ \t]*")
_KEY = re.compile(r"[ \t]{0,40}((?:__)?[^\W\d_][\w ()./-]{0,60}?)[ \t]{0,40}:(?:[ \t]+(\S.*)|[ \t]*)", re.ASCII)
_ITEM = re.compile(r"^([ \t]{0,40})- (?=\w)")  # of a list in YAML or Markdown
_QUOTED = re.compile(r"(['\"])([^'\"]{1,4000})\1")
_EQUALS = re.compile(r"[ \t]{0,40}([A-Za-z]\w{0,60})(?:=| = )(.*)", re.ASCII)
_RUNS = re.compile(r"[ \t]{2,}|\t")
_DRIVE = re.compile(r"[ \t]*[A-Za-z]:\\")
_FOLDER = re.compile(r"(?:[A-Za-z]:|\\)\\[^:*?\"<>|\t]{0,1000}")
_HEADING = re.compile(r"[ \t]{0,8}((?:[A-Za-z]:|\\)\\[^:*?\"<>|\t]{1,1000}):[ \t]*")
_WORDS = re.compile(r"[A-Z]\w{0,40}(?: {2,}[A-Z]\w{0,40}){0,40} *", re.ASCII)
_OF_WMIC = frozenset({"Node", "Name", "Version", "Caption", "CSName", "HotFixID"})
_ALONE = ("HotFixID", "Version")  # what wmic is asked for alone; it has no dashes by which a table is known
_NUMBERS = re.compile(r"\s{0,8}[0-9]{1,5}(?:\.[0-9]{1,5}){3}\s{0,8}", re.ASCII)
_COMMAND = re.compile(r"\b(?:get-command|gcm|get-item|gi|get-childitem|gci|dir|ls|wmic)\b", re.ASCII | re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(FileVersionRaw|ProductVersionRaw|FileVersion|ProductVersion|AdminDisplayVersion|Version)\b", re.IGNORECASE
)
_PROGRAM = re.compile(r"([\w$-]{1,60})\.(exe|dll)\b", re.ASCII | re.IGNORECASE)
HOST_NAME = r"([A-Za-z0-9][\w.-]{0,254})"
"""What a console calls a host, as a group of a pattern."""
# What psexec, Ansible and a .nessus file put above what they say of a host.
_HOST_LINE = re.compile(
    r"[ \t]{0,40}(?:\\\\([\w.-]{1,255}):|([\w.-]{1,255}) \| (?:CHANGED|SUCCESS|FAILED|UNREACHABLE)\b.*"
    r"|<ReportHost name=\"([\w.:-]{1,255})\".*)",
    re.ASCII,
)
_ON = re.compile(r"(?:/node:|-(?:ComputerName|Cn)[ \t:]\s*)[\"']?([\w.-]{1,255})(?![\w.\"'-]*\s*,)", re.IGNORECASE)
_GET_COMMAND = re.compile(r"\b(?:get-command|gcm)\b", re.ASCII | re.IGNORECASE)
_BARE = re.compile(r"(?:get-command|gcm)\s+[\"']?(exsetup)\b(?!\.)", re.ASCII | re.IGNORECASE)
Row = dict[str, object]


def console_rows(text: str) -> Iterator[Row]:
    """The rows of every table, list and ``Name=value`` in a text, by column name in lower case."""
    lines = [line[:_LONGEST_LINE].rstrip() for line in text.splitlines()]
    lines.append("")
    reading = _Reading(lines)
    while reading.at < len(lines):
        yield from reading.step()
    yield from reading.ended()


class _Reading:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self._named: str | None = None
        self._host: str | None = None
        self._folder: str | None = None
        self._asked: str | None = None
        self._indent = 0
        self._row: Row = {}
        self._key: str | None = None
        self._equals = False
        self._bars: list[str] = []
        self._width = max(map(len, lines), default=0)

    def step(self) -> Iterator[Row]:
        """The rows that end with the next line, or with the table that begins there."""
        line = self.lines[self.at]
        starts = _starts(self.lines, self.at)
        if starts is not None:
            yield from self.ended()
            yield from self._table(starts, 2 if _DASHES.fullmatch(self.lines[self.at + 1]) else 1)
            return
        self.at += 1
        yield from self._list_line(line)

    def _list_line(self, line: str) -> Iterator[Row]:
        line = _ITEM.sub(r"\1  ", line)
        pair = _KEY.fullmatch(line) if ":" in line else None
        equals = _EQUALS.fullmatch(line) if pair is None and "=" in line else None
        heading = _HEADING.fullmatch(line) if pair is None and line.endswith(":") else None
        host = _HOST_LINE.fullmatch(line)
        indent = _indent(line)
        if host is not None:
            yield from self.ended()
            self._host, self._folder, self._named = next(filter(None, host.groups())), None, None
        elif equals is not None:
            if not self._equals:
                yield from self.ended()
            yield from self._add(equals[1], equals[2])
            self._equals = True
        elif heading is not None:
            yield from self.ended()
            self._row["path"] = heading[1]
        elif self._key is not None and indent >= self._indent + 8 and not _is_inner(pair, line):
            self._go_on(line)
        elif pair is not None:
            if self._equals:
                yield from self.ended()
            yield from self._add(pair[1], pair[2] or "")
            self._indent = indent
        elif line.startswith("|"):
            yield from self.ended()
            yield from self._piped(line)
        elif self._named is not None and _NUMBERS.fullmatch(line):
            yield from self.ended()
            yield self._with_name({self._asked or "fileversion": line.strip()})
        elif line.strip():
            yield from self.ended()
            self._command(line)
        elif not self._equals:  # wmic may have an empty line behind each value
            yield from self.ended()

    def _add(self, name: str, value: str) -> Iterator[Row]:
        key = name.strip().lower()
        if key in self._row or len(self._row) > 500:
            yield from self.ended()
        quoted = _QUOTED.fullmatch(value.strip())
        self._row[key] = value.strip() if quoted is None else quoted[2]
        self._key = key

    def _go_on(self, line: str) -> None:
        """A value that did not fit: cut in the middle of a word where the line above it is full."""
        key, more = self._key or "", line.strip()
        known = str(self._row[key])
        if len(known) > _LONGEST_LINE:
            return
        full = len(self.lines[self.at - 2]) >= self._width - 1
        self._row[key] = known + ("\n" if _KEY.fullmatch(more) else "" if full else " ") + more

    def ended(self) -> Iterator[Row]:
        """The row that was read so far, if there is one."""
        row, self._row, self._key, self._equals = self._row, {}, None, False
        if len(row) == 1 and self._indent >= 3 and self._is_heading(*next(iter(row.items()))):
            return
        if len(row) > 1 or (row and "path" not in row):
            yield self._with_name(row)

    def _is_heading(self, name: str, value: object) -> bool:
        """Whether a pair alone heads a group, as Format-Table and Get-ChildItem do: of a host, or of a folder."""
        text = str(value)
        if bare(name) in HOSTS and text and is_host(text):
            self._host, self._folder = text, None
        elif _FOLDER.fullmatch(text) is not None:
            self._folder = text
        else:
            return False
        return True

    def _with_name(self, row: Row) -> Row:
        if tuple(row) == SYSTEM_VERSION and self._asked is not None:  # what it is of, only the command tells
            row = {self._asked: row if self._asked == "admindisplayversion" else ".".join(map(str, row.values()))}
        typed = {NAMED: self._named, ON_HOST: self._host, "directory": self._folder}
        return {**{key: name for key, name in typed.items() if name is not None}, **row}

    def _command(self, line: str) -> None:
        """What a typed command says of the rows below it; the next one that is typed speaks of its own."""
        prompt = PROMPT.match(line)
        if prompt is not None:
            on = _ON.search(line)
            self._named, self._host = None, prompt["host"] if prompt["remote"] else on[1] if on else None
            self._asked = self._folder = None
        properties = _PROPERTY.findall(line)
        if properties and (prompt is not None or _COMMAND.search(line)):
            self._asked = properties[-1].lower()
            if self._asked == "productversionraw" or (self._asked == "version" and _GET_COMMAND.search(line)):
                self._asked = "productversion"  # that of a command is its product's
        if _COMMAND.search(line) is None:
            return
        names = {f"{match[1]}.{match[2]}".lower(): f"{match[1]}.{match[2]}" for match in _PROGRAM.finditer(line)}
        bare = _BARE.search(line)
        if not names and bare is not None:
            names = {"exsetup.exe": "ExSetup.exe"}
        self._named = next(iter(names.values())) if len(names) == 1 else None

    def _piped(self, line: str) -> Iterator[Row]:
        """A row between bars, as osquery and Markdown draw them; the first is the header."""
        bars = line.replace("||", "|") if line.startswith("||") else line  # Jira doubles those of a header
        cells = [cell.strip(" \t`*") for cell in bars.strip().strip("|").split("|")]
        above = self.lines[self.at - 2] if self.at > 1 else ""
        if not above.startswith(("|", "+")) or (above.startswith("+") and not self._bars):
            self._bars = [cell.lower() for cell in cells]
        elif not set(line) <= set("|+-=: "):
            yield dict(zip(self._bars, cells, strict=False))

    def _table(self, starts: list[tuple[int, int]], below: int) -> Iterator[Row]:
        columns = _headings(starts, self.lines[self.at], self.lines[self.at - 1] if self.at else "")
        self.at += below
        doubled = below == 1 and not self.lines[self.at].strip()
        last: Row | None = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if PROMPT.match(line) or _HOST_LINE.fullmatch(line):
                break
            if not line.strip():
                if not doubled or not _goes_on(self.lines, self.at, starts):
                    break
            else:
                cells = _cells(line, starts)
                if cells is None or not any(cells):
                    break
                if last is not None and not cells[0] and below == 2:
                    for column, cell in zip(columns, cells, strict=False):
                        last[column] = f"{last[column]}{cell}" if cell else last[column]
                else:
                    if last is not None:
                        yield self._with_name(last)
                    last = dict(zip(columns, cells, strict=False))
            self.at += 1
        if last is not None:
            yield self._with_name(last)


def _is_inner(pair: re.Match[str] | None, line: str) -> bool:
    """Whether an indented line is a pair of its own: in a list that is indented as a whole."""
    return pair is not None and (line.startswith("\t") or " : " in line)


def _indent(line: str) -> int:
    """How far a line is indented, a tab being eight blanks."""
    if not line.startswith((" ", "\t")):
        return 0
    wide = line[:200].expandtabs()
    return len(wide) - len(wide.lstrip())


def _headings(starts: list[tuple[int, int]], line: str, above: str) -> list[str]:
    """The columns' names in lower case; one that did not fit began in the line above."""
    names = [line[start:end].strip() for start, end in _spans(starts)]
    if not all(names) or (len(names) > 1 and _fits(above, starts)):
        names = [above[start:end].strip() + name for (start, end), name in zip(_spans(starts), names, strict=True)]
    return [name.lower() for name in names]


def _fits(above: str, starts: list[tuple[int, int]]) -> bool:
    """Whether a line above a header has words that fill its columns, and none elsewhere."""
    words = [match.span() for match in re.finditer(r"\S+", above)]
    return bool(words) and set(starts).issuperset(words)


def _starts(lines: Sequence[str], at: int) -> list[tuple[int, int]] | None:
    """Where the columns of a table begin and end that has its header here; None when it has not."""
    line, last = lines[at], len(lines) - 1
    below = lines[at + 1] if at < last else ""
    above = lines[at - 1] if at else ""
    if below.lstrip()[:2] == "--" and _DASHES.fullmatch(below) and not line.startswith(("|", "+")):
        starts = [match.span() for match in re.finditer(r"-+", below)]
        words = line.split()
        if not words or len(starts) > _MOST_COLUMNS or (len(starts) == 1 and len(words) > 1) or ": " in line:
            return None
        return starts if all(_headings(starts, line, above)) else None
    after = lines[at + 2] if at + 1 < last else ""
    if line in _ALONE or (
        "  " in line and _WORDS.fullmatch(line) and _OF_WMIC & set(line.split()) and not _DASHES.fullmatch(after)
    ):
        return [match.span() for match in re.finditer(r"\w+", line)]
    return None


def _spans(starts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (start if at else 0, starts[at + 1][0] if at + 1 < len(starts) else _LONGEST_LINE)
        for at, (start, _) in enumerate(starts)
    ]


def _cells(line: str, starts: list[tuple[int, int]]) -> list[str] | None:
    """The cells of a row; None when it has none at these columns."""
    edges = [0]
    for (_, end), (start, _) in pairwise(starts):
        if len(line) <= end:
            edges.append(len(line))
        elif line[start - 1] == " " if start - 1 < len(line) else True:
            edges.append(min(start, len(line)))
        elif " " in line[end:start]:
            edges.append(line.rindex(" ", end, start) + 1)
        else:
            return _parted(line, len(starts))
    edges.append(len(line))
    return [line[begin:end].strip() for begin, end in pairwise(edges)]


def _parted(line: str, count: int) -> list[str] | None:
    """The cells of a row that does not stand below its headings: what runs of blanks part, else words beside a path."""
    cells = _RUNS.split(line.strip())
    if len(cells) != count:
        cells = line.rsplit(None, count - 1) if _DRIVE.match(line) else line.split(None, count - 1)
    return cells if len(cells) == count else None


def _goes_on(lines: Sequence[str], at: int, starts: list[tuple[int, int]]) -> bool:
    """Whether a table of wmic goes on behind an empty line, as it does where each line end was made two."""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    cells = _cells(after, starts) if after.strip() else None
    return cells is not None and all(cells) and _starts(lines, at + 1) is None
