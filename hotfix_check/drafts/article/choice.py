"""Which tables belong to a fix: what the sentence over a table says goes before words that stand further away.

A table that this sentence calls old, wrong, shipped or affected, or whose columns compare releases, is not the fix's.
Of an old and a new one the new one counts. Every table that is not taken has a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from hotfix_check.drafts.article import wording
from hotfix_check.drafts.article.columns import VALUES, Column, repeated
from hotfix_check.drafts.article.headings import Headings
from hotfix_check.drafts.article.prose import sentences
from hotfix_check.drafts.article.rows import RawRow, RawTable
from hotfix_check.drafts.article.text import Line
from hotfix_check.drafts.article.values import is_language, is_missing, is_platform
from hotfix_check.frozen import Frozen, replace

_REACH = 16
"""Lines above a table in which fix wording counts."""
_SENTENCES = 6
"""Sentences above a table among which the one that announces it is looked for."""
_LABEL = 5
"""Words of a label at most: "Information store:"."""
_LONG_LABEL = 16
_WORDED = "fix wording"
_OTHER_SECTIONS = ("symptoms", "cause", "workaround", "status", "references")
"""Sections whose files are none of the fix's, unless a sentence over them says so."""
_BY_ARTICLE, _BY_HEADING = "the article is about a fix", "under the heading of the resolution"
"""Reasons that are weak: a person should look."""


class PlacedTable(Frozen):
    """A table with what stands around it."""

    table: RawTable
    is_fix: bool
    reason: str
    component: str | None
    heading: str | None
    product_said: str | None
    """The product that the sentence over it names."""
    is_package: bool
    """Whether the files are the download itself, by the sentence above them."""
    doubt: str | None = None
    """Why a person should look whether it is the fix's."""


class _Article:
    """What the whole article says of itself."""

    def __init__(self, lines: Sequence[Line], title: str | None) -> None:
        self._lines = lines
        self.titled_fix = bool(title and wording.FIX_TITLE.search(title))
        other = title and not self.titled_fix and wording.OTHER_TITLE_UNLESS_FIX.search(title)
        self.titled_other = bool(other or (title and wording.OTHER_TITLE.search(title)))

    @cached_property
    def about_fix(self) -> bool:
        """Whether its text speaks of a fix: read through only where nothing nearer decides."""
        whole = "\n".join(
            each.text for each in self._lines if each.kind in ("text", "heading") and len(each.text) < 4000
        )
        return bool(wording.FIX_ARTICLE.search(whole[:200_000]))


class _Above(Frozen):
    """What stands above a table, in its own section."""

    lines: tuple[str, ...]
    lead: str
    """The last sentence, and the one before it where that is only a label."""
    said: str
    """The last sentence that tells what the files under it are, or nothing."""
    section: str | None

    flat: str
    """The lines as one."""
    strong: bool
    """Whether they speak of a fix's files in words that nothing else has."""

    @property
    def close(self) -> str:
        return " ".join(self.lines[-4:])


def place_tables(
    lines: Sequence[Line], tables: Sequence[RawTable], title: str | None, *, is_list: bool = False
) -> list[PlacedTable]:
    """Judge each table by its surroundings; ``is_list``: the whole input is a file list of one update."""
    article = _Article(lines, title)
    headings = Headings(lines)
    placed: list[PlacedTable] = []
    floor = beside = 0
    counted = False
    for raw in tables:
        table = without_old_columns(raw)
        if table.first < floor:  # side by side with the one before: what is above is above both
            floor = beside
        above = _above(lines, table.first, floor, headings)
        reason = "file list" if is_list and table.rows else None
        against = None if reason else _reason_against(lines, table, above, article, floor)
        if not reason and not against:
            reason = _reason_for(table, above, article, counted=counted)
        weak = reason in (_BY_ARTICLE, _BY_HEADING)
        placed.append(
            PlacedTable(
                table=table,
                is_fix=reason is not None,
                reason=reason or against or "no fix wording above it",
                component=headings.component(table.first),
                is_package=_is_package(table, above),
                product_said=match[1] if (match := wording.FIX_FOR.search(above.said)) else None,
                heading=table.heading
                or headings.label(table.first, floor)
                or _without_title(headings.heading(table.first), title),
                doubt="no sentence says that the table is that of the fix" if weak else None,
            )
        )
        counted = counted or reason is not None
        beside, floor = floor, table.last + 1
    return _with_packages(_without_twins(_without_least_versions(placed)))


def _without_title(heading: str | None, title: str | None) -> str | None:
    """The heading, unless it is the title of the article: that stands over all of its tables."""
    return None if heading and title and heading.startswith(title) else heading


