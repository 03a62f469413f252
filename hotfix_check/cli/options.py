"""Options that several commands share, as Typer reads them; those of a judgement are declared here and nowhere else."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from hotfix_check.cli.completing import complete_level, complete_product, complete_update
from hotfix_check.cli.configured import take_configuration
from hotfix_check.cli.output import ColourChoice
from hotfix_check.errors import UsageError
from hotfix_check.report.formats import FORMATS, PLAN, RESULT, AnswerForm, CsvKind, FleetForm, PageForm, ResultForm

Catalogues = Annotated[
    list[Path] | None,
    typer.Option(
        "--catalogue",
        metavar="PATH",
        help="A catalogue file, folder or index instead of the tool's own. Repeat for several; the word "
        "'default' is the tool's own.",
    ),
]


def also_writes(suffixes: str) -> Any:
    """``--output`` of a report that goes to stdout as well; a file's suffix is its format."""
    about = f"Also write FILE; its suffix is the format: {suffixes}; repeat for more."
    return typer.Option("-o", "--output", metavar="FILE", help=about)


Outputs = Annotated[list[Path] | None, also_writes(f"{', '.join(RESULT.suffixes())}, and .manifest.json (scan only)")]
PageOutputs = Annotated[list[Path] | None, also_writes(", ".join(PLAN.suffixes()))]
FleetOutputs = Annotated[list[Path] | None, also_writes(", ".join(FORMATS[form].suffix for form in FleetForm))]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write FILE instead of stdout.")]
Target = Annotated[Path, typer.Argument(metavar="TARGET", help="A folder, archive, file, listing or inventory.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 instead of 1 or 3.")]
PRINTS: Any = typer.Option("-f", "--format", help="What stdout gets.")
Form = Annotated[ResultForm, PRINTS]
Page = Annotated[PageForm, PRINTS]
Answer = Annotated[AnswerForm, PRINTS]
Csv = Annotated[CsvKind, typer.Option("--csv", help="What each row of the CSV is.")]
PublisherOption = Annotated[
    str | None,
    typer.Option("--publisher", metavar="NAME=URI", help="Who publishes a CSAF document; its web address is yours."),
]
Everything = Annotated[bool, typer.Option("--all", help="Show every finding in the table.")]
Colour = Annotated[ColourChoice, typer.Option("--color", help="Colour the table; auto: on a terminal only.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors on stderr.")]
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        callback=take_configuration,
        help="Read options from FILE instead of your own configuration file; 'off': read none.",
    ),
]


def _one(kind: object, option: str, about: str, metavar: str | None = None) -> object:
    """An option of this type."""
    return Annotated[kind, typer.Option(option, metavar=metavar, help=about)]


def _several(option: str, metavar: str, about: str, completed: Callable[[str], list[str]]) -> object:
    """An option that may be repeated, whose values are completed."""
    return Annotated[list[str] | None, typer.Option(option, metavar=metavar, help=about, autocompletion=completed)]


_FAIL_ON = "Verdicts, with commas between them, that give exit code 1 whatever their importance."
_AS_OF = "Judge by what had been published on that day, such as 2003-10-01."
_HIVE = (
    "A copied registry hive (SOFTWARE) to read beside the files. One in its usual place in the target is found without "
    "this option."
)
_CVES = "Ask whether these CVEs are open; any update that fixes one is enough."
JUDGEMENT: Mapping[str, object] = {
    "catalogues": Catalogues,
    "products": _several("--product", "ID[,ID]", "Judge only these products.", complete_product),
    "kbs": _several("--kb", "KB[,KB]", "Ask about these updates, and require them.", complete_update),
    "cves": _several("--cve", "CVE[,CVE]", _CVES, complete_update),
    "assume": _several(
        "--assume", "PRODUCT=LEVEL", "Declare a service level that no marker file shows.", complete_level
    ),
    "baseline": _one(Path | None, "--baseline", "What this site requires, forbids or leaves optional.", "FILE"),
    "waivers": _one(Path | None, "--waivers", "Findings that this site accepts for a time.", "FILE"),
    "fail_on": _one(str | None, "--fail-on", _FAIL_ON, "LIST"),
    "as_of": _one(str | None, "--as-of", _AS_OF, "DATE"),
    "complete": _one(bool, "--complete", "The folders were copied whole: a file that is not in them is absent."),
    "cross_check": _one(bool, "--cross-check", "Read every evidence file a second time, with pefile."),
    "follow_links": _one(bool, "--follow-links", "Follow links to folders and files, even out of the target."),
    "hive": _one(Path | None, "--hive", _HIVE, "FILE"),
    "no_hash": _one(bool, "--no-hash", "Do not compute SHA-256 of evidence files."),
}
"""The options of a judgement, by the field of JudgeOptions that each gives."""
Command = Callable[..., None]
_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def judges_by(*names: str, **always: object) -> Callable[[Command], Command]:
    """A command with these options of a judgement in the place of its parameter ``asking``, which is given their value.

    ``always`` are fields that the command itself decides. Every such command reads a configuration, and may have
    options in a class, as ``with_options``.
    """
    return lambda command: _JudgingCommand(command, names, always)


