"""A product that is no Exchange, as data alone: samples/sql-server-2000.toml, with branches of builds and instances."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from hive_builder import Value, build_hive
from pe_builder import build_pe
from targets import ASSESSOR, WORKED, folder, installed

from hotfix_check.assess import Assessor, Question
from hotfix_check.assess.finding import Assessment, Finding
from hotfix_check.assess.instances import with_instances
from hotfix_check.assess.registry import setup_level
from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue
from hotfix_check.catalogue.check import check_catalogue
from hotfix_check.drafts.article.parse import parse_article
from hotfix_check.drafts.blocks import draft_to_toml
from hotfix_check.drafts.package.draft import PackageName, read_name
from hotfix_check.drafts.vocabulary import ProductNames, Term
from hotfix_check.errors import CatalogueError
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.registry import RecordedSetup

PLACE = ROOT / "samples" / "sql-server-2000.toml"
SQL = load_catalogue([PLACE])
DEFAULT, SALES = "Microsoft SQL Server/MSSQL", "Microsoft SQL Server/MSSQL$SALES"


@cache
def beside_exchange() -> Catalogue:
    return load_catalogue([default_folder(), PLACE])


def server(build: int, root: str = DEFAULT) -> InstalledFile:
    return installed(
        f"{root}/Binn/sqlservr.exe",
        f"2000.80.{build}.0",
        product_name="Microsoft SQL Server",
        company_name="Microsoft Corporation",
    )


def judge(*files: InstalledFile) -> Assessment:
    return Assessor(SQL).assess(folder(*files, root="Program Files"), Question())


def finding(assessment: Assessment, own: str, root: str = DEFAULT) -> Finding:
    (found,) = [
        one for one in assessment.findings if (one.update.id, one.installation) == (f"sql-server-2000/{own}", root)
    ]
    return found


@pytest.mark.parametrize(
    ("build", "level", "of_2008", "of_2009"),
    [
        pytest.param(2039, "SP4", "missing", "missing", id="SP4 itself"),
        pytest.param(2050, "SP4", "installed", "missing", id="GDR, July 2008"),
        pytest.param(2055, "SP4", "superseded", "installed", id="GDR, February 2009"),
        pytest.param(2187, "SP4 QFE", "missing", "missing", id="a hotfix, numbered above every GDR build"),
        pytest.param(2273, "SP4 QFE", "installed", "missing", id="QFE, July 2008"),
        pytest.param(2279, "SP4 QFE", "superseded", "missing", id="a hotfix after it"),
        pytest.param(2282, "SP4 QFE", "superseded", "installed", id="QFE, February 2009"),
    ],
)
def test_a_branch_is_judged_by_its_own_builds(build: int, level: str, of_2008: str, of_2009: str) -> None:
    result = judge(server(build))
    (product,) = result.products
    assert SQL.products[0].levels[product.low].name == level
    assert finding(result, "SP4").verdict == "installed"
    assert (finding(result, "KB948110").verdict, finding(result, "KB960082").verdict) == (of_2008, of_2009)


def test_whoever_lacks_the_level_lacks_what_needs_it() -> None:
    result = judge(server(760))
    assert finding(result, "SP4").verdict == "missing"
    ms08_040 = finding(result, "KB948110")
    assert (ms08_040.verdict, ms08_040.blocked) == ("missing", True)


def test_instances_on_one_disk_are_judged_each_for_itself() -> None:
    result = judge(server(2055), server(2187, SALES))
    assert [one.root for one in result.installations] == [DEFAULT, SALES]
    assert finding(result, "KB948110").verdict == "superseded"
    assert finding(result, "KB948110", SALES).verdict == "missing"
    assert [step.update.id for step in result.installations[0].next_steps] == []
    assert [step.update.id for step in result.installations[1].next_steps] == ["sql-server-2000/KB960082"]


@pytest.mark.parametrize(
    ("folders", "roots"),
    [
        pytest.param(["MSSQL$A/Binn"], {"mssql$a"}, id="one instance"),
        pytest.param(["MSSQL$A/Binn", "Disk/Microsoft SQL Server/MSSQL$B/Binn"], {"mssql$a", "mssql$b"}, id="two"),
        pytest.param(["MSSQL/Binn", "MSSQLSERVER/Binn"], set(), id="the default instance, and another name"),
        pytest.param(["MSSQL$A/Data"], set(), id="another folder of an instance"),
    ],
)
def test_the_name_of_an_instance_is_taken_from_the_target(folders: list[str], roots: set[str]) -> None:
    inventory = folder(*(installed(f"{one}/x.exe", "1.0.0.0") for one in folders))
    found = with_instances(SQL.products[0], inventory)
    assert set(found.roots) - {"microsoft sql server/mssql"} == {f"microsoft sql server/{root}" for root in roots}
    exchange = next(one for one in beside_exchange().products if one.id == "exchange-5.5")
    assert with_instances(exchange, inventory) is exchange


def test_an_unpacked_service_pack_is_no_installation() -> None:
    unpacked = server(2039, "SQL2KSP4/x86")
    assert judge(server(760), unpacked).backups == ("SQL2KSP4/x86/Binn/sqlservr.exe",)
    assert ASSESSOR.assess(folder(unpacked), Question()).backups == ()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(r"Microsoft\MSSQLServer\MSSQLServer\CurrentVersion", id="the default instance"),
        pytest.param(r"Microsoft\Microsoft SQL Server\SALES\MSSQLServer\CurrentVersion", id="a named one"),
    ],
)
def test_its_setup_records_the_service_pack(key: str, tmp_path: Path) -> None:
    place = tmp_path / "WINNT" / "system32" / "config"
    place.mkdir(parents=True)
    values: dict[str, Value] = {"CSDVersion": "8.00.2039", "CurrentVersion": "8.00.194", "Language": "1033"}
    (place / "software").write_bytes(build_hive({key: values, r"Microsoft\Exchange\Setup": {"Services Version": 55}}))
    from hotfix_check import read_target

    records = read_target(tmp_path, SQL).registry
    assert records is not None
    (setup,) = records.setups
    assert setup == RecordedSetup(key=key, values=(("CSDVersion", "8.00.2039"), ("CurrentVersion", "8.00.194")))
    level = setup_level(SQL.products[0], setup)
    assert level is not None
    assert SQL.products[0].levels[level].name == "SP4"
    unknown = RecordedSetup(key=key, values=(("CSDVersion", "8.00.2040"), ("CurrentVersion", "8.00.194")))
    assert setup_level(SQL.products[0], unknown) is None


def test_beside_exchange_it_is_a_product_of_its_own() -> None:
    target = folder(server(2039), root="Program Files")
    assert [one.product for one in Assessor(beside_exchange()).assess(target, Question()).products] == [
        "sql-server-2000"
    ]


ARTICLE = """FIX: A query is slow in SQL Server 2000

