"""A counter on stderr while a target is read: only on a terminal, and gone at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(label: str, *, quiet: bool) -> Iterator[Callable[[], None] | None]:
    """Yields what to call for each file seen; None when nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape

    label = escape(label)
    seen, shown_at = 0, time.monotonic()
    with Console(stderr=True).status(f"{label} ...") as status:

        def count() -> None:
            nonlocal seen, shown_at
            seen += 1
            if time.monotonic() - shown_at > 0.2:
                shown_at = time.monotonic()
                status.update(f"{label}: {seen} files")

        yield count
