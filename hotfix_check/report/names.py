"""Ids and days as every report writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from hotfix_check.catalogue.update import own_name

_RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))


def names_of(ids: Iterable[str]) -> list[str]:
    """Update ids as people say them: exchange-5.5/KB818861 is KB818861."""
    return [own_name(one) for one in ids]


def holding(updates: int, products: int) -> str:
    """How much a catalogue holds: 1,330 updates for 11 products."""
    return f"{counted(updates, 'update')} for {counted(products, 'product')}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 update, 2 updates; 1 host is, 2 hosts are."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """A text that begins a sentence or a cell."""
    return text[:1].upper() + text[1:]


def in_folder(file: str, role: str | None) -> str:
    """A file, with the folder's role where it is known: Mapi32.dll (server-bin)."""
    return f"{file} ({role})" if role else file


def some(names: Sequence[str], most: int) -> str:
    """The first of some names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def level_text(level: str | None, low: str | None, high: str | None, basis: str) -> str:
    """CU23, SP3 to SP4, or at least SP4; empty where nothing shows it."""
    if level:
        return level
    if basis == "none" or low is None:
        return ""
    return f"at least {low}" if basis == "inferred" or high in (low, None) else f"{low} to {high}"


def rating(score: float | None) -> str | None:
    """The severity of a CVSS score (CVSS v3.1 specification, section 5); None where none is known."""
    return None if score is None else next((word for least, word in _RATINGS if score >= least), "none")


def day_text(day: date | None) -> str | None:
    """A day as every report writes it, 2003-10-01; None stays None."""
    return None if day is None else day.isoformat()
