"""Which tables belong to a fix, and what their headings say.

A table counts when fix wording stands above it ("should have the following file attributes", "time stamp", "updated
files"), or when an earlier table of the article counted; listings of disks, samples and downloads do not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from hotfix_check.drafts.article.raw_table import RawTable
from hotfix_check.drafts.article.text import Line
from hotfix_check.drafts.article.values import is_missing

_REACH = 16
"""Lines above a table in which fix wording counts."""

_FIX_WORDING = re.compile(
    r"""file\s+attributes|attributes\s+\(?or\s+later|listed\s+attributes
      | (?:time|date)[\s-]?stamps? | \bdated\b
      | (?:should|must|will|has|have|had|with)\s+the\s+following\s+(?:file\s+)?(?:dates?|versions?|attributes|time
        |sizes?|information|properties|or\s+later)
      | following\s+(?:file\s+)?(?:versions?|attributes)
      | (?:hot-?fix|fix|patch|update|upgrade|correction|rollup|version\s+of\s+this)\w{0,3}\b[^.:]{0,120}
        \b(?:contain|includ|consist|install|replac|updat|provid|compris|affect|follow)\w{0,5}\b[^.]{0,80}\b(?:files?|dlls?|modules?|versions?|drivers?|components?)
      | updated\s+(?:[\w.]{1,30}\s+){0,3}(?:files?|versions?|dlls?|drivers?|modules?|components?)\b
      | (?:files?|dlls?|drivers?|modules?|components?)\s+(?:that\s+)?(?:(?:have|has)\s+been|is|are|was|were|will\s+be
        |must\s+be|should\s+be|need\s+to\s+be)\s+
        (?:also\s+)?(?:updated|replaced|modified|changed|affected|upgraded|corrected|fixed|installed\s+by)
      | (?:corrected|newer|new|later|latest|fixed|replacement|modified|revised)\s+(?:versions?|files?|dlls?
        |drivers?)\s+(?:of|is|are|has|have|should|with)?
      | files?\s+(?:listed|names?)?\s*.{0,30}\bor\s+later
      | \bor\s+later\s*[.:]?\s*$
      | ^\s*file\s+information
      | ^\s*component\s*:
      | \bpost[- ]sp\d | \bpost[- ]service\s+pack | \bhot-?fix(?:es)?\b
      | (?:obtain|apply|install|use)\s+the\s+(?:following|updated)\s+(?:fix|file|patch|update|version|hotfix)s?
      | (?:a|the|supported|this)\s+(?:fix|patch|hot-?fix)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_STRONG_FIX_WORDING = re.compile(
    r"file\s+attributes|(?:time|date)[\s-]?stamp|attributes\s+\(?or\s+later|listed\s+attributes"
    r"|files?\s+(?:have|has)\s+been\s+(?:updated|replaced|changed)|updated\s+files",
    re.IGNORECASE,
)
_OTHER_LIST = re.compile(
    r"""directory\s+of\b | \bverify\s+that\b | \bsamples?\b | (?<!extract\ the\ )contents\s+of
      | (?:disk|disc|cd-rom)\s*\#?\s*\d
      | ships?\s+with | shipped\s+with | original\s+(?:files|versions?)
      | driver\s+library | make\s+sure\s+(?:that\s+)?(?:you\s+have\s+)?the\s+following | file\s+sizes?\s+(?:and|of)
      | \btypical\s+(?:install|files) | required\s+disk\s+space | by\s+default\s+(?:the\s+)?following\s+files
      | directory\s+listing
      | correct\s+(?:files?|versions?|dates?) | \bcompare\b | list\s+of\s+\S+\s+versions | \bdisk\s+space\b
      | \bmemory\b.{0,30}requirements?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DOWNLOAD_LIST = re.compile(
    r"\bcontained\s+in\b|files\s+are\s+(?:available|contained|included)|available\s+for\s+download"
    r"|self-extracting|online\s+services"
    r"|contains\s+the\s+following\s+files|expands|should\s+(?:receive|see|get)\s+the\s+following\s+files",
    re.IGNORECASE,
)
_PACKAGE_WORDING = re.compile(r"self-extracting|\bdownload|\bpackage\b", re.IGNORECASE)
_PACKAGE_NAME = re.compile(r"\.(?:exe|zip|msi|msp|cab)$", re.IGNORECASE)
_FIX_TITLE = re.compile(
    r"\b(?:updates?|updated|fix(?:es|ed)?|patch(?:es)?|hot-?fix(?:es)?|upgrade|correct(?:s|ed|ion)?|QFE"
    r"|MS\d\d-\d{3})\b",
    re.IGNORECASE,
)
_OTHER_TITLE = re.compile(
    r"(?:disks?|disc|cd|cd-rom|diskette|floppy|package|setup)\s+contents?|contents?\s+of|file\s+lists?\b|list\s+of\s+files"
    r"|file\s+(?:names|sizes|descriptions|locations)|directory\s+listing|disk\s+(?:directory|listing)|disk\s+\d+"
    r"|(?:memory|disk)\s+requirements|^sample|\bsample:|driver\s+(?:library|versions)",
    re.IGNORECASE,
)
_OTHER_TITLE_UNLESS_FIX = re.compile(
    r"files\s+installed|how\s+to\s+obtain|where\s+to\s+(?:find|obtain)|^file:|^info:", re.IGNORECASE
)
_FIX_ARTICLE = re.compile(
    r"supported\s+(?:\w+\s+)?(?:fix|hotfix|patch|update)|\bhot-?fix|obtain\s+the\s+(?:following\s+)?fix"
    r"|service\s+pack\s+that\s+contains\s+this"
    r"|^keywords.{0,400}\bkb(?:fix|qfe|hotfix)|contact\s+microsoft\s+(?:product\s+support"
    r"|technical\s+support).{0,80}obtain|this\s+fix\b|this\s+patch\b"
    r"|fixed\s+in\s+an\s+updated|upgrade\s+the\s+\S+\s+file|\bcumulative\s+update\b|\bsecurity\s+update\b"
    r"|\bupdate\s+rollup\b",
    re.IGNORECASE | re.MULTILINE,
)
_LISTING_LINE = re.compile(r"<DIR>|\d+ (?:file\(s\)|files?) +[\d,]+(?: +bytes)?|bytes free|Directory of", re.IGNORECASE)
_HASH = re.compile(r"\bhash|\bsha ?-?\d|\bmd5\b|\bchecksum|\bcrc", re.IGNORECASE)
_COMPONENT = re.compile(r"^\s*component(?:\(s\)|s)?\s*:\s*(.{1,120})$", re.IGNORECASE)
_LABEL = re.compile(r"^\s*((?:for\s+)?\S.{1,90}?)\s*:$", re.IGNORECASE)
_FOR = re.compile(
    r"(?:time\s?stamps?|attributes|versions?|files)\s+(?:\(or\s+later\)\s+)?for\s+([^:]{3,70}):$", re.IGNORECASE
)
_PRODUCT_LABEL = re.compile(
    r"(?:For )?(?:Microsoft )?(?:Windows|Exchange|Outlook|SNA|SQL|Visual|Systems|Internet)\b.{0,60}:"
)
_IN_SENTENCE = re.compile(
    r"\b(?:should|must|have|has|is|are|will|can|this|these|following)\b|\b(?:later|files|attributes|follows)$",
    re.IGNORECASE,
)
_PLAIN_SECTIONS = re.compile(
    r"symptoms?|cause|resolution|work-?around|status|more information|summary|references|applies to|properties"
    r"|introduction|additional"
    r"|file information|hotfix information|prerequisites|restart requirements?|(?:hotfix"
    r"|update) replacement information|download(?:ing)? information"
    r"|installation information|registry information|how to obtain|update information|files?"
    r"|technical information|service pack information"
    r"|the english version|removal information|patch information|cumulative rollup information|file attributes"
    r"|notes?|important|warning|caution",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTable:
    """A table with what stands around it."""

    table: RawTable
    is_fix: bool
    reason: str
    component: str | None
    heading: str | None
    is_package: bool
    """Whether the files are the download itself, by the sentence above them."""


def place_tables(
    lines: Sequence[Line], tables: Sequence[RawTable], title: str | None, *, is_list: bool = False
) -> list[PlacedTable]:
    """Judge each table by its surroundings; ``is_list``: the whole input is a file list of one update."""
    whole = "\n".join(line.text for line in lines if line.kind in ("text", "heading") and len(line.text) < 4000)
    fix_article = bool(_FIX_ARTICLE.search(whole[:200_000]))
    fix_title = bool(title and _FIX_TITLE.search(title))
    other_title = bool(
        title and (_OTHER_TITLE.search(title) or (not fix_title and _OTHER_TITLE_UNLESS_FIX.search(title)))
    )
    placed: list[PlacedTable] = []
    floor = 0
    counted = False
    section = SectionHeadings(lines)
    for table in tables:
        above = _above(lines, table.first, floor)
        listing = any(_LISTING_LINE.search(line.text) for line in lines[max(floor, table.first - 4) : table.last + 4])
        is_fix, reason = (
            (True, "file list")
            if is_list
            else _judge(
                table,
                above,
                listing=listing,
                fix_article=fix_article,
                fix_title=fix_title,
                other_title=other_title,
                counted=counted,
            )
        )
        placed.append(
            PlacedTable(
                table=table,
                is_fix=is_fix,
                reason=reason,
                component=section.component(table.first),
                is_package=_is_package(table, above),
                heading=table.heading or section.label(table.first, floor) or section.heading(table.first),
            )
        )
        counted = counted or is_fix
        floor = table.last + 1
    listed = {
        row.values["name"].lower()
        for each in placed
        if each.is_fix and each.table.columns is not None
        for row in each.table.rows
    }
    return [_unless_listed(each, listed) for each in placed]


def _unless_listed(placed: PlacedTable, listed: Set[str]) -> PlacedTable:
    """A list "X version n (dated d) and later" says less than a table of the same files (KB153471)."""
    if not placed.is_fix or not placed.table.or_later:
        return placed
    if not {row.values["name"].lower() for row in placed.table.rows} <= listed:
        return placed
    return replace(placed, is_fix=False, reason="least versions of files that a table of the article lists in full")


def _above(lines: Sequence[Line], first: int, floor: int) -> str:
    taken: list[str] = []
    for at in range(first - 1, floor - 1, -1):
        line = lines[at]
        if line.kind in ("text", "heading"):
            taken.append(line.text[-1500:].strip())
            if len(taken) == _REACH:
                break
    return "\n".join(reversed(taken))


def _judge(
    table: RawTable, above: str, *, listing: bool, fix_article: bool, fix_title: bool, other_title: bool, counted: bool
) -> tuple[bool, str]:
    if _is_hash_table(table):
        return False, "hashes of files"
    if listing:
        return False, "a directory listing"
    flat = " ".join(above.split())
    close = " ".join(above.split("\n")[-4:])
    if _STRONG_FIX_WORDING.search(flat) and not (other_title and not fix_article):
        return True, "fix wording"
    if other_title:
        return False, "a list by the title of the article"
    worded = bool(_FIX_WORDING.search(close))
    if _OTHER_LIST.search(close) and not worded:
        return False, "another kind of list"
    if not any({"version", "date", "datetime"} & row.values.keys() for row in table.rows):
        if worded or (fix_title and _FIX_WORDING.search(flat)):
            return True, "fix wording"
        return False, "sizes or names only, without fix wording"
    about_fix = counted or fix_article or fix_title
    if _DOWNLOAD_LIST.search(close) and not worded and not about_fix:
        return False, "a list of downloads"
    if counted:
        return True, "after another table of the fix"
    if worded or _FIX_WORDING.search(flat) or _FIX_WORDING.search(above):
        return True, "fix wording"
    if about_fix and (table.columns is not None or _DOWNLOAD_LIST.search(close)):
        return True, "the article is about a fix"
    return False, "no fix wording above it"


def _is_hash_table(table: RawTable) -> bool:
    return any(_HASH.search(column.label) for column in table.columns or ()) and not any(
        {"version", "date", "datetime"} & row.values.keys() for row in table.rows
    )


def _is_package(table: RawTable, above: str) -> bool:
    close = " ".join(above.split("\n")[-3:])
    return bool(_PACKAGE_WORDING.search(close)) and all(
        _PACKAGE_NAME.search(row.values["name"]) and is_missing(row.values.get("version", "")) for row in table.rows
    )


class SectionHeadings:
    """The headings above a place in the article: underlined ones, ``X:`` lines, ``Component: X``."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._headings: list[tuple[int, str | None]] = []
        self._components: list[tuple[int, str | None]] = []
        for at, line in enumerate(lines):
            if line.kind == "heading":
                self._add_heading(at, line.text.strip())
            elif line.kind == "rule" and at and lines[at - 1].kind == "text" and self._is_underline(at):
                self._add_heading(at - 1, lines[at - 1].text.strip())
            elif line.kind == "text" and (match := _COMPONENT.match(line.text)):
                self._components.append((at, match[1].strip().rstrip(":.").strip()))
            elif line.kind == "text" and line.text.endswith(":") and self._stands_alone(at):
                self._add_heading(at, line.text.strip())

    def _is_underline(self, at: int) -> bool:
        above, rule = self._lines[at - 1].text.rstrip(), self._lines[at].text.rstrip()
        if len(above) > 110 or set(rule.strip()) - set("-=~_"):
            return False
        return abs(len(above) - len(rule)) <= 3 and above[:1] not in ("", " ")

    def _stands_alone(self, at: int) -> bool:
        """A product with a colon between blank lines, such as "Exchange Server Version 5.0:"."""
        text = self._lines[at].text
        around = (self._lines[at - 1] if at else None, self._lines[at + 1] if at + 1 < len(self._lines) else None)
        return (
            bool(_PRODUCT_LABEL.fullmatch(text))
            and not _IN_SENTENCE.search(text.rstrip(":"))
            and all(line is None or line.kind in ("blank", "rule") for line in around)
        )

    def _add_heading(self, at: int, text: str) -> None:
        if not text or len(text) > 120:
            return
        if match := _COMPONENT.match(text):
            self._components.append((at, match[1].strip().rstrip(":.").strip()))
            return
        bare = text.rstrip(":").strip()
        if not _PLAIN_SECTIONS.fullmatch(bare):
            self._headings.append((at, bare))
        elif bare.isupper():
            self._headings.append((at, None))
        self._components.append((at, None))

    def component(self, at: int) -> str | None:
        """The nearest component line since the last heading."""
        return _last_above(self._components, at)

    def heading(self, at: int) -> str | None:
        """The nearest heading that is not a standard section name."""
        return _last_above(self._headings, at)

    def label(self, at: int, floor: int) -> str | None:
        """An ``X:`` line, or the end of a sentence (``time stamp for X:``), directly above."""
        seen = 0
        for place in range(at - 1, floor - 1, -1):
            line = self._lines[place]
            if line.kind != "text":
                continue
            seen += 1
            stripped = line.text.strip()
            text = stripped.removeprefix("- ")
            longest = 8 if text == stripped else 16
            if _COMPONENT.match(text):
                continue
            if sentence := _FOR.search(text):
                return sentence[1].strip()
            match = _LABEL.match(text)
            starts_line = place == 0 or self._lines[place - 1].kind != "text"
            if match and starts_line and len(match[1].split()) <= longest:
                bare = match[1].strip()
                if not _PLAIN_SECTIONS.match(bare) and not _IN_SENTENCE.search(bare):
                    return re.sub(r"^for\s+", "", bare, flags=re.IGNORECASE)
            if seen >= 3:
                return None
        return None


def _last_above(placed: Sequence[tuple[int, str | None]], at: int) -> str | None:
    """The text of the last entry above a line; an article may have as many headings as tables."""
    index = bisect_left(placed, at, key=lambda entry: entry[0])
    return placed[index - 1][1] if index else None
