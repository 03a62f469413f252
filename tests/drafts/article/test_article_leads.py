"""What the sentence over a table says of its files: those of the fix, or other ones; a sentence of our own each."""
# ruff: noqa: E501, RUF001  (tables and their lead-ins stand on one line each)

from __future__ import annotations

import pytest
from drafts.reading import parse_article

OF_THE_FIX = (
    "The following files are available in this update:",
    "This update rollup contains the following files.",
    "The files that this update installs are:",
    "This problem was fixed in the following files:",
    "Microsoft has corrected this in these versions:",
    "To resolve this problem, obtain the following files or later:",
    "The following table lists the updated binaries.",
    "After you install the hotfix, verify that you have the following versions:",
    "The following are the file versions for the security update:",
    "The following Exchange files are replaced:",
    "The hot fix modifies these files:",
    "These are the versions of the files after the hotfix is applied:",
    "Contact Microsoft Product Support Services to obtain the following fix:",
    "The resolution is to upgrade to the following versions or later:",
    "You can determine whether the fix is installed by checking the file versions below.",
    "The patch is made up of the following files:",
    "The new DLL has these properties:",
    "This is the list of files that Setup of the hotfix copies:",
    "The problem is resolved by a new version of the store:",
    "The update replaces the following files on the server:",
    "When the patch is applied the following files are changed:",
    "A supported fix is available. It consists of these files:",
    "A supported hotfix is now available. The following files are installed:",
    "This fix includes the files that are listed in the table below.",
    "The English version of this fix has the following file attributes or later. Component: Information store",
    "The fix that is described here brings these files:",
    "The hotfix package installs the files in the following table.",
    "Install the security update, which has the following files:",
    "The fixed files are as follows:",
    "Service Pack 3 for the product updates the following files:",
    "Update Rollup 2 replaces these files:",
    "Update Rollup 2 contains these files:",
    "The file versions that are included in the security update are listed in the following table.",
    "To have all fixes that are listed in this article, the server must have these files or later:",
    "The hotfix updates the file versions of the following components:",
    "The version of this fix has these attributes:",
    "A fix was released on May 3 that contains these components:",
    "The following hotfix files should be on the server after installation:",
    "The affected files and their updated versions are:",
    "To solve this problem, use the files below:",
    "After Setup, these .exe files are replaced:",
    "To resolve the error, you can replace these files:",
    "If you have the following files or later ones, you need not install the hotfix again:",
)
OF_OTHERS = (
    "When the problem occurs, these files are replaced by old ones:",
    "If you have the following files, you need the fix:",
    "The beta of this fix had these files:",
    "Update Rollup 2 fails with the following files:",
    "Service Pack 2 includes these files:",
    "To resolve this problem, look at these files:",
    "The problem has been seen on servers that have the following file versions:",
    "The following versions of the store are known to leak memory:",
    "If your server runs one of these versions, you are affected:",
    "Check whether the server still has these files from the original release:",
    "Versions of the store that contain the leak:",
    "Microsoft Windows 2000 Server installs the following versions:",
    "Exchange Server 2003 Setup copies these files:",
    "The release to manufacturing (RTM) version has the following file attributes:",
    "In Service Pack 1, the files are as follows:",
    "The table below compares the versions of the store in all service packs.",
    "You may have an incorrect version of the store, such as the following:",
    "An earlier version of the store, as in this table, causes the problem.",
    "The following files were damaged by the virus:",
    "The antivirus program installs these files:",
    "The client computer that logged the error had these file versions:",
    "Here are the modules that were loaded when the process stopped:",
    "Compare the files on your server with this list of wrong versions:",
    "The following sample files are on the companion disc:",
    "The number of files in the list is wrong because these files are missing:",
    "After a failed installation of the hotfix, these old files remain:",
    "If the hotfix is not installed, the files have these versions:",
    "These files are not updated by the hotfix:",
    "The hotfix cannot be installed on computers that have these versions:",
    "The hotfix does not apply to the following versions:",
    "Files of the beta version of the hotfix have the following attributes:",
)


