"""Whatever a stranger saved, the command line says in one line which file, where in it, and what was expected."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Ran, Run

SMALL = ("--catalogue", ROOT / "samples" / "example" / "catalogue")
INVENTORY, RESULT, MANIFEST = (f"hotfix-check/{kind}/1" for kind in ("inventory", "result", "manifest"))

# Commands that read a file called "bad.json" or "bad.toml", and what each then takes it for.
JSON_READERS: dict[str, tuple[tuple[object, ...], str]] = {
    "scan": (("scan", "-q", *SMALL, "bad.json"), "a saved inventory"),
    "plan": (("plan", "-q", *SMALL, "bad.json"), "a saved inventory"),
    "explain": (("explain", "-q", *SMALL, "KB818861", "bad.json"), "a saved inventory"),
    "compare": (("compare", "-q", *SMALL, "bad.json", "bad.json"), "a saved inventory"),
    "convert": (("convert", "bad.json"), "a saved result"),
    "verify": (("verify", "-q", "bad.json"), "a manifest"),
}
TOML_READERS: dict[str, tuple[tuple[object, ...], str]] = {
    "catalogue": (("scan", "-q", "empty", "--catalogue", "bad.toml"), "a catalogue"),
    "baseline": (("scan", "-q", "empty", *SMALL, "--baseline", "bad.toml"), "a baseline"),
    "plan by a baseline": (("plan", "-q", "empty", *SMALL, "--baseline", "bad.toml"), "a baseline"),
    "waivers": (("scan", "-q", "empty", *SMALL, "--waivers", "bad.toml"), "a waiver file"),
}
ANY_FILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "nothing in it; {what} expected"),
    "blank": (b" \r\n\t\n", "nothing in it; {what} expected"),
    "a byte order mark before nothing": (b"\xef\xbb\xbf\n", "nothing in it; {what} expected"),
    "zero bytes": (bytes(5000), "nothing but zero bytes in it; {what} expected"),
    "compressed with gzip": (gzip.compress(b"{}"), "gzip-compressed: unpack it first; {what} expected"),
    "a ZIP archive": (b"PK\x03\x04abc", "a ZIP archive: unpack it first; {what} expected"),
    "a program": (b"MZ\x90\0", "a program; {what} expected"),
}
JSON_PAYLOADS: dict[str, tuple[bytes, str]] = {
    **{name: (data, said.format(what="{what} (JSON)")) for name, (data, said) in ANY_FILE.items()},
    # Packed once it is read; twice, it is not looked into.
    "compressed with gzip": (
        gzip.compress(gzip.compress(b"{}")),
        "gzip-compressed: unpack it first; {what} (JSON) expected",
    ),
    "not UTF-8": (b'{"a": "\xff"}', "byte 7: not UTF-8 text (invalid start byte); {what} (JSON) expected"),
    "half a UTF-16 character": (b"\xff\xfe{", "byte 2: not UTF-16 text (truncated data); {what} (JSON) expected"),
    "UTF-16 and no JSON": ("hello".encode("utf-16"), "not JSON: Expecting value: line 1 column 1 (char 0)"),
    "cut short": (b'{"schema": ', "not JSON: Expecting value: line 1 column 12 (char 11); {what} expected"),
    "two documents": (b"{}{}", "not JSON: Extra data: line 1 column 3 (char 2); {what} expected"),
    "a zero byte inside": (b'{"a": \0}', "not JSON: Expecting value: line 1 column 7 (char 6)"),
    "a comment": (b"{\n  // x\n}", "not JSON: Expecting property name enclosed in double quotes: line 2 column 3"),
    "lists that never close": (b'{"a": ' + b"[" * 100_000, "nested deeper than 64 levels, not {what}"),
    "deep lists": (b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}", "nested deeper than 64 levels, not {what}"),
    "deep objects": (b'{"a": ' * 70 + b"1" + b"}" * 70, "nested deeper than 64 levels, not {what}"),
    "a key twice": (
        b'{"schema": 1, "a": [{}, {"b": 1, "b": 2}]}',
        "a 2, b: appears twice, so which one counts would depend on the reader",
    ),
    "a key twice at the top": (b'{"schema": 1, "schema": 2}', "schema: appears twice, so which one counts"),
    "NaN": (b'{"a": {"b": NaN}}', "a, b: NaN is not a JSON number"),
    "minus infinity": (b'{"a": [0, -Infinity]}', "a 2: -Infinity is not a JSON number"),
    "infinity by its exponent": (b'{"a": 1e999}', "a: 1e999 is larger than any number"),
    "a number of 401 digits": (
        b'{"a": [1' + b"0" * 400 + b"]}",
        "a 1: a whole number of 401 digits, which no count has",
    ),
    "a number that Python will not read": (b'{"a": ' + b"9" * 5000 + b"}", "a: a whole number of 5000 digits"),
    "half a surrogate pair": (b'{"a": {"b": "\\ud800"}}', "a, b: half a surrogate pair in it (\\ud800)"),
    "half a surrogate pair in a key": (b'{"\\udc00": 1}', "\\udc00: half a surrogate pair in the key"),
    "millions of values": (b"[" + b"0," * 4_194_304, "more than 4194304 values, not {what}"),
    "a control character in a key": (b'{"a\\nb": NaN}', "a\\nb: NaN is not a JSON number"),
}
TOML_PAYLOADS: dict[str, tuple[bytes, str]] = {
    **{name: (data, said.format(what="{what} (TOML)")) for name, (data, said) in ANY_FILE.items()},
    "not UTF-8": (b'a = "\xff"', "byte 5: not UTF-8 text (invalid start byte); {what} (TOML) expected"),
    "UTF-16": ("a = 1".encode("utf-16"), "UTF-16 text: save it as UTF-8; {what} (TOML) expected"),
    "JSON": (b'{"a": 1}', "not a TOML file: Invalid statement (at line 1, column 1)"),
    "cut short": (b"a =", "not a TOML file: Invalid value (at end of document)"),
    "a key twice": (b"a = 1\na = 2\n", "not a TOML file: Cannot overwrite a value (at line 2, column 6)"),
    "a table twice": (b"[a]\n[b]\n[a]\n", "not a TOML file: Cannot declare ('a',) twice (at line 3, column 3)"),
    "a zero byte inside": (b'a = "\0"', "not a TOML file: Illegal character '\\x00' (at line 1, column 6)"),
    "half a surrogate pair": (b'a = "\\ud800"', "not a TOML file: Escaped character is not a Unicode scalar value"),
    "a day that is none": (b"a = 2003-02-30", "not a TOML file: Invalid date or datetime (at line 1, column 5)"),
    "deep lists": (b"a = " + b"[" * 2000, "not a TOML file: lists or tables nested too deeply"),
    "deep inline tables": (b"a = " + b"{a=" * 2000, "not a TOML file: lists or tables nested too deeply"),
    "a key of 40,000 parts": (b"# x\n" + b"a." * 40_000 + b"a = 1", "line 2: a key of more than 8 dotted parts"),
    "a key of quoted parts": (b'"a" . ' * 4000 + b'"a" = 1', "line 1: a key of more than 8 dotted parts"),
    "a table header of many parts": (
        b'x = """\n\n"""\n[' + b"a." * 9 + b"a]",
        "line 4: a key of more than 8 dotted parts",
    ),
    "a number of 5000 digits": (b"\na = " + b"9" * 5000, "line 2: a word of more than 1000 characters (99999999"),
    "a number of 900 digits": (b"a = 1\nb = " + b"9" * 900, "field"),
    "a text that never closes": (b'a = """' + b'x"" \\" ' * 10_000, "not a TOML file: Unterminated string"),
}
UNFIT_FOR_ITS_KIND: dict[str, tuple[str, bytes, str]] = {
    "a list as inventory": ("scan", b"[]", "bad.json: a table expected, found []"),
    "an object without a schema as inventory": ("scan", b"{}", "bad.json: schema: missing"),
    "a schema that is a number": ("scan", b'{"schema": 5}', "bad.json: schema: text expected, found 5"),
    "a manifest as inventory": (
        "scan",
        json.dumps({"schema": MANIFEST}).encode(),
        "manifest/1': this release reads hotfix-check/inventory/1; 'hotfix-check verify' takes this file",
    ),
    "a list as result": ("convert", b"[]", "bad.json: not a saved result: an object expected"),
    "an object without a schema as result": (
        "convert",
        b"{}",
        "bad.json: schema: missing; hotfix-check/result/1 expected",
    ),
    "an inventory as result": (
        "convert",
        json.dumps({"schema": INVENTORY}).encode(),
        "inventory/1': this release reads hotfix-check/result/1; 'hotfix-check scan' takes this file",
    ),
    "a result of a later release": (
        "compare",
        b'{"schema": "hotfix-check/result/9"}',
        "bad.json: schema: 'hotfix-check/result/9': this release reads hotfix-check/result/1",
    ),
    "a list as manifest": ("verify", b"[]", "bad.json: a table expected, found []"),
    "a schema of a megabyte": (
        "verify",
        json.dumps({"schema": "x" * 1_000_000}).encode(),
        "this release reads hotfix-check/manifest/1",
    ),
    "a catalogue of many tables": (
        "catalogue",
        b"[[a]]\n" * 530_000,
        "bad.toml: more than 1048576 tables, lists and dotted keys: not a catalogue",
    ),
    "a baseline of two megabytes": (
        "baseline",
        b"#" * 2_000_000,
        "bad.toml: larger than 1048576 bytes, not a baseline",
    ),
    "a catalogue whose format is a huge number": (
        "catalogue",
        b"format = 0x" + b"f" * 900,
        "bad.toml: format: a whole number of more than 70 digits is not within 1 to 1000000",
    ),
    "a catalogue of a later format": ("catalogue", b"format = 2", "bad.toml: format: catalogue format 2 is newer"),
    "a baseline whose KB is a huge number": (
        "baseline",
        b'[[product]]\nid = "exchange-5.5"\nrequired = [0x' + b"f" * 900 + b"]",
        "bad.toml: exchange-5.5: required: a KB number, an update id or another name expected, "
        "found a whole number of more than 70 digits",
    ),
    "a baseline whose KB is a fraction": (
        "baseline",
        b'[[product]]\nid = "exchange-5.5"\nforbidden = [818861.5]',
        "bad.toml: exchange-5.5: forbidden: a KB number, an update id or another name expected, found 818861.5",
    ),
    "a baseline whose id spans lines": (
        "baseline",
        b'[[product]]\nid = "a\\nb\\u202e"',
        "bad.toml: a\\nb\\u202e: id: 'a\\nb\\u202e' is not in the catalogue (exchange-2003, exchange-5.5)",
    ),
    "a waiver whose KB is infinite": (
        "waivers",
        b'[[waiver]]\nid = "W-1"\nkb = inf',
        "bad.toml: W-1: kb: a KB number, an update id or another name expected, found inf",
    ),
    "a waiver whose id is a table": (
        "waivers",
        b"[[waiver]]\nid = {}",
        "bad.toml: waiver 1: id: text expected, found {}",
    ),
    "a waiver that never expires": (
        "waivers",
        b'[[waiver]]\nid = "W-1"\nkb = 818861\nreason = "x"\napproved_by = "x"\nexpires = "never"',
        "bad.toml: W-1: expires: a date such as 2003-07-01 expected, found 'never'",
    ),
    "a waiver for a host of a thousand letters": (
        "waivers",
        b'[[waiver]]\nid = "W-1"\nkb = 818861\nhosts = ["' + b"*a" * 500 + b'"]',
        "bad.toml: W-1: hosts: a host, or a pattern such as EX*, expected, found '*a*a",
    ),
}