def _above(lines: Sequence[Line], first: int, floor: int, headings: Headings) -> _Above:
    """The lines of text above a table, down from its section's heading or the table before it."""
    taken: list[str] = []
    for at in range(first - 1, max(floor, headings.start_of_section(first)) - 1, -1):
        line = lines[at]
        if line.kind in ("text", "heading"):
            taken.append(line.text[-1500:].strip())
            if len(taken) == _REACH:
                break
        elif line.kind == "blank" and taken and taken[-1]:
            taken.append("")
    above = taken[::-1]
    paragraphs = [" ".join(part.split("\n")) for part in "\n".join(above).split("\n\n") if part.strip()]
    sentences_above = [sentence for paragraph in paragraphs[-3:] for sentence in sentences(paragraph)]
    flat = " ".join(" ".join(above).split())
    return _Above(
        lines=tuple(text for text in above if text),
        flat=flat,
        strong=bool(wording.STRONG_FIX.search(flat)),
        lead=" ".join(sentences_above[-2:] if any(map(_is_label, sentences_above[-1:])) else sentences_above[-1:]),
        said=_announcement(sentences_above),
        section=headings.section(first),
    )


def _announcement(said: Sequence[str]) -> str:
    """The last sentence that announces files, but for labels, and for what is said of the zone of their times."""
    for sentence in reversed(said[-_SENTENCES:]):
        if wording.OF_PAGES.search(sentence):
            continue
        if wording.OF_TIMES.search(sentence) and not wording.STRONG_FIX.search(sentence):
            continue
        if not _is_label(sentence) and wording.ANNOUNCES.search(sentence):
            return sentence
    return ""


def _is_label(sentence: str) -> bool:
    sentence = sentence.removeprefix("- ")
    words = len(sentence.split())
    if sentence.endswith(("\u3002", "\uff1a")):
        return False  # a sentence in Japanese or Chinese, whose words no blanks part
    if words <= _LABEL or wording.COMPONENT.match(sentence):
        return True
    return words <= _LONG_LABEL and bool(wording.LABEL.fullmatch(sentence))


def _reason_against(lines: Sequence[Line], table: RawTable, above: _Above, article: _Article, floor: int) -> str | None:
    """Why a table is not one of a fix's, whatever stands further away; None where nothing speaks against it."""
    if not table.rows:
        return "none of its rows could be read"
    if any(wording.HASH.search(column.label) for column in table.columns or ()) and not _is_dated(table):
        return "hashes of files"
    around = "\n".join(line.text for line in lines[max(floor, table.first - 4) : table.last + 4])
    if wording.LISTING_LINE.search(around):
        return "a directory listing"
    if compares_releases(table, above.lead):
        return "it compares releases"
    if other := wording.other_files(f"{above.lead} {table.heading or ''}".strip()):
        return other
    if above.lines and wording.OTHER_LABEL.fullmatch(above.lines[-1].strip(" -:")):
        return "its heading names older files"
    if above.said and (other := _said_of_others(table, above)):
        return other
    if article.titled_other and not (above.strong and article.about_fix):
        return "a list by the title of the article"
    if not above.strong and wording.OTHER_LIST.search(above.close) and not wording.FIX.search(above.close):
        return "another kind of list"
    return None


def _said_of_others(table: RawTable, above: _Above) -> str | None:
    """Why the sentence that announces a table says that it is not one of the fix's; None where it leaves that open."""
    if other := wording.other_files(above.said):
        return other
    if wording.ANNOUNCED_FIX.search(above.said):
        return None
    if wording.OFFERED.search(above.said) and all(_may_be_package(row) for row in table.rows):
        return None
    carried = wording.CARRIED.search(above.said)
    if carried and above.section not in _OTHER_SECTIONS and wording.FIX.search(above.close):
        return None
    return None if wording.DOWNLOAD_LIST.search(above.said) else "the sentence above it says nothing about a fix"


def _reason_for(table: RawTable, above: _Above, article: _Article, *, counted: bool) -> str | None:
    """Why a table that nothing speaks against is the fix's; None where nothing says so."""
    if above.strong or wording.ANNOUNCED_FIX.search(above.said):
        return _WORDED
    worded = bool(wording.FIX.search(above.close))
    far = bool(wording.FIX.search(above.flat) or wording.FIX.search("\n".join(above.lines)))
    if not _is_dated(table):
        return _WORDED if worded or (article.titled_fix and far) else None
    download = bool(wording.DOWNLOAD_LIST.search(above.close))
    if download and not worded and not (counted or article.titled_fix or article.about_fix):
        return None
    if counted:
        return "after another table of the fix"
    if worded or (far and above.section not in ("symptoms", "cause")):
        return _WORDED
    if (table.columns is not None or download) and (article.titled_fix or article.about_fix):
        return _BY_ARTICLE
    if above.section in ("resolution", "hotfix information", "file information") and _is_whole(table):
        return _BY_HEADING
    return None


def _is_whole(table: RawTable) -> bool:
    """A table as those of fixes are: a header, and a date or a version beside each name."""
    concepts = {column.concept for column in table.columns or ()}
    return "name" in concepts and bool(concepts & {"date", "datetime", "version"}) and len(concepts) >= 3


