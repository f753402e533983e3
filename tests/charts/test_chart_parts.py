"""The parts charts are made of: text widths, scales, classes, what may be shown, saving."""

from __future__ import annotations

import pickle
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diaban import charts
from diaban.charts.classes import classes_of
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, log_ticks, ticks_of
from diaban.charts.shown import shown
from diaban.charts.style import RAMP
from diaban.charts.texts import value_text
from diaban.errors import DiabanError
from diaban.language.catalogue import catalogue

LONG = "Thiếu quản lý ngoài giờ học, cha mẹ đi làm ăn xa theo mùa vụ"


@pytest.mark.parametrize("width", [40, 90, 300])
def test_wrap_keeps_every_word_within_the_width(width: float) -> None:
    lines = wrap(LONG, width, 10)
    assert " ".join(lines) == LONG
    assert all(text_width(line, 10) <= width for line in lines)


def test_wrap_cuts_a_word_that_is_too_long() -> None:
    lines = wrap("Donaudampfschifffahrtsgesellschaft", 50, 10)
    assert "".join(lines) == "Donaudampfschifffahrtsgesellschaft"
    assert all(text_width(line, 10) <= 50 for line in lines)
    assert wrap("", 50, 10) == [""]


def test_clean_composes_and_drops_what_xml_cannot_carry() -> None:
    assert clean(unicodedata.normalize("NFD", "Bù Đăng\x00\n xã")) == "Bù Đăng xã"


def test_scale_runs_from_end_to_end() -> None:
    assert Scale(0, 10, 100, 20)(5) == 60
    assert Scale(1, 100, 0, 200, log=True)(10) == pytest.approx(100)
    assert Scale(0, 1, 0, 10).clipped(7) == 10


def test_ticks_are_round() -> None:
    ticks, step = ticks_of(0, 0.67)
    assert step == 0.2
    assert ticks == pytest.approx([0, 0.2, 0.4, 0.6])
    assert all(tick == int(tick) for tick in ticks_of(0, 2.5, whole=True)[0])
    assert log_ticks(18, 520) == [20, 50, 100, 200, 500]


@pytest.mark.parametrize(
    ("value", "kind", "vi"),
    [
        (0.451, "share", "45%"),
        (45.1, "percent", "45%"),
        (9.46, "rate", "9,5"),
        (24.4, "rate", "24"),
        (1.234, "ratio", "1,23"),
        (1234, "count", "1.234"),
        (np.nan, "share", "…"),
        (None, "percent", "…"),
    ],
)
def test_numbers_are_written_as_their_kind(value: float, kind: str, vi: str) -> None:
    assert value_text(value, kind, "vi") == vi


def test_shown_empties_hidden_and_withheld_rows() -> None:
    frame = pd.DataFrame(
        {"value": [1.0, 2.0, 3.0, None], "lower": [0.5, 1.0, 2.0, 1.0], "note": list("abcd")}
    )
    frame["hidden"] = [False, True, False, False]
    frame["withheld"] = [None, None, "too_few_cases", None]
    out = shown(frame, "test", "value", numeric=["lower"])
    assert list(out["status"]) == ["shown", "hidden", "withheld", "hidden"]
    assert out["value"].notna().tolist() == out["lower"].notna().tolist() == [True, False, False, False]
    assert list(out["note"]) == ["a", "", "", ""]
    assert frame["note"].tolist() == list("abcd"), "the caller's frame stays as it was"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DiabanError, match="lower_99_8"):
        charts.funnel(
            pd.DataFrame({"locality": ["a"], "expected": [1.0], "ratio": [1.0]}),
            pd.DataFrame({"expected": [1.0], "lower_95": [0.0], "upper_95": [1.0]}),
            simulated=False,
        )


def test_classes_come_from_visible_values_and_get_darker() -> None:
    classes = classes_of(np.array([1.0, 2, 3, 4, 5, np.nan]), kind="rate", language="vi")
    fills = [classes.fill(value) for value in (1, 2, 3, 4, 5)]
    assert fills == sorted(fills, key=RAMP.index)
    assert fills[0] == RAMP[0]
    assert fills[-1] == RAMP[-1]
    assert classes_of(np.array([np.nan]), kind="rate", language="vi").breaks == ()
    assert classes_of(np.array([]), kind="rate", language="vi", breaks=[5]).fill(5) == RAMP[-1]


def test_the_ramp_stays_in_order_on_a_grey_print() -> None:
    grey = [0.2126 * int(c[1:3], 16) + 0.7152 * int(c[3:5], 16) + 0.0722 * int(c[5:], 16) for c in RAMP]
    assert all(a - b > 20 for a, b in pairwise(grey))


def test_chart_texts_have_both_languages_and_the_same_fields() -> None:
    for key, entry in catalogue("charts").items():
        assert set(entry) == {"vi", "en"}, key
        fields = [{p.split("}")[0] for p in entry[language].split("{")[1:]} for language in ("vi", "en")]
        assert fields[0] == fields[1], key


def _chart() -> charts.Chart:
    return charts.dot_interval(pd.DataFrame({"label": ["a"], "value": [0.2]}), simulated=True)


def test_save_by_ending(tmp_path: Path) -> None:
    assert _chart().save(tmp_path / "a.svg").read_text(encoding="utf-8") == _chart().svg()
    assert _chart().save(tmp_path / "a.png").read_bytes() == _chart().png()
    with pytest.raises(DiabanError, match=r"\.svg"):
        _chart().save(tmp_path / "a.pdf")


def test_a_chart_survives_the_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(_chart())).svg() == _chart().svg()
