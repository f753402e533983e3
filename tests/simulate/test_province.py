"""A simulated province: reproducible, consistent, near its calibration, with its truths in it.

Tolerances: four standard deviations of the simulated statistic over 20 seeds, rounded up, divided by the
square root of the number of seeds averaged here.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diaban.simulate import read_places, read_truth, simulate
from diaban.simulate.cases import in_stream
from diaban.simulate.ground import observed_periods

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"
SEEDS = range(4)


@pytest.fixture(scope="module")
def truth():
    return read_truth(FOLDER)


@pytest.fixture(scope="module")
def places(truth):
    return read_places(FOLDER, truth.files)


@pytest.fixture(scope="module")
def provinces(truth, places):
    return [simulate(truth, places, seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def large(truth, places):
    return simulate(truth.model_copy(update={"multiplier": 40.0}), places, 5)


def mean_of(provinces, statistic):
    return np.mean([statistic(tables) for tables in provinces])


def victims_of_abuse(tables):
    keys = tables["cases"].loc[tables["cases"]["topic"] != "u18_offending", "case_key"]
    persons = tables["persons"]
    return persons[persons["case_key"].isin(keys) & (persons["role"] == "victim")]


def parents(places):
    return places.localities.set_index("locality")["parent"]


def test_same_seed_same_tables(truth, places, provinces):
    again = simulate(truth, places, SEEDS[0])
    for name, table in provinces[0].items():
        pd.testing.assert_frame_equal(again[name], table)


def test_another_seed_is_another_province(provinces):
    first, second = provinces[:2]
    assert len(first["cases"]) != len(second["cases"])
    assert not first["population"]["persons"].equals(second["population"]["persons"])
    assert not set(first["cases"]["case_key"]) & set(second["cases"]["case_key"])


@pytest.mark.parametrize(
    ("stream", "published", "sd"), [("child_abuse", 2.7, 0.18), ("u18_offending", 5.8, 0.26)]
)
def test_cases_a_district_and_year(truth, provinces, stream, published, sd):
    """3,748 and 8,227 cases in 2021-2022 over 705 districts (domain.md 1.1)."""
    rate = mean_of(provinces, lambda t: in_stream(truth, t["cases"], stream).sum() / 11 / 8.5)
    assert rate == pytest.approx(published, abs=4 * sd / np.sqrt(len(SEEDS)))


@pytest.mark.parametrize(
    ("article", "published", "sd"),
    [
        ("142", 1193 / 3748, 0.037),
        ("145", 1362 / 3748, 0.03),
        ("134", 232 / 3748, 0.018),
        ("144", 29 / 3748, 0.006),
    ],
)
def test_offences_of_child_abuse(truth, provinces, article, published, sd):
    def share(tables):
        cases = tables["cases"][in_stream(truth, tables["cases"], "child_abuse")]
        return (cases["offence_article"] == article).mean()

    assert mean_of(provinces, share) == pytest.approx(published, abs=4 * sd / np.sqrt(len(SEEDS)))


def test_girls_among_the_victims(provinces):
    """80 to 90 % (domain.md 3.7)."""
    assert 0.8 <= mean_of(provinces, lambda t: (victims_of_abuse(t)["sex"] == "female").mean()) <= 0.9


def test_legal_track_of_child_abuse(truth, provinces):
    """2018: criminal 81 %, administrative 7.2 % (domain.md 3.7)."""
    tracks = [
        t["cases"]
        .loc[in_stream(truth, t["cases"], "child_abuse"), "legal_track"]
        .value_counts(normalize=True)
        for t in provinces
    ]
    mean = pd.concat(tracks, axis=1).mean(axis=1)
    assert mean["criminal"] == pytest.approx(0.81, abs=4 * 0.026 / np.sqrt(len(SEEDS)))
    assert mean["admin"] == pytest.approx(0.072, abs=4 * 0.016 / np.sqrt(len(SEEDS)))


def test_repeat_victims_are_28_percent_and_grow_no_younger(provinces, truth):
    order = [b.key for b in truth.population.bands]
    for tables in provinces:
        victims = victims_of_abuse(tables)
        files = victims.groupby("person_key")["case_key"].nunique()
        assert (files > 1).mean() == pytest.approx(0.28, abs=0.015)
        assert victims.groupby("person_key")["sex"].nunique().max() == 1
        age = victims["age_band"].map(order.index)
        assert age.groupby(victims["person_key"]).is_monotonic_increasing.all()


def test_offenders_a_case(truth, large):
    """16,649 offenders in 8,227 cases; 2.7 for assault (domain.md 2)."""
    persons, cases = large["persons"], large["cases"]
    suspects = persons[persons["role"].isin(["suspect", "both"])]
    number = suspects.groupby("case_key").size()
    of_stream = cases[in_stream(truth, cases, "u18_offending")]
    assert number.loc[of_stream["case_key"]].mean() == pytest.approx(2.02, abs=0.04)
    assault = of_stream[(of_stream["offence_article"] == "134") & (of_stream["topic"] == "u18_offending")]
    assert number.loc[assault["case_key"]].mean() == pytest.approx(2.7, abs=0.11)


def test_children_under_16_of_the_province(provinces, truth):
    """284,955 children, boys and girls (province's statistics office)."""
    bands = truth.stream("child_abuse").bands
    for tables in provinces:
        population = tables["population"]
        children = population[population["age_band"].isin(bands)].groupby("period")["persons"].sum()
        assert children.between(275_000, 296_000).all()
        assert children["2019"] == pytest.approx(284_955, rel=0.025)


def test_every_key_resolves(truth, places, provinces):
    known = set(places.localities["locality"])
    codes = places.code_book.set_index("code")["kind"]
    for tables in provinces:
        cases = set(tables["cases"]["case_key"])
        assert len(cases) == len(tables["cases"])
        for name in ("persons", "cause_codes", "process_events"):
            assert set(tables[name]["case_key"]) <= cases
        assert set(tables["persons"]["case_key"]) == cases
        coded = tables["cause_codes"]
        assert coded["kind"].tolist() == coded["code"].map(codes).tolist()
        assert not coded.duplicated(["case_key", "code", "round"]).any()
        for name in (
            "cases",
            "population",
            "indicators",
            "outreach",
            "programmes",
            "campaigns",
            "support_coverage",
        ):
            assert set(tables[name]["locality"]) <= known
        assert not tables["population"].duplicated(["locality", "period", "age_band"]).any()
        assert not tables["indicators"].duplicated(["locality", "period", "indicator"]).any()
        assert set(tables["persons"]["age_band"]) <= {b.key for b in truth.population.bands}


def test_dates_are_in_order(truth, provinces):
    cutoff = pd.Timestamp(truth.periods.cutoff)
    for tables in provinces:
        cases = tables["cases"]
        assert (cases["occurred_from"] <= cases["occurred_to"]).all()
        assert (cases["occurred_to"] <= cases["reported_on"]).all()
        assert cases["reported_on"].between(pd.Timestamp("2015-12-15"), cutoff).all()
        accepted = cases.dropna(subset=["accepted_on"])
        assert (accepted["accepted_on"] >= accepted["reported_on"]).all()
        events = tables["process_events"]
        assert events["date"].max() <= cutoff
        assert (events.groupby("case_key")["step"].first() == "received").all()


def test_a_file_without_a_cause_says_so(provinces):
    for tables in provinces:
        first = tables["cause_codes"][tables["cause_codes"]["round"] == 1]
        assert set(first["case_key"]) == set(tables["cases"]["case_key"])
        alone = first.groupby("case_key")["code"].agg(["size", "first"])
        assert (alone.loc[alone["first"] == "XX", "size"] == 1).all()
        assert first.loc[first["code"] == "XX", "strength"].isna().all()


def test_second_coder_reads_a_fifth_and_is_another_person(large):
    codes = large["cause_codes"]
    second = codes[codes["round"] == 2].groupby("case_key")["coder_id"].first()
    share = len(second) / codes["case_key"].nunique()
    assert share == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / codes["case_key"].nunique()))
    first = codes[codes["round"] == 1].groupby("case_key")["coder_id"].first()
    assert (first.loc[second.index] != second).all()


