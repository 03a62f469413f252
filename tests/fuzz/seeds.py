"""Small valid inputs for each entrance, all made here: no text of Microsoft's and no real program is among them."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import struct
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import listing_builder
import py7zr
from cab_builder import STORED, build_cab
from entrances import JOURNAL_BYTES, JOURNAL_QUESTION
from hive_builder import Value, build_hive
from inventory.pasted import SAMPLES
from make_samples import HIVES
from pe_builder import build_pe
from report.documents import document
from targets import SP4_BIN, folder, installed

from hotfix_check.catalogue.build_index import index_bytes
from hotfix_check.catalogue.load import parse_files, read_parsed
from hotfix_check.catalogue.seal import SEAL_BYTES
from hotfix_check.configuration import Configuration
from hotfix_check.fleet.journal import Journal
from hotfix_check.fleet.row import HostProduct, HostRow
from hotfix_check.fleet.standing import HostInstallation, HostStep
from hotfix_check.inventory.files import Collected, UnreadableFile
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.manifest import EvidenceFile, EvidenceTarget, Manifest, manifest_to_json
from hotfix_check.report.posture import Standing

ROOT = Path(__file__).parent.parent.parent

_TEXT = """DOCUMENT:Q999002  08-MAY-2002  [sample]
TITLE   :SAMPLE: The Queue Waits (999002)
The information in this article applies to:

 - Microsoft Exchange Server, version 5.5 SP4
 - Microsoft Exchange 2000 Server

RESOLUTION
==========
To get this fix, install the latest service pack. See Q999003 and KB999004.

The English version of this fix should have the following file attributes or later:

   Component: Information Store

   File name     Version
   -------------------------
   Sample.exe    5.5.2652.50
   Sample.dll    5.5.2652.51 (Alpha)

   02-Mar-2001  01:30  6.0.4417.5   655,463  Setupa.exe   Alpha
   02-Mar-2001  00:15                    67  Part.ini

NOTE: Because of dependencies, this fix requires Exchange 2000 Service Pack 3 and update 999005.
This problem was first corrected in Exchange Server 5.5 Service Pack 4. It replaces KB999006.
You must restart the computer.
Additional query words: exch2kp2w post-sp3
Keywords: kbbug kbExchange550preSP5fix
"""
_GRID = """Slow queues (999007)
Applies to: Exchange Server 2016 CU23
+------------+-------------+---------+-------------+-------+----------+
| File name  | File version| Size    | Date        | Time  | Platform |
+------------+-------------+---------+-------------+-------+----------+
| One.dll    | 15.1.2507.9 | 1,024   | 08-Mar-2022 | 10:01 | x64      |
+------------+-------------+---------+-------------+-------+----------+

| File name | Version | Size |
| --- | --- | --- |
| `Two.dll` | 15.01.2507.009 | 2 048 |
"""
_HTML = """<!DOCTYPE html><html><head><title>Description of a sample update</title><meta charset="utf-8"></head><body>
<h1>Description of a sample update: KB9990008</h1><h2>Applies to</h2><ul><li>Exchange Server 2019</ul>
<p>Prerequisites: none&nbsp;&#8211; &lt;b&gt;</p><script>var a = "<table>";</script><!-- no -->
<h3>File information</h3><details><summary>Files</summary><table><tr><th>File name<th>File version<th colspan=2>Size
<tr><td>One.dll</td><td>15.2.1544.9</td><td rowspan="2">1,024<td>8-Apr-24</tr><tr><td>Two.dll<td>15.2.1544.10</table>
</details><p>This update replaces <a href="/help/9990009">9990009</a>. Restart: you have to restart.</body></html>
"""
_CSV = """"File name","File version","File size","Date","Time","Platform"
One.dll,15.2.1544.9,"1,024",8-Apr-24,10:01,x64
"Two ""x"".dll",15.2.1544.10,2048,2024-04-08,22:02,Not applicable