def with_options(command: Command) -> Command:
    """A command with the fields of the class of its parameter ``options`` in the place of it: each is an option."""
    return _Command(command)


class _Command:
    """A function whose parameters are worked out when somebody asks for them: of all commands one is called."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self.__name__, self.__doc__ = command.__name__, command.__doc__

    def __call__(self, **given: Any) -> None:
        own = self._types.get("options")
        if own is not None:
            given["options"] = own(**{name: given.pop(name) for name in own.__slots__})
        self._command(**given)

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self._command, localns={"JudgeOptions": object}, include_extras=True)

    @cached_property
    def __signature__(self) -> inspect.Signature:
        return inspect.Signature(
            [one for each in _parameters(self._command, self._types) for one in self._in_place(each)]
        )

    def _in_place(self, parameter: inspect.Parameter) -> list[inspect.Parameter]:
        """What is typed for a parameter of the function."""
        if parameter.name != "options":
            return [parameter]
        return _parameters(parameter.annotation, get_type_hints(parameter.annotation, include_extras=True))

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]
        return {one.name: one.annotation for one in self.__signature__.parameters.values()}


class _JudgingCommand(_Command):
    """One that judges, and reads a configuration."""

    def __init__(self, command: Command, names: tuple[str, ...], always: Mapping[str, object]) -> None:
        super().__init__(command)
        self._names, self._always = names, always

    def __call__(self, *, config: object = None, **given: Any) -> None:
        from hotfix_check.judging.options import JudgeOptions

        values = {name: _value(name, given.pop(_parameter_name(name))) for name in self._names}
        super().__call__(asking=JudgeOptions(**{**values, **self._always}), **given)

    @cached_property
    def __signature__(self) -> inspect.Signature:
        config = inspect.Parameter("config", _BY_NAME, default=None, annotation=Config)
        return inspect.Signature([*super().__signature__.parameters.values(), config])

    def _in_place(self, parameter: inspect.Parameter) -> list[inspect.Parameter]:
        return list(map(_parameter, self._names)) if parameter.name == "asking" else super()._in_place(parameter)


def _parameters(function: Callable[..., Any], types: Mapping[str, Any]) -> list[inspect.Parameter]:
    found = inspect.signature(function).parameters.values()
    return [one.replace(annotation=types[one.name], kind=_BY_NAME) for one in found]


def _parameter(name: str) -> inspect.Parameter:
    default = False if _type(name) is bool else None
    return inspect.Parameter(_parameter_name(name), _BY_NAME, default=default, annotation=JUDGEMENT[name])


def _type(name: str) -> object:
    return get_args(JUDGEMENT[name])[0]


def _value(name: str, given: Any) -> Any:
    """A field from what Typer read for it."""
    if _type(name) == list[str] | None:
        return each(flag_of(name), given)
    return tuple(given or ()) if _type(name) == list[Path] | None else given


def _parameter_name(name: str) -> str:
    """The name of a parameter is that of its option: help, configuration files and completion go by it."""
    return flag_of(name).removeprefix("--").replace("-", "_")


def flag_of(name: str) -> str:
    """How an option of a judgement is typed: ``--kb``."""
    (option,) = (one for one in get_args(JUDGEMENT[name])[1:] if isinstance(one, typer.models.OptionInfo))
    return str(option.default)


def each(option: str, values: list[str] | None) -> tuple[str, ...]:
    """The values of an option that may be repeated, or be given several with commas between them.

    Raises UsageError where one has none in it: to ask nothing is not to ask everything.
    """
    found: list[str] = []
    for value in values or ():
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not parts:
            raise UsageError(f"{option}: {value!r} names nothing")
        found += parts
    return tuple(found)