def table(version: str) -> str:
    return (
        f"<table><tr><th>File name</th><th>File version</th></tr><tr><td>Store.exe</td><td>{version}</td></tr></table>"
    )


def page(body: str) -> list[str | None]:
    text = f"<!DOCTYPE html><html><body><h1>The store loses a lock</h1><p>Article ID: 931901</p>{body}</body></html>"
    return [row.version for row in parse_article(text, source="test").files]


def archived(sentence: str, section: str) -> list[str | None]:
    text = (
        f"DOCUMENT:Q231902  08-MAY-2002  [exchange]\nTITLE   :The store loses a lock\n\n{section}\n{'=' * len(section)}\n\n"
        f"{sentence}\n\n   File name   Version\n   ----------------------\n   Store.exe   6.5.7653.8\n\nSTATUS\n======\n\nIt is.\n"
    )
    return [row.version for row in parse_article(text, source="test").files]


@pytest.mark.parametrize("sentence", OF_THE_FIX)
def test_a_sentence_that_says_they_are_the_fixs(sentence: str) -> None:
    assert page(f"<h2>RESOLUTION</h2><p>{sentence}</p>{table('6.5.7653.8')}") == ["6.5.7653.8"]
    assert archived(sentence, "RESOLUTION") == ["6.5.7653.8"]


FIX = "<h2>RESOLUTION</h2><p>There is a hotfix. It has the file attributes in this table.</p>" + table("6.5.7653.8")


@pytest.mark.parametrize("sentence", OF_OTHERS)
def test_a_sentence_that_says_they_are_others(sentence: str) -> None:
    other = f"<p>{sentence}</p>{table('6.5.7638.1')}"
    assert page(f"{FIX}<h2>MORE INFORMATION</h2>{other}") == ["6.5.7653.8"]
    assert page(f"<h2>CAUSE</h2>{other}{FIX}") == ["6.5.7653.8"]
    assert archived(sentence, "MORE INFORMATION") == []


