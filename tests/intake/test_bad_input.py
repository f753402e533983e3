"""Every fault that a user can bring gets one clear message, in Vietnamese and English."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from diaban.errors import DiabanError
from diaban.intake import explain
from diaban.language.catalogue import error_messages
from diaban.results import Results
from diaban.spec import read_spec

ROW_FAULTS = [
    # table, old, new, reason, row in the file, column, value, part of what is right
    ("cases", "c1,h,101", "c1,h,999", "unknown_locality", 2, "locality", "999", ""),
    ("cases", "c1,h,101", "c1,h,Thọ Son", "unknown_locality", 2, "locality", "Thọ Son", "102 Thọ Sơn"),
    ("cases", "c2,t,102", "c2,t,10", "too_coarse", 3, "locality", "10", "commune"),
    ("cases", "c2,t,", "c2,x,", "no_stream", 3, "topic", "x", "t | both"),
    ("cases", ",2020-01-05", ",05/01/2020", "not_a_date", 2, "reported_on", "05/01/2020", "YYYY-MM-DD"),
    ("cases", ",2020-01-05", ",2020-02-31", "not_a_date", 2, "reported_on", "2020-02-31", "YYYY-MM-DD"),
    ("cases", ",2020-01-05", ",", "missing_value", 2, "reported_on", "", ""),
    ("cases", ",2021-12-31", ",2019-12-31", "outside_periods", 5, "reported_on", "2019-12-31", "2020-01-01"),
    ("cases", ",2021-12-31", ",2022-07-01", "outside_periods", 5, "reported_on", "2022-07-01", "2022-06-30"),
    (
        "cases",
        "2020-01-01,2020-01-02",
        "2020-01-03,2020-01-02",
        "dates_out_of_order",
        2,
        "occurred_from",
        "2020-01-03",
        "2020-01-02",
    ),
    (
        "cases",
        "2021-05-05,,2021-05-06",
        "2021-05-07,,2021-05-06",
        "dates_out_of_order",
        4,
        "occurred_from",
        "2021-05-07",
        "2021-05-06",
    ),
    ("cases", "c2,t,102", "c1,t,102", "contradicting", 2, "case_key", "c1", ""),
    ("population", "101,2020,0-9,500", "101,2020,0-9,-500", "negative", 2, "persons", "-500", ""),
    ("population", "101,2020,0-9,500", "101,2020,0-9,many", "not_whole", 2, "persons", "many", "1234"),
    ("population", "101,2020,0-9,500", "101,2020,0-9,5.5", "not_whole", 2, "persons", "5.5", "1234"),
    (
        "population",
        "101,2020,0-9,500",
        "101,2031,0-9,500",
        "outside_periods",
        2,
        "period",
        "2031",
        "2020 – 2022",
    ),
    ("persons", "c1,p1,victim", "c9,p1,victim", "unknown_case", 2, "case_key", "c9", ""),
    ("persons", "c1,p1,victim", "c1,p1,witness", "not_accepted", 2, "role", "witness", "suspect, victim"),
    (
        "persons",
        "c1,p2,suspect,M",
        "c1,p1,victim,F",
        "duplicate",
        3,
        "case_key / person_key / role",
        "c1 / p1 / victim",
        "",
    ),
    ("cause_codes", "c1,GD1", "c1,GD9", "unknown_code", 2, "code", "GD9", "GD1"),
    ("cause_codes", "c2,NT1", "c9,NT1", "unknown_case", 4, "case_key", "c9", ""),
    ("process_events", "c2,received", "c9,received", "unknown_case", 3, "case_key", "c9", ""),
    ("indicators", "102,2020,poor,3", "102,2020,poor,three", "not_a_number", 3, "value", "three", "1234.5"),
    ("indicators", "102,2020,poor,3", "102,2020,rich,3", "not_accepted", 3, "indicator", "rich", "poor"),
    (
        "cases",
        "c2,t,102,2020-03-01,2020-03-01,2020-03-02",
        "c2,t,102,2020-03-01,2020-03-01,2020-03-02,extra",
        "too_long",
        3,
        "-",
        "c2",
        "6",
    ),
]


@pytest.mark.parametrize(("table", "old", "new", "reason", "row", "column", "value", "right"), ROW_FAULTS)
def test_a_row_fault_is_quarantined_and_named(
    small_study, table, old, new, reason, row, column, value, right
):
    small_study.spoil(table, old, new)
    result = small_study.read()
    fault = result.quarantine.iloc[0]
    assert (fault["table"], fault["file"], fault["reason"]) == (table, f"{table}.csv", f"intake_row_{reason}")
    assert (fault["row"], fault["column"], fault["value"]) == (row, column, value)
    assert right in fault["expected"]
    for language, word in (("vi", "dòng"), ("en", "row")):
        sentence = explain(result.quarantine, language).iloc[0]
        assert f"{table}.csv, {word} {row}" in sentence
        assert reason == "too_long" or not value or value in sentence
    source = result.card.sources.set_index("file").loc[f"{table}.csv"]
    assert source["rows"] == source["kept"] + source["quarantined"]
    assert source["quarantined"] >= 1


def test_a_refused_case_takes_what_hangs_on_it_along_with_its_own_reason(small_study):
    small_study.spoil("cases", "c1,h,101", "c1,h,999")
    refused = small_study.read().quarantine
    assert refused[refused["table"] == "persons"]["reason"].unique().tolist() == ["intake_row_case_refused"]
    assert len(refused[refused["table"] == "persons"]) == 2


def test_rows_repeated_and_rows_that_contradict_each_other_in_one_table(small_study):
    path = small_study.folder / "cases.csv"
    text = path.read_text(encoding="utf-8")
    rows = text.splitlines(keepends=True)
    path.write_text(text + rows[1] + rows[2].replace(",t,", ",h,"), encoding="utf-8")
    refused = small_study.read().quarantine
    found = refused[refused["table"] == "cases"].groupby("reason")["row"].agg(list)
    assert found.to_dict() == {"intake_row_contradicting": [3, 8], "intake_row_duplicate": [7]}


def test_a_population_of_zero(small_study):
    for band, persons in (("0-9", 500), ("10-15", 300), ("16-17", 100)):
        small_study.spoil("population", f"101,2020,{band},{persons}", f"101,2020,{band},0")
    result = small_study.read()
    reasons = result.quarantine["reason"].value_counts()
    assert reasons["intake_row_no_population"] == 3
    assert reasons["intake_row_without_population"] == 1
    left = result.tables.counts.query("locality == '101' and period == '2020'")
    assert left.empty
    assert len(result.tables.cases) == 5


def test_no_one_in_a_single_band_is_no_fault(small_study):
    small_study.spoil("population", "101,2022,16-17,100", "101,2022,16-17,0")
    assert small_study.read().quarantine.empty


def test_more_cases_than_persons(small_study):
    small_study.spoil("population", "102,2020,16-17,100", "102,2020,16-17,0")
    result = small_study.read()
    fault = result.quarantine.iloc[0]
    assert fault["reason"] == "intake_row_more_cases_than_persons"
    assert fault["value"] == "1"
    assert "102 / 2020" in explain(result.quarantine, "en").iloc[0]


def test_a_locality_without_population_is_named_once_a_period(small_study):
    path = small_study.folder / "population.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("111,2021")), encoding="utf-8")
    result = small_study.read()
    assert result.quarantine["value"].tolist() == ["111 / 2021"]
    assert "111 / 2021" in explain(result.quarantine, "vi").iloc[0]
    assert result.tables.counts.query("locality == '111' and period == '2021'").empty


STRUCTURAL = [
    ("cases", "case_key,topic,locality", "case_key,topic,locallity", "intake_missing_column", "locallity"),
    (
        "population",
        "locality,period,age_band,persons",
        "locality,age_band,persons,x",
        "intake_missing_column",
        "period",
    ),
    ("localities", "102,Thọ Sơn", "101,Thọ Sơn", "places_duplicate", "101"),
    ("localities", "Xã,commune,11", "Xã,hamlet,11", "places_unknown_level", "hamlet"),
    ("localities", "Xã,commune,11", "Xã,commune,77", "places_no_parent", "77"),
    ("study.toml", 'path = "cases.csv"', 'path = "case.csv"', "intake_file_missing", "cases.csv"),
    ("study.toml", 'path = "cases.csv"', 'path = "cases.csv"\nheader = 40', "intake_no_header", "40"),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\nencoding = "utf-99"',
        "intake_unknown_encoding",
        "utf-99",
    ),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\nencoding = "ascii"',
        "intake_unreadable",
        "ascii",
    ),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\nformat = "dbase"',
        "intake_unknown_format",
        "parquet",
    ),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\nrows = { case_key = "V.*" }',
        "intake_no_data_rows",
        "V.*",
    ),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\ncolumns = { topic = 9 }',
        "intake_no_such_position",
        "9",
    ),
    (
        "study.toml",
        'path = "cases.csv"',
        'path = "cases.csv"\nwhere = { nothing = ["a"] }',
        "intake_missing_column",
        "nothing",
    ),
    ("study.toml", 'table = "population"', 'table = "outreach"', "intake_missing_column", "date"),
    ("study.toml", 'age_bands = ["16-17"]', 'age_bands = ["16-18"]', "intake_no_band", "16-18"),
    (
        "study.toml",
        'select = { topic = ["t", "both"] }',
        'select = { sort = ["t"] }',
        "intake_no_select_column",
        "sort",
    ),
    (
        "study.toml",
        'report = "all"',
        'report = "all"\ncounted_by = "accepted_on"',
        "intake_no_counting_date",
        "accepted_on",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "key", "named"), STRUCTURAL)
def test_a_structural_fault_stops(small_study, file, old, new, key, named):
    if key == "intake_unreadable":
        small_study.spoil("cases", "c2,t,", "c2,tố,")
    small_study.spoil(file, old, new)
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == key
    for language in ("vi", "en"):
        assert named in caught.value.message(language)


def test_a_missing_population_table_is_named(small_study):
    small_study.spoil("study.toml", '[[sources]]\ntable = "population"\npath = "population.csv"\n', "")
    with pytest.raises(DiabanError, match="population") as caught:
        small_study.read()
    assert caught.value.key == "intake_no_table"


@pytest.mark.parametrize("content", ["", "case_key,topic,locality,reported_on\n"])
def test_an_empty_file_stops(small_study, content):
    (small_study.folder / "cases.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == "intake_file_empty"
    assert "cases.csv" in caught.value.message("vi")


def test_an_empty_optional_table_is_an_empty_table(small_study):
    (small_study.folder / "persons.csv").write_text("case_key,person_key,role\n", encoding="utf-8")
    result = small_study.read()
    assert result.tables.persons.empty
    assert result.tables.counts["suspects"].sum() == 0


def test_every_row_refused_stops_with_the_most_frequent_reason(small_study):
    text = (small_study.folder / "cases.csv").read_text(encoding="utf-8")
    text = text.replace(",101,", ",901,").replace(",102,", ",902,").replace(",111,", ",911,")
    (small_study.folder / "cases.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == "intake_nothing_left"
    assert "901" in caught.value.message("vi")


def test_a_damaged_archive(small_study):
    path = small_study.folder / "cases.csv"
    whole = gzip.compress(path.read_bytes() * 50)
    (small_study.folder / "cases.csv.gz").write_bytes(whole[: len(whole) // 2])
    small_study.spoil("study.toml", 'path = "cases.csv"', 'path = "cases.csv.gz"')
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == "intake_broken_archive"


def test_an_unknown_sheet_names_those_that_exist(small_study):
    pd.read_csv(small_study.folder / "cases.csv").to_excel(small_study.folder / "cases.xlsx", index=False)
    small_study.spoil("study.toml", 'path = "cases.csv"', 'path = "cases.xlsx"\nsheet = "Vụ"')
    with pytest.raises(DiabanError, match="Sheet1") as caught:
        small_study.read()
    assert caught.value.key == "intake_unknown_sheet"


def test_a_row_of_a_sheet_is_named_with_its_sheet(small_study):
    small_study.spoil("cases", "c1,h,101", "c1,h,999")
    frame = pd.read_csv(small_study.folder / "cases.csv", dtype="str")
    frame.to_excel(small_study.folder / "cases.xlsx", index=False, sheet_name="Vụ")
    small_study.spoil("study.toml", 'path = "cases.csv"', 'path = "cases.xlsx"')
    refused = small_study.read().quarantine
    assert "cases.xlsx, trang tính Vụ, dòng 2" in explain(refused, "vi").iloc[0]
    assert "cases.xlsx, sheet Vụ, row 2" in explain(refused, "en").iloc[0]


def test_every_message_speaks_both_languages_with_the_same_fields():
    for key, texts in error_messages().items():
        if key.startswith(("spec_", "intake_", "places_", "calendar_")):
            assert set(texts) == {"vi", "en"}, key
            fields = [
                {f.split("_vi")[0].split("_en")[0] for f in _fields(texts[language])}
                for language in ("vi", "en")
            ]
            assert fields[0] == fields[1], key


def _fields(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_a_file_with_another_separator_says_which(small_study):
    path = small_study.folder / "cases.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == "intake_other_separator"
    for language in ("vi", "en"):
        assert 'separator = ";"' in caught.value.message(language)
        assert "cases.csv" in caught.value.message(language)


def test_more_cases_than_persons_name_the_files_they_come_from(small_study):
    small_study.spoil("population", "102,2020,16-17,100", "102,2020,16-17,0")
    sentence = explain(small_study.read().quarantine, "en").iloc[0]
    assert sentence.startswith("cases.csv + population.csv")


def test_more_counted_cases_than_persons_name_the_row(small_study):
    declared = small_study.folder / "study.toml"
    text = declared.read_text(encoding="utf-8").replace(
        'table = "cases"\npath = "cases.csv"', 'table = "counts"\npath = "counts.csv"'
    )
    declared.write_text(text, encoding="utf-8")
    rows = "locality,period,stream,cases\n101,2020,harm,3\n102,2020,harm,9999\n"
    (small_study.folder / "counts.csv").write_text(rows, encoding="utf-8")
    refused = small_study.read().quarantine
    fault = refused[refused["reason"] == "intake_row_more_cases_than_persons"].iloc[0]
    assert (fault["file"], fault["row"], fault["value"]) == ("counts.csv", 3, "9999")


def test_a_place_that_lacks_an_age_band_is_left_out_as_a_whole(small_study):
    """The sum of the other bands would be too small a population, and no one would see it."""
    small_study.spoil("population", "101,2020,0-9,500", "101,2020,0-9,-500")
    result = small_study.read()
    reasons = result.quarantine["reason"].value_counts()
    assert reasons["intake_row_negative"] == 1
    assert reasons["intake_row_band_missing"] == 2
    sentence = explain(
        result.quarantine[result.quarantine["reason"] == "intake_row_band_missing"], "en"
    ).iloc[0]
    assert "101 / 2020" in sentence
    assert "0-9" in sentence
    assert result.tables.population.query("locality == '101' and period == '2020'").empty
    assert Results(read_spec(small_study.folder), result.tables).exposed.query("locality == '101'")[
        "period"
    ].unique().tolist() == ["2021"]


def test_a_count_that_is_refused_or_not_given_is_not_known_never_zero(small_study):
    declared = small_study.folder / "study.toml"
    text = declared.read_text(encoding="utf-8").replace(
        'table = "cases"\npath = "cases.csv"', 'table = "counts"\npath = "counts.csv"'
    )
    declared.write_text(text, encoding="utf-8")
    rows = "locality,period,stream,cases\n101,2020,harm,-3\n102,2020,harm,2\n101,2021,harm,0\n"
    (small_study.folder / "counts.csv").write_text(rows, encoding="utf-8")
    exposed = Results(read_spec(small_study.folder), small_study.read().tables).exposed
    assert exposed[["locality", "period", "cases"]].to_numpy().tolist() == [
        ["101", "2021", 0],
        ["102", "2020", 2],
    ]
