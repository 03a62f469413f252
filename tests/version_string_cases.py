"""Odd strings FileVersion: what VerQueryValue says, what we say, and why; see pe_cases.py."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pe_builder import block, string_block
from pe_cases import FIXED
from pe_oddities import patched_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StringCase:
    """One odd string FileVersion. The fixed version is 5.5.2657.50 in all of them, and read so by both."""

    words: str
    resource: bytes
    windows: str | None
    """FileVersion by VerQueryValue, in the table that the first Translation names; None: not found."""
    ours: str | None
    """FileVersion in our table of the language and code page that our first Translation names."""
    why: str


def table(*strings: bytes, name: str = "040904b0") -> bytes:
    return block(name, children=strings, text=True)


def resource(*tables: bytes, pairs: tuple[int, ...] = (0x409, 1200), translation_first: bool = False) -> bytes:
    """A version resource with these string tables and this Translation."""
    translation = block("Translation", struct.pack(f"<{len(pairs)}H", *pairs))
    parts = [
        block("StringFileInfo", children=tables, text=True),
        block("VarFileInfo", children=[translation], text=True),
    ]
    return block("VS_VERSION_INFO", FIXED, children=parts[::-1] if translation_first else parts)


def stored(text: str, *, length: int | None = None, value_length: int | None = None) -> bytes:
    """The string FileVersion with another wLength or wValueLength."""
    data = string_block("FileVersion", text)
    words = struct.unpack_from("<HH", data)
    return (
        struct.pack("<HH", words[0] if length is None else length, words[1] if value_length is None else value_length)
        + data[4:]
    )


OTHER_STRING = string_block("ProductName", "B")

STRINGS = (
    StringCase(
        words="commas and spaces", resource=resource(table(stored("5, 5, 2657, 50"))), windows="5, 5, 2657, 50",
        ours="5, 5, 2657, 50", why="text for people; shown, never judged",
    ),
    StringCase(
        words="the name of a build behind the numbers", resource=resource(table(stored("5.5.2657.50 (Lab06_N)"))),
        windows="5.5.2657.50 (Lab06_N)", ours="5.5.2657.50 (Lab06_N)", why="text for people",
    ),
    StringCase(
        words="not ASCII", resource=resource(table(stored("\uff15.5 \u65e5\u672c\u8a9e \u00ae \U0001f600"))),
        windows="\uff15.5 \u65e5\u672c\u8a9e \u00ae \U0001f600", ours="\uff15.5 \u65e5\u672c\u8a9e \u00ae \U0001f600",
        why="UTF-16, as stored",
    ),
    StringCase(
        words="control and direction characters", resource=resource(table(stored("5\x1b[31m\r\nok\x07\u202e"))),
        windows="5\x1b[31m\r\nok\x07\u202e", ours="5\x1b[31m\r\nok\x07\u202e", why="kept as stored, escaped on output",
    ),
    StringCase(
        words="lone surrogates", resource=resource(table(stored("5\ud800x\udc00"))), windows="5\ufffdx\ufffd",
        ours="5\ufffdx\ufffd",
        why="Windows hands them out as they are; replaced, so that any text can be written as UTF-8",
    ),
    StringCase(
        words="text behind a NUL", resource=resource(table(stored("5.5\0evil 9.9.9.9"))), windows="5.5", ours="5.5",
        why="text ends at its NUL",
    ),
    StringCase(
        words="no NUL at the end",
        resource=resource(
            table(block("FileVersion", "5.50".encode("utf-16-le"), text=True, value_length=4), OTHER_STRING)
        ),
        windows="5.50", ours="5.50", why="text ends with its block",
    ),
    StringCase(
        words="marked as binary", resource=resource(table(block("FileVersion", "5.5\0".encode("utf-16-le")))),
        windows="5.5", ours="5.5", why="some writers mark all values so",
    ),
    StringCase(
        words="an empty string", resource=resource(table(stored(""), OTHER_STRING)), windows="", ours="",
        why="not the same as no string",
    ),
    StringCase(
        words="30,000 characters", resource=resource(table(stored("5" * 30_000))), windows="5" * 30_000,
        ours="5" * 30_000, why="the 16-bit length of the whole is the bound",
    ),
    StringCase(
        words="the value's length counts bytes", resource=resource(table(stored("5.5", value_length=8), OTHER_STRING)),
        windows="5.5", ours="5.5", why="writers disagree whether it counts bytes or characters",
    ),
    StringCase(
        words="the value's length is 0", resource=resource(table(stored("5.5", value_length=0), OTHER_STRING)),
        windows="", ours="5.5", why="writers disagree what it counts, so it is not used; the text is there",
    ),
    StringCase(
        words="the value's length is far too large",
        resource=resource(table(stored("5.5", value_length=0xFFFF), OTHER_STRING)), windows="5.5", ours="5.5",
        why="cut at the block",
    ),
    StringCase(
        words="the string's length is 0", resource=resource(table(OTHER_STRING, stored("5.5", length=0), OTHER_STRING)),
        windows="5.5", ours=None,
        why="the list ends here for both, but Windows still compares this key; padding often looks like such a block",
    ),
    StringCase(
        words="behind a string of length 0",
        resource=resource(table(struct.pack("<H", 0) + OTHER_STRING[2:], stored("5.5"))), windows=None, ours=None,
        why="a block without a length ends the list",
    ),
    StringCase(
        words="the string's length is far too large",
        resource=resource(table(OTHER_STRING, stored("5.5", length=0xFFFF))), windows="5.5", ours="5.5",
        why="cut at its table",
    ),
    StringCase(
        words="twice in one table", resource=resource(table(stored("1"), stored("2"))), windows="1", ours="1",
        why="the first counts",
    ),
    StringCase(
        words="the key in capitals", resource=resource(table(string_block("FILEVERSION", "5.5"))), windows="5.5",
        ours="5.5", why="keys are compared without case",
    ),
    StringCase(
        words="two tables, Translation names the second",
        resource=resource(table(stored("de"), name="040704b0"), table(stored("en"))), windows="en", ours="en",
        why="every table is kept with its language",
    ),
    StringCase(
        words="three tiny tables",
        resource=resource(*[table(stored(name[2:4]), name=name) for name in ("040704b0", "040c04b0", "040904b0")]),
        windows="09", ours="09",
        why="walked block by block; readers that compare an offset with a length lose the last",
    ),
    StringCase(
        words="Translation names no table", resource=resource(table(stored("5.5"), name="080904b0")), windows=None,
        ours=None, why="a caller that asks for the first Translation misses it; we keep the table under its own name",
    ),
    StringCase(
        words="the name of the table in capitals", resource=resource(table(stored("5.5"), name="040904B0")),
        windows="5.5", ours="5.5", why="keys are compared without case",
    ),
    StringCase(
        words="Translation before the strings", resource=resource(table(stored("5.5")), translation_first=True),
        windows="5.5", ours="5.5", why="the order does not matter",
    ),
    StringCase(
        words="1,100 strings before it", resource=resource(table(*[string_block("", "")] * 1100, stored("5.5"))),
        windows="5.5", ours=None, why="1,024 strings are kept and strings-cut is noted; usual files have 8 to 12",
    ),
    StringCase(
        words="the whole is marked as text", resource=patched_bytes(4, b"\1", resource(table(stored("5.5")))),
        windows=None, ours="5.5",
        why="Windows then counts the fixed part in characters and misses the strings; they are there",
    ),
)  # fmt: skip
