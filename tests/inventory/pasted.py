"""What people paste and save, as the commands print it: each form in several widths, languages and encodings.

``SAMPLES`` are (form, what is special, the text or bytes, what must be said of each host).
"""

from __future__ import annotations

import json

BIN = r"C:\Program Files\Microsoft\Exchange Server\V15\bin"
SETUP = f"{BIN}\\ExSetup.exe"
FILE = "C:/Program Files/Microsoft/Exchange Server/V15/bin/ExSetup.exe"
LOW = FILE.lower()


def _wide(text: str) -> bytes:
    """As Windows PowerShell's > and wmic write it."""
    return ("\ufeff" + text.replace("\n", "\r\n")).encode("utf-16-le")


TABLE = f"""
ProductVersion   FileVersion      FileName
--------------   -----------      --------
15.02.1748.039   15.02.1748.039   {SETUP}

"""
CUT = r"""
ProductVersion   FileVersion      FileName
--------------   -----------      --------
15.02.1748.039   15.02.1748.039   C:\Program Files\Microsoft\Excha...

"""
COMMAND = "[PS] C:\\Scripts>Get-Command ExSetup.exe | ForEach-Object {$_.FileVersionInfo}\n"
REMOTE = f"""
ProductVersion FileVersion    FileName                                                       PSComputerName
-------------- -----------    --------                                                       --------------
15.01.2507.039 15.01.2507.039 {SETUP} MBX1
15.01.2507.006 15.01.2507.006 {SETUP} MBX2
"""
LIST = f"""

OriginalFilename  : ExSetup.exe
FileDescription   : Exchange Setup
ProductName       : Microsoft® Exchange
Comments          : Service Pack 0
CompanyName       : Microsoft Corporation
FileName          : {SETUP}
FileVersion       : 15.02.1118.040
ProductVersion    : 15.02.1118.040
IsDebug           : False
Language          : English (United States)
FileVersionRaw    : 15.2.1118.40
ProductVersionRaw : 15.2.1118.40

"""
LIST_OF_TWO = f"""FileName       : {SETUP}
FileVersion    : 15.01.2507.039
PSComputerName : mbx1
RunspaceId     : 6bb8b2f2-9bb5-4d3a-93f5-0d8d1c7c6a11

FileName       : {SETUP}
FileVersion    : 15.01.2507.006
PSComputerName : mbx2
RunspaceId     : 3f0d5f8c-8f6c-4a39-8a5e-55ad1f2f6b0e
"""
PRINTED = f"""File:             {SETUP}
InternalName:     ExSetup
OriginalFilename: ExSetup.exe
FileVersion:      15.02.1118.040
FileDescription:  Exchange Setup
Product:          Microsoft® Exchange
ProductVersion:   15.02.1118.040
Debug:            False
Language:         English (United States)
"""
WITHIN = f"""
Name        : ExSetup.exe
Length      : 36784
VersionInfo : File:             {SETUP}
              InternalName:     ExSetup
              OriginalFilename: ExSetup.exe
              FileVersion:      15.02.1118.040

"""
WRAPPED = r"""
ProductVersion FileVersion    FileName
-------------- -----------    --------
15.01.2507.039 15.01.2507.039 C:\Program Files\Microsoft\Exchange Server\V15\bi
                              n\ExSetup.exe

"""
PARTED = """Major  Minor  Build  Revision
-----  -----  -----  --------
15     2      1118   40

"""
SERVERS = """
Name   Edition    AdminDisplayVersion
----   -------    -------------------
MBX1   Enterprise Version 15.2 (Build 1118.7)
MBX2   Standard   Version 15.1 (Build 2507.6)
"""
SERVERS_CLIXML = """<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0">
<ToString>MBX1</ToString><Props><S N="Name">MBX1</S><Obj N="AdminDisplayVersion" RefId="1"><ToString>Version 15.2
(Build 1118.7)</ToString><Props><I32 N="Major">15</I32><I32 N="Minor">2</I32><I32 N="Build">1118</I32><I32 N="Revision">
7</I32></Props></Obj></Props></Obj></Objs>""".replace("\n", "")
SYSTEMINFO = """
Host Name:                 MBX1
OS Name:                   Microsoft Windows Server 2019 Standard
Hotfix(s):                 2 Hotfix(s) Installed.
                           [01]: KB5031356
                           [02]: KB5014261
Network Card(s):           1 NIC(s) Installed.
                           [01]: Intel(R) 82574L Gigabit Network Connection
"""
HOTFIXES = """
Source        Description      HotFixID      InstalledBy          InstalledOn
------        -----------      --------      -----------          -----------
MBX1          Update           KB5031356     NT AUTHORITY\\SYSTEM  10/11/2023 12:00:00 AM
MBX1          Security Update  KB5014261     NT AUTHORITY\\SYSTEM  10/11/2023 12:00:00 AM

"""
QFE = """\
Caption                                     CSName  Description      HotFixID   InstalledBy          InstalledOn
http://support.microsoft.com/?kbid=5031356  MBX1    Update           KB5031356  NT AUTHORITY\\SYSTEM  10/11/2023
                                            MBX1    Security Update  KB5014261  NT AUTHORITY\\SYSTEM  10/11/2023
"""
LM = f"""0:000> lm v m ExSetup
Browse full module list
start             end                 module name
00000000`00400000 00000000`0040c000   ExSetup    (deferred)
    Image path: {SETUP}
    Image name: ExSetup.exe
    Timestamp:        Wed Aug 30 01:02:03 2023 (64EE1234)
    CheckSum:         0000F00D
    ImageSize:        0000C000
    File version:     15.1.2507.39
    Product version:  15.1.2507.39
    Translations:     0000.04b0
"""
REG = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup]
"MsiProductMajor"=dword:0000000f
"MsiProductMinor"=dword:00000001
"MsiBuildMajor"=dword:000009cb
"MsiBuildMinor"=dword:00000027
"MsiInstallPath"="C:\\Program Files\\Microsoft\\Exchange Server\\V15\\"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Updates\Exchange 2016\SP1\KB5014261]
"PackageName"="Security Update for Exchange Server 2016 Cumulative Update 23 (KB5014261)"
"""
REG4 = r"""REGEDIT4

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Exchange\Setup]
"Services Version"=dword:00000037
"ServicePackNumber"=dword:00000004
"Services"=hex(2):43,3a,5c,45,78,63,68,73,72,\
  76,72,00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Updates\Exchange Server 5.5\SP5\Q324528]
"Description"="x"
"""
REG_QUERY = r"""
HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup
    MsiProductMajor    REG_DWORD    0xf
    MsiProductMinor    REG_DWORD    0x1
    MsiInstallPath    REG_SZ    C:\Program Files\Microsoft\Exchange Server\V15\

"""
REPORT = """Exchange Health Checker version 24.03.05.1712

Exchange Information
--------------------
\tName: EX01
\tGeneration Time: 03/12/2024 09:42:12
\tVersion: Exchange 2019 CU14 Mar24SU
\tBuild Number: 15.2.1544.9
\tExchange IU or Security Hotfix Detected
\t\tSecurity Update for Exchange Server 2019 Cumulative Update 14 (KB5036386)

