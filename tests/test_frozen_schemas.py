"""The schemas of 1.0 hold for every 1.x: a key may come, none may go or change. tests/schemas has them as they were."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import ROOT

FROZEN = ROOT / "tests" / "schemas"
PACKAGED = ROOT / "hotfix_check" / "schemas"
NAMES = sorted(path.name for path in FROZEN.iterdir())
EXACT = ("type", "const", "enum", "pattern", "minimum", "maximum", "minItems", "maxItems")
KNOWN = {*EXACT, "$schema", "title", "description", "required", "properties", "items", "oneOf", "additionalProperties"}


def broken(then: Any, now: Any, where: str = "") -> Iterator[str]:
    """What a program that was written for one schema would meet as a change in another, place by place."""
    for word in EXACT:
        if then.get(word) != now.get(word):
            yield f"{where}: {word}"
    for key in then.get("required", ()):
        if key not in now.get("required", ()):
            yield f"{where}: {key} is required no more"
    for key, inner in then.get("properties", {}).items():
        if key not in now.get("properties", {}):
            yield f"{where}: {key} is gone"
        else:
            yield from broken(inner, now["properties"][key], f"{where}/{key}")
    for word in ("items", "additionalProperties"):
        if word in then:
            yield from broken(then[word], now.get(word, {}), f"{where}/{word}")
    branches, others = then.get("oneOf", ()), now.get("oneOf", ())
    if len(branches) != len(others):
        yield f"{where}: oneOf"
    for number, (one, other) in enumerate(zip(branches, others, strict=False)):
        yield from broken(one, other, f"{where}/oneOf {number}")


def test_every_packaged_schema_is_frozen() -> None:
    assert sorted(path.name for path in PACKAGED.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_that_of_1_0_but_for_keys_that_came(name: str) -> None:
    then, now = (json.loads((folder / name).read_text("utf-8")) for folder in (FROZEN, PACKAGED))
    assert list(broken(then, now)) == []


def finding(schema: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = schema["properties"]["targets"]["items"]["properties"]["findings"]["items"]
    return inner


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda one: finding(one)["properties"].pop("verdict"), "verdict is gone", id="a key is gone"),
        pytest.param(lambda one: finding(one)["required"].remove("kb"), "kb is required no more", id="a key may lack"),
        pytest.param(
            lambda one: finding(one)["properties"]["blocked"].update(type="string"), "blocked: type", id="another type"
        ),
        pytest.param(
            lambda one: finding(one)["properties"]["verdict"]["enum"].append("perhaps"),
            "verdict: enum",
            id="a new word",
        ),
        pytest.param(lambda one: one["properties"]["targets"].pop("items"), "/targets/items", id="a list of anything"),
    ],
)
def test_a_change_is_seen(change: Callable[[dict[str, Any]], object], told: str) -> None:
    then = json.loads((FROZEN / "result-1.json").read_text("utf-8"))
    now = copy.deepcopy(then)
    change(now)
    assert any(told in line for line in broken(then, now))
    now = copy.deepcopy(then)
    finding(now)["properties"]["new"] = {"type": "string"}
    finding(now)["required"].append("new")
    assert list(broken(then, now)) == []


def test_no_keyword_of_a_schema_goes_unchecked() -> None:
    def words(schema: Any) -> set[str]:
        inner = [*schema.get("properties", {}).values(), *schema.get("oneOf", ())]
        inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
        return set(schema).union(*map(words, inner))

    assert set().union(*(words(json.loads(path.read_text("utf-8"))) for path in FROZEN.iterdir())) <= KNOWN
