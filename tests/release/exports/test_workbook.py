"""tables.xlsx: every published table, the numbers of the cube, its mark, and nothing that runs."""

import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from diaban.errors import DiabanError
from diaban.release.exports import mark, write_workbook
from diaban.release.exports.dictionary import meaning, short_title, title, words
from diaban.release.exports.sheets import HEADS, LONGEST_NAME, sheet_names
from diaban.release.exports.tidy import SHAPES, tidy_tables
from diaban.release.exports.workbook import DICTIONARY
from diaban.release.reread.read_xlsx import read_xlsx

MARK = "Dữ liệu mô phỏng / Simulated data"
HOSTILE = ("=1+1", "+1", "-1+2", "@SUM(A1)", "<b>&\"'", "\u202etxt", "http://example.org", "{=1}")


@pytest.fixture(scope="module")
def book(made_run):
    return load_workbook(made_run.path / "tables.xlsx")


def called(run):
    """Table -> name of its sheet, the dictionary first."""
    return sheet_names((DICTIONARY, *tidy_tables(run.cube)), run.spec.study.languages[0])


def named_in(run):
    """The row that has the names of the columns: below the mark, the title and two rows of heads."""
    return 1 + HEADS + run.spec.study.simulated


def sheet_frame(book, run, table, sheets=None):
    """A sheet as a frame."""
    rows = list(book[(sheets or called(run))[table]].iter_rows(values_only=True))[named_in(run) - 1 :]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=object)


def assert_same(own, read, where):
    """Codes too: a district key with a leading zero has not turned into a number."""
    own, read = own.reset_index(drop=True), read.reset_index(drop=True)
    assert (own.isna() == read.isna()).all(), f"{where}: what is hidden is an empty cell, and nothing else is"
    own, read = own.dropna(), read.dropna()
    if pd.api.types.is_bool_dtype(own):
        assert own.tolist() == read.tolist(), where
    elif pd.api.types.is_numeric_dtype(own):
        assert own.astype(float).tolist() == pytest.approx(read.astype(float).tolist(), rel=1e-14), where
    elif pd.api.types.is_datetime64_any_dtype(own):
        assert own.tolist() == pd.to_datetime(read).tolist(), where
    else:
        assert own.astype("str").tolist() == read.astype("str").tolist(), where


def test_a_sheet_for_every_published_table(made_run, book):
    notes = words(made_run.spec.study.languages[0])["notes"]
    assert book.sheetnames == [notes, *called(made_run).values()]
    assert set(called(made_run)) == {DICTIONARY} | set(made_run.cube.frames) - {SHAPES}
    if made_run.spec.study.simulated:
        assert {"targets", "handling", "theme_counts", "alerts", "late_reports"} <= set(called(made_run))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_sheets_are_called_in_words(made_run, language):
    tables = [DICTIONARY, *tidy_tables(made_run.cube)]
    names = sheet_names(tables, language)
    assert [name for table, name in names.items() if name == table] == []
    assert all(len(name) <= LONGEST_NAME and not set(name) & set("[]:*?/\\'") for name in names.values())
    assert len({name.casefold() for name in names.values()}) == len(tables)


def test_a_table_without_a_short_name_is_called_by_its_code():
    long = "no_such_table_and_a_name_that_no_sheet_takes"
    assert sheet_names([long, "rates"], "vi") == {long: long[:31], "rates": short_title("rates", "vi")}
    assert sheet_names([], "vi") == {}


def test_heads_are_words_in_both_languages_above_the_names(made_run, book):
    last, sheets = named_in(made_run), called(made_run)
    for table, frame in tidy_tables(made_run.cube).items():
        sheet = book[sheets[table]]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(last - 3, last)]
        assert rows[0][0] == f"{title(table, 'vi')} / {title(table, 'en')}"
        assert rows[3] == list(frame), table
        said = [meaning(table, str(column)) for column in frame]
        assert [text.casefold() for text in rows[1]] == [entry.vi.casefold() for entry in said], table
        assert [text.casefold() for text in rows[2]] == [entry.en.casefold() for entry in said], table
        assert all(sheet.row_dimensions[last - n].height >= 15 for n in (1, 2))


