"""The fleet document for people at a terminal: figures, then KBs, drift, hosts worst first; the rest is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet import words
from hotfix_check.fleet.document import FleetDocument, JsonObject
from hotfix_check.report.names import counted
from hotfix_check.report.text import cut, fill, listed, visible
from hotfix_check.untrusted.shown import clipped

_HOSTS, _UPDATES, _LISTED, _GROUPS = 50, 20, 10, 5
_TITLE = 20  # characters of a title that tell something
_UPDATE_COLUMNS = ("missing", "partial", "undetermined", "blocked", "waived")
_HOST_COLUMNS = ("Host", "Outcome", "Level", "Fail", "Missing", "Partial", "Undetermined", "Waived", "Age", "Catalogue")
_LEAST = 7  # columns of a host that are always told


def table_text(document: FleetDocument, *, width: int, everything: bool) -> Iterator[str]:
    """Plain text; with ``everything`` no host and no update is left out."""
    head = document.head
    yield "\n".join(fill(line, width) for line in words.fleet_sentences(head)) + "\n"
    if len(head["catalogues"]) > 1:
        catalogues = map(words.catalogue_words, head["catalogues"])
        yield _section("Judged with different catalogues", catalogues, width, everything)
    hosts = head["summary"]["hosts"]
    postures = [f"{what}: {copies:,} (on {counted(on, 'host')})" for what, copies, on in words.posture_lines(head)]
    yield _section("Installations by posture", postures, width, everything=True)
    yield _section("What to install", [words.step_words(one, hosts) for one in head["next_steps"]], width, everything)
    yield _section("Exposures", [words.exposure_words(one, hosts) for one in head["exposures"]], width, everything)
    yield from _updates(head["updates"], width, everything)
    told = words.lists(document)
    told["older"] = "Older inventories, not counted", told["older"][1]
    yield _section(*told["advisories"], width, everything)
    for group in head["groups"] if everything else head["groups"][:_GROUPS]:
        if group["levels"] or group["updates"]:
            yield _section(f"Differences in {group['group']}", words.drift_lines(group), width, everything, _GROUPS)
    not_alike = sum(bool(group["levels"] or group["updates"]) for group in head["groups"][_GROUPS:])
    if not_alike and not everything:
        yield f"\n... and {not_alike} more groups whose members differ (--all shows them)\n"
    for key in ("silent", "absent", "unexpected", "damaged", "older", "notes"):
        yield _section(*told[key], width, everything)
    yield from _hosts(document, width, everything)
    yield _worst(document, width)


def _section(label: str, lines: Iterable[str], width: int, everything: bool, most: int = _LISTED) -> str:
    entries = list(lines)
    return f"\n{listed(f'{label}:', entries, width, None if everything else most)}\n" if entries else ""


def _updates(updates: Sequence[JsonObject], width: int, everything: bool) -> Iterator[str]:
    open_ones = [one for one in updates if any(one[key] for key in _UPDATE_COLUMNS)]
    kept = open_ones if everything else open_ones[:_UPDATES]
    if not kept:
        return
    rows: list[Sequence[str]] = [
        (
            visible(own_name(one["id"])),
            visible(one["product"]),
            one["importance"] or "",
            *(str(one[key] or "") for key in _UPDATE_COLUMNS),
            visible(one["title"] or ""),
        )
        for one in kept
    ]
    labels: Sequence[str] = ("Update", "Product", "Importance", *map(str.capitalize, _UPDATE_COLUMNS), "Title")
    counting = range(3, 3 + len(_UPDATE_COLUMNS))
    told = [at for at in range(len(labels)) if at not in counting or any(row[at] for row in rows)]
    labels, rows = [labels[at] for at in told], [[row[at] for at in told] for row in rows]
    wide = _widths(labels, rows)
    room = width - sum(wide[:-1]) - 2 * len(wide[:-1])
    wide[-1] = room if room >= _TITLE else 0
    if wide[-1]:
        rows = [(*row[:-1], cut(row[-1], room)) for row in rows]
    else:
        labels, wide, rows = labels[:-1], wide[:-1], [row[:-1] for row in rows]
    yield "\n" + _lines([labels, ["-" * one for one in wide], *rows], wide)
    if len(kept) < len(open_ones):
        yield f"... and {len(open_ones) - len(kept)} more updates (--all shows them)\n"


def _worst(document: FleetDocument, width: int) -> str:
    """What to do on the worst hosts."""
    told = [(host, words.next_lines(host)) for host in document.worst(_LISTED)]
    lines = [f"{clipped(host['host'])}: {' '.join(lines)}" for host, lines in told if lines]
    return _section("Next, on the worst hosts", lines, width, everything=True)


def _hosts(document: FleetDocument, width: int, everything: bool) -> Iterator[str]:
    """A line a host; on a narrow terminal without its last columns, which other parts of the report tell as well."""
    total = document.head["summary"]["hosts"]
    if not total:
        return
    labels: Sequence[str] = _HOST_COLUMNS
    hosts = map(_host, document.worst(-1 if everything else _HOSTS))
    # The widths are those of the first rows, so that the rest can be written as it is read.
    first = [*islice(hosts, _HOSTS)]
    wide = _widths(labels, first)
    while not everything and len(labels) > _LEAST and sum(wide) + 2 * len(wide) - 2 > width:
        labels, wide = labels[:-1], wide[:-1]
    yield "\n" + _lines([labels, ["-" * one for one in wide], *first], wide)
    while rows := [*islice(hosts, _HOSTS)]:
        yield _lines(rows, wide)
    if total > _HOSTS and not everything:
        yield f"... and {total - _HOSTS} more hosts (--all shows them)\n"


def _host(host: JsonObject) -> Sequence[str]:
    counts = host["summary"]
    level = ", ".join(f"{product['id']} {product['words']}" for product in host["products"])
    return (
        visible(clipped(host["host"])),
        host["outcome"],
        visible(clipped(level or "-")),
        str(len(words.needs(host)) or ""),
        *(str(counts[key] or "") for key in ("missing", "partial", "undetermined", "waived")),
        words.host_age(host),
        visible(clipped(host["catalogue"]["version"])),
    )


def _widths(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(label), *(len(row[at]) for row in rows)) for at, label in enumerate(labels)]


def _lines(rows: Sequence[Sequence[str]], wide: Sequence[int]) -> str:
    """The rows in columns so wide; what is right of these columns is left out."""
    return "".join(
        "  ".join(text.ljust(width) for text, width in zip(row, wide, strict=False)).rstrip() + "\n" for row in rows
    )
