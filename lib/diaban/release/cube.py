"""The protected cube: all that a page may read. No case record, and no count that the rules hide."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.release.ranges import Equation
from diaban.release.suppression import blank, hidden_cells, small
from diaban.results import Results

WHOLE = "*"
"""The name of the sum over all localities in the names of cells."""

SMALL_SHARE = 0.1
"""A stream of which more single-period cells than this are small is published by block only."""

WITHOUT = "|without"
ALL_FILES = "all files"
ABOUT_CODING = (NOT_ESTABLISHED, UNCODED)

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

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self.frames.items():
            frame.to_parquet(folder / f"{name}.parquet")
        (folder / "facts.json").write_text(json.dumps(self.facts, ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Cube:
        with pd.option_context(
            "mode.string_storage", "python"
        ):  # small frames: quicker without Arrow
            frames = {
                path.stem: gpd.read_parquet(path) if path.stem == "boundaries" else pd.read_parquet(path)
                for path in sorted(folder.glob("*.parquet"))
            }
        return cls(frames, json.loads((folder / "facts.json").read_text("utf-8")))


def protect(results: Results) -> dict[str, pd.DataFrame]:
    """The protected frames of a study: rates, run_chart, trends, detectability, case_factors, coverage.

    All tables by locality of report, whatever their level of detail, are protected together: localities
    add up to the whole, periods to blocks, files with and without a code to all files, coded and
    uncoded files to cases.
    """
    threshold = results.spec.disclosure.threshold
    counts, equations, primary, group = _linked_tables(results, threshold)
    hidden = hidden_cells(
        counts,
        equations,
        primary,
        threshold=threshold,
        group=group,
        reluctance=_reluctance(counts.index, results.spec.periods.report),
    )
    whole = _whole_hides(results.rates, hidden)
    rates = blank(results.rates, whole, ["reference_rate", "expected"])
    trends = results.trends
    base = trends.assign(period=results.spec.periods.baseline)
    annual = results.run_chart
    frames = {
        "rates": blank(rates, whole | _hides(rates, hidden), _RATE_VALUES),
        "trends": blank(
            trends,
            _hides(trends, hidden) | _hides(base, hidden),
            [c for c in trends.columns if c not in ("locality", "stream", "period", "baseline")],
        ),
        "run_chart": blank(
            annual,
            _hides(annual, hidden) | ~annual["stream"].isin(_annual_streams(results, threshold)),
            [c for c in annual.columns if c not in ("locality", "stream", "period")],
        ),
        "detectability": blank(
            results.detectability,
            _hides(results.detectability, hidden),
            ["mean_per_year", "largest_detectable_count", "chance_by_luck", "chance_if_true"],
        ),
        "cells": pd.DataFrame({"cells": [len(counts)], "hidden": [len(hidden)], "small": [len(primary)]}),
    }
    if results.case_factors is not None:
        frames["case_factors"] = _protected_case_factors(results.case_factors, hidden)
        frames["case_factors_whole"] = _whole_case_factors(results.case_factors, hidden)
    return frames


def _protected_case_factors(factors: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """How many files carry no code says something about the coding, not about a child: it is hidden only
    where the number of files is, or where it would tell a hidden number of cases."""
    keep = ("locality", "stream", "code", "comparisons")
    about_coding = factors["code"].isin(ABOUT_CODING)
    cells = [_code_cell(r.locality, r.stream, r.code) for r in factors.itertuples()]
    files = [_files_cell(r.locality, r.stream) for r in factors.itertuples()]
    totals = [_all_files_cell(r.locality, r.stream) for r in factors.itertuples()]
    whole = [_code_cell(WHOLE, r.stream, r.code) for r in factors.itertuples()]
    tells_cases = about_coding & np.isin(totals, list(hidden))
    given_away = np.isin(cells, list(hidden)) | np.isin(whole, list(hidden))  # the rest is whole minus own
    hide = np.isin(files, list(hidden)) | tells_cases | (~about_coding & given_away)
    return blank(factors.reset_index(drop=True), hide, [c for c in factors.columns if c not in keep])


def _whole_case_factors(factors: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """Files of the whole with each code that may be shown: stream, code, n_coded, n_files, share."""
    rows = factors[~factors["code"].isin(ABOUT_CODING)]
    whole = rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum()
    shown = [_code_cell(WHOLE, r.stream, r.code) not in hidden for r in whole.itertuples()]
    return whole[np.array(shown, dtype=bool)].assign(
        share=lambda w: w["n_coded"] / w["n_files"].where(w["n_files"] > 0)
    )


def _linked_tables(results: Results, threshold: int) -> tuple:
    """Cells with their counts, the equations between them, the small ones, and what is hidden together."""
    annual = results.exposed_report[
        results.exposed_report["stream"].isin(_annual_streams(results, threshold))
    ]
    periods, blocks = _count_cells(annual), _count_cells(results.blocks)
    equations = [*_sums_over_localities(annual), *_sums_over_localities(results.blocks)]
    published = set(periods.index)
    equations += [e for e in _sums_over_periods(results) if published.issuperset(e.parts)]
    primary = set(periods.index[small(periods, threshold)]) | set(blocks.index[small(blocks, threshold)])
    group = {cell: f"series|{cell.rsplit('|', 1)[0]}" for cell in periods.index}
    counts = pd.concat([periods, blocks])
    counts = counts[~counts.index.duplicated()]  # a block of a single period is that period
    if results.case_factors is not None:
        cells, more, small_files = _code_tables(results.case_factors, threshold)
        counts, equations = pd.concat([counts, cells]), [*equations, *more]
        cells, more, loose, together = _coding_tables(results, set(counts.index))
        counts, equations = pd.concat([counts, cells]), [*equations, *more]
        primary |= small_files | loose
        group |= together
    return counts, equations, primary, group


def _reluctance(cells: Iterable[str], report: str) -> dict[str, int]:
    """What is hidden beside a small number: rather how completely files are coded than a count of cases;
    counts of the block that is reported, and of the whole, with which all is compared, last."""

    def rank(cell: str) -> int:
        table, locality, *_, last = cell.split("|")
        if locality == WHOLE:
            return 2
        if table == ALL_FILES or last in ABOUT_CODING:
            return -1
        return int(last == report)

    return {cell: rank(cell) for cell in cells}


def _annual_streams(results: Results, threshold: int) -> list[str]:
    """Streams that are published by single period: those of which few cells are small."""
    cells = results.exposed_report
    share = small(cells["cases"], threshold).groupby(cells["stream"]).mean()
    return share.index[share <= SMALL_SHARE].tolist()


def _count_cell(locality: str, stream: str, period: str) -> str:
    return f"count|{locality}|{stream}|{period}"


def _files_cell(locality: str, stream: str) -> str:
    return f"files|{locality}|{stream}"


def _all_files_cell(locality: str, stream: str) -> str:
    return f"{ALL_FILES}|{locality}|{stream}"


def _code_cell(locality: str, stream: str, code: str) -> str:
    return f"files|{locality}|{stream}|{code}"


def _count_cells(exposed: pd.DataFrame) -> pd.Series:
    """Cell -> cases, of every locality and of the whole."""
    whole = exposed.groupby(["stream", "period"], as_index=False)["cases"].sum().assign(locality=WHOLE)
    frame = pd.concat([exposed, whole])
    names = [_count_cell(r.locality, r.stream, r.period) for r in frame.itertuples()]
    return pd.Series(frame["cases"].to_numpy(), index=names)


def _sums_over_localities(exposed: pd.DataFrame) -> Iterable[Equation]:
    for (stream, period), rows in exposed.groupby(["stream", "period"]):
        parts = tuple(_count_cell(code, stream, period) for code in rows["locality"])
        yield Equation(_count_cell(WHOLE, stream, period), parts)


def _sums_over_periods(results: Results) -> list[Equation]:
    """A block is the sum of its periods, for every locality and stream that has it."""
    periods_of = {block.key: block.periods for block in results.spec.periods.blocks}
    pairs = results.blocks[["locality", "stream", "period"]]
    whole = pairs.drop_duplicates(["stream", "period"]).assign(locality=WHOLE)
    return [
        Equation(
            _count_cell(row.locality, row.stream, row.period),
            tuple(_count_cell(row.locality, row.stream, period) for period in periods_of[row.period]),
        )
        for row in pd.concat([pairs, whole]).itertuples()
        if len(periods_of[row.period]) > 1
    ]


def _code_tables(factors: pd.DataFrame, threshold: int) -> tuple[pd.Series, list[Equation], set[str]]:
    """Files with and without each code, by locality and in the whole; files coded are their sum.

    Hidden at the start: a small number of files with a code, and a number of files without it that is
    small or zero (then nearly every file, or every one, has it).
    """
    rows = factors[~factors["code"].isin(ABOUT_CODING)].dropna(subset=["n_coded", "n_files"])
    whole = (
        rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum().assign(locality=WHOLE)
    )
    cells: dict[str, int] = {}
    equations, primary = [], set()
    for row in pd.concat([rows[whole.columns], whole]).itertuples():
        coded, files = _code_cell(row.locality, row.stream, row.code), _files_cell(row.locality, row.stream)
        n_coded, n_files = int(row.n_coded), int(row.n_files)
        cells |= {coded: n_coded, coded + WITHOUT: n_files - n_coded, files: n_files}
        equations.append(Equation(files, (coded, coded + WITHOUT)))
        if n_files < threshold:
            primary |= {coded, coded + WITHOUT, files}
        elif n_coded < threshold or n_files - n_coded < threshold:
            primary |= {coded, coded + WITHOUT}
    for (stream, code), part in rows.groupby(["stream", "code"]):
        for suffix in ("", WITHOUT):
            parts = tuple(_code_cell(place, stream, code) + suffix for place in part["locality"])
            equations.append(Equation(_code_cell(WHOLE, stream, code) + suffix, parts))
    return pd.Series(cells), equations, primary


def _coding_tables(
    results: Results, published: set[str]
) -> tuple[pd.Series, list[Equation], set[str], dict[str, str]]:
    """All files of a locality: those coded and the two kinds of those not coded, and the cases of its blocks.

    Returns their cells, the equations, the totals that cannot be linked to published blocks (hidden, as
    nobody could say what they tell), and what is hidden together: a row shows a kind and the total.
    """
    factors, spec = results.case_factors, results.spec
    assert factors is not None
    rows = factors[factors["code"].isin(ABOUT_CODING)][["locality", "stream", "code", "n_coded", "n_files"]]
    whole = (
        rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum().assign(locality=WHOLE)
    )
    blocks = [b for b in spec.periods.blocks if set(b.periods) <= set(results.file_periods)]
    exact = sorted(p for b in blocks for p in b.periods) == sorted(results.file_periods)
    cells: dict[str, int] = {}
    group: dict[str, str] = {}
    equations, loose = [], set()
    for (locality, stream), kinds in pd.concat([rows, whole]).groupby(["locality", "stream"]):
        total = _all_files_cell(locality, stream)
        counts = {_code_cell(locality, stream, r.code): int(r.n_coded) for r in kinds.itertuples()}
        cells |= counts | {total: int(kinds["n_files"].iloc[0])}
        group |= dict.fromkeys([total, *counts], total)
        equations.append(Equation(total, (_files_cell(locality, stream), *counts)))
        of_blocks = tuple(_count_cell(locality, stream, block.key) for block in blocks)
        if exact and published.issuperset(of_blocks):
            equations.append(Equation(total, of_blocks))
        else:
            loose.add(total)
    for stream, places in rows.groupby("stream")["locality"]:
        parts = tuple(_all_files_cell(locality, stream) for locality in places.unique())
        equations.append(Equation(_all_files_cell(WHOLE, stream), parts))
    return pd.Series(cells), equations, loose, group


def _hides(frame: pd.DataFrame, hidden: set[str]) -> pd.Series:
    """True for rows (locality, stream, period) whose count is hidden."""
    names = [_count_cell(r.locality, r.stream, r.period) for r in frame.itertuples()]
    return pd.Series([name in hidden for name in names], index=frame.index)


def _whole_hides(frame: pd.DataFrame, hidden: set[str]) -> pd.Series:
    """True for rows whose reference, the whole, is hidden."""
    return _hides(frame.assign(locality=WHOLE), hidden)
