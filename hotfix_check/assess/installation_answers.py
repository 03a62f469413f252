"""What is said of each installation of a target, and what they come to together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from hotfix_check.assess.anomaly import AnomalyCode, is_told
from hotfix_check.assess.finding import Finding, HeldAdvisory, Installation, ProductLevel, StrayCopy
from hotfix_check.assess.identity import Identities
from hotfix_check.assess.next_steps import NextSteps
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import InstalledFile, Inventory, by_path


class InstallationAnswer(Frozen):
    """One product of one set of files, with all that is said of it."""

    installation: Installation
    findings: tuple[Finding, ...]
    steps: NextSteps
    advisories: tuple[HeldAdvisory, ...]
    unread_marker: bool


def where_they_count(judged: Sequence[InstallationAnswer]) -> list[InstallationAnswer]:
    """A shadow copy counts only where its product is nowhere else."""
    live = {one.installation.product for one in judged if not one.installation.snapshot}
    return [
        replace(one, installation=replace(one.installation, counts=False))
        if one.installation.snapshot and one.installation.product in live
        else one
        for one in judged
    ]


def is_beyond(installation: Installation) -> bool:
    """Whether its build is newer than every one that the catalogue has of its line, or of its product."""
    return installation.counts and is_told(installation.level.anomalies, AnomalyCode.NEWER_THAN_CATALOGUE)


def product_levels(products: Iterable[Product], judged: Sequence[InstallationAnswer]) -> Iterator[ProductLevel]:
    """One level a product: where its installations differ, the interval that holds them all."""
    for product in products:
        of_it = [one.installation for one in judged if one.installation.product == product.id]
        levels = [one.level for one in of_it if one.counts] or [one.level for one in of_it]
        if not levels:
            continue
        yield replace(
            levels[0],
            low=min(level.low for level in levels),
            high=max(level.high for level in levels),
            votes=tuple(vote for level in levels for vote in level.votes),
            anomalies=tuple(dict.fromkeys(text for level in levels for text in level.anomalies)),
            server=any(level.server for level in levels),
            recorded=levels[0].recorded if len(levels) == 1 else None,
            beyond=any(level.beyond for level in levels),
            by_builds=all(level.by_builds for level in levels),
        )


def stray_copies(inventory: Inventory, paths: Container[str], identities: Identities) -> Iterator[StrayCopy]:
    for file in sorted((file for file in inventory.all_files if file.path in paths), key=by_path):
        installed = isinstance(file, InstalledFile)
        owners = sorted(identities.of(file).products) if isinstance(file, InstalledFile) else []
        version = str(file.version) if isinstance(file, InstalledFile) and file.version is not None else None
        yield StrayCopy(path=file.path, version=version, product=owners[0] if installed and owners else None)
