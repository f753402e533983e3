"""Aligned bars: what is drawn is what the frame says, read back from the marks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import Drawn, Mark

from diaban.charts import Chart
from diaban.charts.aligned_bars import aligned_bars
from diaban.charts.style import ACCENT, INK, OTHER, SOFT
from diaban.errors import DiabanError

ROWS = pd.DataFrame(
    [
        ("place", "home", 0.5, 0.35, 0.65, 0.3, 20, 40, "above", False),
        ("place", "school", 0.25, 0.14, 0.4, 0.4, 10, 40, "below", False),
        ("place", "street", 0.0375, 0.01, 0.1, 0.1, 3, 40, None, True),
        ("place", "unknown", 0.25, 0.14, 0.4, 0.2, 10, 40, None, False),
        ("day", "weekday", 0.4, 0.26, 0.55, 0.7, 16, 40, None, False),
        ("day", "weekend", 0.6, 0.45, 0.74, 0.3, 24, 40, None, False),
    ],
    columns=[
        "panel", "category", "share", "lower", "upper", "reference_share", "n", "n_files", "differs",
        "hidden",
    ],
)  # fmt: skip
NAMES = {"place": "Nơi xảy ra", "home": "nhà nạn nhân", "day": "Ngày", "place.school": "trường học"}


def bars(frame: pd.DataFrame = ROWS, **options: object) -> Chart:
    given = {"simulated": False, "language": "en", "labels": NAMES, **options}
    return aligned_bars(frame, **given)  # type: ignore[arg-type]


def boxes(drawn: Drawn) -> list[Mark]:
    """The bars, from top to bottom; boxes of one look are one path, the key stands below the ticks."""
    ticks = min(m.y for m in drawn.paths if m.height == 4)
    found = [(part, mark.style) for mark in drawn.paths for part in mark.parts()]
    tall = [Mark(part, style) for part, style in found if np.ptp(part[:, 1]) == pytest.approx(9)]
    return sorted((mark for mark in tall if mark.y < ticks), key=lambda mark: mark.y)


def test_all_bars_start_on_one_line_and_are_as_long_as_their_share() -> None:
    drawn = Drawn(bars())
    share = drawn.scale()
    found = boxes(drawn)
    assert len({round(box.left, 3) for box in found}) == 1
    told = [0.5, 0.25, np.nan, 0.25, 0.4, 0.6]
    for box, value in zip(found, told, strict=True):
        if np.isfinite(value):
            assert (100 * 0, 100 * value) == pytest.approx((share(box.left), share(box.right)), abs=0.5)


def test_intervals_and_lines_of_comparison_lie_where_the_frame_says() -> None:
    drawn = Drawn(bars())
    share = drawn.scale()
    shown = ROWS[~ROWS["hidden"]]
    lines = [m for m in drawn.paths if f"stroke:{INK}" in m.style.replace(" ", "")]
    limits = max((m for m in lines if "stroke-width" not in m.style), key=lambda m: len(m.parts()))
    spans = [part for part in limits.parts() if np.ptp(part[:, 0]) > 0]
    found = sorted((share(part[0, 0]) / 100, share(part[-1, 0]) / 100) for part in spans)
    np.testing.assert_allclose(found, sorted(zip(shown["lower"], shown["upper"], strict=True)), atol=0.005)
    ticks = next(m for m in lines if "stroke-width:2.4" in m.style.replace(" ", ""))
    found = sorted(share(part[0, 0]) / 100 for part in ticks.parts())
    np.testing.assert_allclose(found, sorted(shown["reference_share"]), atol=0.005)


def test_looks_tell_apart_without_colour() -> None:
    """Above is edged, below hollow, unknown and hidden hatched."""
    styles = [box.style for box in boxes(Drawn(bars()))]
    assert ACCENT in styles[0]
    assert OTHER in styles[1]
    assert "fill:#ffffff" in styles[1].replace(" ", "")
    assert "url(" in styles[2]
    assert "url(" in styles[3]
    assert styles[2] != styles[3]
    assert SOFT not in styles[4]
    drawn = Drawn(bars())
    assert drawn.word("nhà nạn nhân").bold
    assert drawn.word("trường học").bold
    assert not drawn.word("weekday").bold
    assert {"clearly more often", "clearly less often", "not known", "not shown"} <= {
        w.text for w in drawn.words
    }


def test_a_hidden_row_has_a_lane_and_no_trace_of_its_numbers() -> None:
    other = ROWS.assign(**{c: ROWS[c].mask(ROWS["hidden"], 0.4321) for c in ("share", "lower", "upper")})
    other = other.assign(
        n=ROWS["n"].mask(ROWS["hidden"], 77), n_files=ROWS["n_files"].mask(ROWS["hidden"], 78)
    )
    other["differs"] = ROWS["differs"].mask(ROWS["hidden"], "above")
    one, two = bars(), bars(other)
    assert one.svg() == two.svg()
    assert one.alt == two.alt
    assert one.table is not None
    assert one.table.drop(columns="differs").equals(two.table.drop(columns="differs"))  # type: ignore[union-attr]
    lane = boxes(Drawn(one))[2]
    assert lane.right == max(box.right for box in boxes(Drawn(one))), "no length to read off"


def test_numbers_and_files_are_written_in_the_language() -> None:
    words = [word.text for word in Drawn(bars(language="vi")).words]
    assert words.count("40 hồ sơ") == 2
    assert {"50%", "20", "60%", "24", "chưa rõ", "không công bố"} <= set(words)
    assert "3" not in words
    halves = ROWS.assign(n=ROWS["n"] + 0.5)
    assert "20" not in [word.text for word in Drawn(bars(halves)).words], "a weighted count is not written"


def test_alt_says_what_is_seen() -> None:
    alt = bars(title="Theme").alt
    assert alt.startswith("Theme. Bars in 2 groups, 6 rows.")
    assert "Nơi xảy ra: most often nhà nạn nhân, 50% (probably 35% to 65%)." in alt
    assert "Ngày: most often weekend, 60%" in alt
    assert "Clearly more often than the line of comparison: Nơi xảy ra: nhà nạn nhân." in alt
    assert "1 not shown or without enough data." in alt
    tie = ROWS.assign(share=0.5)
    assert "most often weekday, weekend, 50%" in bars(tie).alt


def test_the_unknown_is_never_called_the_most_frequent() -> None:
    mostly = ROWS.assign(share=ROWS["share"].mask(ROWS["category"] == "unknown", 0.9))
    assert "most often nhà nạn nhân" in bars(mostly).alt


def test_a_panel_without_an_answer_says_so() -> None:
    rows = pd.concat([ROWS, pd.DataFrame([{"panel": "hour", "hidden": False, "withheld": "too_few_files"}])])
    drawn = Drawn(bars(rows, language="vi"))
    assert "hour" in [word.text for word in drawn.words]
    assert "chưa đủ số liệu để kết luận" in " ".join(word.text for word in drawn.words)


@pytest.mark.parametrize("rows", [ROWS.head(0), ROWS.assign(hidden=True)])
def test_nothing_to_draw(rows: pd.DataFrame) -> None:
    chart = bars(rows)
    assert chart.caption == ""
    assert chart.alt.strip()
    assert "nan" not in chart.svg()


def test_zero_one_and_missing() -> None:
    rows = ROWS.assign(share=[0.0, 1.0, 0.5, np.nan, 0.0, 1.0], lower=np.nan, upper=np.nan, hidden=False)
    drawn = Drawn(bars(rows.drop(columns=["reference_share", "differs", "n", "n_files"])))
    share = drawn.scale()
    found = boxes(drawn)
    assert share(found[1].right) == pytest.approx(100, abs=0.5)
    assert share(found[0].right) == pytest.approx(0, abs=0.6)
    assert "probable range" not in [word.text for word in drawn.words]
    assert "…" not in [word.text for word in drawn.words]


def test_a_limit_far_beyond_every_bar_is_cut() -> None:
    rows = ROWS.assign(
        share=[1.0, 2, 3, 1, 2, 1], lower=0.5, upper=[1.5, 60, 4, 2, 3, 2], reference_share=1.0
    )
    drawn = Drawn(bars(rows.assign(hidden=False), kind="rate"))
    right = max(box.right for box in boxes(drawn))
    assert right <= 268
    assert len(drawn.dots) == 1, "an arrow in place of its end"


def test_missing_columns_are_named() -> None:
    with pytest.raises(DiabanError, match="category"):
        bars(ROWS.drop(columns="category"))
