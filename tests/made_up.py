"""A made-up product and its fixes as files of a catalogue have them, for what no real one shows alone."""

from __future__ import annotations

HEAD = """
format = 1
version = 2026-11-21
[product]
id = "exchange-9.9"
name = "Exchange 9.9"
range = "==9.9.*"
"""


def hotfix(kb: int, *rows: str, title: str = "A fix", more: str = "", package: str = "") -> str:
    """A hotfix with the rows of its file table; ``more`` are further lines of it, ``package`` of its package."""
    return (
        f'[[update]]\nkb = {kb}\ntitle = "{title}"\nkind = "hotfix"\nsources = ["KB{kb}"]\n{more}'
        f"  [[update.package]]\n{package}  files = [{', '.join(rows)}]\n"
    )