"""
REPORT_JSON = """{"ServerName": "EX01", "OSInformation": {"BuildInformation": {"VersionBuild": {"Major": 10}}},
"ExchangeInformation": {"BuildInformation": {"ExchangeSetup": {"FileVersion": "15.02.1544.009", "FileMajorPart": 15,
"FileMinorPart": 2, "FileBuildPart": 1544, "FilePrivatePart": 9}}}}"""
NFO = f"""<?xml version="1.0"?>
<MsInfo><Metadata><Version>8.0</Version></Metadata><Category name="System Summary"><Data><Item><![CDATA[System Name]]>
</Item><Value><![CDATA[MBX1]]></Value></Data><Category name="Loaded Modules"><Data><Name><![CDATA[exsetup]]></Name>
<Version><![CDATA[15.1.2507.39]]></Version><Size><![CDATA[36 KB]]></Size><File_Date/><Manufacturer><![CDATA[Microsoft]]>
</Manufacturer><Path><![CDATA[{SETUP.lower()}]]></Path></Data></Category></Category></MsInfo>"""
NFO_TEXT = (
    "System Information report written at: 01/01/24 10:00:00\nSystem Name: MBX1\n[Loaded Modules]\n\n"
    "Name\tVersion\tSize\tFile Date\tManufacturer\tPath\n"
    f"exsetup\t15.1.2507.39\t36 KB\t1/1/2024\tMicrosoft Corporation\t{SETUP.lower()}\n"
)
SIGCHECK = f"""
Sigcheck v2.90 - File version and signature viewer
Copyright (C) 2004-2022 Mark Russinovich
Sysinternals - www.sysinternals.com

{SETUP.lower()}:
\tVerified:\tSigned
\tSigning date:\t1:02 AM 8/30/2023
\tPublisher:\tMicrosoft Corporation
\tCompany:\tMicrosoft Corporation
\tDescription:\tn/a
\tProduct:\tMicrosoft\ufffd Exchange
\tProd version:\t15.01.2507.039
\tFile version:\t15.01.2507.039
\tMachineType:\t64-bit
"""
WMIC = (
    "Name                                                              Version       \n"
    f"{SETUP.lower()}    15.2.1748.39  \n"
)
BOX = f"""+----------------------------------------------------------------+--------------+
| path                                                           | file_version |
+----------------------------------------------------------------+--------------+
| {SETUP} | 15.1.2507.39 |
+----------------------------------------------------------------+--------------+
"""
MAIL = """Received: from MBX2.contoso.com (10.0.0.2) by MBX1.contoso.com (10.0.0.1) with
 Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.39; Wed, 1 Mar 2024 10:00:00 +0100
