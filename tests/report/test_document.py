"""The shape of the documents: the types of the code and the packaged schemas say the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report.schema_of import HEAD, SCHEMAS, packaged

from hotfix_check.report.document import to_json


@pytest.mark.parametrize("name", HEAD)
def test_the_packaged_schema_is_the_types_written_down(name: str) -> None:
    assert json.loads((SCHEMAS / name).read_text()) == packaged(name)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
def test_json_is_written_as_the_standard_library_writes_it(value: object) -> None:
    assert to_json(value) == json.dumps(value, indent=2) + "\n"