ABROAD = """
German | Dieser Hotfix hat die Dateien der folgenden Tabelle. | Dateiname | Dateiversion | Dateigröße | Datum | Uhrzeit | Plattform
French | Ce correctif a les fichiers du tableau suivant. | Nom de fichier | Version du fichier | Taille du fichier | Date | Heure | Plateforme
Spanish | Esta revisión tiene los archivos de la tabla siguiente. | Nombre de archivo | Versión de archivo | Tamaño de archivo | Fecha | Hora | Plataforma
Italian | Questo hotfix ha i file della tabella seguente. | Nome file | Versione file | Dimensione file | Data | Ora | Piattaforma
Portuguese | Este hotfix tem os arquivos da tabela a seguir. | Nome do arquivo | Versão do arquivo | Tamanho do arquivo | Data | Hora | Plataforma
Dutch | Deze hotfix heeft de bestanden in de volgende tabel. | Bestandsnaam | Bestandsversie | Bestandsgrootte | Datum | Tijd | Platform
German, tables | Dieses Update hat die Dateien der folgenden Tabellen. | Dateiname | Dateiversion | Dateigröße | Datum | Uhrzeit | Plattform
French, tables | Cette mise à jour a les fichiers des tableaux suivants. | Nom de fichier | Version du fichier | Taille du fichier | Date | Heure | Plateforme
Russian | Это исправление содержит файлы из следующей таблицы. | Имя файла | Версия файла | Размер файла | Дата | Время | Платформа
Japanese | この修正プログラムのファイルは次の表のとおりです。 | ファイル名 | ファイル バージョン | ファイル サイズ | 日付 | 時刻 | プラットフォーム
Chinese | 此更新具有下表中列出的文件\uff1a | 文件名 | 文件版本 | 文件大小 | 日期 | 时间 | 平台
Chinese (Taiwan) | 此更新具有下表中列出的檔案\uff1a | 檔案名稱 | 檔案版本 | 檔案大小 | 日期 | 時間 | 平台
Chinese, a fix | 此修补程序的英文版具有下表中列出的文件属性。 | 文件名 | 文件版本 | 文件大小 | 日期 | 时间 | 平台
Italian, sizes | Questo hotfix ha i file della tabella seguente. | Nome file | Versione | Dimensioni file | Data | Ora | Piattaforma
Polish | Ta poprawka ma pliki wymienione w poniższej tabeli. | Nazwa pliku | Wersja pliku | Rozmiar pliku | Data | Godzina | Platforma
Czech | Tato aktualizace obsahuje soubory uvedené v následující tabulce. | Název souboru | Verze souboru | Velikost souboru | Datum | Čas | Platforma
Turkish | Bu düzeltmenin dosyaları aşağıdaki tabloda listelenmiştir. | Dosya adı | Dosya sürümü | Dosya boyutu | Tarih | Saat | Platform
Swedish | Den här snabbkorrigeringen har filerna i följande tabell. | Filnamn | Filversion | Filstorlek | Datum | Tid | Plattform
Danish | Denne opdatering har filerne i følgende tabel. | Filnavn | Filversion | Filstørrelse | Dato | Klokkeslæt | Platform
Norwegian | Denne hurtigreparasjonen har filene i følgende tabell. | Filnavn | Filversjon | Filstørrelse | Dato | Klokkeslett | Plattform
Finnish | Tämän päivityksen tiedostot ovat seuraavassa taulukossa. | Tiedostonimi | Tiedostoversio | Tiedostokoko | Päivämäärä | Aika | Ympäristö
Hungarian | A gyorsjavítás fájljai a következő táblázatban láthatók. | Fájlnév | Fájlverzió | Fájlméret | Dátum | Idő | Platform
Korean | 이 업데이트의 파일은 다음 표에 있습니다. | 파일 이름 | 파일 버전 | 파일 크기 | 날짜 | 시간 | 플랫폼
"""


@pytest.mark.parametrize("line", ABROAD.strip().splitlines(), ids=lambda line: line.partition(" |")[0])
def test_tables_of_other_languages(line: str) -> None:
    _, sentence, *labels = line.split(" | ")
    cells = ("Store.exe", "6.5.7653.8", "5.251.584", "19.04.2007", "08:41", "x86")
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in each)}</tr>" for each in (labels, cells))
    text = f"<html><body><h1>Update KB931901</h1><p>{sentence}</p><table>{lines}</table></body></html>"
    (row,) = parse_article(text, source="test").files
    assert (row.version, row.size, str(row.date), str(row.time)) == ("6.5.7653.8", 5251584, "2007-04-19", "08:41:00")
    assert row.doubt is None


@pytest.mark.parametrize(
    "said",
    [
        "サーバー名を表示します。",
        "Serwery są w poniższej tabeli.",
        "Sunucular aşağıdaki tabloda.",
        "次のバージョンです\uff1a",
        "서버 이름을 표시합니다.",
    ],
)
def test_a_sentence_of_another_language_that_shows_other_things_announces_no_files_of_a_fix(said: str) -> None:
    text = f"<html><body><h1>Exchange Server 2003</h1><p>{said}</p>{table('6.5.7653.8')}</body></html>"
    assert parse_article(text, source="test").files == ()


@pytest.mark.parametrize(
    "none", ["Nicht zutreffend", "Non applicable", "No aplicable", "Non applicabile", "Não aplicável", "該当なし"]
)
def test_no_value_in_other_languages(none: str) -> None:
    row = "".join(f"<td>{cell}</td>" for cell in ("Web.config", none, "1.264", "19.04.2007", "08:41", none))
    labels = "".join(f"<th>{cell}</th>" for cell in ("File name", "Version", "Size", "Date", "Time", "Platform"))
    text = f"<html><body><p>This hotfix has these file attributes:</p><table><tr>{labels}</tr><tr>{row}</tr></table></body></html>"
    draft = parse_article(text, source="test")
    assert [(each.name, each.version, each.size, each.platform) for each in draft.files] == [
        ("Web.config", None, 1264, None)
    ]
    assert draft.unused == ()


