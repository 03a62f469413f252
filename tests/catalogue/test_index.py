"""The SQLite index: the same catalogue, the same answers from a part of it, and nothing taken from a damaged file."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from index_edits import edited, forged
from targets import ASSESSOR, WORKED

from hotfix_check.assess import Assessor, Question
from hotfix_check.assess.scope import Scope, scope_of
from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue
from hotfix_check.catalogue.build_index import index_bytes
from hotfix_check.catalogue.index import WITH_RELATED, CatalogueIndex, connected, is_index, open_index
from hotfix_check.catalogue.load import digest_of, parse_files, read_files, read_parsed
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.seal import SEAL_BYTES, sealed
from hotfix_check.catalogue.update import FileRow
from hotfix_check.errors import CatalogueError, UnsupportedCatalogueError
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetKind, UnreadableFile
from hotfix_check.report.document import RunDocument
from hotfix_check.report.result import result_document
from hotfix_check.version import FileVersion

ROWS = [(update.product, row) for update in WORKED.updates for package in update.packages for row in package.rows]


@pytest.fixture(scope="module")
def index_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("index") / "catalogue.sqlite"
    place.write_bytes(built(default_folder()))
    return place


def built(*paths: Path) -> bytes:
    contents = read_files(paths)
    faults: list[str] = []
    documents = parse_files(contents, faults)
    catalogue = read_parsed(documents, faults, sha256=digest_of(contents))
    return index_bytes(catalogue, documents)


@pytest.fixture(scope="module")
def index(index_file: Path) -> CatalogueIndex:
    return open_index(index_file)


def test_the_whole_of_it_is_the_catalogue_that_it_was_built_from(index: CatalogueIndex) -> None:
    assert index.catalogue() == WORKED
    assert index.outline == WORKED.outline()
    assert index.sha256 == WORKED.sha256


def test_the_same_catalogue_is_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    catalogue = default_folder() / "exchange-2003.toml"
    for seed in ("0", "1"):
        command = [
            sys.executable,
            "-m",
            "hotfix_check",
            "catalogue",
            "build",
            str(tmp_path / seed),
            "--catalogue",
            str(catalogue),
        ]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, check=True)
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()


def test_no_release_of_sqlite_is_named_in_it(index_file: Path) -> None:
    assert index_file.read_bytes()[96:100] == bytes(4)


def test_json_lines_give_the_same_values_as_toml(tmp_path: Path, index: CatalogueIndex) -> None:
    for document in index.documents():
        if document.product is None:
            cves = ",".join(table.as_json() for table in document.cves)
            (tmp_path / "cves.jsonl").write_text(f'{{"format":1,"version":"2026-11-21","cve":[{cves}]}}\n', "utf-8")
            continue
        advisories = ",".join(table.as_json() for table in document.advisories)
        head = f'"format":1,"version":"2026-11-21","product":{document.product.as_json()},"advisory":[{advisories}]'
        lines = [f"{{{head}}}", *(table.as_json() for table in document.updates)]
        (tmp_path / f"{document.product_id}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = load_catalogue([tmp_path])
    assert (found.products, found.updates, found.advisories) == (WORKED.products, WORKED.updates, WORKED.advisories)
    assert found.cves == WORKED.cves


@pytest.mark.parametrize(
    ("called", "products"),
    [
        pytest.param("KB818861", {"exchange-5.5"}, id="a KB number"),
        pytest.param("ms06-019", {"exchange-2000", "exchange-2003"}, id="a bulletin, in small letters"),
        pytest.param("exchange-2003/SP2", {"exchange-2003"}, id="an id"),
        pytest.param("SP2", None, id="the end of an id"),
        pytest.param("818861", {"exchange-5.5"}, id="the bare number"),
        pytest.param("q818861", {"exchange-5.5"}, id="a number as it was written before 2003"),
        pytest.param(
            "exchange-2000/KB894549", {"exchange-2000", "exchange-2003"}, id="an id whose number another product has"
        ),
        pytest.param("Jul17SU", None, id="a name for several products"),
        pytest.param("KB1", set(), id="a number that is not there"),
        pytest.param("\udcff", set(), id="a byte that is no text"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_an_update_is_looked_up_by_all_that_it_is_called(
    index: CatalogueIndex, called: str, products: set[str] | None
) -> None:
    name = called.casefold()
    number = name.removeprefix("q")
    named = [
        update
        for update in WORKED.updates
        if {name, f"kb{number}" if number.isdigit() else name}
        & {
            update.id.casefold(),
            update.id.rpartition("/")[2].casefold(),
            update.name.casefold(),
            *map(str.casefold, update.aliases),
        }
    ]
    numbers = {update.kb for update in named}
    by_all = {update.product for update in WORKED.updates if update in named or update.kb in numbers - {None}}
    assert index.products_of(called) == by_all
    assert products is None or by_all == products


def test_a_lone_mapi32_of_5_5_needs_few_updates(index: CatalogueIndex) -> None:
    part = index.catalogue(["exchange-5.5"], frozenset({"mapi32.dll"}))
    named = {
        update.id
        for update in WORKED.updates
        if update.product == "exchange-5.5"
        and any(row.name.lower() == "mapi32.dll" for package in update.packages for row in package.rows)
    }
    levels = {update.id for update in WORKED.updates if update.product == "exchange-5.5" and update.level}
    found = {update.id for update in part.updates}
    assert "exchange-5.5/KB818861" in named
    assert named | levels <= found
    assert len(found) < 60 < len(WORKED.updates)
    assert part.outline() == WORKED.outline()


def some_target(chance: random.Random) -> Inventory:
    """A lone file or a few files of catalogued names, at or near catalogued versions, now and then unreadable."""
    lone = chance.random() < 0.7
    files: list[InstalledFile] = []
    unreadable: list[UnreadableFile] = []
    for number, (_, row) in enumerate(chance.sample(ROWS, 1 if lone else chance.randint(2, 4))):
        path = row.name if lone else f"{number}/{row.name}"
        if chance.random() < 0.07:
            unreadable.append(UnreadableFile(path=path, reason="damaged"))
        else:
            files.append(InstalledFile(path=path, size=row.size or 1, version=near(row, chance)))
    return Inventory(
        target="t",
        kind=TargetKind.FILE if lone else TargetKind.FOLDER,
        root=("t",),
        folders=() if lone else ("",),
        files=tuple(files),
        unreadable=tuple(unreadable),
        files_seen=len(files) + len(unreadable),
        files_read=len(files),
        lone_file=lone,
    )


def near(row: FileRow, chance: random.Random) -> FileVersion | None:
    if row.version is None or chance.random() < 0.07:
        return None
    major, minor, build, own = row.version
    return FileVersion(
        major, minor, max(0, build + chance.choice((-1, 0, 0, 0, 1))), max(0, own + chance.choice((-1, 0, 0, 1, 5)))
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_part_gives_the_answers_of_the_whole(index: CatalogueIndex, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        target = some_target(chance)
        scope = scope_of([target], WORKED.products, index.outline)
        part = index.catalogue(scope.products, scope.names)
        of_whole = result_document([ASSESSOR.assess(target, Question())], WORKED, RunDocument())
        of_part = result_document([Assessor(part).assess(target, Question())], part, RunDocument())
        assert of_part == of_whole, (target, scope)


def test_an_update_that_a_service_pack_of_another_product_contains_has_that_as_its_successor() -> None:
    later = next(update for update in WORKED.updates if update.id == "exchange-2003/SP2")
    earlier = next(update for update in WORKED.updates if update.product == "exchange-5.5" and update.kb == 818861)
    crossing = replace(later, contains=(*later.contains, earlier.id))
    updates = tuple(crossing if update is later else update for update in WORKED.updates)
    catalogue = replace(WORKED, updates=updates)
    assert Supersedence(catalogue).related(earlier)["exchange-2003/SP2"]
    row = earlier.packages[0].rows[0]
    lone = InstalledFile(path=row.name, size=row.size or 1, version=row.version)
    target = replace(some_target(random.Random(0)), files=(lone,), unreadable=(), lone_file=True)
    (finding,) = Assessor(catalogue).assess(target, Question(kbs=frozenset({818861}))).findings
    assert "exchange-2003/SP2" in finding.superseded_by


@pytest.mark.parametrize("kb", [5063221, 5063222])
def test_two_updates_of_one_day_for_two_lines_are_told_apart_from_a_part_as_from_the_whole(
    kb: int, index: CatalogueIndex
) -> None:
    """The same day's update for another line decides what a build between the lines means."""
    rows = [row for update in WORKED.updates if update.kb == kb for package in update.packages for row in package.rows]
    assert rows
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        lone = InstalledFile(path=row.name, size=row.size or 1, version=row.version)
        target = replace(some_target(random.Random(0)), files=(lone,), unreadable=(), lone_file=True)
        scope = scope_of([target], WORKED.products, index.outline)
        part = index.catalogue(scope.products, scope.names)
        assert {update.kb for update in part.updates} >= {5063221, 5063222}
        of_whole = result_document([ASSESSOR.assess(target, Question())], WORKED, RunDocument())
        assert result_document([Assessor(part).assess(target, Question())], part, RunDocument()) == of_whole


