"""Expected trouble: each error becomes one line on stderr and exit code 2.

A single bad file inside a target is not an exception but a value (``inventory.UnreadableFile``).
"""


def needs_extra(error: ImportError, what: str, extra: str) -> str:
    """Why a library of an extra was not loaded: it is not installed, or it is and cannot be."""
    if isinstance(error, ModuleNotFoundError):
        return f"{what} needs the extra '{extra}': in a checkout, pip install '.[{extra}]'"
    return f"{what} needs a library that is installed but cannot be loaded: {error}"


class HotfixCheckError(Exception):
    """Base of all expected errors: one line for people, or several, each an argument of its own.

    What a line quotes may hold line ends, so only who raises an error can tell where a line of it ends.
    """

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to tell."""
        return tuple(map(str, self.args))

    def __str__(self) -> str:
        return "\n".join(self.lines)


class TargetError(HotfixCheckError):
    """A target does not exist or cannot be opened."""


class CatalogueError(HotfixCheckError):
    """A catalogue says something that cannot be used."""


class UnsupportedCatalogueError(CatalogueError):
    """A catalogue is of a format that this version does not read."""


class ArticleError(HotfixCheckError):
    """A text that should be a KB article is not one."""


class PackageError(HotfixCheckError):
    """A file that should be a hotfix package is none, or cannot be unpacked."""


class SavedInputError(HotfixCheckError):
    """A saved inventory or result does not follow its schema."""


class PolicyError(HotfixCheckError):
    """A baseline or waiver file says something that cannot be used."""


class UsageError(HotfixCheckError):
    """An option's value cannot be used."""


class OutputError(HotfixCheckError):
    """A report cannot be written."""


class WorkerError(HotfixCheckError):
    """A process of this program that should work beside this one could not be started, or died."""
