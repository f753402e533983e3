"""What the case files say, asked through the facade."""

import numpy as np
import pandas as pd
import pytest

from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.withheld import Withheld

ON_FILES = [
    "causes", "cause_groups", "causes_by", "coding_sensitivity", "corrected_shares", "code_pairs",
    "configurations", "event_chain", "event_lags", "event_moments", "pairs_chart", "moments_chart",
]  # fmt: skip


@pytest.mark.parametrize("question", ON_FILES)
def test_a_study_without_files_is_refused_in_words(country, question):
    answer = getattr(country, question)()
    assert isinstance(answer, Withheld)
    assert "no case files" in answer.sentence("en")


class TestGroups:
    def test_a_file_counts_once_in_a_domain(self, province):
        files = province.results.coded_files.query("stream == 'child_abuse'")
        codes = province.cause_codes.query("round == 1 and code != 'XX'").merge(files, on="case_key")
        domain = codes["code"].map(province.code_book.set_index("code")["domain"])
        counted = codes.assign(domain=domain).groupby("domain")["case_key"].nunique()
        groups = province.cause_groups("child_abuse").set_index("group")
        assert groups["n_coded"].to_dict() == counted.to_dict()
        assert set(groups["n_files"]) == {codes["case_key"].nunique()}
        assert groups.loc["GD", "label"] == "Family"

    def test_a_locality_is_compared_with_the_rest(self, province):
        here = province.cause_groups("child_abuse", "dong xoai", unit="kind")
        assert set(here["label"]) == {"cause", "condition"}
        assert here[["rest_share", "q"]].notna().all(axis=None)
        assert set(here["locality"]) == {"689"}

    def test_unknown_units_are_answered_with_the_known_ones(self, province):
        with pytest.raises(DiabanError, match="kind, domain"):
            province.cause_groups(unit="code")
        with pytest.raises(DiabanError, match="code, kind, domain"):
            province.causes_by(unit="codes")


class TestSharesByGroup:
    def test_localities_add_up_to_the_whole(self, province):
        parts = province.causes_by("locality", stream="child_abuse")
        summed = parts.groupby("code")[["n_coded", "n_files"]].sum()
        whole = province.causes("child_abuse").set_index("code")[["n_coded", "n_files"]]
        pd.testing.assert_frame_equal(
            pd.DataFrame(summed.loc[whole.index]), pd.DataFrame(whole), check_dtype=False
        )

    def test_without_a_key_it_is_the_whole(self, province):
        whole = province.causes("child_abuse").set_index("code")["share"]
        asked = province.causes_by(stream="child_abuse").set_index("code")["share"]
        assert asked[whole.index].to_dict() == pytest.approx(whole.to_dict())

    def test_ages_come_from_young_to_old_and_kinds_have_names(self, province):
        shares = province.causes_by("age_band", stream="child_abuse", unit="kind")
        assert shares["age_band"].drop_duplicates().tolist() == ["0-5", "6-10", "11-13", "14-15"]
        assert set(shares["label"]) == {"cause", "condition"}

    def test_several_keys(self, province):
        shares = province.causes_by("period", "age_band", unit="domain")
        assert not shares.duplicated(["stream", "period", "age_band", "domain"]).any()
        assert shares.loc[shares["n_files"] < 10, "withheld"].notna().all()

    def test_what_the_files_lack_is_refused(self, province, monkeypatch):
        monkeypatch.setitem(province.results.__dict__, "ages", None)
        answer = province.causes_by("age_band")
        assert isinstance(answer, Withheld)
        assert "persons.age_band" in str(answer)
        with pytest.raises(DiabanError, match="age_band"):
            province.causes_by("sex")