HEADS = """
German | Artikel-ID: | Die Informationen in diesem Artikel beziehen sich auf:
French | Numéro d'article : | Les informations contenues dans cet article s'appliquent au(x) produit(s) suivant(s) :
Spanish | Id. de artículo: | La información de este artículo se refiere a:
Italian | Identificativo articolo: | Le informazioni in questo articolo si applicano a:
Japanese | 文書番号: | 適用対象
"""


@pytest.mark.parametrize("line", HEADS.strip().splitlines(), ids=lambda line: line.partition(" ")[0])
def test_number_title_and_products_of_other_languages(line: str) -> None:
    _, number, applies = line.split(" | ")
    products = "<ul><li>Microsoft Exchange Server 2003 Standard Edition</li></ul>"
    text = f"<html><body><h1>Loss of a lock</h1><p>{number} 931901</p><p>KB926123</p><h2>{applies}</h2>{products}</body></html>"
    draft = parse_article(text, source="test")
    assert (draft.kb, draft.title) == (931901, "Loss of a lock")
    assert draft.products == ("Microsoft Exchange Server 2003 Standard Edition",)
    assert parse_article(text.replace(number, "Seite"), source="test").kb is None


@pytest.mark.parametrize(
    ("applies", "site"),
    [
        ("Gilt für", "Microsoft-Support"),
        ("S\u2019applique à", "Support Microsoft"),
        ("Se aplica a", "Soporte técnico de Microsoft"),
        ("Si applica a", "Supporto tecnico Microsoft"),
        ("Applies To", "Microsoft Support"),
        ("Products affected", "Microsoft Learn"),
    ],
)
def test_newer_pages_of_other_languages(applies: str, site: str) -> None:
    head = f"<title>Update für Exchange (KB931901) - {site}</title>"
    text = f"<html><head>{head}</head><body><div>{applies}</div><div>Exchange Server 2019</div></body></html>"
    draft = parse_article(text, source="test")
    assert (draft.kb, draft.title, draft.products) == (931901, "Update für Exchange", ("Exchange Server 2019",))


def test_a_title_may_end_in_a_product_of_microsoft() -> None:
    title = "The store stops - Microsoft Exchange Server 2003"
    assert parse_article(f"<html><head><title>{title}</title></head></html>", source="test").title == title


@pytest.mark.parametrize("label", ["Buggy files:", "Old:", "Files that fail:", "Do not use these files:"])
def test_of_two_tables_of_the_same_files_the_one_that_a_sentence_gives_to_the_fix_counts(label: str) -> None:
    other = f"<p>{label}</p>{table('6.5.7638.1')}"
    lead = "<p>There is a hotfix. It has the file attributes in this table.</p>"
    assert page(f"<h2>RESOLUTION</h2>{other}{lead}{table('6.5.7653.8')}") == ["6.5.7653.8"]


@pytest.mark.parametrize("label", ["Windows 2000:", "Service Pack 1:", "Alpha:", "German:"])
def test_the_same_files_for_another_product_or_language_are_the_fixs_too(label: str) -> None:
    other = f"<p>{label}</p>{table('6.5.7638.1')}"
    lead = "<p>There is a hotfix. It has the file attributes in this table.</p>"
    assert page(f"<h2>RESOLUTION</h2>{other}{lead}{table('6.5.7653.8')}") == ["6.5.7638.1", "6.5.7653.8"]


def test_a_label_that_names_the_first_release_is_not_of_the_fix() -> None:
    assert page(f"{FIX}<p>Windows NT 4.0 Gold:</p>{table('6.5.7638.1')}") == ["6.5.7653.8"]
    assert page(f"{FIX}<p>Goldfish:</p>{table('6.5.7638.1')}") == ["6.5.7653.8", "6.5.7638.1"]
