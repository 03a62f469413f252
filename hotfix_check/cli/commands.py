"""A Typer application that makes a command ready when it is called, and takes what was typed as it is.

Of 16 commands with 130 options one is called at a time; the help and the completion of a shell call for all of them.
Typer 0.26 and later convert every argument by pydantic, whose import alone takes as long as a command. What is sure
without it (text, a path, the exact word of a choice) is taken by hand; Typer converts the rest, and refuses what is
wrong in its own words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from hotfix_check.cli.configured import refuse_among_evidence
from hotfix_check.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

Function = TypeVar("Function", bound=Callable[..., Any])
UNSURE = object()
"""What ``taken_as_typed`` gives where it does not know."""
GROUPS = {
    "Question": "kb cve product to include_optional as_of ask catalogue file alias kind importance since until",
    "Evidence": "source assume complete hive follow_links cross_check no_hash host root",
    "Hosts": "expect group_by jobs scheduler resume",
    "Policy": "baseline waivers fail_on exit_zero config",
    "Output": "output form csv publisher everything color no_run_info into replace accept_doubts quiet verbose",
}
"""The groups in their order, each with the names of the parameters in it."""
OTHER = "Other"
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}
_ORDER = (*GROUPS, OTHER)


def group_of(name: str) -> str:
    """The group of an option, by the name of its parameter."""
    return _GROUP_OF.get(name, OTHER)


def _refuse_empty(ctx: Any, args: list[str]) -> None:
    """Raises UsageError for an empty argument: as a target it would be this folder, as a KB the whole catalogue."""
    if not ctx.resilient_parsing and "" in args:
        raise UsageError("an argument is empty: leave it out, or set the variable that it is from")


class App(typer.Typer):
    """As a Typer application, but for when its commands are made ready."""

    def __init__(self, **settings: Any) -> None:
        made: dict[str, Callable[[], Any]] = {}

        class Group(TyperGroup):
            def __init__(self, **given: Any) -> None:
                super().__init__(**given)
                setattr(self, "commands", _WhenCalled(made))  # noqa: B010  (a mapping, where Typer has a dict)

            def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
                _refuse_empty(ctx, args)
                _take_as_typed(self.get_params(ctx))
                return super().parse_args(ctx, args)

            def list_commands(self, ctx: Any) -> list[str]:
                return list(made)

        self._made = made
        super().__init__(cls=Group, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """As Typer's; the function's options are looked at when the command is called."""

        def remember(function: Function) -> Function:
            called = name or function.__name__

            def make() -> Any:
                alone = typer.Typer(add_completion=False)
                alone.command(called, cls=Command, **settings)(function)
                return typer.main.get_command(alone)

            self._made[called] = make
            return function

        return remember

    def group(self, name: str, load: Callable[[], App]) -> None:
        """Add the commands of another application below one name; ``load`` gives it."""

        def make() -> Any:
            group = typer.main.get_group(load())
            group.name = name
            return group

        self._made[name] = make


class _WhenCalled(Mapping[str, Any]):
    """Commands by name, each made ready when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._ready: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._ready:
            self._ready[name] = self._makers[name]()
        return self._ready[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Command(TyperCommand):
    """A command that takes what was typed as it is, and no configuration out of what it examines.

    In its help the options stand together by what they are for.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _take_as_typed(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The help, which ends the run: so the parameters may be put into another order."""
        for param in self.get_params(ctx):
            if getattr(param, "param_type_name", "") == "option":
                param.rich_help_panel = group_of(param.name or "")  # type: ignore[attr-defined]
        self.params.sort(key=lambda param: _ORDER.index(group_of(param.name or "")))
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Context) -> Any:
        """Run it, once it is known that its configuration is not part of the evidence."""
        refuse_among_evidence(ctx)
        return super().invoke(ctx)


def _take_as_typed(params: Iterable[Any]) -> None:
    """Let the parameters of a command take what was typed where that is sure; an older Typer converts by itself."""
    for param in params:
        by_typer = getattr(param, "get_runtime_param", None)
        if by_typer is not None and not isinstance(by_typer, _Taken):
            param.get_runtime_param = _Taken(param.type_descriptor.annotation, by_typer)


class _Taken:
    """How the value of one parameter is converted; called, it is what Typer asks to ``coerce`` a value."""

    def __init__(self, annotation: Any, by_typer: Callable[[], Any]) -> None:
        self._annotation = annotation
        self._by_typer = by_typer

    def __call__(self) -> _Taken:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value, or what Typer makes of it. Raises what Typer raises."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        taken = taken_as_typed(self._annotation, value)
        return self._by_typer().coerce(value, param=param, ctx=ctx) if taken is UNSURE else taken


def taken_as_typed(annotation: Any, value: Any) -> Any:
    """What was typed as a value of a type; ``UNSURE`` where Typer has to look at it."""
    if get_origin(annotation) is list:
        (inner,) = get_args(annotation)
        taken = [taken_as_typed(inner, one) for one in value] if isinstance(value, (list, tuple)) else [UNSURE]
        return UNSURE if UNSURE in taken else taken
    if not isinstance(annotation, type):
        return UNSURE
    if issubclass(annotation, Enum):
        found = [one for one in annotation if value is one or value == one.value]
        return found[0] if found else UNSURE
    if type(value) is annotation:  # text, or the default of another type
        return value
    return Path(value) if annotation is Path and isinstance(value, str) and _is_read_or_made(value) else UNSURE


def _is_read_or_made(path: str) -> bool:
    """Whether a path can be read, or is nothing yet; of others Typer tells what is wrong."""
    try:
        return os.access(path, os.R_OK) or not os.path.exists(path)  # noqa: PTH110  (what was typed may be no path)
    except ValueError:
        return False
