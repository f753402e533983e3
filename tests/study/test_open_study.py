import inspect
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import diaban
from diaban.charts import Chart
from diaban.charts.texts import simulated_mark
from diaban.errors import DiabanError
from diaban.study.frames import SimulatedFrame, StudyFrame
from diaban.withheld import Withheld

FRAMES = [
    "card", "quarantined", "missing", "coding", "agreement", "detection", "pooling", "detectability",
    "streams", "rates", "trends", "over_time", "who", "causes", "overrepresented", "conditions",
    "factor_profile", "factors", "unsupported", "limits", "cause_groups", "causes_by", "coding_sensitivity",
    "corrected_shares", "code_pairs", "configurations", "event_chain", "event_lags", "event_moments",
    "residuals", "similar_places", "strength_rule", "targets", "targets_pooled", "mid_year", "share_targets",
    "fewest_targets", "stages", "time_to_decision", "days_to_decision", "resolution", "stopped",
    "relative_rates", "late_reports", "chain_ladder", "late_months", "same_age", "reading",
    "campaign_effects", "control_charts", "change_points", "alerts", "counting_units", "repeat_shares",
    "repeat_rates", "themes", "theme_panels",
]  # fmt: skip
CHARTS = [
    "agreement_chart", "rates_chart", "map", "funnel", "ranks", "run_chart", "causes_chart",
    "conditions_chart", "pairs_chart", "moments_chart", "stages_chart", "decision_chart", "stopped_chart",
    "relative_rates_chart", "late_chart", "control_chart", "theme_chart",
]  # fmt: skip
QUESTIONS = {
    name: method
    for name, method in inspect.getmembers(diaban.open_study.__globals__["Study"], inspect.isfunction)
    if not name.startswith("_")
}


def test_importing_diaban_loads_none_of_it():
    code = "import sys, diaban; print('pandas' in sys.modules, 'open_study' in diaban.__all__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("question", FRAMES)
def test_every_answer_is_a_marked_frame_that_knows_its_study(province, question):
    frame = getattr(province, question)()
    assert isinstance(frame, SimulatedFrame)
    assert frame.attrs["study"] == "binh_phuoc"
    assert frame.attrs["question"] == question
    assert simulated_mark() in frame._repr_html_()
    assert "name" in frame or "locality" not in frame
    assert "label" in frame or "code" not in frame


@pytest.mark.parametrize("question", CHARTS)
def test_every_chart_is_drawn_and_marked(province, question):
    chart = getattr(province, question)()
    assert isinstance(chart, Chart)
    assert chart.simulated
    assert chart.svg().startswith("<svg")


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_teaches(question):
    said = " ".join(QUESTIONS[question].__doc__.split())
    assert f"Example: study.{question}(" in said


def test_every_question_is_listed_in_one_chapter(province):
    listed = [name for _, methods in province._chapters() for name, _ in methods]
    assert sorted([*listed, "find_stream", "find_locality", "find_indicator"]) == sorted(QUESTIONS)


def test_rates_say_their_unit_and_source(province):
    frame = province.rates("child_abuse", province.period)
    assert frame.attrs["per"] == 100_000
    assert "100,000 children under 16" in frame.attrs["units"]
    assert frame.attrs["source"]
    assert len(frame) == 11
    bu_dang = frame.set_index("name").loc["Bù Đăng district"]
    assert bu_dang["rate"] == pytest.approx(bu_dang["cases"] / bu_dang["person_years"] * 100_000)


def test_the_tab_list_has_questions_and_tables_and_nothing_private(province):
    names = dir(province)
    assert {"rates", "map", "causes", "cases", "population"} <= set(names)
    assert not [name for name in names if name.startswith("_")]
    assert "boundaries" not in names
    assert set(dir(province.tables)) <= set(names)


def test_tables_are_those_of_intake_marked(province):
    assert isinstance(province.cases, SimulatedFrame)
    assert province.cases is province.tables.cases
    pd.testing.assert_frame_equal(pd.DataFrame(province.cases), province._intake.tables.cases)


def test_what_it_is_says_internal_and_simulated(province):
    for shown in (repr(province), province._repr_html_()):
        assert "Internal: exact counts, not protected for sharing." in shown
        assert simulated_mark() in shown
        assert "overrepresented" in shown


@pytest.mark.parametrize("name", ["Bù Đăng", "bu dang", "huyện Bù Đăng", "BU DANG", "696"])
def test_a_locality_is_found_as_people_write_it(province, name):
    assert province.find_locality(name) == "696"
    assert set(province.causes("child_abuse", name)["locality"]) == {"696"}
    assert isinstance(province.spine(name), Chart)


def test_an_unknown_locality_is_answered_with_the_nearest(province):
    with pytest.raises(DiabanError, match="Bù Đăng"):
        province.spine("bu dan")


@pytest.mark.parametrize("name", ["child_abuse", "Child abuse", "Xâm hại trẻ em", "xam hai tre em"])
def test_a_stream_is_found_by_key_or_name(province, name):
    assert set(province.rates(name)["stream"]) == {"child_abuse"}


