from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.counting_units import (
    IDENTITIES,
    identities,
    reconciliation,
    repeat_adjusted,
    repeat_shares,
    widened_interval,
)
from diaban.analysis.standardise import directly_standardised_rate_of_repeats
from diaban.errors import DiabanError

TABLES = Path(__file__).parents[2] / "data" / "binh_phuoc" / "tables"
BANDS = ["0-5", "14-15"]
ROLES = {"abuse": "victim", "youth": "suspect"}


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns.split()).astype("str")


CASES = frame(
    [("a", "X", "1"), ("b", "X", "1"), ("c", "X", "1"), ("d", "Y", "1"), ("e", "Y", "2")],
    "case_key locality period",
)
MEMBERS = frame(
    [("a", "abuse"), ("b", "abuse"), ("b", "youth"), ("c", "youth"), ("d", "abuse"), ("e", "youth")],
    "case_key stream",
)
PERSONS = frame(
    [
        ("a", "v1", "victim", "0-5"),
        ("b", "v1", "victim", "0-5"),  # twice a victim in X
        ("a", "s1", "suspect", "18+"),
        ("b", "s2", "both", "14-15"),
        ("c", "s2", "suspect", "14-15"),  # a suspect on two files, a victim on one of them
        ("d", "v1", "victim", "0-5"),  # again in Y
        ("d", "s3", "suspect", "18+"),
        ("e", "v9", "victim", "unknown"),
    ],
    "case_key person_key role age_band",
)


def cell(table, locality, stream, period="1"):
    keys = ["locality", "stream", "period"]
    return table.set_index(keys).loc[(locality, stream, period)]


def test_counting_units_by_hand():
    table = reconciliation(CASES, MEMBERS, PERSONS, child_bands=BANDS)
    x = cell(table, "X", "*")
    expected = {
        "cases": 3, "cases_without_suspect": 0, "cases_without_victim": 1, "cases_in_several_streams": 1,
        "cases_counted_again": 1, "entries": 5, "suspects": 3, "victims": 3, "both_roles": 1,
        "child_victims": 3, "other_victims": 0, "victims_age_unknown": 0, "persons": 3,
        "distinct_suspects": 2, "distinct_victims": 2, "distinct_child_victims": 2,
        "persons_in_both_roles": 1, "persons_in_several_cases": 2, "repeat_entries": 2,
        "persons_in_several_streams": 2, "persons_counted_again": 2,
    }  # fmt: skip
    assert x[list(expected)].to_dict() == expected
    assert cell(table, "*", "abuse")["distinct_victims"] == 2, "v1 is in X and in Y, and one person"
    assert cell(table, "Y", "youth", "2")[["victims_age_unknown", "cases_without_suspect"]].tolist() == [1, 1]
    assert cell(table, "X", "youth", "2")["cases"] == 0, "every cell has a row"


def test_without_persons_their_counts_are_missing_and_say_why():
    table = reconciliation(CASES, MEMBERS, None)
    assert table["cases"].notna().all()
    assert table[["suspects", "victims", "persons", "cases_without_victim"]].isna().all(axis=None)
    assert set(table["withheld"]) == {"no_persons"}
    assert identities(table).query("identity == 'case_streams'")["holds"].all()


def test_ages_that_are_not_recorded_are_missing_not_zero():
    for persons, bands in ((PERSONS.drop(columns="age_band"), BANDS), (PERSONS, None)):
        table = reconciliation(CASES, MEMBERS, persons, child_bands=bands)
        assert table[["child_victims", "other_victims"]].isna().all(axis=None)
        assert cell(table, "X", "*")["victims"] == 3


def test_nobody_and_nothing():
    table = reconciliation(CASES, MEMBERS, PERSONS.head(0), child_bands=BANDS)
    assert (table[["entries", "persons"]] == 0).all(axis=None)
    assert (table["cases_without_victim"] == table["cases"]).all()
    empty = reconciliation(CASES.head(0), MEMBERS.head(0), PERSONS, child_bands=BANDS)
    assert empty.empty
    assert reconciliation(CASES.head(1), MEMBERS, PERSONS, localities=["X", "Z"])["cases"].sum() == 4


def test_a_case_listed_twice_is_refused():
    with pytest.raises(DiabanError):
        reconciliation(pd.concat([CASES, CASES.head(1)]), MEMBERS, PERSONS)
    with pytest.raises(DiabanError):
        reconciliation(CASES, pd.concat([MEMBERS, MEMBERS.head(1)]), PERSONS)


