"""The protected frames on causes and conditions beyond the shares of single codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from diaban.analysis import exposure
from diaban.analysis.recording import MINIMUM_FILES
from diaban.release.cells import WHOLE, code_cell, count_cell, moment_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank
from diaban.release.tables.agreement import words_of_agreement
from diaban.release.tables.moments import moments_shown
from diaban.release.tables.targets import SLACK
from diaban.results import Results

_KEYS = ("locality", "stream", "period", "moment", "lag", "component", "indicator", "target")


def protected_case_side(results: Results, hidden: set[str], ledger: Ledger) -> dict[str, pd.DataFrame]:
    """event_moments, coding_sensitivity, recording; each only where the study has it. A locality's files
    tell of moments only; the rest is of the whole."""
    found = {
        "event_moments": _moments(results, ledger),
        "coding_sensitivity": _sensitivity(results, hidden, ledger),
        "recording": _recording(results, hidden),
    }
    return {name: frame for name, frame in found.items() if frame is not None}


def protected_area_side(results: Results, hidden: set[str]) -> dict[str, pd.DataFrame]:
    """Robustness, importance and residuals are of the whole; the rest is hidden with the count."""
    whole = {
        "area_robustness": results.area_robustness,
        "factor_importance": results.factor_importance,
        "residual_autocorrelation": results.residual_autocorrelation,
        "statistical_neighbours": results.statistical_neighbours,
        "boundary_changes": results.boundary_changes,
    }
    local = {"excess_decomposition": results.excess_decomposition, "what_if": results.what_if}
    frames = {name: frame for name, frame in whole.items() if frame is not None}
    period = results.spec.periods.report
    frames |= {
        name: _with_count(frame.assign(period=period), hidden)
        for name, frame in local.items()
        if frame is not None
    }
    return frames | {"concentration": _concentration(results, hidden)}


def checks_of_findings(results: Results, hidden: set[str]) -> dict[str, pd.DataFrame]:
    """Those of the frames above that decide on the strength of a finding, or on its other explanations."""
    agreement = results.coder_agreement
    found = {
        "area_robustness": results.area_robustness,
        "boundary_changes": results.boundary_changes,
        "concentration": _concentration(results, hidden),
        "coder_agreement": None if agreement is None else words_of_agreement(agreement),
        "recording": _recording(results, hidden),
    }
    return {name: frame for name, frame in found.items() if frame is not None}


def whole_as_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The whole under the name that cells have for it."""
    return frame.assign(locality=frame["locality"].replace({exposure.WHOLE: WHOLE}))


