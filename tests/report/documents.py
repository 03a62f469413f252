"""Result documents that no sample gives: with hostile text in every place, with waivers, and of any size."""

from __future__ import annotations

import copy
import random
from collections import Counter
from types import SimpleNamespace
from typing import Any

from hotfix_check.report.document import RESULT_SCHEMA as SCHEMA
from hotfix_check.report.verdicts import SUMMARY_ORDER

HOSTILE = '<script>alert(1)</script><b onmouseover="x">\'=1+1|`*\u202eevil\x1b[31m'
WAIVER = {
    "id": "W-014",
    "reason": f"Vendor has not certified it {HOSTILE}",
    "approved_by": "J. Rivera, CISO",
    "ticket": "CHG-10432",
    "approved_on": "2026-06-01",
    "expires": "2026-12-31",
}
ROOT = "Program Files/Microsoft/Exchange Server/V15"
EXPIRED = {**WAIVER, "id": "W-009", "ticket": None, "approved_on": None, "expires": "2026-01-31"}
UNUSED = {**WAIVER, "id": "W-021", "reason": "Not on this host"}
_VERDICTS = ("missing", "partial", "undetermined", "superseded", "installed", "not-applicable")
_STATES = {
    "missing": "older",
    "partial": "older",
    "undetermined": "not-collected",
    "superseded": "later",
    "installed": "exact",
    "not-applicable": "foreign",
}


def values(of: Any) -> Any:
    """A part of a document as the formats read it: keys as attributes, lists as tuples."""
    if isinstance(of, dict):
        return SimpleNamespace(**{key: values(inner) for key, inner in of.items()})
    return tuple(map(values, of)) if isinstance(of, (list, tuple)) else of


def document(findings: int = 600, *, rungs: int = 100, files: int = 2, seed: int = 6) -> Any:
    """A result with this many findings, one of them waived, a ladder of ``rungs`` rungs, hostile text here and there.

    The same arguments give the same document.
    """
    chance = random.Random(seed)
    made = [_finding(number, files, chance) for number in range(findings)]
    made.sort(key=lambda finding: (_VERDICTS.index(finding["verdict"]), finding["kb"]))
    for finding in made:
        if finding["verdict"] == "missing":
            finding["waiver"] = copy.deepcopy(WAIVER)
            break
    verdicts = Counter(finding["verdict"] for finding in made)
    return {
        "schema": SCHEMA,
        "tool": {"name": "hotfix-check", "version": "0.1.0"},
        "run": {
            "started": "2026-11-21T08:00:00Z",
            "finished": "2026-11-21T08:00:09Z",
            "host": f"AUDIT01{HOSTILE}",
            "user": "CORP\\jr",
            "arguments": ["scan", "a b", HOSTILE],
            "as_of": "2026-11-21",
        },
        "catalogue": {
            "version": "2026-11-21",
            "sha256": "0" * 64,
            "products": 1,
            "updates": findings,
            "newest": "2026-11-10",
            "newest_by_product": {"exchange-2016": "2026-11-10", "exchange-5.5": None},
        },
        "scope": {"products": ["exchange-2016"], "kbs": None, "excluded": []},
        "configuration": {
            "file": f"config{HOSTILE}.toml",
            "sha256": "3" * 64,
            "options": {"fail-on": [HOSTILE, "undetermined"]},
        },
        "baseline": {"file": f"baseline{HOSTILE}.toml", "sha256": "2" * 64},
        "waivers": {
            "file": f"waivers{HOSTILE}.toml",
            "sha256": "1" * 64,
            "expired": [copy.deepcopy(EXPIRED)],
            "unused": [copy.deepcopy(UNUSED)],
        },
        "targets": [
            {
                "path": f"evidence/EXCH01{HOSTILE}",
                "kind": "inventory",
                "outcome": "findings",
                "files_seen": 5120,
                "files_read": 1874,
                "installations": [_installation(made)],
                "stray": [{"path": f"Users/jr/Desktop/ExSetup{HOSTILE}.exe", "version": None, "product": None}],
                "registry": None,
                "claimed": [{"kb": 5014261, "source": f"Get-HotFix{HOSTILE}", "updates": ["exchange-2016/KB5014261"]}],
                "collected": {"host": "EXCH01", "at": "2026-11-20T22:14:03Z", "by": "hotfix-check 0.1.0"},
                "products": [
                    {
                        "id": "exchange-2016",
                        "name": "Exchange Server 2016",
                        "level": None,
                        "level_basis": "markers",
                        "level_at_least": "CU22",
                        "level_at_most": "CU23",
                        "end_of_support": "2025-10-14",
                        "evidence": [
                            {
                                "file": "ExSetup.exe",
                                "path": "Bin/ExSetup.exe",
                                "version": "15.1.2507.6",
                                "votes": "CU23",
                            }
                        ],
                        "anomalies": ["mixed-level: markers disagree, ExSetup.exe 15.1.2507.6 says CU23"],
                    }
                ],
                "findings": made,
                "advisories": [
                    {
                        "id": "exchange-2016/store",
                        "installation": ROOT,
                        "kb": 274403,
                        "product": "exchange-2016",
                        "file": "Store.exe",
                        "path": "Bin/Store.exe",
                        "version": "15.1.2507.9",
                        "text": "The information store may stop",
                        "source": "KB274403",
                        "kind": "build",
                        "counts": True,
                        "waiver": None,
                    }
                ],
                "unreadable": [{"path": f"Bin/broken{HOSTILE}.dll", "reason": "truncated: 12 bytes"}],
                "foreign": [{"path": "System32/mapi32.dll", "version": "1.0.2536.0", "reason": "the Windows stub"}],
                "backups": ["Exchsrvr/Q248838/Store.exe"],
                "summary": {
                    **{verdict: verdicts[verdict] for verdict in SUMMARY_ORDER},
                    "blocked": sum(finding["blocked"] for finding in made),
                    "waived": sum(finding["waiver"] is not None for finding in made),
                },
                "ladders": [_ladder("ExSetup.exe", rungs, made)] if made else [],
            }
        ],
    }


