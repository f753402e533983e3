"""The waterfall since the earlier edition: every step where the last one ended, in words and in ink."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from drawn import Drawn, Mark

from diaban.charts import Chart
from diaban.charts.measure import text_width
from diaban.charts.style import ACCENT, OTHER
from diaban.charts.waterfalls import waterfall
from diaban.language.catalogue import catalogue

STEPS = pd.DataFrame(
    {
        "component": ["before", "removed", "moved_out", "recoded_in", "late_reports", "new_cases", "after"],
        "cases": [20, -2, -1, 0, 3, 5, 25],
    }
)


def drawn(frame: pd.DataFrame = STEPS, **options: object) -> tuple[Chart, Drawn]:
    given = {"simulated": False, "language": "en"} | options
    chart = waterfall(frame, **given)  # type: ignore[arg-type]
    return chart, Drawn(chart)


def bars(seen: Drawn) -> list[Mark]:
    """The bars of the steps, from above; marks of the key are narrower than 14 points and 10 high, too."""
    key = [word.y for word in seen.words if word.text in ("added", "taken away")]
    lowest = min(key, default=np.inf)
    inked = [
        m for m in seen.paths if m.height == pytest.approx(10) and (ACCENT in m.style or OTHER in m.style)
    ]
    return [mark for mark in inked if mark.y < lowest - 8]


def test_each_bar_begins_where_the_last_one_ended_and_is_as_long_as_its_step() -> None:
    _, seen = drawn()
    cases = seen.scale()
    found = [(cases(bar.left), cases(bar.right)) for bar in bars(seen)]
    assert found == [pytest.approx(ends, abs=0.05) for ends in [(18, 20), (17, 18), (17, 20), (20, 25)]]


def test_what_came_is_filled_and_what_went_is_hollow() -> None:
    _, seen = drawn()
    inks = [ACCENT in bar.style for bar in bars(seen)]
    assert inks == [False, False, True, True]
    hollow = [bar for bar in bars(seen) if OTHER in bar.style]
    assert all("fill:#ffffff" in bar.style.replace(" ", "") for bar in hollow)


def test_numbers_carry_their_sign_and_totals_none() -> None:
    _, seen = drawn()
    words = [word.text for word in seen.words]
    for number in ("20", "\N{MINUS SIGN}2", "\N{MINUS SIGN}1", "+3", "+5", "25"):
        assert number in words
    assert seen.word("Earlier edition").bold
    assert not seen.word("New cases").bold


def test_steps_that_changed_nothing_are_named_in_one_line() -> None:
    _, seen = drawn()
    text = " ".join(word.text for word in seen.words)
    assert "No change by: came by a corrected topic or period." in text
    assert "Came by" not in text


def test_an_edition_in_which_nothing_changed_says_so() -> None:
    same = STEPS.assign(cases=[20, 0, 0, 0, 0, 0, 20])
    chart, seen = drawn(same)
    assert bars(seen) == []
    assert "Nothing has changed." in [word.text for word in seen.words]
    assert chart.alt == "Earlier edition: 20 cases; This edition: 20. Nothing has changed."


def test_one_case_more_does_not_look_large() -> None:
    small = pd.DataFrame({"component": ["before", "new_cases", "after"], "cases": [200, 1, 201]})
    chart, seen = drawn(small)
    assert bars(seen)[0].right - bars(seen)[0].left < chart.width / 10


def test_small_numbers_stand_on_zero() -> None:
    small = pd.DataFrame({"component": ["before", "new_cases", "after"], "cases": [2, 5, 7]})
    _, seen = drawn(small)
    assert seen.scale()(4.0) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_description_says_every_change(language: str) -> None:
    chart, _ = drawn(language=language, title="Bù Đăng")
    texts = {key: entry[language] for key, entry in catalogue("waterfalls").items()}
    assert chart.alt.startswith("Bù Đăng. ")
    for step, number in zip(STEPS["component"], STEPS["cases"], strict=True):
        name = texts[f"step_{step}"]
        said = name if step in ("before", "after") else name[:1].lower() + name[1:]
        assert (said in chart.alt) == (number != 0)
    assert chart.caption == texts["caption"]


def test_editions_can_be_named() -> None:
    chart, seen = drawn(labels={"before": "Tổng kết năm 2023"}, language="vi")
    assert seen.word("Tổng kết năm 2023").bold
    assert chart.alt.startswith("Tổng kết năm 2023: 20 vụ")


def test_after_a_hidden_step_the_others_have_a_number_and_no_bar() -> None:
    hidden = STEPS.assign(hidden=STEPS["component"] == "moved_out")
    chart, seen = drawn(hidden)
    assert len(bars(seen)) == 1
    words = [word.text for word in seen.words]
    assert "+5" in words
    assert "\N{MINUS SIGN}1" not in words
    assert "1 not shown or without enough data." in chart.alt
    assert "left by a corrected locality" not in chart.alt


def test_a_hidden_number_leaves_no_trace() -> None:
    one, other = (
        drawn(STEPS.assign(hidden=STEPS["component"] == "removed", cases=[20, secret, -1, 0, 3, 5, 25]))[0]
        for secret in (-2, -444)
    )
    assert one.svg() == other.svg()
    assert one.alt == other.alt
    assert one.table.equals(other.table)


def test_where_steps_are_withheld_the_ends_are_drawn() -> None:
    withheld = STEPS.assign(
        cases=pd.array([20, *[pd.NA] * 5, 25], dtype="Int64"),
        withheld=pd.array([pd.NA, *["no_case_records"] * 5, pd.NA], dtype="str"),
    )
    chart, seen = drawn(withheld)
    assert "Earlier edition: 20 cases; This edition: 25." in chart.alt
    assert "not enough data to say" in [word.text for word in seen.words]
    closed, _ = drawn(withheld.assign(cases=pd.array([pd.NA] * 7, dtype="Int64"), hidden=True))
    assert closed.caption == ""
    assert "No figure may be shown here." in closed.svg()


def test_no_rows_and_one_row() -> None:
    chart, _ = drawn(STEPS.head(0))
    assert "nothing to draw" in chart.alt
    chart, _ = drawn(STEPS.head(1))
    assert "nan" not in chart.svg().lower()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_text_stays_on_the_sheet_and_is_readable_on_a_phone(language: str) -> None:
    components = [key.removeprefix("step_") for key in catalogue("waterfalls") if key.startswith("step_")]
    every = pd.DataFrame({"component": components, "cases": 7})
    for frame in (every, STEPS.assign(cases=[20, 0, 0, 0, 0, 0, 20]), STEPS):
        chart, seen = drawn(frame, language=language, simulated=True)
        width = float(ElementTree.fromstring(chart.svg()).attrib["viewBox"].split()[2])
        for word in seen.words:
            size = float((re.search(r"font-size:([\d.]+)px", word.style) or [0, 10])[1])
            assert size * 328 / width >= 11
            wide = text_width(word.text, size, word.bold)
            left = word.x - (wide if "end" in word.style else wide / 2 if "middle" in word.style else 0)
            assert left >= -1
            assert left + wide <= width + 1


def test_the_mark_of_simulated_data_comes_and_goes() -> None:
    assert "Dữ liệu mô phỏng / Simulated data" in drawn(simulated=True)[0].svg()
    assert "Simulated" not in drawn()[0].svg()
    assert drawn()[0].svg() == drawn()[0].svg()
