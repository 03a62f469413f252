"""A listing as a target: the same answers as the files themselves, as far as it can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from listing_builder import osquery, sigcheck
from make_samples import LISTINGS, listed


def verdicts(target: Any) -> dict[str, tuple[Any, ...]]:
    """What each finding says, but for its paths' drive and case and what a listing cannot know."""
    return {
        finding["id"]: (
            finding["verdict"],
            finding["blocked"],
            [one["id"] for one in finding["satisfied_by"]],
            [
                (row["name"], row["state"], [(one["role"], one["state"], one["version"]) for one in row["copies"]])
                for row in finding["files"]
            ],
        )
        for finding in target["findings"]
    }


def test_each_listing_gives_the_findings_of_the_folder(samples: Path, run: Run) -> None:
    listings = [samples / "listings" / name for name in sorted(LISTINGS)]
    targets = run("scan", samples / "exchange-5.5-sp4", *listings, "-f", "json").result["targets"]
    folder = verdicts(targets[0])
    assert len(folder) > 50
    assert len(targets) == 9
    for target in targets[1:]:
        assert verdicts(target) == folder, target["path"]
        assert (target["kind"], target["files_seen"], target["files_read"]) == ("listing", 13, 13)
        assert target["products"][0]["level"] == "SP4"
        assert target["summary"] == targets[0]["summary"]


@pytest.mark.parametrize("sample", ["exchange-2000-sp3", "exchange-2003-sp1"])
def test_an_osquery_listing_of_each_sample_gives_the_findings_of_its_folder(
    sample: str, samples: Path, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "files.json").write_text(osquery(listed(sample)))
    folder, listing = run("scan", samples / sample, "files.json", "-f", "json").result["targets"]
    assert verdicts(listing) == verdicts(folder)


def test_a_version_from_text_or_a_size_not_told_lowers_the_confidence(samples: Path, run: Run) -> None:
    def installed(target: Path) -> Any:
        return run("scan", target, "--kb", "KB324528", "-f", "json").result["targets"][0]["findings"][0]

    folder, told, text = (
        installed(samples / name) for name in ("exchange-5.5-sp4", "listings/osquery.json", "listings/sigcheck.csv")
    )
    assert [one["confidence"] for one in (folder, told, text)] == ["high", "high", "medium"]
    anomalies = text["files"][0]["copies"][0]["anomalies"]
    assert anomalies == ["version-from-text: sigcheck gives the text of the version, not the fixed version block"]
    assert text["anomalies"] == []


def test_nothing_is_absent_from_a_listing_unless_it_is_said_to_be_whole(run: Run, tmp_path: Path) -> None:
    files = [file for file in listed("exchange-5.5-sp4") if not file.path.endswith("Dramapi.dll")]
    (tmp_path / "files.csv").write_text(sigcheck(files))

    def state(*more: str) -> str:
        ran = run("scan", "files.csv", "--kb", "KB324528", "-f", "json", *more)
        return str(ran.result["targets"][0]["findings"][0]["files"][0]["state"])

    assert (state(), state("--complete")) == ("not-collected", "absent")


def test_a_listing_of_one_file_is_a_lone_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(osquery(listed("copied-file")))
    ran = run("scan", "one.json", "-f", "json")
    assert {"KB818861", "KB270133"} <= {f"KB{one['kb']}" for one in ran.result["targets"][0]["findings"]}
    verdicts = {one["verdict"] for one in ran.result["targets"][0]["findings"] if one["kb"] != 894689}
    assert verdicts == {"installed", "superseded"}


def test_a_listing_becomes_an_inventory_that_was_not_collected_here(samples: Path, run: Run, tmp_path: Path) -> None:
    listing = samples / "listings" / "sigcheck.csv"
    assert run("inventory", listing, "-o", "server.json").code == 0
    saved = json.loads((tmp_path / "server.json").read_text())
    assert (saved["collected"]["host"], saved["collected"]["at"], saved["folders"]) == (None, None, [])
    assert "size" not in saved["files"][0]
    before, after = run("scan", listing, "server.json", "-f", "json").result["targets"]
    assert verdicts(after) == verdicts(before)


def test_a_listing_is_explained_compared_and_verified(samples: Path, run: Run, tmp_path: Path) -> None:
    listing = samples / "listings" / "powershell.csv"
    assert "version-from-text" in run("explain", "KB324528", listing).out
    changes = run(
        "compare", samples / "exchange-5.5-sp4", samples / "listings" / "velociraptor.json", "-f", "json"
    ).result
    assert changes["verdicts"] == []
    assert run("scan", listing, "-o", "evidence.manifest.json").code in (0, 1)
    assert "Evidence: the same" in run("verify", "evidence.manifest.json").out
    moved = tmp_path / "elsewhere" / "powershell.csv"
    moved.parent.mkdir()
    moved.write_bytes(listing.read_bytes())
    assert run("verify", "evidence.manifest.json", "--root", "elsewhere").code == 0
    moved.write_bytes(listing.read_bytes().replace(b"5.5.2656.48", b"5.5.2656.47"))
    assert run("verify", "evidence.manifest.json", "--root", "elsewhere").code == 1


def test_text_that_is_no_listing_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Store.exe is 5.5.2653.23\n")
    for command in (("scan", "notes.txt"), ("inventory", "notes.txt")):
        ran = run(*command)
        (line,) = [line for line in ran.err.splitlines() if "error" in line]
        assert (ran.code, ran.out) == (2, "")
        assert "notes.txt: text, but not in a form that can be read. Closest are " in line
