"""How fine the tables of a release may be."""

import pandas as pd
import pytest

from diaban.release.audit.columns import Frame
from diaban.release.audit.finest import PERSONS, PLACE, TIMES, too_fine
from diaban.release.audit.register import REGISTER
from diaban.release.cube import Cube

OTHERS = {
    "a", "b", "campaign", "category", "change", "code", "component", "configuration", "edition", "every",
    "expression", "factor", "group", "indicator", "key", "kind", "lag", "localities", "measure", "moment",
    "neighbour", "part", "point", "reason_code", "side", "solution", "step", "stream", "table", "target",
    "theme", "unit",
}  # fmt: skip
"""Keys that are no place, no time, and nothing about a person beyond what one of PERSONS opens."""


def rules_broken(**row):
    frame = pd.DataFrame([row])
    cube = Cube({"localities": pd.DataFrame({"locality": ["691", "70"]}), "trial": frame}, {})
    return [leak.column for leak in too_fine(cube, {"trial": Frame(tuple(row), {})})]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"locality": "691", "period": "2023-W07"}, "period"),
        ({"locality": "*", "period": "2023-05-04"}, "period"),
        ({"locality": "25318", "period": "2023"}, "period"),
        ({"locality": "25318", "period": "2023-05"}, "period"),
        ({"locality": "25318", "target": "t", "base": "2020-Q1"}, "base"),
        ({"locality": "691", "panel": "age_band", "category": "0-5"}, "panel"),
        ({"locality": "25318", "period": "2021-2023", "role": "victim"}, "role"),
        ({"stream": "s", "role": "victim", "column": "age_band", "panel": "relationship"}, "role"),
    ],
)
def test_what_is_too_fine_stops_the_release(row, rule):
    assert rules_broken(**row) == [rule]


@pytest.mark.parametrize(
    "row",
    [
        {"locality": "691", "period": "2023-05"},
        {"locality": "25318", "period": "2021-2023"},
        {"locality": "*", "period": "2023-Q1", "panel": "relationship", "category": "family"},
        {"stream": "s", "role": "victim", "column": "age_band", "group": "0-5"},
    ],
)
def test_month_and_district_or_pooled_years_are_not(row):
    assert rules_broken(**row) == []


def test_every_key_of_the_register_is_a_place_a_time_a_person_or_none_of_them():
    keys = {key for frame in REGISTER.values() for key in frame.keys}
    assert keys <= {PLACE, *TIMES, *PERSONS} | OTHERS
