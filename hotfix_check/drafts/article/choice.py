"""Which tables belong to a fix: what the sentence over a table says goes before words that stand further away.

A table that sentence calls old, wrong, shipped or affected, or whose columns compare releases, is none of the fix's; of
an old and a new one the new one counts. Every table that is not taken has a reason.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cached_property

from hotfix_check.drafts.article import wording
from hotfix_check.drafts.article.columns import Column
from hotfix_check.drafts.article.headings import Headings
from hotfix_check.drafts.article.prose import sentences
from hotfix_check.drafts.article.raw_table import RawRow, RawTable
from hotfix_check.drafts.article.text import Line
from hotfix_check.drafts.article.values import is_missing
from hotfix_check.frozen import dataclass, replace

_REACH = 16
"""Lines above a table in which fix wording counts."""
_SENTENCES = 6
"""Sentences above a table among which the one that announces it is looked for."""
_LABEL = 5
"""Words of a label at most: "Information store:"."""
_LONG_LABEL = 16
_OTHER_SECTIONS = ("symptoms", "cause", "workaround", "status", "references")
"""Sections whose files are none of the fix's, unless a sentence over them says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTable:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Above:
    """What stands above a table, in its own section."""

    lines: tuple[str, ...]
    lead: str
    """The last sentence, and the one before it where that is only a label."""
    said: str
    """The last sentence that tells what the files under it are, or nothing."""
    section: str | None

    @property
    def close(self) -> str:
        return " ".join(self.lines[-4:])

    @property
    def flat(self) -> str:
        return " ".join(" ".join(self.lines).split())


def place_tables(
    lines: Sequence[Line], tables: Sequence[RawTable], title: str | None, *, is_list: bool = False
) -> list[PlacedTable]:
    """Judge each table by its surroundings; ``is_list``: the whole input is a file list of one update."""
    article = _Article(lines, title)
    headings = Headings(lines)
    placed: list[PlacedTable] = []
    floor = 0
    counted = False
    for raw in tables:
        table = without_old_columns(raw)
        above = _above(lines, table.first, floor, headings)
        reason = None if is_list and table.rows else _reason_against(lines, table, above, article, floor)
        why, weak = ("file list", False) if is_list and table.rows else (reason or "", False)
        if reason is None and not is_list:
            why, weak = _reason_for(table, above, article, counted=counted)
        placed.append(
            PlacedTable(
                table=table,
                is_fix=reason is None and why != _NOTHING,
                reason=why,
                component=headings.component(table.first),
                is_package=_is_package(table, above),
                product_said=match[1] if (match := wording.FIX_FOR.search(above.said)) else None,
                heading=table.heading or headings.label(table.first, floor) or headings.heading(table.first),
                doubt="no sentence says that its table is the fix's" if weak else None,
            )
        )
        counted = counted or placed[-1].is_fix
        floor = table.last + 1
    return _with_packages(_without_least_versions(placed))


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
    above = tuple(reversed(taken))
    paragraphs = [" ".join(part.split("\n")) for part in "\n".join(above).split("\n\n") if part.strip()]
    sentences_above = [sentence for paragraph in paragraphs[-3:] for sentence in sentences(paragraph)]
    return _Above(
        lines=tuple(text for text in above if text),
        lead=_lead(sentences_above),
        said=_announcement(sentences_above),
        section=headings.section(first),
    )


def _lead(said: Sequence[str]) -> str:
    """The last sentence; with the one before it, where it is a label of a few words."""
    return " ".join(said[-2:]) if said and _is_label(said[-1]) else (said[-1] if said else "")


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
    if words <= _LABEL or wording.COMPONENT.match(sentence):
        return True
    return words <= _LONG_LABEL and bool(wording.LABEL.fullmatch(sentence))


def _reason_against(lines: Sequence[Line], table: RawTable, above: _Above, article: _Article, floor: int) -> str | None:
    """Why a table is none of a fix's, whatever stands further away; None where nothing speaks against it."""
    if not table.rows:
        return "none of its rows could be read"
    if _is_hash_table(table):
        return "hashes of files"
    if any(wording.LISTING_LINE.search(line.text) for line in lines[max(floor, table.first - 4) : table.last + 4]):
        return "a directory listing"
    if compares_releases(table, above.lead):
        return "it compares releases"
    if other := wording.other_files(f"{above.lead} {table.heading or ''}".strip()):
        return other
    if above.lines and (other := wording.other_label(above.lines[-1])):
        return other
    if above.said and (other := _said_of_others(table, above)):
        return other
    strong = wording.STRONG_FIX.search(above.flat)
    if article.titled_other and not (strong and article.about_fix):
        return "a list by the title of the article"
    if not strong and wording.OTHER_LIST.search(above.close) and not wording.FIX.search(above.close):
        return "another kind of list"
    return None


def _said_of_others(table: RawTable, above: _Above) -> str | None:
    """Why the sentence that announces a table says that it is none of the fix's; None where it leaves that open."""
    if other := wording.other_files(above.said):
        return other
    if wording.announces_fix(above.said):
        return None
    if wording.OFFERED.search(above.said) and all(_may_be_package(row) for row in table.rows):
        return None
    carried = wording.CARRIED.search(above.said)
    if carried and above.section not in _OTHER_SECTIONS and wording.FIX.search(above.close):
        return None
    return None if wording.DOWNLOAD_LIST.search(above.said) else "the sentence over it says nothing of a fix"


