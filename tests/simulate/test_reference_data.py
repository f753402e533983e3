"""The code book, its domains and the real places."""

import re
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parents[2] / "data"
FAULT = re.compile(r"\blỗi\b|\bfault\b|\bblame|\bhư hỏng\b|ý thức kém|dân trí thấp", re.IGNORECASE)


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
    assert (real != "").all(axis=None)


def test_no_text_puts_fault_on_a_child():
    codes = read("reference/cause_codes.csv")
    texts = codes.filter(regex="label|definition").stack()
    assert not texts.str.contains(FAULT).any()


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
