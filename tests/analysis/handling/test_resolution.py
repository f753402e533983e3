import pandas as pd
import pytest
from handled import CUTOFF, PROCEDURE, START, cell, handled, together

from diaban.analysis.handling import resolution
from diaban.analysis.handling.resolution import COLUMNS

WHOLE = {"locality": "*", "stream": "*", "period": "*"}


def of(cases, cutoff=CUTOFF, **options):
    result = resolution(*handled(cases), procedure=PROCEDURE, cutoff=cutoff, **options)
    assert list(result.columns) == COLUMNS
    return cell(result, **WHOLE)


@pytest.mark.parametrize(
    ("resolved", "due", "lower", "met", "evidence"),
    [(25, 25, 0.8668, True, "open"), (93, 93, 0.960332, True, "shown"), (96, 100, 0.9016, False, "open")],
)
def test_the_count_and_what_it_supports(resolved, due, lower, met, evidence):
    """methods.md: 25 of 25 gives .8668; 93 is the first all-success n beyond .96; 96/100 from .9016."""
    told = of([{"prosecuted": 5}] * resolved + [{}] * (due - resolved))
    assert (told["n_resolved"], told["n_due"]) == (resolved, due)
    assert told["lower"] == pytest.approx(lower, abs=5e-5)
    assert (told["met"], told["evidence"], told["needed_if_all"]) == (met, evidence, 93)


def test_refuted_where_even_the_upper_limit_falls_short():
    assert of([{"prosecuted": 5}] * 60 + [{}] * 40)["evidence"] == "refuted"


def test_reports_not_yet_due_stand_apart():
    cutoff = START + pd.Timedelta(days=50)
    told = of([{"prosecuted": 5}, {}, {"extended": 9}, {"extended": 9, "not_prosecuted": 30}], cutoff)
    assert (told["n_due"], told["n_resolved"], told["share"]) == (2, 1, 0.5)
    assert (told["n_not_due"], told["n_not_due_resolved"]) == (2, 1)


def test_a_suspended_report_that_is_resolved_later_is_resolved_but_late():
    told = of([{"report_suspended": 12, "prosecuted": 90}, {"report_suspended": 12}])
    assert (told["n_due"], told["n_resolved"], told["n_in_time"]) == (2, 1, 0)


def test_undated_none_due_and_none_at_all():
    told = of([{"prosecuted": None}, {"prosecuted": 4}])
    assert (told["n_reports"], told["n_undated"], told["n_due"], told["n_resolved"]) == (2, 1, 1, 1)
    young = of([{"prosecuted": 1}], START + pd.Timedelta(days=3))
    assert young["withheld"] == "not_yet_due"
    assert pd.isna(young["met"])
    assert pd.isna(young["evidence"])
    empty = tuple(frame.iloc[:0] for frame in handled([{}]))
    result = resolution(*empty, procedure=PROCEDURE, cutoff=CUTOFF, localities=["a"])
    assert set(result["withheld"]) == {"no_reports"}


def test_counts_of_reports_add_up():
    parts = together(
        handled([{"prosecuted": 5}, {}, {"prosecuted": None}]),
        handled([{"extended": 9}, {"prosecuted": 3}], locality="b", start=CUTOFF - pd.Timedelta(days=20)),
    )
    table = resolution(*parts, procedure=PROCEDURE, cutoff=CUTOFF)
    assert (table["n_reports"] == table["n_undated"] + table["n_not_due"] + table["n_due"]).all()
    assert cell(table, **WHOLE)["n_not_due"] == 1
