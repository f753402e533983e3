"""The handling of reports and cases, asked through the facade."""

import pytest

from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.withheld import Withheld

ON_HANDLING = [
    "stages", "stages_chart", "time_to_decision", "decision_chart", "days_to_decision", "resolution",
    "relative_rates", "relative_rates_chart",
]  # fmt: skip


@pytest.mark.parametrize("question", ON_HANDLING)
def test_a_study_without_files_is_refused_in_words(country, question):
    answer = getattr(country, question)()
    assert isinstance(answer, Withheld)
    assert "no case files" in answer.sentence("en")


@pytest.mark.parametrize("question", ["stopped", "stopped_chart"])
def test_a_study_without_a_plan_has_no_stops_to_tell(country, question):
    assert "declares no target" in getattr(country, question)().sentence("en")


@pytest.mark.parametrize("question", ["stages", "time_to_decision", "days_to_decision", "resolution"])
def test_the_whole_or_one_place(province, question):
    ask = getattr(province, question)
    assert set(ask()["name"]) == {"all localities"}
    assert set(ask("child_abuse")["stream"]) == {"child_abuse"}
    here = ask("child_abuse", "bu dang")
    assert set(here["name"]) == {"Bù Đăng district"}
    block = ask("child_abuse", period="2021–2023")
    assert set(block["period"]) == {"2021-2023"}
    assert (block["n_reports"] < ask("child_abuse")["n_reports"].iloc[0]).all()
    with pytest.raises(DiabanError, match="2021-2023"):
        ask(period="2021")


@pytest.mark.parametrize("question", ["stages_chart", "decision_chart"])
@pytest.mark.parametrize("place", [None, "bu dang"])
def test_charts_of_the_whole_and_of_one_place(province, question, place):
    chart = getattr(province, question)("child_abuse", place)
    assert isinstance(chart, Chart)
    assert chart.svg().startswith("<svg")
    assert ("Bù Đăng" in chart.title) == (place is not None)


def test_reports_are_the_cases_of_the_complete_years(province):
    cases = province.cases.merge(province.case_streams, on="case_key").query("stream == 'child_abuse'")
    received = province.stages("child_abuse").query("stage == 'received'")
    assert received["n_reports"].iloc[0] == cases["period"].isin(province.results.periods).sum()
    assert received["stage_label"].iloc[0] == "received"


def test_kinds_of_decision_add_up_and_have_names(province):
    shares = province.time_to_decision("child_abuse")
    total = shares[shares["kind"] == "any"].set_index("limit")["share"]
    parts = shares[shares["kind"] != "any"].groupby("limit")["share"].sum()
    assert dict(parts) == pytest.approx(dict(total))
    assert set(shares["kind_label"]) >= {"any decision", "prosecuted", "not prosecuted"}
    assert shares["limit_label"].notna().all()


def test_resolution_everywhere_adds_up_and_is_said_in_words(province):
    frame = province.resolution("child_abuse", everywhere=True).set_index("locality")
    assert frame.loc["*", "n_due"] == frame.drop("*")["n_due"].sum()
    known = frame.dropna(subset=["met"])
    starts = known["said"].str.startswith("Met")
    assert (starts == known["met"].astype(bool)).all()


class TestStopped:
    def test_a_case_counts_once_whatever_the_reason(self, province):
        frame = province.stopped()
        step = frame[frame["step"] == "returned"]
        whole = step[step["reason_code"] == "*"]["n"].iloc[0]
        single = step[step["reason_code"] != "*"]["n"]
        assert single.max() <= whole <= single.sum()
        assert set(frame["step_label"]) >= {"any of them", "case suspended"}
        assert frame["reason_code_label"].notna().all()

    def test_everywhere_and_one_place(self, province):
        everywhere = province.stopped(everywhere=True)
        assert everywhere["locality"].nunique() == 12
        assert set(province.stopped("dong xoai")["name"]) == {"Đồng Xoài city"}

    def test_the_chart_has_every_place_that_had_cases(self, province):
        chart = province.stopped_chart()
        assert isinstance(chart, Chart)
        assert len(chart.table) == 11
        assert chart.title.startswith("As few child sexual abuse cases")
        by_label = province.stopped_chart(
            "hạn chế đến mức thấp nhất số vụ xâm hại tình dục trẻ em bị tạm đình chỉ, đình chỉ, trả hồ sơ"
        )
        assert by_label.title == chart.title

    def test_an_unknown_target_is_answered(self, province):
        with pytest.raises(DiabanError, match="sexual_stopped"):
            province.stopped(target="sexual")


class TestRelativeRates:
    def test_points_have_names_and_small_groups_no_numbers(self, province):
        frame = province.relative_rates("child_abuse")
        assert set(frame["point_label"]) >= {"report resolved", "prosecuted"}
        small = frame[frame["withheld"] == "group_too_small"]
        assert len(small)
        assert small[["n", "n_cases", "ratio"]].isna().all(axis=None)

    def test_one_point(self, province):
        assert set(province.relative_rates(point="prosecuted")["point"]) == {"prosecuted"}
        with pytest.raises(DiabanError, match="prosecuted"):
            province.relative_rates(point="prosecution")

    def test_groups_are_drawn_in_words(self, fresh):
        chart = fresh("vi").relative_rates_chart("child_abuse")
        rows = chart.table["row"]
        assert rows.str.contains("nam so với nữ").any()
        assert not rows.str.contains("male").any()
        assert rows.str.contains("0–5 tuổi").any()


def test_what_a_study_with_files_lacks_is_named(fresh):
    study = fresh(stages=None, relative_rates=None)
    assert "process_events" in str(study.stages())
    assert "persons" in str(study.relative_rates())
    study.spec = study.spec.model_copy(update={"handling": None})
    assert "(key handling)" in study.stages().sentence("en")
