"""hotfix-check: which Exchange hotfixes a set of files has, offline, with evidence for every word of the verdict.

The public API, described in docs/api.md: ``scan`` answers in one call; ``read_target``, ``load_catalogue`` and
``assess`` are its parts. Names are loaded when they are first asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "1.0.0"

if TYPE_CHECKING:
    from hotfix_check.assess import assess
    from hotfix_check.assess.finding import Assessment, Question, Verdict
    from hotfix_check.catalogue import Catalogue
    from hotfix_check.errors import (
        ArticleError,
        CatalogueError,
        HotfixCheckError,
        OutputError,
        PackageError,
        PolicyError,
        SavedInputError,
        TargetError,
        UnsupportedCatalogueError,
        UsageError,
    )
    from hotfix_check.inventory.files import Inventory
    from hotfix_check.library import load_catalogue, load_result, read_hosts, read_target, scan
    from hotfix_check.report.document import Result

_HOMES = {
    "Assessment": "assess.finding",
    "Catalogue": "catalogue",
    "Inventory": "inventory.files",
    "Question": "assess.finding",
    "Result": "report.document",
    "Verdict": "assess.finding",
    "load_catalogue": "library",
    "load_result": "library",
    "read_hosts": "library",
    "read_target": "library",
    "scan": "library",
}
"""Where each name is; the others are in ``errors``."""
__all__ = [
    "ArticleError",
    "Assessment",
    "Catalogue",
    "CatalogueError",
    "HotfixCheckError",
    "Inventory",
    "OutputError",
    "PackageError",
    "PolicyError",
    "Question",
    "Result",
    "SavedInputError",
    "TargetError",
    "UnsupportedCatalogueError",
    "UsageError",
    "Verdict",
    "__version__",
    "assess",
    "load_catalogue",
    "load_result",
    "read_hosts",
    "read_target",
    "scan",
]


class _Callable(ModuleType):
    """A package that is called as the function of its name."""

    def __call__(self, *values: Any, **named: Any) -> Any:
        return getattr(self, self.__name__.rpartition(".")[2])(*values, **named)


class _Package(ModuleType):
    """This package, whose ``assess`` is a room of it and the function in that room."""

    @property
    def assess(self) -> Any:
        """Judge one target; also the package in which that is done."""
        import_module(f"{__name__}.assess")
        return self.__dict__["assess"]

    @assess.setter
    def assess(self, room: ModuleType) -> None:
        room.__class__ = _Callable
        self.__dict__["assess"] = room


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    return value