def one_line(ran: Ran, name: str) -> str:
    """The one line of a refusal, behind the file's name."""
    assert (ran.code, ran.out) == (2, "")
    start = f"hotfix-check: error: {name}: "
    assert ran.err.startswith(start)
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 600
    return ran.err.removeprefix(start)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder that the commands run in, with an empty target in it."""
    (tmp_path / "empty").mkdir()
    return tmp_path


def each_by_one(payloads: Iterable[str], readers: Iterable[str]) -> list[Any]:
    """Each payload with one of the readers, by turns: they read with one function, and each has its own words."""
    return [
        pytest.param(reader, payload, id=f"{reader}: {payload}") for payload, reader in zip(payloads, cycle(readers))
    ]


@pytest.mark.parametrize(("reader", "payload"), each_by_one(JSON_PAYLOADS, JSON_READERS))
def test_bad_json_is_refused_in_one_line(reader: str, payload: str, run: Run, place: Path) -> None:
    arguments, what = JSON_READERS[reader]
    data, said = JSON_PAYLOADS[payload]
    (place / "bad.json").write_bytes(data)
    assert said.format(what=what) in one_line(run(*arguments), "bad.json")


@pytest.mark.parametrize(("reader", "payload"), each_by_one(TOML_PAYLOADS, TOML_READERS))
def test_bad_toml_is_refused_in_one_line(reader: str, payload: str, run: Run, place: Path) -> None:
    arguments, what = TOML_READERS[reader]
    data, said = TOML_PAYLOADS[payload]
    (place / "bad.toml").write_bytes(data)
    told = one_line(run(*arguments), "bad.toml")
    if payload == "a number of 900 digits":  # fine as TOML; each kind has its own word for fields that it lacks
        assert "missing" in told or "unknown field" in told
    else:
        assert said.format(what=what) in told


@pytest.mark.parametrize(("reader", "data", "said"), UNFIT_FOR_ITS_KIND.values(), ids=UNFIT_FOR_ITS_KIND)
def test_what_is_unfit_for_its_kind_is_refused_in_one_line(
    reader: str, data: bytes, said: str, run: Run, place: Path
) -> None:
    arguments, _ = (JSON_READERS | TOML_READERS)[reader]
    name = "bad.json" if reader in JSON_READERS else "bad.toml"
    (place / name).write_bytes(data)
    ran = run(*arguments)
    one_line(ran, name)
    assert said in ran.err


INVENTORY_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a digest that is none": (
        {"sha256": "0" * 63},
        "sha256: a SHA-256 of 64 lower-case hexadecimal digits expected, found",
    ),
    "a digest with a line end": ({"sha256": "0" * 64 + "\n"}, "sha256: a SHA-256 of 64 lower-case hexadecimal digits"),
    "a language beyond 16 bits": ({"languages": [65536]}, "languages: 65536 is not within 0 to 65535"),
    "a size below nothing": ({"size": -1}, "size: -1 is not within 0 to 9223372036854775808"),
    "a size that is true": ({"size": True}, "size: a whole number expected, found True"),
    "a version of five parts": ({"version": "1.2.3.4.5"}, "version: '1.2.3.4.5' is not a file version: four dotted"),
    "a version of a megabyte": ({"version": "1." * 500_000}, "is not a file version: four dotted numbers expected"),
    "a time before the first year": (
        {"modified": "0001-01-01T00:00:00+14:00"},
        "modified: 0001-01-01 00:00:00+14:00 is not a time that exists",
    ),
    "a field of a megabyte": ({"x" * 1_000_000: 1}, "unknown field (known here: company_name, description,"),
    "notes that are nested": ({"notes": [["x"]]}, "notes: a list of texts expected, found ['x'] in it"),
}


@pytest.mark.parametrize(("changes", "said"), INVENTORY_FAULTS.values(), ids=INVENTORY_FAULTS)
def test_a_fault_in_an_inventory_has_its_place(changes: dict[str, Any], said: str, run: Run, place: Path) -> None:
    (place / "bad.json").write_text(
        json.dumps(
            {
                "schema": INVENTORY,
                "collected": {"host": None, "at": None, "by": "x"},
                **{"target": "x", "root": [], "folders": [], "unreadable": [], "files_seen": 1, "files_read": 1},
                "files": [{"path": "Bin\r\nhotfix-check: all is well", "size": 1, **changes}],
            }
        )
    )
    ran = run(*JSON_READERS["scan"][0])
    told = ran.err.removeprefix("hotfix-check: error: bad.json, file 1 (Bin\\r\\nhotfix-check: all is well): ")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert told != ran.err
    assert said in told


def test_the_refusals_of_files_that_are_none(run: Run, place: Path) -> None:
    (place / "bad.json").mkdir()
    (place / "bad.toml").mkdir()
    assert "a folder, not a saved result" in one_line(run("convert", "bad.json"), "bad.json")
    assert "a folder, not a manifest" in one_line(run("verify", "-q", "bad.json"), "bad.json")
    for reader in ("baseline", "waivers"):
        arguments, what = TOML_READERS[reader]
        assert f"a folder, not {what}" in one_line(run(*arguments), "bad.toml")
    told = one_line(run(*TOML_READERS["catalogue"][0]), "bad.toml")
    assert told == "no catalogue file (*.toml or *.jsonl) in this folder\n"


@pytest.mark.parametrize("reader", [*JSON_READERS, *TOML_READERS])
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
def test_an_endless_device_is_not_read(reader: str, run: Run, place: Path) -> None:
    arguments, what = (JSON_READERS | TOML_READERS)[reader]
    ran = run(*("/dev/zero" if str(one).startswith("bad.") else one for one in arguments))
    expected = "neither a folder nor a file" if what == "a saved inventory" else f"a pipe or device, not {what}"
    assert one_line(ran, "/dev/zero").startswith(expected)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_nothing_waits_for_a_pipe(place: Path) -> None:
    """All in one process, which would not come back."""
    os.mkfifo(place / "bad.json")
    os.mkfifo(place / "bad.toml")
    readers = ("scan", "convert", "verify", "catalogue", "baseline", "waivers")
    jobs = [(JSON_READERS | TOML_READERS)[reader] for reader in readers]
    code = (
        "import json, sys\nfrom hotfix_check.cli import main\nfor job in json.loads(sys.argv[1]):\n"
        "    sys.argv[1:] = job\n    try: main()\n    except SystemExit as ended: assert ended.code == 2"
    )
    done = run_python(place, ["-c", code, json.dumps([list(map(str, arguments)) for arguments, _ in jobs])])
    assert (done.code, done.out) == (0, "")
    for line, (arguments, what) in zip(done.err.splitlines(), jobs, strict=True):
        name = next(str(one) for one in arguments if str(one).startswith("bad."))
        expected = "neither a folder nor a file" if what == "a saved inventory" else f"a pipe or device, not {what}"
        assert line.startswith(f"hotfix-check: error: {name}: {expected}")


def run_python(place: Path, arguments: Sequence[object], *, memory: int | None = None) -> Ran:
    """A process of its own, ended after half a minute; ``memory`` limits its addresses, in bytes."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory or -1, memory or -1))

    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=place,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=limit if memory else None,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


