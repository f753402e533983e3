"""Counting units and themes, asked through the facade."""

import pandas as pd
import pytest

from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.withheld import Withheld

ON_UNITS = ["counting_units", "repeat_shares", "repeat_rates", "themes", "theme_panels", "theme_chart"]


@pytest.mark.parametrize("question", ON_UNITS)
def test_a_study_without_files_is_refused_in_words(country, question):
    answer = getattr(country, question)()
    assert isinstance(answer, Withheld)
    assert "no case files" in answer.sentence("en")


@pytest.mark.parametrize("question", ["counting_units", "repeat_shares", "repeat_rates"])
def test_the_whole_and_one_place_by_name(province, question):
    ask = getattr(province, question)
    assert ask()["name"].iloc[0] == "all localities"
    assert set(ask("child_abuse", "bu dang")["name"]) == {"Bù Đăng district"}
    assert set(ask("child_abuse")["stream"]) == {"child_abuse"}


def test_no_answer_holds_a_person(province):
    for question in ON_UNITS[:-1]:
        assert not {"person_key", "case_key"} & set(getattr(province, question)())


class TestCountingUnits:
    def test_streams_add_up_to_all_of_them_and_what_is_counted_again(self, province):
        frame = province.counting_units().set_index(["period", "stream"])
        for period in frame.index.get_level_values("period").unique():
            rows = frame.loc[period]
            again = rows.loc["*", "cases_counted_again"]
            assert rows.drop("*")["cases"].sum() == rows.loc["*", "cases"] + again

    def test_one_block(self, province):
        assert set(province.counting_units(period="2021–2023")["period"]) == {"2021-2023"}
        with pytest.raises(DiabanError, match="2021-2023"):
            province.counting_units(period="2021")


class TestRepeats:
    def test_intervals_are_wider_where_events_depend_on_each_other(self, province):
        frame = province.repeat_rates("child_abuse").query("inflation > 1")
        assert len(frame)
        assert (frame["upper"] >= frame["independent_upper"]).all()
        assert frame.attrs["per"] == 100_000
        assert "100,000 children under 16" in frame.attrs["units"]

    def test_of_persons_instead_of_cases(self, province):
        assert set(province.repeat_rates(unit="persons")["unit"]) == {"persons"}
        with pytest.raises(DiabanError, match="cases, persons"):
            province.repeat_rates(unit="victims")


class TestThemes:
    def test_the_whole_one_place_or_everywhere(self, province):
        whole = province.themes()
        assert whole["theme"].tolist() == [t.key for t in province.spec.themes]
        assert set(whole["name"]) == {"all localities"}
        assert set(province.themes(locality="bu dang")["locality"]) == {"696"}
        everywhere = province.themes("online", everywhere=True).set_index("locality")
        assert everywhere.loc["*", "cases"] == everywhere.drop("*")["cases"].sum()

    def test_the_cases_of_one_stream_have_a_rate(self, province):
        frame = province.themes("sexual_abuse", stream="child_abuse")
        cases = province.cases.query("abuse_form == 'sexual'")
        block = cases["period"].isin(["2021", "2022", "2023"]).sum()
        assert frame["cases"].tolist() == [block]
        assert frame["rate"].notna().all()

    @pytest.mark.parametrize("name", ["trafficking", "Trafficking", "Mua bán người", "mua ban nguoi"])
    def test_a_theme_is_found_as_people_write_it(self, province, name):
        assert province.find_theme(name) == "trafficking"
        assert set(province.themes(name)["theme"]) == {"trafficking"}

    def test_an_unknown_theme_is_answered_with_the_nearest(self, province):
        with pytest.raises(DiabanError, match="Nearest: trafficking"):
            province.themes("traficking")

    def test_without_a_name_the_first_that_can_be_told(self, province, country, fresh):
        assert province.find_theme() == "domestic_violence"
        assert country.find_theme() == ""
        support = province.results.theme_support.assign(withheld="theme_not_recorded")
        support.loc[support["theme"] == "online", "withheld"] = pd.NA
        assert fresh(theme_support=support).find_theme() == "online"

    def test_a_study_without_themes_says_how_to_declare_them(self, fresh):
        study = fresh(theme_counts=None, theme_panels=None)
        for answer in (study.themes(), study.theme_panels(), study.theme_chart()):
            assert "(key themes)" in answer.sentence("en")


class TestPanels:
    def test_each_panel_and_category_has_words(self, province):
        frame = province.theme_panels("group_fights")
        assert frame["panel_label"].notna().all()
        named = frame.dropna(subset=["category"])
        assert named["category_label"].notna().all()
        assert not named["category_label"].str.contains("_").any()

    def test_what_the_texts_do_not_have_stands_for_itself(self, province):
        assert province._category("place", "temple") == "temple"
        assert (
            province._category("place", "unknown") == province.labels.categories["place_unknown"] != "unknown"
        )
        assert province._category("month", "6") == "month 6"
        assert province._category("weekday", "6") == "Saturday"
        assert province._category("place", pd.NA) is pd.NA

    @pytest.mark.parametrize("place", [None, "bu dang"])
    def test_drawn_for_the_whole_and_one_place(self, province, place):
        chart = province.theme_chart("online", place)
        assert isinstance(chart, Chart)
        assert chart.svg().startswith("<svg")
        assert ("Bù Đăng" in chart.title) == (place is not None)

    def test_a_theme_that_cannot_be_told_is_drawn_as_such(self, province):
        chart = province.theme_chart("trafficking")
        assert isinstance(chart, Chart)
        assert chart.svg().startswith("<svg")