@st.composite
def registers(draw):
    """Cases in three localities, two periods and three streams, with persons in any role on any of them."""
    n = draw(st.integers(1, 8))
    keys = [f"k{i}" for i in range(n)]
    cases = [(k, draw(st.sampled_from("XYZ")), draw(st.sampled_from("12"))) for k in keys]
    streams = [draw(st.sets(st.sampled_from(["r", "s", "t"]), min_size=1)) for _ in keys]
    persons = draw(
        st.lists(
            st.tuples(
                st.sampled_from(keys),
                st.sampled_from(["p", "q", "u", "w"]),
                st.sampled_from(["suspect", "victim", "both"]),
                st.sampled_from([*BANDS, "18+", "unknown"]),
            ),
            max_size=14,
            unique_by=lambda row: row[:3],
        )
    )
    members = [(k, s) for k, of in zip(keys, streams, strict=True) for s in sorted(of)]
    return (
        frame(cases, "case_key locality period"),
        frame(members, "case_key stream"),
        frame(persons, "case_key person_key role age_band"),
    )


@settings(deadline=None, max_examples=60)
@given(registers())
def test_every_identity_holds_in_every_register(register):
    table = reconciliation(*register, child_bands=BANDS)
    rows = identities(table)
    assert set(rows["identity"]) == set(IDENTITIES)
    assert rows["holds"].all(), rows[~rows["holds"]]


@settings(deadline=None, max_examples=40)
@given(registers())
def test_counts_are_those_of_a_plain_loop(register):
    cases, members, persons = register
    table = reconciliation(cases, members, persons, child_bands=BANDS)
    for row in table.to_dict("records"):
        mine = {
            c.case_key
            for c in cases.itertuples()
            if row["locality"] in ("*", c.locality) and row["period"] == c.period
        }
        of = {m.case_key for m in members.itertuples() if row["stream"] in ("*", m.stream)}
        here = [p for p in persons.itertuples() if p.case_key in mine & of]
        victims = {(p.case_key, p.person_key) for p in here if p.role != "suspect"}
        assert row["cases"] == len(mine & of)
        assert row["victims"] == len(victims)
        assert row["entries"] == len({(p.case_key, p.person_key) for p in here})
        assert row["persons"] == len({p.person_key for p in here})
        assert row["cases_without_victim"] == len(mine & of - {k for k, _ in victims})


def test_a_broken_table_is_seen():
    table = reconciliation(CASES, MEMBERS, PERSONS, child_bands=BANDS)
    table.loc[table["locality"] == "X", "entries"] += 1
    broken = identities(table).query("~holds")["identity"]
    assert set(broken) == {"roles", "repeats", "entry_localities"}


# Repeats


def test_the_widened_interval_is_byars_where_nothing_repeats():
    """PHEindicatormethods, testdata_Byars_Wilson.xlsx: 65 -> 50.163187710, 82.849138546. Four times the
    variance doubles both distances (Dobson)."""
    byar = np.array([50.163187710, 82.849138546])
    assert np.ravel(widened_interval(65, 1)) == pytest.approx(byar, abs=1e-8)
    assert np.ravel(widened_interval(65, 4)) == pytest.approx(65 + 2 * (byar - 65), abs=1e-8)


@pytest.mark.parametrize("people", [(60, 5), (20, 20), (5, 3)])
def test_the_widened_interval_is_that_of_the_rate_of_repeats(people):
    """`directly_standardised_rate_of_repeats` (Fingertips' variance sum of f² V_f) of a single age band."""
    f = np.array([1, 2])
    n = np.array(people)
    events, inflation = (f * n).sum(), (f**2 * n).sum() / (f * n).sum()
    rate = directly_standardised_rate_of_repeats(n[:, None], f, [5000], [1.0], per=5000)
    assert np.ravel(widened_interval(events, inflation)) == pytest.approx([rate.lower, rate.upper])


def test_few_events_widen_and_never_fall_below_zero():
    lower, upper = widened_interval([0, 1, 3, np.nan], [1.5, 2, 2, 2])
    assert lower[:3].tolist() == [0, 0, 0]
    assert upper[0] == pytest.approx(np.sqrt(1.5) * 3.688879)  # exact upper limit of 0: -ln(.025)
    assert np.isnan([lower[3], upper[3]]).all()


EXPOSED = pd.DataFrame(
    [("X", "abuse", 1000.0), ("Y", "abuse", 3000.0), ("X", "youth", 500.0), ("Y", "youth", 0.0)],
    columns=["locality", "stream", "person_years"],
).assign(period="1")


