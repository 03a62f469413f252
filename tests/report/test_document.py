"""The shape of the documents: the types of the code and the packaged schemas say the same."""

from __future__ import annotations

import json

import pytest
from report.schema_of import HEAD, SCHEMAS, packaged


@pytest.mark.parametrize("name", HEAD)
def test_the_packaged_schema_is_the_types_written_down(name: str) -> None:
    assert json.loads((SCHEMAS / name).read_text()) == packaged(name)