def test_planted_pairs_show(truth, places, large):
    cases = large["cases"].assign(district=large["cases"]["locality"].map(parents(places)))
    first = large["cause_codes"][large["cause_codes"]["round"] == 1]
    for pair in truth.pairs_frame().itertuples():
        files = cases[in_stream(truth, cases, pair.stream)]
        coded = files["case_key"].isin(first.loc[first["code"] == pair.code, "case_key"])
        there = files["district"] == pair.locality
        assert coded[there].mean() == pytest.approx(pair.share, abs=2 / np.sqrt(there.sum()))
        assert coded[~there].mean() == pytest.approx(pair.rest_share, abs=0.02)


def test_codes_that_meet_keep_their_prevalence(truth, large):
    cases, first = large["cases"], large["cause_codes"][large["cause_codes"]["round"] == 1]
    carries = pd.crosstab(first["case_key"], first["code"]).reindex(cases["case_key"], fill_value=0) > 0
    for meet in truth.together_frame().itertuples():
        files = carries[(cases["topic"] == meet.stream).to_numpy()]
        a, b = files[meet.a], files[meet.b]
        assert b[a].mean() == pytest.approx(meet.share, abs=2 / np.sqrt(a.sum()))
        declared = truth.codes.prevalence[meet.stream][meet.b]
        assert b.mean() == pytest.approx(declared, abs=2 / np.sqrt(len(files)))