def test_unknown_words_are_answered_with_the_known_ones(province):
    with pytest.raises(DiabanError, match="child_abuse"):
        province.rates("child abus")
    with pytest.raises(DiabanError, match="2021-2023"):
        province.rates(period="2021")
    with pytest.raises(DiabanError, match="between"):
        province.conditions(part="beside")
    with pytest.raises(DiabanError, match="vi, en"):
        diaban.open_study(province.folder, language="fr")
    with pytest.raises(DiabanError, match="binh_phuoc"):
        diaban.open_study("binh_phuok")
    with pytest.raises(AttributeError):
        province.rate  # noqa: B018


def test_labels_follow_the_language(province):
    vietnamese = diaban.open_study(province.folder)
    assert vietnamese.labels.places["696"] == "Huyện Bù Đăng"
    assert vietnamese.labels.streams["child_abuse"] == "Xâm hại trẻ em"
    assert "Lưu hành nội bộ" in repr(vietnamese)


def test_names_that_occur_twice_are_told_apart(province):
    names = pd.Series(province.labels.places)
    level = province.localities.set_index("locality")["level"]
    assert not pd.DataFrame({"name": names, "level": level}).duplicated().any()


def test_the_whole_is_the_sum_of_its_localities(province):
    whole = province.over_time("child_abuse").set_index("period")["cases"]
    parts = province.results.run_chart.query("stream == 'child_abuse'").groupby("period")["cases"].sum()
    assert dict(whole) == dict(parts)
    one = province.over_time("child_abuse", "bu dang")
    assert set(one["name"]) == {"Bù Đăng district"}


def test_a_rung_reaches_the_minimum_in_every_locality(province):
    ladder = province.pooling()
    reached = ladder[ladder["rung"].notna()]
    assert len(reached)
    assert (reached["smallest"] >= reached["minimum"]).all()
    assert ladder.loc[ladder["rung"].isna(), "withheld"].notna().all()


def test_small_areas_are_on_the_level_of_analysis(province):
    assert len(province.rates("child_abuse", province.period, small_areas=True)) == 111


def test_the_planted_over_representation_is_seen_and_hints_are_more(province):
    sure, hints = province.overrepresented(), province.overrepresented(hints=True)
    assert (sure["q"] < 0.05).all()
    assert len(hints) > len(sure)


class TestCountsOnly:
    """Germany's police statistics: no case files, real places, real boundaries."""

    def test_the_case_side_is_refused_in_words_of_both_languages(self, country):
        asked = ("causes", "causes_chart", "overrepresented", "coding", "agreement", "agreement_chart")
        for answer in (getattr(country, question)() for question in asked):
            assert isinstance(answer, Withheld)
            assert "hồ sơ" in str(answer)
            assert "case files" in answer._repr_html_()

    def test_going_on_as_if_there_were_an_answer_tells_why_there_is_none(self, country):
        with pytest.raises(AttributeError, match="no case files"):
            country.causes().head()

    def test_a_table_that_is_not_there_is_refused_too(self, country):
        assert isinstance(country.cases, Withheld)
        assert "cases" not in dir(country)

    def test_periods_of_another_definition_are_refused(self, country):
        for question in (country.rates, country.small_areas):
            answer = question("violent_crime", "2015-2017")
            assert isinstance(answer, Withheld)
            assert "2018-2020" in answer.sentence("en")

    def test_places_like_one_may_lie_anywhere(self, country):
        places = country.similar_places("Wolfsburg")
        assert places["rank"].tolist() == [1, 2, 3]
        assert places["neighbour_name"].notna().all()

    def test_real_data_carry_no_mark(self, country):
        frame = country.rates("robbery")
        assert isinstance(frame, StudyFrame)
        assert simulated_mark() not in frame._repr_html_()

    def test_findings_are_for_the_reported_localities_and_everywhere_on_request(self, country):
        assert len(country.rates("robbery", country.period)) == 45
        assert len(country.rates("robbery", country.period, everywhere=True)) == 401
        assert "45 localities" in country._repr_html_()

    def test_ranks_among_all_localities_are_drawn_within_the_axis(self, country):
        chart = country.ranks("robbery")
        assert chart.table["rank_upper"].max() > 45
        assert chart.svg().startswith("<svg")

    def test_suspects_by_sex_answer_who(self, country):
        frame = country.who("robbery")
        assert frame["share"].sum() == pytest.approx(1)
        assert set(frame["sex"]) == {"male", "female"}

    def test_limits_name_every_refusal(self, country, monkeypatch):
        monkeypatch.setitem(country.results.__dict__, "area_factors", None)  # its models take seconds
        limits = country.limits()
        assert limits[["question", "why"]].notna().all(axis=None)
        assert limits["why"].str.contains("definition differs").any()
        assert limits["why"].str.contains("no case files").any()
        assert limits["why"].str.contains("no area indicators").any()

    def test_places_of_one_name_are_told_apart(self, country):
        names = country.rates("robbery", country.period)["name"]
        assert names.is_unique
        assert {"Osnabrück (kreisfreie Stadt)", "Osnabrück (Landkreis)"} <= set(names)

    def test_a_map_is_drawn_from_boundaries(self, country):
        assert "schematic" not in country.map("robbery").caption.lower()


def test_a_map_without_boundaries_says_that_it_is_none(province):
    assert "not a map" in province.map().caption


def test_a_study_is_opened_by_name_from_inside_the_repository(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    assert diaban.open_study("binh_phuoc").key == "binh_phuoc"