def _is_dated(table: RawTable) -> bool:
    """Whether a row has a version or a date."""
    return any({"version", "date", "datetime"} & row.values.keys() for row in table.rows)


def without_old_columns(table: RawTable) -> RawTable:
    """A table with an old and a new column of one kind, without the old one."""
    columns = table.columns or ()
    renewed = {column.concept for column in columns if wording.NEW_COLUMN.search(column.label)} & repeated(columns)
    kept = tuple(
        column._replace(concept="other") if column.concept in renewed and wording.is_old(column.label) else column
        for column in columns
    )
    if kept == columns:
        return table
    return replace(table, columns=kept, rows=tuple(_of_columns(row, kept) for row in table.rows))


def _of_columns(row: RawRow, columns: Sequence[Column]) -> RawRow:
    """A row with the values of these columns alone, of several of a kind that of the first."""
    labels = {column.label for column in columns if column.concept != "other"}
    several = tuple((label, text) for label, text in row.several if label in labels)
    firsts = {column.concept: dict(several).get(column.label) for column in reversed(columns)}
    values = {concept: text for concept, text in firsts.items() if concept in VALUES and text is not None}
    return replace(row, values={**row.values, **values}, several=several)


def compares_releases(table: RawTable, lead: str) -> bool:
    """Whether columns of one kind stand for releases (RTM, SP1, SP2), or give two sizes or dates of one file."""
    columns = table.columns or ()
    several = repeated(columns)
    versions = [column.label for column in columns if column.concept == "version"]
    if "version" in several and all(map(wording.RELEASE_COLUMN.search, versions)):
        return any(map(wording.FIRST_RELEASE.search, versions)) or not wording.STRONG_FIX.search(lead)
    return any(not _one_value(table, concept) for concept in several & {"size", "date"})


def _one_value(table: RawTable, concept: str) -> bool:
    labels = {column.label for column in table.columns or () if column.concept == concept}
    return all(sum(label in labels and not is_missing(text) for label, text in row.several) <= 1 for row in table.rows)


def _is_package(table: RawTable, above: _Above) -> bool:
    """Whether the sentence over it offers files for download that have no version, or a heading says so."""
    offered = wording.OFFERED.search(above.lead) or (
        wording.PACKAGE.search(above.lead) and not wording.INSTALLED.search(above.lead)
    )
    if offered and all(_may_be_package(row) for row in table.rows):
        return True
    labels = [*(column.label for column in table.columns or () if column.concept == "name"), above.lead]
    return any(wording.OF_PACKAGE.search(label) for label in labels) and all(
        wording.PACKAGE_NAME.search(row.values["name"]) for row in table.rows
    )


def _may_be_package(row: RawRow) -> bool:
    return bool(wording.PACKAGE_NAME.search(row.values["name"])) and is_missing(row.values.get("version", ""))


def _with_packages(placed: list[PlacedTable]) -> list[PlacedTable]:
    """A first table of installers without a version, before the files of the fix, is the download (KB272274)."""
    fixes = [each for each in placed if each.is_fix]
    if len(fixes) < 2:
        return placed
    first, others = fixes[0].table, [each.table for each in fixes[1:]]
    is_package = (
        all(map(_may_be_package, first.rows))
        and all(map(wording.PACKAGE_LIKE.search, _names(first)))
        and not any(_names(first) & _names(other) for other in others)
        and any("version" in row.values for other in others for row in other.rows)
    )
    return [replace(each, is_package=True) if is_package and each is fixes[0] else each for each in placed]


def _without_least_versions(placed: list[PlacedTable]) -> list[PlacedTable]:
    """A list "X version n (dated d) and later" says less than a table of the same files (KB153471)."""
    listed = {name for each in placed if each.is_fix and each.table.columns for name in _names(each.table)}
    return [
        replace(each, is_fix=False, reason="minimum versions of files that another table of the article lists in full")
        if each.is_fix and each.table.or_later and _names(each.table) <= listed
        else each
        for each in placed
    ]


def _without_twins(placed: list[PlacedTable]) -> list[PlacedTable]:
    """Of two tables of the same files the one that a sentence gives to the fix, not the one that nothing does.

    One under a heading of its own product, level, processor or language is no twin.
    """
    of_fix = [_names(each.table) for each in placed if each.is_fix and each.reason == _WORDED]
    return [
        replace(each, is_fix=False, reason="a sentence calls another table of the same files the fix's")
        if each.is_fix and each.doubt and _names(each.table) in of_fix and not _tells_apart(each.heading or "")
        else each
        for each in placed
    ]


def _tells_apart(heading: str) -> bool:
    return bool(wording.PRODUCT_OR_LEVEL.search(heading)) or is_platform(heading) or is_language(heading)


def _names(table: RawTable) -> set[str]:
    return {row.values["name"].lower() for row in table.rows}