@pytest.mark.parametrize(
    ("name", "version", "findings"),
    [("ese.dll", "15.1.2507.9", True), ("ese.dll", "8.1.340.0", True), ("nobody.dll", "15.2.1748.39", True)],
    ids=["named in another product's table only", "named in a table of its own product", "named in none"],
)
def test_a_lone_file_is_judged_from_a_part_as_from_the_whole(
    index: CatalogueIndex, name: str, version: str, findings: bool
) -> None:
    lone = InstalledFile(path=name, size=1, version=FileVersion.parse(version), product_name="Microsoft® Exchange")
    target = replace(some_target(random.Random(0)), files=(lone,), unreadable=(), lone_file=True)
    scope = scope_of([target], WORKED.products, index.outline)
    part = index.catalogue(scope.products, scope.names)
    document = result_document([Assessor(part).assess(target, Question())], part, RunDocument())
    assert document == result_document([ASSESSOR.assess(target, Question())], WORKED, RunDocument())
    assert bool(document.targets[0].findings) is findings


def test_files_are_looked_up_by_name_however_many_a_product_has(index_file: Path) -> None:
    """All 2,740 files of the catalogue are a moment; 200,000 of one product would be a tenth of a second."""
    with connected(index_file) as rows:
        values = {"products": '["exchange-5.5"]', "names": '["mapi32.dll"]'}
        plan = [step for *_, step in rows(f"EXPLAIN QUERY PLAN {WITH_RELATED}", values)]
    assert [step for step in plan if " files " in step] == ["SEARCH files USING PRIMARY KEY (product=? AND name=?)"]


