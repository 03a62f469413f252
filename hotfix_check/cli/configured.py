"""--config: which configuration file counts, and which of its options a run takes from it.

Evidence may carry a file of any name, so none is ever looked for in the current folder or in what is examined: it is
the user's own, or the one that is named.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hotfix_check.errors import PolicyError
from hotfix_check.frozen import replace

if TYPE_CHECKING:  # nearly every run has no such file
    from hotfix_check.configuration import Configuration

NAME = "config.toml"
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
    from hotfix_check.configuration import load_configuration

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
    taken = {
        option: texts
        for option, texts in configuration.options.items()
        if getattr(ctx.get_parameter_source(option.replace("-", "_")), "name", "") == "DEFAULT_MAP"
    }
    return replace(configuration, options=taken)


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


def own_configuration() -> Path | None:
    """The user's own configuration file; None where there is none.

    Raises PolicyError for one that somebody else could have written.
    """
    folder = _own_folder()
    if folder is None or not folder.is_absolute():
        return None
    place = folder / NAME
    try:
        found = place.stat()
    except (OSError, ValueError):
        return None
    if sys.platform != "win32" and (
        found.st_uid not in (0, os.geteuid()) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise PolicyError(
            f"{place}: others can write to it: make it yours alone (chmod go-w), or leave it out with --config off"
        )
    return place


def _own_folder() -> Path | None:
    """As each system has it: %APPDATA%, ~/Library/Application Support, or by the XDG base directory specification."""
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return Path(roaming) / "hotfix-check" if roaming else None
    home = os.environ.get("HOME")
    if sys.platform == "darwin":
        return Path(home) / "Library" / "Application Support" / "hotfix-check" if home else None
    base = os.environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else None)
    return Path(base) / "hotfix-check" if base else None
