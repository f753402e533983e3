"""The protected frames of the plan's targets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import pdtr

from diaban.analysis.targets.evidence import evidence_word
from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.suppression.suppression import blank
from diaban.release.tables.targets import add_years, tell_targets
from diaban.results import Results

KEYS = ["locality", "target", "stream", "change", "period", "base"]
COUNTED = ["cases", "base_cases", "limit"]
JUDGED = ["attainment", "evidence", "verdict", "largest_detectable_count", "smallest_visible_fall"]
CHANCES = ["chance_by_luck", "chance_if_true"]
OUTLOOK = ["cases", "base_cases", "limit", "remaining", "share_counted", "probability", "expected", "lower",
           "upper", "outlook"]  # fmt: skip


def protected_plan(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """targets, targets_pooled, mid_year; each only where the study has it."""
    if results.targets is not None:
        compared = {*results.targets["period"], *results.targets["base"]}
        if results.mid_year is not None:
            compared |= {str(results.running), *results.mid_year["base"]}
        add_years(ledger, _years(results), _blocks(results), ledger.threshold, compared=compared)
    frames = {
        "targets": _targets(results, ledger),
        "targets_pooled": _pooled(results, ledger),
        "mid_year": _mid_year(results, ledger),
    }
    return {name: frame for name, frame in frames.items() if frame is not None}


def _years(results: Results) -> pd.DataFrame:
    """Counts of all years and, where one runs, of its months that are over."""
    columns = ["locality", "stream", "period", "cases"]
    years = results.exposed_report[columns]
    if results.to_date is None:
        return years
    running = results.to_date.assign(period=results.running)[columns]
    return pd.concat([years, running], ignore_index=True)


def _blocks(results: Results) -> dict[str, list[str]]:
    return {block.key: block.periods for block in results.spec.periods.blocks}


def _targets(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """A verdict on hidden counts is told only where it leaves them uncertain; how sure it is, with them."""
    table = results.targets
    if table is None:
        return None
    length = results.tables.periods.set_index("period")["years"]
    ratio = (1 + table["change"]) * table["period"].map(length) / table["base"].map(length)
    told = tell_targets(ledger, table.assign(ratio=ratio, rise=table["change"] > 0))
    for name in [*COUNTED, *JUDGED]:
        told[name] = told[name].where(told["counts_shown"])
    told["met"] = told["met"].where(told["met_shown"])
    told["withheld"] = told["withheld"].mask((told["withheld"] == "no_cases") & ~told["counts_shown"])
    told["attainment"] = told["attainment"].round(2)  # of all years' counts: more digits would give them back
    told = told.drop(columns=CHANCES).merge(_chances(results, ledger, table), on=["locality", "target"])
    told["chance_from_base"] = pdtr(told["limit"].astype("float64"), told["mean"])
    shown = ["counts_shown", "met_shown", "withheld"]
    kept = [*KEYS, *COUNTED, "met", *JUDGED, *CHANCES, "chance_from_base", "cases_needed", *shown]
    return told[kept].assign(hidden=~told["counts_shown"])


def _chances(results: Results, ledger: Ledger, table: pd.DataFrame) -> pd.DataFrame:
    """How often a year's count meets the target without and with the change asked for, at the mean of the
    reported block, where its count is shown; of the whole at its own mean."""
    report = results.spec.periods.report
    names = [*CHANCES, "mean_per_year"]
    seen = results.detectability.set_index(["locality", "stream", "change"])[names]
    rows = []
    for row in table.itertuples():
        place = (row.locality, row.stream, row.change)
        shown = ledger.shows(count_cell(row.locality, row.stream, report))
        own = row.locality == WHOLE
        chances = [getattr(row, name) if own else seen.loc[place, name] for name in names]
        rows.append((row.locality, row.target, *(chances if shown else [np.nan] * len(names))))
    frame = pd.DataFrame(rows, columns=["locality", "target", *CHANCES, "mean"])
    return frame.astype({"locality": "str", "target": "str"} | dict.fromkeys([*CHANCES, "mean"], "float64"))


def _pooled(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """Of two counts that are shown, and of nothing else: what they alone tell of the risk."""
    table = results.targets_pooled
    if table is None:
        return None
    hide = [
        not ledger.shows(*(count_cell(r.locality, r.stream, block) for block in (r.block, r.base)))
        for r in table.itertuples()
    ]
    chance = table["attainment_two_counts"].mask(hide)
    told = table.assign(attainment=chance, evidence=evidence_word(chance, table["pooled_change"]))
    told = told.drop(columns="attainment_two_counts")
    return blank(told, hide, ["cases", "base_cases", "change_per_year", "lower", "upper", "evidence"])


def _mid_year(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """Only where both the year so far and the year before may be shown; the whole first."""
    table = results.mid_year
    if table is None:
        return None
    table = table.sort_values("locality", key=lambda names: names.ne(WHOLE), kind="stable")
    hide, running = [], str(results.running)
    for row in table.itertuples():
        cells = [count_cell(row.locality, row.stream, period) for period in (running, row.base)]
        hide.append(not ledger.show(cells))
    table = table.round({"probability": 2, "share_counted": 2, "expected": 0})
    kept = ["locality", "target", "stream", "change", "base", *OUTLOOK, "season_share", "withheld"]
    return blank(table[kept], hide, OUTLOOK).assign(period=results.running)
