"""Which counts of single years, and which verdicts on them, may be told beside what is shown already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction

import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.linked import count_cells, sums_over_localities

SLACK = "|slack"


def add_years(
    ledger: Ledger,
    exposed: pd.DataFrame,
    blocks: dict[str, list[str]],
    threshold: int,
    *,
    compared: Collection[str],
) -> None:
    """Every year's count of every locality, as cells that exist; those that are small are protected.

    exposed: locality (of report), stream, period, cases. blocks: block -> its periods; sums may be shown.
    compared: the periods of which a table has a row for every locality, shown or not.
    """
    counts = count_cells(exposed)
    equations = [*sums_over_localities(exposed), *_over_periods(exposed, blocks)]
    small = counts.index[counts < threshold]
    guessed = [cell for cell in small if cell.rsplit("|", 1)[1] in compared]
    ledger.add(counts, equations, small=small, careful=True, guessed=guessed)


def tell_targets(ledger: Ledger, targets: pd.DataFrame) -> pd.DataFrame:
    """`targets` with counts_shown and met_shown: what may be told of each row; the whole comes first.

    targets: locality (WHOLE for all together), target, stream, period, base, cases, base_cases, met, ratio
    (the count that meets the target is at most, or with `rise` at least, ratio times the base's). Where a
    count is not shown, that the target was met or missed still tells something of it: such a verdict is told
    only where the counts stay as uncertain as the rules ask.
    """
    frame = targets.assign(counts_shown=False, met_shown=False)
    order = frame["locality"].ne(WHOLE).sort_values(kind="stable").index
    for row in frame.loc[order].itertuples():
        if pd.isna(row.met):
            continue
        newer, older = (count_cell(row.locality, row.stream, name) for name in (row.period, row.base))
        shown = ledger.show([newer, older])
        frame.loc[row.Index, "counts_shown"] = shown
        frame.loc[row.Index, "met_shown"] = shown or _verdict_told(ledger, row, newer, older)
    return frame


def _verdict_told(ledger: Ledger, row, newer: str, older: str) -> bool:
    """newer <= ratio x older where a fall is met or a rise missed, else >=: an equation with a slack.

    What is missed lies beyond the ratio by the least that whole numbers can.
    """
    below = bool(row.met) != bool(row.rise)
    ratio = Fraction(float(row.ratio)).limit_denominator(1000)
    beyond = 0.0 if row.met else 1 / ratio.denominator
    side = -1.0 if below else 1.0
    slack = f"{newer}|{row.target}{SLACK}"
    distance = side * (float(row.cases) - float(ratio) * float(row.base_cases)) - beyond
    ledger.add(pd.Series({slack: distance}), [])
    weights = (float(ratio), side)
    return ledger.show(beside=[Equation(newer, (older, slack), weights, constant=side * beyond)])


def _over_periods(exposed: pd.DataFrame, blocks: dict[str, list[str]]) -> Iterable[Equation]:
    places = pd.concat([exposed, exposed.assign(locality=WHOLE)])
    for (locality, stream), rows in places.groupby(["locality", "stream"]):
        for block, periods in blocks.items():
            if len(periods) > 1 and set(periods) <= set(rows["period"]):
                parts = tuple(count_cell(locality, stream, period) for period in periods)
                yield Equation(count_cell(locality, stream, block), parts)
