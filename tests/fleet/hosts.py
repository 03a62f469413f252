"""Saved inventories and results of made-up hosts, and sources that take their process down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from targets import WORKED, folder, installed

from benchmarks.fleet_hosts import question
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.fleet.document import FleetDocument, fleet_document
from hotfix_check.fleet.row import HostProduct, HostRow
from hotfix_check.fleet.spool import Spool
from hotfix_check.fleet.standing import HostInstallation, HostStep
from hotfix_check.inventory.files import Collected
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.judging import judge
from hotfix_check.judging.catalogues import open_catalogue
from hotfix_check.report.document import RunDocument
from hotfix_check.report.posture import Standing

APRIL_2022, MAY_2022 = "15.1.2507.6", "15.1.2507.9"
NEWEST = str(WORKED.outline().newest_builds["exchange-2016"])
AT = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
QUESTION = question(WORKED)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's own catalogue is the one that the tests have, wherever this is imported."""
    real = open_catalogue

    def opened(paths: Sequence[Path], targets: Sequence[Path] = ()) -> Catalogue | CatalogueIndex:
        return real(paths, targets) if paths else WORKED

    monkeypatch.setattr(judge, "open_catalogue", opened)


def inventory(host: str | None, version: str | None = APRIL_2022, *, at: datetime | None = AT, extra: int = 0) -> bytes:
    """An Exchange 2016 server by its ExSetup.exe; without a version there is nothing of Exchange on it."""
    bin_folder = "Exchange Server/V15/Bin"
    files = [installed(f"{bin_folder}/other{number:03}.dll", "15.1.1.1") for number in range(extra)]
    files.append(installed(f"{bin_folder}/{'ExSetup.exe' if version else 'notes.exe'}", version or "1.0.0.0"))
    return inventory_to_json(folder(*files), Collected(host=host, at=at, by="hotfix-check 0.1.0")).encode()


def fleet(place: Path, **versions: str) -> Path:
    """A folder with an inventory for each host=version."""
    place.mkdir(exist_ok=True)
    for host, version in versions.items():
        (place / f"{host}.json").write_bytes(inventory(host, version))
    return place


def installation(**facts: object) -> HostInstallation:
    """An Exchange 2016 server that lacks an update; ``standing`` are facts of how it stands."""
    standing: dict[str, object] = {"name": "Exchange Server 2016 CU23", "build": APRIL_2022, "lacking": 1}
    standing.update(facts.pop("standing", {}))  # type: ignore[call-overload]
    made = HostInstallation(
        root="V15",
        product="exchange-2016",
        counts=True,
        standing=Standing(**standing),  # type: ignore[arg-type]
        steps=(HostStep("exchange-2016/KB5014261", "Install KB5014261: Security update of May 2022."),),
        cves={"exposed": (), "needs-configuration": (), "unknown": ()},
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def row(host: str, **facts: object) -> HostRow:
    """A row as ``judge_host`` makes it."""
    made = HostRow(
        source=f"inbox/{host}.json",
        sha256="ab" * 32,
        target=1,
        kind="inventory",
        host=host,
        named=True,
        at="2026-11-01T06:30:00Z",
        catalogue="2026-11-21",
        catalogue_sha256=WORKED.sha256,
        outcome="findings",
        products=(HostProduct("exchange-2016", "CU23", "CU23", "CU23", "markers"),),
        findings={"missing": ("exchange-2016/KB5014261",), "failing": ("exchange-2016/KB5014261",)},
        installations=(installation(),),
        advisories=(),
        waivers=(),
        reason=None,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def document(spool: Spool, **facts: object) -> FleetDocument:
    """The document of a spool that was filled."""
    given = {
        "scope": {"products": None, "kbs": None},
        "policy": {
            "configuration": None,
            "baseline": None,
            "waivers": None,
            "expect": None,
            "group_by": None,
            "fail_on": [],
        },
        "importance": {},
        "required": False,
        "expected": None,
        "grouped": False,
        "notes": (),
        **facts,
    }
    return fleet_document(spool, WORKED, RunDocument(as_of="2026-11-21"), **given)  # type: ignore[arg-type]


def lines(journal: Path) -> list[dict[str, object]]:
    """The whole lines of a journal."""
    return [json.loads(line) for line in journal.read_bytes().split(b"\n")[:-1]]
