"""No update is replaced, step by step, by one that brings an older build of a file that both have on that line."""

from __future__ import annotations

import pytest
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
