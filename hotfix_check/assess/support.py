"""The end of a product's support, as an advisory on an installation that is past it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hotfix_check.assess.finding import HeldAdvisory, ProductLevel, Question
from hotfix_check.catalogue.product import Advisory, Product
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
    product: Product, level: ProductLevel, question: Question, installation: str | None
) -> HeldAdvisory | None:
    """The advisory, shown by a marker, where the question is a whole one and its day is after the end.

    It counts where a server core file is there, unless the baseline accepts it: a client library alone is no server.
    """
    vote = next(iter(level.votes), None)
    if product.id not in question.unsupported or question.kbs is not None or vote is None:
        return None
    build = FileVersion.parse(vote.version)
    advisory = Advisory(
        id=support_id(product.id),
        product=product.id,
        kb=None,
        file=vote.file,
        first=build,
        last=build,
        text=support_text(product),
        source=f"end of support of {product.name}",
    )
    return HeldAdvisory(
        advisory=advisory,
        path=vote.path,
        version=vote.version,
        installation=installation,
        of_support=True,
        counts=level.server and advisory.id not in question.accepted,
    )
