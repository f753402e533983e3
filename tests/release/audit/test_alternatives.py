"""Figures of the real release that are rounded: other counts of hidden cells lead to the same digits."""

from __future__ import annotations

from itertools import permutations, product

from told_results import told_results

from diaban.analysis.targets import target_table
from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.state import LedgerState

MOVED = (1, 2, 3, 4, 5)
"""Cases that are moved from one hidden year to another, so that their sum stays."""


def attainments(results, exposed):
    period, base = results.judged
    years = results.periods[: results.periods.index(period) + 1]
    table = target_table(exposed, targets=results.aims, period=period, base=base, order=years,
                         dispersion=results.dispersion)  # fmt: skip
    return table.set_index(["locality", "target"])["attainment"]


def moved(exposed, at, years, n):
    """`exposed` with n cases of a locality and stream moved between two years; None where there are not."""
    rows = (exposed["locality"] == at[0]) & (exposed["stream"] == at[1])
    fewer, more = (exposed.index[rows & (exposed["period"] == year)] for year in years)
    if exposed.loc[fewer, "cases"].iloc[0] < n:
        return None
    changed = exposed["cases"].copy()
    changed[fewer] -= n
    changed[more] += n
    return exposed.assign(cases=changed)


def test_a_chance_in_hundredths_leaves_each_hidden_year_as_many_counts_as_is_promised(binh_phuoc_run):
    """A target's chance is fitted to all years of a locality, and told where two of them are shown."""
    results, targets = told_results(binh_phuoc_run), binh_phuoc_run.cube["targets"]
    state = LedgerState.load(binh_phuoc_run.path / "internal" / "ledger")
    exposed = results.exposed_report
    told = attainments(results, exposed).round(2)
    shown = targets[targets["counts_shown"] & targets["attainment"].notna() & (targets["locality"] != WHOLE)]
    assert len(shown)
    for row in shown.itertuples():
        key, at = (row.locality, row.target), (row.locality, row.stream)
        assert told[key] == row.attainment
        years = [year for year in results.periods if count_cell(*at, year) in state.hidden]
        possible = {year: {0} for year in years}
        for n, pair in product(MOVED, permutations(years, 2)):
            if all(len(possible[year]) > state.threshold for year in pair):
                continue
            other = moved(exposed, at, pair, n)
            if other is not None and attainments(results, other).round(2)[key] == told[key]:
                possible[pair[0]].add(-n)
                possible[pair[1]].add(n)
        assert {year for year, changes in possible.items() if len(changes) <= state.threshold} == set(), key
