"""Ids and days as every report writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hotfix_check.catalogue.update import own_name


def names_of(ids: Iterable[str]) -> list[str]:
    """Update ids as people say them: exchange-5.5/KB818861 is KB818861."""
    return [own_name(one) for one in ids]


def day_text(day: date | None) -> str | None:
    """A day as every report writes it, 2003-10-01; None stays None."""
    return None if day is None else day.isoformat()
