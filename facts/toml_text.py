"""Values to TOML as a person would write it: one row a line, native dates."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def value(item: Any) -> str:
    """One value on one line."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, datetime):
        return item.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, int):
        return str(item)
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, dict):
        inner = ", ".join(f"{_key(key)} = {value(one)}" for key, one in item.items())
        return f"{{ {inner} }}" if inner else "{}"
    return f"[{', '.join(value(one) for one in item)}]"


def fields(table: dict[str, Any], indent: str = "", *, rows: tuple[str, ...] = ()) -> list[str]:
    """``key = value`` lines; the lists named in ``rows`` get a line for each item."""
    lines: list[str] = []
    for key, item in table.items():
        if key in rows:
            lines.append(f"{indent}{_key(key)} = [")
            lines.extend(f"{indent}  {value(one)}," for one in item)
            lines.append(f"{indent}]")
        else:
            lines.append(f"{indent}{_key(key)} = {value(item)}")
    return lines


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key)