def test_codes_that_meet_change_the_codes_alone(truth, places, provinces):
    apart = truth.codes.model_copy(update={"together": []})
    tables = simulate(truth.model_copy(update={"codes": apart}), places, SEEDS[0])
    for name, table in provinces[0].items():
        assert tables[name].equals(table) == (name != "cause_codes"), name


def test_summer_peak(truth, large):
    """Whole years only: three months at 1.5 of the others are 4.5 of 13.5 parts."""
    cases = large["cases"][large["cases"]["occurred_to"].between("2016-01-01", "2021-12-31")]
    assert cases["occurred_to"].dt.month.isin(truth.season.months).mean() == pytest.approx(1 / 3, abs=0.012)


def test_a_delayed_month_is_empty_and_its_cases_follow(large):
    reported = large["cases"]["reported_on"]
    assert not reported.between("2021-07-15", "2021-08-14").any()
    usual = reported.between("2020-08-29", "2020-09-28").sum()
    assert reported.between("2021-08-29", "2021-09-28").sum() > 1.6 * usual


def share_of_two_years(truth, places, tables, stream, localities, start):
    """Cases of the two years from `start`, per case of the two years before, there over elsewhere."""
    cases = tables["cases"][in_stream(truth, tables["cases"], stream)]
    there = cases["locality"].map(parents(places)).isin(localities)
    start = pd.Timestamp(start)
    after = cases["occurred_to"].between(start, start + pd.DateOffset(days=545))
    before = cases["occurred_to"].between(start - pd.DateOffset(days=730), start - pd.DateOffset(days=1))
    return ((there & after).sum() / (there & before).sum()) / (
        (~there & after).sum() / (~there & before).sum()
    )


def test_one_campaign_worked_and_one_did_not(truth, places, large):
    for campaign in truth.campaigns:
        ratio = share_of_two_years(
            truth, places, large, campaign.stream, campaign.localities, campaign.started_on
        )
        assert np.log(ratio / campaign.rate_ratio) == pytest.approx(0, abs=0.25)


def test_recording_change_comes_with_its_marks(truth, places, large):
    change = truth.recording_changes[0]
    cases = large["cases"][in_stream(truth, large["cases"], change.stream)]
    there = cases["locality"].map(parents(places)).isin(change.localities)
    after = cases["reported_on"] >= pd.Timestamp(change.on)
    proactive = cases["detected_by"] == "police_proactive"
    assert proactive[there & after].mean() > proactive[there & ~after].mean() + 0.1
    assert proactive[~there & after].mean() == pytest.approx(proactive[~there & ~after].mean(), abs=0.03)


def test_boundary_change_keeps_the_people(truth, provinces):
    change = truth.boundary_changes[0]
    periods = observed_periods(truth).set_index("period")["start"]
    for tables in provinces:
        population = tables["population"].groupby(["locality", "period"])["persons"].sum()
        old = population.loc[list(change.before)].groupby("period").sum()
        assert (periods[old.index] < pd.Timestamp(change.on)).all()
        new = population.loc[change.after]
        assert (periods[new.index] >= pd.Timestamp(change.on)).all()
        assert new.iloc[0] / old.iloc[-1] == pytest.approx(truth.population.growth, abs=0.005)


def test_support_never_exceeds_what_it_is_part_of(provinces):
    for tables in provinces:
        support = tables["support_coverage"]
        for smaller, larger in [
            ("with_plan", "identified"),
            ("with_person", "with_plan"),
            ("supported", "with_person"),
            ("overdue", "with_plan"),
        ]:
            assert (support[smaller] <= support[larger]).all()


def test_almost_no_cases_still_gives_every_table(truth, places):
    tables = simulate(truth.model_copy(update={"multiplier": 1e-9}), places, 1)
    assert tables["cases"].empty
    assert tables["persons"].empty
    assert list(tables["cause_codes"]) == [
        "case_key",
        "code",
        "kind",
        "strength",
        "evidence",
        "coder_id",
        "round",
    ]
    assert len(tables["population"]) == (111 * 9 + 3) * 6