def test_the_workbook_is_the_cube(made_run, book):
    sheets = called(made_run)
    for name, frame in tidy_tables(made_run.cube).items():
        sheet = sheet_frame(book, made_run, name, sheets)
        assert list(sheet) == list(frame), name
        assert len(sheet) == len(frame), name
        for column in frame:
            assert_same(frame[column], sheet[column], f"{name}.{column}")


def test_names_stand_beside_codes(made_run, book):
    sheet = sheet_frame(book, made_run, "rates")
    assert list(sheet)[:2] == ["locality", "name"]
    places = made_run.cube["localities"].set_index("locality")["name"]
    assert sheet["name"].tolist() == sheet["locality"].map(places).tolist()


def test_the_reader_of_releases_knows_which_column_a_number_stands_in(made_run):
    """Under the name of its column, not under the words above it."""
    contents = read_xlsx((made_run.path / "tables.xlsx").read_bytes())
    assert contents.faults == []
    columns = {str(column) for frame in tidy_tables(made_run.cube).values() for column in frame}
    numbers = {piece.name for piece in contents.pieces if piece.number}
    assert numbers
    assert numbers <= columns


def test_every_sheet_carries_the_mark_or_none_does(made_run, book):
    simulated = made_run.spec.study.simulated
    for sheet in book:
        assert (sheet["A1"].value == MARK) == simulated, sheet.title
        assert (MARK in (sheet.oddFooter.left.text or "")) == simulated, sheet.title
    texts = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c]
    assert any("imulated" in text for text in texts) == simulated
    assert (book.properties.description == MARK) == simulated


def test_a_sheet_can_be_searched_and_printed(made_run, book):
    """Heads stay, filters stand over all rows, a printed sheet lies across with heads on each page."""
    first = named_in(made_run)
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))
        if sheet is book.worksheets[0]:
            continue
        assert sheet.freeze_panes == f"C{first + 1}", sheet.title
        assert sheet.print_title_rows == f"$1:${first}", sheet.title
        if sheet.max_row > first:
            assert sheet.auto_filter.ref == f"A{first}:{get_column_letter(sheet.max_column)}{sheet.max_row}"
        assert all(0 < column.width < 30 for column in sheet.column_dimensions.values()), sheet.title


def test_numbers_are_numbers_and_codes_are_texts(made_run, book):
    sheets, tables = called(made_run), tidy_tables(made_run.cube)
    for name, frame in tables.items():
        first = named_in(made_run) + 1
        for at, column in enumerate(frame, start=1):
            kinds = {
                cell.data_type
                for (cell,) in book[sheets[name]].iter_rows(first, None, at, at)
                if cell.value is not None
            }
            numeric = pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_bool_dtype(
                frame[column]
            )
            assert kinds <= ({"n"} if numeric else {"s", "b", "d"}), (name, column)


def test_the_dictionary_explains_every_column(made_run, book):
    sheet = sheet_frame(book, made_run, DICTIONARY)
    columns = [(name, column) for name, frame in tidy_tables(made_run.cube).items() for column in frame]
    assert list(zip(sheet["table"], sheet["column"], strict=True)) == columns
    sheets = called(made_run)
    assert [sheets[table] for table in sheet["table"]] == sheet["sheet"].tolist()
    assert sheet.notna().all(axis=None)


def test_numbers_are_written_as_their_unit_asks(made_run, book):
    first = named_in(made_run) + 1
    sheet = book[called(made_run)["rates"]]
    heads = {cell.value: cell.column for cell in sheet[first - 1]}
    shown = next(
        row for row in range(first, sheet.max_row) if sheet.cell(row, heads["cases"]).value is not None
    )
    seen = {name: sheet.cell(shown, heads[name]).number_format for name in ("cases", "rate", "ratio")}
    assert seen == {"cases": "#,##0", "rate": "#,##0.0", "ratio": "0.00"}


