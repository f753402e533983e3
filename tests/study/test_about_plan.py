"""The plan's targets, asked through the facade."""

import pandas as pd
import pytest

from diaban.analysis.targets.verdict import VERDICTS
from diaban.errors import DiabanError
from diaban.withheld import Withheld

ON_TARGETS = ["targets", "targets_pooled", "mid_year", "share_targets", "fewest_targets"]


@pytest.mark.parametrize("question", ON_TARGETS)
def test_a_study_without_a_plan_is_refused_in_words(country, question):
    answer = getattr(country, question)()
    assert isinstance(answer, Withheld)
    assert "declares no target" in answer.sentence("en")
    assert "không khai báo chỉ tiêu" in answer.sentence("vi")


@pytest.mark.parametrize("question", ON_TARGETS)
def test_the_whole_comes_first_and_one_place_is_found_as_people_write_it(province, question):
    frame = getattr(province, question)()
    assert frame["name"].iloc[0] == "all localities"
    assert set(frame["name"]) >= {"Bù Đăng district", "Đồng Xoài city"}
    assert frame["target_label"].notna().all()
    here = getattr(province, question)(locality="huyện bù đăng")
    assert set(here["locality"]) == {"696"}


class TestTargetsOnCounts:
    def test_the_whole_is_the_sum_of_its_localities(self, province):
        frame = province.targets("child_abuse").set_index("locality")
        assert frame.loc["*", "cases"] == frame.drop("*")["cases"].sum()
        counted = province.cases.merge(province.case_streams, on="case_key")
        newest = counted.query("stream == 'child_abuse' and period == '2023'")
        assert frame.loc["*", "cases"] == len(newest)

    def test_the_verdict_in_words_says_what_the_columns_say(self, province):
        for row in province.targets().dropna(subset=["verdict"]).itertuples():
            assert row.said.startswith("Met" if row.met else "Missed")
            assert ("no evidence" in row.said or "Nor is there" in row.said) == (row.evidence != "fell")

    def test_all_eight_verdicts_have_words(self, fresh):
        for language in ("vi", "en"):
            study = fresh(language)
            said = {study._verdict(verdict, -0.03) for verdict in VERDICTS}
            assert len(said) == 8
            assert study._verdict(pd.NA, -0.03) is pd.NA

    def test_what_would_be_evidence_is_the_count_that_would_be_seen(self, province):
        row = province.targets("child_abuse").iloc[0]
        assert f"at {row['next_detectable_count']} cases or fewer" in row["would"]
        none = province._would(pd.NA, -0.03, pd.NA)
        assert "several years" in none
        assert "no case at all" in province._would(pd.NA, -0.03, 0)
        assert province._would("no_baseline", -0.03, 5) is pd.NA

    def test_streams_are_asked_by_name_and_unknown_ones_are_answered(self, province):
        assert set(province.targets("xam hai tre em")["stream"]) == {"child_abuse"}
        with pytest.raises(DiabanError, match="child_abuse"):
            province.targets("child abus")

    def test_a_year_with_nothing_before_it_is_said_to_have_none(self, fresh):
        answer = fresh(targets=None).targets()
        assert "year before" in answer.sentence("en")

    def test_the_same_block_twice_compares_nothing(self, fresh):
        answer = fresh(targets_pooled=None).targets_pooled()
        assert "baseline" in answer.sentence("en")


class TestTheRunningYear:
    def test_what_is_beyond_the_limit_is_said_so(self, province):
        frame = province.mid_year()
        beyond = frame[frame["cases"] > frame["limit"]]
        assert len(beyond)
        assert (beyond["probability"] == 0).all()
        assert beyond["said"].str.contains("already beyond").all()
        rest = frame.drop(beyond.index)
        assert not rest["said"].str.contains("already beyond").any()

    def test_how_much_of_the_year_is_over_stands_in_the_head(self, province):
        assert province.mid_year().attrs["units"].startswith("2024, after 6 months")

    def test_a_year_that_is_over_has_no_outlook(self, fresh):
        answer = fresh(mid_year=None, running=None).mid_year()
        assert "no running year" in answer.sentence("en")


class TestShares:
    def test_few_reports_meet_a_share_and_do_not_show_it(self, province):
        row = province.share_targets("resolved").iloc[0]
        assert (row["met"], row["evidence"]) == (True, "open")
        assert row["n"] < row["needed_if_all"] == 93
        assert row["said"].startswith("Met by the count.")
        assert "at least 93" in row["said"]

    def test_what_is_asked_of_all_cannot_be_shown(self, province):
        row = province.share_targets("classified").iloc[0]
        assert "no number of reports" in row["said"]
        assert pd.isna(row["needed_if_all"])

    def test_all_of_a_few_reports_processed_does_not_show_that_all_will_be(self, province):
        """ "100 % processed" is met by 25 of 25 and shown by none of them: the words say both."""
        rows = province.share_targets("processed")
        all_of_them = rows[(rows["n"] > 0) & (rows["successes"] == rows["n"])]
        assert len(all_of_them) > 0
        assert all_of_them["met"].all()
        assert set(all_of_them["evidence"]) == {"open"}
        assert (all_of_them["lower"] < 1).all()
        assert all_of_them["said"].str.contains("no number of reports").all()
        late = rows[rows["successes"] < rows["n"]]
        assert not late["met"].any()

    def test_every_word_fits_the_numbers(self, province):
        def said(**row):
            return province._share_said({"needed_if_all": 93, "n": 237} | row)

        assert "falls short of the target." in said(met=False, evidence="refuted")
        assert "falls short of the target either" in said(met=False, evidence="open")
        assert "do not show that" in said(met=True, evidence="open")
        assert "reaches the target." in said(met=True, evidence="shown")
        assert province._share_said({"evidence": pd.NA}) is pd.NA

    def test_a_target_is_found_by_its_label_and_one_unknown_is_answered(self, province):
        label = "more than 96% of reports of child abuse resolved"
        assert set(province.share_targets(label)["target"]) == {"resolved"}
        with pytest.raises(DiabanError, match="classified, processed, resolved"):
            province.share_targets("sexual_stopped")


class TestAsFewAsCanBe:
    def test_the_counts_are_those_of_the_steps(self, province):
        row = province.fewest_targets().iloc[0]
        sexual = province.cases.query("abuse_form == 'sexual' and period == '2023'")
        stopped = province.process_events.query("step in ['suspended', 'terminated', 'returned']")
        assert row["n"] == sexual["case_key"].nunique()
        assert row["count"] == sexual["case_key"].isin(stopped["case_key"]).sum()
        assert row["said"] == "There is no evidence of a rise or a fall."

    def test_a_study_with_another_kind_of_target_says_which_is_lacking(self, fresh):
        study = fresh(fewest_targets=None)
        study.spec = study.spec.model_copy(
            update={"targets": [t for t in study.spec.targets if t.kind == "change"]}
        )
        assert 'kind = "fewest"' in study.fewest_targets().sentence("en")
