"""Inventories as values: what a target holds, without a disk."""

from __future__ import annotations

from pathlib import Path

from hotfix_check.assess import Assessment, Assessor, Finding, Question
from hotfix_check.catalogue import Catalogue, Product, default_folder, load_catalogue
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetKind, UnreadableFile
from hotfix_check.judging.reading import asked_by
from hotfix_check.version import FileVersion

HERE = Path(__file__).parent
WORKED: Catalogue = load_catalogue([default_folder()])
ASSESSOR = Assessor(WORKED)
"""It is made ready once; that what it judged before changes no answer is held by assess/test_invariants.py."""
ASKED = replace(asked_by(WORKED.outline(), hashes=True), wanted=frozenset(), plain=frozenset())
"""What the catalogue asks of a registry and of stubs; the names of evidence are each test's own."""


def installed(path: str, version: str | None, **facts: object) -> InstalledFile:
    """A file of Microsoft's for i386, unless told otherwise."""
    given = {"size": 1000, "machine": "i386", "company_name": "Microsoft Corporation", **facts}
    return InstalledFile(path=path, version=None if version is None else FileVersion.parse(version), **given)  # type: ignore[arg-type]


def folder(*files: InstalledFile | UnreadableFile, root: str = "evidence", also: tuple[str, ...] = ()) -> Inventory:
    """A folder target with these files; ``also`` names further folders that were listed."""
    folders = {""}
    for path in (*also, *(file.path.rpartition("/")[0] for file in files)):
        parts = path.split("/")
        folders.update("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return Inventory(
        target=root,
        kind=TargetKind.FOLDER,
        root=tuple(root.split("/")),
        folders=tuple(sorted(folders)),
        files=tuple(file for file in files if isinstance(file, InstalledFile)),
        unreadable=tuple(file for file in files if isinstance(file, UnreadableFile)),
        files_seen=len(files),
        files_read=len(files),
        lone_file=False,
    )


def lone(file: InstalledFile | UnreadableFile) -> Inventory:
    """One copied file as the target."""
    return Inventory(
        target=file.path,
        kind=TargetKind.FILE,
        root=("evidence", file.path),
        folders=(),
        files=(file,) if isinstance(file, InstalledFile) else (),
        unreadable=(file,) if isinstance(file, UnreadableFile) else (),
        files_seen=1,
        files_read=1,
        lone_file=True,
    )


def judge(inventory: Inventory, catalogue: Catalogue = WORKED, **question: object) -> Assessment:
    """Assess with the worked-case catalogue."""
    assessor = ASSESSOR if catalogue is WORKED else Assessor(catalogue)
    return assessor.assess(inventory, Question(**question))  # type: ignore[arg-type]


def finding(assessment: Assessment, update_id: str) -> Finding:
    """The finding of one update; fails when there is none or more than one."""
    (found,) = [one for one in assessment.findings if one.update.id == update_id]
    return found


def builds_of(product: Product) -> dict[str, list[FileVersion]]:
    """The catalogued versions of each of a product's files."""
    found: dict[str, set[FileVersion]] = {name: set(file.versions.values()) for name, file in product.files.items()}
    for update in (one for one in WORKED.updates if one.product == product.id):
        for row in (row for package in update.packages for row in package.rows):
            if row.version is not None:
                found.setdefault(row.name.lower(), set()).add(row.version)
    return {name: sorted(versions) for name, versions in sorted(found.items()) if versions}


# What a Bin folder must hold beside the four programs to be whole, at any level.
_REST: tuple[str, ...] = (
    "Address.dll",
    "Ems_Rid.dll",
    "Isinteg.exe",
    "Madmsg.dll",
    "Mdbsz.dll",
    "Mtacheck.exe",
    "Netif.dll",
)
_REST += ("Oabgen.dll", "Perfdsa.dll", "X400om.dll")

# A service pack 4 server by its marker files, the core files that make its Bin folder whole among them.
SP4_BIN = (
    installed("Exchsrvr/Bin/Dsamain.exe", "5.5.2653.17"),
    installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2653.23"),
    installed("Exchsrvr/Bin/Mad.exe", "5.5.2653.23"),
    installed("Exchsrvr/Bin/Store.exe", "5.5.2653.23"),
    *(installed(f"Exchsrvr/Bin/{name}", "5.5.2653.23") for name in _REST),
)
SP3_BIN = (
    installed("Exchsrvr/Bin/Dsamain.exe", "5.5.2650.14"),
    installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2650.24"),
    installed("Exchsrvr/Bin/Mad.exe", "5.5.2650.24"),
    installed("Exchsrvr/Bin/Store.exe", "5.5.2650.23"),
    *(installed(f"Exchsrvr/Bin/{name}", "5.5.2650.24") for name in _REST),
)
