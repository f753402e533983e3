"""The protected cube: all that a page may read. No case record, and no count that the rules hide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from diaban.analysis.funnel_curves import funnel_curves
from diaban.release.cells import ABOUT_CODING, WHOLE, all_files_cell, code_cell, count_cell, files_cell
from diaban.release.frames.causes import checks_of_findings, protected_area_side, protected_case_side
from diaban.release.frames.handling import protected_handling
from diaban.release.frames.neighbour_rates import rates_neighbours
from diaban.release.frames.over_time import protected_over_time
from diaban.release.frames.plan import protected_plan
from diaban.release.frames.pooled_fits import pooled_fit, pooled_rates, pooled_shares, rates_together
from diaban.release.frames.themes import protected_units
from diaban.release.frames.told_dispersion import with_told_dispersion
from diaban.release.frames.whole import protected_whole
from diaban.release.ledger.joined import joined
from diaban.release.ledger.ledger import Ledger
from diaban.release.ledger.state import LedgerState
from diaban.release.secret import secret_of
from diaban.release.suppression.suppression import blank, hidden_cells
from diaban.release.tables.linked import LinkedTables, annual_streams, linked_tables
from diaban.results import Results

_RATE_VALUES = (
    "cases", "rate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper", "shrunk_rate", "shrunk_lower",
    "shrunk_upper", "probability_above", "rank_lower", "rank_upper", "z", "outlier", "withheld",
)  # fmt: skip


@dataclass(frozen=True)
class Cube:
    """Protected frames by name, with what the data card says. Every frame by locality has `hidden`."""

    frames: dict[str, pd.DataFrame]
    facts: dict[str, Any]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    @property
    def reported(self) -> list[str]:
        """The localities of report that get a page, by name."""
        table = self["localities"]
        return table.loc[table["reported"], "locality"].tolist()

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self.frames.items():
            frame.to_parquet(folder / f"{name}.parquet")
        (folder / "facts.json").write_text(json.dumps(self.facts, ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Cube:
        with pd.option_context("mode.string_storage", "python"):  # small frames: quicker without Arrow
            frames = {
                path.stem: gpd.read_parquet(path) if path.stem == "boundaries" else pd.read_parquet(path)
                for path in sorted(folder.glob("*.parquet"))
            }
        return cls(frames, json.loads((folder / "facts.json").read_text("utf-8")))


class Protected(NamedTuple):
    """Frames by name, and what is known, told and hidden by them."""

    frames: dict[str, pd.DataFrame]
    state: LedgerState


def protect(
    results: Results, *, findings_only: bool = False, earlier: Sequence[tuple[str, LedgerState]] = ()
) -> Protected:
    """The protected frames of a study; `findings_only` leaves out what no finding is made of.

    All tables by locality of report, whatever their level of detail, are protected together: localities
    add up to the whole, periods to blocks, files with and without a code to all files, coded and
    uncoded files to cases. earlier: key and state of the editions that were given out before; nobody may
    learn from all of them together what one alone may not tell.
    """
    threshold = results.spec.disclosure.threshold
    tables = linked_tables(results, threshold)
    hidden, ledger = _hidden(tables, earlier, threshold, secret_of(results.tables))
    whole = _whole_hides(results.rates, hidden)
    unseen = whole | _hides(results.rates, hidden)
    model = results.spec.model
    fit = pooled_fit(results.rates, unseen, per=model.per, seed=model.seed)
    funnel = funnel_curves(fit)
    rates = blank(pooled_rates(results.rates, unseen, fit), whole, ["reference_rate", "expected"])
    years, by_year = results.exposed_report, annual_streams(results, threshold)
    no_year = _hides(years, hidden) | ~years["stream"].isin(by_year)
    told = results
    if unseen.any() or no_year.any():
        told = with_told_dispersion(
            results, results.rates.assign(hidden=unseen), years.assign(hidden=no_year)
        )
    trends, annual = told.trends, told.run_chart
    base = trends.assign(period=results.spec.periods.baseline)
    frames = {
        "rates": blank(rates, unseen, _RATE_VALUES),
        "rates_together": rates_together(results.rates, unseen, fit, threshold),
        "rates_neighbours": rates_neighbours(
            results.rates, unseen, results.near_report, ledger, per=model.per, seed=model.seed
        ),
        "funnel": funnel[~_whole_hides(funnel, hidden)].reset_index(drop=True),
        "trends": blank(
            trends,
            _hides(trends, hidden) | _hides(base, hidden),
            [c for c in trends.columns if c not in ("locality", "stream", "period", "baseline")],
        ),
        "run_chart": blank(
            annual,
            _hides(annual, hidden) | ~annual["stream"].isin(by_year),
            [c for c in annual.columns if c not in ("locality", "stream", "period")],
        ),
        "detectability": blank(
            results.detectability,
            _hides(results.detectability, hidden),
            ["mean_per_year", "largest_detectable_count", "chance_by_luck", "chance_if_true"],
        ),
        "cells": pd.DataFrame(
            {
                "cells": [len(tables.counts)],
                "hidden": [int(tables.counts.index.isin(hidden).sum())],
            }
        ),
    }
    if findings_only:
        frames |= checks_of_findings(results, hidden)
    else:
        frames |= protected_area_side(results, hidden) | protected_case_side(results, hidden, ledger)
        frames |= protected_plan(told, ledger) | protected_handling(results, ledger)
        frames |= protected_over_time(results, ledger) | protected_units(results, ledger)
        frames |= protected_whole(results, ledger)
    if results.case_factors is not None:
        frames["case_factors"] = _protected_case_factors(results.case_factors, hidden)
        frames["case_factors_whole"] = _whole_case_factors(results.case_factors, hidden)
    return Protected(frames, ledger.state)


def _hidden(
    tables: LinkedTables, earlier: Sequence[tuple[str, LedgerState]], threshold: int, secret: bytes
) -> tuple[set[str], Ledger]:
    """The cells of the linked tables that are hidden, and the ledger of them and of earlier editions."""
    before = joined(tables.counts, earlier, threshold)
    others = before.counts[~before.counts.index.isin(tables.counts.index)]
    counts = pd.concat([tables.counts.astype(float), others])
    equations = list(dict.fromkeys([*tables.equations, *before.equations]))
    guessable = {*tables.counts.index, *before.large}
    hidden = hidden_cells(
        counts,
        equations,
        tables.primary,
        threshold=threshold,
        group=tables.group,
        reluctance=tables.reluctance,
        shown=before.shown,
        hidden=before.hidden,
        needed=before.needed,
        guessable=guessable,
        secret=secret,
    )
    ledger = Ledger(
        counts,
        equations,
        hidden,
        tables.primary - before.shown,
        threshold=threshold,
        needed=before.needed,
        editions=[edition for edition, _ in earlier],
        unguessed=before.unguessed - tables.primary,
        large=guessable.intersection(counts.index[counts >= threshold]),
        secret=secret,
    )
    return hidden | tables.primary, ledger


def _protected_case_factors(factors: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """How many files carry no code says something about the coding, not about a child: it is hidden only
    where the number of files is, or where it would tell a hidden number of cases."""
    keep = ("locality", "stream", "code", "comparisons")
    about_coding = factors["code"].isin(ABOUT_CODING)
    cells = [code_cell(r.locality, r.stream, r.code) for r in factors.itertuples()]
    files = [files_cell(r.locality, r.stream) for r in factors.itertuples()]
    totals = [all_files_cell(r.locality, r.stream) for r in factors.itertuples()]
    whole = [code_cell(WHOLE, r.stream, r.code) for r in factors.itertuples()]
    tells_cases = about_coding & np.isin(totals, list(hidden))
    given_away = np.isin(cells, list(hidden)) | np.isin(whole, list(hidden))  # the rest is whole minus own
    hide = np.isin(files, list(hidden)) | tells_cases | (~about_coding & given_away)
    blanked = blank(factors.reset_index(drop=True), hide, [c for c in factors.columns if c not in keep])
    return pooled_shares(blanked)


def _whole_case_factors(factors: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """Files of the whole with each code that may be shown: stream, code, n_coded, n_files, share."""
    rows = factors[~factors["code"].isin(ABOUT_CODING)]
    whole = rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum()
    shown = [code_cell(WHOLE, r.stream, r.code) not in hidden for r in whole.itertuples()]
    return whole[np.array(shown, dtype=bool)].assign(
        share=lambda w: w["n_coded"] / w["n_files"].where(w["n_files"] > 0)
    )


def _hides(frame: pd.DataFrame, hidden: set[str]) -> pd.Series:
    """True for rows (locality, stream, period) whose count is hidden."""
    names = [count_cell(r.locality, r.stream, r.period) for r in frame.itertuples()]
    return pd.Series([name in hidden for name in names], index=frame.index)


def _whole_hides(frame: pd.DataFrame, hidden: set[str]) -> pd.Series:
    """True for rows whose reference, the whole, is hidden."""
    return _hides(frame.assign(locality=WHOLE), hidden)
