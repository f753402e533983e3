"""The code book, its domains and the real places."""

import re
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parents[2] / "data"
FAULT = re.compile(r"\blỗi\b|\bfault\b|\bblame|\bhư hỏng\b|ý thức kém|dân trí thấp", re.IGNORECASE)
CODE = re.compile(r"\b[A-Z]{2}\d\b")
MOMENTS = ("before", "guardian", "place", "access", "sign", "report")


def read(path):
    return pd.read_csv(DATA / path, dtype="str", keep_default_na=False)


def test_every_code_is_complete_and_in_a_domain():
    codes, domains = read("reference/cause_codes.csv"), read("reference/domains.csv")
    assert len(codes) == 39
    assert codes["code"].is_unique
    assert domains["domain"].tolist() == ["GD", "NT", "BB", "CD", "KT", "CN", "QL", "PN"]
    real = codes[codes["code"] != "XX"]
    assert (real["code"].str[:2] == real["domain"]).all()
    assert set(real["domain"]) == set(domains["domain"])
    assert set(real["kind"]) == {"cause", "condition"}
    assert codes.set_index("code").loc["XX", "kind"] == "not_established"
    assert (real.drop(columns="moment") != "").all(axis=None)


def test_no_text_puts_fault_on_a_child():
    codes = read("reference/cause_codes.csv")
    texts = codes.filter(regex="label|definition|includes|excludes").stack()
    assert not texts.str.contains(FAULT).any()


def test_the_code_book_is_of_one_version():
    versions = read("reference/cause_codes.csv")["version"].unique()
    assert len(versions) == 1
    assert re.fullmatch(r"\d+\.\d+", versions[0])


def test_every_code_has_one_concrete_example_each_way():
    """Short sentences that differ from each other and from the definition, in both languages."""
    codes = read("reference/cause_codes.csv")
    for language in ("vi", "en"):
        texts = codes[[f"{part}_{language}" for part in ("definition", "includes", "excludes")]]
        assert texts.stack().is_unique
        assert texts.map(lambda text: 15 <= len(text) <= 160 and text.endswith(".")).all(axis=None)


def test_codes_named_in_an_example_exist_and_are_others():
    codes = read("reference/cause_codes.csv")
    for row in codes.itertuples():
        named = {
            language: set(CODE.findall(getattr(row, f"excludes_{language}"))) for language in ("vi", "en")
        }
        assert named["vi"] == named["en"], row.code
        assert named["vi"] <= set(codes["code"]) - {row.code}, row.code


def test_moments_are_those_at_which_something_can_be_done():
    codes = read("reference/cause_codes.csv").set_index("code")
    assert set(codes["moment"]) == {*MOMENTS, ""}
    assert set(codes.index[(codes["kind"] == "condition") & (codes["moment"] == "")]) == set()
    assert codes.loc["XX", "moment"] == ""
    expected = {"GD2": "guardian", "CD2": "place", "BB3": "access", "PN5": "sign", "QL1": "report"}
    assert codes.loc[list(expected), "moment"].to_dict() == expected


def test_every_measure_is_complete():
    measures = read("reference/measures.csv")
    assert measures["measure"].is_unique
    assert (measures != "").all(axis=None)
    for column, catalogue in (("cost", "cost_classes"), ("inspire", "inspire_strategies")):
        defined = read(f"reference/{catalogue}.csv")
        assert defined[column].is_unique
        assert (defined != "").all(axis=None)
        assert set(measures[column]) <= set(defined[column])
    assert set(measures["evidence"]) <= set("1234")
    assert set(measures["tested_in_country"]) <= {"yes", "no", "not_known"}


def test_a_rating_above_none_names_its_source():
    measures = read("reference/measures.csv").set_index("measure")
    cited = measures["source"].str.contains(r"\b(?:19|20)\d\d\b")
    assert (cited == (measures["evidence"] != "4")).all()


def test_what_is_not_known_to_be_tested_here_says_so():
    measures = read("reference/measures.csv")
    for row in measures.itertuples():
        said = {
            "no": "chưa được đánh giá ở Việt Nam",
            "not_known": "chưa rõ đã được đánh giá ở Việt Nam hay chưa",
        }
        assert row.tested_in_country == "yes" or row.tested_vi == said[row.tested_in_country]


def test_every_code_has_a_measure_or_is_listed_as_having_none():
    codes = set(read("reference/cause_codes.csv")["code"])
    acted_on = set(read("reference/measures.csv")["codes"].str.split(";").explode())
    without = read("reference/codes_without_measure.csv")
    assert acted_on <= codes
    assert acted_on & set(without["code"]) == set()
    assert acted_on | set(without["code"]) == codes
    assert (without != "").all(axis=None)


def test_real_places_are_all_there_and_resolve():
    places = read("binh_phuoc/places/localities.csv")
    real = places[~places["name"].str.contains("mô phỏng")]
    assert real["level"].value_counts().to_dict() == {"commune": 111, "district": 11, "province": 1}
    assert places["locality"].is_unique
    assert set(places["parent"]) - {""} <= set(places["locality"])
    neighbours = read("binh_phuoc/places/neighbours.csv")
    districts = set(places.loc[places["level"] == "district", "locality"])
    assert set(neighbours["a"]) | set(neighbours["b"]) == districts
    reform = read("binh_phuoc/places/reform_2025.csv")
    assert set(reform["old_code"]) == set(real.loc[real["level"] == "commune", "locality"])