def test_lone_files_are_judged_by_name_and_anything_else_by_product(index: CatalogueIndex) -> None:
    mapi = InstalledFile(path="Mapi32.dll", size=1, version=FileVersion(5, 5, 2657, 50))
    lone = replace(some_target(random.Random(0)), files=(mapi,), unreadable=(), lone_file=True)
    folder = replace(lone, lone_file=False)
    products = frozenset({"exchange-5.5"})
    assert scope_of([lone], WORKED.products, index.outline) == Scope(products=products, names=frozenset({"mapi32.dll"}))
    assert scope_of([lone, folder], WORKED.products, index.outline) == Scope(products=products)
    unread = replace(lone, files=(), unreadable=(UnreadableFile(path="Mapi32.dll", reason="damaged"),))
    assert scope_of([unread], WORKED.products, index.outline).products == {
        product for product, names in WORKED.outline().names.items() if "mapi32.dll" in names
    }


def cut(file: Path) -> Path:
    file.write_bytes(sealed(file.read_bytes()[:40_000]))
    return file


def scribbled(file: Path) -> Path:
    data = bytearray(file.read_bytes())
    data[8192:200_000] = b"\xa5" * (200_000 - 8192)
    file.write_bytes(sealed(bytes(data[:-SEAL_BYTES])))
    return file