class TestHowSurely:
    def test_bounds_hold_the_coded_share_and_ranks_are_within_a_kind(self, province):
        bounds = province.coding_sensitivity("child_abuse")
        assert "locality" not in bounds
        assert bounds["share_lower"].to_numpy() == pytest.approx(bounds["n_coded"] / bounds["n_files"])
        assert (bounds["share_upper"] >= bounds["share_lower"]).all()
        for _, kind in bounds.groupby("kind"):
            assert kind["rank_upper"].max() <= len(kind)
            assert kind["n_coded"].is_monotonic_decreasing
            assert kind["could_lead"].any()

    def test_of_one_locality(self, province):
        assert set(province.coding_sensitivity("child_abuse", "bu dang")["name"]) == {"Bù Đăng district"}

    def test_every_corrected_share_is_there_or_says_why_not(self, province):
        corrected = province.corrected_shares()
        assert (corrected["corrected_share"].notna() ^ corrected["withheld"].notna()).all()
        assert "twice" in province.corrected_shares("child_abuse")._repr_html_()


class TestHowTheyMeet:
    def test_the_surest_pairs_come_first_with_both_names(self, province):
        pairs = province.code_pairs("child_abuse")
        assert pairs["p"].dropna().is_monotonic_increasing
        assert pairs[["label_a", "label_b"]].notna().all(axis=None)
        assert "784" in pairs.attrs["units"]

    def test_supported_pairs_are_those_of_the_chart(self, province):
        pairs = province.code_pairs("child_abuse", supported=True)
        assert (pairs["q"] < 0.05).all()
        assert len(province.pairs_chart("child_abuse").table) == len(pairs)

    def test_combinations_are_said_in_labels(self, province):
        found = province.configurations("serious_abuse").set_index("expression")
        label = province.labels.codes["PN1"]
        assert found.loc["PN1", "words"] == f"“{label}”"
        assert found.loc["~PN1", "words"] == f"without “{label}”"
        assert set(found["outcome"]) == {"very or especially serious child abuse"}
        joined = province._combination(["PN1", "GD2"], [True, False])
        assert joined == f"“{label}” and without “{province.labels.codes['GD2']}”"

    def test_no_question_and_an_unknown_one(self, province, monkeypatch):
        with pytest.raises(DiabanError, match="group_offending"):
            province.configurations("serious")
        monkeypatch.setitem(province.results.__dict__, "configurations", None)
        assert "configurations" in str(province.configurations())


class TestTheEvent:
    def test_every_file_falls_on_one_kind_of_day(self, province):
        days = province.event_chain("child_abuse", step="day_type")
        assert set(days["category"]) <= {"weekday", "weekend", "unknown"}
        assert (
            days["n"].sum()
            == days["n_files"].iloc[0]
            == len(province.results.coded_files.query("stream == 'child_abuse'"))
        )

    def test_steps_stay_together_the_most_frequent_first(self, province):
        chain = province.event_chain("child_abuse", "dong xoai")
        assert chain["step"].drop_duplicates().is_unique
        assert all(step["n"].is_monotonic_decreasing for _, step in chain.groupby("step"))
        assert set(chain["name"]) == {"Đồng Xoài city"}
        with pytest.raises(DiabanError, match="hour_band"):
            province.event_chain(step="hour")

    def test_the_median_lag_is_that_of_the_files(self, province):
        files = province.results.coded_files.query("stream == 'child_abuse'")
        cases = province.cases[province.cases["case_key"].isin(files["case_key"])]
        days = (cases["reported_on"] - cases["occurred_to"]).dt.days
        lags = province.event_lags("child_abuse").set_index("lag")
        assert lags.loc["occurred_to_reported", "median"] == np.median(days)

    def test_moments_come_in_the_order_of_time(self, province):
        moments = province.event_moments("child_abuse")
        order = ["before", "guardian", "place", "access", "sign", "report"]
        assert moments["moment"].tolist() == order
        assert moments["named"].sum() == 1
        assert moments.loc[moments["named"], "share"].iloc[0] == moments["share"].max()
        assert moments["label"].iloc[0] == "before the event"

    def test_the_chain_is_drawn_for_the_whole_and_for_one_place(self, province):
        for place in (None, "bu dang"):
            assert isinstance(province.moments_chart("child_abuse", place), Chart)

    def test_a_code_book_without_moments_is_said_to_have_none(self, province, monkeypatch):
        monkeypatch.setitem(province.results.__dict__, "event_moments", None)
        assert "code_book.moment" in str(province.event_moments())
        assert isinstance(province.moments_chart(), Withheld)
