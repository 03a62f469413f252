"""Whether a catalogue can still know the newest update of a product: updates come monthly while it is serviced."""

from __future__ import annotations

from datetime import date

from hotfix_check.catalogue.product import Product

STALE_AFTER_DAYS = 60


def serviced(product: Product, day: date) -> bool:
    """Whether updates are made for a product on a day: within its support, or a period that is paid for.

    One whose end of support no source names is taken to be serviced only where the catalogue says how (Exchange 2000
    has neither an end nor updates since 2010; the Subscription Edition has no fixed end).
    """
    if product.end_of_support is None:
        return product.successor is None and product.support_terms is not None
    return day <= product.end_of_support or any(one.begins <= day <= one.ends for one in product.paid_support)


def stale_days(product: Product, newest: date | None, day: date) -> int | None:
    """The age in days of the newest known update, where it is so old that a newer one is likely to be out."""
    if newest is None or not serviced(product, day):
        return None
    age = (day - newest).days
    return age if age > STALE_AFTER_DAYS else None
