"""Frozen values behave as the standard library's do: each case is asked of both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from hotfix_check import frozen


class Values:
    """The same classes, made by one of the two."""

    def __init__(self, make: Callable[..., Any]) -> None:
        @make(frozen=True, slots=True, kw_only=True)
        class Build:
            """A build."""

            name: str
            numbers: tuple[int, ...] = (1, 2)
            notes: list[str] = dataclasses.field(default_factory=list)

            @property
            def shown(self) -> str:
                return f"{self.name} {self.numbers}"

        @make(frozen=True, slots=True)
        class Pair:
            left: int
            right: int = 7

            def __post_init__(self) -> None:
                if self.left < 0:
                    raise ValueError("below zero")

        @make(frozen=True, slots=True)
        class Odd:
            number: int

            def __eq__(self, other: object) -> bool:
                return isinstance(other, Odd) and self.number % 2 == other.number % 2

            def __hash__(self) -> int:
                return self.number % 2

            def __repr__(self) -> str:
                return "odd"

        self.build: Any = Build
        self.pair: Any = Pair
        self.odd: Any = Odd


STANDARD, OURS = Values(dataclasses.dataclass), Values(frozen.dataclass)


def told(call: Callable[[Values], Any], values: Values) -> object:
    """What comes of a call, or the kind and the words of what it raises."""
    try:
        return call(values)
    except (TypeError, ValueError, dataclasses.FrozenInstanceError) as error:
        return type(error), str(error).replace("Values.__init__.<locals>.", "")


def as_told(value: object) -> object:
    return repr(value).replace("Values.__init__.<locals>.", "")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(lambda v: v.build(name="a"), "Build(name='a', numbers=(1, 2), notes=[])", id="shown"),
        pytest.param(lambda v: v.build(name="a") == v.build(name="a"), True, id="equal"),
        pytest.param(lambda v: v.build(name="a") == v.build(name="b"), False, id="of another value"),
        pytest.param(lambda v: v.pair(1, 2) == (1, 2), False, id="no tuple"),
        pytest.param(lambda v: v.pair(1) == v.odd(1), False, id="of another class"),
        pytest.param(lambda v: len({v.pair(1), v.pair(1, 7), v.pair(2)}), 2, id="hashed by value"),
        pytest.param(lambda v: v.odd(1) == v.odd(3), True, id="its own equality"),
        pytest.param(lambda v: [v.odd(1), hash(v.odd(3))], "[odd, 1]", id="its own words and hash"),
        pytest.param(lambda v: v.build(name="a").shown, "a (1, 2)", id="a property"),
        pytest.param(lambda v: v.build.__doc__, "A build.", id="its docstring"),
        pytest.param(
            lambda v: v.build(name="a").notes is v.build(name="a").notes, False, id="a default of its own for each"
        ),
        pytest.param(
            lambda v: dataclasses.replace(v.build(name="a"), name="b"),
            "Build(name='b', numbers=(1, 2), notes=[])",
            id="replaced in part",
        ),
        pytest.param(
            lambda v: dataclasses.asdict(v.build(name="a")),
            {"name": "a", "numbers": (1, 2), "notes": []},
            id="as a dictionary",
        ),
        pytest.param(
            lambda v: [(one.name, one.type, one.default is dataclasses.MISSING) for one in dataclasses.fields(v.build)],
            [("name", "str", True), ("numbers", "tuple[int, ...]", False), ("notes", "list[str]", True)],
            id="its fields",
        ),
        pytest.param(lambda v: dataclasses.is_dataclass(v.pair), True, id="known as a dataclass"),
        pytest.param(lambda v: v.pair.__match_args__, ("left", "right"), id="matched by place"),
        pytest.param(lambda v: v.build.__match_args__, (), id="matched by name alone"),
        pytest.param(lambda v: copy.copy(v.build(name="a")), "Build(name='a', numbers=(1, 2), notes=[])", id="copied"),
        pytest.param(lambda v: hasattr(v.pair(1), "__dict__"), False, id="slots alone"),
        pytest.param(
            lambda v: setattr(v.pair(1), "left", 2),
            (dataclasses.FrozenInstanceError, "cannot assign to field 'left'"),
            id="not assigned to",
        ),
        pytest.param(
            lambda v: delattr(v.pair(1), "left"),
            (dataclasses.FrozenInstanceError, "cannot delete field 'left'"),
            id="not deleted from",
        ),
        pytest.param(lambda v: v.pair(-1), (ValueError, "below zero"), id="checked once it is made"),
        pytest.param(
            lambda v: v.pair(), (TypeError, "Pair.__init__() missing 1 required positional argument: 'left'"),
            id="an argument missing",
        ),
        pytest.param(
            lambda v: v.build("a"), (TypeError, "Build.__init__() takes 1 positional argument but 2 were given"),
            id="by place where names are asked",
        ),
    ],
)  # fmt: skip
def test_a_frozen_value_does_as_the_standard_library_says(call: Callable[[Values], Any], expected: object) -> None:
    both = [told(call, values) for values in (STANDARD, OURS)]
    assert [one if one == expected else as_told(one) for one in both] == [expected, expected]


@frozen.dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    name: str
    number: int = 3


@dataclasses.dataclass(frozen=True)
class Kept(Sent):
    days: int = 1


@pytest.mark.parametrize("times", [1, 2], ids=["the first time", "once more"])
def test_a_frozen_value_is_replaced_in_part(times: int) -> None:
    for _ in range(times):
        before = OURS.build(name="a", notes=["x"])
        after = frozen.replace(before, name="b")
        assert (after, type(after), after.notes is before.notes) == (
            OURS.build(name="b", notes=["x"]),
            OURS.build,
            True,
        )
        assert before.name == "a"
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        frozen.replace(OURS.build(name="a"), size=1)


def test_what_checks_itself_checks_a_replaced_value_too() -> None:
    with pytest.raises(ValueError, match="below zero"):
        frozen.replace(OURS.pair(1), left=-1)


def test_values_that_the_standard_library_made_are_replaced_by_it() -> None:
    assert frozen.replace(Kept(name="a"), days=2) == Kept(name="a", days=2)


def test_a_frozen_value_goes_to_another_process_and_back() -> None:
    assert pickle.loads(pickle.dumps(Sent(name="a"))) == Sent(name="a", number=3)


def test_a_dataclass_of_the_standard_library_can_be_made_of_it() -> None:
    kept = Kept(name="a", days=2)
    assert (kept, dataclasses.replace(kept, number=4)) == (
        Kept(name="a", number=3, days=2),
        Kept(name="a", number=4, days=2),
    )
    assert pickle.loads(pickle.dumps(kept)) == kept
    assert [one.name for one in dataclasses.fields(Sent)] == ["name", "number"]


@pytest.mark.parametrize("given", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}])
def test_what_is_not_frozen_with_slots_is_refused(given: dict[str, bool]) -> None:
    with pytest.raises(TypeError, match="only frozen values with slots"):
        frozen.dataclass(**given)


class Below(frozen.Frozen):
    """A class below the base class."""

    name: str
    number: int | None = None

    def shown(self) -> str:
        return f"{self.name} {self.number}"


def test_a_class_below_frozen_is_one_that_the_decorator_makes() -> None:
    value = Below(name="a", number=1)
    assert (value, hash(value)) == (Below(name="a", number=1), hash(Below(name="a", number=1)))
    assert (value.shown(), repr(value)) == ("a 1", "Below(name='a', number=1)")
    assert frozen.replace(value, number=None) == Below(name="a")
    assert [one.name for one in dataclasses.fields(value)] == ["name", "number"]
    assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Below("a")  # type: ignore[call-arg]
    assert not hasattr(value, "__dict__")


def test_a_class_below_one_with_fields_is_refused_since_it_would_lose_them() -> None:
    with pytest.raises(TypeError, match="Deeper: a frozen class has no base with fields"):

        class Deeper(Below):
            more: int = 0


def test_values_of_columns_are_those_made_one_by_one() -> None:
    rest = OURS.build(name="rest", notes=["kept"])
    names = ["Store.exe", "Mad.exe"]
    made = frozen.of_columns(rest, {"name": names, "numbers": [(5, 5), (6, 0)]})
    assert made == [
        OURS.build(name="Store.exe", numbers=(5, 5), notes=["kept"]),
        OURS.build(name="Mad.exe", numbers=(6, 0), notes=["kept"]),
    ]
    assert frozen.of_columns(rest, {"name": []}) == []
    with pytest.raises(dataclasses.FrozenInstanceError):
        made[0].name = "other"


def test_an_interrupt_at_any_call_while_a_class_is_made_stays_one() -> None:
    def interrupt(after: int) -> Callable[[FrameType, str, object], None]:
        def trace(frame: FrameType, event: str, argument: object) -> None:
            nonlocal after
            if frame.f_code.co_filename == frozen.__file__:
                after -= 1
                if after < 0:
                    raise KeyboardInterrupt

        return trace

    before = sys.gettrace()
    made = False
    for calls in range(100):
        sys.settrace(interrupt(calls))
        try:
            type("Made", (frozen.Frozen,), {"__annotations__": {"number": int}})
            made = True
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        if made:
            break
    assert made
    assert calls > 2