def other(file: Path) -> Path:
    file.unlink()
    return edited(file, "CREATE TABLE t (x)")


Damage = Callable[[Path], Path]


def by(*statements: str) -> Damage:
    return lambda file: forged(file, *statements)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(other, "a SQLite file, but not a catalogue", id="somebody else's database"),
        pytest.param(by("PRAGMA user_version = 5"), "an index of format 5; this hotfix-check reads 4", id="newer"),
        pytest.param(by("PRAGMA user_version = 1"), "an index of format 1; this hotfix-check reads 4", id="older"),
        pytest.param(by("DROP TABLE files"), "its tables are not those of a catalogue", id="a table is missing"),
        pytest.param(
            by("CREATE VIEW v AS SELECT 1"), "its tables are not those of a catalogue", id="a view that could run long"
        ),
        pytest.param(
            by("CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END"),
            "its tables are not those of a catalogue",
            id="a trigger",
        ),
        pytest.param(cut, "a damaged index", id="cut off"),
        pytest.param(scribbled, "delete it, or build it again", id="overwritten in the middle"),
        pytest.param(by("DELETE FROM meta WHERE name = 'version'"), "meta: version: missing", id="no version"),
        pytest.param(by("UPDATE meta SET value = x'00ff' WHERE name = 'outline'"), "outline: text", id="no text"),
        pytest.param(by("UPDATE meta SET value = '{' WHERE name = 'outline'"), "not JSON", id="an outline cut off"),
        pytest.param(by("UPDATE meta SET value = '[]' WHERE name = 'outline'"), "a table expected", id="a list"),
        pytest.param(by("INSERT INTO meta VALUES ('x', 'y')"), "meta: x: unknown field", id="a field more"),
        pytest.param(
            by("DELETE FROM products WHERE id = 'exchange-5.5'"), "delete it, or build it again", id="a product is gone"
        ),
        pytest.param(
            by("UPDATE products SET content = '{}' WHERE id = 'exchange-5.5'"),
            "exchange-5.5: product: id: missing",
            id="an empty product",
        ),
        pytest.param(
            by("UPDATE updates SET content = replace(content, '5.5.2657.50', '5.5') WHERE content LIKE '%KB818861%'"),
            "version",
            id="a version that is none",
        ),
        pytest.param(by("UPDATE updates SET content = '[['"), "not JSON", id="updates cut off"),
        pytest.param(
            by("""UPDATE updates SET content = replace(content, '"title":', '"title":"x","title":')"""),
            "title: appears twice",
            id="a key twice",
        ),
        pytest.param(
            by("""UPDATE updates SET content = replace(content, '"title":"', '"title":"\\ud800')"""),
            "title: half a surrogate pair",
            id="half a surrogate pair",
        ),
        pytest.param(by("UPDATE updates SET content = '{\"kb\": 1}'"), "kb: 1 is not within", id="not an update"),
        pytest.param(by("UPDATE updates SET content = '5'"), "a table expected, found 5", id="a number"),
        pytest.param(by("INSERT INTO meta VALUES (x'ff', 'y')"), "a damaged index", id="a name that is no text"),
        pytest.param(
            by("UPDATE products SET id = 'zzz' WHERE id = 'exchange-5.5'"),
            "its products are not those of the index",
            id="a product by another id",
        ),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_its_place(
    damage: Damage, message: str, index_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes())
    with pytest.raises(CatalogueError) as refused:
        open_index(damage(file)).catalogue()
    assert message in str(refused.value)
    assert all(line.startswith(str(file)) for line in refused.value.lines[:100])
    assert isinstance(refused.value, UnsupportedCatalogueError) == ("an index of format" in message)


