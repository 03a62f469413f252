"""--config: which configuration file counts, and which of its options a run takes from it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from hotfix_check.configuration import NAME, Configuration, load_configuration, own_configuration
from hotfix_check.errors import PolicyError

OFF = "off"
_KEY = "hotfix_check.configuration"
_OWN = "hotfix_check.own_configuration"
_ONLY_OF = {"output": ("scan",)}
_LISTS = ("catalogue", "product", "output")
_TARGETS = ("targets", "target", "before", "after", "source", "paths")


def take_configuration(ctx: typer.Context, value: str | None) -> str | None:
    """The callback of --config, called before any other option is read: the file stands for what is not typed.

    Without the option it is the user's own file, if there is one. Raises PolicyError.
    """
    if ctx.resilient_parsing or value == OFF:
        return value
    path = Path(value) if value is not None else own_configuration()
    if path is None:
        return value
    configuration = load_configuration(path)
    names = {param.name for param in ctx.command.params}
    defaults: dict[str, Any] = {}
    for option in configuration.options:
        texts = configuration.typed(option, path.parent)
        name = option.replace("-", "_")
        if name in names and ctx.info_name in _ONLY_OF.get(option, (ctx.info_name,)):
            defaults[name] = list(texts) if option in _LISTS else ",".join(texts)
    ctx.default_map = defaults
    if value is None:
        ctx.meta[_OWN] = path
        configuration = replace(configuration, path=f"{path.parent.name}/{NAME}")
    ctx.meta[_KEY] = configuration
    return value


def used_configuration(ctx: typer.Context) -> Configuration | None:
    """The configuration of a run, with those of its options that were not typed; None without a file."""
    configuration: Configuration | None = ctx.meta.get(_KEY)
    if configuration is None:
        return None
    return configuration.limited_to(
        option
        for option in configuration.options
        if getattr(ctx.get_parameter_source(option.replace("-", "_")), "name", "") == "DEFAULT_MAP"
    )


def refuse_among_evidence(ctx: Any) -> None:
    """Raises PolicyError where the user's own file, which nobody named, lies in a target or in the current folder."""
    path: Path | None = ctx.meta.get(_OWN)
    if path is None:
        return
    real = Path(os.path.realpath(path))
    examined: list[Path] = []
    for name in _TARGETS:
        value = ctx.params.get(name)
        examined += map(Path, value if isinstance(value, (list, tuple)) else [] if value is None else [value])
    if real.parent == Path(os.path.realpath(".")):
        raise PolicyError(_refused(path, "the current folder"))
    for target in examined:
        if Path(os.path.realpath(target)) in (real, *real.parents):
            raise PolicyError(_refused(path, f"the target {target}"))


def _refused(path: Path, where: str) -> str:
    return f"{path}: it lies in {where}: name it with --config, or leave it out with --config {OFF}"
