"""Writes the sample targets beside this script: what a server's folders look like, without a byte of Microsoft's.

    python samples/make_samples.py [FOLDER]

The files are empty programs with real version resources. Those that a KB's file table names have its size and its UTC
time where the version is the table's. ``expected.toml`` says what hotfix-check must answer on each target.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from hive_builder import Value, build_hive
from pe_builder import build_pe


class SampleFile(NamedTuple):
    """One file of a sample target; ``time`` is UTC."""

    path: str
    version: str
    size: int = 65_536
    time: str = "2000-10-30T10:00"
    product: str = "Microsoft Exchange"
    exports: tuple[str, ...] = ()


SAMPLES: dict[str, tuple[SampleFile, ...]] = {
    # Service Pack 4, half patched: KB324528 is on, KB884874 half, KB818861 not.
    "exchange-5.5-sp4": (
        SampleFile("Exchsrvr/Bin/Admin.exe", "5.5.2653.23"),
        SampleFile("Exchsrvr/Bin/Dramapi.dll", "5.5.2656.48", 19_216, "2002-06-20T19:40"),
        SampleFile("Exchsrvr/Bin/Dsamain.exe", "5.5.2653.17"),
        SampleFile("Exchsrvr/Bin/Emsmta.exe", "5.5.2653.23"),
        SampleFile("Exchsrvr/Bin/Mad.exe", "5.5.2653.23"),
        SampleFile("Exchsrvr/Bin/Mdbmsg.dll", "5.5.2658.34"),
        SampleFile("Exchsrvr/Bin/Store.exe", "5.5.2653.23"),
        SampleFile("Exchsrvr/Connect/Msexcimc/Bin/Imcmsg.dll", "5.5.2658.28", 209_680, "2004-12-07T23:04"),
        SampleFile("Exchsrvr/Connect/Msexcimc/Bin/Msexcimc.exe", "5.5.2655.55", 505_104, "2001-09-20T17:12"),
        SampleFile("WINNT/System32/Ese.dll", "5.5.2653.21"),
        SampleFile("WINNT/System32/Exchmem.dll", "5.5.2653.12"),
        SampleFile("WINNT/System32/Gapi32.dll", "5.5.2653.12"),
        SampleFile("WINNT/System32/Mapi32.dll", "5.5.2653.12", 870_160, "2000-10-26T09:30"),
    ),
    # Service Pack 3 with KB817375; the rollup of September 2003 that contains it is not on.
    "exchange-2000-sp3": (
        SampleFile("Program Files/Exchsrvr/Bin/Emsmta.exe", "6.0.6249.4", time="2002-06-20T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Mad.exe", "6.0.6249.4", time="2002-06-20T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Mapi32.dll", "6.0.6448.0", 745_472, "2003-03-31T23:34"),
        SampleFile("Program Files/Exchsrvr/Bin/Store.exe", "6.0.6249.4", time="2002-06-20T08:00"),
        SampleFile("WINNT/System32/Mapi32.dll", "6.0.6448.0", 745_472, "2003-03-31T23:34"),
    ),
    # Service Pack 1 without KB901014; one of the two copies of Mapi32.dll has been replaced by hand.
    "exchange-2003-sp1": (
        SampleFile("Program Files/Exchsrvr/Bin/Emsmta.exe", "6.5.7226.0", time="2004-05-10T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Exchmem.dll", "6.5.7226.0", time="2004-05-10T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Mad.exe", "6.5.7226.0", time="2004-05-10T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Mapi32.dll", "6.5.7226.0", time="2004-05-10T08:00"),
        SampleFile("Program Files/Exchsrvr/Bin/Store.exe", "6.5.7226.3", time="2004-05-10T08:00"),
        SampleFile("WINDOWS/system32/mapi32.dll", "6.5.7233.46", 635_904, "2005-08-31T04:02"),
    ),
    # One file, copied off an Exchange 5.5 server.
    "copied-file": (SampleFile("Mapi32.dll", "5.5.2657.50", 881_936, "2003-07-01T17:44"),),
    # What Windows and Outlook put in its place: it exports GetOutlookVersion and says nothing of Exchange.
    "windows-stub": (
        SampleFile(
            "Mapi32.dll",
            "1.0.2536.0",
            131_072,
            "2009-07-14T01:16",
            "Microsoft Windows Operating System",
            ("FixMAPI", "GetOutlookVersion", "MAPILogon"),
        ),
    ),
}


# What the registry of that server records: Service Pack 4, and three hotfixes of which KB818861 has gone back.
HIVES: dict[str, tuple[str, dict[str, dict[str, Value]]]] = {
    "exchange-5.5-sp4": (
        "SOFTWARE-of-exchange-5.5-sp4",
        {
            r"Microsoft\Exchange\Setup": {"Services": r"C:\Exchsrvr", "Services Version": 55, "ServicePackNumber": 4},
            r"Microsoft\Updates\Exchange Server 5.5\Q324528": {"Installed": 1},
            r"Microsoft\Updates\Exchange Server 5.5\Q818861": {"Installed": 1},
            r"Microsoft\Updates\Exchange Server 5.5\Q884874": {"Installed": 1},
        },
    ),
}


def make_samples(folder: Path) -> None:
    """Write every sample target below ``folder``, replacing what an earlier run wrote."""
    for name, files in SAMPLES.items():
        shutil.rmtree(folder / name, ignore_errors=True)
        for file in files:
            path = folder / name / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            stamp = int(datetime.fromisoformat(file.time).replace(tzinfo=UTC).timestamp())
            strings = {
                "CompanyName": "Microsoft Corporation",
                "ProductName": file.product,
                "OriginalFilename": path.name,
            }
            path.write_bytes(
                build_pe(file.version, strings=strings, timestamp=stamp, exports=file.exports, size=file.size)
            )
            os.utime(path, (stamp, stamp))
    for name, keys in HIVES.values():
        (folder / name).write_bytes(build_hive(keys))


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
