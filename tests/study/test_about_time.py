"""Late reports, readings, charts, alerts and campaigns, asked through the facade."""

import pandas as pd
import pytest

from diaban.analysis.reporting.reading import AFTER_A_FALL, AFTER_A_RISE
from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.withheld import Withheld

ON_TIME = [
    "late_reports", "chain_ladder", "late_chart", "late_months", "same_age", "reading", "control_charts",
    "control_chart", "change_points", "alerts",
]  # fmt: skip
BY_PLACE = ["same_age", "reading", "control_charts", "change_points"]


@pytest.mark.parametrize("question", ON_TIME)
def test_a_study_without_days_is_refused_in_words(country, question):
    answer = getattr(country, question)()
    assert isinstance(answer, Withheld)
    assert "no case files with their days" in answer.sentence("en")


def test_a_study_without_campaigns_names_the_table(country):
    assert "campaigns" in str(country.campaign_effects())


@pytest.mark.parametrize("question", BY_PLACE)
def test_places_have_names_and_one_is_found_as_people_write_it(province, question):
    ask = getattr(province, question)
    names = ask("child_abuse")["name"]
    assert names.notna().all()
    assert names.is_unique
    assert (names.iloc[0] == "all localities") == (question != "reading")
    assert set(ask(locality="BU DANG")["locality"]) == {"696"}


class TestLateReports:
    def test_years_hold_their_months_and_no_fewer_are_expected(self, province):
        years = province.late_reports("child_abuse").set_index("period")
        months = province.late_reports("child_abuse", by="month")
        parents = months["period"].str[:4]
        assert dict(months.groupby(parents)["counted"].sum()) == dict(years["counted"])
        known = months[months["withheld"].isna()]
        assert (known["expected_finally"] >= known["counted"]).all()
        assert "2024-06-14" in years.attrs["units"]

    def test_only_years_or_months(self, province):
        with pytest.raises(DiabanError, match="year, month"):
            province.late_reports(by="week")

    def test_the_chain_ladder_stands_beside_the_nowcast_and_says_which_holds(self, province):
        ladder = province.chain_ladder(by="month").set_index(["stream", "period"])
        nowcast = province.late_reports(by="month").set_index(["stream", "period"])
        assert ladder.index.equals(nowcast.index)
        told = ladder.dropna(subset=["nowcast_expected"])
        assert (told["nowcast_expected"] == nowcast["expected_finally"][told.index]).all()
        assert (told["nowcast_upper"] == nowcast["upper"][told.index]).all()
        assert ((ladder["a_month"] >= 10) == (ladder["holds"] == "both")).all()
        assert ladder["said"].str.contains("only the nowcast").equals(ladder["holds"] == "nowcast")

    def test_a_month_without_cases_has_no_multiple_and_a_nowcast(self, province):
        months = province.chain_ladder(by="month")
        nothing = months[months["counted"] == 0]
        assert len(nothing) > 0
        assert set(nothing["withheld"]) == {"nothing_counted_yet"}
        assert nothing["expected_finally"].isna().all()
        assert nothing["nowcast_expected"].notna().any()

    def test_the_chart_says_what_is_still_to_come(self, province):
        chart = province.late_chart("child_abuse")
        assert isinstance(chart, Chart)
        assert len(chart.table) == 24
        assert f"{chart.table['observed'].sum():.0f} cases are counted so far" in chart.alt

    def test_only_months_that_were_held_back_unless_all_are_asked_for(self, province):
        held, every = province.late_months(), province.late_months(held_back=False)
        assert held["held_back"].all()
        assert 0 < len(held) < len(every)
        assert (held["reports"] < held["expected"]).all()


