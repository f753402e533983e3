"""Charts of evidence: what is drawn is what the frame says, read back from the marks."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from drawn import Drawn

from diaban import charts
from diaban.charts import Chart
from diaban.charts.style import ACCENT, OTHER, SOFT
from diaban.language.catalogue import catalogue

PARTS = pd.DataFrame(
    [
        ("expected", 24.0, np.nan, np.nan),
        ("age", 0.5, -0.2, 1.2),
        ("left", 4.1, 0.8, 7.9),
        ("school", -1.9, -3.6, -0.2),
        ("unexplained", 4.3, -3.0, 9.0),
        ("observed", 31.0, np.nan, np.nan),
    ],
    columns=["component", "cases", "lower", "upper"],
)
NAMES = {"left": "Trẻ sống với người thân", "school": "Tư vấn học đường"}


def _decomposition(frame: pd.DataFrame = PARTS, **options: object) -> Chart:
    given = {"simulated": False, "language": "en", "labels": NAMES, **options}
    return charts.decomposition(frame, **given)  # type: ignore[arg-type]


def _bars(drawn: Drawn) -> list:
    """The bars of shares and totals, in the order of the rows; the key stands below the ticks."""
    ticks = min(m.y for m in drawn.paths if m.height == 4)
    return [m for m in drawn.paths if m.height == 10 and "fill:none" not in m.style and m.y < ticks]


def test_decomposition_bars_start_where_the_last_one_ended_and_are_as_long_as_their_share() -> None:
    drawn = Drawn(_decomposition())
    cases = drawn.scale()
    bars = _bars(drawn)
    reached = 24.0
    for bar, share in zip(bars[1:-1], PARTS["cases"][1:-1], strict=True):
        ends = cases(bar.left), cases(bar.right)
        assert sorted((reached, reached + share)) == pytest.approx(ends, abs=0.02)
        reached += share
    assert cases(bars[-1].right) == pytest.approx(31, abs=0.1)
    assert reached == pytest.approx(31)


def test_decomposition_intervals_lie_around_their_own_bar() -> None:
    drawn = Drawn(_decomposition())
    cases = drawn.scale()
    lines = [m for m in drawn.paths if "stroke-width:1.1" in m.style]
    start = PARTS["cases"].cumsum().shift(fill_value=0)[1:-1]
    limits = PARTS[["lower", "upper"]][1:-1].add(start, axis=0).to_numpy()
    found = np.array([(cases(m.left), cases(m.right)) for m in lines])
    np.testing.assert_allclose(found, limits, atol=0.02)


def test_decomposition_inks_only_shares_whose_interval_has_one_sign() -> None:
    drawn = Drawn(_decomposition())
    assert [ink in m.style for m, ink in zip(_bars(drawn)[1:5], (SOFT, ACCENT, OTHER, "url("), strict=True)]
    assert not drawn.word("Age structure").bold
    assert drawn.word(NAMES["left"]).bold
    assert not drawn.word("Not explained").bold


def test_decomposition_writes_every_number_with_its_interval() -> None:
    words = [word.text for word in Drawn(_decomposition(language="vi")).words]
    for number, interval in (
        ("+4,1", "(0,8 đến 7,9)"),
        ("−1,9", "(−3,6 đến −0,2)"),
        ("+0,5", "(−0,2 đến 1,2)"),
    ):
        assert words.index(number) == words.index(interval) + 1
    assert {"24", "31"} <= set(words)
    large = PARTS.assign(**{name: PARTS[name] * 100 for name in ("cases", "lower", "upper")})
    assert "+410" in [word.text for word in Drawn(_decomposition(large)).words]


def test_decomposition_says_what_goes_with_most_cases_in_words_that_claim_no_cause() -> None:
    chart = _decomposition(language="vi", title="Bù Đăng")
    assert (
        "ghi nhận: 31 vụ. Phần rõ nhất đi cùng với: Trẻ sống với người thân, +4,1 vụ (0,8 đến 7,9)."
        in chart.alt
    )
    assert "Chưa giải thích được: +4,3 vụ." in chart.alt
    unclear = PARTS.assign(lower=PARTS["cases"] - 9, upper=PARTS["cases"] + 9)
    assert "No factor has a share that can be told from chance." in _decomposition(unclear).alt


def test_evidence_texts_claim_no_cause() -> None:
    stems = ("decomposition", "share_", "component", "pairs", "chain", "curve", "rank")
    said = " ".join(
        text.lower()
        for key, entry in catalogue("charts").items()
        if key.startswith(stems)
        for text in entry.values()
    )
    assert said
    for word in ("gây ra", "dẫn đến", "because", "due to", "leads to", "caused", "effect of"):
        assert word not in said


def test_decomposition_leaves_a_gap_after_a_hidden_part() -> None:
    """Where the next bars begin would give the hidden number away."""
    drawn = Drawn(_decomposition(PARTS.assign(hidden=PARTS["component"] == "left")))
    assert len(_bars(drawn)) == 3
    assert "−1.9" in [word.text for word in drawn.words]
    assert "+4.1" not in [word.text for word in drawn.words]


def test_decomposition_goes_on_after_a_withheld_part_which_adds_nothing() -> None:
    parts = PARTS.astype({"cases": float}).assign(
        withheld=pd.Series([None, None, "no_age_counts"] + [None] * 3)
    )
    parts.loc[2, ["cases", "lower", "upper"]] = np.nan
    drawn = Drawn(_decomposition(parts))
    cases, bars = drawn.scale(), _bars(drawn)
    assert len(bars) == 5
    assert cases(bars[2].right) == pytest.approx(24.5, abs=0.02)
    assert "not enough data to say" in [word.text for word in drawn.words]


def test_decomposition_joins_only_what_adds_up() -> None:
    """A caller may leave parts out; then the last bar does not reach the recorded number."""
    joins = "stroke:#c3ced4"
    whole = [m for m in Drawn(_decomposition()).paths if joins in m.style]
    short = [m for m in Drawn(_decomposition(PARTS.drop(index=2))).paths if joins in m.style]
    assert (len(whole), len(short)) == (5, 3)


def test_decomposition_takes_parts_without_an_interval() -> None:
    parts = PARTS.astype({"lower": object, "upper": object})
    parts.loc[2, ["lower", "upper"]] = pd.NA
    drawn = Drawn(_decomposition(parts))
    assert not drawn.word(NAMES["left"]).bold
    assert len([m for m in drawn.paths if "stroke-width:1.1" in m.style]) == 3


def test_decomposition_from_zero_draws_totals_as_bars() -> None:
    small = PARTS.assign(cases=[2.0, 0.5, 4.0, -1.0, 0.5, 6.0])
    drawn = Drawn(_decomposition(small))
    cases, bars = drawn.scale(), _bars(drawn)
    assert [cases(bars[n].left) for n in (0, -1)] == pytest.approx([0, 0], abs=0.05)
    assert [cases(bars[n].right) for n in (0, -1)] == pytest.approx([2, 6], abs=0.05)


def test_decomposition_that_may_not_be_shown_says_so_and_explains_nothing() -> None:
    closed = PARTS.assign(cases=np.nan, lower=np.nan, upper=np.nan, withheld="too_few_cases")
    chart = _decomposition(closed)
    assert "No figure may be shown here." in chart.svg()
    assert "not enough data to say" in chart.svg()
    assert chart.caption == ""


PAIRS = pd.DataFrame(
    [
        ("GD2", "PN1", 2.0, 1.4, 2.9, 14, 31, True),
        ("BB1", "GD3", 0.5, 0.3, 0.8, 5, 31, True),
        ("CD3", "KT2", 4.0, 1.4, 60.0, 6, 31, True),
        ("NT1", "KT3", 1.2, 0.7, 2.0, 5, 31, False),
    ],
    columns=["a", "b", "lift", "lower", "upper", "n_both", "n_files", "supported"],
).assign(comparisons=276)


def test_pairs_lie_at_their_lift_on_a_log_scale_largest_first() -> None:
    drawn = Drawn(charts.pairs(PAIRS, simulated=False, language="en"))
    lift = drawn.scale(log=True)
    dots = sorted((m for m in drawn.dots if "stroke" in m.style or ACCENT in m.style), key=lambda m: m.y)
    found = [lift(m.x) for m in dots if m.x < 261]
    assert found == pytest.approx([4, 2, 0.5], rel=0.01)
    labels = [word.text for word in drawn.words if " + " in word.text]
    assert labels == ["CD3 + KT2", "GD2 + PN1", "BB1 + GD3"]
    dashes = [m for m in drawn.paths if "dasharray" in m.style]
    assert [lift(m.x) for m in dashes] == pytest.approx([1, 1, 1], rel=0.01)


def test_pairs_cut_a_limit_far_out_and_mark_the_cut() -> None:
    drawn = Drawn(charts.pairs(PAIRS, simulated=False, language="en"))
    assert drawn.scale(log=True)(262) < 15
    assert [m.x for m in drawn.dots].count(262) == 1


def test_pairs_print_files_and_the_number_looked_at() -> None:
    chart = charts.pairs(PAIRS, simulated=False, labels={"GD2": "Thiếu trông nom"})
    assert "14 / 31 hồ sơ · 2,0 lần (1,4 đến 2,9)" in chart.svg()
    assert ">Thiếu trông nom + PN1</text>" in chart.svg()
    assert "Đã xét 276 cặp" in chart.caption
    assert len(charts.pairs(PAIRS, simulated=False, most=2).table) == 2


def test_pairs_without_support_say_so() -> None:
    chart = charts.pairs(PAIRS.assign(supported=pd.array([False, False, pd.NA, False])), simulated=False)
    assert "Đã xét 276 cặp; không cặp nào" in chart.alt
    assert chart.caption == ""
    assert len(chart.table) == 0
    uncounted = charts.pairs(PAIRS.drop(columns="comparisons").assign(supported=False), simulated=False)
    assert "Đã xét 4 cặp" in uncounted.alt


MOMENTS = pd.DataFrame(
    {
        "moment": ["report", "guardian", "before", "place"],
        "share": [0.25, 0.6, 0.3, 0.2],
        "lower": [0.12, 0.42, 0.15, 0.08],
        "upper": [0.43, 0.75, 0.48, 0.38],
        "named": [False, True, False, False],
        "n": [8, 19, 9, 6],
        "n_files": 31,
    }
)


def test_chain_stands_in_the_order_of_time_whatever_the_order_of_rows() -> None:
    drawn = Drawn(charts.chain(MOMENTS, simulated=False, language="en"))
    order = ["before", "guardian", "place", "report"]
    heights = [drawn.word(moment).y for moment in order]
    assert heights == sorted(heights)
    assert [drawn.word(str(place)).y for place in (1, 2, 3, 4)] == pytest.approx(heights, abs=3)
    share = drawn.scale()
    dots = sorted((m for m in drawn.dots if m.x > 26), key=lambda m: m.y)
    assert [share(m.x) for m in dots] == pytest.approx([30, 60, 20, 25], abs=0.2)


def test_chain_names_the_preventable_moment_once() -> None:
    drawn = Drawn(charts.chain(MOMENTS, simulated=False, language="en", labels={"guardian": "Trông nom"}))
    named = drawn.word("preventable moment")
    assert drawn.word("Trông nom").y < named.y < drawn.word("place").y
    assert drawn.word("Trông nom").bold
    assert not drawn.word("place").bold
    assert "19 / 31" in [word.text for word in drawn.words]
    own = charts.chain(MOMENTS, simulated=False, named_label="nên bắt đầu từ đây")
    assert ">nên bắt đầu từ đây</text>" in own.svg()


def test_chain_without_a_named_moment_says_so() -> None:
    chart = charts.chain(MOMENTS.assign(named=pd.array([pd.NA] * 4, dtype="boolean")), simulated=False)
    assert "Chưa thời điểm nào tách biệt rõ" in chart.alt
    assert "thời điểm có thể phòng ngừa" not in chart.svg()


def test_chain_does_not_name_a_hidden_moment() -> None:
    chart = charts.chain(MOMENTS.assign(hidden=MOMENTS["named"]), simulated=False, language="en")
    assert "preventable" not in chart.svg()


def _specifications() -> pd.DataFrame:
    sets = [
        ";".join(names) for k in range(4) for names in itertools.combinations(("poor", "drop", "work"), k)
    ]
    rows = pd.DataFrame([(c, lag) for c in sets for lag in (0, 1, 2)], columns=["controls", "lag"])
    rows["rate_ratio"] = np.exp(np.sin(np.arange(len(rows)) * 5) / 3 + 0.15)
    rows = rows.assign(lower=rows["rate_ratio"] / 1.25, upper=rows["rate_ratio"] * 1.25, pooled="all")
    rows.insert(0, "specification", np.arange(len(rows)))
    return rows


def test_curve_is_sorted_and_its_squares_lie_at_their_ratio() -> None:
    rows = _specifications()
    drawn = Drawn(charts.specification_curve(rows, simulated=False, language="en"))
    dashes = [m for m in drawn.paths if "stroke-width:3" in m.style or "stroke-width:4" in m.style]
    places = np.array([part.mean(axis=0) for mark in dashes for part in mark.parts()])
    places = places[places[:, 0].argsort()]
    assert len(places) == len(rows)
    expected = np.sort(rows["rate_ratio"].to_numpy())
    slope, level = np.polyfit(np.log(expected), places[:, 1], 1)
    assert slope < 0
    np.testing.assert_allclose(level + slope * np.log(expected), places[:, 1], atol=0.1)
    one = drawn.word("1.0").y - 3
    assert one == pytest.approx(level, abs=0.1)


def test_curve_inks_the_specifications_whose_interval_does_not_hold_one() -> None:
    rows = _specifications()
    clear = ((rows["lower"] > 1) | (rows["upper"] < 1)).sum()
    chart = charts.specification_curve(rows, simulated=False, language="en")
    intervals = [m for m in Drawn(chart).paths if "stroke-opacity:0.55" in m.style]
    counts = {ACCENT in m.style: len(m.parts()) for m in intervals}
    assert counts == {True: clear, False: len(rows) - clear}
    same = ((rows["rate_ratio"] > 1) == (rows["rate_ratio"].median() > 1)).mean()
    assert f"{round(100 * same)}% on the median's side of 1" in chart.caption
    assert f"{round(100 * clear / len(rows))}% with an interval" in chart.alt


def test_curve_marks_under_each_specification_the_choices_it_was_made_with() -> None:
    rows = _specifications()
    labels = {"poor": "Hộ nghèo", "drop": "Bỏ học", "work": "Lao động thời vụ"}
    drawn = Drawn(charts.specification_curve(rows, simulated=False, language="en", labels=labels))
    ordered = rows.sort_values(["rate_ratio", "specification"]).reset_index(drop=True)
    strips = [m for m in drawn.paths if "stroke-width:7" in m.style]
    chosen = [ordered["controls"].str.split(";").map(lambda keys, k=key: k in keys) for key in labels]
    chosen += [ordered["lag"] == lag for lag in (0, 1, 2)]
    names = [*labels.values(), "0", "1", "2"]
    left, right = (f(part[:, 0].mean() for m in strips for part in m.parts()) for f in (min, max))
    step = (right - left) / (len(rows) - 1)
    for mark in strips:
        marked = {round((part[:, 0].mean() - left) / step) for part in mark.parts()}
        name = min(names, key=lambda n: abs(drawn.word(n).y - 3.5 - mark.y))
        assert marked == set(np.flatnonzero(chosen[names.index(name)]))
    assert len(strips) == 6
    assert "Periods used" not in [word.text for word in drawn.words], "all were used: no choice"


def test_curve_shows_where_the_main_model_stands() -> None:
    rows = _specifications()
    middle = rows.sort_values("rate_ratio")["specification"].iloc[12]
    drawn = Drawn(charts.specification_curve(rows, simulated=False, language="en", highlight=str(middle)))
    assert "main model" in [word.text for word in drawn.words]
    plain = Drawn(charts.specification_curve(rows, simulated=False, language="en"))
    assert "main model" not in [word.text for word in plain.words]
    strips = [part for m in drawn.paths if "stroke-width:7" in m.style for part in m.parts()]
    columns = sorted({round(float(part[:, 0].mean()), 1) for part in strips})
    assert drawn.dots[0].x == pytest.approx(columns[12], abs=0.2)


def test_curve_of_very_many_specifications_draws_some_and_counts_all() -> None:
    ratio = np.exp(np.linspace(-0.2, 0.5, 1000))
    rows = pd.DataFrame({"specification": np.arange(1000), "rate_ratio": ratio})
    rows = rows.assign(lower=ratio / 1.1, upper=ratio * 1.1, lag=np.arange(1000) % 2)
    chart = charts.specification_curve(rows, simulated=False, language="en", highlight="501")
    assert chart.caption.startswith("Specifications: 1,000;")
    assert "240 of them are drawn" in chart.caption
    assert len(chart.svg()) < 60_000
    intervals = [m for m in Drawn(chart).paths if "stroke-opacity:0.55" in m.style]
    drawn = {ACCENT in m.style: len(m.parts()) for m in intervals}
    clear = ((rows["lower"] > 1) | (rows["upper"] < 1)).mean()
    assert sum(drawn.values()) in {240, 241}, "and the main one, whichever its rank"
    assert drawn[True] / sum(drawn.values()) == pytest.approx(clear, abs=0.01)
    assert "main model" in chart.svg()
    assert len(chart.table) == 1000


def test_curve_does_not_draw_a_specification_that_could_not_be_fitted() -> None:
    rows = _specifications()
    rows["withheld"] = np.where(rows["specification"] < 3, "not_converged", None)
    rows.loc[rows["specification"] < 3, ["rate_ratio", "lower", "upper"]] = np.nan
    chart = charts.specification_curve(rows, simulated=False, language="en")
    assert "Specifications: 21;" in chart.caption
    assert "3 not shown or without enough data." in chart.alt


RANKS = pd.DataFrame(
    {
        "factor": ["b", "a", "c", "d"],
        "score": [0.2, 0.3, 0.1, 0.05],
        "rank_lower": [1, 1, 3, 4],
        "rank_upper": [3, 2, 3, 4],
        "tied": [True, True, False, pd.NA],
    }
)


def test_rank_list_says_the_range_of_ranks_and_ties_in_words() -> None:
    chart = charts.rank_list(RANKS, simulated=False)
    words = [word.text for word in Drawn(chart).words]
    assert [w for w in words if w.startswith("hạng")] == [
        "hạng 1 đến 2, đồng hạng",
        "hạng 1 đến 3, đồng hạng",
        "hạng 3",
        "hạng 4",
    ]
    assert chart.alt.endswith("Đứng đầu: a (hạng 1 đến 2, đồng hạng); chưa phân biệt được với: b.")
    assert "0,3" not in chart.svg(), "the score is not printed"
    apart = charts.rank_list(RANKS.assign(rank_lower=[2, 1, 3, 4], rank_upper=[2, 1, 3, 4]), simulated=False)
    assert "tách biệt với các mục còn lại" in apart.alt


def test_rank_list_bars_span_their_ranks() -> None:
    drawn = Drawn(charts.rank_list(RANKS, simulated=False, language="en"))
    rank = drawn.scale()
    bars = sorted((m for m in drawn.paths if "stroke-width:7" in m.style), key=lambda m: m.y)
    spans = [(rank(m.left - 3.5), rank(m.right + 3.5)) for m in bars[:2]]
    np.testing.assert_allclose(spans, [(1, 2), (1, 3)], atol=0.05)


def test_importance_is_a_dot_interval() -> None:
    frame = pd.DataFrame(
        {"indicator": ["poor", "drop"], "importance": [0.4, 0.1], "lower": [0.2, 0.0], "upper": [0.6, 0.3]}
    )
    chart = charts.dot_interval(
        frame, simulated=False, language="en", label="indicator", value="importance", labels={"poor": "Poor"}
    )
    drawn = Drawn(chart)
    share = drawn.scale()
    assert [share(m.x) for m in drawn.dots] == pytest.approx([40, 10], abs=0.2)


def test_a_long_note_leaves_the_label_its_room() -> None:
    note = "phần còn lại của tỉnh: 21% · 14 trong 31 hồ sơ"
    frame = pd.DataFrame({"label": ["Thiếu quản lý ngoài giờ học"], "value": [0.45], "note": [note]})
    drawn = Drawn(charts.dot_interval(frame, simulated=False))
    label = drawn.word("Thiếu quản lý ngoài giờ học")
    assert drawn.word(note).y > label.y
    assert drawn.word(note).x == 0


def test_matrix_starts_a_new_block_before_it_cuts_a_number() -> None:
    cells = pd.DataFrame([("r", f"c{i}", i / 50, f"{i + 10} / 310") for i in range(11)])
    cells.columns = ["row", "column", "value", "text"]
    drawn = Drawn(charts.matrix(cells, simulated=False))
    assert {f"{i + 10} / 310" for i in range(11)} <= {word.text for word in drawn.words}


def test_spine_draws_the_neighbours_on_the_scale_of_the_row() -> None:
    row = {"reference": 5.0, "quartile_low": 4.0, "quartile_high": 6.0, "minimum": 1.0, "maximum": 9.0}
    frame = pd.DataFrame([{"indicator": "poor", "value": 7.0, "verdict": "worse", "neighbours": 5.0, **row}])
    frame = frame.assign(lower=6.0, upper=8.0)
    chart = charts.spine(frame, simulated=False, language="en")
    drawn = Drawn(chart)
    assert "statistical neighbours" in [word.text for word in drawn.words]
    middle = next(m for m in drawn.paths if "stroke-width:1.4" in m.style).x
    assert drawn.dots[0].x == pytest.approx(middle, abs=0.01)
    value = max(m.x for m in drawn.dots)
    interval = next(m for m in drawn.paths if "stroke-opacity:0.28" in m.style and m.y < 60)
    assert (interval.left + interval.right) / 2 == pytest.approx(value, abs=0.1)
    assert chart.table["neighbours"].tolist() == [5.0]


def test_spine_without_neighbours_is_as_before() -> None:
    row = {"reference": 5.0, "quartile_low": 4.0, "quartile_high": 6.0, "minimum": 1.0, "maximum": 9.0}
    chart = charts.spine(
        pd.DataFrame([{"indicator": "poor", "value": 7.0, "verdict": "worse", **row}]),
        simulated=False,
        language="en",
    )
    assert "statistical neighbours" not in chart.svg()
    assert "probable range" not in chart.svg()
