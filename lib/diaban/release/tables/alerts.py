"""Alerts as inequalities of cells: a quarter with one is no small count, but the rest of its year may be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.targets import SLACK
from diaban.release.tables.whole import Tables
from diaban.results import Results

COLUMNS = ["locality", "stream", "period", "comparisons", "budget", "expected_false_alarms", "shared"]


def quarter_cell(locality: str, stream: str, period: str) -> str:
    """Cases of a quarter with an alert."""
    return f"quarter|{locality}|{stream}|{period}"


def alert_cells(tables: Tables, results: Results) -> None:
    """A quarter with an alert, what it has beyond the cases that it must hold, and the rest of its year."""
    if results.alerts is None:
        return
    for row in _raised(results.alerts, tables.threshold).itertuples():
        quarter = tables.count(_quarter(row), row.cases)
        tables.free(_slack(row), row.cases - row.threshold)
        tables.beside(_year(row), [quarter], f"{quarter}|rest of the year", none_is_few=True)


def alert_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """One row a locality, stream and quarter with an alert; and how many could have been false.

    A quarter with an alert holds as many cases, at least, as the count from which there is one.
    """
    assert results.alerts is not None
    alerts = results.alerts.assign(shared=absence_tells_little(results.alerts, ledger.threshold))
    raised = _raised(alerts, ledger.threshold)
    raised = raised[np.array([_may_be_raised(ledger, row) for row in raised.itertuples()], dtype=bool)]
    # with all digits counts could be fitted to it
    alerts, raised = (rows.round({"expected_false_alarms": 2}) for rows in (alerts, raised))
    asked = alerts[COLUMNS].drop_duplicates("period").assign(locality=WHOLE, stream="*")
    return pd.concat([asked, raised[COLUMNS]], ignore_index=True)


def absence_tells_little(alerts: pd.DataFrame, threshold: int) -> bool:
    """Whether a quarter without an alert may still have nearly twice as many cases as are small: it has fewer
    than the count from which there is one, and whoever has the program can work that out."""
    return bool((alerts["threshold"].dropna() >= 2 * threshold).all())


def _may_be_raised(ledger: Ledger, row) -> bool:
    return ledger.show(beside=[Equation(_quarter(row), (_slack(row),), constant=float(row.threshold))])


def _raised(alerts: pd.DataFrame, threshold: int) -> pd.DataFrame:
    raised = alerts["alert"].fillna(False).astype(bool) & (alerts["cases"] >= threshold)
    return alerts[raised & absence_tells_little(alerts, threshold)]


def _quarter(row) -> str:
    return quarter_cell(row.locality, row.stream, str(row.period))


def _year(row) -> str:
    return count_cell(row.locality, row.stream, str(row.period)[:4])


def _slack(row) -> str:
    return f"{_quarter(row)}{SLACK}"