_NOTHING = "no fix wording above it"


def _reason_for(table: RawTable, above: _Above, article: _Article, *, counted: bool) -> tuple[str, bool]:
    """Why a table that nothing speaks against is the fix's, and whether that is weak; ``_NOTHING`` where it is not."""
    if wording.STRONG_FIX.search(above.flat) or (above.said and wording.announces_fix(above.said)):
        return "fix wording", False
    worded = bool(wording.FIX.search(above.close))
    far = bool(wording.FIX.search(above.flat) or wording.FIX.search("\n".join(above.lines)))
    if not any({"version", "date", "datetime"} & row.values.keys() for row in table.rows):
        if worded or (article.titled_fix and far):
            return "fix wording", False
        return _NOTHING, False
    if wording.DOWNLOAD_LIST.search(above.close) and not worded and not _about_fix(article, counted):
        return _NOTHING, False
    if counted:
        return "after another table of the fix", False
    if worded or (far and above.section not in ("symptoms", "cause")):
        return "fix wording", False
    if _about_fix(article, counted) and (table.columns is not None or wording.DOWNLOAD_LIST.search(above.close)):
        return "the article is about a fix", True
    if above.section in ("resolution", "hotfix information", "file information") and _is_whole(table):
        return "under the heading of the resolution", True
    return _NOTHING, False


def _about_fix(article: _Article, counted: bool) -> bool:
    return counted or article.titled_fix or article.about_fix


def _is_whole(table: RawTable) -> bool:
    """A table as those of fixes are: a header, and a date or a version beside each name."""
    concepts = {column.concept for column in table.columns or ()}
    return "name" in concepts and bool(concepts & {"date", "datetime", "version"}) and len(concepts) >= 3


def _is_hash_table(table: RawTable) -> bool:
    return any(wording.HASH.search(column.label) for column in table.columns or ()) and not any(
        {"version", "date", "datetime"} & row.values.keys() for row in table.rows
    )


def _repeated(columns: Sequence[Column], concept: str) -> list[Column]:
    found = [column for column in columns if column.concept == concept]
    return found if len(found) > 1 else []


def without_old_columns(table: RawTable) -> RawTable:
    """A table with an old and a new column of one kind, without the old one."""
    old = {
        index
        for concept in ("version", "size", "date")
        for index, column in enumerate(table.columns or ())
        if column in (several := _repeated(table.columns or (), concept))
        and wording.OLD_COLUMN.search(column.label)
        and not wording.NEW_COLUMN.search(column.label)
        and any(wording.NEW_COLUMN.search(other.label) for other in several)
    }
    if not old:
        return table
    columns = table.columns or ()
    gone = {columns[index].label for index in old}
    kept = tuple(column._replace(concept="other") if index in old else column for index, column in enumerate(columns))
    return replace(table, columns=kept, rows=tuple(_without(row, kept, gone) for row in table.rows))


def _without(row: RawRow, columns: Sequence[Column], gone: Set[str]) -> RawRow:
    values = dict(row.values)
    for concept in ("version", "size", "date"):
        labels = [column.label for column in columns if column.concept == concept]
        if labels and (text := dict(row.several).get(labels[0])) is not None:
            values[concept] = text
    return replace(row, values=values, several=tuple(pair for pair in row.several if pair[0] not in gone))


def compares_releases(table: RawTable, lead: str) -> bool:
    """Whether columns of one kind stand for releases (RTM, SP1, SP2), or give two sizes or dates of one file."""
    versions = _repeated(table.columns or (), "version")
    of_release = [column for column in versions if wording.RELEASE_COLUMN.search(column.label)]
    if of_release and len(of_release) == len(versions):
        first = any(wording.FIRST_RELEASE.search(column.label) for column in versions)
        return first or not wording.STRONG_FIX.search(lead)
    return any(
        len(_repeated(table.columns or (), concept)) > 1 and not _one_value(table, concept)
        for concept in ("size", "date")
    )


def _one_value(table: RawTable, concept: str) -> bool:
    labels = {column.label for column in _repeated(table.columns or (), concept)}
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
    if len(fixes) < 2 or not all(_may_be_package(row) for row in fixes[0].table.rows):
        return placed
    others = [row for each in fixes[1:] for row in each.table.rows]
    own = {row.values["name"].lower() for row in fixes[0].table.rows}
    named = all(wording.PACKAGE_LIKE.search(name) for name in own)
    if own & {row.values["name"].lower() for row in others} or not (
        named and any("version" in row.values for row in others)
    ):
        return placed
    return [replace(each, is_package=True) if each is fixes[0] else each for each in placed]


def _without_least_versions(placed: list[PlacedTable]) -> list[PlacedTable]:
    """A list "X version n (dated d) and later" says less than a table of the same files (KB153471)."""
    listed = {
        row.values["name"].lower()
        for each in placed
        if each.is_fix and each.table.columns is not None
        for row in each.table.rows
    }
    return [
        replace(each, is_fix=False, reason="least versions of files that a table of the article lists in full")
        if each.is_fix and each.table.or_later and {row.values["name"].lower() for row in each.table.rows} <= listed
        else each
        for each in placed
    ]
