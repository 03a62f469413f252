"""The fleet document as JSON, one host a line, written as it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hotfix_check.fleet.document import FleetDocument


def json_text(document: FleetDocument) -> Iterator[str]:
    """JSON text in pieces, ASCII; the hosts come last, by name."""
    yield "{\n"
    for key, value in document.head.items():
        if isinstance(value, list) and value:
            yield f"{json.dumps(key)}: [\n" + ",\n".join(map(json.dumps, value)) + "\n],\n"
        else:
            yield f"{json.dumps(key)}: {json.dumps(value)},\n"
    yield '"hosts": ['
    between = "\n"
    for host in document.hosts():
        yield between + json.dumps(host)
        between = ",\n"
    yield "\n]\n}\n"