def _installation(findings: list[dict[str, Any]]) -> dict[str, Any]:
    """An installation with a step for every third missing finding, and a CVE for every fourth of all."""
    missing = [one for one in findings if one["verdict"] in ("missing", "partial") and one["importance"] != "optional"]
    steps = [_step(one, missing) for one in missing[::3][:4]]
    return {
        "root": ROOT,
        "snapshot": False,
        "counts": True,
        "product": "exchange-2016",
        "name": "Exchange Server 2016",
        "level": None,
        "level_basis": "markers",
        "level_at_least": "CU22",
        "level_at_most": "CU23",
        "build": "15.1.2507.6",
        "build_id": None,
        "build_released": "2022-04-20",
        "anomalies": ["mixed-level: markers disagree, ExSetup.exe 15.1.2507.6 says CU23"],
        "posture": f"Exchange Server 2016 CU22 to CU23, build 15.1.2507.6 of 2022-04-20{HOSTILE}",
        "support": {
            "ends": "2025-10-14",
            "ended_days": 403,
            "extended_until": "2026-10-13",
            "successor": f"Exchange Server SE {HOSTILE}",
            "upgrade": f"In place from CU15 {HOSTILE}",
        },
        "behind": {"updates": len(missing), "months": 43 if missing else None},
        "census": [{"build": "15.1.2507.6", "files": 199}, {"build": "15.1.2507.61", "files": 1}],
        "next_steps": steps,
        "exposures": [
            {
                "cve": f"CVE-2021-{30000 + number}",
                "state": ("exposed", "needs-configuration", "unknown", "fixed")[number % 4],
                "fixed_by": one["id"],
                "needs": f"Switch on Extended Protection {HOSTILE}" if number % 4 == 1 else None,
                "impact": "Remote Code Execution",
                "cvss": 9.1 - number % 5,
                "known_exploited": "2021-11-03" if number % 8 == 0 else None,
                "due": "2021-11-17" if number % 8 == 0 else None,
                "ransomware": True if number % 8 == 0 else None,
            }
            for number, one in enumerate(findings[::4])
        ],
    }


def _step(finding: dict[str, Any], settled: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **{key: finding[key] for key in ("id", "kb", "title", "kind", "released", "line", "availability", "restart")},
        "installation": ROOT,
        "public": None,
        "again": finding["verdict"] == "partial",
        "requires": ["CU23"],
        "not_known": [],
        "settles": [one["id"] for one in settled[:5]],
        "cves": ["CVE-2021-30000"],
        "actions": [{"kind": "service", "text": f"Stop the service {HOSTILE}"}],
        "source": finding["source"],
    }