def _moments(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    if results.event_moments is None:
        return None
    moments = whole_as_cells(results.event_moments)
    threshold = results.spec.disclosure.threshold
    shown = moments_shown(moments, ledger, codes_of_moments(results.book), threshold)
    hide = [moment_cell(r.locality, r.stream, r.moment) not in shown for r in moments.itertuples()]
    blanked = _blank(moments, hide)
    # which moment comes first compares all of them: it is told only where all are shown
    all_shown = ~blanked["hidden"].groupby([blanked["locality"], blanked["stream"]]).transform("any")
    return blanked.assign(
        named=blanked["named"].astype("boolean").where(all_shown),
        probability_first=blanked["probability_first"].where(all_shown),
    )


def _sensitivity(results: Results, hidden: set[str], ledger: Ledger) -> pd.DataFrame | None:
    """Of the whole: the code on most files of each kind, how far its rank could move, how many could lead.

    How many could says of every code that is not shown whether it could: only where the ledger lets it.
    """
    bounds = results.coding_sensitivity
    if bounds is None:
        return None
    kinds = results.book.set_index("code")["kind"]
    rows = bounds[(bounds["locality"] == exposure.WHOLE) & bounds["withheld"].isna()]
    rows = rows.assign(kind=rows["code"].map(kinds))
    rows["leaders"] = rows.groupby(["stream", "kind"])["could_lead"].transform("sum")
    first = rows.sort_values(["n_coded", "code"], ascending=[False, True]).drop_duplicates(["stream", "kind"])
    shown = [code_cell(WHOLE, r.stream, r.code) not in hidden for r in first.itertuples()]
    columns = ["stream", "kind", "code", "unknown_files", "n_files", "rank_lower", "rank_upper", "leaders"]
    first = first.loc[np.array(shown, dtype=bool), columns].sort_values(["stream", "kind"], ignore_index=True)
    of_kind = dict(list(rows.groupby(["stream", "kind"])))
    may = [_may_tell_leaders(ledger, r, of_kind[r.stream, r.kind]) for r in first.itertuples()]
    return first[np.array(may, dtype=bool)].reset_index(drop=True)


def _may_tell_leaders(ledger: Ledger, first, rivals: pd.DataFrame) -> bool:
    """Whether it may be told of each rival of `first` that is not shown if it could be on as many files."""
    most = int(rivals["n_coded"].max())
    slacks: dict[str, float] = {}
    equations = []
    for row in rivals.itertuples():
        cell = code_cell(WHOLE, row.stream, row.code)
        if cell in ledger.counts.index and not ledger.shows(cell):
            least = most - int(first.unknown_files)
            could = int(row.n_coded) >= least
            end, sign = (least, 1.0) if could else (least - 1, -1.0)
            slacks[f"{cell}|leads{SLACK}"] = sign * (float(row.n_coded) - end)
            equations.append(Equation(cell, (f"{cell}|leads{SLACK}",), (sign,), float(end)))
    if not slacks or ledger.threshold == 0:
        return True
    ledger.add(pd.Series(slacks), [])
    return ledger.show(beside=equations)


def _recording(results: Results, hidden: set[str]) -> pd.DataFrame | None:
    """Whether it changed, not by how many files; not where a count of the blocks compared is hidden, or so
    near to the files with a known way from which it is judged that it tells how few have none."""
    table = results.recording
    if table is None:
        return None
    periods, threshold = results.spec.periods, results.spec.disclosure.threshold
    counts = results.blocks.set_index(["locality", "stream", "period"])["cases"].to_dict()
    least = MINIMUM_FILES + threshold if threshold else 0

    def told(locality: str, stream: str) -> bool:
        both = (periods.report, periods.baseline)
        return hidden.isdisjoint(count_cell(locality, stream, p) for p in both) and all(
            counts.get((locality, stream, p), 0) >= least for p in both
        )

    shown = [told(r.locality, r.stream) for r in table.itertuples()]
    return table[["locality", "stream"]].assign(changed=table["changed"].where(shown))


def _concentration(results: Results, hidden: set[str]) -> pd.DataFrame:
    """Not of counts of which each part would be small where none dominates: less than half of them."""
    threshold, keys = results.spec.disclosure.threshold, ["locality", "stream", "period"]
    counts = results.blocks.set_index(keys)["cases"]
    table = results.concentration
    few = (table[keys].join(counts, on=keys)["cases"] <= 2 * threshold) & (threshold > 0)
    table = table.assign(dominated=table["dominated"].astype("boolean").mask(few))
    frame = _with_count(table, hidden)
    return frame[frame["period"] == results.spec.periods.report].reset_index(drop=True)


def _with_count(frame: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """Blank where the count that it explains is hidden, or that of the whole."""
    hide = [
        bool({count_cell(r.locality, r.stream, r.period), count_cell(WHOLE, r.stream, r.period)} & hidden)
        for r in frame.itertuples()
    ]
    return _blank(frame, hide)


def _blank(frame: pd.DataFrame, hide: ArrayLike) -> pd.DataFrame:
    return blank(frame, hide, [c for c in frame if c not in _KEYS])


def codes_of_moments(code_book: pd.DataFrame) -> Mapping[str, list[str]]:
    """Moment -> the conditions that belong to it."""
    if "moment" not in code_book:
        return {}
    rows = code_book[(code_book["kind"] == "condition") & code_book["moment"].notna()]
    return rows.groupby("moment")["code"].agg(list).to_dict()
