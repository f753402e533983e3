"""Age bands are put together where more can be told so, and only neighbours."""

from types import SimpleNamespace

import pandas as pd
import pytest

from diaban.release.frames.age_ladder import divisions, joined_label, pooled_ages

BANDS = ["0-5", "6-10", "11-13", "14-15"]


class Aged(SimpleNamespace):
    """Cases by band, each of which went on or not; a comparison with the last part of the bands."""

    def __init__(self, went: list[int], of: list[int]) -> None:
        stream = SimpleNamespace(key="s", population="children")
        populations = {"children": SimpleNamespace(age_bands=BANDS)}
        spec = SimpleNamespace(streams=[stream], populations=populations)
        super().__init__(spec=spec, went=went, of=of)
        self.relative_rates = self.relative_rates_by_age({})

    def relative_rates_by_age(self, joined, *, only="s"):
        assert only == "s"
        name = joined.get("s", {})
        bands = pd.DataFrame({"group": [name.get(b, b) for b in BANDS], "n": self.went, "n_cases": self.of})
        sums = bands.groupby("group", sort=False, as_index=False).sum()
        base = sums.iloc[-1]
        return sums.iloc[:-1].assign(
            stream="s", column="age_band", base=base["group"], base_n=base["n"], base_cases=base["n_cases"]
        )


def told(rates: pd.DataFrame) -> pd.Series:
    parts = [
        rates["n"],
        rates["n_cases"] - rates["n"],
        rates["base_n"],
        rates["base_cases"] - rates["base_n"],
    ]
    return pd.concat(parts, axis=1).ge(10).all(axis=1)


def groups(results: Aged) -> list[str]:
    return pooled_ages(results, told)["group"].tolist()


def test_bands_that_can_be_told_stay_apart():
    results = Aged([20, 20, 20, 20], [40, 40, 40, 40])
    assert pooled_ages(results, told) is results.relative_rates


def test_small_bands_are_put_together_until_they_can_be_told():
    """8 of 16 and 26 of 33: too few went on, too few did not; together 34 of 49."""
    assert groups(Aged([8, 26, 54, 84], [16, 33, 68, 97])) == ["0-10", "11-13"]


def test_more_than_two_where_two_are_not_enough():
    assert groups(Aged([4, 4, 4, 84], [8, 8, 8, 97])) == ["0-13"]


def test_what_cannot_be_told_in_any_way_is_left_as_it_is():
    results = Aged([1, 1, 1, 84], [2, 2, 2, 97])
    assert pooled_ages(results, told) is results.relative_rates


def test_all_divisions_of_neighbours_the_finest_first():
    found = list(divisions(["a", "b", "c"]))
    assert found == [(("a",), ("b",), ("c",)), (("a",), ("b", "c")), (("a", "b"), ("c",))]
    assert list(divisions(["a"])) == []


@pytest.mark.parametrize(
    ("bands", "label"),
    [
        (["0-5"], "0-5"),
        (["0-5", "6-10"], "0-10"),
        (["0-5", "6-10", "11-13"], "0-13"),
        (["16-17", "18+"], "16-17, 18+"),
        (["young", "old"], "young, old"),
    ],
)
def test_labels(bands, label):
    assert joined_label(bands) == label
