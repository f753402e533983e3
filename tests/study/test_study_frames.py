import pickle

import pandas as pd
import pytest

from diaban.charts.texts import simulated_mark
from diaban.study.frames import SimulatedFrame, study_frame

PLAIN = pd.DataFrame({"locality": ["a", "b", "a"], "cases": [1, 2, 3], "rate": [0.5, None, 1500.0]})


@pytest.fixture
def simulated():
    return study_frame(PLAIN, simulated=True, study="s", question="rates", language="en", per=100_000)


OPERATIONS = {
    "filter": lambda f: f[f["cases"] > 1],
    "query": lambda f: f.query("cases > 1"),
    "sort": lambda f: f.sort_values("cases", ascending=False),
    "columns": lambda f: f[["cases", "rate"]],
    "loc": lambda f: f.loc[:1, ["cases"]],
    "assign": lambda f: f.assign(twice=f["cases"] * 2),
    "head": lambda f: f.head(1),
    "copy": lambda f: f.copy(),
    "group": lambda f: f.groupby("locality")[["cases"]].sum(),
    "aggregate": lambda f: f.groupby("locality").agg(n=("cases", "sum")),
    "pivot": lambda f: f.pivot_table(index="locality", values="cases", aggfunc="sum"),
    "merge": lambda f: f.merge(pd.DataFrame({"locality": ["a"], "x": [1]}), on="locality"),
    "join": lambda f: f.join(pd.DataFrame({"x": [1, 2, 3]})),
    "concat": lambda f: pd.concat([f, f]),
    "melt": lambda f: f.melt("locality"),
    "column and back": lambda f: f["cases"].to_frame(),
    "counts": lambda f: f["locality"].value_counts().reset_index(),
    "describe": lambda f: f.describe(),
    "transpose": lambda f: f.T,
    "pickle": lambda f: pickle.loads(pickle.dumps(f)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_mark_survives_what_researchers_do(simulated, operation):
    result = OPERATIONS[operation](simulated)
    assert isinstance(result, SimulatedFrame)
    assert simulated_mark() in result._repr_html_()
    assert simulated_mark() in repr(result)


def test_a_column_carries_the_mark(simulated):
    assert simulated_mark() in repr(simulated["cases"])


def test_filtering_keeps_where_a_frame_comes_from(simulated):
    kept = simulated[simulated["cases"] > 1].sort_values("cases").attrs
    assert (kept["study"], kept["per"], kept["simulated"]) == ("s", 100_000, True)


def test_real_data_carry_no_mark():
    real = study_frame(PLAIN, simulated=False, study="s")
    assert simulated_mark() not in real._repr_html_()
    assert simulated_mark() not in repr(real)


def test_values_are_those_of_the_frame(simulated):
    pd.testing.assert_frame_equal(pd.DataFrame(simulated), PLAIN)


def test_numbers_are_written_as_the_language_does():
    frame = PLAIN.assign(p=0.00001, withheld=[None, "too_few_localities", None])
    html = study_frame(frame, simulated=False, language="vi")._repr_html_()
    assert "1.500" in html
    assert "0,50" in html
    assert "&lt; 0,001" in html
    assert "Quá ít địa bàn" in html
    assert "1,500" in study_frame(frame, simulated=False, language="en")._repr_html_()


def test_a_column_that_some_answers_lack_does_not_bring_all_others_back():
    columns = {
        "stream": "s",
        "label": "x",
        "n_coded": 1,
        "n_files": 2,
        "share": 0.5,
        "lower": 0.1,
        "upper": 0.9,
    }
    whole = pd.DataFrame([columns | {"unit": "kind", "group": "cause"}])
    here = whole.assign(name="A", rest_share=0.4, ratio=1.2, q=0.5, over=False, withheld=None, p=0.1)
    heads = [
        study_frame(frame, simulated=False, question="cause_groups", language="en")._repr_html_()
        for frame in (whole, here)
    ]
    assert "<th" in heads[0]
    assert [">group</th>" in html for html in heads] == [False, False]
    assert [">rest_<wbr>share</th>" in html for html in heads] == [False, True]
    chosen = study_frame(whole[["group", "share"]], simulated=False, question="cause_groups")
    assert ">group</th>" in chosen._repr_html_()


def test_streams_are_named_below_a_table_only_where_there_is_one():
    two = pd.DataFrame({"stream": ["s", "t"], "when": ["a", "b"], "said": ["c", "d"]})
    notes = [
        study_frame(frame, simulated=False, question="strength_rule", language="en")._repr_html_()
        for frame in (two, two.head(1), two.head(0))
    ]
    assert ["stream: s." in html for html in notes] == [False, True, False]


@pytest.mark.parametrize("column", ["p", "q", "between_q", "permutation_p", "p_left", "probability_above"])
def test_small_probabilities_are_never_written_as_zero(column):
    frame = study_frame(pd.DataFrame({column: [0.0001], "spread": [0.0001]}), simulated=False, language="en")
    html = frame._repr_html_()
    assert html.count("&lt; 0.001") == 1


def test_reasons_are_said_in_words_and_left_out_where_there_are_none():
    frame = pd.DataFrame({"reason": ["not_associated", None]})
    assert (
        "The main model shows no association"
        in study_frame(frame, simulated=False, language="en")._repr_html_()
    )


def test_a_name_cannot_become_markup():
    html = study_frame(pd.DataFrame({"name": ["<script>x</script>"]}), simulated=False)._repr_html_()
    assert "<script>" not in html


@pytest.mark.parametrize("rows", [0, 1, 59, 200])
def test_long_frames_are_cut_and_say_how_long_they_are(rows):
    html = study_frame(pd.DataFrame({"n": range(rows)}), simulated=False, language="en")._repr_html_()
    assert f"{rows} rows × 1 columns" in html
    assert html.count("<tr>") == 1 + (rows if rows <= 60 else 11)


def test_a_frame_with_all_columns_missing_or_none_is_shown():
    empty = study_frame(pd.DataFrame(), simulated=True)
    assert simulated_mark() in empty._repr_html_()
    missing = study_frame(pd.DataFrame({"rate": [None, pd.NA]}), simulated=True)
    assert "–" in missing._repr_html_()