def test_cases_that_share_a_person_are_one_group():
    table = repeat_adjusted(CASES, MEMBERS, PERSONS, EXPOSED, roles=ROLES, per=1000)
    rows = table.set_index(["locality", "stream", "unit"])
    x = rows.loc[("X", "abuse", "cases")]  # a and b share v1
    assert (x["events"], x["groups"], x["inflation"]) == (2, 1, 3.0), "a, b, d share v1: the whole has 3"
    assert rows.loc[("*", "abuse", "cases")]["inflation"] == 3.0
    persons = rows.loc[("X", "abuse", "persons")]
    assert persons["events"] == 3, "v1 twice, s2 once"
    assert x["rate"] == 2.0
    assert x["lower"] <= x["independent_lower"] < x["rate"] < x["independent_upper"] < x["upper"]
    assert rows.loc[("Y", "youth", "cases")]["withheld"] == "no_population_at_risk"
    assert np.isnan(rows.loc[("Y", "youth", "cases")]["rate"])


def test_ages_outside_the_population_at_risk_do_not_count():
    risk = {"abuse": ["0-5"], "youth": ["14-15"]}
    table = repeat_adjusted(CASES, MEMBERS, PERSONS, EXPOSED, roles=ROLES, at_risk=risk)
    rows = table.set_index(["locality", "stream", "unit"])
    assert rows.loc[("X", "abuse", "persons")]["events"] == 2, "s2, a victim of 14 to 15, is left out"


@settings(deadline=None, max_examples=40)
@given(registers())
def test_an_interval_never_gets_narrower(register):
    cases, members, persons = register
    places, periods = sorted(set(cases["locality"])), sorted(set(cases["period"]))
    grid = pd.MultiIndex.from_product([places, ["r", "s"], periods], names=["locality", "stream", "period"])
    exposed = grid.to_frame(index=False).assign(person_years=1000.0)
    table = repeat_adjusted(cases, members, persons, exposed, roles={"r": "victim", "s": "suspect"})
    assert (table["inflation"] >= 1).all()
    assert (table["lower"] <= table["independent_lower"] + 1e-9).all()
    assert (table["upper"] >= table["independent_upper"] - 1e-9).all()
    counted = reconciliation(cases, members, persons).set_index(["locality", "stream", "period"])["cases"]
    mine = table[table["unit"] == "cases"].set_index(["locality", "stream", "period"])["events"]
    assert (mine == counted.reindex(mine.index, fill_value=0)).all()


def test_the_interval_covers_a_compound_poisson_mean():
    """28 % of persons on two files: independent limits hold 6 and 12 in about 92 and 91 % of registers,
    those of the larger of own and true inflation in 95 % at least (20,000 registers: 98.0 and 96.3 %)."""
    rng, f, share = np.random.default_rng(1), np.array([1, 2]), np.array([0.72, 0.28])
    inflation = (f**2 * share).sum() / (f * share).sum()
    for mean in (6, 12):
        groups = rng.poisson(mean * share / (f * share).sum(), size=(4000, 2))
        events = groups @ f
        own = np.where(events > 0, groups @ f**2 / np.maximum(events, 1), 1)
        held = []
        for scale in (np.ones_like(own), np.maximum(own, inflation)):
            lower, upper = widened_interval(events, scale)
            held.append(((lower <= mean) & (mean <= upper)).mean())
        assert held[0] < 0.93
        assert 0.95 <= held[1] < 0.99


def test_share_of_repeats_is_by_persons():
    table = repeat_shares(CASES, MEMBERS, PERSONS, roles=ROLES, minimum_persons=1)
    whole = table.set_index(["locality", "stream", "period"]).loc[("*", "abuse", "1")]
    assert (whole["persons"], whole["repeat_persons"], whole["share"]) == (2, 1, 0.5)
    few = repeat_shares(CASES, MEMBERS, PERSONS, roles=ROLES)
    assert set(few["withheld"]) == {"too_few_persons"}
    assert few["share"].isna().all()


def test_planted_repeats_of_the_simulated_study_are_found():
    """truth.toml of binh_phuoc: 28 % of the distinct child victims are on two files."""
    tables = {name: pd.read_csv(TABLES / f"{name}.csv", dtype="str") for name in ("cases", "persons")}
    cases = tables["cases"].assign(period="all")
    members = cases.loc[cases["topic"].isin(["child_abuse", "both"]), ["case_key"]].assign(stream="abuse")
    table = repeat_shares(cases, members, tables["persons"], roles={"abuse": "victim"})
    whole = table[table["locality"] == "*"].iloc[0]
    assert whole["persons"] > 150
    assert whole["share"] == pytest.approx(0.28, abs=0.01)
    assert whole["lower"] < 0.28 < whole["upper"]
