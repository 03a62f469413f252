"""The end of a product's support, as an advisory on an installation that is past it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from hotfix_check.assess.finding import HeldAdvisory, ProductLevel, Question
from hotfix_check.catalogue.product import Advisory, Product
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.version import FileVersion


def support_id(product_id: str) -> str:
    """What baselines and waivers call the advisory: exchange-5.5/support."""
    return f"{product_id}/support"


def support_text(product: Product) -> str:
    """What the advisory says; the age is counted by whoever knows the day that a report is of."""
    return f"support for {product.name} ended on {product.end_of_support}"


def unsupported(products: Iterable[Product], day: date) -> frozenset[str]:
    """The ids of the products whose support has ended before a day; one whose end no source names is not among them."""
    return frozenset(
        product.id for product in products if product.end_of_support is not None and product.end_of_support < day
    )


def end_of_support(
    product: Product,
    level: ProductLevel,
    programs: Iterator[InstalledFile],
    question: Question,
    installation: str | None,
    *,
    loose: bool,
) -> HeldAdvisory | None:
    """The advisory, where the question is a whole one and its day is after the end.

    A marker shows it, without one the first of ``programs``, files of the product, which are not looked for where
    nothing is to be shown. It counts for an installation, and for loose files with a server core file among them,
    unless the baseline accepts it. A client library, or an Admin.exe left behind of a product that says its build in
    many files, is no server.
    """
    if product.id not in question.unsupported or question.kbs is not None:
        return None
    votes = ((vote.path, FileVersion.parse(vote.version)) for vote in level.votes)
    files = ((file.path, file.version) for file in programs if file.version is not None)
    path, build = next(chain(votes, files), ("", None))
    if build is None:
        return None
    advisory = Advisory(
        id=support_id(product.id),
        product=product.id,
        kb=None,
        file=path.rpartition("/")[2],
        first=build,
        last=build,
        text=support_text(product),
        source=f"end of support of {product.name}",
    )
    served = level.server or (product.build_per_update and not loose)
    return HeldAdvisory(
        advisory=advisory,
        path=path,
        version=str(build),
        installation=installation,
        of_support=True,
        counts=served and advisory.id not in question.accepted,
    )
