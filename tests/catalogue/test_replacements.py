"""No update is replaced, step by step, by one that brings an older build of a file that both have on that line."""

from __future__ import annotations

import pytest
from assess.random_servers import LEVELS, Fix, fixes, load
from hypothesis import given
from targets import WORKED

from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Package, required_rows
from hotfix_check.version import FileVersion


def builds(package: Package) -> dict[tuple[str, str | None], FileVersion]:
    return {(row.name.lower(), row.platform): row.version for row in required_rows(package) if row.version}


@pytest.mark.slow
def test_what_replaces_an_update_has_none_of_its_files_older() -> None:
    relations = Supersedence(WORKED)
    pairs, older = 0, []
    for update in WORKED.updates:
        for package in update.packages:
            own = builds(package)
            for key in relations.superseded_by(update, package):
                for newer in relations.updates[key].packages:
                    if relations.updates[key].product != update.product or newer.line != package.line:
                        continue
                    pairs += 1
                    theirs = builds(newer)
                    older += [(update.id, key, name) for name in own if theirs.get(name, own[name]) < own[name]]
    assert older == []
    assert pairs > 5000


@given(fixes(12))
def test_what_replaces_an_update_is_what_the_rule_says_step_by_step(known: tuple[Fix, ...]) -> None:
    """Held against the rule as it is written: by each level after it, by the catalogue's word, by the file tables."""
    relations = Supersedence(load(known))

    def covers(newer: Fix, older: Fix) -> bool:
        pairs = [(dict(newer.builds).get(name), build) for name, build in older.builds]
        whole = all(theirs is not None and theirs >= own for theirs, own in pairs)
        return newer.line == older.line and whole and any(theirs != own for theirs, own in pairs)

    def at_once(name: str) -> set[str]:
        later = LEVELS[LEVELS.index(name) + 1 :] if name in LEVELS else ()
        fix = next((one for one in known if f"KB{one.kb}" == name), None)
        if fix is None:
            return set(later)
        by_fixes = {f"KB{one.kb}" for one in known if fix.kb in one.replaces or covers(one, fix)}
        return {*LEVELS[fix.line + 1 : fix.line + 2], *by_fixes}

    for update in relations.updates.values():
        name = update.id.rpartition("/")[2]
        found, waiting = set[str](), [name]
        while waiting:
            new = at_once(waiting.pop()) - found - {name}
            found |= new
            waiting += new
        package = update.packages[0] if update.packages else None
        assert {one.rpartition("/")[2] for one in relations.superseded_by(update, package)} == found
