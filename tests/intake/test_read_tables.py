"""The sound small study: what is kept, how cases become counts, and formats that must not matter."""

from __future__ import annotations

import pandas as pd
import pytest

from diaban.intake import explain, population_at_risk
from diaban.spec import read_spec


def test_a_sound_study_loses_nothing(small_study):
    result = small_study.read()
    assert result.quarantine.empty
    assert explain(result.quarantine, "vi").empty
    assert (result.card.sources["rows"] == result.card.sources["kept"]).all()
    assert result.card.reasons.empty


def test_counts_of_cases_are_complete_with_zeros(small_study):
    counts = small_study.read().tables.counts
    assert len(counts) == 3 * 3 * 2
    assert counts["cases"].sum() == 6
    assert counts.query("locality == '102' and stream == 'harm'")["cases"].tolist() == [0, 0, 0]


def test_a_case_of_both_topics_counts_in_both_streams(small_study):
    tables = small_study.read().tables
    assert tables.case_streams.query("case_key == 'c3'")["stream"].tolist() == ["harm", "theft"]
    both = tables.counts.query("locality == '111' and period == '2021'")
    assert both[["cases", "suspects", "victims"]].to_numpy().tolist() == [[1, 1, 1], [1, 1, 1]]


def test_suspects_and_victims_are_counted_by_person(small_study):
    counts = small_study.read().tables.counts.set_index(["locality", "period", "stream"])
    assert counts.loc[("102", "2020", "theft"), ["cases", "suspects", "victims"]].tolist() == [1, 2, 0]


def test_without_persons_there_are_only_cases(small_study):
    small_study.spoil("study.toml", '[[sources]]\ntable = "persons"\npath = "persons.csv"\n', "")
    tables = small_study.read().tables
    assert tables.persons is None
    assert list(tables.counts.columns) == ["locality", "period", "stream", "cases"]


def test_the_population_at_risk_sums_the_bands_of_a_stream(small_study):
    at_risk = population_at_risk(small_study.read().tables.population, read_spec(small_study.folder))
    persons = at_risk.groupby("stream")["persons"].unique()
    assert persons["harm"].tolist() == [800]
    assert persons["theft"].tolist() == [100]


def test_missing_values_are_shown_by_field_and_report_locality(small_study):
    card = small_study.read().card
    field = card.missing.set_index(["table", "field"])
    assert field.loc[("cases", "occurred_to"), "missing"] == 2
    by = card.missing_by_locality.set_index(["locality", "table", "field"])
    assert by.loc[("10", "indicators", "poor"), "missing"] == 4
    assert by.loc[("11", "indicators", "poor"), "share"] == 1.0


def test_tables_carry_no_trace_of_reading(small_study):
    for frame in small_study.read().tables.present().values():
        assert not [c for c in frame.columns if c.startswith("_")]
        assert isinstance(frame.index, pd.RangeIndex)


