"""The sentences of a fleet report, the same in every format that is read by people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet.document import SILENT, FleetDocument, JsonObject
from hotfix_check.fleet.postures import POSTURES
from hotfix_check.report.document import ConfigurationDocument
from hotfix_check.report.names import capital, counted, holding, names_of, some
from hotfix_check.report.posture import span_words
from hotfix_check.report.wording import configuration_text

_NAMES = 8
_COLLECT = "'hotfix-check inventory' collects a server into a file that is a host here."


def fleet_sentences(head: JsonObject) -> list[str]:
    """The answer in a few sentences, the weightiest first; every count has its denominator."""
    summary = head["summary"]
    hosts = summary["hosts"]
    if not hosts:
        sentences = ["No host was judged. That is not a pass.", *([] if summary["damaged"] else [_COLLECT])]
    else:
        sentences = [_lacking(summary["findings"], hosts)]
        for key, words in (
            ("incomplete", "could not be judged completely"),
            ("nothing-recognised", "had nothing recognised"),
            ("clean", "had nothing to report"),
        ):
            if summary[key]:
                sentences.append(f"{summary[key]} of {hosts} {words}.")
    held = {one["posture"]: one["installations"] for one in head["postures"]}
    for posture in ("known-exploited", "half-installed", "out-of-support"):
        if held[posture]:
            of_all = f"{held[posture]:,} of {counted(summary['installations'], 'installation')}"
            sentences.append(f"{of_all} {'is' if held[posture] == 1 else 'are'} {POSTURES[posture][0]}.")
    if summary["silent"]:
        said = counted(summary["silent"], "host has", "hosts have")
        sentences.append(f"{said} sent nothing for a year or longer; the evidence is that old.")
    if summary["absent"]:
        sentences.append(f"{counted(summary['absent'], 'expected host is', 'expected hosts are')} missing.")
    if summary["damaged"]:
        sentences.append(f"{counted(summary['damaged'], 'saved file', 'saved files')} could not be read.")
    if summary["older"]:
        older = counted(summary["older"], "saved file was", "saved files were")
        sentences.append(f"{older} replaced by a newer one of the same host.")
    if len(head["catalogues"]) > 1:
        sentences.append(f"The hosts were judged with {len(head['catalogues'])} different catalogues.")
    if head["groups"]:
        differ = len(drifting_groups(head))
        sentences.append(f"The members differ in {differ} of {counted(len(head['groups']), 'group')}.")
    return sentences


def _lacking(failing: int, hosts: int) -> str:
    if hosts == 1:
        return f"The only host {'lacks something needed' if failing else 'is not known to lack anything needed'}."
    if not failing:
        return f"None of {hosts} hosts is known to lack anything needed."
    return f"{failing} of {hosts} hosts {'lacks' if failing == 1 else 'lack'} something needed."


def posture_lines(head: JsonObject) -> Iterator[tuple[str, int, int]]:
    """What installations are, with how many of them, and on how many hosts; what none is is left out."""
    for one in head["postures"]:
        if one["installations"]:
            words = POSTURES[one["posture"]][0]
            yield capital(words), one["installations"], one["hosts"]


def installation_words(one: JsonObject, *, several: bool) -> str:
    """An installation of a host in a line: what it is, where there are several its root, how far behind it is."""
    where = f" in {one['root']}" if several and one["root"] not in (None, ".") else ""
    build = f", build {one['build']}" if one["build"] else ""
    behind = one["behind"]
    clauses = [f"{one['name']}{build}{where}"]
    if behind["updates"]:
        months = f" and {counted(behind['months'], 'month')}" if behind["months"] else ""
        clauses.append(f"{counted(behind['updates'], 'update')}{months} behind")
    clauses += [POSTURES[posture][0] for posture in ("half-installed", "out-of-support") if posture in one["postures"]]
    if not one["counts"]:
        clauses.append("a shadow copy, which does not count")
    return "; ".join(clauses)


def host_standing(host: JsonObject) -> list[str]:
    """The installations of a host, a line each."""
    several = len(host["installations"]) > 1
    return [installation_words(one, several=several) for one in host["installations"]]


def next_lines(host: JsonObject) -> list[str]:
    """What to do first on each installation of a host; where there is no step, why."""
    counting = [one for one in host["installations"] if one["counts"]]
    lines = []
    for one in counting:
        if one["next_steps"]:
            where = f" ({one['root']})" if len(counting) > 1 and one["root"] not in (None, ".") else ""
            left = len(one["next_steps"]) - 1
            more = f" Then {counted(left, 'more step')}." if left else ""
            lines.append(f"{one['next_steps'][0]['words']}{more}{where}")
    if lines:
        return lines
    if host["outcome"] == "nothing-recognised":
        return ["Nothing was recognised: collect it again, with the folders of the product."]
    if lacks := needs(host):
        return [f"No update to install settles {some(lacks, _NAMES)}."]
    if host["outcome"] == "incomplete":
        return [
            f"Supply what settles {counted(host['summary']['undetermined'], 'update')}: scan --ask names the files."
        ]
    return []


def exposure_words(one: JsonObject, hosts: int) -> str:
    """CVE-2024-21410 is open on 14 of 60 hosts, needs configuration on 20, is undetermined on 8."""
    counts = (
        ("is open", one["exposed"]),
        ("needs configuration", one["needs-configuration"]),
        ("is undetermined", one["unknown"]),
    )
    first, *others = [f"{state} on {count:,}" for state, count in counts if count] or ["is open on 0"]
    beside = "".join(f", {words}" for words in others)
    exploited = f", known to be exploited since {one['known_exploited']}" if one["known_exploited"] else ""
    return f"{one['cve']} {first} of {counted(hosts, 'host')}{beside}{exploited}"


def step_words(one: JsonObject, hosts: int) -> str:
    """What a next step is, and on how many hosts it is one."""
    title = f": {one['title'].rstrip('.')}" if one["title"] else ""
    return f"{own_name(one['id'])} on {one['hosts']:,} of {counted(hosts, 'host')}{title} ({one['product']})"


def silent_words(one: JsonObject) -> str:
    """A host that said nothing for long."""
    group = f" ({one['group']})" if one["group"] else ""
    span = "" if one["age_days"] is None else f" for {span_words(one['age_days'])},"
    return f"{one['host']}{group}: nothing{span} since {one['at'][:10]}"


def open_updates(head: JsonObject) -> list[JsonObject]:
    """The updates that some host lacks or that could not be determined on one."""
    return [one for one in head["updates"] if one["missing"] + one["partial"] + one["undetermined"]]


def drifting_groups(head: JsonObject) -> list[JsonObject]:
    """The groups whose members differ."""
    return [group for group in head["groups"] if group["levels"] or group["updates"]]


def drift_lines(group: JsonObject) -> Iterator[str]:
    """What differs within a group, a line each."""
    for label, sides in (
        ("level", [(side["products"], side) for side in group["levels"]]),
        *(
            (own_name(update["id"]), [(side["verdict"], side) for side in update["verdicts"]])
            for update in group["updates"]
        ),
    ):
        if sides:
            yield f"{label}: " + "; ".join(f"{value} on {side_words(side)}" for value, side in sides)


def side_words(side: JsonObject) -> str:
    """The hosts of one side of a difference, the first by name."""
    names = side["names"][:_NAMES]
    more = side["hosts"] - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def absent_words(one: JsonObject) -> str:
    """An expected host that is not there."""
    group = f" ({one['group']})" if one["group"] else ""
    return f"{one['host']}{group}" + (f": only {one['damaged']}, which could not be read" if one["damaged"] else "")


def advisory_name(advisory_id: str) -> str:
    """The own part of its id; of a product's end of support the whole, which names the product."""
    return advisory_id if advisory_id.endswith("/support") else own_name(advisory_id)


