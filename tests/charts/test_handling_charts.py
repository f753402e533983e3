"""The two figures on handling: what they say, and that they say it with what may be shown only."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from chart_frames import LABELS, keys
from drawn import Drawn

from diaban.charts.measure import text_width
from diaban.charts.stages import stage_bars
from diaban.charts.step_curves import _apart, step_curve
from diaban.charts.style import ACCENT, BAND
from diaban.errors import DiabanError
from diaban.language.catalogue import LANGUAGES, catalogue

SVG = "{http://www.w3.org/2000/svg}"


def curve_rows(n: int = 6, secret: float | None = None) -> pd.DataFrame:
    """n rows of three kinds by turns; with `secret` the second row is marked hidden and carries it."""
    i = np.arange(n)
    frame = pd.DataFrame({"kind": np.array(["any", *keys(2)])[i % 3], "days": 20 * (i // 3)})
    frame = frame.assign(share=np.minimum(0.1 + 0.05 * i, 0.9))
    frame = frame.assign(lower=frame["share"] * 0.8, upper=np.minimum(frame["share"] * 1.1, 1))
    return hide(frame, ["share", "lower", "upper"], secret)


def bar_rows(n: int = 4, secret: float | None = None) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"stage": keys(n), "n": 900.0 - 20 * i, "n_reports": 900.0}).assign(note="ghi chú")
    frame = frame.assign(share=frame["n"] / 900, n_waiting=np.where(i == n - 1, 10.0, np.nan))
    frame = frame.assign(lower=frame["share"] - 0.02, upper=np.minimum(frame["share"] + 0.01, 1))
    return hide(frame, ["share", "lower", "upper", "n", "n_waiting"], secret)


def hide(frame: pd.DataFrame, columns: list[str], secret: float | None) -> pd.DataFrame:
    if secret is None:
        return frame
    frame["hidden"] = np.arange(len(frame)) == 1
    frame[columns] = frame[columns].astype(float).mask(frame["hidden"], secret)
    return frame


MAKERS = {
    "step_curve": lambda n=6, secret=None, **k: step_curve(
        curve_rows(n, secret), **{"simulated": False, "labels": LABELS, **k}
    ),
    "stage_bars": lambda n=4, secret=None, **k: stage_bars(
        bar_rows(n, secret), **{"simulated": False, "labels": LABELS, **k}
    ),
}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


@pytest.mark.parametrize("n", [4, 11])
def test_a_hidden_number_leaves_no_trace(make, n):
    one, other = make(n, secret=0.7391), make(n, secret=4444.0)
    assert (one.svg(), one.alt) == (other.svg(), other.alt)
    assert one.table.equals(other.table)
    assert "không công bố" in one.svg()
    assert "1 mục không công bố" in one.alt


@pytest.mark.parametrize("n", [0, 1, 2, 12, 45])
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_number_of_rows_on_a_phone(make, n, language):
    chart = make(n, language=language, simulated=True)
    root = ElementTree.fromstring(chart.svg())
    width = float(root.attrib["viewBox"].split()[2])
    for element in root.iter(f"{SVG}text"):
        style = element.attrib["style"]
        size = float((re.search(r"font-size:([\d.]+)px", style) or [0, 10])[1])
        assert size * 328 / width >= 11, "readable where a figure is 328 px wide"
        wide = text_width("".join(element.itertext()), size, "font-weight:600" in style)
        anchor = next((a for a in ("middle", "end") if f"text-anchor:{a}" in style), "start")
        left = float(element.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert left >= -1, element.text
        assert left + wide <= width + 1, element.text
    assert "nan" not in chart.alt
    assert chart.alt


def test_nothing_shown_is_said(make):
    frame = make().table.assign(hidden=True)
    question = step_curve if "kind" in frame else stage_bars
    chart = question(frame, simulated=False)
    assert "không công bố" in chart.svg()
    assert not re.search(r"\d%", chart.alt.replace("100%", ""))


def test_a_missing_column_is_named(make):
    frame = make().table.drop(columns="share")
    question = step_curve if "kind" in frame else stage_bars
    with pytest.raises(DiabanError, match="share"):
        question(frame, simulated=False)


def limits_frame() -> pd.DataFrame:
    rows = [("any", 0, 0.0), ("any", 20, 0.73), ("any", 80, 0.98), ("prosecuted", 0, 0.0)]
    rows += [("prosecuted", 20, 0.49), ("prosecuted", 80, 0.64)]
    frame = pd.DataFrame(rows, columns=["kind", "days", "share"])
    return frame.assign(lower=frame["share"] * 0.9, upper=np.minimum(frame["share"] * 1.02, 1))


def test_step_curve_tells_the_shares_at_the_limits():
    chart = step_curve(
        limits_frame(), simulated=False, labels={"prosecuted": "khởi tố"}, limits=(20, 80), title="Thời gian"
    )
    assert chart.alt == (
        "Thời gian. Đường bậc thang: tỷ lệ tin báo đã có quyết định theo số ngày kể từ khi tiếp nhận. "
        "Đến ngày thứ 20: 73% (nhiều khả năng từ 66% đến 74%). "
        "Đến ngày thứ 80: 98% (nhiều khả năng từ 88% đến 100%). "
        "Đến ngày thứ 80, theo loại quyết định: khởi tố 64%."
    )
    drawn = Drawn(chart)
    assert {"73%", "98%", "20", "80", "khởi tố"} <= {word.text for word in drawn.words}


def test_steps_hold_their_value_until_the_next_day():
    drawn = Drawn(step_curve(limits_frame(), simulated=False, limits=(20, 80)))
    line = next(mark for mark in drawn.paths if f"stroke:{ACCENT}" in mark.style and mark.height > 20)
    x, y = line.points.T
    assert (np.diff(x) * np.diff(y) == 0).all(), "only level and upright pieces"
    foot, top = drawn.word("0%").y, drawn.word("100%").y
    assert (foot - 3 - y[-1]) / (foot - top) == pytest.approx(0.98, abs=0.01)
    assert any(f"fill:{BAND}" in mark.style for mark in drawn.paths)


def test_a_hidden_stretch_is_a_gap_with_an_ellipsis():
    frame = limits_frame()
    frame["hidden"] = (frame["kind"] == "any") & (frame["days"] == 20)
    chart = step_curve(frame, simulated=False, limits=(20, 80))
    assert "Đến ngày thứ 20: không công bố hoặc chưa đủ số liệu." in chart.alt
    assert ">…</text>" in chart.svg()
    assert ">73%</text>" not in chart.svg()


def test_names_do_not_touch_and_stay_in_the_figure():
    tops = _apart([(150.0, 22.5), (149.0, 0.0), (20.0, 0.0)])
    assert _apart([(20.0, 0.0), (80.0, 11.0)]) == [20.0, 80.0]
    assert tops[2] - tops[1] >= 13
    assert tops[1] - tops[0] >= 22.5 + 13
    assert tops[2] <= 153


def test_bars_are_aligned_and_as_long_as_their_shares():
    frame = pd.DataFrame({"stage": ["a", "b"], "n": [100, 40], "n_reports": [100, 100], "share": [1.0, 0.4]})
    drawn = Drawn(stage_bars(frame, simulated=False))
    filled = [m for m in drawn.paths if "fill:#1f5f8b" in m.style.lower()]
    assert len(filled) == 2
    assert filled[0].left == pytest.approx(filled[1].left)
    ratio = (filled[1].right - filled[1].left) / (filled[0].right - filled[0].left)
    assert ratio == pytest.approx(0.4, abs=0.01)


def test_bars_tell_counts_the_largest_drop_and_what_is_not_yet_due():
    frame = pd.DataFrame({"stage": ["received", "assigned", "decided"], "n": [44, 40, 30], "n_reports": 44})
    frame = frame.assign(share=frame["n"] / 44, n_waiting=[np.nan, np.nan, 9])
    alt = stage_bars(frame, simulated=False, language="en").alt
    assert "received: 44 of 44 (100%); assigned: 40 of 44 (91%); decided: 30 of 44 (68%)." in alt
    assert "decided: 9 reports are not yet due." in alt
    assert "The largest drop is at the step: assigned (4 fewer than at the step before)." in alt


def test_a_hidden_stage_is_hatched_and_no_drop_is_told_from_it():
    frame = bar_rows(3, secret=5.0)
    assert "Giảm nhiều nhất" not in stage_bars(frame, simulated=False).alt
    assert "url(#" in stage_bars(frame, simulated=False).svg()


def test_texts_are_in_both_languages_with_the_same_fields():
    for key, entry in catalogue("charts_handling").items():
        assert set(entry) == set(LANGUAGES), key
        fields = [set(re.findall(r"{(\w+)}", entry[language])) for language in LANGUAGES]
        assert fields[0] == fields[1], key
