"""An attacker who has the published frames and nothing else; written apart from the library's own."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

ABOUT_CODING = ("XX", "uncoded")
ALL = "all localities"
CAP = 1e6
TOGETHER = 25


class PublishedAttack:
    """What the numbers in `frames` tell about the counts behind them.

    Unknowns are counts: (table, locality, stream, ...) tuples. Known are those that stand in a frame or
    follow from one number in it; what else is true of counts stands in `sums`: (total, parts).
    blocks: block -> its periods; file_periods: the periods whose files are read together.
    """

    def __init__(
        self, frames: dict[str, pd.DataFrame], blocks: dict[str, list[str]], file_periods: list[str]
    ):
        self.known: dict[tuple, float] = {}
        self.sums: list[tuple[tuple, list[tuple]]] = []
        self._blocks, self._file_periods = blocks, file_periods
        self._read_counts(frames)
        if len(frames.get("case_factors", ())):
            self._read_files(frames)
        if len(frames.get("event_moments", ())):
            self._read_moments(frames["event_moments"], frames["code_book"])
        self._position = {cell: i for i, cell in enumerate(sorted(self._cells()))}

    @property
    def cells(self) -> set[tuple]:
        """Every count that the published frames have something to do with."""
        return set(self._position)

    def ranges(self, cells: list[tuple], enough: float) -> dict[tuple, tuple[float, float]]:
        """Lowest and highest value of each cell that agrees with all that is published.

        The search for a cell ends when its range is `enough` wide. First all cells are pulled apart together,
        a few times in random directions, then each that is still narrow by itself.
        """
        matrix, right = self._equations()
        # a large cap stands for "no limit"; a cell that reaches it is free
        bounds = [(self.known.get(cell, 0.0), self.known.get(cell, CAP)) for cell in self._position]
        low, high = np.full(len(bounds), np.inf), np.full(len(bounds), -np.inf)
        wanted = np.array([self._position[cell] for cell in cells], dtype=int)

        def look(aim: np.ndarray) -> None:
            found = linprog(aim, A_eq=matrix, b_eq=right, bounds=bounds)
            assert found.status == 0, f"the published numbers contradict each other: {found.message}"
            np.minimum(low, found.x, out=low)
            np.maximum(high, found.x, out=high)

        directions = np.random.default_rng(1)
        for _ in range(TOGETHER):
            aim = np.zeros(len(bounds))
            narrow = wanted[high[wanted] - low[wanted] < enough]
            aim[narrow] = directions.normal(size=len(narrow))
            look(aim)
        for i in wanted:
            for sign in (1.0, -1.0):
                if high[i] - low[i] < enough:
                    look(sign * (np.arange(len(bounds)) == i))
        return {cell: (low[self._position[cell]], high[self._position[cell]]) for cell in cells}

    def _know(self, cell: tuple, value: object) -> None:
        if not pd.isna(value):
            told = self.known.setdefault(cell, float(value))
            assert told == float(value), f"two numbers for {cell}: {told} and {value}"

    def _read_counts(self, frames: dict[str, pd.DataFrame]) -> None:
        rates, annual = frames["rates"], frames["run_chart"]
        for (stream, block), rows in rates.dropna(subset=["expected"]).groupby(["stream", "period"]):
            self._know(("cases", ALL, stream, block), round(rows["expected"].sum()))
        for r in rates.itertuples():
            self._know(("cases", r.locality, r.stream, r.period), r.cases)
        for r in annual.itertuples():
            self._know(("cases", r.locality, r.stream, r.period), r.cases)
        for r in frames["trends"].itertuples():
            self._know(("cases", r.locality, r.stream, r.period), r.cases)
            self._know(("cases", r.locality, r.stream, r.baseline), r.baseline_cases)
        for r in frames["detectability"].itertuples():
            years = len(self._blocks[r.period])
            value = pd.NA if pd.isna(r.mean_per_year) else round(r.mean_per_year * years)
            self._know(("cases", r.locality, r.stream, r.period), value)
        shown = set(annual.loc[annual["cases"].notna(), "stream"])
        single = annual[annual["stream"].isin(shown)]
        self._add_up(
            pd.concat([f[["locality", "stream", "period"]] for f in (rates, single)]).drop_duplicates()
        )
        pairs = rates[["locality", "stream", "period"]]
        for r in pd.concat(
            [pairs, pairs.drop_duplicates(["stream", "period"]).assign(locality=ALL)]
        ).itertuples():
            if r.stream in shown and len(self._blocks[r.period]) > 1:
                years = [("cases", r.locality, r.stream, year) for year in self._blocks[r.period]]
                self.sums.append((("cases", r.locality, r.stream, r.period), years))

    def _add_up(self, pairs: pd.DataFrame) -> None:
        for (stream, period), rows in pairs.groupby(["stream", "period"]):
            parts = [("cases", code, stream, period) for code in rows["locality"]]
            self.sums.append((("cases", ALL, stream, period), parts))

    def _read_files(self, frames: dict[str, pd.DataFrame]) -> None:
        numbers = ["n_coded", "n_files", "rest_coded", "rest_files"]
        factors = frames["case_factors"].astype(dict.fromkeys(numbers, "Float64"))
        parts = defaultdict(list)
        for r in factors.itertuples():
            kind = "all files" if r.code in ABOUT_CODING else "coded files"
            mine, files = ("files", r.locality, r.stream, r.code), (kind, r.locality, r.stream)
            self._know(mine, r.n_coded)
            self._know(files, r.n_files)
            self._know(("files", ALL, r.stream, r.code), r.n_coded + r.rest_coded)
            self._know((kind, ALL, r.stream), r.n_files + r.rest_files)
            parts["files", r.stream, r.code].append(mine)
            parts[kind, r.stream].append(files)
            if kind == "coded files":
                self.sums.append((files, [mine, ("without", *mine[1:])]))
                parts["without", r.stream, r.code].append(("without", *mine[1:]))
        for r in frames["case_factors_whole"].itertuples():
            self._know(("files", ALL, r.stream, r.code), r.n_coded)
            self._know(("coded files", ALL, r.stream), r.n_files)
        for (table, *rest), cells in parts.items():
            self.sums.append(((table, ALL, *rest), list(dict.fromkeys(cells))))
        for locality, stream in factors[["locality", "stream"]].drop_duplicates().itertuples(index=False):
            self._files_are_cases(locality, stream)

    def _read_moments(self, moments: pd.DataFrame, code_book: pd.DataFrame) -> None:
        """Files with at least one code of a moment: no more than all of its codes, no fewer than any."""
        book = code_book[(code_book["kind"] == "condition") & code_book["moment"].notna()]
        codes_of = book.groupby("moment")["code"].agg(list)
        parts = defaultdict(list)
        for r in moments.itertuples():
            key = (ALL if r.locality == "*" else r.locality, r.stream)
            mine, without = ("moment", *key, r.moment), ("moment without", *key, r.moment)
            self._know(mine, r.n)
            self._know(("coded files", *key), r.n_files)
            self.sums.append((("coded files", *key), [mine, without]))
            codes = [("files", *key, code) for code in codes_of[r.moment]]
            added = ("added up", *key, r.moment)
            self.sums += [(added, codes), (added, [mine, ("overlap", *key, r.moment)])]
            self.sums += [(mine, [code, ("others", *code[1:])]) for code in codes]
            if r.locality != "*":
                parts["moment", r.stream, r.moment].append(mine)
                parts["moment without", r.stream, r.moment].append(without)
        for (table, *rest), cells in parts.items():
            self.sums.append(((table, ALL, *rest), cells))

    def _files_are_cases(self, locality: str, stream: str) -> None:
        """Every case has a file; a file is coded or one of the two kinds of not coded."""
        total = ("all files", locality, stream)
        uncoded = [("files", locality, stream, code) for code in ABOUT_CODING]
        self.sums.append((total, [("coded files", locality, stream), *uncoded]))
        inside = [key for key, periods in self._blocks.items() if set(periods) <= set(self._file_periods)]
        if sorted(p for key in inside for p in self._blocks[key]) == sorted(self._file_periods):
            self.sums.append((total, [("cases", locality, stream, key) for key in inside]))

    def _cells(self) -> set[tuple]:
        return set(self.known) | {cell for total, parts in self.sums for cell in (total, *parts)}

    def _equations(self) -> tuple[coo_array, np.ndarray]:
        rows, columns, values = [], [], []
        for n, (total, parts) in enumerate(self.sums):
            for cell, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
                rows.append(n)
                columns.append(self._position[cell])
                values.append(sign)
        shape = (len(self.sums), len(self._position))
        return coo_array((values, (rows, columns)), shape=shape).tocsr(), np.zeros(len(self.sums))


def small_counts(results, threshold: int) -> dict[tuple, int]:
    """Every count that must not be worked out, with its true value: the names of `PublishedAttack`.

    Counts of a locality from 1 to threshold - 1: cases by block and by single period, files with a code,
    coded files; and files without a code where so few (or none) are left that nearly every file has it.
    """
    found: dict[tuple, int] = {}
    for frame in (results.blocks, results.exposed_report):
        for r in frame[frame["cases"].between(1, threshold - 1)].itertuples():
            found["cases", r.locality, r.stream, r.period] = int(r.cases)
    factors, moments = results.case_factors, results.event_moments
    if factors is None:
        return found
    for r in () if moments is None else moments[moments["locality"] != "all"].itertuples():
        if 0 < r.n < threshold:
            found["moment", r.locality, r.stream, r.moment] = int(r.n)
    for r in factors[~factors["code"].isin(ABOUT_CODING)].itertuples():
        if 0 < r.n_coded < threshold:
            found["files", r.locality, r.stream, r.code] = int(r.n_coded)
        if 0 < r.n_files < threshold:
            found["coded files", r.locality, r.stream] = int(r.n_files)
        if r.n_files and r.n_files - r.n_coded < threshold:
            found["without", r.locality, r.stream, r.code] = int(r.n_files - r.n_coded)
    return found
