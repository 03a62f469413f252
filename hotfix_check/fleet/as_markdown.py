"""The fleet document as Markdown for a ticket or a CI summary: figures, the worst hosts, what to install; it fits."""

from __future__ import annotations

from collections.abc import Iterator

from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet import words
from hotfix_check.fleet.document import FleetDocument
from hotfix_check.report.markdown import BASIS, MarkdownPage
from hotfix_check.report.names import counted

_HOSTS, _STEPS, _EXPOSED, _UPDATES, _LISTED, _GROUPS, _DIFFERENCES = 100, 20, 40, 40, 20, 10, 8


def markdown_text(document: FleetDocument) -> Iterator[str]:
    """GitHub-flavoured Markdown that fits a comment, whatever the fleet."""
    head = document.head
    hosts = head["summary"]["hosts"]
    page = MarkdownPage(f"Fleet hotfix report: {counted(hosts, 'host')}", below=BASIS)
    page.bullets("", words.fleet_sentences(head))
    page.table(
        "## Postures",
        ("Posture", "Installations", "Hosts"),
        [(posture, f"{copies:,}", f"{on:,}") for posture, copies, on in words.posture_lines(head)],
    )
    page.table(
        "## Hosts, worst first",
        ("Host", "Outcome", "How it stands", "What to do next", "CVEs open", "Exploited", "Age"),
        [
            (
                *(host["host"], host["outcome"], "; ".join(words.host_standing(host))),
                *(" ".join(words.next_lines(host)), str(len(host["exposures"]["exposed"]))),
                *(str(len(host["exploited"])), words.host_age(host)),
            )
            for host in document.worst(_HOSTS)
        ],
    )
    page.leave_out("hosts", max(0, hosts - _HOSTS))
    updates = words.open_updates(head)
    lacked = [
        f"{own_name(one['id'])} ({one['product']}, {one['importance'] or 'not in this catalogue'}): missing on "
        f"{one['missing']}, partial on {one['partial']}, undetermined on {one['undetermined']} of {one['hosts']}"
        for one in updates[:_UPDATES]
    ]
    page.leave_out("updates", max(0, len(updates) - _UPDATES))
    for title, lines, most in (
        ("## What to install", [words.step_words(one, hosts) for one in head["next_steps"]], _STEPS),
        ("## Exposures", [words.exposure_words(one, hosts) for one in head["exposures"]], _EXPOSED),
        ("## Updates", lacked, _UPDATES),
        *((f"## {title}", lines, _LISTED) for title, lines in words.lists(document).values()),
    ):
        page.bullets(title, lines[:most])
        page.leave_out(title.lstrip("# ").lower(), max(0, len(lines) - most))
    drifting = words.drifting_groups(head)
    for group in drifting[:_GROUPS]:
        differences = list(words.drift_lines(group))
        page.bullets(f"## Differences in {group['group']}", differences[:_DIFFERENCES])
        page.leave_out("differences within groups", max(0, len(differences) - _DIFFERENCES))
    page.leave_out("groups that differ", max(0, len(drifting) - _GROUPS))
    page.basis(words.fleet_basis(head))
    yield page.text("The JSON, CSV and XLSX reports have all of it.")
