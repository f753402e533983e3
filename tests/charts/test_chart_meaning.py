"""What single charts must say: marks at the right place, verdicts, names, descriptions."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from diaban import charts
from diaban.charts.choropleths import _on_sheet, _path
from diaban.charts.runs import run_chart
from diaban.charts.spines import _places


def test_dot_interval_describes_the_highest_and_the_reference() -> None:
    frame = pd.DataFrame(
        {"label": ["GD2", "PN4"], "value": [0.45, 0.32], "lower": [0.29, 0.2], "upper": [0.62, 0.5]}
    )
    chart = charts.dot_interval(
        frame, simulated=False, labels={"GD2": "Thiếu trông nom"}, reference=0.21, reference_label="tỉnh"
    )
    assert "Cao nhất: Thiếu trông nom, 45% (nhiều khả năng từ 29% đến 62%). Tỉnh: 21%." in chart.alt


def test_a_limit_far_out_is_cut_and_does_not_flatten_the_others() -> None:
    frame = pd.DataFrame({"label": list("ab"), "value": [10.0, 12], "lower": [5.0, 6], "upper": [18.0, 900]})
    svg = charts.dot_interval(frame, simulated=False, kind="rate", language="en").svg()
    ticks = [int(t) for t in re.findall(r">(\d+)</text>", svg)]
    assert max(ticks) <= 40


def test_rank_intervals_put_hidden_rows_last_and_print_no_rate() -> None:
    rates = pd.DataFrame({"locality": ["a", "b", "c"], "shrunk_rate": [5.25, 99.25, 7.25]})
    rates = rates.assign(rank_lower=[2, 1, 1], rank_upper=[3, 1, 2], hidden=[False, True, False])
    chart = charts.rank_intervals(rates, simulated=False, highlight="c")
    assert list(chart.table["locality"]) == ["c", "a", "b"]
    assert "c: thứ bậc từ 1 đến 2" in chart.alt
    assert "7,2" not in chart.svg()


def _funnel(**options: object) -> charts.Chart:
    rates = pd.DataFrame(
        {"locality": ["in", "out", "me"], "expected": [10.0, 20, 30], "ratio": [1.1, 3.0, 0.9]}
    )
    x = np.linspace(1, 40, 40)
    limits = pd.DataFrame({"expected": x, "lower_95": 1 - 2 / x**0.5, "upper_95": 1 + 2 / x**0.5})
    limits = limits.assign(lower_99_8=1 - 3 / x**0.5, upper_99_8=1 + 3 / x**0.5)
    return charts.funnel(rates, limits, simulated=False, highlight="me", **options)  # type: ignore[arg-type]


def test_funnel_names_outliers_and_the_highlighted_only() -> None:
    svg = _funnel().svg()
    assert ">out</text>" in svg
    assert ">me</text>" in svg
    assert ">in</text>" not in svg
    assert "1 cao hơn và 0 thấp hơn giới hạn. me: 0,90, trong giới hạn." in _funnel().alt


def test_run_chart_breaks_at_hidden_periods_and_names_those_outside() -> None:
    runs = pd.DataFrame({"period": ["2019", "2020", "2021", "2022"], "observed": [5, None, 6, 14]})
    runs = runs.assign(expected=6.0, lower=2.0, upper=11.0)
    chart = run_chart(runs, simulated=False)
    assert "Ngoài khoảng dự kiến: 2022." in chart.alt
    assert "thấp nhất 5, cao nhất 14" in chart.alt
    assert ">…</text>" in chart.svg()
    assert ">0</text>" in chart.svg(), "the axis starts at zero"


def test_run_chart_axis_does_not_know_hidden_values() -> None:
    runs = pd.DataFrame({"period": ["a", "b"], "observed": [5.0, 400.0], "hidden": [False, True]})
    assert not re.search(r">\d{3}</text>", run_chart(runs, simulated=False).svg())


def test_spine_places_worse_to_the_right() -> None:
    numbers = {
        "value": 8.0,
        "reference": 5.0,
        "quartile_low": 4.0,
        "quartile_high": 6.0,
        "minimum": 1.0,
        "maximum": 9.0,
    }
    assert _places(numbers, 1.0)["value"] == pytest.approx(3 / (2 / 1.349))
    assert _places(numbers, -1.0)["value"] == -_places(numbers, 1.0)["value"]
    flat = numbers | {"quartile_low": 5.0, "quartile_high": 5.0}
    assert _places(flat, 1.0)["value"] == pytest.approx(3 / 2)
    assert _places(dict.fromkeys(numbers, 5.0), 1.0)["value"] == 0


def test_spine_takes_one_locality_and_prints_domains() -> None:
    row = {"reference": 5.0, "quartile_low": 4.0, "quartile_high": 6.0, "minimum": 1.0, "maximum": 9.0}
    rows = [
        {"locality": key, "indicator": "poor", "value": v, "verdict": "worse", **row}
        for key, v in (("a", 8.0), ("b", 7.0))
    ]
    chart = charts.spine(
        pd.DataFrame(rows),
        simulated=False,
        highlight="a",
        labels={"poor": "Hộ nghèo", "economic": "Kinh tế"},
        domains={"poor": "economic"},
        kinds={"poor": "percent"},
    )
    assert "Bất lợi hơn rõ: Hộ nghèo (8%)." in chart.alt
    assert ">KINH TẾ</text>" in chart.svg()
    assert len(chart.table) == 1


def test_choropleth_keeps_holes_open() -> None:
    """A city that its district surrounds may not be painted over by it."""
    ring = box(0, 0, 4, 4).difference(box(1, 1, 3, 3))
    path = _path(np.array([ring]))
    x, y = path.vertices[:, 0], path.vertices[:, 1]
    areas = [
        0.5 * np.sum(x[s] * np.roll(y[s], -1) - np.roll(x[s], -1) * y[s])
        for s in np.split(np.arange(len(x)), np.flatnonzero(path.codes == path.MOVETO)[1:])
    ]
    assert np.sign(areas[0]) == -np.sign(areas[1])


def test_degrees_are_squeezed_to_their_latitude() -> None:
    """At 60 degrees north a degree of longitude is half as long as one of latitude."""
    square = gpd.GeoDataFrame({"geometry": [box(10, 59.5, 11, 60.5)]}, crs="EPSG:4326")
    left, top, right, bottom = _on_sheet(square, 340)[0][0].bounds
    assert (right - left) / (bottom - top) == pytest.approx(0.5, abs=0.001)


def test_simplified_boundaries_keep_their_common_border() -> None:
    wave = [(2 + 0.01 * np.sin(y), y / 100) for y in range(101)]
    left = gpd.GeoSeries.from_wkt([f"POLYGON((0 0,{','.join(f'{x} {y}' for x, y in wave)},0 1,0 0))"])
    frame = gpd.GeoDataFrame(
        {"locality": ["a", "b"]}, geometry=[left[0], box(0, 0, 4, 1).difference(left[0])]
    )
    small = charts.simplified(frame)
    assert small.geometry.count_coordinates().sum() < frame.geometry.count_coordinates().sum() / 2
    assert small.geometry.iloc[0].intersection(small.geometry.iloc[1]).area == 0
    assert small.union_all().area == pytest.approx(4, rel=1e-3)


def _district_map() -> tuple[pd.DataFrame, pd.DataFrame]:
    places = pd.DataFrame({"locality": ["696", "698", "690"], "name": ["Bù Đăng", "Phú Riềng", "Bù Đốp"]})
    places = places.assign(latitude=[11.8, 11.7, 12.0], longitude=[107.2, 106.9, 106.8])
    return places, pd.DataFrame({"a": ["696"], "b": ["698"]})


def test_schematic_says_that_it_is_one_and_tells_initials_apart() -> None:
    places, neighbours = _district_map()
    values = pd.DataFrame({"locality": ["696", "698"], "shrunk_rate": [24.0, 15.0]})
    chart = charts.schematic_map(places, neighbours, values, simulated=False, highlight="696")
    assert "sơ đồ, không phải bản đồ" in chart.caption
    assert "sơ đồ, không phải bản đồ" in chart.svg()
    assert {">BĐg</text>", ">BĐp</text>", ">PR</text>"} <= set(re.findall(r">[^<>]+</text>", chart.svg()))
    assert "chưa đủ số liệu" in chart.svg(), "a locality without a value is said to have none"
    english = charts.schematic_map(places, neighbours, values, simulated=False, language="en")
    assert "schematic, not a map" in english.caption


def test_locator_says_where_and_next_to_whom() -> None:
    places, neighbours = _district_map()
    chart = charts.locator(places, neighbours, highlight="696", simulated=False)
    assert chart.alt == "Sơ đồ vị trí (không phải bản đồ): Bù Đăng, giáp Phú Riềng."
    assert charts.locator(places, neighbours, highlight="690", simulated=False).alt.endswith("Bù Đốp.")


def test_matrix_takes_own_text_and_outlines_emphasis() -> None:
    cells = pd.DataFrame(
        {"row": ["GD2"] * 2, "column": ["a", "b"], "value": [0.4, 0.1], "emphasis": [True, False]}
    )
    chart = charts.matrix(cells.assign(text=["14/31", "3/31"]), simulated=False)
    assert ">14/31</text>" in chart.svg()
    assert "nổi bật rõ rệt" in chart.svg()
    assert "Cao nhất: GD2, a, 14/31." in chart.alt


def test_matrix_goes_on_below_after_twelve_columns() -> None:
    cells = pd.DataFrame([("r", f"c{i}", i / 50) for i in range(45)], columns=["row", "column", "value"])
    svg = charts.matrix(cells, simulated=False).svg()
    assert all(f">c{i}</text>" in svg for i in range(45))
