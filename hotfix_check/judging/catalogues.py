"""--catalogue: which catalogue is meant, opened so that no more of it is read than a command needs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from hotfix_check import __version__
from hotfix_check.catalogue import Catalogue, default_folder
from hotfix_check.catalogue.index import CatalogueIndex, index_differs, is_index, open_index
from hotfix_check.catalogue.load import digest_of, load_catalogue, parse_files, read_files, read_parsed
from hotfix_check.errors import CatalogueError, OutputError, UsageError
from hotfix_check.frozen import replace
from hotfix_check.judging.cache import cache_file
from hotfix_check.untrusted.bounded import own_file
from hotfix_check.writing import replaced_bytes

DEFAULT = Path("default")


def chosen_catalogue(paths: Sequence[Path]) -> Catalogue:
    """The whole catalogue at the given paths; the tool's own when none is given, or for the word "default"."""
    opened = open_catalogue(paths)
    return opened if isinstance(opened, Catalogue) else opened.catalogue()


def open_catalogue(paths: Sequence[Path], targets: Sequence[Path] = ()) -> Catalogue | CatalogueIndex:
    """The same, as an index where there is one: a file that ``catalogue build`` wrote, or the tool's own in the cache.

    A cache within ``targets`` is not used: nothing is written into what is being read. Raises CatalogueError.
    """
    if not paths or tuple(paths) == (DEFAULT,):
        return _default(targets)
    places = places_of(paths)
    indexes = [path for path in places if is_index(path)]
    if indexes and len(places) > 1:
        raise UsageError(f"--catalogue: {indexes[0]} is an index and cannot be joined with others: build one of all")
    return open_index(indexes[0]) if indexes else load_catalogue(places)


def places_of(paths: Sequence[Path]) -> list[Path]:
    """Where these catalogues are; the tool's own for none, or for the word "default"."""
    return [default_folder() if path == DEFAULT else path for path in paths or (DEFAULT,)]


def build_index(paths: Sequence[Path], output: Path) -> Catalogue:
    """Write the index of a catalogue; the catalogue. Raises CatalogueError or OutputError."""
    places = places_of(paths)
    for path in places:
        if is_index(path):
            raise UsageError(f"--catalogue: {path} is an index already: an index is built from TOML or JSON Lines")
    return _write(read_files(places), output)


def stale_indexes(paths: Sequence[Path]) -> tuple[str, ...]:
    """A line for each index whose look-up tables are not those that its own updates give."""
    from hotfix_check.catalogue.build_index import index_bytes

    faults = []
    for path in paths:
        if path != DEFAULT and is_index(path):
            index = open_index(path)
            catalogue = replace(index.catalogue(), whole=None)
            if index_differs(path, index_bytes(catalogue, index.documents())):
                faults.append(f"{path}: its look-up tables are not those of its updates: build it again")
    return tuple(faults)


def _default(targets: Sequence[Path]) -> Catalogue | CatalogueIndex:
    """The index in the cache, made anew when it is not of the tool's own files as they are now.

    A cache that cannot be read or written is done without.
    """
    place = cache_file("catalogue.sqlite", targets)
    if place is None:
        return load_catalogue([default_folder()])
    contents = read_files([default_folder()])
    sha256 = digest_of(contents)

    def made_anew() -> Catalogue:
        with contextlib.suppress(OutputError, OSError):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            catalogue = _write(contents, place)
            place.chmod(0o600)
            return catalogue
        return load_catalogue([default_folder()])

    with contextlib.suppress(CatalogueError, OSError):
        if own_file(place) and is_index(place):
            index = open_index(place)
            if (index.sha256, index.tool) == (sha256, __version__):
                return replace(index, otherwise=made_anew)
    return made_anew()


def _write(contents: Sequence[tuple[str, bytes]], output: Path) -> Catalogue:
    # Only needed here, and their imports take time at every start.
    from hotfix_check.catalogue.build_index import index_bytes

    faults: list[str] = []
    documents = parse_files(contents, faults)
    catalogue = read_parsed(documents, faults, sha256=digest_of(contents))
    data = index_bytes(catalogue, documents)
    with replaced_bytes(output) as stream:
        stream.write(data)
    return catalogue