Subject: report
"""
SCCM = f"""\
"Details_Table0_ComputerName0","FileName0","FileVersion0","FilePath0","FileSize0"
"MBX1","ExSetup.exe","15.01.2507.039","{BIN}\\","36784"
"MBX2","ExSetup.exe","15.01.2507.006","{BIN}\\","36784"
"""
WER = """Version=1
EventType=APPCRASH
Sig[0].Name=Application Name
Sig[0].Value=store.exe
Sig[1].Name=Application Version
Sig[1].Value=6.5.7638.1
Sig[2].Name=Application Timestamp
Sig[2].Value=4407a8d8
Sig[3].Name=Fault Module Name
Sig[3].Value=mapi32.dll
Sig[4].Name=Fault Module Version
Sig[4].Value=6.5.7638.2
"""
_HEADINGS = "FileVersion    FileName\n-----------    --------\n"
ONE, OTHER = (f"{_HEADINGS}{version} {SETUP}\n" for version in ("15.01.2507.039", "15.01.2507.006"))
PRODUCT = [
    "- ExSetup.exe: PowerShell gives the product's version and not the file's",
    "- ProductVersion of ExSetup.exe 15.2.1748.39",
]
EWS = (
    '<?xml version="1.0"?><s:Envelope><s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" '
    'MajorBuildNumber="1118" MinorBuildNumber="40" Version="V2017_07_11"/></s:Header></s:Envelope>'
)
CRASHED = ["- mapi32.dll 6.5.7638.2", "- store.exe 6.5.7638.1"]
OF_TWO = [f"MBX1 {FILE} 15.1.2507.39", f"MBX2 {FILE} 15.1.2507.6"]
CLAIMS = ["MBX1 claims KB5014261", "MBX1 claims KB5031356"]
CU12 = "AdminDisplayVersion 15.2.1118.7"
COMMA = r"C:\Mail,old\Other.exe"
UNQUOTED = "has it in a row with more cells than columns, as its path is not in quotation marks"
LOST = "cuts its path, so the file is unknown"

OF_MODULE = (
    "mbx1 | SUCCESS => "
    + json.dumps(
        {
            "changed": False,
            "win_file_version": {
                "file_build_part": "2507",
                "file_major_part": "15",
                "file_minor_part": "1",
                "file_private_part": "39",
                "file_version": "15.01.2507.039",
                "path": SETUP,
                "product_version": "15.01.2507.039",
            },
        },
        indent=4,
    )
    + '\nmbx2 | UNREACHABLE! => {\n    "changed": false,\n    "msg": "timed out",\n    "unreachable": true\n}\n'
)

SAMPLES: list[tuple[str, str, str | bytes, list[str]]] = [
    ("FileVersionInfo table", "as printed", TABLE, [f"- {FILE} 15.2.1748.39"]),
    ("FileVersionInfo table", "UTF-16", _wide(TABLE), [f"- {FILE} 15.2.1748.39"]),
    (
        "FileVersionInfo table",
        "cut, no command",
        CUT,
        [
            f"- C:/Program Files/Microsoft/Excha...: PowerShell {LOST}",
            "- a file of Exchange whose name is cut 15.2.1748.39",
        ],
    ),
    ("FileVersionInfo table", "cut, the command names the file", COMMAND + CUT, ["- ExSetup.exe 15.2.1748.39"]),
    (
        "FileVersionInfo table",
        "cut, gcm exsetup",
        "PS C:\\> gcm exsetup | % FileVersionInfo\n" + CUT,
        ["- ExSetup.exe 15.2.1748.39"],
    ),
    (
        "FileVersionInfo table",
        "cut, the command names two files",
        "PS C:\\> Get-Command ExSetup.exe, Setup.exe | % FileVersionInfo\n" + CUT,
        [
            f"- C:/Program Files/Microsoft/Excha...: PowerShell {LOST}",
            "- a file of Exchange whose name is cut 15.2.1748.39",
        ],
    ),
    ("FileVersionInfo table", "cut in PowerShell 7", COMMAND + CUT.replace("...", "…"), ["- ExSetup.exe 15.2.1748.39"]),
    (
        "FileVersionInfo table",
        "cut in front",
        TABLE.replace(r"C:\Program Files\Micro", "..."),
        ["- Exchange Server/V15/bin/ExSetup.exe 15.2.1748.39"],
    ),
    ("FileVersionInfo table", "remote, two hosts", REMOTE, OF_TWO),
    ("FileVersionInfo table", "goes on in the next line", WRAPPED, [f"- {FILE} 15.1.2507.39"]),
    (
        "FileVersionInfo table",
        "a forum took the blanks",
        f"ProductVersion FileVersion FileName\n-------------- ----------- --------\n15.01.2507.039 "
        f"15.01.2507.039 {SETUP}\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "quoted in a mail",
        "".join(f"> {line}\n" for line in TABLE.splitlines()),
        [f"- {FILE} 15.2.1748.39"],
    ),
    (
        "FileVersionInfo table",
        "Markdown",
        f"| FileVersion | FileName | PSComputerName |\n|---|---|---|\n| 15.01.2507.039 | {SETUP} | MBX1 |\n",
        [f"MBX1 {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo list",
        "below a command that names the columns",
        f"PS C:\\> Get-Command ExSetup.exe | % FileVersionInfo | fl FileName,FileVersion\n\nFileName    : {SETUP}\n"
        "FileVersion : 15.02.1118.040\n",
        [f"- {FILE} 15.2.1118.40"],
    ),
    ("FileVersionInfo list", "all of it", LIST, [f"- {FILE} 15.2.1118.40"]),
    ("FileVersionInfo list", "UTF-16", _wide(LIST), [f"- {FILE} 15.2.1118.40"]),
    (
        "FileVersionInfo list",
        "remote, two hosts",
        LIST_OF_TWO,
        [f"mbx1 {FILE} 15.1.2507.39", f"mbx2 {FILE} 15.1.2507.6"],
    ),
    (
        "FileVersionInfo list",
        "the path goes on in the next line",
        LIST.replace("ExSetup.exe\nFileVersion ", "ExS\n                    etup.exe\nFileVersion "),
        [f"- {FILE} 15.2.1118.40"],
    ),
    ("FileVersionInfo list", "as ToString prints it", PRINTED, [f"- {FILE} 15.2.1118.40"]),
    ("FileVersionInfo list", "inside Get-Item's list", WITHIN, [f"- {FILE} 15.2.1118.40"]),
    (
        "FileVersionInfo list",
        "VersionInfo alone of Get-Item's list",
        WITHIN.replace("Name        : ExSetup.exe\nLength      : 36784\n", ""),
        [f"- {FILE} 15.2.1118.40"],
    ),
    (
        "FileVersionInfo list",
        "a number alone below the command",
        f"PS C:\\> (Get-Item '{SETUP}').VersionInfo.FileVersion\n15.02.1118.040\n",
        ["- ExSetup.exe 15.2.1118.40"],
    ),
    (
        "Get-Command",
        "its own table, whose version is the product's",
        "CommandType     Name           Version      Source\n-----------     ----           -------      ------\n"
        f"Application     ExSetup.exe    15.2.1748.39 {SETUP}\n",
        [line.replace("- ExSetup.exe:", f"- {FILE}:") for line in PRODUCT],
    ),
    (
        "Get-Command",
        "the version is cut",
        "CommandType     Name           Version    Source\n-----------     ----           -------    ------\n"
        f"Application     ExSetup.exe    15.2.17... {SETUP}\n",
        [f"- {FILE}: PowerShell gives the product's version and not the file's"],
    ),
    ("Get-ExchangeServer", "table", SERVERS, [f"MBX1 {CU12}", "MBX2 AdminDisplayVersion 15.1.2507.6"]),
    (
        "Get-ExchangeServer",
        "list in UTF-16",
        _wide("Name                : MBX1\nAdminDisplayVersion : Version 15.2 (Build 1118.7)\n"),
        [f"MBX1 {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "below its command, which names the columns",
        "[PS] C:\\>Get-ExchangeServer | Format-List Name,AdminDisplayVersion\n\n\n"
        "Name                : MBX1\nAdminDisplayVersion : Version 15.2 (Build 1118.7)\n",
        [f"MBX1 {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "Exchange 2003",
        "Name                : EX1\nAdminDisplayVersion : Version 6.5 (Build 7638.2: Service Pack 2)\n",
        ["EX1 AdminDisplayVersion 6.5.7638.2"],
    ),
    (
        "Get-ExchangeServer",
        "CSV with semicolons",
        '"Name";"Fqdn";"AdminDisplayVersion"\r\n"MBX1";"mbx1.contoso.com";"Version 15.2 (Build 1118.7)"\r\n',
        [f"mbx1.contoso.com {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "JSON with numbers",
        '[{"Name":"MBX1","AdminDisplayVersion":{"Major":15,"Minor":2,"Build":1118,"Revision":7}}]',
        [f"MBX1 {CU12}"],
    ),
    ("Get-ExchangeServer", "CLIXML", SERVERS_CLIXML, [f"MBX1 {CU12}"]),
    (
        "Get-ExchangeServer",
        "ldifde",
        "dn: CN=MBX1,CN=Servers\nserialNumber: Version 15.1 (Build 32507.6)\ncn: MBX1\n",
        ["MBX1 serialNumber in the directory 15.1.2507.6"],
    ),
    (
        "ProductVersion",
        "of the file that the command names",
        COMMAND + "\nProductVersion : 15.02.1748.039\n",
        PRODUCT,
    ),
    (
        "ProductVersion",
        "table",
        f"ProductVersion   FileName\n--------------   --------\n15.02.1748.039   {SETUP}\n",
        [line.replace("- ExSetup.exe:", f"- {FILE}:") for line in PRODUCT],
    ),
    (
        "ProductVersion",
        "remote, without the file",
        "PSComputerName ProductVersion\n-------------- --------------\n"
        "MBX1           15.01.2507.039\nMBX2           15.01.2507.006\n",
        ["MBX1 a FileVersion without its file 15.1.2507.39", "MBX2 a FileVersion without its file 15.1.2507.6"],
    ),
    (
        "Get-ExchangeServer",
        "one column",
        "AdminDisplayVersion\n-------------------\nVersion 15.2 (Build 1118.7)\n",
        [f"- {CU12}"],
    ),
    ("Get-ExchangeServer", "its words alone", "Version 15.2 (Build 1118.7)\r\n", [f"- {CU12}"]),
    ("headers", "EWS", EWS, ["- ServerVersionInfo 15.2.1118.40"]),
    ("headers", "a number alone", "15.1.2507.39\n", ["- a number alone 15.1.2507.39"]),
    (
        "event 1000",
        "XML",
        "<Event><System><EventID>1000</EventID></System><EventData><Data Name='AppName'>store.exe</Data>\n"
        "<Data Name='AppVersion'>6.5.7638.1</Data></EventData></Event>",
        CRASHED[1:],
    ),
    (
        "KB list",
        "systeminfo in Chinese",
        SYSTEMINFO.replace("Host Name:", "主机名:").replace("Hotfix(s):", "修补程序:"),
        CLAIMS,
    ),
    (
        "headers",
        "curl -I",
        "HTTP/1.1 302 Found\r\nX-OWA-Version: 15.1.2507\r\nX-FEServer: MBX1\r\n",
        ["MBX1 X-OWA-Version 15.1.2507"],
    ),
    ("headers", "curl -v", "< HTTP/1.1 200 OK\n< X-OWA-Version: 15.2.1118.21\n", ["- X-OWA-Version 15.2.1118.21"]),
    (
        "headers",
        "Invoke-WebRequest",
        "\nKey                    Value\n---                    -----\nX-OWA-Version          "
        "15.2.1118.21\nX-FEServer             MBX1\n",
        ["MBX1 X-OWA-Version 15.2.1118.21"],
    ),
    (
        "headers",
        "a page of Outlook on the web",
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">\n<html><link rel="icon" '
        'href="/owa/auth/15.2.792/themes/x.ico">',
        ["- a path of Outlook on the web 15.2.792"],
    ),
    ("mail headers", "Received, folded", MAIL, ["MBX1.contoso.com a Received header 15.1.2507.39"]),
    ("mail headers", "X-MimeOLE", "X-MimeOLE: Produced By Microsoft Exchange V6.5\r\n", ["- X-MimeOLE 6.5"]),
    (
        "mail headers",
        "X-Mailer of 5.5",
        "X-Mailer: Internet Mail Service (5.5.2653.19)\r\n",
        ["- X-Mailer 5.5.2653.19"],
    ),
    ("wmic datafile", "table", WMIC, [f"- {LOW} 15.2.1748.39"]),
    ("wmic datafile", "table in UTF-16", _wide(WMIC), [f"- {LOW} 15.2.1748.39"]),
    ("wmic datafile", "table from a pipe", WMIC.replace("\n", "\r\r\n"), [f"- {LOW} 15.2.1748.39"]),
    ("wmic datafile", "list", f"\n\nName={SETUP.lower()}\nVersion=15.2.1748.39\n\n\n", [f"- {LOW} 15.2.1748.39"]),
    (
        "wmic datafile",
        "list, each line end made two",
        f"\n\nName={SETUP.lower()}\n\nVersion=15.2.1748.39\n\n\n",
        [f"- {LOW} 15.2.1748.39"],
    ),
    (
        "wmic datafile",
        "CSV of two nodes",
        f"\r\r\nNode,Name,Version\r\r\nMBX1,{SETUP},15.1.2507.39\r\r\nMBX2,{SETUP},15.1.2507.6\r\r\n",
        OF_TWO,
    ),
    (
        "wmic datafile",
        "the version alone below the command",
        "C:\\>wmic datafile where name='C:\\\\Exchange\\\\bin\\\\ExSetup.exe' get version\nVersion\n15.2.1118.40\n\n",
        ["- ExSetup.exe 15.2.1118.40"],
    ),
    ("sigcheck", "as printed", SIGCHECK, [f"- {LOW} 15.1.2507.39"]),
    ("sigcheck", "UTF-16", _wide(SIGCHECK), [f"- {LOW} 15.1.2507.39"]),
    (
        "sigcheck",
        "two files",
        SIGCHECK + SIGCHECK.partition("com\n\n")[2].replace("exsetup", "store").replace("039", "006"),
        [f"- {LOW} 15.1.2507.39", f"- {LOW.replace('exsetup', 'store')} 15.1.2507.6"],
    ),
    (
        "osquery",
        "--line",
        f"        path = {SETUP}\nfile_version = 15.1.2507.39\n\n"
        f"        path = {BIN}\\Store.exe\nfile_version = 15.1.2507.6\n",
        [f"- {FILE} 15.1.2507.39", f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.6"],
    ),
    ("osquery", "--csv", f"path|file_version\n{SETUP}|15.1.2507.39\n", [f"- {FILE} 15.1.2507.39"]),
    ("osquery", "table", BOX, [f"- {FILE} 15.1.2507.39"]),
    (
        "osquery",
        "the product's version alone",
        '[{"filename": "ExSetup.exe", "path": "C:\\\\x\\\\ExSetup.exe", "product_version": "15.1.2507.39"}]',
        [
            "- C:/x/ExSetup.exe: osquery gives the product's version and not the file's",
            "- osquery's product_version of ExSetup.exe 15.1.2507.39",
        ],
    ),
    (
        "osquery",
        "of two hosts",
        '[{"path": "C:\\\\x\\\\ExSetup.exe", "file_version": "15.1.2507.39", "hostname": "a"},'
        '{"path": "C:\\\\x\\\\ExSetup.exe", "file_version": "15.1.2507.6", "hostname": "b"}]',
        ["a C:/x/ExSetup.exe 15.1.2507.39", "b C:/x/ExSetup.exe 15.1.2507.6"],
    ),
    ("HealthChecker", "text", REPORT, ["EX01 HealthChecker 15.2.1544.9", "EX01 claims KB5036386"]),
    ("HealthChecker", "text in UTF-16", _wide(REPORT), ["EX01 HealthChecker 15.2.1544.9", "EX01 claims KB5036386"]),
    ("HealthChecker", "JSON", REPORT_JSON, ["EX01 ExSetup.exe 15.2.1544.9"]),
    ("software inventory", "a report's CSV", SCCM, OF_TWO),
    (
        "software inventory",
        "columns with blanks",
        f"Netbios Name0,File Name,File Version,File Path,File Size\nMBX1,ExSetup.exe,15.01.2507.039,{BIN}\\,36784\n",
        [f"MBX1 {FILE} 15.1.2507.39"],
    ),
    (
        "software inventory",
        "the path is whole",
        f"ComputerName\tFileName\tFilePath\tFileVersion\nMBX1\tExSetup.exe\t{SETUP}\t15.01.2507.039\n",
        [f"MBX1 {FILE} 15.1.2507.39"],
    ),
    (
        "event 1000",
        "English",
        "Faulting application name: store.exe, version: 6.5.7638.1, time stamp: 0x4407a8d8\n"
        "Faulting module name: mapi32.dll, version: 6.5.7638.2, time stamp: 0x4407a8d8\n",
        CRASHED,
    ),
    (
        "event 1000",
        "German",
        "Name der fehlerhaften Anwendung: store.exe, Version: 6.5.7638.1, Zeitstempel: 0x4407a8d8\n"
        "Name des fehlerhaften Moduls: mapi32.dll, Version: 6.5.7638.2, Zeitstempel: 0x4407a8d8\n",
        CRASHED,
    ),
    (
        "event 1000",
        "French",
        "Nom de l’application défaillante store.exe, version : 6.5.7638.1, horodatage : 0x4407a8d8\n"  # noqa: RUF001
        "Nom du module défaillant : mapi32.dll, version : 6.5.7638.2, horodatage : 0x4407a8d8\n",
        CRASHED,
    ),
    (
        "event 1000",
        "Japanese",
        "障害が発生しているアプリケーション名: store.exe、バージョン: 6.5.7638.1、タイム スタンプ: 0x4407a8d8\n"
        "障害が発生しているモジュール名: mapi32.dll、バージョン: 6.5.7638.2、タイム スタンプ: 0x4407a8d8\n",
        CRASHED,
    ),
    (
        "event 1000",
        "Windows 2003",
        "Faulting application store.exe, version 6.5.7638.1, faulting module mapi32.dll, version "
        "6.5.7638.2, fault address 0x0001.",
        CRASHED,
    ),
    (
        "event 4999",
        "English",
        "Watson report about to be sent for process id: 1234, with parameters: E12IIS, c-RTL-AMD64, 15.01.2507.039, "
        "w3wp#MSExchangeOWAAppPool, M.E.Clients.Owa2.Server, M.E.C.O.S.Core.X, "
        "UnexpectedCondition:Y, f1b5, 15.01.2507.035.",
        ["- event 4999 15.1.2507.39"],
    ),
    ("error report", "Report.wer", WER, CRASHED),
    ("error report", "Report.wer in UTF-16", _wide(WER), CRASHED),
    (
        "error report",
        "problem signature",
        "Problem signature:\n  Problem Event Name:\tAPPCRASH\n  Application Name:\tstore.exe\n  "
        "Application Version:\t6.5.7638.1\n"
        "  Fault Module Name:\tmapi32.dll\n  Fault Module Version:\t6.5.7638.2\n",
        CRASHED,
    ),
    ("msinfo32", "nfo", NFO, [f"MBX1 {LOW} 15.1.2507.39"]),
    ("msinfo32", "nfo in UTF-16", _wide(NFO), [f"MBX1 {LOW} 15.1.2507.39"]),
    (
        "msinfo32",
        "nfo in French",
        NFO.replace("Version>", "Version_du_fichier>").replace("Path>", "Chemin_accès>"),
        [f"MBX1 {LOW} 15.1.2507.39"],
    ),
    ("msinfo32", "text", NFO_TEXT, [f"MBX1 {LOW} 15.1.2507.39"]),
    (
        "wmic datafile",
        "a scanner's path and version",
        f"  Product           : Exchange\n  Path              : {SETUP}\n  Installed version : 15.1.2507.6\n",
        [f"- {FILE} 15.1.2507.6"],
    ),
    ("WinDbg", "lm v", LM, [f"- {FILE} 15.1.2507.39"]),
    (
        "WinDbg",
        "lm v, two modules",
        LM + LM.partition("\n")[2].replace("ExSetup", "Store").replace("2507.39", "2507.6"),
        [f"- {FILE} 15.1.2507.39", f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.6"],
    ),
    ("WinDbg", "lm v with CR LF", LM.replace("\n", "\r\n"), [f"- {FILE} 15.1.2507.39"]),
    ("registry export", "5.00 in UTF-16", _wide(REG), [r"- records Microsoft\ExchangeServer\v15\Setup, KB5014261"]),
    ("registry export", "REGEDIT4", REG4, [r"- records Microsoft\Exchange\Setup, KB324528"]),
    (
        "registry export",
        "Get-ItemProperty",
        "MsiProductMajor : 15\nMsiProductMinor : 1\nOwaVersion      : 15.1.2507.39\n"
        "PSPath          : Microsoft.PowerShell.Core\\Registry::HKEY_LOCAL_MACHINE\\SOFTWARE"
        "\\Microsoft\\ExchangeServer\\v15\\Setup\n",
        [r"- records Microsoft\ExchangeServer\v15\Setup"],
    ),
    ("registry export", "reg query", REG_QUERY, [r"- records Microsoft\ExchangeServer\v15\Setup"]),
    ("KB list", "systeminfo", SYSTEMINFO, CLAIMS),
    ("KB list", "systeminfo in UTF-16", _wide(SYSTEMINFO), CLAIMS),
    (
        "KB list",
        "systeminfo in German",
        SYSTEMINFO.replace("Host Name:  ", "Hostname:   ")
        .replace("Hotfix(s): ", "Hotfix(es):")
        .replace("Installed", "installiert"),
        CLAIMS,
    ),
    ("KB list", "Get-HotFix", HOTFIXES, CLAIMS),
    ("KB list", "Get-HotFix as CSV", '"PSComputerName","HotFixID"\n"MBX1","KB5014261"\n"MBX1","KB5031356"\n', CLAIMS),
    ("KB list", "wmic qfe", QFE, CLAIMS),
    (
        "KB list",
        "wmic qfe get HotFixID",
        "HotFixID\r\r\nKB5031356\r\r\nKB5014261\r\r\n",
        ["- claims KB5014261", "- claims KB5031356"],
    ),
    (
        "KB list",
        "wmic qfe as a list",
        "\r\r\nCSName=MBX1\r\r\nHotFixID=KB5031356\r\r\n\r\r\nCSName=MBX1\r\r\nHotFixID=KB5014261\r\r\n",
        CLAIMS,
    ),
    ("KB list", "numbers alone", "KB5014261\nKB5031356\n", ["- claims KB5014261", "- claims KB5031356"]),
    (
        "KB list",
        "installed programs",
        '"DisplayName","DisplayVersion"\n"Security Update for Exchange Server 2016 Cumulative '
        'Update 23 (KB5014261)","15.1.2507.9"\n',
        ["- claims KB5014261"],
    ),
    (
        "FileVersionInfo table",
        "of two commands, as a page shows it",
        "PS C:\\&gt; Get-ExchangeServer | fl *admindis*\n\n\nAdminDisplayVersion : Version 14.3 (Build 123.4)\n\n\n\n"
        "PS C:\\&gt; Get-Command ExSetup | ForEach {$_.FileVersionInfo}\n\nProductVersion   FileVersion      FileName\n"
        f"--------------   -----------      --------\n14.03.0411.000   14.03.0411.000   {SETUP}\n",
        [f"- {FILE} 14.3.411.0", "- AdminDisplayVersion 14.3.123.4"],
    ),
    (
        "FileVersionInfo table",
        "from a session on another machine",
        f"[MBX7]: PS C:\\Users\\admin> Get-Command ExSetup.exe | % FileVersionInfo\n{TABLE}"
        "[MBX7]: PS C:\\Users\\admin> exit\n",
        [f"MBX7 {FILE} 15.2.1748.39"],
    ),
    (
        "FileVersionInfo list",
        "German, with a path that goes on",
        "OriginalFilename  : ExSetup.exe\nFileDescription   :\nProductName       : Microsoft® Exchange\n"
        "FileName          : C:\\Program Files\\Microsoft\\Exchange\n"
        "                    Server\\V15\\bin\\ExSetup.exe\n"
        "FileVersion       : 15.02.1544.011\nLanguage          : Sprachneutral\n"
        "LegalCopyright    : © Microsoft Corporation. Alle Rechte vorbehalten.\n"
        "LegalTrademarks   : Microsoft® is a registered trademark of Microsoft\n                    Corporation.\n"
        "FileVersionRaw    : 15.2.1544.11\n",
        [f"- {FILE} 15.2.1544.11"],
    ),
    (
        "FileVersionInfo list",
        "the numbers of a System.Version",
        f"PS C:\\> (gci '{SETUP}').VersionInfo.FileVersionRaw\n\n{PARTED}",
        ["- ExSetup.exe 15.2.1118.40"],
    ),
    (
        "ProductVersion",
        "of a command, whose version is its product's",
        f"PS C:\\> (Get-Command ExSetup.exe).Version\n\n{PARTED}",
        [line.replace("1748.39", "1118.40") for line in PRODUCT],
    ),
    (
        "ProductVersion",
        "the command asks for it",
        "PS C:\\> gcm ExSetup.exe | %{ $_.FileVersionInfo.ProductVersion }\n15.02.1118.040\n",
        [line.replace("1748.39", "1118.40") for line in PRODUCT],
    ),
    (
        "Get-ExchangeServer",
        "the numbers of a System.Version",
        f"[PS] C:\\>(Get-ExchangeServer MBX1).AdminDisplayVersion\n\n{PARTED.replace('40', '7')}",
        [f"- {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "what does not fit goes on in the next line",
        "Name AdminDisplayVersion\n---- -------------------\nMBX1 Version 15.2 (Build \n     1118.7)            \n"
        "MBX2 Version 15.1 (Build \n     2507.6)            \n",
        [f"MBX1 {CU12}", "MBX2 AdminDisplayVersion 15.1.2507.6"],
    ),
    (
        "HTML",
        "ConvertTo-Html",
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>HTML TABLE</title>\n</head><body>\n<table>\n<colgroup>'
        "<col/><col/></colgroup>\n<tr><th>Name</th><th>AdminDisplayVersion</th></tr>\n"
        "<tr><td>MBX1</td><td>Version 15.2 (Build 1118.7)</td></tr>\n</table>\n</body></html>\n",
        [f"MBX1 {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "columns parted by tabs, from Excel",
        "Name\tEdition\tAdminDisplayVersion\nMBX1\tStandard\tVersion 15.2 (Build 1118.7)\n",
        [f"MBX1 {CU12}"],
    ),
    (
        "headers",
        "of two servers",
        "HTTP/1.1 302 Found\nX-OWA-Version: 15.2.1118.40\nX-FEServer: MBX1\n\n"
        "HTTP/2 200 OK\nx-owa-version: 15.1.2507.39\nx-feserver: MBX2\n",
        ["MBX1 X-OWA-Version 15.2.1118.40", "MBX2 X-OWA-Version 15.1.2507.39"],
    ),
    (
        "headers",
        "as a script prints them",
        "{'Cache-Control': 'no-cache', 'X-OWA-Version': '15.2.1118.40', 'X-FEServer': 'MBX1'}",
        ["MBX1 X-OWA-Version 15.2.1118.40"],
    ),
    (
        "headers",
        "in JSON",
        '{"status": 302, "headers": {"X-OWA-Version": "15.2.1118.40", "X-FEServer": "MBX1"}}',
        ["MBX1 X-OWA-Version 15.2.1118.40"],
    ),
    (
        "banner",
        "SMTP of 5.5",
        "220 mail.contoso.com ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready\n",
        ["- the banner of a mail service 5.5.2653.13"],
    ),
    (
        "banner",
        "POP3 of 2003",
        "+OK Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (mail.contoso.com) ready.\n",
        ["- the banner of a mail service 6.5.7638.1"],
    ),
    (
        "banner",
        "IMAP4 of 5.5",
        "* OK Microsoft Exchange IMAP4rev1 server version 5.5.2650.23 (mail.contoso.com) ready\n",
        ["- the banner of a mail service 5.5.2650.23"],
    ),
    (
        "HealthChecker",
        "text with blanks and leading zeros, two servers",
        "Exchange Health Checker version 23.04.04.1055\nVirtual Machine detected.\n"
        + "".join(
            f"\nExchange Information\n--------------------\n        Name: {name}\n        Generation Time: 10/27/2023\n"
            f"        Version: Exchange 2019 CU12\n        Build Number: {build}\n"
            "        Exchange IU or Security Hotfix Detected:\n                "
            f"Security Update for Exchange Server 2019 Cumulative Update 13 (KB{kb})\n        Server Role: Mailbox\n"
            for name, build, kb in (("EX01", "15.02.1258.025", 5030524), ("EX02", "15.02.1258.016", 5026261))
        ),
        [
            "EX01 HealthChecker 15.2.1258.25",
            "EX01 claims KB5030524",
            "EX02 HealthChecker 15.2.1258.16",
            "EX02 claims KB5026261",
        ],
    ),
    (
        "event 1000",
        "as the viewer copies it",
        "Log Name:      Application\nEvent ID:      1000\nComputer:      MBX1.contoso.com\nDescription:\nFaulting "
        "application name: store.exe, version: 6.5.7638.1, time stamp: 0x4407a8d8\n"
        "Faulting module name: mapi32.dll, version: 6.5.7638.2, time stamp: 0x4407a8d8\n",
        [line.replace("-", "MBX1.contoso.com", 1) for line in CRASHED],
    ),
    (
        "event 1000",
        "Get-WinEvent of two machines",
        "".join(
            f"MachineName : {host}\nMessage     : Faulting application name: store.exe, version: 6.5.7638.{last}, "
            "time stamp: 0x4407a8d8\n\n"
            for host, last in (("MBX1", 1), ("MBX2", 2))
        ),
        ["MBX1 store.exe 6.5.7638.1", "MBX2 store.exe 6.5.7638.2"],
    ),
    (
        "error report",
        "the metadata beside it",
        '<?xml version="1.0" encoding="UTF-16"?>\n<WERReportMetadata>\n<ProblemSignatures>'
        "<EventType>APPCRASH</EventType><Parameter0>store.exe</Parameter0><Parameter1>6.5.7638.1</Parameter1></ProblemSignatures></WERReportMetadata>",
        CRASHED[1:],
    ),
    (
        "msinfo32",
        "text in German",
        NFO_TEXT.replace("System Information report written at", "Systeminformationsbericht geschrieben am")
        .replace("System Name", "Systemname")
        .replace("Loaded Modules", "Geladene Module"),
        [f"MBX1 {LOW} 15.1.2507.39"],
    ),
    (
        "KB list",
        "systeminfo of two machines",
        SYSTEMINFO + SYSTEMINFO.replace("MBX1", "MBX2"),
        [*CLAIMS, *(line.replace("MBX1", "MBX2") for line in CLAIMS)],
    ),
    (
        "KB list",
        "systeminfo in Japanese",
        SYSTEMINFO.replace("Host Name:", "ホスト名:").replace("Hotfix(s):", "ホットフィックス:"),
        CLAIMS,
    ),
    (
        "wmic datafile",
        "the version alone, without the command",
        "Version       \n15.1.2507.39  \n\n",
        ["- a number alone 15.1.2507.39"],
    ),
    (
        "ProductVersion",
        "remote, without the file, and of one host nothing",
        "PSComputerName,FileVersion,ProductVersion\nMBX1,15.01.25...,15.01.2507.039\nMBX2,,\nMBX3,,15.01.2507.006\n",
        ["MBX1 a FileVersion without its file 15.1.2507.39", "MBX3 a FileVersion without its file 15.1.2507.6"],
    ),
    (
        "wmic datafile",
        "Nessus' table, two hosts and one of another product",
        '"Plugin ID","Risk","Host","Name","Plugin Output"\n'
        + "".join(
            f'"193265","High","{host}","Security Updates for Exchange","\n  Path              : {LOW}\n'
            f'  Installed version : {version}\n  Fixed version     : 15.1.2507.39\n"\n'
            for host, version in (("10.0.0.5", "15.1.2507.37"), ("10.0.0.6", "15.1.2507.39"))
        )
        + '"19506","None","10.0.0.7","Nessus Scan Information","Nessus version : 10.7.1\n"\n',
        [f"10.0.0.5 {LOW} 15.1.2507.37", f"10.0.0.6 {LOW} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "Nessus' table with the limit of a file that has not been patched, which is no version of a file",
        '"Plugin ID","Risk","Host","Name","Plugin Output"\n"35079","High","10.0.0.5","MS08-001","\n'
        f'  - {LOW} has not been patched.\n    Remote version : 15.1.2507.6\n    Should be      : 15.1.2507.16\n"\n',
        [f"10.0.0.5 {LOW} 15.1.2507.6"],
    ),
    (
        "PowerShell",
        "a folder and a name in two columns",
        f"Folder,Name,FileVersion,Length\n{BIN},ExSetup.exe,15.1.2507.39,34632\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "PowerShell",
        "a path that is the folder of the name beside it",
        f"Path,Name,FileVersion\n{BIN},ExSetup.exe,15.1.2507.39\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "PowerShell",
        "a path that is whole, beside the name of another program",
        f"Path,Name,FileVersion\n{SETUP},w3wp.exe,15.1.2507.39\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "KB list",
        "systeminfo as CSV, of two machines",
        '"Host Name",'
        + ",".join(f'"Column {number}"' for number in range(29))
        + ',"Hotfix(s)"\n'
        + "".join(f'"MBX{number}",{"x," * 29}"1 Hotfix(s) Installed.,[01]: KB501217{number}"\n' for number in (1, 2)),
        ["MBX1 claims KB5012171", "MBX2 claims KB5012172"],
    ),
    (
        "wmic datafile",
        "AmcacheParser's table",
        "ProgramId,FullPath,Name,Version,ProductVersion,BinFileVersion\n"
        f"0006,{LOW},ExSetup.exe,15.01.2507.039,15.01.2507.039,15.1.2507.39\n",
        [f"- {LOW} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "autorunsc's table",
        f"Time,Entry,Company,Image Path,Version,Launch String\n2024,MSExchange,Microsoft,{LOW},15.1.2507.39,x\n",
        [f"- {LOW} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "grouped by host",
        f"\n   PSComputerName: MBX1\n\nFileVersion    FileName\n-----------    --------\n15.01.2507.039 {SETUP}\n\n\n"
        f"   PSComputerName: MBX2\n\nFileVersion    FileName\n-----------    --------\n15.01.2507.006 {SETUP}\n\n",
        OF_TWO,
    ),
    (
        "FileVersionInfo table",
        "grouped by folder",
        f"\n    Directory: {BIN}\n\nName      FileVersion\n----      -----------\nStore.exe 15.01.2507.006\n\n\n"
        f"    Directory: {BIN}\\Old\n\nName      FileVersion\n----      -----------\nStore.exe 15.01.2507.039\n",
        [
            f"- {FILE.replace('ExSetup', 'Old/Store')} 15.1.2507.39",
            f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.6",
        ],
    ),
    ("FileVersionInfo table", "of two hosts by psexec", f"\\\\MBX1:\n{ONE}\\\\MBX2:\n{OTHER}", OF_TWO),
    (
        "FileVersionInfo table",
        "of two hosts by Ansible",
        f"MBX1 | CHANGED | rc=0 >>\n\n{ONE}\nMBX2 | CHANGED | rc=0 >>\n\n{OTHER}",
        OF_TWO,
    ),
    (
        "FileVersionInfo table",
        "the path is first, and nothing stands below its heading",
        f"FileName     FileVersion    ProductVersion\n--------     -----------    --------------\n"
        f"{SETUP} 15.01.2507.039 15.01.2507.039\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "Markdown with signs of code",
        f"| FileVersion | FileName |\n|:--|--:|\n| **15.01.2507.039** | `{SETUP}` |\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "Jira",
        f"||FileVersion||FileName||\n|15.01.2507.039|{SETUP}|\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "CSV whose quotation marks a mail made round",
        f"\u201cFileName\u201d,\u201cFileVersion\u201d\n\u201c{SETUP}\u201d,\u201c15.01.2507.039\u201d\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo list",
        "numbers alone, each below a command for one machine",
        "PS C:\\> Invoke-Command -ComputerName MBX1 {(gcm ExSetup.exe).FileVersionInfo.FileVersion}\n15.01.2507.039\n"
        "PS C:\\> icm -ComputerName 'MBX2' {(gcm ExSetup.exe).FileVersionInfo.FileVersion}\n15.01.2507.006\n",
        ["MBX1 ExSetup.exe 15.1.2507.39", "MBX2 ExSetup.exe 15.1.2507.6"],
    ),
    (
        "wmic datafile",
        "below commands for one machine each",
        "C:\\>wmic /node:MBX1 datafile where name='c:\\\\x\\\\ExSetup.exe' get version\nVersion\n15.1.2507.39\n\n"
        "C:\\>wmic /node:\"MBX2\" datafile where name='c:\\\\x\\\\ExSetup.exe' get version\nVersion\n15.1.2507.6\n",
        ["MBX1 ExSetup.exe 15.1.2507.39", "MBX2 ExSetup.exe 15.1.2507.6"],
    ),
    (
        "wmic datafile",
        "columns in German",
        f"Server;Datei;Version\nMBX1;{SETUP};15.1.2507.39\nMBX2;{SETUP};15.1.2507.6\n",
        OF_TWO,
    ),
    (
        "wmic datafile",
        "names without folders, from Excel",
        "Server\tFile\tVersion\nMBX1\tExSetup.exe\t15.1.2507.39\nMBX2\tExSetup.exe\t15.1.2507.6\n",
        ["MBX1 ExSetup.exe 15.1.2507.39", "MBX2 ExSetup.exe 15.1.2507.6"],
    ),
    (
        "wmic datafile",
        "Lansweeper's table",
        f"AssetName,FilePathfull,FileVersion,Filesize\nMBX1,{SETUP},15.1.2507.39,36784\n",
        [f"MBX1 {FILE} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "a .nessus file",
        '<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Report name="x">\n'
        + "".join(
            f'<ReportHost name="10.0.0.{last}"><HostProperties>\n</HostProperties>\n<ReportItem port="445">'
            f"<plugin_output>\n  Path              : {SETUP}\n  Installed version : 15.1.2507.{build}\n"
            "  Fixed version     : 15.1.2507.40\n</plugin_output>\n</ReportItem>\n</ReportHost>\n"
            for last, build in ((5, 37), (6, 39))
        )
        + "</Report>\n</NessusClientData_v2>\n",
        [f"10.0.0.5 {FILE} 15.1.2507.37", f"10.0.0.6 {FILE} 15.1.2507.39"],
    ),
    (
        "software inventory",
        "the folder's column has another name",
        f"DeviceName,FileName,FolderPath,FileVersion\nMBX1,ExSetup.exe,{BIN},15.01.2507.039\n"
        f"MBX2,ExSetup.exe,{BIN},15.01.2507.006\n",
        OF_TWO,
    ),
    (
        "lines",
        "a path and its version",
        f"{SETUP} 15.01.2507.039\n{BIN}\\Store.exe : 15.01.2507.006\n",
        [f"- {FILE} 15.1.2507.39", f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.6"],
    ),
    (
        "lines",
        "a table without its headings",
        f"\n15.01.2507.039   15.01.2507.039   {SETUP}\n15.01.2507.006   15.01.2507.039   {BIN}\\Store.exe\n\n",
        [
            f"- {FILE} 15.1.2507.39",
            f"- {FILE.replace('ExSetup', 'Store')}: "
            "a list of paths and versions gives two versions, 15.01.2507.006 and 15.01.2507.039",
        ],
    ),
    ("lines", "parted by tabs", f'"{SETUP}"\t15.1.2507.39\n', [f"- {FILE} 15.1.2507.39"]),
    (
        "exiftool",
        "text",
        f"ExifTool Version Number         : 12.40\nFile Name                       : ExSetup.exe\n"
        f"Directory                       : {BIN}\nFile Size                       : 36 KiB\n"
        "File Version Number             : 15.1.2507.39\nProduct Version Number          : 15.1.2507.39\n"
        "File Version                    : 15.01.2507.039\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "exiftool",
        "text of two files",
        "======== Bin/ExSetup.exe\nFile Name                       : ExSetup.exe\n"
        "Directory                       : Bin\n"
        "File Version Number             : 15.1.2507.39\n======== Bin/Store.exe\n"
        "File Name                       : Store.exe\nDirectory                       : Bin\n"
        "File Version Number             : 15.1.2507.6\n    2 image files read\n",
        ["- Bin/ExSetup.exe 15.1.2507.39", "- Bin/Store.exe 15.1.2507.6"],
    ),
    (
        "exiftool",
        "-csv",
        "SourceFile,FileSize,FileVersion,FileVersionNumber\nBin/ExSetup.exe,36784,15.01.2507.039,15.1.2507.39\n",
        ["- Bin/ExSetup.exe 15.1.2507.39"],
    ),
    (
        "osquery",
        "osqueryd's log, of what went and what came",
        "".join(
            f'{{"name":"p","hostIdentifier":"{host}","columns":{{"path":"C:\\\\x\\\\ExSetup.exe","file_version":'
            f'"15.1.2507.{build}"}},"action":"{action}"}}\n'
            for host, build, action in (("MBX1", 6, "removed"), ("MBX1", 39, "added"), ("MBX2", 6, "added"))
        ),
        ["MBX1 C:/x/ExSetup.exe 15.1.2507.39", "MBX2 C:/x/ExSetup.exe 15.1.2507.6"],
    ),
    (
        "Velociraptor",
        "CSV",
        "Fqdn,OSPath,Size,VersionInformation\n"
        'MBX1,C:\\x\\ExSetup.exe,36784,"{""CompanyName"":""Microsoft"",""FileVersion"":""15.01.2507.039""}"\n',
        ["MBX1 C:/x/ExSetup.exe 15.1.2507.39"],
    ),
    (
        "Velociraptor",
        "CSV, all that parse_pe gives in one column",
        'Fqdn,OSPath,PE\nMBX1,C:\\x\\ExSetup.exe,"{""VersionInformation"":{""FileVersion"":""15.01.2507.039""}}"\n',
        ["MBX1 C:/x/ExSetup.exe 15.1.2507.39"],
    ),
    (
        "Velociraptor",
        "CSV, the cell is cut",
        'Fqdn,OSPath,VersionInformation\nMBX1,C:\\x\\ExSetup.exe,"{""FileVersion"":""15.01.25"\n',
        ["MBX1 C:/x/ExSetup.exe: Velociraptor gives no version for it"],
    ),
    (
        "Get-ExchangeServer",
        "Chinese",
        "Name                : MBX1\nAdminDisplayVersion : \u7248\u672c 15.2 (\u5185\u90e8\u7248\u672c 1118.7)\n",
        [f"MBX1 {CU12}"],
    ),
    (
        "Get-ExchangeServer",
        "Spanish, beside the version of its object",
        "Name AdminDisplayVersion                ExchangeVersion\n"
        "---- -------------------                ---------------\n"
        "MBX1 Versi\u00f3n 15.2 (Compilaci\u00f3n 1118.7) 0.1 (8.0.535.0)\n",
        [f"MBX1 {CU12}"],
    ),
    (
        "KB list",
        "Get-WmiObject's list, whose first names have lines before them",
        "Description         : Sicherheitsupdate\nHotFixID            : KB5014261\nInstallDate         :\n"
        "__SERVER            : MBX1\n",
        CLAIMS[:1],
    ),
    (
        "list of programs",
        "Win32_Product",
        "Name    : Microsoft Exchange Server\nVendor  : Microsoft Corporation\nVersion : 15.2.1118.7\n",
        ["- a list of programs 15.2.1118.7"],
    ),
    (
        "list of programs",
        "CSV of two machines",
        "PSComputerName,DisplayName,DisplayVersion\n"
        "MBX1,Microsoft Exchange Server 2019 Cumulative Update 12,15.2.1118.7\n"
        "MBX2,Microsoft Exchange Server 2016 Cumulative Update 23,15.1.2507.6\n"
        "MBX2,Microsoft Exchange Server Language Pack - German,15.1.2507.7\n",
        ["MBX1 a list of programs 15.2.1118.7", "MBX2 a list of programs 15.1.2507.6"],
    ),
    (
        "list of programs",
        "table",
        "DisplayName                    DisplayVersion\n-----------                    --------------\n"
        "Microsoft Exchange Server 2019 15.2.1118.7\n",
        ["- a list of programs 15.2.1118.7"],
    ),
    (
        "FileVersionInfo table",
        "two CSV files in one, with other columns",
        f"FileName,FileVersion\n{BIN}\\Store.exe,15.01.2507.039\n\n#TYPE Selected\n"
        f"PSComputerName,FileName,FileVersion\n"
        f"MBX1,{SETUP},15.01.2507.039\nPSComputerName,FileName,FileVersion\nMBX2,{SETUP},15.01.2507.006\n",
        [*OF_TWO, f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo table",
        "CSV with what keeps Excel from reading numbers",
        f'FileName;FileVersion\n{SETUP};="15.01.2507.039"\n{BIN}\\Store.exe;\'15.01.2507.039\n',
        [f"- {FILE} 15.1.2507.39", f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.39"],
    ),
    (
        "HTML",
        "with line ends within a table",
        "<html><body>\n<table>\n  <tr>\n    <th>FileName</th>\n    <th>FileVersion</th>\n  </tr>\n  <tr>\n"
        f"    <td>{SETUP}</td>\n    <td>15.01.2507.039</td>\n  </tr>\n</table>\n</body></html>\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "HTML",
        "a table of Outlook",
        "<html><body><table class=MsoNormalTable><tr><td><p class=MsoNormal><b>FileName<o:p></o:p></b></p></td><td>"
        f"<p class=MsoNormal><b>FileVersion<o:p></o:p></b></p></td></tr><tr><td><p class=MsoNormal>{SETUP}<o:p></o:p>"
        "</p></td>\n<td><p class=MsoNormal>15.01.2507.039<o:p></o:p></p></td></tr></table></body></html>",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "HTML",
        "ConvertTo-Html -As List",
        f"<html><body>\n<table>\n<tr><td>FileName:</td><td>{SETUP}</td></tr>\n<tr><td>FileVersion:</td>"
        "<td>15.01.2507.039</td></tr>\n<tr><td><hr></td></tr>\n</table>\n</body></html>\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "HTML",
        "paragraphs of Outlook",
        "<html><body><p class=MsoNormal>Hello,<o:p></o:p></p><p class=MsoNormal>FileName&nbsp;&nbsp; : "
        f"{SETUP.replace(' ', chr(10), 1)}<o:p></o:p></p>"
        "<p class=MsoNormal>FileVersion : 15.01.2507.039</p></body></html>",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "FileVersionInfo list",
        "YAML",
        f"servers:\n- FileName: {SETUP}\n  FileVersion: 15.01.2507.039\n  Hostname: 'MBX1'\n"
        f"- FileName: '{SETUP}'\n  FileVersion: \"15.01.2507.006\"\n  Hostname: MBX2\n",
        OF_TWO,
    ),
    (
        "Get-ExchangeServer",
        "a report's own columns",
        "Server;Exchange;ExSetup Version\nMBX1;Version 15.2 (Build 1118.7);15.02.1118.040\n",
        [f"MBX1 {CU12}", "MBX1 the version of ExSetup.exe in a report 15.2.1118.40"],
    ),
    (
        "FileVersionInfo table",
        "CSV whose lines Excel put into one cell each",
        f'"FileName;FileVersion"\n"{SETUP};15.01.2507.039"\n',
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "CSV whose quoted lines Excel put into one cell each",
        f'"""Pfad"",""Version"""\n"""{SETUP}"",""15.01.2507.039"""\n',
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "CSV with a comma in a path that nobody quoted",
        f"Server,Datei,Version\nMBX1,{COMMA},15.01.2507.039\nMBX2,{SETUP},15.01.2507.006\n",
        [f"MBX1 C:/Mail,old/Other.exe: a table {UNQUOTED}", OF_TWO[1]],
    ),
    (
        "PowerShell",
        "CSV with a comma in a path that nobody quoted, before the host",
        f"FullName,FileVersion,PSComputerName\n{COMMA},15.01.2507.039,MBX1\n",
        [f"MBX1 C:/Mail,old/Other.exe: a table {UNQUOTED}"],
    ),
    (
        "PowerShell",
        "counter-case: CSV with a comma behind all that counts, and one with quotation marks",
        f'FullName,FileVersion,FileDescription\n{SETUP},15.01.2507.039,Setup, a program\n"{COMMA}",15.01.2507.039,x\n',
        ["- C:/Mail,old/Other.exe 15.1.2507.39", f"- {FILE} 15.1.2507.39"],
    ),
    *(
        ("PowerShell", f"a property's path as heading: {of}{drawn[:4]}", drawn, [f"- {FILE} 15.1.2507.39"])
        for of in ("VersionInfo.", "$_.VersionInfo.")
        for drawn in (
            f'"FullName","{of}FileVersion"\n"{SETUP}","15.01.2507.039"\n',
            f"Name,Folder,{of}ProductName,{of}FileVersion\nExSetup.exe,{BIN},Microsoft Exchange,15.01.2507.039\n",
            f"[{json.dumps({'FullName': SETUP, of + 'FileVersion': '15.01.2507.039'})}]",
        )
    ),
    (
        "PowerShell",
        "advanced hunting, which knows the product's version",
        "DeviceName,FileName,FolderPath,ProcessVersionInfoProductVersion,InitiatingProcessVersionInfoProductVersion\n"
        f"mbx1,ExSetup.exe,{SETUP},15.01.2507.039,1.2.3.4\n",
        [
            f"mbx1 {FILE}: PowerShell gives the product's version and not the file's",
            "mbx1 ProductVersion of ExSetup.exe 15.1.2507.39",
        ],
    ),
    (
        "Get-Command",
        "its columns without the type",
        f'"Name","Version","Source"\n"ExSetup.exe","15.2.1748.39","{SETUP}"\n',
        [line.replace("- ExSetup.exe:", f"- {FILE}:") for line in PRODUCT],
    ),
    (
        "list of programs",
        "Get-Package, which has a source too",
        "Name                                                Version     Source          ProviderName\n"
        "----                                                -------     ------          ------------\n"
        "Microsoft Exchange Server 2019 Cumulative Update 12 15.2.1118.7 C:\\Program F... Programs\n",
        ["- a list of programs 15.2.1118.7"],
    ),
    (
        "wmic datafile",
        "name, folder and version",
        f"Name        Version        Folder\n----        -------        ------\nExSetup.exe 15.01.2507.039 {BIN}\n",
        [f"- {FILE} 15.1.2507.39"],
    ),
    (
        "wmic datafile",
        "CSV of name, folder and version",
        f"FileName,Version,Path\nExSetup.exe,15.01.2507.039,{BIN}\\\nStore.exe,15.01.2507.006,{BIN}\n",
        [f"- {FILE} 15.1.2507.39", f"- {FILE.replace('ExSetup', 'Store')} 15.1.2507.6"],
    ),
    ("Ansible", "win_file_version of two hosts, one is off", OF_MODULE, [f"mbx1 {FILE} 15.1.2507.39"]),
    (
        "Ansible",
        "debug of a command's lines",
        'TASK [debug] ***\n\nok: [mbx1] => {\n    "setup.stdout_lines": '
        + json.dumps(TABLE.splitlines(), indent=8)
        + "\n}\n",
        [f"mbx1 {FILE} 15.2.1748.39"],
    ),
    (
        "Ansible",
        "a command with -v, which has its text twice",
        "changed: [mbx1] => " + json.dumps({"rc": 0, "stdout": TABLE, "stdout_lines": TABLE.splitlines()}) + "\n",
        [f"mbx1 {FILE} 15.2.1748.39"],
    ),
    (
        "FileVersionInfo table",
        "CSV of CMPivot",
        f'"Device","FileName","Version"\n"MBX1","{SETUP}","15.02.1748.039"\n',
        [f"MBX1 {FILE} 15.2.1748.39"],
    ),
]
