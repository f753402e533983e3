import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.exposure import count_cases, expose, pool, roll_up
from diaban.errors import DiabanError

AT_RISK = {"abuse": ["0-5", "6-15"], "offending": ["14-17"]}
PERIODS = pd.DataFrame({"period": ["2022", "2023", "2024h1"], "years": [1.0, 1.0, 0.5]})


def population(localities=("a", "b"), periods=("2022", "2023", "2024h1")):
    rows = [
        (locality, period, band, persons)
        for locality in localities
        for period in periods
        for band, persons in {"0-5": 100, "6-15": 200, "14-17": 50, "18+": 900}.items()
    ]
    return pd.DataFrame(rows, columns=["locality", "period", "age_band", "persons"])


def counts(*rows):
    return pd.DataFrame(rows, columns=["locality", "period", "stream", "cases"])


def row(frame, *cell):
    return frame.set_index(["locality", "period", "stream"]).loc[cell]


def test_every_cell_at_risk_is_there_with_its_zeros():
    exposed = expose(counts(("a", "2022", "abuse", 3)), population(), PERIODS, AT_RISK)
    assert len(exposed) == 2 * 3 * 2
    assert exposed["cases"].sum() == 3
    assert row(exposed, "a", "2022", "abuse").tolist() == [3, 300, 300]
    assert row(exposed, "b", "2024h1", "offending").tolist() == [0, 50, 25]
    assert list(exposed.columns) == ["locality", "period", "stream", "cases", "persons", "person_years"]
    assert exposed["cases"].dtype == "int64"


def test_counts_from_case_records():
    cases = pd.DataFrame(
        {"locality": ["a", "a", "b"], "period": "2022", "stream": "abuse", "case_key": [1, 2, 3]}
    )
    assert count_cases(cases)["cases"].tolist() == [2, 1]
    assert len(count_cases(cases.iloc[:0])) == 0


def test_a_locality_is_at_risk_only_while_it_has_people():
    """A merger: the old locality ends where the new one begins."""
    both = pd.concat([population(["old"], ["2022"]), population(["new"], ["2023"])])
    exposed = expose(counts(), both, PERIODS, AT_RISK)
    assert set(zip(exposed["locality"], exposed["period"], strict=True)) == {("old", "2022"), ("new", "2023")}


def test_a_stream_has_no_rows_where_it_is_not_recorded():
    given_counts = counts(("a", "2022", "abuse", 3), ("a", "2023", "abuse", 2))
    exposed = expose(given_counts, population(), PERIODS, AT_RISK, observed={"abuse": ["2023"]})
    assert set(exposed.loc[exposed["stream"] == "abuse", "period"]) == {"2023"}
    assert exposed["cases"].sum() == 2
    assert (exposed["stream"] == "offending").sum() == 6


def test_a_missing_count_stays_missing():
    exposed = expose(counts(("a", "2022", "abuse", np.nan)), population(), PERIODS, AT_RISK)
    assert np.isnan(row(exposed, "a", "2022", "abuse")["cases"])
    assert exposed["cases"].isna().sum() == 1
    assert pool(exposed, dict.fromkeys(PERIODS["period"], "x"))["cases"].isna().sum() == 1


@pytest.mark.parametrize(
    ("case_counts", "people", "key"),
    [
        (counts(("nowhere", "2022", "abuse", 1)), population(), "cases_without_population"),
        (counts(("a", "1999", "abuse", 1)), population(), "cases_without_population"),
        (counts(("a", "2022", "abuse", 1)), population().assign(persons=0), "cases_without_population"),
        (counts(("a", "2022", "abuse", 301)), population(), "more_cases_than_persons"),
        (counts(("a", "2022", "theft", 1)), population(), "stream_without_age_bands"),
        (counts(*[("a", "2022", "abuse", 1)] * 2), population(), "cell_twice"),
        (counts(), pd.concat([population(), population().head(1)]), "cell_twice"),
        (counts(), population().query("age_band != '6-15'"), "unknown_age_band"),
        (counts(), population().drop(index=0), "age_bands_incomplete"),
        (counts(), population().assign(persons=[np.nan] + [1] * 23), "population_missing"),
    ],
)
def test_what_does_not_match_is_refused(case_counts, people, key):
    with pytest.raises(DiabanError) as error:
        expose(case_counts, people, PERIODS, AT_RISK)
    assert error.value.key == key
    assert str(error.value).count("\n") == 1


def test_zero_cases_without_population_are_no_contradiction():
    exposed = expose(counts(("gone", "2022", "abuse", 0)), population(), PERIODS, AT_RISK)
    assert "gone" not in set(exposed["locality"])


def test_empty_population_exposes_nobody():
    assert len(expose(counts(), population().iloc[:0], PERIODS, AT_RISK)) == 0


def test_roll_up_adds_and_refuses_orphans():
    exposed = expose(counts(("a", "2022", "abuse", 3)), population(), PERIODS, AT_RISK)
    parents = pd.DataFrame({"locality": ["a", "b"], "parent": ["p", "p"]})
    total = roll_up(exposed, parents)
    assert row(total, "p", "2022", "abuse").tolist() == [3, 600, 600]
    assert len(total) == 6
    with pytest.raises(DiabanError) as error:
        roll_up(exposed, parents.head(1))
    assert error.value.key == "locality_without_parent"
    with pytest.raises(DiabanError):
        roll_up(exposed, pd.concat([parents, parents]))


def test_pool_takes_the_mean_population():
    exposed = expose(
        counts(("a", "2022", "abuse", 3), ("a", "2023", "abuse", 4)), population(), PERIODS, AT_RISK
    )
    pooled = pool(exposed, {"2022": "2022-24", "2023": "2022-24", "2024h1": "2022-24"})
    assert row(pooled, "a", "2022-24", "abuse").tolist() == [7, 300, 750]
    assert set(pool(exposed, {"2022": "x"})["period"]) == {"x"}
    assert len(pool(exposed, {})) == 0


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=12, max_size=12), st.randoms())
def test_sums_survive_pooling_rolling_up_and_shuffling(cases, random):
    exposed = expose(counts(), population(), PERIODS, AT_RISK).assign(cases=cases)
    parents = pd.DataFrame({"locality": ["a", "b"], "parent": ["p", "p"]})
    blocks = dict.fromkeys(PERIODS["period"], "all")
    one_way = pool(roll_up(exposed, parents), blocks)
    assert one_way["cases"].sum() == sum(cases)
    assert one_way["person_years"].sum() == pytest.approx(exposed["person_years"].sum())
    order = list(range(12))
    random.shuffle(order)
    other = roll_up(pool(exposed.iloc[order], blocks), parents)
    by = ["locality", "period", "stream"]
    pd.testing.assert_frame_equal(
        one_way.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True)
    )
