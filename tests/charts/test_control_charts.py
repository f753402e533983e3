"""Control charts: what is drawn is what the frame says, and what the words say too."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from drawn import Drawn

from diaban.charts.chart import Chart
from diaban.charts.control_charts import control_chart
from diaban.charts.measure import text_width
from diaban.charts.style import ACCENT, BAND, OTHER
from diaban.errors import DiabanError
from diaban.language.catalogue import LANGUAGES, catalogue

SVG = "{http://www.w3.org/2000/svg}"


def points(n: int = 24, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"period": [f"20{i // 12:02d}-{i % 12 + 1:02d}" for i in range(n)]})
    frame = frame.assign(value=4.0 + np.arange(n) % 5, unit="cases", kind="c", open=False)
    frame = frame.assign(centre=6.1, lower=0.5, upper=14.5, baseline=np.arange(n) < n // 2, reading="common")
    return frame.assign(**columns)  # type: ignore[arg-type]


def one_signal(n: int = 24, reading: str = "concern", **columns: object) -> pd.DataFrame:
    frame = points(n, **columns)
    frame.loc[n - 1, ["value", "reading"]] = [17.0, reading]
    return frame


def drawn(frame: pd.DataFrame, **options: object) -> Chart:
    return control_chart(frame, **{"simulated": True, "language": "vi", **options})  # type: ignore[arg-type]


def words(chart: Chart) -> str:
    return " ".join(word.text for word in Drawn(chart).words)


def test_the_finding_stands_in_the_alt_text() -> None:
    chart = drawn(one_signal(), title="Bù Đăng")
    assert chart.alt == (
        "Bù Đăng. Biểu đồ kiểm soát, số vụ mỗi kỳ: 24 điểm, từ 2000-01 đến 2001-12. "
        "Giá trị mới nhất được nêu: 17; mức giữa 6,1, thường nằm trong khoảng từ 1 đến 14. "
        "Điểm mới nhất: khác thường, theo hướng xấu đi. Các điểm khác thường: 2001-12."
    )
    assert "No point is unusual." in drawn(points(), language="en").alt
    assert "at most 14" in drawn(points(lower=np.nan), language="en").alt


@pytest.mark.parametrize(
    ("reading", "ink", "said"),
    [("concern", ACCENT, "xấu đi"), ("improvement", OTHER, "tốt lên"), ("special", "#16242c", "khác thường")],
)
def test_a_signal_is_told_by_shape_ink_and_words(reading: str, ink: str, said: str) -> None:
    chart = drawn(one_signal(reading=reading))
    marks = [mark for mark in Drawn(chart).dots if ink in mark.style]
    assert len(marks) == 3, "the point, the verdict and the key"
    assert said in words(chart)
    assert said not in words(drawn(points()))


def test_points_stand_at_their_values() -> None:
    sheet = Drawn(drawn(points(12), language="en"))
    dots = sorted(sheet.dots, key=lambda mark: mark.x)[1:]
    y = np.array([mark.y for mark in dots])
    assert len(dots) == 12
    slope, start = np.polyfit(points(12)["value"], y, 1)
    assert y == pytest.approx(start + slope * points(12)["value"], abs=0.02)
    assert slope < 0
    zero, five = (next(w.y for w in sheet.words if w.text == name) for name in ("0", "5"))
    assert (five - zero) / 5 == pytest.approx(slope, abs=0.02)


def test_the_band_lies_between_the_limits() -> None:
    frame = points(12)
    sheet = Drawn(drawn(frame, language="en"))
    band = next(mark for mark in sheet.paths if BAND in mark.style)
    dots = sorted(sheet.dots, key=lambda mark: mark.x)[1:]
    slope, start = np.polyfit(frame["value"], [mark.y for mark in dots], 1)
    low, high = np.nanmax(band.points[:, 1]), np.nanmin(band.points[:, 1])
    assert (low - start) / slope == pytest.approx(0.5, abs=0.05)
    assert (high - start) / slope == pytest.approx(min(14.5, 8 * 1.5 * 1.08), abs=0.05)


def test_limits_are_named_by_the_last_number_within() -> None:
    said = words(drawn(points(value=9.0)))
    assert "trên: 14" in said
    assert "dưới: 1" in said
    assert "giữa: 6,1" in said


def test_gaps_say_what_they_are_and_the_open_one_that_it_goes_on() -> None:
    frame = points(unit="days", kind="t", value=30.0, upper=400.0, lower=np.nan)
    frame.loc[23, "open"] = True
    chart = drawn(frame, language="en")
    assert "days between cases" in words(chart)
    assert "up to now, no new case" in words(chart)
    assert "the rarer the cases" in chart.caption
    assert "upper: 400" in words(chart)


def test_an_open_gap_does_not_hide_the_signal_before_it() -> None:
    frame = one_signal(unit="days")
    frame.loc[24] = frame.loc[22].to_dict() | {"period": "2002-01", "open": True}
    assert "theo hướng xấu đi" in drawn(frame).alt


def test_a_target_is_drawn_and_its_assurance_said() -> None:
    plain, aimed = drawn(points()), drawn(points(), target=5.0, assurance="now_and_then")
    dashes = [mark for mark in Drawn(aimed).paths if "dasharray" in mark.style]
    assert len(dashes) == 1
    assert not [mark for mark in Drawn(plain).paths if "dasharray" in mark.style]
    assert "chỉ tiêu 5" in words(aimed)
    for where in (words(aimed), aimed.alt):
        assert "lúc đạt, lúc không" in where


def test_a_hidden_number_leaves_no_trace() -> None:
    charts = []
    for secret in (3.0, 9.0):
        frame = one_signal(hidden=np.arange(24) == 23)
        frame.loc[23, "value"] = secret
        charts.append(drawn(frame))
    assert charts[0].svg() == charts[1].svg()
    assert charts[0].alt == charts[1].alt
    assert charts[0].table.equals(charts[1].table)  # type: ignore[union-attr]
    assert "không công bố" in words(charts[0])
    assert "xấu đi" not in words(charts[0]), "a reading tells of the number"


def test_a_withheld_chart_shows_its_values_without_limits() -> None:
    frame = points(withheld="too_few_points", centre=np.nan, lower=np.nan, upper=np.nan)
    frame["reading"] = pd.Series([None] * 24, dtype="str")
    chart = drawn(frame)
    assert "Chưa đủ số liệu để vẽ giới hạn" in chart.alt
    assert chart.caption == ""
    assert not [mark for mark in Drawn(chart).paths if BAND in mark.style]
    assert len(Drawn(chart).dots) == 24


@pytest.mark.parametrize("n", [0, 1, 2, 11, 102])
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_number_of_points_fits_a_phone(n: int, language: str) -> None:
    chart = drawn(
        one_signal(n) if n else points(0), language=language, title="x", target=5.0, assurance="never"
    )
    root = ElementTree.fromstring(chart.svg())
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    assert "nan" not in chart.svg().lower()
    assert len(chart.svg().encode()) < 60_000
    for element in root.iter(f"{SVG}text"):
        own = re.search(r"font-size:([\d.]+)px", element.attrib["style"])
        size = float((own or re.search(r"font-size:([\d.]+)px", root.attrib["style"]))[1])  # type: ignore[index]
        wide = text_width("".join(element.itertext()), size, "font-weight:600" in element.attrib["style"])
        anchor = next(
            (a for a in ("middle", "end") if f"text-anchor:{a}" in element.attrib["style"]), "start"
        )
        left = float(element.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert size * 328 / width >= 11
        assert -1 <= left <= left + wide <= width + 1, element.text
        assert 0 < float(element.attrib["y"]) <= height


def test_names_of_periods_do_not_touch() -> None:
    sheet = Drawn(drawn(points(102)))
    names = sorted((w.x, w.text) for w in sheet.words if re.fullmatch(r"20\d\d-\d\d", w.text))
    half = text_width(names[0][1], 9) / 2
    assert len(names) >= 3
    assert all(b - a > 2 * half for (a, _), (b, _) in pairwise(names))


def test_all_hidden_says_so() -> None:
    chart = drawn(points(hidden=True))
    assert "không có số liệu nào được công bố" in chart.alt
    assert "Không có số liệu nào được công bố" in words(chart)


def test_an_absent_column_is_named() -> None:
    with pytest.raises(DiabanError, match="unit"):
        drawn(points().drop(columns="unit"))


def test_texts_claim_no_cause_and_every_reading_has_one() -> None:
    texts = catalogue("control_charts")
    for reading in ("common", "concern", "improvement", "special"):
        assert f"newest_{reading}" in texts
    said = " ".join(entry[language].lower() for entry in texts.values() for language in LANGUAGES)
    for word in ("gây ra", "dẫn đến", "because", "due to", "caused", "significant"):
        assert word not in said
