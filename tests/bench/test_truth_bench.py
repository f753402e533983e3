"""How the bench counts: rows, false discovery, standard errors, aims, seeds and cores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.bench.truth.__main__ import main
from diaban.bench.truth.aims import shortfalls
from diaban.bench.truth.judged import COLUMNS, covers, join, judged, strength_of, summarise
from diaban.bench.truth.run import judge_seeds


def of_seeds(*frames):
    return pd.concat([frame.assign(seed=i) for i, frame in enumerate(frames)], ignore_index=True)


def row(table, planted):
    return table[table["planted"] == planted].iloc[0]


def test_false_discovery_is_the_mean_over_provinces():
    """Two called, one falsely; three called, all falsely; none called: (1/2 + 1 + 0) / 3."""
    called = [[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]]
    planted = np.array(["strong", "none", "none", "none"])
    table = summarise(of_seeds(*(judged("m", "w", planted, called=c) for c in called)))
    assert list(table.columns) == COLUMNS
    assert row(table, "all").fdr == pytest.approx(0.5)
    assert row(table, "strong").found == pytest.approx(1 / 3)
    assert row(table, "none").found == pytest.approx(4 / 9)
    assert pd.isna(row(table, "strong").fdr)
    assert row(table, "none").n == 9


def test_what_is_planted_and_neither_strong_nor_nothing_is_no_false_discovery():
    planted = np.array(["in a domain", "none"])
    table = summarise(of_seeds(judged("m", "w", planted, called=[1, 0])))
    assert row(table, "all").fdr == 0


def test_withheld_estimates_do_not_count():
    error = pd.Series([1.0, -2.0, np.nan])
    covered = covers(pd.Series([0.0, 1.0, np.nan]), pd.Series([2.0, 3.0, np.nan]), 1.5)
    table = summarise(of_seeds(judged("m", "w", error=error, covered=covered)))
    one = row(table, "all")
    assert (one.n, one.bias, one.coverage) == (2, -0.5, 1.0)
    silent = summarise(of_seeds(judged("m", "w", error=[np.nan])))
    assert row(silent, "all").note == "withheld"


def test_the_standard_error_is_that_of_the_provinces():
    """Estimates of one province that stand and fall together are one draw: four provinces, sd 0.577 / 2."""
    frames = [judged("m", "w", covered=np.full(25, hit)) for hit in (1.0, 0.0, 1.0, 0.0)]
    one = row(summarise(of_seeds(*frames)), "all")
    assert one.coverage == 0.5
    assert one.coverage_error == pytest.approx(np.sqrt(1 / 3) / 2)


def test_nothing_judged_is_an_empty_table():
    assert summarise(join([]).assign(seed=[])).empty


def test_what_stands_aside_is_printed_with_its_mean():
    table = summarise(of_seeds(judged("m", "w", called=[1.0, 0.0], aside="wide", value=[2.0, 4.0])))
    assert row(table, "all").note == "wide 3"


def test_words_for_sizes():
    words = strength_of(pd.Series([1.5, 1 / 1.5, 1.2, 1 / 1.2, 1.05, 1.0]))
    assert words.tolist() == ["strong", "strong", "moderate", "moderate", "weak", "none"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"coverage": 0.9}, "coverage 90.0%, intervals too short"),
        ({"coverage": 0.99}, "intervals wider than need be"),
        ({"coverage": 0.9, "coverage_error": 0.02}, "within chance"),
        ({"fdr": 0.08}, "false discovery 8.0%"),
        ({"planted": "strong", "found": 0.5}, "found 50.0%, aim 90%"),
        ({"planted": "none", "found": 0.2}, "though nothing is there"),
    ],
)
def test_what_falls_short_is_said(values, said):
    line = {"method": "m", "what": "w", "planted": "all"} | values
    (told,) = shortfalls(pd.DataFrame([line], columns=COLUMNS))
    assert told.startswith("short: m, w, ")
    assert said in told


def test_what_reaches_its_aim_is_not_said():
    lines = [
        {"planted": "all", "coverage": 0.95, "fdr": 0.05},
        {"planted": "strong", "found": 0.9, "coverage": 0.5},  # coverage is judged over all strengths
        {"planted": "moderate", "found": 0.2},
        {"planted": "none", "found": 0.05},
    ]
    table = pd.DataFrame([{"method": "m", "what": "w"} | line for line in lines], columns=COLUMNS)
    assert shortfalls(table) == []


def test_the_number_of_jobs_changes_nothing():
    one, two = (judge_seeds([3, 4], questions=["associations"], jobs=jobs).frame for jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert sorted(one["seed"].unique()) == [3, 4]


def test_prints_a_table_with_where_it_falls_short(capsys):
    main(["--seeds", "1", "--jobs", "1", "--questions", "associations"])
    told = capsys.readouterr().out
    assert "coverage" in told
    assert "between" in told
    assert "short: " in told or "nothing falls short" in told


def test_an_unknown_question_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--questions", "associations,astrology"])
    assert "astrology" in capsys.readouterr().err