Exchange Server 2016 Cumulative Update 23
File identifier,File name,File version
One.dll.1,One.dll,15.01.2507.9
"""


_CATALOGUE = """format = 1
version = 2026-11-21
[product]
id = "exchange-5.5"
name = "Exchange Server 5.5"
range = "==5.5.*"
level_by = "third-part"
platform = "i386"
end_of_support = 2005-12-31
server_files = ["Store.exe"]
levels = [
  { name = "RTM", build = "5.5.1960.3", released = 1997-11-03 },
  { name = "SP4", build = "5.5.2653.23", end_of_support = 2005-12-31 },
]
folders = [{ role = "bin", paths = ["exchsrvr/bin"], core = ["Store.exe"] }, { role = "imc", paths = ["bin"] }]
components = [{ name = "IMS", markers = ["Msexcimc.exe"] }]
files = [{ name = "Store.exe", roles = ["bin"], copies = "all", marker = true, versions = { SP4 = "5.5.2653.23" } }]
[[update]]
id = "SP4"
title = "Service Pack 4"
kind = "service-pack"
level = "SP4"
sources = ["x"]
[[update]]
kb = 999001
aliases = ["MS99-001"]
title = "A sample"
kind = "hotfix"
importance = "required"
component = "IMS"
restart = "services"
released_month = "2004-04"
replaces = ["KB999002"]
contains = [999002]
included_in = ["SP4"]
related = ["KB999002"]
actions = [{ kind = "registry", text = "Set it" }]
applies_to = ["x"]
sources = ["x"]
reviewed = 2026-11-21
  [[update.package]]
  level = "RTM"
  prerequisites = [["SP4", "KB999002"]]
  contains_earlier = false
  files = [
    { name = "Store.exe", version = "5.5.2655.1", size = 9, timestamp = 2003-07-01T17:44:00Z, roles = ["bin"] },
    { name = "Mapi32.dll", version = "6.0.1.1", range = "==6.*", platform = "alpha", companion = true, sure = false },
    { name = "Store.cfg", timestamp = 2003-07-01, language = "en", note = "x" },
  ]
