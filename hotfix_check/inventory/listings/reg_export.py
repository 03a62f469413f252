r"""Registry exports: .reg files of regedit (5.00 in UTF-16, REGEDIT4 in a code page), and what ``reg query /s`` says.

    [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup]
    "MsiProductMajor"=dword:0000000f
    "MsiInstallPath"="C:\\Program Files\\Microsoft\\Exchange Server\\V15\\"
    "Services"=hex(2):43,00,3a,00,...          REG_EXPAND_SZ, in REGEDIT4 with one byte a character

Read are the keys that are read of a hive, by the same code, and as there they are records: told, and no proof.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import field

from hotfix_check.errors import TargetError
from hotfix_check.frozen import dataclass
from hotfix_check.inventory.hive import HiveError, Steps, key_records, microsoft_keys, setup_values
from hotfix_check.inventory.listings.listed import ListedRegistry, Row, Said
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryKeys, RegistryRecords

_KEY = re.compile(r"\[?(?:HKEY_LOCAL_MACHINE|HKLM)\\([^\]\r\n]{1,2000})\]?\s{0,9}", re.IGNORECASE)
_EXPORTED = re.compile(r'"((?:[^"\\]|\\.){1,260})"=(.{0,20000})')
_QUERIED = re.compile(r"\s{2,9}(\S[^\t]{0,259}?)(?:\t| {4})(REG_\w{2,20})(?:\t| {4})(.{0,20000})")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_SIGN = re.compile(r"^(?:Windows Registry Editor Version 5\.00|REGEDIT4)\s", re.MULTILINE)
_QUERY = re.compile(
    r"^(?:HKEY_LOCAL_MACHINE|HKLM)\\[^\r\n]{1,2000}\r?\n\s{2,9}\S[^\r\n]{0,259}?\s{4}REG_", re.MULTILINE
)
_PROVIDED = re.compile(
    r"Microsoft\.PowerShell\.Core\\Registry::(?:HKEY_LOCAL_MACHINE|HKLM)\\SOFTWARE\\((?:[^\r\n]{1,2000}\\)?Setup)",
    re.ASCII | re.IGNORECASE,
)
REGISTRY = "a registry export"


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    value: str | int
    value_type: str


@dataclasses.dataclass(slots=True)
class _Key:
    """A key as the reader of hives asks for it."""

    name: str
    below: dict[str, _Key] = field(default_factory=dict)
    values: dict[str, _Value] = field(default_factory=dict)

    @property
    def values_count(self) -> int:
        return len(self.values)

    def iter_subkeys(self) -> Iterator[_Key]:
        yield from self.below.values()

    def iter_values(self, *, trim_values: bool) -> Iterator[_Value]:
        yield from self.values.values()


def is_reg_export(head: str) -> bool:
    """Whether a text is a registry export, or the print of reg query."""
    return _SIGN.search(head.lstrip("\ufeff")) is not None or _QUERY.search(head) is not None


def reg_export(text: str, where: str) -> Iterator[Said]:
    """The keys of Microsoft in an export. Whoever asks for records of them is told of too many by a TargetError."""
    root = _tree(text)

    def records(keys: RegistryKeys) -> RegistryRecords:
        try:
            steps = Steps()
            setups, updates, _ = key_records(microsoft_keys(root, steps), keys, steps)
        except HiveError as error:
            raise TargetError(f"{where}: {error}") from None
        return _records(where, len(text), setups, updates)

    yield Said(ListedRegistry(records), REGISTRY)


def is_setup_key(row: Row) -> bool:
    """Whether a row, with keys in lower case, is a Setup key as Get-ItemProperty shows it."""
    path = row.get("pspath")
    return isinstance(path, str) and _PROVIDED.fullmatch(path) is not None


def setup_key(row: Row) -> Iterator[ListedRegistry]:
    """The record of a Setup key that Get-ItemProperty shows."""
    path = str(row.get("pspath"))
    match = _PROVIDED.fullmatch(path)
    key = _Key("Setup")
    for name, value in row.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
            _keep(key, name, int(value) if number else value)

    def records(keys: RegistryKeys) -> RegistryRecords | None:
        values = setup_values(key, keys, Steps())
        if match is None or not values:
            return None
        return _records(path, len(path), (RecordedSetup(key=match[1], values=values),), ())

    yield ListedRegistry(records)


def _records(
    where: str, size: int, setups: tuple[RecordedSetup, ...], updates: tuple[RecordedUpdate, ...]
) -> RegistryRecords:
    return RegistryRecords(
        hive=where,
        size=size,
        sha256=None,
        setups=setups,
        updates=updates,
        notes=("an export, which may be incomplete",),
        complete=False,
    )


def _tree(text: str) -> _Key:
    """The keys below HKLM\\SOFTWARE that are of Microsoft, whatever else is exported."""
    root = _Key("SOFTWARE")
    key: _Key | None = None
    sign = _SIGN.search(text)
    wide = sign is not None and "Version 5" in sign[0]
    for line in re.sub(r"\\[ \t]*\r?\n\s*", "", text).splitlines():
        if (match := _KEY.fullmatch(line)) is not None:
            key = _placed(root, match[1])
        elif key is not None and (match := _EXPORTED.fullmatch(line.strip())) is not None:
            _keep(key, _unescaped(match[1]), _exported(match[2].strip(), wide=wide))
        elif key is not None and (match := _QUERIED.fullmatch(line)) is not None:
            _keep(key, match[1], _queried(match[2], match[3].strip()))
    return root


def _placed(root: _Key, path: str) -> _Key | None:
    first, *parts = path.split("\\")
    if first.lower() != "software" or len(parts) > 30:
        return None
    key = root
    for part in parts:
        key = key.below.setdefault(part.lower(), _Key(part))
    return key


def _keep(key: _Key, name: str, value: str | int | None) -> None:
    if value is not None:
        kind = "REG_SZ" if isinstance(value, str) else "REG_DWORD"
        key.values.setdefault(name.lower(), _Value(name, value, kind))


def _exported(text: str, *, wide: bool) -> str | int | None:
    if (match := _QUOTED.fullmatch(text)) is not None:
        return _unescaped(match[1])
    kind, _, digits = text.partition(":")
    if kind == "dword" and re.fullmatch(r"[0-9a-fA-F]{1,8}", digits):
        return int(digits, 16)
    if kind == "hex(2)" and re.fullmatch(r"[0-9a-fA-F, ]*", digits):
        data = bytes(int(pair, 16) for pair in digits.replace(" ", "").split(",") if 0 < len(pair) < 3)
        return data.decode("utf-16-le" if wide else "latin-1", "replace").partition("\0")[0]
    return None


def _queried(kind: str, text: str) -> str | int | None:
    if kind == "REG_DWORD" and re.fullmatch(r"0x[0-9a-fA-F]{1,8}", text):
        return int(text, 16)
    return text if kind in ("REG_SZ", "REG_EXPAND_SZ") else None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
