"""What the area figures say, whether it holds, and what it means for a locality, asked through the facade."""

import numpy as np
import pandas as pd
import pytest

from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.study.frames import SimulatedFrame
from diaban.withheld import Withheld

BY_INDICATORS = {
    "residuals": "residual_autocorrelation", "robustness": "area_robustness",
    "specifications": "specifications", "specification_curve": "specifications",
    "importance": "factor_importance", "importance_chart": "factor_importance", "what_if": "what_if",
    "similar_places": "factor_profile",
}  # fmt: skip


@pytest.mark.parametrize("question", BY_INDICATORS)
def test_a_study_without_indicators_is_refused_in_words(fresh, question):
    answer = getattr(fresh(**{BY_INDICATORS[question]: None}), question)()
    assert isinstance(answer, Withheld)
    assert "no area indicators" in answer.sentence("en")


def test_so_is_a_locality_s_excess(fresh):
    study = fresh(excess_decomposition=None)
    for answer in (study.excess("bu dang"), study.excess_chart("bu dang")):
        assert "no area indicators" in str(answer)


class TestFinding:
    @pytest.mark.parametrize(
        "name", ["poor_households", "Poor and near-poor households", "hộ nghèo và cận nghèo"]
    )
    def test_an_indicator_is_found_by_key_or_name(self, province, name):
        assert province.find_indicator(name) == "poor_households"

    def test_without_a_name_it_is_the_surest(self, province):
        between = province.conditions("u18_offending", part="between")
        assert province.find_indicator("", "u18_offending") == between["indicator"].iloc[0]

    def test_an_unknown_one_is_answered_with_the_nearest(self, province):
        with pytest.raises(DiabanError, match="Nearest: poor_households"):
            province.find_indicator("poor househould")

    def test_without_a_name_the_locality_is_the_one_most_surely_above(self, province):
        rates = province.rates("child_abuse", province.period)
        highest = rates.loc[rates["probability_above"].idxmax(), "locality"]
        assert province.find_locality("", "child_abuse") == highest


class TestDoesItHold:
    def test_residuals_have_one_answer_a_stream(self, province):
        found = province.residuals()
        assert found["stream"].tolist() == ["child_abuse", "u18_offending"]
        assert set(found["answer"]) <= {"none_needed", "spatial_effects", "conservative"}
        assert len(province.residuals("child_abuse")) == 1

    def test_the_first_specification_is_the_main_model(self, province):
        main = province.specifications("child_abuse").query("specification == 0").set_index("indicator")
        between = province.conditions("child_abuse", part="between").set_index("indicator")
        assert main["rate_ratio"].to_dict() == pytest.approx(between["rate_ratio"].to_dict())

    def test_the_curve_is_of_the_indicator_asked_for_or_of_the_surest(self, province):
        for asked in ("relative_care", ""):
            chart = province.specification_curve("child_abuse", asked)
            key = province.find_indicator(asked, "child_abuse")
            assert isinstance(chart, Chart)
            assert province.labels.indicators[key] in chart.title

    def test_robust_ones_come_first_and_every_other_says_why_not(self, province):
        checked = province.robustness("child_abuse")
        assert checked["robust"].astype(int).is_monotonic_decreasing
        assert (checked["robust"] ^ checked["reason"].notna()).all()
        assert "The main model shows no association" in checked._repr_html_()
        assert set(checked["loo_group_name"].dropna()) <= set(province.labels.places.values())

    def test_what_a_researcher_makes_of_it_stays_marked(self, province):
        chosen = province.specifications("child_abuse").query("n_controls <= 1")
        assert isinstance(chosen.groupby("label")[["rate_ratio"]].median(), SimulatedFrame)


class TestWhatItMeans:
    def test_importance_adds_up_and_the_largest_comes_first(self, province):
        importance = province.importance("child_abuse")
        assert importance["importance"].sum() == pytest.approx(1)
        assert importance["importance"].is_monotonic_decreasing
        assert len(set(importance["explained"])) == 1

    def test_importance_is_drawn_with_its_ranks(self, province):
        assert isinstance(province.importance_chart("child_abuse"), Chart)
        ranks = pd.DataFrame({"rank_lower": [1, 2, None], "rank_upper": [4, 2, None]})
        assert province._rank_notes(ranks) == ["1–4", "2", ""]

    def test_parts_of_a_locality_add_up_to_its_recorded_cases(self, province):
        parts = province.excess("bu dang", "child_abuse").set_index("component")["cases"]
        recorded = province.rates("child_abuse", province.period).set_index("locality")["cases"]["696"]
        assert parts["observed"] == recorded
        assert parts.drop("observed").sum() == pytest.approx(recorded)

    def test_parts_have_names_and_are_drawn(self, province):
        labels = province.excess("bu dang", "child_abuse")["label"]
        assert labels.iloc[0] == "Expected from the locality's size"
        assert labels.notna().all()
        assert "Bù Đăng" in province.excess_chart("bu dang", "child_abuse").title

    def test_only_robust_factors_are_moved_and_further_means_fewer(self, province):
        near, far = (
            province.what_if("child_abuse", target=t).set_index(["locality", "indicator"])
            for t in ("median", "best_quarter")
        )
        told = near["change"].dropna()
        assert len(told)
        assert (told <= 0).all()
        assert (far["change"].reindex(told.index) <= told).all()
        robust = province.robustness("child_abuse").query("robust")["indicator"]
        assert set(told.index.get_level_values("indicator")) <= set(robust)
        assert near.loc[near["change"].isna(), "withheld"].notna().all()

    def test_an_unknown_target_is_answered_with_the_known_ones(self, province):
        with pytest.raises(DiabanError, match="median, best_quarter"):
            province.what_if(target="best")

    def test_similar_places_are_other_ones_the_nearest_first(self, province):
        places = province.similar_places("bu dang")
        assert places["rank"].tolist() == [1, 2, 3]
        assert places["distance"].is_monotonic_increasing
        assert "Bù Đăng district" not in set(places["neighbour_name"])
        assert "Poor and near-poor households" in places.attrs["units"]

    def test_places_are_similar_only_where_a_study_says_by_what(self, fresh):
        assert "similar_by" in str(fresh(statistical_neighbours=None).similar_places())

    def test_the_profile_has_what_similar_places_have(self, province):
        profile = province.factor_profile("bu dang").set_index("indicator")
        near = province.similar_places("bu dang")["neighbour"]
        values = province.factor_profile().query("indicator == 'poor_households'")
        mean = np.mean(values.loc[values["locality"].isin(near), "value"])
        assert profile.loc["poor_households", "peer"] == pytest.approx(mean)


class TestSmallAreas:
    def test_areas_inside_a_locality_hold_its_cases(self, province):
        inside = province.small_areas("child_abuse", locality="bu dang")
        recorded = province.rates("child_abuse", province.period).set_index("locality")["cases"]["696"]
        assert inside["cases"].sum() == recorded
        assert set(inside["inside"]) == {"Bù Đăng district"}

    def test_both_ways_of_shrinking_lie_nearer_to_the_whole_than_the_crude_rate(self, province):
        areas = province.small_areas("child_abuse").query("rate > 2 * reference_rate")
        assert len(areas)
        for shrunk in ("shrunk_rate", "spatial_rate"):
            assert (areas[shrunk] < areas["rate"]).all()
        assert (areas["rank_lower"] <= areas["rank_upper"]).all()
