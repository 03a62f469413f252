"""The sentences of a fleet report, the same in every format that is read by people."""

from __future__ import annotations

from collections.abc import Iterator

from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet.document import Document
from hotfix_check.report.names import counted, names_of

_NAMES = 8


def fleet_sentences(head: Document) -> list[str]:
    """The answer in a few sentences, the weightiest first; every count has its denominator."""
    summary = head["summary"]
    hosts = summary["hosts"]
    if not hosts:
        sentences = ["No host was judged. That is no pass."]
    else:
        failing = summary["findings"]
        lack = "does" if failing == 1 or hosts == 1 else "do"
        sentences = [f"{failing} of {counted(hosts, 'host', 'hosts')} {lack} not have what is needed."]
        for key, words in (
            ("incomplete", "could not be judged to the end"),
            ("nothing-recognised", "had nothing that was recognised"),
            ("clean", "had nothing to report"),
        ):
            if summary[key]:
                sentences.append(f"{summary[key]} of {hosts} {words}.")
    if summary["absent"]:
        sentences.append(f"{counted(summary['absent'], 'expected host is', 'expected hosts are')} not there.")
    if summary["damaged"]:
        sentences.append(f"{counted(summary['damaged'], 'saved file', 'saved files')} could not be read.")
    if summary["older"]:
        sentences.append(
            f"{counted(summary['older'], 'saved file', 'saved files')} gave way to a newer one of the same host."
        )
    if len(head["catalogues"]) > 1:
        sentences.append(f"The hosts were judged with {len(head['catalogues'])} different catalogues.")
    differ = sum(bool(group["levels"] or group["updates"]) for group in head["groups"])
    if head["groups"]:
        sentences.append(f"In {differ} of {counted(len(head['groups']), 'group', 'groups')} the members are not alike.")
    return sentences


def drift_lines(group: Document) -> Iterator[str]:
    """What differs within a group, a line each."""
    for label, sides in (
        ("level", [(side["products"], side) for side in group["levels"]]),
        *(
            (names_of([update["id"]])[0], [(side["verdict"], side) for side in update["verdicts"]])
            for update in group["updates"]
        ),
    ):
        if sides:
            yield f"{label}: " + "; ".join(f"{value} on {side_words(side)}" for value, side in sides)


def side_words(side: Document) -> str:
    """The hosts of one side of a difference, the first by name."""
    names = side["names"][:_NAMES]
    more = side["hosts"] - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def absent_words(one: Document) -> str:
    """An expected host that is not there."""
    group = f" ({one['group']})" if one["group"] else ""
    return f"{one['host']}{group}" + (f": only {one['damaged']}, which could not be read" if one["damaged"] else "")


def damaged_words(one: Document) -> str:
    """A file that could not be judged."""
    return f"{one['source']}: {one['reason']}"


def advisory_name(advisory_id: str) -> str:
    """The own part of its id; of a product's end of support the whole, which names the product."""
    return advisory_id if advisory_id.endswith("/support") else own_name(advisory_id)


def advisory_words(one: Document) -> str:
    """An advisory and on how many hosts it holds."""
    text = one["text"] or "it is not in this catalogue"
    return f"{advisory_name(one['id'])} on {counted(one['hosts'], 'host', 'hosts')}: {text}"


def needs(host: Document) -> list[str]:
    """What makes a host fail, by name."""
    return [*names_of(host["failing"]), *(f"advisory {advisory_name(one)}" for one in host["advisories"])]


def older_words(one: Document) -> str:
    """A file of a host of which a newer one counts."""
    return f"{one['host']}: {one['source']} of {one['at'] or 'an unknown time'}; {one['counted']} counts"


def catalogue_words(one: Document) -> str:
    """A catalogue and how many hosts it judged."""
    return (
        f"{one['version']} (SHA-256 {(one['sha256'] or 'not recorded')[:12]}): {counted(one['hosts'], 'host', 'hosts')}"
    )


def host_age(host: Document) -> str:
    """How old a host's evidence is; in a report without a day of its own, of which day."""
    days = host["age_days"]
    if days is None:
        return f"of {host['at'][:10]}" if host["at"] else "unknown"
    return f"{days} d"
