"""What is wrong with a question as it was asked."""

from __future__ import annotations

from hotfix_check.errors import HotfixCheckError


class UsageError(HotfixCheckError):
    """An option's value cannot be used."""


def known(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises UsageError when a value is none of the allowed words."""
    if value not in allowed:
        raise UsageError(f"{option}: {value!r} is none of {', '.join(allowed)}")
