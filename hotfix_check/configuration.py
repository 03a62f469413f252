"""The configuration file: options that hold for every run, in the words of the command line.

Which file that is, is decided in ``cli.configured``: never one of the current folder or of what is examined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from hotfix_check.errors import PolicyError
from hotfix_check.frozen import Frozen
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import path_text
from hotfix_check.untrusted.toml import parse_toml

MAX_BYTES = 64 * 1024
_WHAT = "a configuration file"
_LISTS = ("catalogue", "product", "output", "fail-on")
_FILES = ("catalogue", "baseline", "waivers")
OWN_CATALOGUE = "default"


class Configuration(Frozen):
    """What a configuration file says, by the names of the options without their dashes.

    ``options`` are the texts as they stand in the file, of a list one for each time that the option would be given.
    ``path`` is the file as it was named; of the user's own only what is the same on every machine.
    """

    path: str
    sha256: str
    options: Mapping[str, tuple[str, ...]]

    def typed(self, option: str, folder: Path) -> tuple[str, ...]:
        """What would be typed for an option: paths of files that are read are taken from the file's own ``folder``."""
        texts = self.options[option]
        if option not in _FILES:
            return texts
        return tuple(text if text == OWN_CATALOGUE else str(folder / text) for text in texts)


def load_configuration(path: Path) -> Configuration:
    """Read a configuration file. Raises PolicyError, also for a key that is no option of this tool."""
    data = read_bounded(path, MAX_BYTES, _WHAT, PolicyError)
    return parse_configuration(data, path_text(str(path)))


def parse_configuration(data: bytes, where: str) -> Configuration:
    """The same from the bytes of the file."""
    top = Fields(parse_toml(data, where, _WHAT, PolicyError), where, PolicyError)
    options: dict[str, tuple[str, ...]] = {}
    for key in _LISTS:
        if texts := top.texts(key):
            options[key] = texts
    for key in ("baseline", "waivers"):
        if text := top.text(key):
            options[key] = (text,)
    publisher = top.get("publisher", dict, "a table with name and namespace")
    if publisher is not None:
        options["publisher"] = (_publisher(Fields(publisher, f"{where}: publisher", PolicyError)),)
    top.finish()
    return Configuration(path=where, sha256=hashlib.sha256(data).hexdigest(), options=options)


def _publisher(table: Fields) -> str:
    """``NAME=URI``, as --publisher takes it."""
    name = table.need("name", table.text("name"))
    namespace = table.need("namespace", table.text("namespace"))
    if "=" in name:
        raise table.fault("name", "a name without an equals sign expected")
    table.finish()
    return f"{name}={namespace}"