def test_hidden_rows_are_empty(made_run, book):
    for name in ("rates", "trends", "run_chart", "detectability", "case_factors"):
        sheet = sheet_frame(book, made_run, name)
        gone = sheet[sheet["hidden"].astype(bool)] if len(sheet) else sheet
        counts = [c for c in ("cases", "rate", "n_coded", "n_files", "share", "mean_per_year") if c in sheet]
        assert counts, name
        assert gone[counts].isna().all(axis=None), name


def test_notes_name_the_threshold_and_the_licences(made_run, book):
    said = [cell.value for cell in book.worksheets[0]["A"] if cell.value]
    assert any(str(made_run.cube.facts["threshold"]) in line for line in said)
    assert set(made_run.spec.study.licences) <= set(said)
    assert (mark(made_run.spec) in said) == made_run.spec.study.simulated


def with_names(cube, names):
    """The cube with other names of its first localities."""
    table = cube["localities"].reset_index(drop=True)
    given = pd.Series([*names, *table["name"].iloc[len(names) :]], dtype="str")
    return replace(cube, frames=cube.frames | {"localities": table.assign(name=given)})


def test_text_stays_text_whatever_it_begins_with(binh_phuoc_run, tmp_path):
    cube = with_names(binh_phuoc_run.cube, HOSTILE)
    write_workbook(binh_phuoc_run.spec, cube, tmp_path / "t.xlsx")
    sheet = load_workbook(tmp_path / "t.xlsx")["Địa bàn"]
    cells = [cell for cell in sheet["B"] if cell.value in HOSTILE]
    assert {cell.value for cell in cells} == set(HOSTILE)
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name
            assert b"hyperlink" not in archive.read(name), name


def test_a_text_of_ten_thousand_letters_is_whole_and_a_longer_one_than_a_cell_holds_is_refused(
    binh_phuoc_run, tmp_path
):
    cube = with_names(binh_phuoc_run.cube, ["ấ" * 10_000])
    write_workbook(binh_phuoc_run.spec, cube, tmp_path / "t.xlsx")
    assert load_workbook(tmp_path / "t.xlsx")["Địa bàn"]["B6"].value == "ấ" * 10_000
    with pytest.raises(DiabanError, match="40000"):
        write_workbook(binh_phuoc_run.spec, with_names(cube, ["a" * 40_000]), tmp_path / "u.xlsx")


def test_a_head_that_could_be_a_formula_stays_text(binh_phuoc_run, tmp_path):
    """Of a column that no dictionary knows the name is all that there is."""
    own = binh_phuoc_run.cube["localities"]
    heads = dict.fromkeys((*HOSTILE, "x" * 10_000), own["name"])
    cube = replace(
        binh_phuoc_run.cube, frames=binh_phuoc_run.cube.frames | {"localities": own.assign(**heads)}
    )
    write_workbook(binh_phuoc_run.spec, cube, tmp_path / "t.xlsx")
    cells = {cell.value: cell for cell in load_workbook(tmp_path / "t.xlsx")["Địa bàn"][5]}
    assert set(heads) <= set(cells)
    assert all(cells[name].data_type == "s" and cells[name].hyperlink is None for name in heads)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_an_internal_workbook_says_so(binh_phuoc_run, tmp_path):
    cube = replace(binh_phuoc_run.cube, facts=binh_phuoc_run.cube.facts | {"internal": True})
    write_workbook(binh_phuoc_run.spec, cube, tmp_path / "t.xlsx")
    said = [cell.value for cell in load_workbook(tmp_path / "t.xlsx").worksheets[0]["A"] if cell.value]
    assert any("nội bộ" in line.lower() for line in said)
    assert not any("left empty" in line for line in said)