def test_an_index_that_is_replaced_during_a_run_is_not_mixed_with_the_other(index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes())
    opened = open_index(file)
    forged(file, "UPDATE meta SET value = 'x' WHERE name = 'sha256'")
    with pytest.raises(CatalogueError, match="another catalogue replaced it during this run"):
        opened.catalogue()


def test_an_index_that_another_run_writes_again_is_the_same(index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes())
    opened = open_index(file)
    file.unlink()
    file.write_bytes(index_file.read_bytes())
    os.utime(file, (0, 0))
    assert opened.catalogue() == WORKED


@pytest.mark.parametrize("seed", range(4))
def test_no_flipped_bit_of_an_index_is_asked(seed: int, index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    sound = index_file.read_bytes()
    chance = random.Random(seed)
    for _ in range(50):
        data = bytearray(sound)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(data)
        with pytest.raises(CatalogueError):
            open_index(file)


@pytest.mark.parametrize("statement", ["DELETE FROM updates WHERE content LIKE '%818861%'", "VACUUM"])
def test_an_index_that_was_edited_is_refused(statement: str, index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes())
    with pytest.raises(CatalogueError, match=r"\(its checksum does not match\): delete it, or build it again"):
        open_index(edited(file, statement))


@pytest.mark.parametrize("length", [0, 50, SEAL_BYTES - 1, SEAL_BYTES, SEAL_BYTES + 100, -1, -SEAL_BYTES])
def test_an_index_that_was_cut_is_refused(length: int, index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes()[:length])
    with pytest.raises(CatalogueError):
        open_index(file)


def test_what_is_behind_the_seal_is_damage_too(index_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.sqlite"
    file.write_bytes(index_file.read_bytes() + b"\0")
    with pytest.raises(CatalogueError, match="checksum does not match"):
        open_index(file)


def test_a_tree_that_leads_in_circles_ends(index_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.catalogue.index.MAX_STEPS", 2000)
    monkeypatch.setattr("hotfix_check.catalogue.index._STEPS_AT_ONCE", 100)
    with pytest.raises(CatalogueError, match="interrupted"):
        open_index(Path(shutil.copy(index_file, tmp_path))).catalogue()  # which no other test has read


def test_rows_are_no_more_than_the_file_holds(index_file: Path) -> None:
    with pytest.raises(CatalogueError, match="refers to more than it holds"), connected(index_file) as rows:
        for _ in rows("SELECT one.content FROM updates AS one, updates AS other", {}):
            pass


def test_a_file_that_is_too_large_is_not_opened(index_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.catalogue.index.MAX_INDEX_BYTES", 1000)
    with pytest.raises(CatalogueError, match="larger than 1000 bytes, not a catalogue index"):
        open_index(index_file)


def test_reading_an_index_writes_nothing_beside_it(index_file: Path) -> None:
    before = index_file.read_bytes()
    open_index(index_file).catalogue()
    assert sorted(path.name for path in index_file.parent.iterdir()) == [index_file.name]
    assert index_file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        pytest.param(b"SQLite format 3\0...", True, id="a database"),
        pytest.param(b"format = 1", False, id="TOML"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_an_index_is_told_by_its_first_bytes(content: bytes, answer: bool, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    assert is_index(tmp_path / "x") is answer


def test_a_folder_or_nothing_is_no_index(tmp_path: Path) -> None:
    assert not is_index(tmp_path)
    assert not is_index(tmp_path / "not there")


def test_published_catalogues_have_an_outline_of_their_own() -> None:
    assert (
        Catalogue(version="2026-11-21", sha256="", products=WORKED.products, updates=WORKED.updates[:5], advisories=())
        .outline()
        .updates
        == 5
    )