def advisory_words(one: JsonObject) -> str:
    """An advisory and on how many hosts it holds."""
    text = one["text"] or "it is not in this catalogue"
    return f"{advisory_name(one['id'])} on {counted(one['hosts'], 'host')}: {text}"


def needs(host: JsonObject) -> list[str]:
    """What makes a host fail, by name."""
    return [*names_of(host["failing"]), *(f"advisory {advisory_name(one)}" for one in host["advisories"])]


def older_words(one: JsonObject) -> str:
    """A file of a host of which a newer one counts."""
    return f"{one['host']}: {one['source']} of {one['at'] or 'an unknown time'}; {one['counted']} counts"


def catalogue_words(one: JsonObject) -> str:
    """A catalogue and how many hosts it judged."""
    return f"{one['version']} (SHA-256 {(one['sha256'] or 'not recorded')[:12]}): {counted(one['hosts'], 'host')}"


def host_age(host: JsonObject) -> str:
    """How old a host's evidence is; in a report without a day of its own, of which day."""
    days = host["age_days"]
    if days is None:
        return f"of {host['at'][:10]}" if host["at"] else "unknown"
    return f"{days} d" if days < SILENT else span_words(days)


def fleet_basis(head: JsonObject) -> list[tuple[str, str]]:
    """What the report rests on, as (label, words)."""
    run, catalogue, policy, scope = (head[key] for key in ("run", "catalogue", "policy", "scope"))

    def file(name: str) -> str:
        return f"{policy[name]['file']}, SHA-256 {policy[name]['sha256']}" if policy[name] else "none given"

    kbs = "all updates" if scope["kbs"] is None else ", ".join(f"KB{kb}" for kb in scope["kbs"])
    return [
        ("Tool", f"{head['tool']['name']} {head['tool']['version']}"),
        ("Catalogue", f"{catalogue['version']}: {holding(catalogue['updates'], catalogue['products'])}"),
        ("Catalogue SHA-256", catalogue["sha256"] or "not recorded"),
        ("Finished", run["finished"] or "not recorded"),
        ("Host and user", f"{run['host'] or 'not recorded'}, {run['user'] or 'not recorded'}"),
        ("Arguments", "not recorded" if run["arguments"] is None else " ".join(run["arguments"])),
        ("Judged as of", run["as_of"] or "not recorded"),
        ("Scope", f"{', '.join(scope['products'] or ['all products'])}; {kbs}"),
        (
            "Configuration",
            configuration_text(ConfigurationDocument(**policy["configuration"])) if policy["configuration"] else "none",
        ),
        ("Baseline", file("baseline")),
        ("Waivers", file("waivers")),
        ("Expected hosts", file("expect")),
    ]


def lists(document: FleetDocument, silent: int = -1) -> dict[str, tuple[str, Sequence[str]]]:
    """What is told line by line, each list with its title; so many of the ``silent`` hosts."""
    head = document.head
    return {
        "silent": ("Silent for a year or longer", [*map(silent_words, document.silent(silent))]),
        "advisories": ("Advisories", [*map(advisory_words, head["advisories"])]),
        "absent": ("Expected but missing", [*map(absent_words, head["absent"])]),
        "unexpected": ("Not expected", head["unexpected"]),
        "damaged": ("Could not be judged", [f"{one['source']}: {one['reason']}" for one in head["damaged"]]),
        "older": ("Older files, not counted", [*map(older_words, head["older"])]),
        "catalogues": ("Catalogues", [*map(catalogue_words, head["catalogues"])]),
        "notes": ("Notes", head["notes"]),
    }
