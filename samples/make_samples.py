"""Writes the sample targets beside this script: what a server's folders look like, without a byte of Microsoft's.

    python samples/make_samples.py [FOLDER]

The files are empty programs with real version resources. Those that a KB's file table names have its size and its UTC
time where the version is the table's. ``expected.toml`` says what hotfix-check must answer on each target.
"""

from __future__ import annotations

import os
import shutil
import struct
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import listing_builder
from cab_builder import build_cab
from hive_builder import Value, build_hive
from listing_builder import Listed
from pe_builder import build_pe


class SampleFile(NamedTuple):
    """One file of a sample target; ``time`` is UTC."""

    path: str
    version: str
    size: int = 65_536
    time: str = "2000-10-30T10:00"
    product: str = "Microsoft Exchange"
    exports: tuple[str, ...] = ()


V15 = "Program Files/Microsoft/Exchange Server/V15"
_PARTS = (
    "AirSync Antispam.Mime Assistants AutoDiscover CabUtility CalendarDiagnostics Clients.Common "
    "Clients.Owa2.Server Common Compliance Configuration.Core Connections.Common ContentFilter Data "
    "Data.Directory Data.HA Data.Mapi Data.Storage Diagnostics Directory.TopologyService DirectoryProcessor "
    "DxStore EdgeSync.Common Entities.Calendaring EseRepl Extensibility.Internal FastTransfer HttpProxy Imap4 "
    "InfoWorker.Common Isam Live.DomainServices LogUploader MailboxReplicationService Management "
    "Management.ControlPanel MessageSecurity Migration Monitoring NotificationsBroker OAB Pop3 PopImap.Core "
    "Powershell.RbacHostingTools Process.Access ProvisioningAgent Rpc RpcClientAccess.Server Search.Core "
    "Search.Service Security Server.Storage.Common Server.Storage.HA Services SharedCache Sharepoint Sqm "
    "StoreDriver StoreProvider Store.Provider.Core SyncMigrationServicelet Tasks TextMatching TextProcessing "
    "ThrottlingService Transport Transport.Agent.AntiSpam Transport.Agent.Hygiene Transport.Logging "
    "Transport.Sync.Common UM.UMCommon UM.UMCore UnifiedMessaging VariantConfiguration WorkerTaskFramework "
    "WorkloadManagement"
)
PROGRAMS = (
    *("EdgeTransport.exe", "Microsoft.Exchange.Store.Worker.exe", "MSExchangeMailboxReplication.exe", "ese.dll"),
    *("exabp32.dll", "exmime.dll", "exrpc32.dll", "MSExchangeTransport.exe", "wsbexchange.exe", "eseutil.exe"),
    *("MSExchangeHMWorker.exe", "MSExchangeDelivery.exe", "MSExchangeSubmission.exe", "MSExchangeThrottling.exe"),
    *("exchmem.dll", "exsetdata.dll", "exdbfailureitemapi.dll", "eseback2.dll", "esebcli2.dll", "ESEPerf.dll"),
    *("escprint.dll", "DSACCESSPERF.dll", "cdoex.dll", "ETLTrace.dll", "FilteringConfigurationCommand.dll"),
    *(f"Microsoft.Exchange.{part}.dll" for part in _PARTS.split()),
)
"""Names of the programs that lie in the folder of an Exchange server, a hundred of some fifteen hundred."""

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
    # Cumulative Update 23 with an update of October 2025 that replaced ExSetup.exe and none of the other programs.
    "exchange-2016-cu23": (
        SampleFile(
            f"{V15}/Bin/ExSetup.exe", "15.1.2507.61", time="2025-09-23T09:00", product="Microsoft\u00ae Exchange"
        ),
        *(
            SampleFile(f"{V15}/Bin/{name}", "15.1.2507.6", time="2022-03-22T09:00", product="Microsoft\u00ae Exchange")
            for name in PROGRAMS
        ),
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


# The same server as exchange-5.5-sp4, as the listings of other tools tell of it.
LISTINGS = {
    "filever.txt": (listing_builder.filever, "utf-8"),
    "sigcheck.csv": (listing_builder.sigcheck, "utf-16"),
    "powershell.csv": (listing_builder.powershell_csv, "utf-8"),
    "powershell.json": (listing_builder.powershell_json, "utf-16"),
    "powershell.xml": (listing_builder.powershell_clixml, "utf-16"),
    "osquery.json": (listing_builder.osquery, "utf-8"),
    "velociraptor.json": (listing_builder.velociraptor, "utf-8"),
    "exiftool.json": (listing_builder.exiftool, "utf-8"),
}


def listed(name: str) -> tuple[Listed, ...]:
    """The files of a sample target as they would be listed on the server, from drive C."""
    return tuple(
        Listed(f"C:/{file.path}".replace("/", "\\"), file.version, file.size, _utc(file.time)) for file in SAMPLES[name]
    )


def package() -> bytes:
    """A hotfix package that extracts itself: a program with a cabinet behind it."""
    strings = {"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft Exchange"}
    mapi = build_pe("5.5.2657.50", strings={**strings, "OriginalFilename": "Mapi32.dll"}, size=881_936)
    installer = build_pe("5.3.16.5", strings={"OriginalFilename": "Update.exe"})
    stub = build_pe("5.3.16.5", strings={"FileDescription": "Self-Extracting Cabinet"})
    return stub + build_cab({"Mapi32.dll": mapi, "Update.exe": installer, "Update.inf": b"[Version]\r\n"})


def _utc(time: str) -> datetime:
    return datetime.fromisoformat(time).replace(tzinfo=UTC)


# The same files again, packed as an administrator sends them.
ARCHIVES = {"exchange-2003-sp1.zip": "exchange-2003-sp1"}


def make_samples(folder: Path) -> None:
    """Write every sample target below ``folder``, replacing what an earlier run wrote."""
    (folder / "listings").mkdir(parents=True, exist_ok=True)
    for name, (write, encoding) in LISTINGS.items():
        (folder / "listings" / name).write_bytes(write(listed("exchange-5.5-sp4")).encode(encoding))
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    (folder / "packages" / "Exchange5.5-KB818861-x86-ENU.exe").write_bytes(package())
    for name, files in SAMPLES.items():
        shutil.rmtree(folder / name, ignore_errors=True)
        for file in files:
            path = folder / name / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            stamp = int(_utc(file.time).timestamp())
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
    for name, packed in ARCHIVES.items():
        pack(folder / packed, folder / name)


def pack(folder: Path, archive: Path) -> None:
    """Write a zip with file times in UTC (extra field 0x5455), as Info-ZIP does; the same bytes on any machine."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stamp = int(path.stat().st_mtime)
                moment = datetime.fromtimestamp(stamp, UTC)
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), moment.timetuple()[:6])
                info.extra = struct.pack("<HHBi", 0x5455, 5, 1, stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(info, path.read_bytes())


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