class TestReading:
    def test_every_label_is_said_with_its_reasons(self, province):
        frame = province.reading()
        told = frame.dropna(subset=["label"])
        assert told["said"].notna().all()
        ambiguous = told[told["label"] == "rise_ambiguous"]
        assert ambiguous["said"].str.contains("campaign|outreach").all()

    def test_a_fall_with_fewer_reports_concludes_nothing(self, fresh):
        said = fresh("vi")._read("fall_inconclusive", "reports_fell;recording_changed")
        assert said == "Giảm nhưng không thể kết luận: tin báo cũng giảm; cách ghi nhận đã thay đổi."
        assert fresh("vi")._read(pd.NA, pd.NA) is pd.NA

    def test_every_reason_of_the_analysis_has_words(self, province):
        for reason in {*AFTER_A_FALL.values(), *AFTER_A_RISE.values()}:
            assert province._read("rise_ambiguous", reason).endswith(".")

    def test_a_year_that_is_over_has_no_same_age(self, fresh):
        assert "no running year" in fresh(same_age=None, running=None).same_age().sentence("en")
        assert "two complete years" in fresh(same_age=None).same_age().sentence("en")
        assert "baseline" in fresh(reading=None).reading().sentence("en")


class TestCharts:
    def test_one_row_a_chart_with_its_verdict_in_words(self, province):
        frame = province.control_charts()
        assert not frame.duplicated(["locality", "stream"]).any()
        assert len(frame) == 24
        assert set(frame["every"]) == {"quarter", "month"}
        assert set(frame["year_target"].dropna()) <= {"always", "never", "now_and_then"}
        known = frame.dropna(subset=["variation"])
        assert known["said"].str.startswith("Newest point").all()

    @pytest.mark.parametrize("place", [None, "bu dang"])
    @pytest.mark.parametrize("every", [None, "half"])
    def test_a_chart_of_the_whole_and_of_one_place(self, province, place, every):
        chart = province.control_chart("child_abuse", place, every=every)
        assert isinstance(chart, Chart)
        assert chart.svg().startswith("<svg")
        assert "target" in chart.alt

    def test_points_are_named_as_parts_of_a_year(self, province):
        assert province._part_names("quarter")["2016-Q1"] == "Q1 2016"
        assert province._part_names("month")["2024-02"] == "month 2/2024"
        assert sorted(province._part_names("half").values())[0] == "H1 2016"
        with pytest.raises(DiabanError, match="month, quarter, half"):
            province.control_chart(every="week")

    def test_without_targets_charts_still_stand(self, fresh):
        study = fresh(targets=None)
        assert study.control_charts()["year_target"].isna().all()
        assert isinstance(study.control_chart(), Chart)

    def test_changes_say_how_many_would_be_false(self, province):
        frame = province.change_points()
        for _, rows in frame.groupby("stream"):
            tested = rows["withheld"].isna().sum()
            assert set(rows["comparisons"]) == {tested}
            assert rows["expected_false"].to_numpy() == pytest.approx(tested * 0.01)
        assert "by quarter" in frame.attrs["units"]


class TestAlerts:
    def test_the_budget_stands_in_the_head_even_of_an_empty_table(self, province):
        raised = province.alerts()
        assert raised["alert"].all()
        units = raised.attrs["units"]
        assert "22 series watched" in units
        assert "1 false alarm a year" in units
        assert province.alerts("child_abuse", "bu dang").attrs["units"] == units

    def test_what_was_watched_is_shown_on_request(self, province):
        every = province.alerts(raised=False)
        assert len(every) == 88
        assert every["p"].is_monotonic_increasing
        assert (every["cases"] >= every["threshold"]).sum() == len(province.alerts())


def test_a_campaign_without_a_clear_difference_is_not_called_without_effect(province):
    frame = province.campaign_effects().set_index("campaign")
    assert frame.loc["CD01", "told"] == "fell"
    assert "does not mean without effect" in frame.loc["CD02", "said"]
    assert set(province.campaign_effects("u18_offending")["campaign"]) == {"CD01"}


def test_cases_without_the_day_of_the_event_say_which_column_is_lacking(fresh):
    study = fresh(late_reports=None, chain_ladder=None, late_months=None, campaign_effects=None)
    for question in (
        study.late_reports,
        study.chain_ladder,
        study.late_chart,
        study.late_months,
        study.campaign_effects,
    ):
        assert "cases.occurred_to" in str(question())