LARGE: dict[str, tuple[str, bytes, bytes, str]] = {
    "lists": ("scan", b'{"a": [', b"[],", "more than 4194304 values"),
    "one number": ("convert", b'{"a": 1', b"9", "not JSON: Expecting"),
    "tables": ("catalogue", b"", b"[[a]]\n", "more than 1048576 tables, lists and dotted keys"),
    "one dotted key": ("catalogue", b"", b"a.", "more than 1048576 tables, lists and dotted keys"),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit on memory is set as Linux does")
@pytest.mark.parametrize(("reader", "start", "unit", "said"), LARGE.values(), ids=LARGE)
def test_64_megabytes_are_refused_within_600(reader: str, start: bytes, unit: bytes, said: str, place: Path) -> None:
    size = 64 * 1024 * 1024
    name = "bad.json" if reader in JSON_READERS else "bad.toml"
    (place / name).write_bytes(start + unit * ((size - len(start)) // len(unit)))
    arguments, _ = (JSON_READERS | TOML_READERS)[reader]
    assert said in one_line(run_python(place, ["-m", "hotfix_check", *arguments], memory=600 * 1024 * 1024), name)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"format": 1}\n{"kb": NaN}', "line 2: kb: NaN is not a JSON number"),
        (b'{"format": 1}\n\n{"kb": 1, "kb": 2}', "line 3: kb: appears twice, so which one counts would depend"),
        (b"[]\n", "line 1: a table expected, found []"),
        (b"{}\n" * 1_000_001, "more than 1000000 lines, not a catalogue"),
        (b"{" + b'"a": [' * 90, "line 1: not JSON: "),
    ],
    ids=["not a number", "a key twice", "a list", "too many lines", "cut short"],
)
def test_a_catalogue_in_json_lines_is_refused_with_its_line(data: bytes, said: str, run: Run, place: Path) -> None:
    (place / "bad.jsonl").write_bytes(data)
    ran = run("scan", "-q", "empty", "--catalogue", "bad.jsonl")
    assert ran.code == 2
    assert ran.err.startswith(f"hotfix-check: error: bad.jsonl: {said}")
    assert ran.err.count("\n") == 1


def test_json_in_the_encodings_that_shells_write_is_read(run: Run, place: Path) -> None:
    run("scan", "-q", "empty", *SMALL, "-o", "result.json")
    text = (place / "result.json").read_text()
    plain = run("convert", "result.json", "-f", "csv")
    for encoding in ("utf-8-sig", "utf-16"):
        (place / "other.json").write_bytes(text.encode(encoding))
        assert run("convert", "other.json", "-f", "csv") == plain