def _same(a: pd.DataFrame, b: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(a, b)


def test_excel_parquet_and_gzip_read_like_csv(small_study):
    expected = small_study.read().tables.cases
    plain = pd.read_csv(small_study.folder / "cases.csv", dtype={"locality": "int64"})
    dates = ["occurred_from", "occurred_to", "reported_on"]
    dated = plain.assign(**{d: pd.to_datetime(plain[d]) for d in dates})
    dated.to_excel(small_study.folder / "cases.xlsx", index=False)
    dated.to_parquet(small_study.folder / "cases.parquet")
    plain.to_csv(small_study.folder / "cases.csv.gz", index=False)
    before = "cases.csv"
    for name in ("cases.xlsx", "cases.parquet", "cases.csv.gz"):
        small_study.spoil("study.toml", f'path = "{before}"', f'path = "{name}"')
        _same(small_study.read().tables.cases, expected)
        before = name


def test_a_messy_export_reads_like_the_tidy_one(small_study):
    """Vietnamese headers, UTF-16, semicolons, titles, a footnote, other dates, words for codes."""
    expected = small_study.read().tables
    lines = (small_study.folder / "cases.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    words = {"h": "Xâm hại", "t": "Trộm", "both": "Cả hai"}
    text = "Sổ thụ lý\n\nMã vụ;Chuyên đề;Xã;Từ ngày;Đến ngày;Ngày tin báo\n"
    for key, topic, place, *dates in rows:
        turned = ["/".join(reversed(d.split("-"))) if d else "-" for d in dates]
        text += ";".join([f" {key} ", words[topic], f"{place}.0", *turned]) + "\n"
    text += "Nguồn: thử nghiệm\n"
    (small_study.folder / "so.csv").write_text(text, encoding="utf-16")
    small_study.spoil(
        "study.toml",
        'path = "cases.csv"',
        """path = "so.csv"
encoding = "utf-16"
separator = ";"
header = 3
date_format = "%d/%m/%Y"
missing = ["-"]
rows = { case_key = 'c\\d+' }
[sources.columns]
case_key = "mã vụ"
topic = { from = ["Chủ đề", "Chuyên đề"], map = { "Xâm hại" = "h", "Trộm" = "t", "Cả hai" = "both" } }
locality = { from = 3, replace = [['(\\d+)\\.0', '\\1']] }
occurred_from = "Từ ngày"
occurred_to = "Đến ngày"
reported_on = "Ngày tin báo"
""",
    )
    result = small_study.read()
    _same(result.tables.cases, expected.cases)
    source = result.card.sources.set_index("file").loc["so.csv"]
    assert (source["rows"], source["furniture"], source["kept"]) == (6, 1, 5)


def test_a_header_that_stands_twice_is_refused_by_name(small_study):
    small_study.spoil(
        "indicators", "locality,period,indicator,value", "locality,period,indicator,value,value"
    )
    with pytest.raises(Exception, match="value") as caught:
        small_study.read()
    assert caught.value.key == "intake_header_twice"


def test_a_wide_table_becomes_rows_and_a_ratio_keeps_its_parts(small_study):
    (small_study.folder / "wide.csv").write_text(
        "code,year,poor homes,homes\n101,2020,5,40\n102,2020,.,50\n111,2020,0,0\n", encoding="utf-8"
    )
    small_study.spoil(
        "study.toml",
        'path = "indicators.csv"',
        """path = "wide.csv"
missing = ["."]
columns = { locality = "code", period = "year", a = "poor homes", b = "homes" }
unpivot = { poor = { ratio = ["a", "b"], times = 100 } }
""",
    )
    result = small_study.read()
    assert result.tables.indicators.to_dict("records") == [
        {
            "locality": "101",
            "period": "2020",
            "indicator": "poor",
            "value": 12.5,
            "numerator": 5,
            "denominator": 40,
        }
    ]
    assert result.card.sources.set_index("file").loc["wide.csv", "empty"] == 2


def test_a_period_in_the_file_name(small_study):
    for year in (2020, 2021):
        text = f"locality,indicator,value\n101,poor,{year - 2000}\n"
        (small_study.folder / f"poor_{year}.csv").write_text(text, encoding="utf-8")
    small_study.spoil(
        "study.toml",
        'path = "indicators.csv"',
        'path = "poor_{period}.csv"\nperiods = ["2020", "2021"]',
    )
    table = small_study.read().tables.indicators
    assert table[["period", "value"]].to_numpy().tolist() == [["2020", 20.0], ["2021", 21.0]]


def test_one_measurement_stands_for_every_period(small_study):
    (small_study.folder / "once.csv").write_text("locality,indicator,value\n101,poor,7\n", encoding="utf-8")
    small_study.spoil("study.toml", 'path = "indicators.csv"', 'path = "once.csv"\nrepeat_periods = true')
    result = small_study.read()
    assert result.tables.indicators["period"].tolist() == ["2020", "2021", "2022"]
    assert result.card.sources.set_index("file").loc["once.csv", "kept"] == 1


def test_a_merger_is_carried_to_the_newest_locality(small_study):
    small_study.spoil(
        "localities", "102,Thọ Sơn,Xã,commune,10\n", "102,Thọ Sơn,Xã,commune,10\n103,Mới,Xã,commune,10\n"
    )
    small_study.spoil(
        "study.toml",
        'analysis_level = "commune"',
        """analysis_level = "commune"
[[places.changes]]
on = 2021-01-01
before = ["101", "102"]
after = ["103"]
""",
    )
    path = small_study.folder / "population.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [x for x in lines if not (x.startswith(("101", "102")) and ",2020," not in x)]
    path.write_text(
        "".join(kept) + "103,2021,0-9,1000\n103,2021,10-15,600\n103,2021,16-17,200\n", encoding="utf-8"
    )
    result = small_study.read()
    tables = result.tables
    assert set(tables.counts["locality"]) == {"103", "111"}
    assert tables.counts.query("locality == '103' and period == '2020'").set_index("stream")[
        "cases"
    ].to_dict() == {
        "harm": 1,
        "theft": 1,
    }
    assert (
        tables.population.query("locality == '103' and period == '2020' and age_band == '0-9'")[
            "persons"
        ].item()
        == 1000
    )
    assert tables.indicators.query("locality == '103'")["value"].item() == (12.5 + 3) / 2
    fault = result.quarantine.query("table == 'cases'").iloc[0]
    assert (fault["value"], fault["reason"]) == ("101", "intake_row_not_valid_then")
    assert fault["expected"].endswith("2020-12-31")


def test_aggregated_counts_feed_the_same_table(small_study):
    text = (small_study.folder / "study.toml").read_text(encoding="utf-8")
    for table in ("cases", "persons", "cause_codes", "process_events"):
        text = text.replace(f'[[sources]]\ntable = "{table}"\npath = "{table}.csv"\n', "")
    text += '\n[[sources]]\ntable = "counts"\npath = "counts.csv"\n'
    (small_study.folder / "study.toml").write_text(text, encoding="utf-8")
    (small_study.folder / "counts.csv").write_text(
        "locality,period,stream,cases,cleared\n101,2020,harm,3,5\n10,2020,harm,3,1\n102,2020,noise,1,1\n"
        "111,2020,theft,-2,0\n111,2021,theft,101,0\n102,2021,theft,0,\n",
        encoding="utf-8",
    )
    result = small_study.read()
    assert result.tables.cases is None
    assert result.tables.counts["locality"].tolist() == ["101", "102"]
    assert result.tables.counts["cleared"].fillna(-1).tolist() == [5, -1]
    assert sorted(r.removeprefix("intake_row_") for r in result.quarantine["reason"]) == [
        "more_cases_than_persons",
        "negative",
        "not_accepted",
        "other_level",
    ]


def test_a_study_extends_the_code_book(small_study):
    small_study.spoil(
        "study.toml", 'code_book = "code_book.csv"', 'code_book = "code_book.csv"\nmore_codes = "more.csv"'
    )
    more = "code,kind,domain,moment,label_vi,label_en\nZZ1,condition,d,place,c,c\nZZ2,reason,d,,e,e\n"
    (small_study.folder / "more.csv").write_text(more, encoding="utf-8")
    intake = small_study.read()
    assert intake.tables.code_book["code"].tolist() == ["GD1", "NT1", "ZZ1"]
    refused = intake.quarantine[intake.quarantine["table"] == "code_book"]
    assert refused["column"].tolist() == ["kind"]
    assert refused["value"].tolist() == ["reason"]