[[update]]
kb = 999002
title = "Another"
kind = "security-update"
released = 2004-04-01
sources = ["x"]
[[advisory]]
id = "A1"
kb = 999003
file = "Store.exe"
first = "5.5.2653.7"
last = "5.5.2653.18"
text = "Withdrawn"
source = "x"
"""
_CONFIGURATION = """catalogue = ["default", "mine.toml"]
baseline = "b.toml"
waivers = "w.toml"
product = ["exchange-2016"]
output = ["report.html"]
fail-on = ["undetermined"]
[publisher]
name = "Contoso"
namespace = "https://contoso.example"
"""
_BASELINE = """name = "gold"
[[product]]
id = "exchange-5.5"
level = "SP4"
match = "exact"
required = [818861]
forbidden = ["KB884874"]
optional = ["Q242221"]
"""
_WAIVER = """[[waiver]]
id = "W-1"
kb = "KB818861"
hosts = ["EX*", "evid[a-e]nce", "?"]
reason = "None needed"
approved_by = "J. Rivera"
approved_on = 2026-06-01
ticket = "CHG-1"
expires = 2026-12-31
"""


def pe_seeds() -> tuple[bytes, ...]:
    """Programs of each kind that the reader tells apart, and where it must look into corners."""
    plain = build_pe(strings={"CompanyName": "Sample", "ProductName": "Sample Server"})
    late = bytearray(plain)
    late[60:64] = struct.pack("<I", 0x7FFFFFF0)
    driver = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return (
        plain,
        build_pe("6.5.7638.1", languages=(0, 1031, 1033), plus32=True, machine="amd64"),
        build_pe("1.0.2536.0", exports=("GetOutlookVersion", "MAPIInitialize"), section_name="UPX0"),
        build_pe(None),
        bytes(late),
        driver + b"LE" + bytes(62),
        driver + b"NE" + bytes(34) + struct.pack("<H", 64) + bytes(200),
    )


def article_seeds() -> tuple[bytes, ...]:
    """Articles as text, with boxed and Markdown tables, as HTML, in other encodings, and a CSV file list."""
    sample = (ROOT / "samples" / "article.txt").read_bytes()
    texts = (_TEXT, _GRID, _HTML, _CSV)
    return (
        sample,
        *(text.encode() for text in texts),
        _TEXT.encode("utf-16"),
        _GRID.replace("\n", "\r\n").encode("cp1252"),
    )


def catalogue_seeds() -> tuple[bytes, ...]:
    """The two catalogues of the samples, and a small one that uses what they do not."""
    folder = ROOT / "samples" / "example" / "catalogue"
    return (*(path.read_bytes() for path in sorted(folder.glob("*.toml"))), _CATALOGUE.encode())


def line_seeds() -> tuple[bytes, ...]:
    """The same catalogues in JSON, an update a line."""
    found = []
    for seed in catalogue_seeds():
        table = tomllib.loads(seed.decode())
        updates = table.pop("update")
        found.append(
            "\n".join(json.dumps(one, default=str).replace("+00:00", "Z") for one in (table, *updates)).encode()
        )
    return tuple(found)


def index_seeds() -> tuple[bytes, ...]:
    """The small catalogue as an index without its seal, on the smallest pages that there are."""
    faults: list[str] = []
    documents = parse_files([("small.toml", _CATALOGUE.encode())], faults)
    catalogue = read_parsed(documents, faults, sha256="0" * 64)
    assert faults == []
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "small.sqlite")
        file.write_bytes(index_bytes(catalogue, documents)[:-SEAL_BYTES])
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA page_size = 512")
            connection.execute("VACUUM")
        return (file.read_bytes(),)


def listing_seeds() -> tuple[bytes, ...]:
    """Two files as each tool tells them that hotfix-check knows."""
    moment = datetime(2003, 7, 1, 17, 44, tzinfo=UTC)
    files = [
        listing_builder.Listed(r"C:\WINNT\System32\Mapi32.dll", "5.5.2657.50", 881_936, moment),
        listing_builder.Listed(r"D:\Exchsrvr\Bin\Store.exe", "5.5.2653.23", 3, moment),
    ]
    b = listing_builder
    writers = [b.filever, b.sigcheck, b.powershell_csv, b.powershell_json, b.powershell_clixml]
    writers += [b.osquery, b.velociraptor, b.exiftool]
    texts = [write(files) for write in writers]
    return (*(text.encode() for text in texts), texts[1].encode("utf-16"))


def pasted_seeds() -> tuple[bytes, ...]:
    """Of each form that people paste the first sample."""
    first = {form: text for form, _, text, _ in reversed(SAMPLES)}
    return tuple(text if isinstance(text, bytes) else text.encode() for text in first.values())


def package_seeds() -> tuple[bytes, ...]:
    """Cabinets, stored, packed and in one another, alone and behind a program."""
    plain = build_pe("5.5.2657.50", strings={"OriginalFilename": "Mapi32.dll"})
    stub = build_pe("1.0.0.0", strings={"FileDescription": "Update package"})
    stored = build_cab({"Mapi32.dll": plain, "update.inf": b"KB818861"}, compression=STORED)
    return (stored, stub + build_cab({"Bin/Mapi32.dll": plain}), build_cab({"in.cab": stored, "a.cfg": b"x"}))


def inventory_seeds() -> tuple[bytes, ...]:
    """A server with one file of each state."""
    collected = Collected(host="EX01", at=datetime(2026, 11, 21, tzinfo=UTC), by="hotfix-check 0.1.0")
    odd = installed(
        "Exchsrvr/Bin/Mapi32.dll",
        "5.5.2657.50",
        modified=datetime(2003, 7, 1, 17, 44, tzinfo=UTC),
        version_string="5.5.2657.50",
        languages=(1033,),
        linked=1057081440,
        stub=False,
        sha256="0" * 64,
        notes=("strings-cut",),
    )
    broken = UnreadableFile(path="Exchsrvr/Bin/Mdbmsg.dll", reason="cut short", size=3)
    small = folder(odd, broken)
    return tuple(inventory_to_json(one, collected).encode() for one in (small, folder(*SP4_BIN)))


def result_seeds() -> tuple[bytes, ...]:
    """Results of few findings, one of each verdict, with waivers and ladders."""
    return tuple(json.dumps(document(count, rungs=3, files=1)).encode() for count in (1, 6))


def manifest_seeds() -> tuple[bytes, ...]:
    """A manifest of two targets with every argument set, and an empty one."""
    file = EvidenceFile(path="Bin/A.dll", size=3, modified=datetime(2003, 7, 1, tzinfo=UTC), sha256="0" * 64)
    target = EvidenceTarget(path="server", kind="folder", root=("case", "server"), sha256=None, files=(file, file))
    options = JudgeOptions(
        catalogues=(Path("default"),),
        products=("exchange-5.5",),
        kbs=("KB818861",),
        assume=("exchange-5.5=SP4",),
        baseline=Path("baseline.toml"),
        waivers=Path("waivers.toml"),
        fail_on="missing",
        as_of="2003-10-01",
        complete=True,
    )
    full = Manifest(
        tool="hotfix-check 0.1.0",
        catalogue_version="2026-11-21",
        catalogue_sha256="0" * 64,
        options=options,
        day=date(2026, 11, 21),
        configuration=Configuration(path="config.toml", sha256="0" * 64, options={"product": ("exchange-5.5",)}),
        baseline_sha256="1" * 64,
        waivers_sha256=None,
        result_sha256="2" * 64,
        targets=(target, replace(target, kind="inventory", sha256="3" * 64, files=())),
    )
    return tuple(manifest_to_json(one).encode() for one in (full, replace(full, targets=())))


def baseline_seeds() -> tuple[bytes, ...]:
    """The baseline of the samples, and one that uses what it does not."""
    return ((ROOT / "samples" / "baseline.toml").read_bytes(), _BASELINE.encode())


def configuration_seeds() -> tuple[bytes, ...]:
    """The configuration of the samples, and one with every key."""
    return ((ROOT / "samples" / "config.toml").read_bytes(), _CONFIGURATION.encode())


def waiver_seeds() -> tuple[bytes, ...]:
    """The waivers of the samples, and one for every host."""
    return ((ROOT / "samples" / "waivers.toml").read_bytes(), _WAIVER.encode())


def hive_seeds() -> tuple[bytes, ...]:
    """The hive of the samples, and a dirty one of a newer server."""
    newer: dict[str, dict[str, Value]] = {
        r"Microsoft\ExchangeServer\v15\Setup": {"MsiProductMajor": 15, "MsiProductMinor": 2, "MsiBuildMajor": 1544},
        r"Microsoft\Updates\Exchange 2019\x": {"PackageName": "Security Update (KB5037224)"},
    }
    return (build_hive(HIVES["exchange-5.5-sp4"][1]), build_hive(newer, dirty=True))


def archive_seeds() -> tuple[bytes, ...]:
    """A server packed in each way that is short; one within another, with a link, and a cabinet."""
    files = {"Exchsrvr/Bin/Mapi32.dll": build_pe("5.5.2657.50"), "Exchsrvr/Bin/a.txt": b"x"}
    zipped, tarred, seven = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    with tarfile.open(fileobj=tarred, mode="w:gz", format=tarfile.PAX_FORMAT) as out:
        for name, data in {**files, "inner.zip": zipped.getvalue()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("Exchsrvr/Bin/Store.exe")
        link.type, link.linkname = tarfile.SYMTYPE, "../../etc/passwd"
        out.addfile(link)
    with py7zr.SevenZipFile(seven, "w") as out:
        for name, data in files.items():
            out.writestr(data, name)
    return (zipped.getvalue(), tarred.getvalue(), seven.getvalue(), build_cab(files, compression=STORED))


def expected_seeds() -> tuple[bytes, ...]:
    """The list of the samples, one for Excel in another order, and one without columns."""
    excel = 'dag;Name;site\r\nDAG1;EX1.contoso.com;"a;b"\r\n;EX2;\r\n'.encode("utf-16")
    return ((ROOT / "samples" / "hosts.csv").read_bytes(), excel, b"dag,host\nDAG1,EX1\n", b"# hosts\nEX1\nEX2\n")


def journal_seeds() -> tuple[bytes, ...]:
    """Two hosts of this question and one of another; the last line is torn."""
    row = HostRow(
        source="inbox/EX1.json",
        sha256=sha256(JOURNAL_BYTES).hexdigest(),
        target=1,
        kind="inventory",
        host="EX1",
        named=True,
        at="2026-11-01T06:30:00Z",
        catalogue="2026-11-21",
        catalogue_sha256="0" * 64,
        outcome="findings",
        products=(HostProduct("exchange-5.5", "SP4", "SP4", "SP4", "markers"),),
        findings={"missing": ("exchange-5.5/KB818861",), "failing": ("exchange-5.5/KB818861",)},
        installations=(
            HostInstallation(
                root="Exchsrvr",
                product="exchange-5.5",
                counts=True,
                standing=Standing(name="Exchange Server 5.5 SP4", build="5.5.2653.23", support_ends="2005-12-31"),
                steps=(HostStep("exchange-5.5/KB818861", "Install KB818861."),),
                cves={"exposed": ("CVE-2002-0698",), "needs-configuration": (), "unknown": ()},
            ),
        ),
        advisories=("exchange-5.5/x",),
        waivers=("W-1",),
        reason=None,
    )
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "fleet.journal")
        for question, source in ((JOURNAL_QUESTION, "inbox/EX1.json"), ("1" * 64, "EX3"), (JOURNAL_QUESTION, "EX4")):
            with Journal(path, question, ["inbox"]) as journal:
                journal.add([replace(row, source=source)])
        return (path.read_bytes(), path.read_bytes()[:-9])


SEEDS: dict[str, Callable[[], tuple[bytes, ...]]] = {
    "pe": pe_seeds,
    "article": article_seeds,
    "catalogue": catalogue_seeds,
    "lines": line_seeds,
    "index": index_seeds,
    "listing": listing_seeds,
    "pasted": pasted_seeds,
    "package": package_seeds,
    "inventory": inventory_seeds,
    "result": result_seeds,
    "baseline": baseline_seeds,
    "configuration": configuration_seeds,
    "waivers": waiver_seeds,
    "manifest": manifest_seeds,
    "hive": hive_seeds,
    "archive": archive_seeds,
    "expected": expected_seeds,
    "journal": journal_seeds,
}
