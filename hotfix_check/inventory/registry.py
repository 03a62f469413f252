"""What a registry hive records of products: the values of its Setup keys and the updates that setup noted, as read.

Records stand beside files and never in their place: Microsoft advises against deciding from what the registry says of
files, since later installations replace them (KB888535).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict

from hotfix_check.frozen import Frozen
from hotfix_check.untrusted.fields import Fields, numbered

LARGEST_NUMBER = 2**32 - 1
"""Of a value that is kept: that of a REG_DWORD. What Setup writes as a number is one."""


class RegistryKeys(Frozen):
    """What is read of a registry: which keys is the catalogue's to say.

    ``setups`` are paths of keys below HKLM\\SOFTWARE\\Microsoft in lower case, parts joined by ``/`` and ``*`` being a
    part of any name; ``values`` the names of those values that are kept. Below Updates those keys are read that have
    one of the words ``updates`` in their names.
    """

    setups: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()


class RecordedSetup(Frozen):
    """A Setup key below HKLM\\SOFTWARE with those of its values that tell product, level and folders, by name."""

    key: str
    values: tuple[tuple[str, str | int], ...]


class RecordedUpdate(Frozen):
    """An update that a product's key below HKLM\\SOFTWARE\\Microsoft\\Updates records as installed.

    ``product`` is that key's name as it is ("Exchange Server 2003"), ``package`` the value PackageName where there is
    one. A level in the path is the next service pack and not the one that is there (technet aa998975: KB907747 of
    2003 SP2 lies under SP3), so it is kept in ``key`` alone.
    """

    kb: int
    product: str
    key: str
    package: str | None = None


class RegistryRecords(Frozen):
    """The records of one hive. ``hive`` is its path in the target, or as it was given; ``notes`` is what to know of it.

    ``complete`` is False where a part of the hive could not be read, so that a record that is not here may exist.
    """

    hive: str
    size: int
    sha256: str | None
    setups: tuple[RecordedSetup, ...]
    updates: tuple[RecordedUpdate, ...]
    notes: tuple[str, ...] = ()
    complete: bool = True


def recorded_folders(records: RegistryRecords | None, named: Container[str]) -> tuple[str, ...]:
    """The folders that these values of Setup keys name, without drive, in lower case and joined by ``/``."""
    setups = () if records is None else records.setups
    values = [value for setup in setups for name, value in setup.values if name in named]
    paths = (str(value).replace("\\", "/").partition(":")[2].strip("/").lower() for value in values)
    return tuple(path for path in paths if path)


def registry_row(records: RegistryRecords) -> dict[str, object]:
    """The records as a saved inventory holds them."""
    return {
        "hive": records.hive,
        "size": records.size,
        "sha256": records.sha256,
        "complete": records.complete,
        "notes": list(records.notes),
        "setups": [{"key": one.key, "values": dict(one.values)} for one in records.setups],
        "updates": [asdict(one) for one in records.updates],
    }


def read_registry(row: Fields) -> RegistryRecords:
    """The same back. Raises what ``row`` raises for a fault."""
    records = RegistryRecords(
        hive=row.need("hive", row.text("hive")),
        size=row.need("size", row.integer("size", 0, 2**63)),
        sha256=row.digest("sha256"),
        setups=tuple(row.each("setups", numbered("setup", "key"), _setup)),
        updates=tuple(row.each("updates", numbered("update", "key"), _update)),
        notes=row.texts("notes") or (),
        complete=row.flag("complete", True),
    )
    row.finish()
    return records


def _setup(row: Fields) -> RecordedSetup:
    values = row.need("values", row.inner("values"))
    return RecordedSetup(
        key=row.need("key", row.text("key")), values=tuple((name, _value(values, name)) for name in values.table)
    )


def _value(values: Fields, name: str) -> str | int:
    found = values.get(name, object, "text or a number")
    if isinstance(found, str):
        return found
    return values.need(name, values.integer(name, 0, LARGEST_NUMBER))


def _update(row: Fields) -> RecordedUpdate:
    return RecordedUpdate(
        kb=row.need("kb", row.integer("kb", 10_000, 9_999_999)),
        product=row.need("product", row.text("product")),
        key=row.need("key", row.text("key")),
        package=row.get("package", str, "text"),
    )