def _finding(number: int, files: int, chance: random.Random) -> dict[str, Any]:
    verdict = chance.choices(_VERDICTS, weights=(4, 1, 2, 6, 6, 1))[0]
    kb = 4_000_000 + number * 37
    lacking = verdict in ("missing", "partial")
    return {
        "id": f"exchange-2016/KB{kb}",
        "installation": ROOT,
        "kb": kb,
        "aliases": [f"MS26-{number:04d}"] if number % 9 == 0 else [],
        "product": "exchange-2016",
        "title": f"Description of the security update for Exchange Server 2016, number {number}"
        + (f" {HOSTILE}" if number % 50 == 0 else ""),
        "kind": chance.choice(("hotfix", "security-update", "update-rollup", "cumulative-update")),
        "importance": chance.choice(("required", "recommended", "recommended", "optional")),
        "availability": "extended-support" if number % 6 == 5 else "public",
        "released": f"20{chance.randint(16, 25)}-{chance.randint(1, 12):02d}-09" if number % 4 else None,
        "verdict": verdict,
        "confidence": chance.choice(("high", "medium")),
        "line": "CU23",
        "reasons": [f"ExSetup.exe is 15.1.2507.6, needs 15.1.2507.{number + 9} or later"],
        "satisfied_by": [{"id": None, "certainty": "unknown-build"}] if verdict == "superseded" else [],
        "superseded_by": [f"exchange-2016/KB{kb + 37}"] if number % 5 == 0 else [],
        "partly_superseded_by": [f"exchange-2016/KB{kb + 74}"] if number % 10 == 0 else [],
        "advice": [f"exchange-2016/KB{kb + 37 * (number % 5 == 0)}"] if lacking else [],
        "anomalies": [f"regressed: number {number} was there before"] if lacking and number % 7 == 0 else [],
        "prerequisites": [
            {"requires": "CU22 or CU23", "state": "unmet", "basis": "markers", "evidence": f"ExSetup.exe, row {number}"}
        ]
        if lacking and number % 3 == 0
        else [],
        "prerequisites_stated": True,
        "blocked": lacking and number % 3 == 0,
        "files": [_file(number, which, verdict) for which in range(files)],
        "settle_with": [{"file": "Store.exe", "role": "bin", "why": f"it shows the level of {number}"}]
        if verdict == "undetermined"
        else [],
        "restart": chance.choice(("yes", "no", "services", None)),
        "actions": [{"kind": "registry", "text": f"Set the value Number{number} to 1"}] if number % 11 == 0 else [],
        "waiver": None,
        "recorded": None,
        "source": f"KB{kb}",
    }


def _file(number: int, which: int, verdict: str) -> dict[str, Any]:
    state = _STATES[verdict]
    name = f"Microsoft.Exchange.Part{number}.{which}.dll"
    return {
        "name": name,
        "required": which == 0,
        "roles": ["bin"],
        "state": state,
        "expected": {
            "version": f"15.1.2507.{number + 9}",
            "size": 100_000 + number,
            "timestamp": "2025-10-14T03:04:05Z",
            "platform": "amd64",
        },
        "copies": []
        if state == "not-collected"
        else [
            {
                "path": f"V15/Bin/{name}",
                "role": "bin",
                "state": state,
                "version": f"15.1.2507.{number % 65536}",
                "version_string": f"15.01.2507.{number:03d}",
                "size": 90_000 + number,
                "modified": "2025-09-14T01:02:03Z",
                "linked": "2025-09-13T01:02:03Z",
                "language": "0409",
                "machine": "amd64",
                "sha256": f"{number:032x}{which:032x}",
                "anomalies": [f"size-differs: {number} bytes"] if number % 13 == 0 else [],
            }
        ],
    }


def _ladder(file: str, rungs: int, findings: list[dict[str, Any]]) -> dict[str, Any]:
    made = []
    for number in range(rungs):
        of = findings[number % len(findings)]
        level = number % 8 == 0
        made.append(
            {
                "version": f"15.1.{225 + 24 * (number // 8)}.{16 + number % 8}",
                "label": f"CU{number // 8 + 1}" if level else f"KB{of['kb']}",
                "kind": "level" if level else "security-update",
                "id": None if level else of["id"],
                "released": f"20{16 + number // 12:02d}-{number % 12 + 1:02d}-13",
                "line": f"CU{number // 8 + 1}",
            }
        )
    return {
        "product": "exchange-2016",
        "file": file,
        "line": "CU23",
        "rungs": made,
        "installed": [{"path": f"V15/Bin/{file}", "version": made[rungs * 2 // 3]["version"]}],
    }