Article ID: 899430

APPLIES TO
 - Microsoft SQL Server 2000 Standard Edition

RESOLUTION

A supported hotfix is now available from Microsoft. To apply this hotfix, you must have SQL Server 2000 Service Pack 4
(SP4) installed.

The English version of this hotfix has the file attributes (or later) that are listed in the following table.

Date         Time   Version         Size       File name
--------------------------------------------------------------
18-Jun-2005  02:11  2000.80.2148.0  9,158,656  Sqlservr.exe
"""


def test_an_article_on_it_is_read_with_its_names() -> None:
    names = ProductNames(SQL.products)
    draft = parse_article(ARTICLE, names, source="an article")
    assert draft.product_ids == ("sql-server-2000",)
    assert draft.prerequisite_terms == ((Term("sql-server-2000", "SP4"),),)
    (row,) = draft.files
    assert (row.name, row.version_normal, row.product) == ("Sqlservr.exe", "2000.80.2148.0", "sql-server-2000")
    assert tomllib.loads(draft_to_toml(draft, names, names.products))["update"] == [
        {
            "kb": 899430,
            "title": "FIX: A query is slow in SQL Server 2000",
            "kind": "hotfix",
            "applies_to": ["Microsoft SQL Server 2000 Standard Edition"],
            "sources": ["KB899430"],
            "package": [
                {
                    "level": "SP4",
                    "prerequisites": [["SP4"]],
                    "prerequisites_stated": True,
                    "files": [
                        {
                            "name": "Sqlservr.exe",
                            "version": "2000.80.2148.0",
                            "size": 9158656,
                            "timestamp": datetime(2005, 6, 18, 2, 11, tzinfo=UTC),
                        }
                    ],
                }
            ],
        }
    ]
    assert parse_article(ARTICLE, ProductNames(WORKED.products), source="").product_ids == ()


def test_a_package_of_it_is_known_by_its_name() -> None:
    read = read_name("SQL2000-KB899430-v8.00.2148-x86-ENU.exe", ProductNames(SQL.products))
    assert read == PackageName(kb=899430, product="sql-server-2000", platform="i386")


def test_the_sample_is_sound_and_every_update_says_where_it_comes_from() -> None:
    assert list(check_catalogue(SQL)) == []
    assert all(update.sources for update in SQL.updates)


def test_a_branch_needs_a_level_before_it(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(PLACE.read_text().replace('branch_of = "SP4"', 'branch_of = "SP5"'))
    with pytest.raises(CatalogueError, match="SP4 QFE: branch_of: 'SP5' is not an earlier level"):
        load_catalogue([broken])


def test_it_is_scanned_from_a_disk(tmp_path: Path) -> None:
    place = tmp_path / "Program Files" / SALES / "Binn"
    place.mkdir(parents=True)
    (place / "sqlservr.exe").write_bytes(build_pe("2000.80.2055.0", strings={"ProductName": "Microsoft SQL Server"}))
    from hotfix_check import scan

    (target,) = scan(tmp_path, catalogues=[PLACE]).targets
    assert [(one.root, one.level) for one in target.installations] == [(f"Program Files/{SALES}", "SP4")]
